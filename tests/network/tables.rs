use std::collections::BTreeMap;

use aws_ecs_preflight::network::{Attraction, Outcome, Path, Stage, path};
use serde::Deserialize;
use serde_json::{Map, Value};

use super::destination::{WrittenDestination, merge};
use super::notation::Written;

/// A case of a table: a VPC of `vpcs.json`, what is different there, and what becomes of the packets.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    name: String,
    vpc: String,
    #[serde(default)]
    with: Map<String, Value>,
    to: WrittenDestination,
    /// The whole path.
    outcome: Said,
    /// Stages; those that are not named pass.
    #[serde(default)]
    stages: BTreeMap<String, Said>,
    /// The endpoint that takes it, or `public`.
    lead: Option<String>,
    /// Parts of the reasons.
    #[serde(default)]
    because: Vec<String>,
}

#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
enum Said {
    Passed,
    Doubtful,
    Blocked,
}

impl From<Outcome> for Said {
    fn from(outcome: Outcome) -> Said {
        match outcome {
            Outcome::Passed => Said::Passed,
            Outcome::Doubtful => Said::Doubtful,
            Outcome::Blocked => Said::Blocked,
        }
    }
}

#[test]
fn a_route_has_to_lead_out_and_a_gateway_to_let_go() {
    check(include_str!("routes.json"));
}

#[test]
fn security_groups_have_to_let_it_out_and_in() {
    check(include_str!("security_groups.json"));
}

#[test]
fn network_acls_have_to_let_it_pass_both_ways_on_both_ends() {
    check(include_str!("network_acls.json"));
}

#[test]
fn endpoints_draw_what_is_for_their_service() {
    check(include_str!("endpoints.json"));
}

#[test]
fn names_have_to_resolve() {
    check(include_str!("names.json"));
}

#[test]
fn what_was_not_read_is_doubtful_unless_it_does_not_matter() {
    check(include_str!("unread.json"));
}

fn check(table: &str) {
    let cases: Vec<Case> = serde_json::from_str(table).unwrap();
    assert!(!cases.is_empty());
    let wrong: Vec<String> = cases.iter().filter_map(Case::objection).collect();
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n\n"));
}

impl Case {
    /// What is wrong with the answer, if something is.
    fn objection(&self) -> Option<String> {
        let mut vpc = vpc(&self.vpc);
        merge(&mut vpc, &Value::Object(self.with.clone()));
        let written: Written = serde_json::from_value(vpc).unwrap_or_else(|error| {
            panic!("{}: {error}", self.name);
        });
        let parts = written.parts();
        let topology = parts.topology();
        let path = path(&topology, &written.task(&parts), &self.to.read(&parts));
        let wrong = self.differences(&path);
        let hops: Vec<_> = path.hops().into_iter().map(|it| format!("  {it:?}")).collect();
        (!wrong.is_empty())
            .then(|| format!("{}\n  {}\n{}", self.name, wrong.join("\n  "), hops.join("\n")))
    }

    fn differences(&self, path: &Path) -> Vec<String> {
        let mut wrong = Vec::new();
        let mut compare = |what: &str, found: Said, expected: Said| {
            if found != expected {
                wrong.push(format!("{what}: {found:?}, not {expected:?}"));
            }
        };
        compare("outcome", path.outcome().into(), self.outcome);
        let hops = path.hops();
        for hop in &hops {
            let expected = self.stages.get(key(hop.stage)).copied().unwrap_or(Said::Passed);
            compare(key(hop.stage), hop.outcome.into(), expected);
        }
        let lead = path.lead.as_ref().map(|lead| match lead.to {
            Attraction::Interface(endpoint) | Attraction::Gateway(endpoint) => endpoint.id.clone(),
            Attraction::Public => "public".to_owned(),
        });
        if self.lead.is_some() && lead != self.lead {
            wrong.push(format!("lead: {lead:?}, not {:?}", self.lead));
        }
        let said: Vec<_> = hops.iter().map(|hop| hop.because.as_str()).collect();
        let unsaid = self.because.iter().filter(|it| !said.iter().any(|said| said.contains(*it)));
        wrong.extend(unsaid.map(|it| format!("nothing says `{it}`")));
        let silent = hops.iter().filter(|hop| hop.because.is_empty());
        wrong.extend(silent.map(|hop| format!("{} gives no reason", hop.stage)));
        wrong
    }
}

fn key(stage: Stage) -> &'static str {
    match stage {
        Stage::Dns => "dns",
        Stage::Endpoint => "endpoint",
        Stage::Route => "route",
        Stage::SecurityGroup => "security_group",
        Stage::NetworkAcl => "network_acl",
        Stage::FarSecurityGroup => "far_security_group",
    }
}

/// A VPC of `vpcs.json`: what it is `like`, changed by the rest of it.
fn vpc(name: &str) -> Value {
    let all: Value = serde_json::from_str(include_str!("vpcs.json")).unwrap();
    let mut own = all.get(name).unwrap_or_else(|| panic!("there is no VPC {name}")).clone();
    match own.as_object_mut().unwrap().remove("like") {
        None => own,
        Some(like) => {
            let mut base = vpc(like.as_str().unwrap());
            merge(&mut base, &own);
            base
        }
    }
}
