//! `log-firelens`

use crate::account::rights::PoliciesOf;
use crate::checks::{Check, each};
use crate::facts::View;
use crate::knowledge::Purpose;
use crate::lookup::Lookup;
use crate::lookup::s3::{GetBucketPolicy, HeadObject};
use crate::permission::{PERMISSION_CALLS, object};
use crate::reachability::origin::CallOrigin;
use crate::task::FirelensFileUse;
use crate::verdict::{Judgement, not_applicable};

pub(super) static LOG_FIRELENS: Check = Check {
    id: "log-firelens",
    verifies: "the FireLens configuration in S3 exists, and the execution role may read it",
    prevents: &[
        "ResourceInitializationError: unable to download s3 config <key> from bucket <bucket>",
        "unable to parse bucket and key from s3 arn",
    ],
    remedy: "Upload the file, or correct its ARN (arn:aws:s3:::bucket/key), and allow the execution role s3:GetObject on it and s3:GetBucketLocation on its bucket",
    docs: "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/firelens-taskdef.html",
    asks: &[
        &[HeadObject::CALL, GetBucketPolicy::CALL],
        &PoliciesOf::CALLS_FOR_ROLE,
        &PERMISSION_CALLS,
        &CallOrigin::CALLS,
    ],
    advises: false,
    judge: |task| each(task, log_firelens),
};

fn log_firelens(it: &FirelensFileUse, facts: &View) -> Judgement {
    if it.task.may_run_on_fargate()? {
        return not_applicable(
            "Fargate does not support a FireLens configuration in S3; see definition-references",
        );
    }
    let file = it.object()?;
    let head = HeadObject { region: it.task.region()?.clone(), object: file.clone() };
    // If the file is missing, the permission does not matter. Everything is requested at once.
    let (there, judgement) = (facts.need(&head), object::reads(&file, it.task, facts));
    there.map_err(|stop| stop.wanted_for(Purpose::LogRouter))?;
    judgement
}
