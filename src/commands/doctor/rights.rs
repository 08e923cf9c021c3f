//! Which calls of this program the caller's own policies allow, and which checks need the others.

use std::collections::{BTreeMap, BTreeSet};

use crate::account::rights::{OrganizationOf, Policies, PoliciesOf, Principal, RightsOf, Session};
use crate::checks;
use crate::commands::reads;
use crate::facts::View;
use crate::iam::Decision;
use crate::knowledge::Stop;
use crate::least_privilege::{self, Need};
use crate::lookup::iam::simulate::SimulatePrincipalPolicy;
use crate::lookup::{CallerIdentity, Lookup};
use crate::names::Region;
use crate::permission::{self, ResourceSide, Wish};
use crate::task::Witness;

/// What the policies say of one action on any resource.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Right {
    Allowed,
    /// On these resources only.
    OnSome(Vec<String>),
    /// But not on these resources, of which a policy denies it.
    Except(Vec<String>),
    /// Not, for this reason.
    Denied(String),
    /// It cannot be determined, for this reason.
    Unknown(String),
}

/// The rights of the caller, for each action that this program calls.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Rights {
    pub(super) of: BTreeMap<&'static str, Right>,
    /// What the answer assumes.
    pub(super) assumes: Option<&'static str>,
}

/// A check that lacks some of its calls.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Lacking {
    pub(super) check: &'static str,
    pub(super) denied: Vec<&'static str>,
    pub(super) unknown: Vec<&'static str>,
}

/// Why no organization policy counts.
const UNSEEN: &str =
    "that no policy of the organization denies it: the caller cannot read these policies";

/// Calls without which no check is less certain than it says: organizations are often hidden from the accounts in
/// them, and the simulator is a second opinion.
fn is_optional(action: &str) -> bool {
    OrganizationOf::CALLS.iter().any(|call| call.0 == action)
        || action == SimulatePrincipalPolicy::CALL.0
}

impl Rights {
    /// The rights of this caller, by its policies. Where one of them cannot be read, the IAM policy simulator is
    /// asked.
    ///
    /// # Errors
    /// Why the policies cannot be read.
    pub(super) fn of(arn: &str, region: &Region, now: i64, facts: &View) -> Result<Rights, Stop> {
        let asked = RightsOf {
            policies: PoliciesOf { principal: Principal::of_arn(arn)?, region: region.clone() },
            witness: Witness::OnlyIfBlind,
            session: Session::Anybody,
            now: Some(now),
        };
        let who = facts.derive(&asked)?;
        let actions = reads::actions().into_iter().filter(|it| !reads::is_guarded(it));
        let of = actions.map(|action| (action, right(who, action, region, facts))).collect();
        let assumes = match who {
            Policies::Held(set) if set.beyond.organization.controls.is_none() => Some(UNSEEN),
            _ => None,
        };
        Ok(Rights { of, assumes })
    }

    /// The checks that lack a call, in the order of the catalogue.
    pub(super) fn lacking(&self) -> Vec<Lacking> {
        let lacks = checks::catalogue().map(|(_, check)| {
            let calls: BTreeSet<&'static str> = check.calls().map(|call| call.0).collect();
            let (mut denied, mut unknown) = (Vec::new(), Vec::new());
            for action in calls.into_iter().filter(|it| !is_optional(it)) {
                match self.of.get(action) {
                    Some(Right::Denied(_)) => denied.push(action),
                    Some(Right::Unknown(_)) => unknown.push(action),
                    _ => {}
                }
            }
            Lacking { check: check.id, denied, unknown }
        });
        lacks.filter(|it| !it.denied.is_empty() || !it.unknown.is_empty()).collect()
    }

    /// The policy that allows what is denied or cannot be determined; none if nothing is.
    pub(super) fn statement(&self) -> Option<serde_json::Value> {
        let lacks = |action: &&'static str| {
            matches!(self.of.get(*action), Some(Right::Denied(_) | Right::Unknown(_)))
        };
        let narrowed = |need: Need| {
            let actions: BTreeSet<&'static str> =
                need.actions.iter().copied().filter(lacks).collect();
            Some(Need { actions, ..need }).filter(|it| !it.actions.is_empty())
        };
        let needs: Vec<Need> = reads::needs(None, false).into_iter().filter_map(narrowed).collect();
        (!needs.is_empty()).then(|| least_privilege::policy(&needs))
    }
}

