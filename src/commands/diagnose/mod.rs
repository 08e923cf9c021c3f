//! `diagnose`: why did this task not start?

mod found;
mod state;
mod watch;

use std::path::Path;

use serde_json::Value;

use super::asking::Asking;
use super::given::Setting;
use super::judge::{caller, completed, target};
use super::parameters::Inputs;
use super::wait::Clock;
use super::{Failure, accept, asking, input, look, outlet};
use crate::checks::{self, Check, Group};
use crate::cli::{Diagnose, Global, PlaceToRun};
use crate::diagnosis::{
    Conclusion, Diagnosis, Launch, Saved, SavedError, changes, launch, launch_of,
};
use crate::document::{Identity, InputError, Role, RunContext, Source};
use crate::exit::Exit;
use crate::facts::Recording;
use crate::lookup::CallerIdentity;
use crate::names::{Arn, Region};
use crate::output::{self, OutputFile};
use crate::preflight::{Bounds, Interruption, Origin, RunLoop, Signal, Watch, plan, report};
use crate::report::{CheckResult, Report, Stats, Status, TargetReport};
use crate::task::{Task, Witness};
use found::{Found, Search};

/// The checks that judge the principal who deploys, which is not the one that asks why.
const OF_THE_DEPLOYER: &[&str] = &["role-pass", "role-deployer", "role-service-linked"];

/// Answers the question.
pub(super) fn run(wanted: &Diagnose, global: &Global, notes: Vec<String>) -> Result<Exit, Failure> {
    let outlet = outlet(global)?.of_diagnoses().map_err(Failure::usage)?;
    let question = Question::of(wanted, global, notes)?;
    let clock = Clock::start(None, wanted.timeout);
    let answer = asking::wait_for(async |signals| match wanted.watch {
        true => question.follow(&clock, &signals).await,
        false => question.answer(&clock, &signals).await,
    })?;
    let Answer { diagnosis, report, interrupted } = answer;
    output::print_diagnosis(&diagnosis, &report, &outlet, &look(global)).map_err(Failure::usage)?;
    Ok(interrupted.map_or_else(|| exit(diagnosis.conclusion), Exit::by))
}

fn exit(conclusion: Conclusion) -> Exit {
    match conclusion {
        Conclusion::CauseProven | Conclusion::WouldNotStart => Exit::Fail,
        Conclusion::NotDetermined | Conclusion::GoingOn => Exit::Unknown,
        Conclusion::WouldStartNow | Conclusion::SteadyState => Exit::Pass,
    }
}

/// What is asked, with the user's files.
struct Question<'a> {
    wanted: &'a Diagnose,
    global: Global,
    saved: Option<Saved>,
    /// The ARN of the task, if it is known before the first call.
    arn: Option<Arn>,
    recording: Option<Recording>,
    record: Option<OutputFile>,
    notes: Vec<String>,
}

/// What holds for the whole run.
struct Given<'g> {
    region: Region,
    /// For the report: `profile prod`.
    asked_with: String,
    clock: &'g Clock,
    interruption: &'g Interruption,
}

/// The answer.
struct Answer {
    diagnosis: Diagnosis,
    report: Report,
    interrupted: Option<Signal>,
}

