//! How to fix a denial.
//!
//! A missing allow is added where it is missing, and nothing that exists is removed: a new policy for the
//! principal, a grant for a key, and for a policy that can only be replaced as a whole, its current
//! statements plus the new one. An explicit deny overrides any allow, so the denying statement is shown
//! instead.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::call::{Wish, by_resource};
use super::guard::{Guard, GuardPolicy, Now, amended, show_key};
use super::inline;
use super::outcome::JudgedCall;
use crate::account::rights::{Origin, PolicySet};
use crate::iam::{self, Decision, KeyState, Layer};
use crate::names::{Arn, Region, words};
use crate::shell::ShellCommand;

/// The sentences and the commands.
pub(crate) struct Remedy<'m> {
    set: &'m PolicySet,
    refused: &'m [&'m JudgedCall],
    guard: Option<&'m Guard>,
    sentences: Vec<String>,
    /// The commands.
    pub commands: Vec<ShellCommand>,
}

impl<'m> Remedy<'m> {
    /// How to fix these denials of calls on a resource with this guard.
    pub(crate) fn of(
        set: &'m PolicySet,
        refused: &'m [&'m JudgedCall],
        guard: Option<&'m Guard>,
    ) -> Remedy<'m> {
        let mut remedy =
            Remedy { set, refused, guard, sentences: Vec::new(), commands: Vec::new() };
        remedy.ways();
        remedy.denials();
        remedy.misses();
        if !remedy.is_explained() {
            let all = remedy.wishes(|_| true);
            remedy.add(simulation(set, &all));
        }
        remedy
    }

    /// All of it in one sentence; none where the check's own remedy says it.
    pub(crate) fn sentence(&self) -> Option<String> {
        (!self.sentences.is_empty()).then(|| self.sentences.join("; "))
    }

    fn add(&mut self, command: ShellCommand) {
        if !self.commands.contains(&command) {
            self.commands.push(command);
        }
    }

    /// The calls that were denied for this reason.
    fn wishes(&self, because: impl Fn(&JudgedCall) -> bool) -> Vec<&'m Wish> {
        self.refused.iter().filter(|it| because(it)).map(|it| &it.wish).collect()
    }

    /// The calls that lack an allow in one of these layers.
    fn lacking(&self, lacks: impl Fn(Layer) -> bool) -> Vec<&'m Wish> {
        self.wishes(|it| it.evaluation.misses.iter().any(|miss| lacks(miss.layer)))
    }

    /// Whether the policies explain the denial. They do not where only the IAM policy simulator denies.
    fn is_explained(&self) -> bool {
        self.refused.iter().any(|it| {
            let evaluation = &it.evaluation;
            it.by_way
                || evaluation.decision == Decision::ExplicitDeny
                || !evaluation.misses.is_empty()
        })
    }

    /// How to route the calls another way.
    fn ways(&mut self) {
        let refused = self.refused;
        if refused.iter().all(|it| it.by_way) {
            self.sentences.push(
                "Route the call through the VPC endpoint or network that the policy requires, or allow its actual network path in the policy"
                    .to_owned(),
            );
        }
        for command in refused.iter().flat_map(|it| &it.commands) {
            self.add(command.clone());
        }
    }

    /// The denying statements, which must be removed or narrowed.
    fn denials(&mut self) {
        let mut denying: Vec<&iam::Origin> = Vec::new();
        for it in self.refused {
            if it.evaluation.decision == Decision::ExplicitDeny {
                let new = it.evaluation.deciding.iter().filter(|origin| !denying.contains(origin));
                let new: Vec<_> = new.collect();
                denying.extend(new);
            }
        }
        let by_way = self.refused.iter().all(|it| it.by_way);
        match denying.as_slice() {
            [] => {}
            _ if by_way => {}
            many => {
                let named: Vec<String> = many.iter().take(3).map(ToString::to_string).collect();
                self.sentences.push(format!(
                    "Remove or narrow {}: an explicit deny overrides any allow",
                    words::and(&named)
                ));
            }
        }
        for origin in denying {
            if let Some(command) = self.shown(origin) {
                self.add(command);
            }
        }
    }

    /// The command that shows the policy that contains a statement.
    fn shown(&self, origin: &iam::Origin) -> Option<ShellCommand> {
        match (origin.layer, self.guard) {
            (Layer::Resource, Some(Guard::Policy(policy))) if *policy.name == *origin.policy => {
                Some(policy.show.clone())
            }
            (Layer::Key, Some(Guard::Key { arn, region })) => Some(show_key(arn, region)),
            _ => inline::show(self.set, origin),
        }
    }

    /// Adds the missing allows.
    fn misses(&mut self) {
        let own = self.lacking(|layer| layer == Layer::Identity);
        let boundary = self.lacking(|layer| layer == Layer::Boundary);
        let guarded = self.lacking(|layer| matches!(layer, Layer::Resource | Layer::Key));
        let above = self.lacking(is_above);
        // Within an account a grant for the key is enough
        // (https://docs.aws.amazon.com/kms/latest/developerguide/grants.html).
        let own: Vec<&Wish> = match self.guard {
            Some(Guard::Key { arn, .. }) if !self.is_foreign(owner(arn).as_deref()) => own
                .into_iter()
                .filter(|it| !guarded.iter().any(|guarded| std::ptr::eq(*it, *guarded)))
                .collect(),
            _ => own,
        };
        if !own.is_empty() {
            let alone = boundary.is_empty() && guarded.is_empty() && above.is_empty();
            self.own(&own, alone);
        }
        if !boundary.is_empty() {
            self.boundary(&boundary);
        }
        if !guarded.is_empty() {
            match self.guard {
                Some(Guard::Policy(policy)) => self.guard_policy(policy, &guarded),
                Some(Guard::Key { arn, region }) => self.grant(arn, region, &guarded),
                None => self.sentences.push(format!(
                    "Allow {} to {} in the policy of the resource",
                    actions(&guarded),
                    self.set.arn
                )),
            }
        }
        if !above.is_empty() {
            self.sentences.push(format!(
                "Allow {} in the {} that limits {}",
                calls(&above),
                words::and(&self.limits()),
                self.set.arn
            ));
        }
    }

    /// The kinds of policies above the principal that lack an allow.
    fn limits(&self) -> Vec<String> {
        let mut limits: Vec<String> = Vec::new();
        for miss in self.refused.iter().flat_map(|it| &it.evaluation.misses) {
            let name = miss.layer.to_string();
            if is_above(miss.layer) && !limits.contains(&name) {
                limits.push(name);
            }
        }
        limits
    }

    /// The principal's identity policies. A new allow does not help where a condition on the network
    /// decides.
    fn own(&mut self, wishes: &[&Wish], alone: bool) {
        if self.refused.iter().all(|it| it.by_way) {
            let misses = self.refused.iter().flat_map(|it| &it.evaluation.misses);
            let nearest: Vec<_> = misses.filter_map(|miss| miss.nearest.as_ref()).collect();
            for origin in nearest {
                if let Some(command) = self.shown(origin) {
                    self.add(command);
                }
            }
            return;
        }
        if inline::is_of_identity_center(self.set) {
            self.sentences.push(format!(
                "Add to the IAM Identity Center permission set of {} (the role cannot be edited in IAM): {}",
                self.set.arn,
                listed(&inline::statements(wishes.iter().copied()))
            ));
        } else if !alone {
            self.sentences.push(format!(
                "Allow {} in the identity policies of {}",
                calls(wishes),
                self.set.arn
            ));
        }
        if let Some(command) = inline::grants(self.set, wishes) {
            self.add(command);
        }
    }

    /// A boundary grants nothing, and may be shared by several principals.
    fn boundary(&mut self, wishes: &[&Wish]) {
        let Some(boundary) = &self.set.boundary else { return };
        let Origin::Managed { arn } = &boundary.origin else { return };
        if arn.contains(":iam::aws:") {
            self.sentences.push(format!(
                "Give {} another permissions boundary: {arn} does not allow {}, and is AWS managed",
                self.set.arn,
                calls(wishes)
            ));
            return;
        }
        // https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
        self.sentences.push(format!(
            "Allow {} in the permissions boundary {arn}; the command keeps the current statements and adds this one (a policy has at most five versions: delete an old one first if there are five)",
            calls(wishes)
        ));
        let bare: Vec<Wish> =
            wishes.iter().map(|it| Wish { allowed_if: Vec::new(), ..(*it).clone() }).collect();
        let document = amended(&boundary.document, inline::statements(&bare));
        self.add(
            ShellCommand::of("aws iam create-policy-version")
                .option("--policy-arn", arn)
                .option("--policy-document", document)
                .flag("--set-as-default"),
        );
    }

    fn guard_policy(&mut self, policy: &GuardPolicy, wishes: &[&Wish]) {
        let foreign = policy.owner.as_ref().filter(|it| self.is_foreign(Some(it.as_str())));
        let by = foreign.map(|it| format!(" (only account {it} can do this)")).unwrap_or_default();
        let statements = self.to_principal(policy, wishes);
        let how = match policy.now {
            Now::Is(_) => "; the command keeps the current statements and adds this one".to_owned(),
            Now::Nothing => String::new(),
            Now::Unread => format!(
                ": fetch the policy, add the statement {} and put the policy back, because the put replaces all of it",
                listed(&statements)
            ),
        };
        let (name, arn) = (&policy.name, &self.set.arn);
        self.sentences.push(format!("Allow {} to {arn} in {name}{by}{how}", actions(wishes)));
        for command in policy.amending(statements) {
            self.add(command);
        }
    }

    /// The statements that allow the principal in the policy of a resource.
    fn to_principal(&self, policy: &GuardPolicy, wishes: &[&Wish]) -> Vec<Value> {
        let by_resource = by_resource(wishes.iter().copied()).into_iter();
        by_resource
            .map(|(wish, actions)| {
                let mut statement = json!({
                    "Effect": "Allow", "Principal": {"AWS": self.set.arn}, "Action": actions,
                });
                if policy.names_resources {
                    statement["Resource"] = json!(wish.resource);
                }
                statement
            })
            .collect()
    }

    /// A grant replaces nothing. It is limited to the encryption context that the calls have in common, as
    /// far as that is known
    /// (<https://docs.aws.amazon.com/kms/latest/developerguide/create-grant-overview.html>).
    fn grant(&mut self, key: &str, region: &Region, wishes: &[&Wish]) {
        let owner = owner(key);
        let by = match owner.as_deref().filter(|it| self.is_foreign(Some(it))) {
            Some(owner) => format!(" (only account {owner} can do this)"),
            None => String::new(),
        };
        let operations: Vec<&str> =
            wishes.iter().filter_map(|it| it.action.strip_prefix("kms:")).collect();
        self.sentences.push(format!(
            "Create a grant on the key that lets {} call {}{by}; a grant adds to the key policy and usually takes effect within five minutes",
            self.set.arn,
            operations.join(", ")
        ));
        if operations.is_empty() || operations.iter().any(|it| !GRANTED.contains(it)) {
            return;
        }
        let mut command = ShellCommand::of("aws kms create-grant")
            .option("--key-id", key)
            .option("--grantee-principal", &self.set.arn)
            .options("--operations", &operations);
        if let Some(context) = common_context(wishes) {
            let subset = json!({"EncryptionContextSubset": context});
            command = command.option("--constraints", subset);
        }
        self.add(command.region(region));
    }

    fn is_foreign(&self, owner: Option<&str>) -> bool {
        owner.is_some_and(|owner| owner != self.set.account.as_str())
    }
}

