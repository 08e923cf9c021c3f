//! `network-endpoint-policy`

mod amendment;
mod call;
mod caller;
mod callers;
mod calls;
mod decision;
mod objection;
mod reading;

use serde_json::{Value, json};

use super::asks::{FROM, LEAD, WAY};
use super::places::{Plan, judge_all};
use crate::account::rights::OrganizationOf;
use crate::checks::{Check, together};
use crate::facts::View;
use crate::knowledge::Stop;
use crate::lookup::iam::instance_profile::GetInstanceProfile;
use crate::lookup::logs::DescribeLogGroup;
use crate::lookup::s3::GetBucketPolicy;
use crate::lookup::secretsmanager::DescribeSecret;
use crate::lookup::{CallerIdentity, Lookup};
use crate::names::{RoleArn, words};
use crate::network::{Attraction, Endpoint, Part};
use crate::reachability::egress::{Call, Errand, Need, Reach, To, destination};
use crate::reachability::interface::{Vantage, lead_lacks};
use crate::reachability::ruling::{Obstacle, Ruling};
use crate::reachability::way::Way;
use crate::task::{EgressPoint, Task};
use crate::verdict::Judgement;
use amendment::Amendment;
use call::ApiCall;
use callers::Callers;
use calls::Calls;
use decision::{Decided, Held};
use objection::Objection;

/// What refused calls become at run time.
const CALL_REFUSED: &str = "AccessDeniedException: ... is not authorized to perform: <action> ... because no VPC endpoint policy allows the <action> action";
const LAYER_REFUSED: &str = "CannotPullContainerError: ... failed to copy: httpReadSeeker: failed open: unexpected status code <url>: 403 Forbidden";
const FILE_REFUSED: &str = "ResourceInitializationError: failed to download env files: ... AccessDenied: ... because no VPC endpoint policy allows the s3:GetObject action";

pub(super) static NETWORK_ENDPOINT_POLICY: Check = Check {
    id: "network-endpoint-policy",
    verifies: "the endpoint policies allow the calls made through them, including reads of ECR's layer bucket",
    prevents: &[CALL_REFUSED, LAYER_REFUSED, FILE_REFUSED],
    remedy: "Allow the call in the policy of the endpoint",
    docs: "https://docs.aws.amazon.com/AmazonECR/latest/userguide/vpc-endpoints.html",
    asks: &[
        FROM,
        LEAD,
        WAY,
        &[
            DescribeSecret::CALL,
            DescribeLogGroup::CALL,
            GetBucketPolicy::CALL,
            GetInstanceProfile::CALL,
        ],
        &OrganizationOf::CALLS,
    ],
    advises: false,
    judge: |task| together(task, &task.context.network.place, network_endpoint_policy),
};

fn network_endpoint_policy(senders: &[EgressPoint], facts: &View) -> Judgement {
    let plan = Plan {
        expected: &[Part::Vpc, Part::DnsSupport, Part::Endpoints, Part::RouteTables],
        moot: "no required service is reached through an endpoint",
        blocked: "is refused",
        connected: None,
        error: refusal_of,
    };
    let Some(task) = senders.first().map(|it| it.task) else {
        return crate::verdict::not_applicable(plan.moot);
    };
    judge_all(senders, &plan, facts, |vantage, need, reach, facts| {
        rule(task, vantage, need, reach, facts)
    })
}

