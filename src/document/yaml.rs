//! YAML 1.2 as the AWS CLI reads it: parser events to the same tree that JSON gives.

mod scalar;

use std::collections::HashMap;
use std::sync::Arc;

use saphyr_parser::{Event, Marker, Parser, Span, Tag};

use self::scalar::scalar;
use super::input_error::InputError;
use super::node::{DEPTH_LIMIT, Entry, Node, Value};
use super::place::{Place, Pointer, Position};
use crate::names::nearest;

/// How many bytes aliases may add to a document, roughly: those of its texts, and as many for each value.
const EXPANSION_LIMIT: usize = 16 << 20;

/// How many bytes a value takes with its place.
const VALUE: usize = 200;

/// The tags of YAML for values that JSON has too. CloudFormation, too, takes no other
/// (<https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/template-formats.html>).
const YAML_TAGS: [&str; 9] =
    ["str", "int", "float", "bool", "null", "timestamp", "map", "seq", "merge"];

/// The short tags of CloudFormation's functions.
const CLOUDFORMATION_TAGS: &[&str] = &[
    "And",
    "Base64",
    "Cidr",
    "Condition",
    "Equals",
    "FindInMap",
    "GetAZs",
    "GetAtt",
    "If",
    "ImportValue",
    "Join",
    "Not",
    "Or",
    "Ref",
    "Select",
    "Split",
    "Sub",
    "Transform",
];

/// Reads `text`, whose document is `whole`. The short tags of CloudFormation become its functions, as in JSON:
/// `!Ref A` is `{"Ref": "A"}`. If there is one, it also returns the error for any document but a template.
pub(super) fn parse(text: &str, whole: &Place) -> Result<(Node, Option<InputError>), InputError> {
    let mut builder = Builder {
        text,
        whole: whole.clone(),
        open: Vec::new(),
        anchors: HashMap::new(),
        expanded: 0,
        root: None,
        only_in_template: None,
    };
    let mut parser = Parser::new_from_str(text);
    while let Some(event) = parser.next_event() {
        let (event, span) = event.map_err(|error| {
            let (said, advice) = words(error.info());
            builder.broken(*error.marker(), format!("this is not YAML: {said}")).hint(advice)
        })?;
        builder.accept(event, span)?;
    }
    let Builder { root, only_in_template, .. } = builder;
    let root = root.unwrap_or_else(|| Node { value: Value::Null, place: whole.clone() });
    Ok((root, only_in_template))
}

/// What the parser says, in other words where its own are unclear, and what to do about it.
fn words(said: &str) -> (&str, &'static str) {
    match said {
        _ if said.contains("tabs disallowed") || said.contains("tab cannot be used") => {
            ("a tab indents this line", "indent with spaces")
        }
        "while parsing a node, did not find expected node content" => {
            ("a value is missing here", "write the value, or close the bracket before")
        }
        "mapping values are not allowed in this context" => (
            "`:` begins a value where none belongs",
            "indent the line like its neighbours, and quote a value that contains `: `",
        ),
        other => {
            (other, "check the indentation, and quote values that contain `:`, `#`, `{` or `[`")
        }
    }
}

/// Builds the tree from events. Collections that are not closed yet are on a stack, so that depth needs
/// no recursion.
struct Builder<'t> {
    text: &'t str,
    whole: Place,
    open: Vec<Open>,
    anchors: HashMap<usize, Node>,
    expanded: usize,
    root: Option<Node>,
    /// The error for the first tag of CloudFormation, in a document that is not a template.
    only_in_template: Option<InputError>,
}

struct Open {
    place: Place,
    anchor: usize,
    /// The function whose short tag it has.
    function: Option<String>,
    content: Content,
}

enum Content {
    Items(Vec<Node>),
    Entries { done: Vec<Entry>, key: Option<(Arc<str>, Place)> },
}