/// The operations that a grant on a symmetric key can allow
/// (<https://docs.aws.amazon.com/kms/latest/APIReference/API_CreateGrant.html>).
const GRANTED: [&str; 10] = [
    "CreateGrant",
    "Decrypt",
    "DescribeKey",
    "Encrypt",
    "GenerateDataKey",
    "GenerateDataKeyPair",
    "GenerateDataKeyPairWithoutPlaintext",
    "GenerateDataKeyWithoutPlaintext",
    "ReEncryptFrom",
    "ReEncryptTo",
];

/// The pairs of the encryption context that all these calls carry for certain.
fn common_context(wishes: &[&Wish]) -> Option<BTreeMap<String, String>> {
    let of = |wish: &Wish| -> BTreeMap<String, String> {
        let pair = |(key, state): &(String, KeyState)| match (
            key.strip_prefix("kms:EncryptionContext:"),
            state,
        ) {
            (Some(name), KeyState::Known(values)) => match values.as_slice() {
                [value] => Some((name.to_owned(), value.clone())),
                _ => None,
            },
            _ => None,
        };
        wish.context.iter().filter_map(pair).collect()
    };
    let (first, rest) = wishes.split_first()?;
    let common = rest.iter().fold(of(first), |mut common, wish| {
        let own = of(wish);
        common.retain(|name, value| own.get(name) == Some(value));
        common
    });
    (!common.is_empty()).then_some(common)
}