/// Whether the policy of the endpoint on the path allows the calls.
pub(super) fn rule<'t>(
    task: &Task,
    vantage: &mut Vantage<'t>,
    need: &Need,
    reach: &Reach,
    facts: &View<'t>,
) -> Result<Ruling, Stop> {
    let drawn = vantage.path(
        &destination(&need.to),
        facts,
        |path, _| lead_lacks(path),
        |path, _| {
            let lead = path.lead.as_ref()?;
            let (Attraction::Interface(endpoint) | Attraction::Gateway(endpoint)) = lead.to else {
                return None;
            };
            let doubt = (!lead.answer.has_passed()).then(|| lead.answer.because());
            Some((endpoint.clone(), doubt))
        },
    )?;
    let Some((endpoint, doubt)) = drawn else { return Ok(Ruling::NotApplicable) };
    let Some(document) = endpoint.policy.as_ref().filter(|it| !allows_everything(it)) else {
        let why = format!("the policy of {}, which allows everything", endpoint.id);
        return Ok(Ruling::Passes(why.into()));
    };
    let ruling = judged(task, &endpoint, document, need, facts)?;
    match (ruling, doubt) {
        (Ruling::Blocked(obstacle), Some(doubt)) if has_way_past(vantage, reach, facts)? => {
            Ok(Ruling::Open(obstacle.because.with(format!(", but {doubt}"))))
        }
        (ruling, _) => Ok(ruling),
    }
}

/// Whether packets have another route where the service's name does not resolve to the endpoint.
fn has_way_past<'t>(
    vantage: &mut Vantage<'t>,
    reach: &Reach,
    facts: &View<'t>,
) -> Result<bool, Stop> {
    let internet = To::Host("the internet".to_owned());
    let way = Way::of(vantage, &internet, reach, facts)?;
    Ok(!matches!(way, Way::Broken(_) | Way::Missing))
}

/// The error of a refused call: image layers are fetched by URL, not by an IAM-authorized call.
fn refusal_of(errand: &Errand) -> Option<&'static str> {
    matches!(errand.call, Call::Layers(_)).then_some(LAYER_REFUSED)
}

/// The default policy of an endpoint
/// (<https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-endpoints-access.html>).
fn allows_everything(document: &Value) -> bool {
    let [statement] = reading::statements(document)[..] else { return false };
    let is = |name: &str, wanted: &str| {
        let value = statement.get(name);
        value.is_some_and(|it| it == wanted || *it == json!([wanted]))
    };
    let principal = statement.get("Principal");
    let is_anybody = principal.is_some_and(|it| it == "*" || it.get("AWS") == Some(&json!("*")));
    is_anybody
        && is("Effect", "Allow")
        && is("Action", "*")
        && is("Resource", "*")
        && statement.get("Condition").is_none()
}

/// The ruling of this policy on all calls of the need.
fn judged(
    task: &Task,
    endpoint: &Endpoint,
    document: &Value,
    need: &Need,
    facts: &View,
) -> Result<Ruling, Stop> {
    let region = task.region()?;
    let account = &facts.need(&CallerIdentity { region: region.clone() })?.account;
    let held = Held::of(endpoint, document, region, account, facts)?;
    let callers = Callers { task, region, account, facts };
    let calls = Calls { region, account, held: &held, facts };
    // All errands ask before the first gap ends the evaluation.
    let of_errands: Vec<_> =
        need.errands.iter().map(|it| calls.of(it).map(|calls| (it, calls))).collect();
    let mut tally = Tally::default();
    for of_errand in of_errands {
        let (errand, calls_of_errand) = of_errand?;
        for call in calls_of_errand {
            let decided = callers.decide(&held, &call)?;
            if !matches!(decided, Decided::Allowed) && calls.is_moot(&errand.call)? {
                continue;
            }
            tally.add(&errand.what, call, decided)?;
        }
    }
    Ok(tally.ruling(&held, callers.execution_role()?.as_ref()))
}

/// The decisions on the calls.
#[derive(Default)]
struct Tally {
    asked: usize,
    refused: Vec<Objection>,
    hurts: Vec<Objection>,
    open: Vec<String>,
    /// The errands that calls are made for which do not pass.
    stopped: Vec<String>,
}

