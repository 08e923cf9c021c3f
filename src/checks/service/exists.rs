//! `service-exists`

use serde_json::Value;

use crate::checks::{Check, each};
use crate::facts::View;
use crate::knowledge::{Gap, Seen, Stop};
use crate::lookup::Lookup;
use crate::lookup::ecs::DescribeService;
use crate::task::ServiceUse;
use crate::verdict::{Findings, Judgement, Rule, not_applicable};

/// How long the name of a service is at most.
const LONGEST: usize = 255;

pub(super) static SERVICE_EXISTS: Check = Check {
    id: "service-exists",
    verifies: "the service to update exists and is active, or the name of the new one is free",
    prevents: &[
        "ServiceNotActiveException: Service was not ACTIVE.",
        "ServiceNotFoundException: Service not found.",
        "InvalidParameterException: Unable to Start a service that is still Draining.",
        "InvalidParameterException: Creation of service was not idempotent.",
        "InvalidParameterException: Invalid request provided: ServiceName must match ^[a-zA-Z0-9\\-_]{1,255}$, but was <name>",
    ],
    remedy: "Correct the name of the service, its cluster or --region",
    docs: "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_UpdateService.html",
    asks: &[&[DescribeService::CALL]],
    advises: false,
    judge: |task| each(task, service_exists),
};

const NAME: Rule = Rule::quoted(
    "a service name has at most 255 letters, digits, hyphens and underscores",
    SERVICE_EXISTS.prevents[4],
    "https://github.com/badmintoncryer/cdk-preflight",
    "2026-09",
);
const ACTIVE: Rule = Rule::quoted(
    "only an active service can be updated",
    SERVICE_EXISTS.prevents[0],
    "https://github.com/alchemy-run/alchemy/issues/1581",
    "2026-11",
);
const DRAINED: Rule = Rule::quoted(
    "a name is free again once the deleted service is inactive",
    SERVICE_EXISTS.prevents[2],
    "https://github.com/spinnaker/spinnaker/issues/5476",
    "2026-11",
);
const FREE: Rule = Rule::quoted(
    "the name of a new service is free",
    SERVICE_EXISTS.prevents[3],
    "https://github.com/hashicorp/terraform-provider-aws/issues/2283",
    "2026-11",
);
const FOUND: Rule = Rule::quoted(
    "a service to update exists",
    SERVICE_EXISTS.prevents[1],
    "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_UpdateService.html",
    "2026-11",
);

pub(super) const RULES: &[Rule] = &[NAME, ACTIVE, DRAINED, FREE, FOUND];

fn service_exists(it: &ServiceUse, facts: &View) -> Judgement {
    let field = &it.request().service_name;
    let Some(name) = field.get()? else {
        return not_applicable("the document does not name the service");
    };
    let mut found = Findings::new();
    if it.is_new() && !is_valid(name) {
        found.add(
            NAME.fail(format!("`{name}` is not a valid service name"))
                .at(field.place())
                .naming("<name>", name)
                .remedy("Use at most 255 letters, digits, hyphens and underscores"),
        );
        return found.or_pass("");
    }
    let Some(lookup) = it.lookup()? else { return not_applicable("the service has no name") };
    let cluster = lookup.cluster.as_deref().unwrap_or("default");
    match facts.get(&lookup)? {
        Seen::Absent(absence) if absence.said != "MISSING" => {
            return not_applicable(format!("{}; reported by cluster-exists", absence.sentence));
        }
        Seen::Absent(_) if it.is_new() => {}
        Seen::Absent(absence) => {
            found.add(FOUND.fail(absence.sentence.clone()).at(field.place()));
        }
        Seen::Found(service) => {
            let status = service.json.get("status").and_then(Value::as_str);
            found.part(field.place(), |found| existing(it, (name, cluster), status, found));
        }
    }
    found.or_pass(match it.is_new() {
        true => format!("the name {name} is free in cluster {cluster}"),
        false => format!("the service {name} is active in cluster {cluster}"),
    })
}

/// The API accepts ASCII only.
fn is_valid(name: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    (1..=LONGEST).contains(&name.len()) && name.bytes().all(is_plain)
}

fn existing(
    it: &ServiceUse,
    (name, cluster): (&str, &str),
    status: Option<&str>,
    found: &mut Findings,
) -> Result<(), Stop> {
    let place = it.request().service_name.place();
    match (status, it.is_new()) {
        (Some("ACTIVE"), false) | (Some("INACTIVE"), true) => {}
        (Some("ACTIVE"), true) => found.add(
            FREE.warn(format!("the service {name} already exists in cluster {cluster}"))
                .at(place)
                .remedy("Update the service instead, with the input of update-service"),
        ),
        (Some("DRAINING"), true) => found.add(
            DRAINED
                .fail(format!("the service {name} of cluster {cluster} is still DRAINING"))
                .at(place)
                .remedy(
                    "Wait until the tasks of the deleted service have stopped, or use another name",
                ),
        ),
        (Some(status @ ("DRAINING" | "INACTIVE")), false) => found.add(
            ACTIVE
                .fail(format!(
                    "the service {name} of cluster {cluster} is {status}: it was deleted"
                ))
                .at(place)
                .remedy("Create the service again, with the input of create-service"),
        ),
        (status, _) => {
            let status = status.unwrap_or("missing");
            let why = format!(
                "cannot determine whether the service {name} is active: its status is {status}"
            );
            return Err(Gap::Undecidable { why }.into());
        }
    }
    Ok(())
}