/// Whether a policy of this kind limits a principal from above its account or session.
fn is_above(layer: Layer) -> bool {
    matches!(layer, Layer::ServiceControl(_) | Layer::ResourceControl(_) | Layer::Session)
}

/// The account of an ARN.
fn owner(arn: &str) -> Option<String> {
    arn.parse::<Arn>().ok()?.account().map(ToString::to_string)
}

fn actions(wishes: &[&Wish]) -> String {
    let mut actions: Vec<&str> = Vec::new();
    for wish in wishes {
        if !actions.contains(&wish.action.as_str()) {
            actions.push(&wish.action);
        }
    }
    actions.join(", ")
}

fn calls(wishes: &[&Wish]) -> String {
    let objects = by_resource(wishes.iter().copied()).into_iter();
    let objects: Vec<String> = objects
        .map(|(wish, actions)| format!("{} on {}", actions.join(", "), wish.in_words()))
        .collect();
    objects.join(" and ")
}

fn listed(statements: &[Value]) -> String {
    statements.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

/// The command with which IAM shows the statements that decide.
fn simulation(set: &PolicySet, wishes: &[&Wish]) -> ShellCommand {
    let command = ShellCommand::of("aws iam simulate-principal-policy")
        .option("--policy-source-arn", &set.arn);
    match by_resource(wishes.iter().copied()).into_iter().next() {
        Some((wish, actions)) => {
            command.options("--action-names", actions).option("--resource-arns", &wish.resource)
        }
        None => command,
    }
}
