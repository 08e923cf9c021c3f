//! What an endpoint policy decides for one call.

use serde_json::{Value, json};

use super::call::{ApiCall, Owner};
use super::caller::{Caller, is_of_account, is_of_caller};
use super::reading::{Readings, listed, statements};
use crate::account::rights::{Above, OrganizationOf};
use crate::facts::View;
use crate::iam::{
    Decision, Depends, Evaluation, KeyState, Layer, Layers, Policy, Request, evaluate,
};
use crate::knowledge::{Gap, Stop};
use crate::names::{AccountId, Partition, Region, words};
use crate::network::Endpoint;
use crate::permission::context;
use crate::reachability::origin::through;

/// The condition keys that identify the owner of a resource.
const OF_OWNER: [&str; 3] = ["aws:ResourceAccount", "aws:ResourceOrgID", "aws:ResourceOrgPaths"];

/// Values of these keys that no owner has: account ids do not start like this, and organization ids have at
/// least ten characters
/// (<https://docs.aws.amazon.com/organizations/latest/APIReference/API_Organization.html>).
const NOBODY: [&str; 3] = ["000000000000", "o-0", "o-0/r-0/"];

/// The name of a policy that allows everything.
const ANYTHING: &str = "everything";

/// What a policy decides for a call.
pub(super) enum Decided {
    Allowed,
    /// It is refused.
    Refused {
        why: String,
        /// The statement that denies it, if one does.
        denied_by: Option<String>,
    },
    /// It is likely to be refused.
    Hurts {
        why: String,
        /// The statements that it depends on.
        denied_by: Option<String>,
    },
    /// It depends on something that is not known.
    Open(String),
    /// It depends on something that could not be read.
    Unread(Gap),
}

/// An endpoint policy to evaluate calls against.
pub(super) struct Held<'a> {
    pub endpoint: &'a Endpoint,
    pub document: &'a Value,
    pub region: &'a Region,
    account: &'a AccountId,
    above: Above,
}

