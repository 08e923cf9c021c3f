//! From what was said of each call to one answer.

use super::Wish;
use crate::checks::departure::Way;
use crate::checks::policies::{Kind, Origin, PolicySet};
use crate::iam::{Decision, Evaluation, Layer};
use crate::knowledge::{Gap, Stop};
use crate::verdict::{Finding, Severity, fail};

/// What the engine says of all the calls that one thing takes.
pub(crate) enum Answer {
    /// All are allowed, by these statements.
    Allowed(String),
    /// At least one is refused; one finding names them all.
    Refused(Box<Finding>),
}

impl Answer {
    pub(super) fn of_root() -> Answer {
        Answer::Allowed("the rights of the root user".to_owned())
    }
}

/// What is said of one call in the end.
pub(super) enum Word {
    /// It is allowed, by these statements.
    Allowed(Vec<String>),
    /// It is refused, for these reasons.
    Denied(Vec<String>),
    /// It is not known.
    Open(Gap),
}

/// One call, what the engine made of it, and what is said in the end.
pub(super) struct Said {
    pub wish: Wish,
    pub evaluation: Evaluation,
    pub word: Word,
    /// Whether it hangs on the way that the call takes.
    by_way: bool,
    /// Whether it is refused on some ways only, of which one is enough.
    spared: bool,
    /// The commands that would lead the call another way.
    commands: Vec<String>,
}

impl Said {
    pub(super) fn new(wish: Wish, evaluation: Evaluation, word: Word) -> Said {
        Said { wish, evaluation, word, by_way: false, spared: false, commands: Vec::new() }
    }

    /// The same, said of a call that takes this way, which tells of these keys.
    pub(super) fn on(mut self, way: &Way, keys: &[String]) -> Said {
        let told = way.told(keys);
        match &mut self.word {
            Word::Allowed(by) => by.push(format!("the way that the call takes ({told})")),
            Word::Denied(reasons) => {
                reasons.push(told);
                self.commands.extend(way.mends.clone());
            }
            Word::Open(Gap::Undecidable { why }) => *why = format!("{why}; {told}"),
            Word::Open(_) => {}
        }
        Said { by_way: true, ..self }
    }

    /// Of what is said on several ways, what counts: the worst; but where one way is enough, what is
    /// refused on another is no end of it.
    pub(super) fn worst(said: Vec<Said>, one_is_enough: bool) -> Option<Said> {
        let (denied, others): (Vec<_>, Vec<_>) =
            said.into_iter().partition(|it| matches!(it.word, Word::Denied(_)));
        let (open, allowed): (Vec<_>, Vec<_>) =
            others.into_iter().partition(|it| matches!(it.word, Word::Open(_)));
        let spared = one_is_enough && !allowed.is_empty();
        let is_perhaps_spared = one_is_enough && !open.is_empty();
        let counted = match () {
            () if !denied.is_empty() && (spared || !is_perhaps_spared) => denied,
            () if !open.is_empty() => open,
            () => allowed,
        };
        let mut counted = counted.into_iter();
        let first = counted.next()?;
        let spared = spared && matches!(first.word, Word::Denied(_));
        Some(counted.fold(Said { spared, ..first }, Said::and))
    }

    /// The same, with the reasons of another that is of its kind.
    fn and(mut self, other: Said) -> Said {
        if let (
            Word::Allowed(own) | Word::Denied(own),
            Word::Allowed(further) | Word::Denied(further),
        ) = (&mut self.word, other.word)
        {
            let new: Vec<String> = further.into_iter().filter(|it| !own.contains(it)).collect();
            own.extend(new);
        }
        self.commands.extend(other.commands);
        self
    }
}

/// One answer to all: what is refused is told at once, and only then what is not known.
pub(super) fn of_all(
    set: &PolicySet,
    said: &[Said],
    elsewhere: Option<&str>,
) -> Result<Answer, Stop> {
    let refused: Vec<(&Said, &Vec<String>)> = said
        .iter()
        .filter_map(|it| match &it.word {
            Word::Denied(reasons) => Some((it, reasons)),
            Word::Allowed(_) | Word::Open(_) => None,
        })
        .collect();
    if !refused.is_empty() {
        return Ok(Answer::Refused(Box::new(refused_together(set, &refused, elsewhere))));
    }
    let mut grounds: Vec<&String> = Vec::new();
    for it in said {
        match &it.word {
            Word::Open(gap) => return Err(gap.clone().into()),
            Word::Allowed(by) => {
                let new: Vec<_> = by.iter().filter(|ground| !grounds.contains(ground)).collect();
                grounds.extend(new);
            }
            Word::Denied(_) => {}
        }
    }
    let grounds: Vec<&str> = grounds.into_iter().map(String::as_str).collect();
    Ok(Answer::Allowed(grounds.join(" and ")))
}

