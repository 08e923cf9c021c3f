//! A second evaluator of identity policies, which knows little, and says nothing of the rest: only statements with
//! `Effect`, `Action` and `Resource`, in the plainest form. It shares no code with the engine.

use serde_json::Value;

/// What the statements say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    Allowed,
    Denied,
    NotAllowed,
}

/// The answer for an action on a resource; none if the policy has anything else.
pub fn of(policy: &Value, action: &str, resource: &str) -> Option<Answer> {
    let policy = policy.as_object()?;
    if policy.get("Version")? != "2012-10-17"
        || policy.keys().any(|it| it != "Version" && it != "Statement")
    {
        return None;
    }
    let mut answer = Answer::NotAllowed;
    for statement in policy.get("Statement")?.as_array()? {
        let statement = statement.as_object()?;
        if statement.len() != 3 {
            return None;
        }
        let actions = texts(statement.get("Action")?)?;
        let resources = texts(statement.get("Resource")?)?;
        let plain =
            |it: &&str| it.bytes().all(|b| b.is_ascii_alphanumeric() || b"*?:/-".contains(&b));
        if !actions.iter().all(|it| plain(it) && is_action(it))
            || !resources.iter().all(|it| plain(it) && is_resource(it))
        {
            return None;
        }
        let named = actions.iter().any(|it| matches(&it.to_lowercase(), &action.to_lowercase()));
        let applies = named && resources.iter().any(|it| covers(it, resource));
        match (statement.get("Effect")?.as_str()?, applies) {
            ("Deny", true) => return Some(Answer::Denied),
            ("Allow", true) => answer = Answer::Allowed,
            ("Allow" | "Deny", false) => {}
            _ => return None,
        }
    }
    Some(answer)
}

fn texts(value: &Value) -> Option<Vec<&str>> {
    match value {
        Value::String(one) => Some(vec![one]),
        Value::Array(several) if !several.is_empty() => several.iter().map(Value::as_str).collect(),
        _ => None,
    }
}

/// `*`, or a service without a wildcard, a colon, and the rest.
fn is_action(text: &str) -> bool {
    text == "*"
        || text.split_once(':').is_some_and(|(service, name)| {
            !service.is_empty()
                && service.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
                && !name.is_empty()
                && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'*' || b == b'?')
        })
}

/// `*`, or an ARN whose first five parts have no wildcard.
fn is_resource(text: &str) -> bool {
    let parts: Vec<&str> = text.splitn(6, ':').collect();
    text == "*"
        || parts.len() == 6
            && parts[..2] == ["arn", "aws"]
            && parts[2..5].iter().all(|it| !it.is_empty() && !it.contains(['*', '?', '/']))
            && !parts[5].is_empty()
}

/// A wildcard covers no border between the parts of an ARN, except in the last.
fn covers(pattern: &str, resource: &str) -> bool {
    let (own, other): (Vec<&str>, Vec<&str>) =
        (pattern.splitn(6, ':').collect(), resource.splitn(6, ':').collect());
    pattern == "*" || own[..5] == other[..5] && matches(own[5], other[5])
}

/// Whether a pattern with `*` and `?` matches the whole text.
fn matches(pattern: &str, text: &str) -> bool {
    let (pattern, text) = (pattern.as_bytes(), text.as_bytes());
    // The positions in the pattern that are reached so far.
    let mut reached = vec![false; pattern.len() + 1];
    reached[0] = true;
    let skip = |reached: &mut Vec<bool>| {
        for at in 0..pattern.len() {
            if reached[at] && pattern[at] == b'*' {
                reached[at + 1] = true;
            }
        }
    };
    skip(&mut reached);
    for letter in text {
        let mut next = vec![false; pattern.len() + 1];
        for at in 0..pattern.len() {
            if reached[at] && pattern[at] == b'*' {
                next[at] = true;
            } else if reached[at] && (pattern[at] == b'?' || pattern[at] == *letter) {
                next[at + 1] = true;
            }
        }
        skip(&mut next);
        reached = next;
    }
    reached[pattern.len()]
}