impl<'a> Held<'a> {
    /// The organization is looked up only if the policy has a condition on it.
    ///
    /// # Errors
    /// While the lookup is running.
    pub(super) fn of(
        endpoint: &'a Endpoint,
        document: &'a Value,
        region: &'a Region,
        account: &'a AccountId,
        facts: &View,
    ) -> Result<Held<'a>, Stop> {
        let above = match mentions(document, &["orgid", "orgpaths"]) {
            true => facts.derive(&OrganizationOf { region: region.clone() })?.clone(),
            false => Above::default(),
        };
        Ok(Held { endpoint, document, region, account, above })
    }

    /// The same endpoint with another policy.
    pub(super) fn with<'b>(&'b self, document: &'b Value) -> Held<'b> {
        Held {
            endpoint: self.endpoint,
            document,
            region: self.region,
            account: self.account,
            above: self.above.clone(),
        }
    }

    /// Some role of the account.
    pub(super) fn some_role(&self) -> Caller {
        Caller::SomeRole(self.account.clone(), self.region.partition())
    }

    /// The AWS account that signs the URLs of layers.
    pub(super) fn ecr(&self) -> Caller {
        Caller::Ecr(self.account.clone(), self.region.partition())
    }

    /// Whether the policy has a condition on the owner of resources.
    pub(super) fn asks_for_owner(&self) -> bool {
        mentions(self.document, &["aws:resourceaccount", "aws:resourceorg"])
    }

    /// What it decides for this call by this caller.
    pub(super) fn decide(&self, caller: &Caller, call: &ApiCall) -> Decided {
        let readings = Readings::of(self.endpoint, self.document, caller);
        let best = self.evaluated(&readings.best, caller, call, &[]);
        let worst = match readings.doubtful.is_empty() {
            true => best.clone(),
            false => self.evaluated(&readings.worst, caller, call, &[]),
        };
        let said = reasons(&best);
        match (&best.decision, &worst.decision) {
            (_, Decision::Allow) => Decided::Allowed,
            (Decision::ImplicitDeny | Decision::ExplicitDeny, _) => {
                match self.owner_to_hope_for(&readings.best, caller, call) {
                    Some(named) => Decided::Hurts {
                        why: format!(
                            "it passes only if the AWS account that owns the resource matches {named} ({said})"
                        ),
                        denied_by: denying(&best),
                    },
                    None => Decided::Refused {
                        why: said + &self.of_root(&readings.of_root, caller, call),
                        denied_by: denying(&best),
                    },
                }
            }
            (Decision::Depends(depends), _) => {
                let decided = self.by_foreigner(&readings, depends, caller, call);
                decided.unwrap_or_else(|| self.open(depends, &said, caller, call))
            }
            (Decision::Allow, _) => named(caller, &readings.doubtful, &worst),
        }
    }

    /// It depends on condition keys.
    fn open(&self, depends: &Depends, said: &str, caller: &Caller, call: &ApiCall) -> Decided {
        let has = |is: fn(&str) -> bool| depends.keys.iter().any(|it| is(&it.key));
        if let (Owner::Unknown(Some(gap)), true) = (&call.owner, has(is_of_owner)) {
            return Decided::Unread(gap.clone());
        }
        if let (Caller::Ecr(..), true) = (caller, has(is_of_caller)) {
            let by = depends.keys.iter().flat_map(|it| &it.by).next();
            return Decided::Hurts {
                why: format!("it depends on the caller, which is an AWS service account ({said})"),
                denied_by: by.map(ToString::to_string),
            };
        }
        Decided::Open(format!(
            "the policy of endpoint {} might refuse {} on {}: {said}",
            self.endpoint.id, call.wish.action, call.shown
        ))
    }

    /// What it decides if the caller is not an account of the customer, like the one that signs the URLs of
    /// layers; none if that does not decide it.
    fn by_foreigner(
        &self,
        readings: &Readings,
        depends: &Depends,
        caller: &Caller,
        call: &ApiCall,
    ) -> Option<Decided> {
        let Caller::Ecr(own, partition) = caller else { return None };
        let by_all = |policy: &Policy, is: fn(&Decision) -> bool, more: &[(&str, KeyState)]| {
            foreign(*partition).iter().all(|keys| {
                let keys: Vec<_> = keys.iter().chain(more).cloned().collect();
                is(&self.evaluated(policy, caller, call, &keys).decision)
            })
        };
        let is_own = |value: &str| match self.above.keys().0 {
            KeyState::Known(it) if it.iter().any(|id| is_of_organization(value, id)) => true,
            _ => is_of_account(value, own),
        };
        // Any other account that the policy names may be the one that signs.
        let named = depends.keys.iter().map(|it| it.key.as_str()).filter(|key| is_of_caller(key));
        let others: Vec<(&str, KeyState)> = named
            .flat_map(|key| values_of(self.document, key).into_iter().map(move |it| (key, it)))
            .filter(|(_, value)| !is_own(value))
            .map(|(key, value)| (key, KeyState::Known(vec![value])))
            .collect();
        let for_each = |policy: &Policy, is: fn(&Decision) -> bool| {
            let by_named = |it: &(&str, KeyState)| by_all(policy, is, std::slice::from_ref(it));
            by_all(policy, is, &[]) && others.iter().all(by_named)
        };
        if for_each(&readings.worst, |it| matches!(it, Decision::Allow)) {
            return Some(Decided::Allowed);
        }
        let denies = |it: &Decision| matches!(it, Decision::ImplicitDeny | Decision::ExplicitDeny);
        if !for_each(&readings.best, denies) {
            return None;
        }
        let (mut keys, mut asking) = (Vec::new(), Vec::new());
        for it in depends.keys.iter().filter(|it| is_of_caller(&it.key)) {
            keys.push(format!("`{}`", it.key));
            asking.extend(it.by.iter().map(ToString::to_string));
        }
        asking.sort_unstable();
        asking.dedup();
        Some(Decided::Refused {
            why: format!(
                "{} requires {} of your own, and the caller is an AWS account of ECR",
                words::and(&asking),
                words::and(&keys)
            ),
            denied_by: asking.into_iter().next(),
        })
    }

    /// Explains accounts as principals in a gateway endpoint policy, if they are the cause.
    fn of_root(&self, places: &[usize], caller: &Caller, call: &ApiCall) -> String {
        let as_written = Policy::read(Layer::Endpoint, &self.endpoint.id, self.document);
        let evaluation = self.evaluated(&as_written, caller, call, &[]);
        if places.is_empty() || evaluation.decision != Decision::Allow {
            return String::new();
        }
        format!(
            "; in a gateway endpoint policy, the accounts in {} mean only the root users",
            listed(places)
        )
    }

    fn evaluated(
        &self,
        policy: &Policy,
        caller: &Caller,
        call: &ApiCall,
        assumed: &[(&str, KeyState)],
    ) -> Evaluation {
        let mut wish = call.wish.clone();
        wish.context.extend(through(self.endpoint));
        wish.context.extend(self.of_organization(caller));
        wish.context.extend(self.of_owner(caller, &call.owner));
        let hidden = caller.hides().iter().map(|key| ((*key).to_owned(), KeyState::Unknown));
        wish.context.extend(hidden);
        let assumed = assumed.iter().map(|(key, state)| ((*key).to_owned(), state.clone()));
        wish.context.extend(assumed);
        let principal = caller.principal();
        let context = context(&principal, None, &wish, self.region);
        let own = principal.account().unwrap_or(self.account).clone();
        // The resource policy of another account is judged by other checks.
        let request = Request::new(principal, &wish.action, &wish.resource, context)
            .called(wish.in_words())
            .owned_by(own);
        let anything = json!({"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]});
        let layers = Layers {
            identity: vec![Policy::read(Layer::Identity, ANYTHING, &anything)],
            endpoint: Some(policy.clone()),
            ..Layers::default()
        };
        evaluate(&request, &layers)
    }

    /// The condition keys of the caller's organization.
    fn of_organization(&self, caller: &Caller) -> Vec<(String, KeyState)> {
        let (id, path) = match caller.account() {
            Some(account) if account == self.account => self.above.keys(),
            _ => (KeyState::Unknown, KeyState::Unknown),
        };
        vec![("aws:PrincipalOrgID".to_owned(), id), ("aws:PrincipalOrgPaths".to_owned(), path)]
    }

    /// The condition keys of the resource's owner
    /// (<https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html>). A call
    /// without a resource counts as one on an own resource, as for ECR's token in AWS's examples
    /// (<https://github.com/aws-samples/data-perimeter-policy-examples/tree/main/vpc_endpoint_policies>).
    fn of_owner(&self, caller: &Caller, owner: &Owner) -> Vec<(String, KeyState)> {
        let known = |value: &str| KeyState::Known(vec![value.to_owned()]);
        let owner = match owner {
            Owner::Account(account) => Some(account),
            Owner::Caller => caller.account(),
            Owner::Aws => {
                let states = NOBODY.map(known);
                return OF_OWNER.map(str::to_owned).into_iter().zip(states).collect();
            }
            Owner::Unknown(_) => None,
        };
        let account = owner.map_or(KeyState::Unknown, |it| known(it.as_str()));
        let (id, path) = match owner {
            Some(owner) if owner == self.account => self.above.keys(),
            _ => (KeyState::Unknown, KeyState::Unknown),
        };
        OF_OWNER.map(str::to_owned).into_iter().zip([account, id, path]).collect()
    }

    /// The owner that the policy requires, for a resource of AWS: it may be an AWS account, but not the
    /// user's own account or organization.
    fn owner_to_hope_for(
        &self,
        policy: &Policy,
        caller: &Caller,
        call: &ApiCall,
    ) -> Option<String> {
        let Owner::Aws = call.owner else { return None };
        let own = self.above.keys();
        let is_own = |value: &str| {
            let of_key =
                |state: &KeyState| matches!(state, KeyState::Known(it) if it[..] == [value]);
            value == self.account.as_str() || of_key(&own.0) || of_key(&own.1)
        };
        let named = OF_OWNER.into_iter().flat_map(|key| {
            values_of(self.document, key).into_iter().map(move |value| (key, value))
        });
        let mut hopeful = named.filter(|(_, value)| !is_own(value)).filter(|(key, value)| {
            let owner = [(*key, KeyState::Known(vec![value.clone()]))];
            let evaluation = self.evaluated(policy, caller, call, &owner);
            evaluation.decision == Decision::Allow
        });
        hopeful.next().map(|(key, value)| format!("{key} {value}"))
    }
}

/// The decision where the two readings disagree.
fn named(caller: &Caller, doubtful: &[usize], worst: &Evaluation) -> Decided {
    let statements = listed(doubtful);
    let denied_by = denying(worst);
    match caller {
        Caller::Role(_) => Decided::Hurts {
            why: format!(
                "it depends on the principals of {statements}, and AWS does not document principals other than * in a gateway endpoint policy"
            ),
            denied_by,
        },
        Caller::Ecr(..) => Decided::Hurts {
            why: format!(
                "it depends on the principals of {statements}, and the caller belongs to AWS"
            ),
            denied_by,
        },
        Caller::SomeRole(..) => Decided::Open(format!(
            "the caller is not known, and the endpoint policy distinguishes callers in {statements}"
        )),
    }
}

/// The reasons as sentences, without the placeholder identity policy.
fn reasons(evaluation: &Evaluation) -> String {
    let mut evaluation = evaluation.clone();
    if let Decision::Depends(depends) = &mut evaluation.decision {
        for outcome in &mut depends.outcomes {
            outcome.by = outcome.by.take().filter(|it| *it.policy != *ANYTHING);
        }
    }
    evaluation.sentences().join("; ")
}

fn denying(evaluation: &Evaluation) -> Option<String> {
    match evaluation.decision {
        Decision::ExplicitDeny => Some(match evaluation.grounds.first() {
            Some(origin) => origin.to_string(),
            None => "the statement that denies it".to_owned(),
        }),
        _ => None,
    }
}

/// The keys of a caller that does not belong to the customer: its account is in another organization, or in
/// none.
fn foreign(partition: Partition) -> [Vec<(&'static str, KeyState)>; 2] {
    let known = |value: String| KeyState::Known(vec![value]);
    let [account, organization, path] = NOBODY;
    let account = [
        ("aws:PrincipalAccount", known(account.to_owned())),
        ("aws:PrincipalArn", known(format!("arn:{partition}:iam::{account}:role/nobody"))),
    ];
    let [id, paths] = ["aws:PrincipalOrgID", "aws:PrincipalOrgPaths"];
    let within = [(id, known(organization.to_owned())), (paths, known(path.to_owned()))];
    let nowhere = [(id, KeyState::Absent), (paths, KeyState::Absent)];
    [within, nowhere]
        .map(|of_organization| account.iter().cloned().chain(of_organization).collect())
}

/// Whether the id or the path of an organization is one of this.
fn is_of_organization(value: &str, id: &str) -> bool {
    value.strip_prefix(id).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

fn is_of_owner(key: &str) -> bool {
    OF_OWNER.iter().any(|it| it.eq_ignore_ascii_case(key))
}

/// Whether the policy contains one of these words, given in lower case.
fn mentions(document: &Value, words: &[&str]) -> bool {
    let text = document.to_string().to_lowercase();
    words.iter().any(|word| text.contains(word))
}

/// The values that conditions of the policy compare with a key.
fn values_of(document: &Value, key: &str) -> Vec<String> {
    let objects = |value: &Value| value.as_object().cloned().unwrap_or_default();
    let mut found: Vec<String> = Vec::new();
    for statement in statements(document) {
        let operators = statement.get("Condition").map(objects).unwrap_or_default();
        for (own, value) in operators.values().flat_map(objects) {
            if !own.eq_ignore_ascii_case(key) {
                continue;
            }
            let values = value.as_array().cloned().unwrap_or_else(|| vec![value]);
            found.extend(values.iter().filter_map(Value::as_str).map(str::to_owned));
        }
    }
    found
}
