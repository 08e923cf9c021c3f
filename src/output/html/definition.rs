//! The definition, a line for each value, with the results as marks in the margin.
//!
//! The page may be passed on, so that it shows only values of fields that cannot hold a secret.

use std::collections::HashMap;
use std::fmt::Write as _;

use super::super::details;
use super::super::findings::Finding;
use super::super::listing::REST;
use super::super::xml::escaped;
use super::marks::{badness, class, sign};
use crate::document::Node;
use crate::document::node::Value;
use crate::report::{CheckResult, Status};

/// How many lines are shown.
const LINES: usize = 5_000;

/// Fields whose values are shown, wherever they are.
const SHOWN: &[&str] = &[
    "accessPointId",
    "appProtocol",
    "assignPublicIp",
    "autoprovision",
    "awslogs-create-group",
    "awslogs-group",
    "awslogs-region",
    "awslogs-stream-prefix",
    "base",
    "capacityProvider",
    "cluster",
    "condition",
    "configuredAtLaunch",
    "containerName",
    "containerPath",
    "containerPort",
    "containerPortRange",
    "cpu",
    "cpuArchitecture",
    "credentialsParameter",
    "desiredCount",
    "driver",
    "essential",
    "executionRoleArn",
    "family",
    "fileSystemId",
    "hardLimit",
    "hostPort",
    "iam",
    "image",
    "interval",
    "ipcMode",
    "launchType",
    "logDriver",
    "memory",
    "memoryReservation",
    "mode",
    "name",
    "networkMode",
    "operatingSystemFamily",
    "pidMode",
    "platformVersion",
    "privileged",
    "protocol",
    "readOnly",
    "readonlyRootFilesystem",
    "requiresCompatibilities",
    "retries",
    "revision",
    "rootDirectory",
    "scope",
    "sizeInGiB",
    "softLimit",
    "sourcePath",
    "sourceVolume",
    "startPeriod",
    "startTimeout",
    "stopTimeout",
    "taskRoleArn",
    "timeout",
    "transitEncryption",
    "transitEncryptionPort",
    "type",
    "valueFrom",
];

/// Lists in which `value` is no secret: the ARN of a file, a number of GPUs.
const SHOWN_VALUES: &[&str] = &["environmentFiles", "resourceRequirements"];

/// The definition as lines.
#[derive(Default)]
pub(super) struct Listing {
    lines: Vec<Line>,
    /// The line of each pointer.
    known: HashMap<String, usize>,
}

/// A line of the definition.
struct Line {
    /// Where it is in the file.
    number: Option<u32>,
    indent: usize,
    text: String,
}

impl Listing {
    /// The lines of a document, up to the limit.
    pub(super) fn of(root: &Node) -> Listing {
        let mut listing = Listing::default();
        listing.value(root, &[], 0, "", "");
        listing
    }

    pub(super) fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// The line of the value that a pointer names, or of what contains it.
    pub(super) fn line_of(&self, pointer: &str) -> Option<usize> {
        if !pointer.is_empty() && !pointer.starts_with('/') {
            return None;
        }
        let mut pointer = pointer;
        loop {
            if let Some(at) = self.known.get(pointer) {
                return Some(*at);
            }
            pointer = &pointer[..pointer.rfind('/')?];
        }
    }

    /// Adds the lines of a value: `before` it is its key, and `after` it a comma.
    fn value(&mut self, node: &Node, keys: &[&str], indent: usize, before: &str, after: &str) {
        if self.lines.len() >= LINES {
            if self.lines.len() == LINES {
                self.line(None, indent, format!("… and more: {REST}"));
            }
            return;
        }
        let line = self.lines.len();
        self.known.entry(node.place.pointer.to_string()).or_insert(line);
        let number = node.place.position.map(|it| it.line);
        let (open, close) = match &node.value {
            Value::List(items) if !items.is_empty() => ("[", "]"),
            Value::Map(entries) if !entries.is_empty() => ("{", "}"),
            _ => {
                let text = format!("{before}{}{after}", leaf(&node.value, keys));
                return self.line(number, indent, text);
            }
        };
        self.line(number, indent, format!("{before}{open}"));
        match &node.value {
            Value::List(items) => {
                for (nth, item) in items.iter().enumerate() {
                    self.value(item, keys, indent + 1, "", comma(nth, items.len()));
                }
            }
            Value::Map(entries) => {
                for (nth, entry) in entries.iter().enumerate() {
                    let keys = [keys, &[&*entry.key]].concat();
                    let before = format!("{}: ", quoted(&entry.key));
                    let after = comma(nth, entries.len());
                    self.value(&entry.node, &keys, indent + 1, &before, after);
                }
            }
            _ => {}
        }
        self.line(None, indent, format!("{close}{after}"));
    }

