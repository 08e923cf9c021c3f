//! Candidates from the account and from the files on the command line, if the script was made with `--live`.
//!
//! The shell waits for the answer at each TAB, so it has to come within a second, from a small cache where there
//! is one. Only an argument that names something live makes a call, and every failure is silence.

use std::path::{Path, PathBuf};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use clap::{Arg, Command};
use clap_complete::engine::{
    ArgValueCandidates, ArgValueCompleter, CompletionCandidate, ValueCompleter,
};

use super::cache;
use super::candidates::documents;
use crate::document::{Node, Role, Source};
use crate::lookup::{Offer, Offered, Settings, configured_region, connect, offers};

/// The variable that the script sets: `--live` was given.
pub(super) const VARIABLE: &str = "AWS_ECS_PREFLIGHT_COMPLETE_LIVE";

/// Within a second the answer is on the screen; the shell and the start of this program need a part of it.
const WITHIN: Duration = Duration::from_millis(800);

/// A larger file is no definition of a task.
const LARGEST: u64 = 4 << 20;

/// The command line with live candidates for the arguments that name something live.
pub(super) fn attach(command: Command, words: Vec<String>) -> Command {
    let line: &'static Line = Box::leak(Box::new(Line { words, since: Instant::now() }));
    command.mut_subcommands(|command| command.mut_args(|arg| attach_to(arg, line)))
}

fn attach_to(arg: Arg, line: &'static Line) -> Arg {
    let listed = |offer: fn(&Line) -> Offer| {
        ArgValueCandidates::new(move || candidates(line.ask(&offer(line))))
    };
    match arg.get_id().as_str() {
        "cluster" => arg.add(listed(|_| Offer::Clusters)),
        "service" | "services" => arg.add(listed(|line| Offer::Services(line.cluster()))),
        "subnets" => arg.add(listed(|_| Offer::Subnets)),
        "security_groups" => arg.add(listed(|_| Offer::SecurityGroups)),
        "infrastructure_role_arn" | "caller_arn" => {
            arg.add(ArgValueCandidates::new(move || candidates(line.roles())))
        }
        "image" => arg.add(ArgValueCandidates::new(move || candidates(line.containers()))),
        "definitions" | "definition" => {
            arg.add(ArgValueCompleter::new(move |typed: &std::ffi::OsStr| definitions(typed, line)))
        }
        _ => arg,
    }
}

fn candidates(offered: Vec<Offered>) -> Vec<CompletionCandidate> {
    let candidate =
        |(name, help): Offered| CompletionCandidate::new(name).help(help.map(Into::into));
    offered.into_iter().map(candidate).collect()
}

/// Files first. Only a word that begins no file is looked up as a family, and a bare TAB makes no call.
fn definitions(typed: &std::ffi::OsStr, line: &Line) -> Vec<CompletionCandidate> {
    let files = documents.complete(typed);
    let Some(text) = typed.to_str().filter(|it| files.is_empty() && may_be_family(it)) else {
        return files;
    };
    let offer = match text.split_once(':') {
        Some((family, _)) => Offer::Revisions(family.to_owned()),
        None => Offer::Families(text.to_owned()),
    };
    let mut found = line.ask(&offer);
    found.retain(|(name, _)| name.starts_with(text));
    candidates(found)
}

/// The letters of a family, with or without a revision
/// (<https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RegisterTaskDefinition.html>).
fn may_be_family(text: &str) -> bool {
    let (family, revision) = text.split_once(':').unwrap_or((text, ""));
    let is_letter = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
    !family.is_empty()
        && family.bytes().all(is_letter)
        && !family.starts_with('-')
        && revision.bytes().all(|b| b.is_ascii_digit())
}

/// The words before the one that is completed.
struct Line {
    words: Vec<String>,
    since: Instant,
}

impl Line {
    /// The value of an option, the last one if it is repeated.
    fn value(&self, names: &[&str]) -> Option<String> {
        let words = self.words.iter().enumerate().rev();
        let mut values = words.filter_map(|(nth, word)| {
            let option = word.strip_prefix("--")?;
            match option.split_once('=') {
                Some((name, value)) => names.contains(&name).then(|| value.to_owned()),
                None => names.contains(&option).then(|| self.words.get(nth + 1).cloned())?,
            }
        });
        values.find(|it| !it.is_empty())
    }

    fn cluster(&self) -> String {
        self.value(&["cluster"]).unwrap_or_else(|| "default".to_owned())
    }

    fn settings(&self) -> Settings {
        Settings {
            profile: self.value(&["profile", "aws-profile"]),
            region: self.value(&["region", "aws-region"]),
            endpoint_url: self.value(&["endpoint-url", "aws-endpoint-url"]),
            ca_bundle: self.value(&["ca-bundle"]).map(PathBuf::from),
            accept_any_certificate: self.words.iter().any(|it| it == "--no-verify-ssl"),
            ..Settings::default()
        }
    }

    /// The texts of the files.
    fn texts(&self) -> Vec<String> {
        let text = |word: &String| {
            let word = word.split_once('=').map_or(word.as_str(), |(_, value)| value);
            let path = Path::new(word.strip_prefix("file://").unwrap_or(word));
            let is_small = path.metadata().is_ok_and(|it| it.is_file() && it.len() <= LARGEST);
            is_small.then(|| std::fs::read_to_string(path).ok()).flatten()
        };
        self.words.iter().filter_map(text).collect()
    }

