//! Answers that a client of the AWS SDK reads.
//!
//! Such a client fills in what is missing: an empty list, an empty text, a `false`, a date in 1970. So an
//! answer is held against what its lookups need before the client sees it.

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::Intercept;
use aws_smithy_runtime_api::client::interceptors::context::BeforeDeserializationInterceptorContextRef;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::ConfigBag;

use super::aws::Object;
use super::naming::{Fields, Named, Rejected, compare};
use super::{Call, Lookup};

/// The members that an answer must have, by path. A member of the items of a list must be in each of them; one
/// inside an optional object only if that is there.
pub(super) fn needed(call: Call) -> Option<&'static [&'static str]> {
    Some(match call.0 {
        "ecr:BatchGetImage" => &["images/imageId/imageDigest", "images/imageManifest"],
        "ecr:DescribeImages" => &["imageDetails", "imageDetails/imageDigest"],
        "ecr:DescribePullThroughCacheRules" => &[
            "pullThroughCacheRules",
            "pullThroughCacheRules/ecrRepositoryPrefix",
            "pullThroughCacheRules/upstreamRegistryUrl",
        ],
        "ecr:DescribeRepositories" => &[
            "repositories",
            "repositories/repositoryName",
            "repositories/encryptionConfiguration",
            "repositories/encryptionConfiguration/encryptionType",
        ],
        "ecr:GetDownloadUrlForLayer" => &["downloadUrl"],
        "ecr:GetRegistryPolicy" | "ecr:GetRepositoryPolicy" => &["policyText"],
        "ecr:ListTagsForResource" => &["tags", "tags/Key", "tags/Value"],
        "ecs:DescribeCapacityProviders" => &[
            "capacityProviders",
            "capacityProviders/name",
            "capacityProviders/managedInstancesProvider/infrastructureRoleArn",
            "capacityProviders/managedInstancesProvider/instanceLaunchTemplate/ec2InstanceProfileArn",
        ],
        "ecs:DescribeClusters" => &["clusters", "clusters/clusterArn"],
        "ecs:DescribeContainerInstances" => &[
            "containerInstances",
            "containerInstances/agentConnected",
            "containerInstances/attributes",
            "containerInstances/attributes/name",
            "containerInstances/containerInstanceArn",
            "containerInstances/registeredResources/integerValue",
            "containerInstances/registeredResources/name",
            "containerInstances/remainingResources/integerValue",
            "containerInstances/remainingResources/name",
            "containerInstances/status",
        ],
        "ecs:DescribeServiceRevisions" => {
            &["serviceRevisions", "serviceRevisions/serviceRevisionArn"]
        }
        "ecs:DescribeServices" => &[
            "services",
            "services/loadBalancers/containerName",
            "services/loadBalancers/containerPort",
        ],
        "ecs:DescribeTaskDefinition" => &["taskDefinition"],
        "ecs:DescribeTasks" => &[
            "tasks",
            "tasks/clusterArn",
            "tasks/lastStatus",
            "tasks/taskArn",
            "tasks/taskDefinitionArn",
        ],
        "ecs:GetTaskProtection" => {
            &["protectedTasks", "protectedTasks/protectionEnabled", "protectedTasks/taskArn"]
        }
        "ecs:ListAccountSettings" => &["settings", "settings/name", "settings/value"],
        "ecs:ListContainerInstances" => &["containerInstanceArns"],
        "ecs:ListServices" => &["serviceArns"],
        "ecs:ListTasks" => &["taskArns"],
        "kms:DescribeKey" => {
            &["KeyMetadata", "KeyMetadata/Arn", "KeyMetadata/KeySpec", "KeyMetadata/KeyState"]
        }
        "kms:GetKeyPolicy" => &["Policy"],
        "kms:ListAliases" => &["Aliases", "Aliases/AliasName", "Truncated"],
        "kms:ListGrants" => &["Grants", "Grants/GrantId", "Grants/Operations", "Truncated"],
        "kms:ListResourceTags" => &["Tags", "Tags/TagKey", "Tags/TagValue", "Truncated"],
        // A secret that was never given a value has no versions. The answers of other calls have its ARN too,
        // but not its date.
        "secretsmanager:DescribeSecret" => &["ARN", "CreatedDate", "Tags/Key", "Tags/Value"],
        "secretsmanager:GetResourcePolicy" => &["ARN"],
        // The value is a text or binary.
        "secretsmanager:GetSecretValue" => &["ARN"],
        "secretsmanager:ListSecretVersionIds" => &["Versions", "Versions/VersionId"],
        "ssm:DescribeParameters" => &["Parameters", "Parameters/Name", "Parameters/Type"],
        "ssm:ListTagsForResource" => &["TagList", "TagList/Key", "TagList/Value"],
        _ => return None,
    })
}

/// Rejects an answer that is about something else or lacks a needed member.
#[derive(Clone, Debug)]
pub(super) struct Members {
    needed: &'static [&'static str],
    named: Vec<Named>,
}

impl Members {
    /// Those of the answer to a lookup.
    pub(super) fn of<L: Lookup>(asked: &L) -> Members {
        Members::of_all(std::slice::from_ref(asked))
    }

    /// Those of the answer to lookups that share a request.
    pub(super) fn of_all<L: Lookup>(asked: &[L]) -> Members {
        Members { named: asked.iter().map(Lookup::named).collect(), ..Members::of_call(L::CALL) }
    }

    /// Those of the answer to a further call of a lookup.
    pub(super) fn of_call(call: Call) -> Members {
        Members { needed: needed(call).unwrap_or_default(), named: Vec::new() }
    }

    fn check(&self, body: &[u8]) -> Result<(), Rejected> {
        // The client rejects what is no object.
        let Ok(answer) = Object::parse(body) else { return Ok(()) };
        compare(&self.named, &answer)?;
        for path in self.needed {
            let names: Vec<&str> = path.split('/').collect();
            let mut found = Vec::new();
            answer.texts_at(&names, &mut found);
            if found.iter().any(Option::is_none) {
                let member = names.last().copied().unwrap_or_default();
                return Err(Rejected(format!("the answer lacks the field {member}")));
            }
        }
        Ok(())
    }
}

impl Intercept for Members {
    fn name(&self) -> &'static str {
        "Members"
    }

    fn read_before_deserialization(
        &self,
        context: &BeforeDeserializationInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let response = context.response();
        match response.status().is_success() {
            true => Ok(self.check(response.body().bytes().unwrap_or_default())?),
            false => Ok(()),
        }
    }
}