impl<'a> Question<'a> {
    fn of(
        wanted: &'a Diagnose,
        global: &Global,
        notes: Vec<String>,
    ) -> Result<Question<'a>, Failure> {
        let saved = wanted.from.as_deref().map(saved).transpose()?;
        let of_file = match &saved {
            Some(saved) => saved.clone().pick(wanted.task.as_deref()).ok(),
            None => None,
        };
        let of_file = of_file.and_then(|(task, _)| task.arn().map(str::to_owned));
        let named = wanted.task.clone().filter(|task| task.starts_with("arn:"));
        let arn = of_file.or(named).map(|arn| arn.parse::<Arn>()).transpose();
        let arn = arn.map_err(|flaw| {
            Failure::usage(format!("{flaw}\n  Pass the id of a task, or its ARN"))
        })?;
        let mut global = global.clone();
        let region = arn.as_ref().and_then(|arn| arn.region.as_ref()).map(Region::to_string);
        match (&global.region, region) {
            (Some(given), Some(own)) if *given != own => {
                return Err(Failure::usage(format!(
                    "the task is in {own}, but --region is {given}\n  Leave --region out"
                )));
            }
            (None, region) => global.region = region,
            _ => {}
        }
        let recording = wanted.replay.as_deref().map(asking::replayed).transpose()?;
        let record = wanted.record.as_deref().map(OutputFile::open_private).transpose();
        let record = record.map_err(Failure::usage)?;
        Ok(Question { wanted, global, saved, arn, recording, record, notes })
    }

    async fn answer(&self, clock: &Clock, interruption: &Interruption) -> Result<Answer, Failure> {
        let asking = match asking::in_time(self.connected(), clock, interruption).await {
            Err(failure) if interruption.signal().is_none() => {
                return self.unchecked(failure, clock);
            }
            asking => asking?,
        };
        let Asking { origin, region, asked_with } = asking;
        let region = region.ok_or_else(no_region)?;
        let given = Given { region, asked_with, clock, interruption };
        self.examined(None, origin, &given).await
    }

    /// What a saved record says by itself, if nothing can be checked.
    fn unchecked(&self, failure: Failure, clock: &Clock) -> Result<Answer, Failure> {
        let Some(saved) = self.saved.clone() else { return Err(failure) };
        let (task, _) = saved.pick(self.wanted.task.as_deref()).map_err(Failure::usage)?;
        let notes = vec![format!("nothing was checked: {}", failure.message)];
        let found = Found { task: Some(task), notes, ..Found::default() };
        let summary = launched(&found).launch.summary;
        let report = Report {
            targets: Vec::new(),
            stats: stats(0, clock),
            asked_with: "offline".to_owned(),
            notes: self.notes.clone(),
        };
        let diagnosis = found.diagnosis(summary).concluded(&[]);
        Ok(Answer { diagnosis, report, interrupted: None })
    }

    /// Where the answers come from.
    async fn connected(&self) -> Result<Asking, Failure> {
        let file = self.wanted.replay.as_deref().unwrap_or(Path::new(""));
        match &self.recording {
            Some(recording) => Asking::replay(recording, file, self.global.region.as_deref()),
            None => Asking::live(&self.global).await,
        }
    }

    /// Runs the checks for what was found, or for what the user asked.
    async fn examined(
        &self,
        found: Option<Found>,
        origin: Origin,
        given: &Given<'_>,
    ) -> Result<Answer, Failure> {
        let region = &given.region;
        let (now, is_live) = match &origin {
            Origin::Replay(recording) => (recording.now, false),
            Origin::Live(_) | Origin::Offline => (Some(accept::now().unix_timestamp()), true),
        };
        let per_service = usize::from(self.wanted.max_concurrency);
        let bounds = Bounds { deadline: given.clock.left(), per_service };
        // A deployment that is followed has its own line.
        let mut watch: Box<dyn Watch> = match self.wanted.watch && !self.global.debug {
            true => Box::new(()),
            false => asking::watch(&self.global),
        };
        let mut run = RunLoop::new(origin, bounds, given.interruption.clone(), &mut *watch);
        run.want(&CallerIdentity { region: region.clone() });
        let search = self.search();
        let found = match found {
            Some(found) => found,
            None => search.find(region, &mut run).await?,
        };
        search.guard(region, &mut run).await?;
        let Launched { launch, definition, origin } = launched(&found);
        let Launch { context, summary, notes: of_launch } = launch;
        let place = self.place();
        let mut notes = found.notes.clone();
        notes.extend(of_launch.into_iter().filter(|it| !is_answered(it, &place)));
        let setting = setting(context.merge(input::context(&place)?), region, now);
        let tasks = match task(definition, &setting, region, &mut run).await {
            Ok(task) => vec![task],
            Err(failure) if run.interrupted().is_some() => return Err(failure),
            Err(failure) => {
                notes.push(format!("nothing was checked: {}", failure.message));
                Vec::new()
            }
        };
        let targets = self.targets(&found.name(), &tasks, region, is_live, &mut run).await;
        if let Some(file) = &self.record {
            let recording = Recording::of(run.table(), Some(region.to_string()), now);
            let recording = if self.wanted.redact { recording.redacted() } else { recording };
            file.write_json(&recording.print()).map_err(Failure::usage)?;
        }
        let changed = found.service.as_ref().zip(origin.as_ref());
        let diagnosis = Diagnosis {
            changes: changed.map(|(service, then)| changes(then, service)).unwrap_or_default(),
            notes,
            ..found.diagnosis(summary)
        };
        let results = targets.first().map_or(&[][..], |target| &target.checks);
        let mut notes = self.notes.clone();
        if run.was_cut_short() {
            notes.push("the run ended early: checks without an answer are unknown".to_owned());
        }
        let stats = stats(run.requests(), given.clock);
        Ok(Answer {
            diagnosis: diagnosis.concluded(results),
            report: Report { targets, stats, asked_with: given.asked_with.clone(), notes },
            interrupted: run.interrupted(),
        })
    }

    fn search(&self) -> Search<'_> {
        Search { wanted: self.wanted, saved: self.saved.as_ref(), arn: self.arn.as_ref() }
    }

    /// The results of the checks.
    async fn targets(
        &self,
        name: &str,
        tasks: &[Task],
        region: &Region,
        is_live: bool,
        run: &mut RunLoop<'_>,
    ) -> Vec<TargetReport> {
        let is_meant = |_: &Group, check: &Check| !OF_THE_DEPLOYER.contains(&check.id);
        let probes = plan(tasks.iter().enumerate(), is_meant, checks::catalogue());
        let results = report(run, probes, tasks.len()).await;
        let caller = caller(run, region);
        let mut targets = Vec::new();
        for (task, mut results) in tasks.iter().zip(results) {
            for result in results.iter_mut().filter(|it| is_unrecorded(it)) {
                result.remedy = Some(UNRECORDED_REMEDY.to_owned());
            }
            let profile = self.global.profile.as_deref().filter(|_| is_live);
            for command in results.iter_mut().flat_map(|result| &mut result.commands) {
                *command = completed(command.clone(), profile, Some(region));
            }
            let target = target(name, Some(task), Some(region), caller.as_ref());
            targets.push(TargetReport::of(target, results));
        }
        targets
    }

    /// The flags that add to what the record says.
    fn place(&self) -> PlaceToRun {
        PlaceToRun {
            subnets: self.wanted.subnets.clone(),
            security_groups: self.wanted.security_groups.clone(),
            assign_public_ip: self.wanted.assign_public_ip.clone(),
            ..PlaceToRun::default()
        }
    }
}

