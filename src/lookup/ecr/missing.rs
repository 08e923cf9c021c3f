//! The error and the fix for an image that is missing in ECR.

use super::{REPOSITORY_MISSING, Reference, Repository};
use crate::lookup::{Mend, Missing};
use crate::names::Partition;
use crate::shell::ShellCommand;

/// No command pushes a digest: it follows from what is pushed.
const BY_DIGEST: &str = "Push the image that has this digest, under any tag, or correct its registry, repository or digest";

impl Repository {
    /// The error and the fix for a missing image or repository.
    pub(in crate::lookup) fn lacks(
        &self,
        reference: Option<&Reference>,
        missing: &Missing,
    ) -> Mend {
        let Repository { region, registry, name } = self;
        let lacks_repository = missing.absence.said == REPOSITORY_MISSING;
        let suffix = Partition::of_region(region.as_str()).dns_suffix();
        let uri = format!("{registry}.dkr.ecr.{region}.{suffix}/{name}");
        let error = match (lacks_repository, reference) {
            (false, Some(reference)) => format!(
                "CannotPullContainerError: pull image manifest has been retried <n> time(s): failed to resolve ref {}: not found",
                reference.within(&uri)
            ),
            _ => format!("CannotPullContainerError: API error (404): repository {uri} not found"),
        };
        let mut mend = Mend::default().instead_of(error).saying(match reference {
            Some(Reference::Digest(_)) => BY_DIGEST,
            _ => "Push the image, or correct its registry, repository, tag or digest",
        });
        if lacks_repository && missing.is_outside(registry) {
            return mend.saying(format!(
                "Correct the registry or the repository, or let account {registry} create it, allow this account to pull from it, and push the image"
            ));
        }
        if lacks_repository && missing.is_of(registry) {
            mend = mend.and(
                ShellCommand::of("aws ecr create-repository")
                    .option("--repository-name", name)
                    .region(region),
            );
        }
        if let (Some(Reference::Tag(tag)), false) = (reference, missing.is_outside(registry)) {
            mend = mend.and(ShellCommand::of("docker push").word(format!("{uri}:{tag}")));
        }
        mend
    }
}

impl Reference {
    /// The image of a repository that it names.
    fn within(&self, uri: &str) -> String {
        match self {
            Reference::Tag(tag) => format!("{uri}:{tag}"),
            Reference::Digest(digest) => format!("{uri}@{digest}"),
        }
    }
}
