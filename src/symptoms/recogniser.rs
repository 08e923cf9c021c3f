//! Finds the known texts in a pasted one.

use std::cmp::Reverse;

use super::catalogue::{ALIKE, ECS_WORDS, OPERATIONS, PRODUCTS, ROWS};
use super::pattern::{Match, Pattern};
use super::squeezed::Squeezed;
use super::symptom::{Kind, Symptom};
use super::variables::Variables;
use super::{event, of_checks, paste};

/// So many letters of a text are compared with those that are known.
const NEAR_TEXT: usize = 4_000;
/// How many texts are named if none was recognised.
const NEAREST: usize = 3;

/// What a text says.
#[derive(Clone, Debug)]
pub struct Recognition {
    /// The symptoms, the most specific first; those that others explain come last.
    pub found: Vec<Recognised>,
    /// The product that the text is from, if it is not from ECS.
    pub product: Option<&'static str>,
    /// What the text names.
    pub variables: Variables,
    /// The known texts that are nearest, if none was recognised.
    pub nearest: Vec<&'static str>,
}

/// A symptom in a text.
#[derive(Clone, Debug)]
pub struct Recognised {
    /// The symptom.
    pub symptom: Symptom,
    /// The words of the text that show it.
    pub said: String,
    /// How sure it is.
    pub confidence: Confidence,
    letters: usize,
    start: usize,
    end: usize,
}

/// How sure it is that the text shows a symptom.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Confidence {
    /// All words are in the text.
    Whole,
    /// The text ends before the words do.
    CutOff,
}

impl Recognition {
    /// Whether ECS said it, in words that are known.
    pub fn is_recognised(&self) -> bool {
        self.product.is_none() && !self.found.is_empty()
    }

    /// What the text is about: the symptoms of the most specific kind.
    pub fn causes(&self) -> impl Iterator<Item = &Recognised> {
        let rank = self.found.first().map(|it| it.symptom.rank());
        self.found.iter().filter(move |it| Some(it.symptom.rank()) == rank)
    }

    /// The checks that know it before a deploy, the most likely first, each with its symptom.
    pub fn checks(&self) -> Vec<(&str, &Recognised)> {
        let mut found: Vec<(&str, &Recognised)> = Vec::new();
        if self.product.is_some() {
            return found;
        }
        for it in self.causes() {
            for id in it.symptom.checks.iter() {
                if !found.iter().any(|(known, _)| known == id) {
                    found.push((id, it));
                }
            }
        }
        found
    }
}

/// The catalogue, ready to be searched.
pub struct Recogniser {
    rows: Vec<Row>,
}

struct Row {
    symptom: Symptom,
    patterns: Vec<(&'static str, Pattern)>,
    /// An error that a check prevents, which may have other causes too: a row of the catalogue knows them all.
    is_prevented: bool,
}

impl Recogniser {
    /// Every row of the catalogue and every text of the checks.
    #[expect(clippy::new_without_default, reason = "it reads the whole catalogue")]
    pub fn new() -> Recogniser {
        let mut rows: Vec<Row> = Vec::new();
        rows.extend(ROWS.iter().copied().flatten().cloned().map(|it| Row::of(it, false)));
        rows.extend(of_checks::refused().into_iter().map(|it| Row::of(it, false)));
        rows.extend(of_checks::prevented().into_iter().map(|it| Row::of(it, true)));
        Recogniser { rows }
    }

    /// Every symptom.
    pub fn symptoms(&self) -> impl Iterator<Item = &Symptom> {
        self.rows.iter().map(|row| &row.symptom)
    }

