//! A found absence is never lost: each fact that a recording holds, turned into the absence that its
//! service would state.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use tokio::runtime::Runtime;

use super::scenario::Scenario;
use crate::checks;
use crate::facts::{Asked, Recording, Row};
use crate::knowledge::{Absence, FactId, Ground, Lack};
use crate::preflight::{Bounds, Interruption, Origin, Probe, RunLoop, plan, results};
use crate::report::{CheckResult, Status};
use crate::verdict::{Finding, Settled, Severity, Verdict};

/// Of a recording with at most so many facts that may be absent, pairs of them are absent too.
const FEW: usize = 14;

#[test]
fn what_is_absent_fails_once_for_whoever_needs_it_and_makes_no_silent_pass() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    let (mut holes, mut singles, mut pairs) = (BTreeSet::new(), 0, 0);
    for scenario in Scenario::all() {
        let world = World::of(&scenario, &runtime);
        for absent in &world.absent {
            singles += 1;
            holes.extend(world.holes(&[absent]));
        }
        if world.absent.len() <= FEW {
            for (at, one) in world.absent.iter().enumerate() {
                for other in world.absent[at + 1..].iter().filter(|it| it.nth != one.nth) {
                    if one.probes.intersection(&other.probes).next().is_some() {
                        pairs += 1;
                        holes.extend(world.holes(&[one, other]));
                    }
                }
            }
        }
    }
    let told: Vec<String> = holes.into_iter().collect();
    assert!(told.is_empty(), "{} holes:\n{}\n", told.len(), told.join("\n"));
    assert!(singles > 800 && pairs > 140, "{singles} absences and {pairs} pairs were tried");
}

/// A recorded run, and what of it may be absent.
struct World<'s> {
    scenario: &'s Scenario,
    runtime: &'s Runtime,
    probes: Vec<Probe<'s>>,
    absent: Vec<Absent>,
    /// What each probe said of the account as it was recorded.
    before: Vec<Vec<CheckResult>>,
}

/// A fact that was found, and the absence in its place.
struct Absent {
    nth: usize,
    asked: std::sync::Arc<dyn Asked>,
    absence: Absence,
    /// The probes that looked at it: no other one can say anything else without it.
    probes: BTreeSet<usize>,
}

impl<'s> World<'s> {
    fn of(scenario: &'s Scenario, runtime: &'s Runtime) -> World<'s> {
        let asking = checks::catalogue().filter(|(_, check)| !check.asks.is_empty());
        let probes = plan(scenario.tasks.iter().enumerate(), |_, _| true, asking);
        let probes: Vec<Probe> = probes.collect();
        let all: BTreeSet<usize> = (0..probes.len()).collect();
        let mut world = World { scenario, runtime, probes, absent: Vec::new(), before: Vec::new() };
        let run = world.run(&scenario.recording, &all);
        for (id, asked) in &run.asked {
            let Some(nth) = scenario.recording.position(&**asked) else { continue };
            if !scenario.recording.has_found(nth) {
                continue;
            }
            let looked = run.touched.iter().enumerate().filter(|(_, ids)| ids.contains(id));
            let probes: BTreeSet<usize> = looked.map(|(probe, _)| probe).collect();
            for absence in absences(&**asked) {
                let (asked, probes) = (asked.clone(), probes.clone());
                world.absent.push(Absent { nth, asked, absence, probes });
            }
        }
        world.before = run.results;
        world
    }

    /// What is wrong with a run in which these are absent.
    fn holes(&self, absent: &[&Absent]) -> Vec<String> {
        let mut recording = self.scenario.recording.clone();
        let mut probes = BTreeSet::new();
        for one in absent {
            recording = recording.absent(one.nth, &one.absence);
            probes.extend(&one.probes);
        }
        let run = self.run(&recording, &probes);
        let after: Vec<&CheckResult> = run.results.iter().flatten().collect();
        let mut holes: Vec<String> = Vec::new();
        for result in &after {
            let what = format!("{} of {}: {}", result.id, result.subject, result.message);
            if result.message.starts_with("internal error") {
                holes.push(format!("a defect, {what}"));
            }
            if let Some((needed, _)) = result
                .message
                .strip_prefix("not judged: needs ")
                .and_then(|rest| rest.split_once(", which failed"))
                && !after.iter().any(|it| it.id == needed && it.status == Status::Fail)
            {
                holes.push(format!("nobody failed, {what}"));
            }
        }
        for one in absent {
            holes.extend(run.lost(one));
        }
        for (&probe, results) in probes.iter().zip(&run.results) {
            let passed = |it: &&CheckResult| matches!(it.status, Status::Pass | Status::Warn);
            let lines: Vec<String> = absent.iter().map(|it| it.line()).collect();
            let named = |result: &CheckResult| {
                result.evidence.iter().any(|own| lines.iter().any(|line| **own == **line))
            };
            if self.before[probe].iter().filter(passed).count() > 0 {
                continue;
            }
            for result in results.iter().filter(passed).filter(|it| !named(it)) {
                holes.push(format!("a new pass, {}: {}", result.id, result.message));
            }
        }
        let what: Vec<String> = absent.iter().map(|it| it.line()).collect();
        let name = &self.scenario.name;
        holes.iter().map(|hole| format!("{name}, {}: {hole}", what.join(" and "))).collect()
    }

    /// A run of these probes.
    fn run(&self, recording: &Recording, wanted: &BTreeSet<usize>) -> Run {
        let probes: Vec<Probe> = wanted.iter().map(|at| self.probes[*at].clone()).collect();
        let mut nobody = ();
        let bounds = Bounds { deadline: None, per_service: 1 };
        let never = Interruption::never();
        let mut run = RunLoop::new(Origin::Replay(recording.clone()), bounds, never, &mut nobody);
        let settlement = self.runtime.block_on(run.settle_all(probes));
        let table = run.table();
        let asked = table.rows().filter_map(|(id, row)| match row {
            Row::Asked { lookup, .. } => Some((id, lookup.clone())),
            Row::Derived { .. } => None,
        });
        let (asked, each) = (asked.collect(), settlement.each());
        let touched = each.map(|(_, (_, log))| table.questions(&log.touched)).collect();
        let stopped_at =
            settlement.each().flat_map(|(_, (settled, _))| stopped_at(settled)).collect();
        let mut results = Vec::new();
        let wording = RefCell::default();
        results::write_each(settlement, table, &wording, |_, of_probe| results.push(of_probe));
        Run { stopped_at, results, touched, asked }
    }
}

