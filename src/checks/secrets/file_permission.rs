//! `environment-file-permission`

use crate::account::rights::PoliciesOf;
use crate::checks::{Check, each};
use crate::facts::View;
use crate::lookup::Lookup;
use crate::lookup::s3::{GetBucketPolicy, HeadObject};
use crate::permission::PERMISSION_CALLS;
use crate::permission::object::reads;
use crate::reachability::origin::CallOrigin;
use crate::task::EnvironmentFileUse;
use crate::verdict::Judgement;

pub(super) static ENVIRONMENT_FILE_PERMISSION: Check = Check {
    id: "environment-file-permission",
    verifies: "the execution role may read the environment file and locate its bucket",
    prevents: &[
        "ResourceInitializationError: failed to download env files: file download command: non empty error stream: AccessDenied",
    ],
    remedy: "Allow the execution role s3:GetObject on the file and s3:GetBucketLocation on its bucket",
    docs: "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/use-environment-file.html",
    asks: &[
        &[HeadObject::CALL, GetBucketPolicy::CALL],
        &PoliciesOf::CALLS_FOR_ROLE,
        &PERMISSION_CALLS,
        &CallOrigin::CALLS,
    ],
    advises: false,
    judge: |task| each(task, environment_file_permission),
};

fn environment_file_permission(it: &EnvironmentFileUse, facts: &View) -> Judgement {
    reads(&it.object()?, it.task, facts)
}