impl Builder<'_> {
    fn accept(&mut self, event: Event<'_>, span: Span) -> Result<(), InputError> {
        match event {
            Event::DocumentStart(_) if self.root.is_some() => Err(self
                .broken(span.start, "a second YAML document begins here".into())
                .hint("put each document in a separate file")),
            Event::Scalar(text, style, anchor, tag) => {
                let tag = tag.as_deref();
                if self.awaits_key() {
                    self.refuse_own_tag(tag, span.start)?;
                    return self.key(text.into(), span.start);
                }
                let function = self.function(tag, span.start)?;
                let value = scalar(&text, style, tag.filter(|_| function.is_none()));
                let place = self.place(span.start);
                self.finish(called(function, Node { value, place }), anchor)
            }
            Event::SequenceStart(anchor, tag) => {
                self.begin(Content::Items(Vec::new()), anchor, tag.as_deref(), span.start)
            }
            Event::MappingStart(anchor, tag) => {
                let content = Content::Entries { done: Vec::new(), key: None };
                self.begin(content, anchor, tag.as_deref(), span.start)
            }
            Event::SequenceEnd | Event::MappingEnd => self.end(),
            Event::Alias(anchor) => self.alias(anchor, span.start),
            _ => Ok(()),
        }
    }

    fn begin(
        &mut self,
        content: Content,
        anchor: usize,
        tag: Option<&Tag>,
        mark: Marker,
    ) -> Result<(), InputError> {
        if self.awaits_key() {
            return Err(self.broken(mark, "the name of a field must be text".into()));
        }
        let function = self.function(tag, mark)?;
        if self.open.len() >= DEPTH_LIMIT {
            return Err(self.too_deep(mark));
        }
        self.open.push(Open { place: self.place(mark), anchor, function, content });
        Ok(())
    }

    fn end(&mut self) -> Result<(), InputError> {
        let Some(Open { place, anchor, function, content }) = self.open.pop() else {
            return Ok(());
        };
        let value = match content {
            Content::Items(items) => Value::List(items),
            Content::Entries { done, .. } => {
                self.refuse_repeated(&done)?;
                Value::Map(self.merge(done, &place)?)
            }
        };
        self.finish(called(function, Node { value, place }), anchor)
    }

    /// Puts a complete value where it belongs.
    fn finish(&mut self, node: Node, anchor: usize) -> Result<(), InputError> {
        if anchor > 0 {
            self.spend(weight(&node), node.place.position)?;
            self.anchors.insert(anchor, node.clone());
        }
        match self.open.last_mut().map(|open| &mut open.content) {
            None => self.root = Some(node),
            Some(Content::Items(items)) => items.push(node),
            Some(Content::Entries { done, key }) => {
                if let Some((key, key_place)) = key.take() {
                    done.push(Entry { key, key_place, node });
                }
            }
        }
        Ok(())
    }

    fn key(&mut self, text: String, mark: Marker) -> Result<(), InputError> {
        let position = position(mark);
        if let Some(Open { place, content: Content::Entries { key, .. }, .. }) =
            self.open.last_mut()
        {
            let name: Arc<str> = text.into();
            let pointer = place.pointer.field(name.clone());
            *key = Some((name, Place { pointer, position, ..place.clone() }));
        }
        Ok(())
    }

    /// An alias is a copy of its anchor's value, with new pointers.
    fn alias(&mut self, anchor: usize, mark: Marker) -> Result<(), InputError> {
        if self.awaits_key() {
            return Err(self.broken(mark, "the name of a field cannot be an alias".into()));
        }
        let Some(meant) = self.anchors.get(&anchor) else {
            return Err(self.broken(mark, "alias refers to itself".into()));
        };
        if self.open.len() + height(meant) > DEPTH_LIMIT {
            return Err(self.too_deep(mark));
        }
        self.spend(weight(meant), position(mark))?;
        let Some(meant) = self.anchors.get(&anchor).cloned() else { return Ok(()) };
        let place = self.place(mark);
        let mut copy = moved(meant, &place.pointer);
        copy.place.position = place.position;
        self.finish(copy, 0)
    }

    /// A map holds each key once: YAML says so, and the AWS CLI refuses the file.
    fn refuse_repeated(&self, entries: &[Entry]) -> Result<(), InputError> {
        let mut known: HashMap<&str, &Place> = HashMap::new();
        for entry in entries.iter().filter(|entry| &*entry.key != "<<") {
            let Some(first) = known.insert(&entry.key, &entry.key_place) else { continue };
            let line = first.position.map_or(0, |position| position.line);
            let message = format!("`{}` is given twice: the first is in line {line}", entry.key);
            return Err(InputError::new(&self.whole.document, message)
                .at_position(entry.key_place.position)
                .hint("keep one of the two; the AWS CLI refuses YAML that repeats a key"));
        }
        Ok(())
    }

    /// Resolves `<<`: the fields of the maps that it names, where the map has none of that name itself.
    fn merge(&mut self, entries: Vec<Entry>, owner: &Place) -> Result<Vec<Entry>, InputError> {
        if entries.iter().all(|entry| &*entry.key != "<<") {
            return Ok(entries);
        }
        let (merges, mut own): (Vec<Entry>, Vec<Entry>) =
            entries.into_iter().partition(|entry| &*entry.key == "<<");
        let mut known: std::collections::HashSet<Arc<str>> =
            own.iter().map(|entry| entry.key.clone()).collect();
        for merge in merges {
            let sources = match merge.node.value {
                Value::List(items) => items,
                value => vec![Node { value, place: merge.node.place }],
            };
            for source in sources {
                let Value::Map(fields) = source.value else {
                    return Err(InputError::new(
                        &owner.document,
                        "`<<` merges maps, and this is not a map",
                    )
                    .at_position(source.place.position));
                };
                for field in
                    fields.into_iter().rev().filter(|field| known.insert(field.key.clone()))
                {
                    let pointer = owner.pointer.field(field.key.clone());
                    own.push(Entry {
                        key_place: Place { pointer: pointer.clone(), ..field.key_place },
                        node: moved(field.node, &pointer),
                        key: field.key,
                    });
                }
            }
        }
        Ok(own)
    }

    /// Counts what aliases add, so that a few lines cannot grow to gigabytes.
    fn spend(&mut self, amount: usize, position: Option<Position>) -> Result<(), InputError> {
        self.expanded = self.expanded.saturating_add(amount);
        if self.expanded > EXPANSION_LIMIT {
            return Err(InputError::new(
                &self.whole.document,
                "aliases expand past the size limit",
            )
            .at_position(position)
            .hint("write the values out, or nest fewer aliases"));
        }
        Ok(())
    }

    /// The function of CloudFormation whose short tag this is. Any other tag of the document is refused.
    fn function(&mut self, tag: Option<&Tag>, mark: Marker) -> Result<Option<String>, InputError> {
        let short = tag.map(|tag| tag.suffix.as_str());
        let Some(short) = short.filter(|it| CLOUDFORMATION_TAGS.contains(it)) else {
            return self.refuse_own_tag(tag, mark).map(|()| None);
        };
        if self.only_in_template.is_none() {
            self.only_in_template = self.refuse_own_tag(tag, mark).err();
        }
        Ok(Some(match short {
            "Ref" | "Condition" => short.to_owned(),
            name => format!("Fn::{name}"),
        }))
    }

    fn refuse_own_tag(&self, tag: Option<&Tag>, mark: Marker) -> Result<(), InputError> {
        let is_known = |tag: &Tag| match tag.is_yaml_core_schema() {
            true => YAML_TAGS.contains(&tag.suffix.as_str()),
            false => tag.suffix.is_empty(),
        };
        let Some(tag) = tag.filter(|tag| !is_known(tag)) else { return Ok(()) };
        let is_template = self.text.starts_with("Resources:") || self.text.contains("\nResources:");
        let owner = if is_template { "CloudFormation has" } else { "task definitions have" };
        let name = match tag.is_yaml_core_schema() {
            true => format!("!!{}", tag.suffix),
            false => tag.to_string(),
        };
        let error = self.broken(mark, format!("`{name}`: {owner} no such tag"));
        if tag.is_yaml_core_schema() {
            return Err(error.hint("write the value as plain text, a number, a list or a map"));
        }
        let meant = nearest(&tag.suffix, CLOUDFORMATION_TAGS.iter().copied());
        if let (true, Some(meant)) = (is_template, meant) {
            return Err(error.hint(format!("did you mean `!{meant}`?")));
        }
        Err(if CLOUDFORMATION_TAGS.contains(&tag.suffix.as_str()) {
            error.hint(
                "it belongs to a CloudFormation template: pass the whole template, with its `Resources`",
            )
        } else {
            error.hint("remove the tag, or render the template first")
        })
    }

    fn awaits_key(&self) -> bool {
        let innermost = self.open.last().map(|open| &open.content);
        matches!(innermost, Some(Content::Entries { key: None, .. }))
    }

    /// The place of the value that begins at `mark` in the innermost open collection.
    fn place(&self, mark: Marker) -> Place {
        let pointer = match self.open.last() {
            None => Pointer::root(),
            Some(Open { place, content: Content::Items(items), .. }) => {
                place.pointer.item(items.len())
            }
            Some(Open { place, content: Content::Entries { key, .. }, .. }) => {
                key.as_ref().map_or(&place.pointer, |(_, key_place)| &key_place.pointer).clone()
            }
        };
        Place { pointer, position: position(mark), ..self.whole.clone() }
    }

    fn too_deep(&self, mark: Marker) -> InputError {
        self.broken(mark, format!("values are nested more than {DEPTH_LIMIT} levels deep"))
    }

    fn broken(&self, mark: Marker, message: String) -> InputError {
        let offset =
            self.text.char_indices().nth(mark.index()).map_or(self.text.len(), |(at, _)| at);
        InputError::new(&self.whole.document, message).at(self.text, offset)
    }
}

