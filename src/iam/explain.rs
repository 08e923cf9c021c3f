//! An evaluation in sentences.

use std::collections::HashMap;
use std::fmt;

use super::decision::{AskedKey, Assumption, Decision, Depends, Outcome, UnreadLayer};
use super::evaluate::{Evaluation, without_repeats};
use super::key_state::KeyState;
use super::miss::listed;
use super::origin::Origin;
use super::verdict::Verdict;

impl Evaluation {
    /// The reasons in sentences, the weightiest first. There is always at least one.
    pub fn sentences(&self) -> Vec<String> {
        match &self.decision {
            Decision::Allow => vec![format!("allowed by {}", self.grounds_in_words())],
            Decision::ExplicitDeny => vec![match self.grounds.first() {
                Some(origin) => format!("denied by {origin}"),
                None => "denied, whatever the values of the unknown condition keys".to_owned(),
            }],
            Decision::ImplicitDeny if self.misses.is_empty() => {
                vec!["not allowed, whatever the values of the unknown condition keys".to_owned()]
            }
            Decision::ImplicitDeny => self.misses.iter().map(ToString::to_string).collect(),
            Decision::Depends(depends) => depends.sentences(),
        }
    }

    fn grounds_in_words(&self) -> String {
        if self.grounds.is_empty() {
            return "the rights of the root user".to_owned();
        }
        self.grounds.iter().map(ToString::to_string).collect::<Vec<_>>().join(" and ")
    }
}

impl Depends {
    /// What it depends on, in sentences.
    pub fn sentences(&self) -> Vec<String> {
        let mut sentences: Vec<String> = self.keys.iter().map(ToString::to_string).collect();
        sentences.extend(self.layers.iter().map(ToString::to_string));
        let doubt = |(origin, why): &(Origin, String)| {
            format!("the effect of {origin} is uncertain: {why}")
        };
        sentences.extend(self.statements.iter().map(doubt));
        sentences.extend(self.outcome_sentence());
        if self.is_of_unknown_owner {
            sentences.push("the account that owns the resource is unknown".to_owned());
        }
        if sentences.is_empty() {
            sentences.push("its policies do not decide it".to_owned());
        }
        without_repeats(sentences)
    }

    /// Whether no key, policy or statement is named that it depends on.
    pub(super) fn is_unexplained(&self) -> bool {
        self.keys.is_empty() && self.layers.is_empty() && self.statements.is_empty()
    }

    /// What comes out for which values: `allowed if …, else denied by …`.
    fn outcome_sentence(&self) -> Option<String> {
        let mut groups: Vec<Vec<&Outcome>> = Vec::new();
        let mut places = HashMap::new();
        for outcome in &self.outcomes {
            let end = (outcome.verdict, outcome.by.as_ref());
            let at = *places.entry(end).or_insert(groups.len());
            match groups.get_mut(at) {
                Some(group) => group.push(outcome),
                None => groups.push(vec![outcome]),
            }
        }
        // The largest group is the rest: its cases need not be listed.
        groups.sort_by_key(Vec::len);
        let rest = groups.pop()?;
        let mut parts: Vec<String> = groups
            .iter()
            .map(|group| {
                let cases: Vec<String> = group.iter().take(3).map(|it| it.case()).collect();
                format!("{} if {}", group[0], cases.join(" or if "))
            })
            .collect();
        parts.push(format!("else {}", rest[0]));
        Some(parts.join(", "))
    }
}

impl Outcome {
    fn case(&self) -> String {
        self.when.iter().map(ToString::to_string).collect::<Vec<_>>().join(" and ")
    }
}