    /// What this text says.
    pub fn recognise(&self, text: &str) -> Recognition {
        let raw = event::texts(text);
        let pasted = paste::cleaned(raw.as_deref().unwrap_or(text));
        // A document in a log has its quotes back only now.
        let inner = if raw.is_none() { event::texts(&pasted) } else { None };
        let pasted = inner.unwrap_or(pasted);
        let pasted = if is_bare(&pasted) { format!("failure reason {pasted}") } else { pasted };
        let squeezed = Squeezed::of(&pasted);
        let is_of_ecs = ECS_WORDS.iter().any(|word| squeezed.letters.contains(word));
        let product = product_of(&squeezed, is_of_ecs);
        let mut found: Vec<(Recognised, bool)> = Vec::new();
        for row in &self.rows {
            if row.symptom.is_shared && !is_of_ecs {
                continue;
            }
            found.extend(row.find(&squeezed).map(|it| (it, row.is_prevented)));
        }
        let found = explaining(found, &squeezed);
        let is_known = product.is_none() && !found.is_empty();
        Recognition {
            nearest: if is_known { Vec::new() } else { self.nearest(&squeezed) },
            variables: Variables::of(&format!(
                "{pasted}\n{}",
                if raw.is_some() { text } else { "" }
            )),
            found,
            product,
        }
    }

    /// The texts that share the most words.
    fn nearest(&self, text: &Squeezed) -> Vec<&'static str> {
        let text = text.letters.get(..NEAR_TEXT).unwrap_or(&text.letters);
        let mut near: Vec<(usize, &'static str)> = Vec::new();
        for row in &self.rows {
            let best =
                row.patterns.iter().map(|(words, pattern)| (share(words, pattern, text), *words));
            near.extend(best.max_by_key(|(share, _)| *share).filter(|(share, _)| *share >= 40));
        }
        near.sort_by_key(|(share, _)| Reverse(*share));
        let mut named: Vec<&'static str> = Vec::new();
        for (_, words) in near {
            if named.len() < NEAREST && !named.contains(&words) {
                named.push(words);
            }
        }
        named
    }
}

/// How many percent of the longer words of a pattern are in the text.
fn share(words: &str, pattern: &Pattern, text: &str) -> usize {
    let longer = |it: &&str| it.len() >= 5 && it.bytes().all(|it| it.is_ascii_alphanumeric());
    let words: Vec<&str> = words.split([' ', ':', '.', ',', '\'', '"']).filter(longer).collect();
    if words.len() < 2 || pattern.letters() < 12 {
        return 0;
    }
    let known = words.iter().filter(|it| text.contains(&it.to_ascii_lowercase())).count();
    known * 100 / words.len()
}

impl Row {
    fn of(symptom: Symptom, is_prevented: bool) -> Row {
        let patterns = symptom.texts.iter().map(|text| (*text, Pattern::of(text))).collect();
        Row { symptom, patterns, is_prevented }
    }

    fn find(&self, text: &Squeezed) -> Option<Recognised> {
        let matches = self.patterns.iter().filter_map(|(_, pattern)| pattern.find(text));
        let matches = matches.filter(|it| match self.symptom.when {
            Some(holds) => holds(text.between(it.start, it.end)),
            None => true,
        });
        // Many errors begin alike: what was cut off may be any of them.
        let matches = matches.filter(|it| !(it.is_cut && self.is_prevented));
        let best = matches.max_by_key(|it| (it.letters, Reverse(it.start)))?;
        Some(self.recognised(best, text))
    }