/// A call of the function with this argument.
fn called(function: Option<String>, argument: Node) -> Node {
    let Some(function) = function else { return argument };
    let place = argument.place.clone();
    let entry = Entry { key: function.into(), key_place: place.clone(), node: argument };
    Node { value: Value::Map(vec![entry]), place }
}

fn position(mark: Marker) -> Option<Position> {
    let (line, column) = (u32::try_from(mark.line()).ok()?, u32::try_from(mark.col() + 1).ok()?);
    Some(Position { line, column })
}

/// The same node at another pointer.
fn moved(node: Node, pointer: &Pointer) -> Node {
    let value = match node.value {
        Value::List(items) => Value::List(
            items
                .into_iter()
                .enumerate()
                .map(|(index, item)| moved(item, &pointer.item(index)))
                .collect(),
        ),
        Value::Map(entries) => Value::Map(
            entries
                .into_iter()
                .map(|entry| {
                    let pointer = pointer.field(entry.key.clone());
                    Entry {
                        node: moved(entry.node, &pointer),
                        key_place: Place { pointer, ..entry.key_place },
                        key: entry.key,
                    }
                })
                .collect(),
        ),
        value => value,
    };
    Node { value, place: Place { pointer: pointer.clone(), ..node.place } }
}

fn weight(node: &Node) -> usize {
    let own = VALUE + node.text().map_or(0, str::len);
    // Keys are shared.
    let entries = node.entries().iter().map(|entry| weight(&entry.node));
    own + entries.sum::<usize>() + node.items().iter().map(weight).sum::<usize>()
}

fn height(node: &Node) -> usize {
    let children = node.entries().iter().map(|entry| &entry.node).chain(node.items());
    children.map(|child| 1 + height(child)).max().unwrap_or(0)
}

#[cfg(test)]
mod tests;
