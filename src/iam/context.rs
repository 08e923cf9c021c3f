//! The condition keys of a request, as far as they are known.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::key_state::KeyState;
use super::principal::Principal;

/// The condition keys of a request. Names of keys are compared without case
/// (<https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition.html>).
#[derive(Clone, Debug)]
pub struct Context {
    /// What holds of many requests, below what is set of this one.
    base: Option<Arc<Context>>,
    keys: BTreeMap<String, KeyState>,
    /// Beginnings of keys, in lower case: of the keys that begin so, all that the request has are listed.
    whole: Vec<String>,
    unlisted: KeyState,
}

impl Context {
    /// A context that lists every key: the request does not have any other.
    pub fn complete() -> Context {
        Context::of_unlisted(KeyState::Absent)
    }

    /// A context in which a key that is not listed is unknown, as before a deployment.
    pub fn partial() -> Context {
        Context::of_unlisted(KeyState::Unknown)
    }

    fn of_unlisted(unlisted: KeyState) -> Context {
        Context { base: None, keys: BTreeMap::new(), whole: Vec::new(), unlisted }
    }

    /// A context that knows what `base` does, which it shares instead of a copy.
    pub fn over(base: Arc<Context>) -> Context {
        let unlisted = base.unlisted.clone();
        Context { base: Some(base), ..Context::of_unlisted(unlisted) }
    }

    /// The same, with the keys that the principal determines: `aws:PrincipalArn`, `aws:PrincipalAccount` and
    /// `aws:PrincipalType`, or `aws:PrincipalServiceName` for a service.
    pub fn with_principal(self, principal: &Principal) -> Context {
        principal.keys().into_iter().fold(self, |context, (key, state)| context.with(key, state))
    }

    /// The same, with a key of one value.
    pub fn with_value(self, key: &str, value: impl Into<String>) -> Context {
        self.with(key, KeyState::Known(vec![value.into()]))
    }

    /// The same, with this knowledge of a key.
    pub fn with(mut self, key: &str, state: KeyState) -> Context {
        self.set(key, state);
        self
    }

    /// Sets what is known about a key.
    pub fn set(&mut self, key: &str, state: KeyState) {
        // A key without a value counts as absent.
        let state = match state {
            KeyState::Known(values) if values.is_empty() => KeyState::Absent,
            state => state,
        };
        self.keys.insert(key.to_lowercase(), state);
    }

    /// Notes that all keys that begin so (`aws:PrincipalTag/`) are listed: the request has no other.
    pub fn list_is_whole(&mut self, prefix: &str) {
        self.whole.push(prefix.to_lowercase());
    }

    /// What is known about a key, whose name is in lower case.
    pub(super) fn state(&self, folded: &str) -> &KeyState {
        let layers = || std::iter::successors(Some(self), |it| it.base.as_deref());
        if let Some(state) = layers().find_map(|it| it.keys.get(folded)) {
            return state;
        }
        match layers().flat_map(|it| &it.whole).any(|it| folded.starts_with(&**it)) {
            true => &KeyState::Absent,
            false => &self.unlisted,
        }
    }

    /// Whether this key is listed, even as unknown.
    pub fn lists(&self, key: &str) -> bool {
        let folded = key.to_lowercase();
        let mut layers = std::iter::successors(Some(self), |it| it.base.as_deref());
        layers.any(|it| it.keys.contains_key(&folded))
    }

    /// The listed keys with this prefix, without the prefix.
    pub(super) fn below<'a>(&'a self, folded: &str) -> BTreeMap<&'a str, &'a KeyState> {
        let mut found = self.base.as_deref().map_or_else(BTreeMap::new, |it| it.below(folded));
        let own = self.keys.iter();
        found.extend(own.filter_map(|(key, state)| Some((key.strip_prefix(folded)?, state))));
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_a_key_has_no_case_and_no_value_is_no_key() {
        let context = Context::complete()
            .with_value("aws:SourceVpc", "vpc-1")
            .with("aws:TagKeys", KeyState::Known(Vec::new()));
        assert_eq!(context.state("aws:sourcevpc"), &KeyState::Known(vec!["vpc-1".into()]));
        assert_eq!(context.state("aws:tagkeys"), &KeyState::Absent);
    }

    #[test]
    fn an_unlisted_key_is_absent_or_unknown_as_the_context_says() {
        assert_eq!(Context::complete().state("aws:sourceip"), &KeyState::Absent);
        assert_eq!(Context::partial().state("aws:sourceip"), &KeyState::Unknown);
    }

    #[test]
    fn what_is_set_counts_more_than_what_is_shared() {
        let mut base = Context::partial()
            .with("aws:SourceVpc", KeyState::Unknown)
            .with_value("kms:EncryptionContext:a", "1");
        base.list_is_whole("aws:RequestTag/");
        let context = Context::over(Arc::new(base))
            .with_value("aws:SourceVpc", "vpc-1")
            .with_value("kms:EncryptionContext:b", "2");
        assert_eq!(context.state("aws:sourcevpc"), &KeyState::Known(vec!["vpc-1".into()]));
        assert_eq!(context.state("aws:requesttag/a"), &KeyState::Absent);
        assert_eq!(context.state("aws:sourceip"), &KeyState::Unknown);
        assert!(context.lists("kms:EncryptionContext:A") && !context.lists("aws:SourceIp"));
        let pairs: Vec<&str> = context.below("kms:encryptioncontext:").into_keys().collect();
        assert_eq!(pairs, ["a", "b"]);
        assert_eq!(context.below("aws:sourcev")["pc"], &KeyState::Known(vec!["vpc-1".into()]));
    }

    #[test]
    fn of_keys_that_are_all_listed_another_one_is_absent() {
        let mut context = Context::partial().with_value("aws:PrincipalTag/team", "shop");
        assert_eq!(context.state("aws:principaltag/stage"), &KeyState::Unknown);
        context.list_is_whole("aws:PrincipalTag/");
        assert_eq!(context.state("aws:principaltag/stage"), &KeyState::Absent);
        assert_eq!(context.state("aws:principaltag/team"), &KeyState::Known(vec!["shop".into()]));
        assert_eq!(context.state("aws:sourceip"), &KeyState::Unknown);
    }
}