impl fmt::Display for Assumption {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Assumption { key, state, like } = self;
        match state {
            KeyState::Known(values) if values == like => write!(f, "`{key}` is {}", listed(values)),
            KeyState::Known(_) if !like.is_empty() => write!(f, "`{key}` matches {}", listed(like)),
            KeyState::Known(values) => write!(f, "`{key}` is, for example, {}", listed(values)),
            KeyState::Begins(start) => write!(f, "`{key}` begins with `{start}`"),
            KeyState::Absent => write!(f, "`{key}` is absent"),
            KeyState::Unknown => write!(f, "`{key}` is anything"),
        }
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.verdict, &self.by) {
            (Verdict::Allow, None) => f.write_str("allowed"),
            (Verdict::Allow, Some(by)) => write!(f, "allowed by {by}"),
            (Verdict::ExplicitDeny, None) => f.write_str("denied"),
            (Verdict::ExplicitDeny, Some(by)) => write!(f, "denied by {by}"),
            (Verdict::ImplicitDeny, _) => f.write_str("not allowed"),
            (Verdict::Open, _) => f.write_str("unknown"),
        }
    }
}

impl fmt::Display for AskedKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let by: Vec<String> = self.by.iter().map(ToString::to_string).collect();
        match self.begins.as_ref().filter(|start| !start.is_empty()) {
            None => {
                write!(f, "it depends on condition key `{}`, whose value is unknown", self.key)?
            }
            Some(start) => write!(
                f,
                "it depends on condition key `{}`, whose value is known only to begin with `{start}`",
                self.key
            )?,
        }
        if !by.is_empty() {
            write!(f, " (used by {})", by.join(" and "))?;
        }
        if self.unrecognised {
            f.write_str("; this tool does not know that key: check its spelling")?;
        }
        Ok(())
    }
}

impl fmt::Display for UnreadLayer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "it depends on {}, which could not be read: {}", self.policy, self.why)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::iam::{Context, KeyState, Layer, Layers, Policy, Request, evaluate};

    fn sentences(statements: serde_json::Value, context: Context) -> Vec<String> {
        let role = "arn:aws:iam::111122223333:role/app".parse().unwrap();
        let document = json!({"Version": "2012-10-17", "Statement": statements});
        let identity = vec![Policy::read(Layer::Identity, "task", &document)];
        let request = Request::new(role, "ecr:GetAuthorizationToken", "*", context);
        evaluate(&request, &Layers { identity, ..Layers::default() }).sentences()
    }

    #[test]
    fn a_decision_names_the_statement_behind_it() {
        let allow = json!({"Effect": "Allow", "Action": "ecr:*", "Resource": "*"});
        let deny = json!({"Sid": "No", "Effect": "Deny", "Action": "*", "Resource": "*"});
        let said = |statements| sentences(statements, Context::complete()).join("; ");
        assert_eq!(said(json!([allow])), "allowed by statement 1 of identity policy `task`");
        assert_eq!(
            said(json!([allow, deny])),
            "denied by statement `No` of identity policy `task`"
        );
        assert_eq!(said(json!([])), "no identity policy allows the action");
    }

    #[test]
    fn an_unknown_time_names_the_bound_that_it_matches() {
        let until = json!({
            "Sid": "Until", "Effect": "Allow", "Action": "ecr:*", "Resource": "*",
            "Condition": {"DateLessThan": {"aws:CurrentTime": "2027-01-01T00:00:00Z"}}
        });
        let said = sentences(until, Context::complete().with("aws:CurrentTime", KeyState::Unknown));
        assert_eq!(
            said,
            [
                "it depends on condition key `aws:CurrentTime`, whose value is unknown (used by statement `Until` of identity policy `task`)",
                "allowed by statement `Until` of identity policy `task` if `aws:CurrentTime` matches `DateLessThan 2027-01-01T00:00:00Z`, else not allowed",
            ]
        );
    }

    #[test]
    fn an_unlisted_key_is_reported_as_unknown_to_this_tool() {
        let statement = json!({
            "Effect": "Allow", "Action": "ecr:*", "Resource": "*",
            "Condition": {"StringEquals": {"aws:SourceVcp": "vpc-1"}}
        });
        let said = sentences(statement, Context::partial()).join("; ");
        assert!(said.contains("`aws:SourceVcp`") && said.contains("does not know that key"));
    }
}
