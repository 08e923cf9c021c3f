//! Expressions that join texts: `Fn::Sub` and `Fn::Join`, and the name in `Fn::ImportValue`.

use super::expression::{Resolver, scalar, text, unresolved};
use super::live::HIDDEN;
use crate::document::node::{Node, Unresolved, Value};
use crate::document::place::Place;

/// How often a text is copied until it is in a task definition.
const COPIES: usize = 8;

/// A text of which some parts may be unknown.
#[derive(Default)]
struct Joined {
    text: String,
    why: Option<String>,
}

impl Resolver<'_> {
    /// `Fn::Sub`: a text, or a text with variables.
    pub(super) fn substituted(&self, argument: &Node, place: &Place) -> Option<Node> {
        let (template, variables) = match argument.items() {
            [] => (argument.text()?, None),
            [template, variables] => (template.text()?, Some(variables)),
            _ => return None,
        };
        let (mut done, mut rest) = (Joined::default(), template);
        while let Some((before, after)) = rest.split_once("${") {
            let (name, after) = after.split_once('}')?;
            done.text.push_str(before);
            rest = after;
            if let Some(literal) = name.strip_prefix('!') {
                done.text.push_str(&format!("${{{literal}}}"));
                continue;
            }
            let name = name.trim();
            let variable = variables.and_then(|it| it.get(name));
            let value = match variable {
                Some(variable) => self.value(variable),
                None if name.contains('.') => Some(self.attribute(name, place)),
                None => self.reference(name, place),
            };
            self.extend(&mut done, &value?)?;
        }
        done.text.push_str(rest);
        if done.text.contains("{{resolve:") {
            done.because("CloudFormation resolves `{{resolve:…}}` when it deploys");
        }
        Some(done.node(place))
    }

    pub(super) fn joined(&self, argument: &Node, place: &Place) -> Option<Node> {
        let [separator, list] = argument.items() else { return None };
        let separator = separator.text()?;
        let list = self.value(list)?;
        let mut done = Joined::default();
        match &list.value {
            Value::List(items) => {
                for (index, item) in items.iter().enumerate() {
                    if index > 0 {
                        done.text.push_str(separator);
                    }
                    self.extend(&mut done, item)?;
                }
            }
            Value::Unresolved(_) => done.add(&list),
            _ => return None,
        }
        Some(done.node(place))
    }

    pub(super) fn imported(&self, argument: &Node, place: &Place) -> Node {
        let export = self.value(argument).map(|it| joined([&it])).unwrap_or_default();
        let Joined { text: name, why } = export;
        let why = match (&self.known.exports, why) {
            (Some(Ok(exports)), None) => match exports.get(&name) {
                Some(value) if value != HIDDEN => return text(value.clone(), place),
                Some(_) => format!("the export `{name}` may be a secret, so that it is not read"),
                None => format!("no stack of this region exports `{name}`"),
            },
            (Some(Err(why)), None) => {
                format!("`!ImportValue {name}` is exported by another stack: {why}")
            }
            _ => format!("`!ImportValue {name}` is exported by another stack"),
        };
        unresolved(place, "ImportValue", why)
    }

    /// Adds a part, if the expressions may still make so much text.
    fn extend(&self, done: &mut Joined, part: &Node) -> Option<()> {
        let length = done.text.len();
        done.add(part);
        self.spend((done.text.len() - length) * COPIES).then_some(())
    }
}

impl Joined {
    fn add(&mut self, part: &Node) {
        match &part.value {
            Value::Unresolved(it) => {
                self.text.push_str(&it.text);
                self.because(&it.why);
            }
            value => match scalar(value) {
                Some(part) => self.text.push_str(&part),
                None => {
                    self.text.push_str("${…}");
                    self.because("a list or an object is written where CloudFormation needs text");
                }
            },
        }
    }

    fn because(&mut self, why: &str) {
        self.why.get_or_insert_with(|| why.to_owned());
    }

    fn node(self, place: &Place) -> Node {
        let value = match self.why {
            Some(why) => {
                let (text, is_given) = (self.text, false);
                Value::Unresolved(Box::new(Unresolved { text, why, is_given }))
            }
            None => Value::Text(self.text),
        };
        Node { value, place: place.clone() }
    }
}

fn joined<'n>(parts: impl IntoIterator<Item = &'n Node>) -> Joined {
    let mut joined = Joined::default();
    parts.into_iter().for_each(|part| joined.add(part));
    joined
}