    fn line(&mut self, number: Option<u32>, indent: usize, text: String) {
        self.lines.push(Line { number, indent, text });
    }
}

fn comma(nth: usize, count: usize) -> &'static str {
    if nth + 1 < count { "," } else { "" }
}

fn quoted(text: &str) -> String {
    serde_json::Value::from(details::text_of(text)).to_string()
}

/// A value without parts, if its field is one that is shown.
fn leaf(value: &Value, keys: &[&str]) -> String {
    let is_shown = match keys {
        [.., list, "value"] => SHOWN_VALUES.contains(list),
        // The options of a log driver or a volume driver have any name.
        [.., "options" | "driverOpts" | "labels" | "dockerLabels" | "tags", name] => {
            name.starts_with("awslogs-") && SHOWN.contains(name)
        }
        [.., name] => SHOWN.contains(name),
        [] => false,
    };
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(truth) => truth.to_string(),
        Value::List(_) => "[]".to_owned(),
        Value::Map(_) => "{}".to_owned(),
        _ if !is_shown => "•••".to_owned(),
        Value::Number(number) => number.to_string(),
        Value::Text(text) | Value::Foreign(_, text) => quoted(text),
        Value::Unresolved(it) => quoted(&it.text),
    }
}

/// Prints the lines, each with the worst result about it.
pub(super) fn print(
    target: usize,
    listing: &Listing,
    results: &[CheckResult],
    found: &[Finding],
    page: &mut String,
) {
    let marks = marks(listing, results);
    let cards: HashMap<(&str, &str), usize> = found
        .iter()
        .enumerate()
        .rev()
        .flat_map(|(nth, finding)| {
            let places = finding.places.iter();
            places.map(move |it| ((it.id, it.subject.as_str()), nth))
        })
        .collect();
    page.push_str("<h3>Definition</h3>\n<p class=\"hint\">Values that might hold a secret are shown as •••.</p>\n<div class=\"scroll\" tabindex=\"0\"><table class=\"definition\">\n");
    for (at, line) in listing.lines.iter().enumerate() {
        let mark = marks.get(&at);
        let cell = mark.map_or_else(String::new, |result| {
            let sign = sign(result.status);
            let said = escaped(&format!("{}: {}", result.id, details::text_of(&result.message)));
            match cards.get(&(result.id, result.subject.as_str())) {
                Some(card) => {
                    format!("<a href=\"#t{target}f{card}\" title=\"{said}\">{sign}</a>")
                }
                None => format!("<span title=\"{said}\">{sign}</span>"),
            }
        });
        let _ = writeln!(
            page,
            "<tr id=\"t{target}l{at}\"{}><td class=\"sign\">{cell}</td><td class=\"number\">{}</td><td><pre style=\"padding-left:{}ch\">{}</pre></td></tr>",
            mark.map_or_else(String::new, |it| format!(" class=\"{}\"", class(it.status))),
            line.number.map_or_else(String::new, |it| it.to_string()),
            2 * line.indent,
            escaped(&line.text)
        );
    }
    page.push_str("</table></div>\n");
}

/// The worst result of each line that has one. What was skipped has no mark.
fn marks<'r>(listing: &Listing, results: &'r [CheckResult]) -> HashMap<usize, &'r CheckResult> {
    let mut marks: HashMap<usize, &CheckResult> = HashMap::new();
    for result in results.iter().filter(|it| it.status != Status::Skip) {
        let subject = result.subject.as_str();
        let Some(at) = listing.line_of(subject) else { continue };
        let known = marks.get(&at).map_or(0, |it| badness(it.status));
        if badness(result.status) > known {
            marks.insert(at, result);
        }
    }
    marks
}
