//! `environment-file-exists`

use crate::checks::{Check, each};
use crate::facts::View;
use crate::lookup::Lookup;
use crate::lookup::s3::HeadObject;
use crate::task::EnvironmentFileUse;
use crate::verdict::{Judgement, pass};

pub(super) static ENVIRONMENT_FILE_EXISTS: Check = Check {
    id: "environment-file-exists",
    verifies: "the environment file exists in S3",
    prevents: &[
        "ResourceInitializationError: failed to download env files: file download command: non empty error stream",
    ],
    remedy: "Upload the file, or correct its ARN: arn:aws:s3:::bucket/key",
    docs: "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/use-environment-file.html",
    asks: &[&[HeadObject::CALL]],
    advises: false,
    judge: |task| each(task, environment_file_exists),
};

fn environment_file_exists(it: &EnvironmentFileUse, facts: &View) -> Judgement {
    let object = it.object()?;
    let region = it.task.region()?;
    let lookup = HeadObject { region: region.clone(), object };
    facts.need(&lookup)?;
    pass(format!("{} exists", lookup.what()))
}