/// The settings of the run.
fn setting(context: RunContext, region: &Region, now: Option<i64>) -> Setting {
    Setting {
        live: RunContext::flags(),
        context,
        images: Vec::new(),
        home: Some(region.clone()),
        read_secrets: false,
        witness: Witness::default(),
        caller: None,
        now,
        documents_only: false,
        tool: None,
    }
}

/// The task as the checks judge it.
async fn task(
    definition: Option<String>,
    setting: &Setting,
    region: &Region,
    run: &mut RunLoop<'_>,
) -> Result<Task, Failure> {
    let name = definition.ok_or_else(|| Failure::no_verdict("no task definition is known"))?;
    let given = input::Given::Registered(name);
    let documents = given.documents(&Inputs::default(), Some(region), run).await?;
    let source = documents.into_iter().next();
    setting.task(source.ok_or_else(|| Failure::no_verdict("the task definition is empty"))?)
}

/// What the run cost.
fn stats(api_calls: usize, clock: &Clock) -> Stats {
    let elapsed_ms = u64::try_from(clock.elapsed().as_millis()).unwrap_or(u64::MAX);
    Stats { api_calls, elapsed_ms }
}

fn no_region() -> Failure {
    Failure::no_verdict("no region is known: pass --region")
}

/// What the task was started with.
struct Launched {
    launch: Launch,
    /// The task definition.
    definition: Option<String>,
    /// The deployment or revision that started it.
    origin: Option<Value>,
}

fn launched(found: &Found) -> Launched {
    match (&found.task, &found.service) {
        (Some(task), service) => {
            let of_service = task.deployment().zip(service.as_ref());
            let deployment = of_service.and_then(|(id, it)| it.deployment(id));
            let origin = deployment.map(|it| it.json().clone()).or(found.revision.clone());
            Launched {
                launch: launch(task, service.as_ref(), found.revision.as_ref()),
                definition: task.text("taskDefinitionArn").map(str::to_owned),
                origin,
            }
        }
        (None, Some(service)) => {
            let deployment = service.failing();
            let definition = deployment.and_then(|it| it.task_definition());
            Launched {
                definition: definition.map(str::to_owned),
                launch: launch_of(service, deployment.map(|it| it.json())),
                origin: deployment.map(|it| it.json().clone()),
            }
        }
        (None, None) => Launched { launch: Launch::unknown(), definition: None, origin: None },
    }
}

/// How to determine what the record of a task does not contain.
const UNRECORDED_REMEDY: &str =
    "Pass what is missing: --subnets, --security-groups, --assign-public-ip";

fn is_unrecorded(result: &CheckResult) -> bool {
    result.status == Status::Unknown && result.message.contains(crate::document::UNRECORDED)
}

/// Whether the user passed the flag that a note asks for.
fn is_answered(note: &str, place: &PlaceToRun) -> bool {
    (!place.security_groups.is_empty() && note.contains("pass --security-groups"))
        || (!place.subnets.is_empty() && note.contains("pass --subnets"))
}

/// The record in this file.
fn saved(path: &Path) -> Result<Saved, Failure> {
    let source = match path.as_os_str() == "-" {
        true => {
            let bytes = input::bounded(std::io::stdin(), "standard input")?;
            Source::read("-", Role::Context, &bytes).map_err(Failure::usage)?
        }
        false => {
            let name = path.to_string_lossy();
            let bytes = input::bounded(input::open(path)?, &name)?;
            Source::read(&name, Role::Context, &bytes).map_err(Failure::usage)?
        }
    };
    Saved::of(source.root.to_json()).map_err(|error| {
        if let (SavedError::Stranger, Some(identity)) = (&error, Identity::of(&source.root)) {
            return Failure::usage(
                identity.out_of_place(&source, "the output of describe-tasks or an event of ECS"),
            );
        }
        let error = InputError::new(&source.name, error.to_string())
            .at_position(source.root.place.position)
            .hint("save a task with: aws ecs describe-tasks --cluster NAME --tasks ID > task.json");
        Failure::input(&source, error)
    })
}