/// The absent facts at which a judgement stopped.
fn stopped_at(settled: &Settled) -> Vec<FactId> {
    let Settled::Said(Verdict::Found(findings)) = settled else { return Vec::new() };
    let absent = |finding: &Finding| match &finding.severity {
        Severity::Absent(Lack { ground: Ground::Fact(id), .. }) => Some(*id),
        _ => None,
    };
    findings.iter().filter_map(absent).collect()
}

/// A run, probe by probe.
struct Run {
    stopped_at: Vec<FactId>,
    results: Vec<Vec<CheckResult>>,
    touched: Vec<Vec<FactId>>,
    asked: BTreeMap<FactId, std::sync::Arc<dyn Asked>>,
}

impl Run {
    /// What is wrong with how this absence is reported: of the checks that stop at it, exactly one fails.
    fn lost(&self, absent: &Absent) -> Vec<String> {
        let is_it = |id: &FactId| {
            self.asked.get(id).is_some_and(|it| {
                it.call() == absent.asked.call() && it.to_json() == absent.asked.to_json()
            })
        };
        if !self.stopped_at.iter().any(is_it) {
            return Vec::new();
        }
        let mut failed: BTreeMap<&str, &CheckResult> = BTreeMap::new();
        for result in self.results.iter().flatten() {
            let names = result.message.contains(&absent.absence.sentence);
            if result.status == Status::Fail && names {
                failed.insert(result.id, result);
            }
        }
        let ids: Vec<&str> = failed.keys().copied().collect();
        if ids.len() != 1 {
            return vec![format!("it is needed, and failed by {ids:?}")];
        }
        let lacks = failed.values().filter(|it| it.remedy.is_none());
        lacks.map(|it| format!("{} has no remedy", it.id)).collect()
    }
}

impl Absent {
    /// The line of evidence that names it.
    fn line(&self) -> String {
        format!("{} ({}) → {}", self.asked.call(), self.asked.what(), self.absence.said)
    }
}

/// The absences that a service would state, for a thing that was asked for by its name.
fn absences(asked: &dyn Asked) -> Vec<Absence> {
    let mut all = asked.absences();
    let by_omission = match asked.call().0 {
        "ec2:DescribeSubnets"
        | "ec2:DescribeSecurityGroups"
        | "ec2:DescribeVpcs"
        | "ec2:DescribeDhcpOptions"
        | "ec2:DescribeInstances" => asked.to_json()["id"].is_string().then_some("not in the list"),
        "ecs:DescribeClusters" | "ecs:DescribeCapacityProviders" => Some("MISSING"),
        "ssm:DescribeParameters" | "logs:DescribeLogGroups" => Some("not in the list"),
        "ecr:BatchGetImage" => Some("ImageNotFound"),
        "registry:HeadManifest" | "registry:GetManifest" | "registry:GetBlob" => {
            Some("MANIFEST_UNKNOWN")
        }
        _ => None,
    };
    all.extend(by_omission.map(|said| asked.absent(said)));
    all
}
