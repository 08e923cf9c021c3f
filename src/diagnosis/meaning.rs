//! What a text of ECS means, and the checks that verify its causes.

use serde::Serialize;

use super::outside::Outside;
use super::said::Said;
use crate::symptoms::{Kind, Recogniser, Symptom};

/// What one text means.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Meaning {
    /// Stable, for scripts.
    pub id: String,
    /// The words that ECS wrote.
    pub said: String,
    /// In a sentence or two.
    pub text: String,
    /// The checks that verify its causes, the likeliest first.
    pub checks: Vec<String>,
    /// Why no check verifies it.
    pub why_no_check: Option<String>,
    /// The page of the AWS documentation.
    pub docs: String,
    /// How much it says.
    #[serde(skip)]
    pub weight: Weight,
}

/// How much the words say.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Weight {
    /// They name the fault, or the step that failed.
    Fault,
    /// The application ended or failed.
    Application,
    /// It happened at AWS, or someone wanted it.
    Elsewhere,
    /// They say only that something failed, or that nothing did.
    Effect,
}

impl Meaning {
    /// Whether the cause is one that no check can see.
    pub fn is_beyond_checks(&self) -> bool {
        self.checks.is_empty() && self.weight != Weight::Elsewhere
    }

    /// What these texts mean, unless the end of the containers says it better.
    pub fn next_to(said: &[Said], outside: &[Outside]) -> Vec<Meaning> {
        let mut found = Meaning::of(said);
        if outside.iter().any(|it| it.explains) {
            found.retain(|it| it.weight == Weight::Fault);
        }
        found
    }

    /// What these texts mean, each once, the most specific first.
    pub fn of(said: &[Said]) -> Vec<Meaning> {
        if said.is_empty() {
            return Vec::new();
        }
        let recogniser = Recogniser::new();
        let mut found: Vec<Meaning> = Vec::new();
        for it in said {
            let recognition = recogniser.recognise(&it.text);
            if recognition.product.is_some() {
                continue;
            }
            for recognised in recognition.causes() {
                let symptom = &recognised.symptom;
                if !found.iter().any(|known| known.id == symptom.id) {
                    found.push(meaning(symptom, &recognised.said));
                }
            }
        }
        found.sort_by_key(|it| it.weight);
        // That something failed says nothing more if it is known what.
        if found.first().is_some_and(|it| it.weight < Weight::Effect) {
            found.retain(|it| it.weight < Weight::Effect);
        }
        found
    }
}

fn meaning(symptom: &Symptom, said: &str) -> Meaning {
    let why = symptom.why_no_check;
    Meaning {
        id: symptom.id.to_owned(),
        said: said.to_owned(),
        text: symptom.means.to_string(),
        checks: symptom.checks.iter().map(|id| (*id).to_owned()).collect(),
        why_no_check: (!why.is_empty()).then(|| why.to_owned()),
        docs: symptom.docs.to_owned(),
        weight: match symptom.kind {
            Kind::Cause | Kind::Step => Weight::Fault,
            Kind::Application => Weight::Application,
            Kind::Aws => Weight::Elsewhere,
            Kind::Effect | Kind::Event => Weight::Effect,
        },
    }
}