    fn recognised(&self, found: Match, text: &Squeezed) -> Recognised {
        let confidence = if found.is_cut { Confidence::CutOff } else { Confidence::Whole };
        Recognised {
            symptom: self.symptom.clone(),
            said: passage(text, found),
            confidence,
            letters: found.letters,
            start: found.start,
            end: found.end,
        }
    }
}

/// The lines with the words, without blanks between.
fn passage(text: &Squeezed, found: Match) -> String {
    const LONGEST: usize = 600;
    let (start, end) = (text.place(found.start), text.place(found.end.saturating_sub(1)));
    let before = text.text.get(..start).unwrap_or_default();
    let after = text.text.get(end..).unwrap_or_default();
    let from = before.rfind('\n').map_or(0, |it| it + 1);
    let to = end + after.find('\n').unwrap_or(after.len());
    let line = text.text.get(from..to).unwrap_or_default();
    let words: Vec<&str> = line.split_whitespace().collect();
    let line = words.join(" ");
    if line.chars().count() <= LONGEST {
        return line;
    }
    let shorter: String = line.chars().take(LONGEST).collect();
    format!("{}...", shorter.trim_end())
}

/// Sorted, and without those whose words are only part of what another one says.
fn explaining(found: Vec<(Recognised, bool)>, text: &Squeezed) -> Vec<Recognised> {
    let mut found = without_guesses(found, text);
    let weight = |it: &(Recognised, bool)| {
        let symptom = &it.0.symptom;
        let names_it = matches!(symptom.kind, Kind::Cause | Kind::Application | Kind::Aws);
        let decides = symptom.decides;
        let is_effect = symptom.kind == Kind::Effect;
        (names_it && decides, names_it, decides, !is_effect, !it.1, it.0.letters)
    };
    found.sort_by_key(|it| Reverse(weight(it)));
    let mut kept: Vec<Recognised> = Vec::new();
    for (it, _) in found {
        let overlaps = |other: &Recognised| it.start < other.end && other.start < it.end;
        if !kept.iter().any(overlaps) {
            kept.push(it);
        }
    }
    // Of the steps of one text, the last is the one that failed.
    kept.sort_by_key(|it| {
        (
            it.symptom.rank(),
            if it.symptom.kind == Kind::Step { Reverse(it.start) } else { Reverse(0) },
        )
    });
    // What led to a cause in the same sentence says nothing more.
    let mut explained: Vec<String> = Vec::new();
    kept.retain(|it| {
        let leads_to_it = matches!(it.symptom.kind, Kind::Step | Kind::Effect | Kind::Event);
        let is_new = !(leads_to_it && explained.contains(&it.said));
        if !leads_to_it {
            explained.push(it.said.clone());
        }
        is_new
    });
    kept
}

/// Without texts that are cut off where they might become one thing or another, or where they are whole already.
fn without_guesses(mut found: Vec<(Recognised, bool)>, text: &Squeezed) -> Vec<(Recognised, bool)> {
    let is_cut = |it: &Recognised| it.confidence == Confidence::CutOff;
    let letters = |it: &Recognised| text.letters.get(it.start..it.end).unwrap_or_default();
    let guesses = |it: &Recognised| {
        found.iter().any(|(other, _)| match is_cut(other) {
            true => {
                other.end == it.end && other.symptom.checks.first() != it.symptom.checks.first()
            }
            false => letters(other).contains(letters(it)),
        })
    };
    let kept: Vec<bool> = found.iter().map(|(it, _)| !is_cut(it) || !guesses(it)).collect();
    let mut kept = kept.into_iter();
    found.retain(|_| kept.next().unwrap_or(true));
    found
}

/// A reason of a failed call, without all that is around it: AGENT.
fn is_bare(text: &str) -> bool {
    let word = text.trim();
    !word.is_empty() && word.bytes().all(|it| it.is_ascii_uppercase() || it == b'_' || it == b':')
}

/// The product that a text is from, if it is not ECS.
fn product_of(text: &Squeezed, is_of_ecs: bool) -> Option<&'static str> {
    let alike = ALIKE.iter().filter(|_| !is_of_ecs);
    let named = PRODUCTS.iter().chain(alike).find(|(_, words)| {
        let mut found = words.iter().filter_map(|words| Pattern::of(words).find(text));
        found.any(|it| !it.is_cut)
    });
    let other = || is_of_another_call(text) || !is_of_ecs && is_of_another_service(text.text);
    named.map(|(product, _)| *product).or_else(|| other().then_some("another AWS service"))
}

/// The text is the error of a call that is none of ECS.
fn is_of_another_call(text: &Squeezed) -> bool {
    let mut is_other = false;
    for rest in text.letters.split("whencallingthe").skip(1) {
        if OPERATIONS.iter().any(|it| rest.starts_with(it)) {
            return false;
        }
        is_other = true;
    }
    is_other
}

/// The text names the service that answered, as the SDKs do, and it is not ECS.
fn is_of_another_service(text: &str) -> bool {
    let of_java = text
        .split("(Service: ")
        .skip(1)
        .map(|it| !it.starts_with("AmazonECS") && !it.starts_with("Ecs"));
    let of_go = text.split("operation error ").skip(1).map(|it| !it.starts_with("ECS:"));
    let mut named = of_java.chain(of_go).peekable();
    named.peek().is_some() && named.all(|is_other| is_other)
}
