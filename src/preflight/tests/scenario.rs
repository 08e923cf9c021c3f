//! Recorded runs: the demo, and a small recording for each turn that a check can take.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde_json::Value;
use tokio::runtime::Runtime;

use super::sweep::Listed;
use crate::document::run_context::flag;
use crate::document::{Role, RunContext, Source, TaskDefinition};
use crate::facts::{Recording, Row, Table};
use crate::knowledge::FactId;
use crate::preflight::results::write_each;
use crate::preflight::spreading::Ended;
use crate::preflight::{Bounds, Interruption, Origin, Probe, RunLoop, plan};
use crate::report::CheckResult;
use crate::task::{Deployment, Task, Witness};
use crate::verdict::{Settled, Trust};

/// A definition, and what the account said when it was judged.
pub(super) struct Scenario {
    pub name: String,
    pub recording: Recording,
    pub tasks: Vec<Task>,
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
            documents_only: false,
            tool: None,
            deployment: Deployment::default(),
        };
        Scenario { name: name.to_owned(), recording, tasks: vec![task] }
    }

    /// It with its probes, ready to be judged again and again.
    pub(super) fn staged(&self, checks: &[Listed]) -> Staged<'_> {
        let probes = plan(self.tasks.iter().enumerate(), |_, _| true, checks.iter().copied());
        let probes = probes.collect();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        Staged { recording: &self.recording, probes, runtime }
    }
}

/// A scenario whose probes are planned.
pub(super) struct Staged<'s> {
    recording: &'s Recording,
    probes: Vec<Probe<'s>>,
    runtime: Runtime,
}

/// What came of it.
pub(super) struct Outcome {
    pub probes: BTreeMap<usize, Probed>,
    /// For each fact of the recording, the line of evidence that it makes, if it was asked for.
    pub lines: Vec<Option<String>>,
    /// Whether a verdict or a derived fact remains although a gap was met: if none does, it makes no
    /// difference whether the log or the author is believed.
    pub leans: bool,
}

/// The result of one probe, or of the members of its list.
#[derive(Default)]
pub(super) struct Probed {
    pub results: Vec<CheckResult>,
    /// The facts of the recording that it looked at, whether they are part of its evidence or not.
    pub looked: BTreeSet<usize>,
}

impl Staged<'_> {
    /// Judges it on a recording: all probes, or some.
    pub(super) fn judge(
        &self,
        recording: &Recording,
        trust: Trust,
        only: Option<&BTreeSet<usize>>,
    ) -> Outcome {
        let wanted = |nth: &usize| only.is_none_or(|only| only.contains(nth));
        // Members of a list keep the target of its probe.
        let marked = |nth: usize| Probe { target: nth, ..self.probes[nth].clone() };
        let marked: Vec<Probe> = (0..self.probes.len()).filter(wanted).map(marked).collect();
        let mut nobody = ();
        let bounds = Bounds { deadline: None, per_service: 1 };
        let never = Interruption::never();
        let mut run = RunLoop::new(Origin::Replay(recording.clone()), bounds, never, &mut nobody)
            .trusting(trust);
        let mut settlement = self.runtime.block_on(run.settle_all(marked.clone()));
        let planned: Vec<usize> = settlement.each().map(|(probe, _)| probe.target).collect();
        settlement.of_one_target();
        let table = run.table();
        let asked = self.recording.asked_in(table);
        let mut probes: BTreeMap<usize, Probed> =
            marked.iter().map(|probe| (probe.target, Probed::default())).collect();
        for (nth, (_, (_, log))) in planned.iter().zip(settlement.each()) {
            let probed = probes.entry(*nth).or_default();
            probed.looked.extend(looked(&log.read, table, &asked));
        }
        let lines = asked.into_iter().map(|row| row.map(|id| table.evidence(id))).collect();
        let leans = settlement.each().any(|(_, ended)| leans(ended))
            || table.rows().any(|(_, row)| is_derived_on_gap(row));
        let mut planned = planned.into_iter();
        write_each(settlement, table, &RefCell::default(), |_, results| {
            let probed = planned.next().and_then(|nth| probes.get_mut(&nth));
            probed.expect("every probe was planned").results.extend(results);
        });
        Outcome { probes, lines, leans }
    }

    /// The probes that have to be judged again when these facts change: those that looked at one of them,
    /// and those that look at the same absence as one of these, since one of them reports it for all. A
    /// list without members looked at nothing that is known here.
    pub(super) fn affected(&self, whole: &Outcome, facts: &[usize]) -> BTreeSet<usize> {
        let look_at = |facts: &[usize]| -> BTreeSet<usize> {
            let probes = whole.probes.iter();
            let looking = probes.filter(|(_, it)| facts.iter().any(|nth| it.looked.contains(nth)));
            looking.map(|(nth, _)| *nth).collect()
        };
        let mut affected = look_at(facts);
        let empty = whole.probes.iter().filter(|(_, it)| it.results.is_empty());
        affected.extend(empty.map(|(nth, _)| *nth));
        let is_shared = |absent: &usize| {
            affected.iter().any(|probe| whole.probes[probe].looked.contains(absent))
        };
        let shared: Vec<usize> = self.recording.absences().filter(is_shared).collect();
        affected.extend(look_at(&shared));
        affected
    }
}

/// Whether a verdict remains although a gap was met.
fn leans((settled, log): &Ended) -> bool {
    matches!(settled, Settled::Said(_)) && !log.gaps.is_empty()
}

/// Whether a fact was derived although a gap was met.
fn is_derived_on_gap(row: &Row) -> bool {
    matches!(row, Row::Derived { result: Some(Ok(_)), log, .. } if !log.gaps.is_empty())
}

/// The facts of a recording behind rows, those behind derived ones too.
fn looked(rows: &[FactId], table: &Table, asked: &[Option<FactId>]) -> BTreeSet<usize> {
    let mut found = BTreeSet::new();
    for id in rows {
        match table.row(*id) {
            Row::Asked { .. } => found.extend(asked.iter().position(|row| *row == Some(*id))),
            Row::Derived { log, .. } => found.extend(looked(&log.read, table, asked)),
        }
    }
    found
}

impl Outcome {
    /// All results.
    pub(super) fn results(&self) -> impl Iterator<Item = &CheckResult> {
        self.probes.values().flat_map(|it| &it.results)
    }

    /// The facts of the recording that were asked for.
    pub(super) fn asked(&self) -> Vec<usize> {
        let asked = self.lines.iter().enumerate().filter(|(_, line)| line.is_some());
        asked.map(|(nth, _)| nth).collect()
    }

    /// The facts that some probe looked at together with this one.
    pub(super) fn looked_at_with(&self, fact: usize) -> BTreeSet<usize> {
        let together = self.probes.values().filter(|it| it.looked.contains(&fact));
        together.flat_map(|it| &it.looked).copied().collect()
    }
}
