//! The wording of results. A thousand definitions have hundreds of thousands of results, and most of them say what
//! others say.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use crate::facts::Table;
use crate::knowledge::FactId;
use crate::report::Text;

/// What the results of a run say, each text once.
#[derive(Default)]
pub(super) struct Wording {
    texts: HashSet<Text>,
    /// The lines of evidence of each fact.
    lines: HashMap<FactId, Arc<str>>,
    /// The evidence of results that rest on the same facts.
    evidence: HashMap<Box<[FactId]>, Arc<[Arc<str>]>>,
}

impl Wording {
    /// The text, which is the same for equal ones.
    pub(super) fn text(&mut self, text: &str) -> Text {
        if let Some(known) = self.texts.get(text) {
            return known.clone();
        }
        let text = Text::from(text);
        self.texts.insert(text.clone());
        text
    }

    /// The lookups with their answers, then the assumptions.
    pub(super) fn evidence(
        &mut self,
        facts: &[FactId],
        assumptions: &[String],
        table: &Table,
    ) -> Arc<[Arc<str>]> {
        if let (Some(known), true) = (self.evidence.get(facts), assumptions.is_empty()) {
            return known.clone();
        }
        let mut lines: Vec<Arc<str>> = Vec::new();
        for id in table.questions(facts) {
            let line = self.lines.entry(id).or_insert_with(|| table.evidence(id).into());
            lines.push(line.clone());
        }
        lines.extend(assumptions.iter().map(|text| Arc::from(format!("assuming {text}"))));
        let evidence: Arc<[Arc<str>]> = lines.into();
        if assumptions.is_empty() {
            self.evidence.insert(facts.into(), evidence.clone());
        }
        evidence
    }
}