/// All refused calls in one sentence, with their reasons, each told once.
fn refused_together(
    set: &PolicySet,
    refused: &[(&Said, &Vec<String>)],
    elsewhere: Option<&str>,
) -> Finding {
    let mut reasons: Vec<&str> = Vec::new();
    for reason in refused.iter().flat_map(|(_, reasons)| reasons.iter()) {
        if !reasons.contains(&reason.as_str()) {
            reasons.push(reason);
        }
    }
    let wishes = || refused.iter().map(|(it, _)| &it.wish);
    let objects: Vec<String> = by_resource(wishes(), |wish| &wish.resource)
        .into_iter()
        .map(|(resource, actions)| format!("{} on {resource}", actions.join(", ")))
        .collect();
    let said = reasons.join("; ");
    let mut finding =
        fail(format!("{} may not {}: {said}", set.arn, objects.join(" nor "))).on(&set.arn);
    // Nothing that is allowed besides counts against a statement that denies.
    if refused.iter().all(|(it, _)| it.evaluation.decision == Decision::ExplicitDeny) {
        finding = finding.remedy("Remove or narrow the statement that denies it");
    }
    if refused.iter().all(|(it, _)| it.by_way) {
        finding = finding.remedy(
            "Lead the call to the endpoint that the policy wants, or name in the policy the way that it takes",
        );
    }
    // A task that cannot start on some of the instances may start on the others.
    if refused.iter().all(|(it, _)| it.spared) {
        finding.severity = Severity::Warn;
    }
    for command in refused.iter().flat_map(|(it, _)| &it.commands) {
        if !finding.commands.contains(command) {
            finding = finding.command(command);
        }
    }
    let lacking = |layer: Layer| {
        refused
            .iter()
            .filter(move |(it, _)| it.evaluation.misses.iter().any(|miss| miss.layer == layer))
            .map(|(it, _)| &it.wish)
    };
    if lacking(Layer::Identity).next().is_some() {
        finding = finding.command(grants(set, lacking(Layer::Identity)));
    }
    let of_resource = |layer: &Layer| matches!(layer, Layer::Resource | Layer::Key);
    let by_resource_policy = refused.iter().any(|(it, _)| {
        it.evaluation.misses.iter().any(|miss| of_resource(&miss.layer))
            || it.evaluation.grounds.iter().any(|origin| of_resource(&origin.layer))
    });
    match elsewhere {
        Some(command) if by_resource_policy => finding.command(command),
        _ if finding.commands.is_empty() => finding.command(simulation(set, wishes())),
        _ => finding,
    }
}

/// The wishes' actions, under what `of` says of each: its resource, or what to allow it on.
fn by_resource<'w>(
    wishes: impl Iterator<Item = &'w Wish>,
    of: fn(&Wish) -> &str,
) -> Vec<(&'w str, Vec<&'w str>)> {
    let mut found: Vec<(&str, Vec<&str>)> = Vec::new();
    for wish in wishes {
        match found.iter_mut().find(|(resource, _)| *resource == of(wish)) {
            Some((_, actions)) => actions.push(&wish.action),
            None => found.push((of(wish), vec![&wish.action])),
        }
    }
    found
}

/// The command that shows the statements which refuse.
fn simulation<'w>(set: &PolicySet, wishes: impl Iterator<Item = &'w Wish>) -> String {
    let calls: Vec<String> = by_resource(wishes, |wish| &wish.resource)
        .into_iter()
        .take(1)
        .map(|(resource, actions)| {
            format!("--action-names {} --resource-arns '{resource}'", actions.join(" "))
        })
        .collect();
    format!("aws iam simulate-principal-policy --policy-source-arn {} {}", set.arn, calls.concat())
}

/// The command that adds the missing allows to the principal's own policies.
fn grants<'w>(set: &PolicySet, wishes: impl Iterator<Item = &'w Wish>) -> String {
    let wishes: Vec<&Wish> = wishes.collect();
    if let [one] = wishes.as_slice() {
        return grant(set, &one.action, one.grantable());
    }
    let statements: Vec<serde_json::Value> = by_resource(wishes.iter().copied(), Wish::grantable)
        .into_iter()
        .map(|(resource, actions)| {
            serde_json::json!({"Effect": "Allow", "Action": actions, "Resource": resource})
        })
        .collect();
    let service = wishes.first().and_then(|wish| wish.action.split(':').next()).unwrap_or("task");
    // The last is the narrowest: what has no resource of its own is asked for first.
    let resource = wishes.last().map_or("*", |wish| wish.grantable());
    put_policy(
        set,
        &purpose(&format!("{service}-for-ecs"), resource),
        &serde_json::json!(statements),
    )
}

/// The command that adds the missing allow to the principal's own policies.
pub(crate) fn grant(set: &PolicySet, action: &str, resource: &str) -> String {
    let statement =
        serde_json::json!([{"Effect": "Allow", "Action": action, "Resource": resource}]);
    put_policy(set, &purpose(&action.replace(':', "-"), resource), &statement)
}

/// What a policy is for, as a name: two commands for two things must not replace each other's policy.
fn purpose(calls: &str, resource: &str) -> String {
    let own = resource.splitn(6, ':').nth(5).unwrap_or_default();
    let words = own.split(|letter: char| !letter.is_ascii_alphanumeric());
    let words: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
    std::iter::once(calls).chain(words).collect::<Vec<_>>().join("-").chars().take(100).collect()
}

/// The name, with a number where the principal holds a policy of that name already: to put another one
/// in its place would take away what it grants.
fn free(set: &PolicySet, name: &str) -> String {
    let taken = |name: &str| {
        set.identity
            .iter()
            .any(|policy| matches!(&policy.origin, Origin::Inline { name: own, .. } if own == name))
    };
    let numbered = (2..).map(|number| format!("{name}-{number}"));
    let mut names = std::iter::once(name.to_owned()).chain(numbered);
    names.find(|name| !taken(name)).unwrap_or_else(|| name.to_owned())
}

/// The command that writes a policy of these statements into the principal.
pub(crate) fn put_policy(set: &PolicySet, name: &str, statements: &serde_json::Value) -> String {
    let policy = free(set, name);
    let name = set.arn.rsplit('/').next().unwrap_or(&set.arn);
    let (verb, flag) = match set.kind {
        Kind::Role => ("put-role-policy", "--role-name"),
        Kind::User => ("put-user-policy", "--user-name"),
    };
    let document = serde_json::json!({"Version": "2012-10-17", "Statement": statements});
    format!("aws iam {verb} {flag} {name} --policy-name {policy} --policy-document '{document}'")
}
