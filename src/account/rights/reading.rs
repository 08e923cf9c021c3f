//! The lists and documents of policies, as far as they can be read.

use serde_json::Value;

use super::policy::{Origin, Policy, PolicyInForce, Unread, shown};
use crate::facts::View;
use crate::knowledge::{Gap, Stop};
use crate::lookup::Lookup;
use crate::names::Region;

/// What IAM lists of a role, a user or a group, or why it does not.
pub(crate) struct Holder<'f> {
    pub name: String,
    pub inline: Listed<'f>,
    pub attached: Listed<'f>,
}

/// A list, or why it could not be read.
pub(crate) type Listed<'f> = Result<&'f [String], Gap>;

pub(crate) fn list<'f, L: Lookup<Fact = Vec<String>>>(
    lookup: &L,
    facts: &View<'f>,
) -> Result<Listed<'f>, Stop> {
    facts.tolerate(|| shown(facts.get(lookup)).map(Vec::as_slice))
}

impl Holder<'_> {
    /// All its policies, requested at once; `inline` reads one inline policy.
    pub fn policies<L: Lookup<Fact = Value>>(
        self,
        region: &Region,
        facts: &View,
        reading: &mut Reading,
        inline: impl Fn(String) -> L,
    ) {
        let Holder { name: holder, inline: written, attached } = self;
        for name in reading.listed(written, &format!("the inline policies of {holder}")) {
            let origin = Origin::Inline { holder: holder.clone(), name: name.clone() };
            let policy = reading.take(&origin.to_string(), facts, || {
                let document = shown(facts.get(&inline(name.clone())))?.clone();
                Ok(Policy { origin: origin.clone(), document, updated: None, version: None })
            });
            reading.policies.extend(policy);
        }
        for arn in reading.listed(attached, &format!("the managed policies of {holder}")) {
            let asked = PolicyInForce { region: region.clone(), arn: arn.clone() };
            let policy =
                reading.take(&format!("policy {arn}"), facts, || facts.derive(&asked).cloned());
            reading.policies.extend(policy);
        }
    }
}

/// What was read, and what could not be.
#[derive(Default)]
pub(crate) struct Reading {
    pub policies: Vec<Policy>,
    pub unread: Vec<Unread>,
    stopped: Option<Stop>,
}

impl Reading {
    /// The items of a list; of one that could not be read, none.
    pub fn listed<'f>(&mut self, list: Listed<'f>, what: &str) -> &'f [String] {
        list.unwrap_or_else(|gap| {
            self.note(what, gap);
            &[]
        })
    }

    /// One part. If it cannot be read, that is noted.
    pub fn take<T>(
        &mut self,
        what: &str,
        facts: &View,
        ask: impl FnOnce() -> Result<T, Stop>,
    ) -> Option<T> {
        match facts.tolerate(ask) {
            Ok(Ok(part)) => return Some(part),
            Ok(Err(gap)) => self.note(what, gap),
            Err(stop) => self.stopped = self.stopped.take().or(Some(stop)),
        }
        None
    }

    fn note(&mut self, what: &str, gap: Gap) {
        self.unread.push(Unread { is_boundary: false, what: what.to_owned(), gap });
    }

    /// All of it, once every answer is there.
    pub fn end(self) -> Result<(Vec<Policy>, Vec<Unread>), Stop> {
        match self.stopped {
            Some(stop) => Err(stop),
            None => Ok((self.policies, self.unread)),
        }
    }
}
