//! One symptom: what ECS says, what it means, and which checks know it before a deploy.

use std::borrow::Cow;

/// One thing that ECS says, in all its wordings.
#[derive(Clone, Debug)]
pub struct Symptom {
    /// A stable name.
    pub id: &'static str,
    /// AWS's words, old and new: `<name>` and `...` stand for the parts that vary.
    pub texts: Cow<'static, [&'static str]>,
    /// How much the words say.
    pub kind: Kind,
    /// What they mean, in one or two sentences.
    pub means: Cow<'static, str>,
    /// The checks that know it before a deploy, the most likely first; or none.
    pub checks: Cow<'static, [&'static str]>,
    /// Why no check knows it before a deploy; empty if one does.
    pub why_no_check: &'static str,
    /// The page of the AWS documentation.
    pub docs: &'static str,
    /// Its words count only in a text that shows that it is from ECS, because Docker and Kubernetes use them too.
    pub(super) is_shared: bool,
    /// It decides where its words are part of longer ones.
    pub(super) decides: bool,
    /// Its words are there whatever the cause: a step that failed says more.
    pub(super) is_faint: bool,
    /// A condition on the words that vary.
    pub(super) when: Option<fn(&str) -> bool>,
}

/// How much the words say, the most specific first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// They name the fault.
    Cause,
    /// The container's program ended or failed.
    Application,
    /// It happened at AWS, or it was intended.
    Aws,
    /// They name the step that failed, but not why.
    Step,
    /// They say only that something failed.
    Effect,
    /// Nothing failed.
    Event,
}

impl Symptom {
    const fn of(
        kind: Kind,
        id: &'static str,
        texts: &'static [&'static str],
        means: &'static str,
        checks: &'static [&'static str],
        why_no_check: &'static str,
        docs: &'static str,
    ) -> Symptom {
        Symptom {
            id,
            texts: Cow::Borrowed(texts),
            kind,
            means: Cow::Borrowed(means),
            checks: Cow::Borrowed(checks),
            why_no_check,
            docs,
            is_shared: false,
            decides: false,
            is_faint: false,
            when: None,
        }
    }

    /// Words that name the fault, and the checks that know it.
    pub(super) const fn cause(
        id: &'static str,
        texts: &'static [&'static str],
        means: &'static str,
        checks: &'static [&'static str],
        docs: &'static str,
    ) -> Symptom {
        Symptom::of(Kind::Cause, id, texts, means, checks, "", docs)
    }

    /// Words that name the step that failed, and the checks that are likely.
    pub(super) const fn step(
        id: &'static str,
        texts: &'static [&'static str],
        means: &'static str,
        checks: &'static [&'static str],
        docs: &'static str,
    ) -> Symptom {
        Symptom::of(Kind::Step, id, texts, means, checks, "", docs)
    }

    /// Words that no check knows before a deploy, and the reason.
    pub(super) const fn unknowable(
        kind: Kind,
        id: &'static str,
        texts: &'static [&'static str],
        means: &'static str,
        why: &'static str,
        docs: &'static str,
    ) -> Symptom {
        Symptom::of(kind, id, texts, means, &[], why, docs)
    }

    /// With words that Docker and Kubernetes use too.
    pub(super) const fn shared(mut self) -> Symptom {
        self.is_shared = true;
        self
    }

    /// Decides where its words are part of longer ones.
    pub(super) const fn deciding(mut self) -> Symptom {
        self.decides = true;
        self
    }

    /// With words that are there whatever the cause.
    pub(super) const fn faint(mut self) -> Symptom {
        self.is_faint = true;
        self
    }

    /// How much it says, the least last.
    pub(super) fn rank(&self) -> u8 {
        match self.kind {
            Kind::Cause => 0,
            Kind::Application if !self.is_faint => 1,
            Kind::Aws => 2,
            Kind::Step if !self.checks.is_empty() => 3,
            Kind::Application | Kind::Step => 4,
            Kind::Effect => 5,
            Kind::Event => 6,
        }
    }

    /// Only if this holds of the quoted words.
    pub(super) const fn when(mut self, holds: fn(&str) -> bool) -> Symptom {
        self.when = Some(holds);
        self
    }
}
