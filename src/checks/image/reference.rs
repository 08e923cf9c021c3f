//! `image-reference`

use crate::checks::{Check, each};
use crate::facts::View;
use crate::names::Registry;
use crate::task::ImageUse;
use crate::verdict::{Judgement, pass, warn};

pub(super) static IMAGE_REFERENCE: Check = Check {
    id: "image-reference",
    verifies: "the image reference is valid, and its ECR host exists in the task's partition",
    prevents: &[
        "CannotPullContainerError: invalid reference format",
        "CannotPullContainerError: ... dial tcp: lookup <host>: no such host",
    ],
    remedy: "Write the image as [host/]repository[:tag][@sha256:digest], with the repository in lower case and without https://",
    docs: "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_definition_parameters.html#container_definition_image",
    asks: &[],
    advises: false,
    judge: |task| each(task, image_reference),
};

fn image_reference(it: &ImageUse, _: &View) -> Judgement {
    let reference = it.reference()?;
    // ECS ignores the credentials for ECR: it logs in with the execution role.
    // https://docs.aws.amazon.com/AmazonECS/latest/developerguide/private-auth.html
    let is_ecr = matches!(reference.registry, Registry::Ecr(_));
    if is_ecr && !it.container.repository_credentials.is_missing() {
        return warn("repositoryCredentials are set for an image in ECR, which does not use them")
            .at(it.container.repository_credentials.place())
            .remedy("Remove repositoryCredentials from this container")
            .judge();
    }
    pass(format!("valid: {}", reference.canonical()))
}

#[cfg(test)]
mod tests {
    use super::IMAGE_REFERENCE;
    use crate::report::Status;
    use crate::testing::story::Story;

    #[test]
    fn given_an_ecr_of_another_partition_then_it_fails() {
        let story = Story::containers(
            r#"{"name": "app", "image": "111122223333.dkr.ecr.cn-north-1.amazonaws.com.cn/app:1"}"#,
        );
        let at = "/containerDefinitions/0/image";
        story.ends(&IMAGE_REFERENCE, &[(Status::Fail, at, "in partition aws-cn")]);
    }
}