/// The identity call is always allowed, regardless of policies.
fn right(who: &Policies, action: &'static str, region: &Region, facts: &View) -> Right {
    if action == CallerIdentity::CALL.0 {
        return Right::Allowed;
    }
    match judged(who, action, region, facts) {
        Ok(right) => right,
        Err(Stop::Gap(gap)) => Right::Unknown(gap.to_string()),
        Err(Stop::Absent(lack)) => Right::Unknown(lack.absence.sentence),
    }
}

fn judged(
    who: &Policies,
    action: &'static str,
    region: &Region,
    facts: &View,
) -> Result<Right, Stop> {
    let wish = Wish::new(action, resource(who, action, region));
    let Some(evaluation) = permission::may(who, &wish, ResourceSide::default(), region)? else {
        return Ok(Right::Allowed);
    };
    let on_some = evaluation.depends_on_resource(action, "*").map(<[_]>::to_vec);
    let exceptions = evaluation.exceptions.clone();
    Ok(match (&evaluation.decision, on_some) {
        (Decision::Allow, _) if !exceptions.is_empty() => Right::Except(exceptions),
        (Decision::Allow, _) => Right::Allowed,
        (Decision::ExplicitDeny, _) if !exceptions.is_empty() => Right::OnSome(exceptions),
        (Decision::ImplicitDeny, Some(resources)) => Right::OnSome(resources),
        (Decision::ExplicitDeny | Decision::ImplicitDeny, _) => {
            Right::Denied(evaluation.sentences().join("; "))
        }
        (Decision::Depends(_), _) => {
            let side = ResourceSide::default();
            match permission::denied(who, &wish, side, region, facts)? {
                None => Right::Allowed,
                Some(finding) => Right::Denied(finding.message),
            }
        }
    })
}

/// What the action is about, if every call is about the same: a list of log groups is one of a group without a
/// name (<https://github.com/hashicorp/terraform-provider-aws/issues/8804>). Otherwise anything.
fn resource(who: &Policies, action: &str, region: &Region) -> String {
    match (who, action) {
        (Policies::Held(set), "logs:DescribeLogGroups") => format!(
            "arn:{}:logs:{region}:{}:log-group::log-stream:",
            region.partition(),
            set.account
        ),
        _ => "*".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rights(of: &[(&'static str, Right)]) -> Rights {
        let allowed = reads::actions().into_iter().map(|action| (action, Right::Allowed));
        let of = allowed.chain(of.iter().cloned()).collect();
        Rights { of, assumes: None }
    }

    fn denied() -> Right {
        Right::Denied("no statement allows it".to_owned())
    }

    #[test]
    fn each_check_names_the_calls_that_it_lacks() {
        let some = Right::OnSome(vec!["arn:aws:logs:*:*:log-group:/web".to_owned()]);
        let unread = Right::Unknown("it depends on a condition".to_owned());
        let rights = rights(&[
            ("ecr:DescribeImages", denied()),
            ("ssm:DescribeParameters", unread),
            ("logs:DescribeLogGroups", some),
        ]);
        let lacking = rights.lacking();
        let of = |id: &str| lacking.iter().find(|it| it.check == id);
        let image = of("image-exists").unwrap();
        assert_eq!((&image.denied[..], &image.unknown[..]), (&["ecr:DescribeImages"][..], &[][..]));
        let parameter = of("parameter-exists").unwrap();
        assert_eq!(parameter.unknown, ["ssm:DescribeParameters"]);
        assert!(of("log-group-exists").is_none(), "what is allowed on some resources is no lack");
        let policy = rights.statement().unwrap();
        let actions = &policy["Statement"][0]["Action"];
        assert_eq!(actions, &serde_json::json!(["ecr:DescribeImages", "ssm:DescribeParameters"]));
    }

    #[test]
    fn organizations_and_the_simulator_are_no_lack() {
        let rights = rights(&[
            ("organizations:DescribeOrganization", denied()),
            ("iam:SimulatePrincipalPolicy", denied()),
        ]);
        assert_eq!(rights.lacking(), []);
        assert!(rights.statement().is_some());
    }

    #[test]
    fn with_all_rights_nothing_is_left_to_allow() {
        assert_eq!(rights(&[]).lacking(), []);
        assert_eq!(rights(&[]).statement(), None);
    }
}
