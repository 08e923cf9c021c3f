//! Recorded runs: the demo, and a small recording for each turn that a check can take.

use std::path::Path;

use serde_json::Value;
use tokio::runtime::Runtime;

use crate::checks::{Check, Group};
use crate::document::run_context::flag;
use crate::document::{Role, RunContext, Source, TaskDefinition};
use crate::facts::{Recording, Row};
use crate::preflight::{Bounds, Loop, Origin, plan, report};
use crate::report::CheckResult;
use crate::task::{Task, Witness};
use crate::verdict::Trust;

/// A definition, and what the account said when it was judged.
pub(super) struct Scenario {
    pub name: String,
    pub recording: Recording,
    pub tasks: Vec<Task>,
}

/// What came of it.
pub(super) struct Outcome {
    pub results: Vec<CheckResult>,
    /// For each fact of the recording, the line of evidence that it makes, if it was asked for.
    pub lines: Vec<Option<String>>,
}

impl Scenario {
    /// All of them. `tests/emulator/replay.py` made the small ones.
    pub(super) fn all() -> Vec<Scenario> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let read = |path: &Path| -> Value {
            serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
        };
        let account = read(&root.join("demo/account.json"));
        let mut all: Vec<Scenario> = ["healthy", "broken"]
            .iter()
            .map(|name| {
                let definition = read(&root.join(format!("demo/{name}.json")));
                Scenario::of(name, &definition, &Value::Null, &account)
            })
            .collect();
        let mut small: Vec<_> = std::fs::read_dir(root.join("tests/replay"))
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .collect();
        small.sort();
        all.extend(small.iter().map(|path| {
            let name = path.file_stem().unwrap().to_string_lossy();
            let written = read(path);
            Scenario::of(&name, &written["definition"], &written["flags"], &written["recording"])
        }));
        assert!(all.len() > 15, "where are the scenarios?");
        all
    }

    fn of(name: &str, definition: &Value, flags: &Value, recording: &Value) -> Scenario {
        let source = Source::from_json_value(name, Role::Definition, definition);
        let recording = Recording::parse(&recording.to_string()).unwrap();
        let mut context = RunContext::flags();
        if let Some(cluster) = flags["cluster"].as_str() {
            context.request.cluster = flag("--cluster", cluster.to_owned());
        }
        if flags["service"].is_object() {
            let source = Source::from_json_value("service.json", Role::Context, &flags["service"]);
            context = context.merge(RunContext::service_definition(&source).unwrap());
        }
        let task = Task {
            definition: TaskDefinition::from_source(&source).unwrap(),
            source,
            context,
            home: recording.region.as_ref().map(|region| region.parse().unwrap()),
            read_secrets: flags["read_secrets"] == true,
            witness: Witness::default(),
            caller: flags["caller"].as_str().map(str::to_owned),
            now: recording.now,
        };
        Scenario { name: name.to_owned(), recording, tasks: vec![task] }
    }

    /// Judges it on a recording, by the given checks.
    pub(super) fn judge(
        &self,
        runtime: &Runtime,
        recording: &Recording,
        trust: Trust,
        checks: &[(&'static Group, &'static Check)],
    ) -> Outcome {
        let probes = plan(&self.tasks, |_, _| true, checks.iter().copied());
        let mut nobody = ();
        let bounds = Bounds { deadline: None, per_service: 1 };
        let never = Box::pin(std::future::pending());
        let mut run = Loop::new(Origin::Replay(recording.clone()), bounds, never, &mut nobody)
            .trusting(trust);
        let results = runtime.block_on(report(&mut run, &probes, 1)).remove(0);
        let table = run.table();
        let line = |nth: usize| {
            table.rows().find_map(|(id, row)| match row {
                Row::Asked { lookup, .. } if recording.answers(nth, &**lookup) => {
                    Some(table.evidence(id))
                }
                _ => None,
            })
        };
        Outcome { results, lines: (0..recording.len()).map(line).collect() }
    }
}