    /// The ARNs of roles in the files.
    fn roles(&self) -> Vec<Offered> {
        once(self.texts().iter().flat_map(|text| roles_in(text)).collect())
    }

    /// The names of the containers in the files, each with the `=` before its image.
    fn containers(&self) -> Vec<Offered> {
        let mut found = Vec::new();
        for text in self.texts() {
            if let Ok(source) = Source::read("", Role::Definition, text.as_bytes()) {
                containers_in(&source.root, &mut found);
            }
        }
        once(found)
    }

    /// The names, from the cache or from AWS, or none.
    fn ask(&self, offer: &Offer) -> Vec<Offered> {
        let (sender, receiver) = mpsc::channel();
        let (settings, offer) = (self.settings(), offer.clone());
        // Whatever hangs there ends with the program.
        let asking = std::thread::Builder::new().spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            if let Ok(runtime) = runtime {
                let found = runtime.block_on(found(&settings, &offer));
                let _late = sender.send(found.unwrap_or_default());
                runtime.shutdown_background();
            }
        });
        let left = WITHIN.saturating_sub(self.since.elapsed());
        match asking {
            Ok(_) => receiver.recv_timeout(left).unwrap_or_default(),
            Err(_) => Vec::new(),
        }
    }
}

async fn found(settings: &Settings, offer: &Offer) -> Option<Vec<Offered>> {
    let region = configured_region(settings).await?;
    let entry = cache::Entry::of(settings, &region, offer);
    if let Some(known) = entry.as_ref().and_then(cache::Entry::read) {
        return Some(known);
    }
    let settings = Settings { region: Some(region.to_string()), ..settings.clone() };
    let connection = connect(&settings).await.ok()?;
    let found = offers(offer, &region, &connection.services).await?;
    if let Some(entry) = entry {
        entry.write(&found);
    }
    Some(found)
}

/// Each once, in the order of the files.
fn once(names: Vec<String>) -> Vec<Offered> {
    let mut found: Vec<Offered> = Vec::new();
    for name in names {
        if !found.iter().any(|(known, _)| *known == name) {
            found.push((name, None));
        }
    }
    found
}

fn containers_in(node: &Node, found: &mut Vec<String>) {
    for entry in node.entries() {
        if matches!(&*entry.key, "containerDefinitions" | "ContainerDefinitions") {
            let name = |it: &Node| it.get("name").or(it.get("Name"))?.text().map(str::to_owned);
            found.extend(entry.node.items().iter().filter_map(name).map(|name| format!("{name}=")));
        }
        containers_in(&entry.node, found);
    }
    node.items().iter().for_each(|item| containers_in(item, found));
}

fn roles_in(text: &str) -> impl Iterator<Item = String> {
    let is_end = |c: char| c.is_whitespace() || "\"',\\[]{}".contains(c);
    text.split(is_end)
        .filter(|it| it.starts_with("arn:") && it.contains(":iam::") && it.contains(":role/"))
        .map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(words: &str) -> Line {
        let words = words.split(' ').map(str::to_owned).collect();
        Line { words, since: Instant::now() }
    }

    #[test]
    fn options_are_read_wherever_they_are_and_the_last_one_counts() {
        let line =
            line("p verify --cluster=a --region eu-west-1 x.json --cluster b --aws-profile c");
        assert_eq!(line.cluster(), "b");
        let settings = line.settings();
        assert_eq!(settings.region.as_deref(), Some("eu-west-1"));
        assert_eq!(settings.profile.as_deref(), Some("c"));
        assert_eq!(super::tests::line("p verify --cluster").cluster(), "default");
    }

    #[test]
    fn only_what_may_be_a_family_is_looked_up() {
        for text in ["web", "web:", "web:4", "my_app-1"] {
            assert!(may_be_family(text), "{text}");
        }
        for text in ["", ":", "-x", "./web", "web.json", "web:x", "file://", "dir/", "a b"] {
            assert!(!may_be_family(text), "{text}");
        }
    }

    #[test]
    fn a_bare_tab_asks_nothing_and_is_answered_at_once() {
        let line = Line { words: vec!["p".to_owned()], since: Instant::now() };
        definitions("".as_ref(), &line);
        assert!(line.since.elapsed() < WITHIN);
    }

    #[test]
    fn containers_are_found_in_a_definition_and_in_a_template() {
        let definition = r#"{"containerDefinitions": [{"name": "web"}, {"name": "log"}, {}]}"#;
        let template =
            "Resources:\n  T:\n    Properties:\n      ContainerDefinitions: [{Name: web}]\n";
        for (text, expected) in [(definition, &["web=", "log="][..]), (template, &["web="])] {
            let source = Source::read("", Role::Definition, text.as_bytes()).unwrap();
            let mut found = Vec::new();
            containers_in(&source.root, &mut found);
            assert_eq!(found, expected, "{text}");
        }
    }

    #[test]
    fn roles_are_found_in_json_and_yaml() {
        let (a, b) = ("arn:aws:iam::111122223333:role/a", "arn:aws-cn:iam::111122223333:role/p/b");
        let text = format!("{{\"executionRoleArn\":\"{a}\"}}\ntaskRoleArn: {b}\nimage: arn:x\n");
        assert_eq!(roles_in(&text).collect::<Vec<_>>(), [a, b]);
    }
}