impl Tally {
    fn add(&mut self, what: &str, call: ApiCall, decided: Decided) -> Result<(), Stop> {
        self.asked += 1;
        let is_stopped = matches!(decided, Decided::Refused { .. } | Decided::Hurts { .. });
        if is_stopped && !self.stopped.iter().any(|it| it == what) {
            self.stopped.push(what.to_owned());
        }
        let is_same = |it: &Objection| {
            it.call.wish.action == call.wish.action && it.call.wish.resource == call.wish.resource
        };
        let known = |list: &[Objection]| list.iter().any(is_same);
        match decided {
            Decided::Allowed => {}
            Decided::Refused { why, denied_by } if !known(&self.refused) => {
                self.refused.push(Objection { call, why, denied_by });
            }
            Decided::Hurts { why, denied_by } if !known(&self.hurts) => {
                self.hurts.push(Objection { call, why, denied_by });
            }
            Decided::Refused { .. } | Decided::Hurts { .. } => {}
            Decided::Unread(gap) => return Err(gap.into()),
            Decided::Open(why) if !self.open.contains(&why) => self.open.push(why),
            Decided::Open(_) => {}
        }
        Ok(())
    }

    fn ruling(self, held: &Held, role: Option<&RoleArn>) -> Ruling {
        let Tally { asked, refused, hurts, open, stopped } = self;
        match () {
            () if !refused.is_empty() => {
                let obstacle = obstacle("refuses", &refused, held, role);
                Ruling::Blocked(obstacle.hitting(stopped, error_of(&refused)))
            }
            () if !open.is_empty() => Ruling::Open(open.join("; ").into()),
            () if !hurts.is_empty() => {
                let obstacle = obstacle("is likely to refuse", &hurts, held, role);
                Ruling::Hurts(obstacle.hitting(stopped, error_of(&hurts)))
            }
            () if asked == 0 => Ruling::NotApplicable,
            () => Ruling::Passes(format!("the policy of {}", held.endpoint.id).into()),
        }
    }
}

/// The error of refused calls: files are fetched before images, and image layers by URL.
fn error_of(objections: &[Objection]) -> &'static str {
    let is_file = |it: &Objection| !it.call.is_by_ecr && it.call.wish.action.starts_with("s3:");
    match objections {
        all if all.iter().any(is_file) => FILE_REFUSED,
        all if all.iter().all(|it| it.call.is_by_ecr) => LAYER_REFUSED,
        _ => CALL_REFUSED,
    }
}

/// Why the calls are refused, each reason once, and how to fix it.
fn obstacle(verb: &str, objections: &[Objection], held: &Held, role: Option<&RoleArn>) -> Obstacle {
    let mut of_resources: Vec<(&str, &str, Vec<&str>)> = Vec::new();
    for Objection { call, why, .. } in objections {
        let same = |(shown, reason, _): &&mut (&str, &str, Vec<&str>)| {
            *shown == call.shown && *reason == why
        };
        match of_resources.iter_mut().find(same) {
            Some((.., actions)) => actions.push(&call.wish.action),
            None => of_resources.push((&call.shown, why, vec![&call.wish.action])),
        }
    }
    let mut by_reason: Vec<(&str, Vec<String>)> = Vec::new();
    for (shown, why, actions) in of_resources {
        let calls = format!("{} on {shown}", words::and(&actions));
        match by_reason.iter_mut().find(|(reason, _)| *reason == why) {
            Some((_, others)) => others.push(calls),
            None => by_reason.push((why, vec![calls])),
        }
    }
    let reasons: Vec<String> =
        by_reason.iter().map(|(why, calls)| format!("{}: {why}", calls.join(", and "))).collect();
    let because =
        format!("the policy of endpoint {} {verb} {}", held.endpoint.id, reasons.join("; and "));
    let obstacle = Obstacle::of(because).on(&held.endpoint.id);
    let Amendment { remedy, command } = Amendment::of(objections, held, role);
    let obstacle = obstacle.remedy(remedy);
    match command {
        Some(command) => obstacle.command(command),
        None => obstacle,
    }
}
