//! Common mistakes in a statement that almost matches a request.

use super::context::Context;
use super::pattern::{Pattern, Reading};
use super::principal::Named;
use super::request::Request;
use super::resource::ResourcePattern;
use super::truth::Truth;
use super::variable::{Substitute, Variable};

/// The likely mistake in a resource that does not match, and what to write instead.
pub(super) fn resource(text: &str, request: &Request) -> Option<String> {
    let requested = request.resource.as_str();
    if requested == "*" {
        return is_without_resource(request.folded_action()).then(|| {
            let action = &request.action;
            format!("`{action}` has no resource-level permissions: only `*` matches, not `{text}`")
        });
    }
    if request.folded_action().starts_with("kms:") && text.contains(":alias/") {
        return Some(format!(
            "`{text}` is an alias, and a policy must name the ARN of the key, `{requested}`"
        ));
    }
    // What the services append to the names that people know
    // (https://docs.aws.amazon.com/secretsmanager/latest/userguide/troubleshoot.html,
    // https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoncloudwatchlogs.html).
    let lacks = |end: &str| matches(&format!("{text}{end}"), request);
    if requested.contains(":secretsmanager:") && lacks("-??????") {
        return Some(format!(
            "its resource `{text}` lacks the six-character suffix of the secret's ARN; write `{text}-??????`"
        ));
    }
    if requested.contains(":logs:") && lacks(":*") {
        return Some(format!(
            "its resource `{text}` covers the log group but not its streams; write `{text}:*`"
        ));
    }
    if requested.contains(":s3:::") && lacks("/*") {
        return Some(format!(
            "its resource `{text}` covers the bucket but not its objects; write `{text}/*`"
        ));
    }
    if text != requested && text.eq_ignore_ascii_case(requested) {
        return Some(format!(
            "its resource `{text}` differs only in case from `{}`",
            request.in_words()
        ));
    }
    variable_without_value(text, request).or_else(|| other_field(text, request))
}

/// Actions without a resource, as far as a deployment and a task concern them
/// (<https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html>).
const WITHOUT_RESOURCE: &[&str] = &[
    "ec2:describe",
    "ecr:createpullthroughcacherule",
    "ecr:describepullthroughcacherules",
    "ecr:describeregistry",
    "ecr:getauthorizationtoken",
    "ecr:getregistrypolicy",
    "ecr:putregistrypolicy",
    "ecs:createcluster",
    "ecs:deregistertaskdefinition",
    "ecs:describetaskdefinition",
    "ecs:discoverpollendpoint",
    "ecs:listaccountsettings",
    "ecs:listclusters",
    "ecs:listtaskdefinition",
    "ecs:registertaskdefinition",
    "elasticloadbalancing:describe",
    "iam:listpolicies",
    "iam:listroles",
    "iam:listusers",
    "kms:createkey",
    "kms:generaterandom",
    "kms:listaliases",
    "kms:listkeys",
    "logs:describeloggroups",
    "s3:listallmybuckets",
    "secretsmanager:batchgetsecretvalue",
    "secretsmanager:getrandompassword",
    "secretsmanager:listsecrets",
    "ssm:describeparameters",
    "ssmmessages:",
    "sts:getcalleridentity",
    "xray:put",
];

/// Whether a policy can allow an action on `*` only.
pub(super) fn is_without_resource(folded: &str) -> bool {
    WITHOUT_RESOURCE.iter().any(|start| folded.starts_with(start))
}

/// A variable for which the request has nothing.
fn variable_without_value(text: &str, request: &Request) -> Option<String> {
    let pattern = Pattern::read(text, Reading { wildcards: true, variables: true });
    let empty = |it: &&Variable| it.resolve(&request.context) == Substitute::Nothing;
    let key = pattern.variables().find(empty).map(|it| it.key.clone())?;
    Some(format!("its resource `{text}` matches nothing, because the request has no `{key}`"))
}

/// The one field of the ARN in which a pattern differs.
fn other_field(text: &str, request: &Request) -> Option<String> {
    const FIELDS: [(usize, &str); 4] =
        [(1, "partition"), (2, "service"), (3, "region"), (4, "account")];
    let requested: Vec<&str> = request.resource.splitn(6, ':').collect();
    let fields: Vec<&str> = text.splitn(6, ':').collect();
    if fields.len() != 6 || requested.len() != 6 || text.contains("${") {
        return None;
    }
    FIELDS.into_iter().find_map(|(at, name)| {
        let mut same = fields.clone();
        same[at] = requested[at];
        let (wanted, has) = (fields[at], requested[at]);
        (wanted != has && matches(&same.join(":"), request))
            .then(|| format!("its resource `{text}` has {name} `{wanted}`, not `{has}`"))
    })
}

fn matches(text: &str, request: &Request) -> bool {
    let pattern = ResourcePattern::read(text, false);
    pattern.matches(&request.resource, &Context::complete()) == Truth::True
}

/// The likely mistake in a principal that is not the caller.
pub(super) fn principal(text: &str, named: &Named) -> Option<String> {
    (*named == Named::Deleted)
        .then(|| format!("it names `{text}`, the ID of a deleted role or user"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hint(text: &str, action: &str, requested: &str) -> Option<String> {
        let role = "arn:aws:iam::111122223333:role/app".parse().unwrap();
        resource(text, &Request::new(role, action, requested, Context::complete()))
    }

    #[test]
    fn a_near_miss_says_what_to_write() {
        let secret = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:db-AbCdEf";
        let key = "arn:aws:kms:eu-west-1:111122223333:key/1";
        let cases = [
            ("arn:aws:secretsmanager:eu-west-1:111122223333:secret:db", secret, "db-??????"),
            ("arn:aws:secretsmanager:eu-west-1:111122223333:secret:DB-AbCdEf", secret, "in case"),
            ("arn:aws:secretsmanager:us-east-1:111122223333:secret:db-*", secret, "region"),
            ("arn:aws:secretsmanager:*:444455556666:secret:db-*", secret, "account"),
            ("arn:aws-cn:secretsmanager:*:*:secret:db-*", secret, "partition"),
            ("arn:aws:kms:eu-west-1:111122223333:alias/app", key, "alias"),
            ("arn:aws:ecr:eu-west-1:111122223333:repository/app", "*", "only `*` matches"),
        ];
        for (text, requested, part) in cases {
            let action = match requested {
                "*" => "ecr:GetAuthorizationToken",
                _ if requested == key => "kms:Decrypt",
                _ => "x:Y",
            };
            let found = hint(text, action, requested).unwrap_or_default();
            assert!(found.contains(part), "{text}: {found}");
        }
    }

    #[test]
    fn a_question_without_a_resource_says_nothing_about_the_action() {
        let repository = "arn:aws:ecr:eu-west-1:111122223333:repository/app";
        assert_eq!(hint(repository, "ecr:BatchGetImage", "*"), None);
    }

    #[test]
    fn what_is_simply_another_thing_gets_no_hint() {
        let secret = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:db-AbCdEf";
        let other = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:other-AbCdEf";
        assert_eq!(hint(other, "secretsmanager:GetSecretValue", secret), None);
    }
}
