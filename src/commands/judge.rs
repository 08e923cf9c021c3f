//! `verify` and the group commands: read, connect, judge, report.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use super::accept::{self, Accepted};
use super::given::{live_service, registered};
use super::input::{self, Given};
use super::wait::{Clock, Interruption};
use super::{Failure, catalogue, look, outlet};
use crate::checks::{self, Check, Group};
use crate::cli::{Global, Judged, PlaceToRun, Simulate};
use crate::document::{RunContext, TaskDefinition};
use crate::exit::{Exit, Gate};
use crate::facts::{Recording, View};
use crate::knowledge::Seen;
use crate::lookup::{Caller, CallerIdentity, Connection, Settings, connect};
use crate::names::Region;
use crate::output::{self, Outlet, OutputFile, Progress, Trace};
use crate::preflight::{Bounds, Loop, Origin, Watch, plan, report};
use crate::reachability::trail::Trail;
use crate::report::{CheckResult, Report, Stats, Target, TargetReport};
use crate::shell::with_profile;
use crate::task::{Task, Witness};

/// Runs the checks of `only_group`, or all.
pub(super) fn run(
    only_group: Option<&'static Group>,
    judged: &Judged,
    global: &Global,
    notes: Vec<String>,
) -> Result<Exit, Failure> {
    run_and(only_group, judged, global, notes, None)
}

/// What is printed of the paths of each task, with its name, and of the report.
pub(super) type Drawing<'d> =
    &'d dyn Fn(&[(String, Vec<Trail>)], &Report, &Outlet) -> Result<(), Failure>;

/// Runs the checks, and makes something of the paths that the calls of the tasks take.
pub(super) fn run_and(
    only_group: Option<&'static Group>,
    judged: &Judged,
    global: &Global,
    notes: Vec<String>,
    drawing: Option<Drawing>,
) -> Result<Exit, Failure> {
    let mut clock = Clock::start(judged.run.wait, judged.run.timeout);
    let gate = gate(judged)?;
    let accepted = judged.gate.accept.as_deref().map(accept::read).transpose();
    let accepted = accepted.map_err(Failure::usage)?.unwrap_or_default();
    let recording = judged.run.replay.as_deref().map(replayed).transpose()?;
    let given =
        judged.definitions.iter().map(|it| input::read(it)).collect::<Result<Vec<_>, _>>()?;
    let context = context(&judged.place)?;
    let outlet = outlet(global)?;
    let record = judged.run.record.as_deref().map(OutputFile::open).transpose();
    let record = record.map_err(Failure::usage)?;
    let run = Run {
        only_group,
        judged,
        global,
        given,
        context,
        accepted,
        recording,
        record,
        notes,
        draws: drawing.is_some(),
    };
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::no_verdict(format!("cannot start: {error}")))?;
    let ended = runtime.block_on(run.repeat(&mut clock, &gate));
    // Name lookups that hang cannot be aborted; they must not hold the exit.
    runtime.shutdown_background();
    let Ended { report, trails, interrupted, .. } = ended?;
    match drawing {
        Some(draw) => draw(&trails, &report, &outlet)?,
        None => output::print(&report, &outlet, &look(global)).map_err(Failure::usage)?,
    }
    if report.summary().is_empty() {
        output::note("aws-ecs-preflight: no verdict, because no check was applicable");
    }
    Ok(if interrupted { Exit::Interrupted } else { gate.exit(&report) })
}

fn gate(judged: &Judged) -> Result<Gate, Failure> {
    let mut named = judged.gate.only.iter().chain(&judged.gate.skip);
    if let Some(id) = named.find(|id| !is_known(id)) {
        return Err(Failure::usage(catalogue::unknown(id)));
    }
    let allow_unknown = judged
        .gate
        .allow_unknown
        .clone()
        .map(|ids| ids.into_iter().filter(|id| !id.is_empty()).collect::<Vec<_>>());
    if let Some(id) = allow_unknown.iter().flatten().find(|id| checks::find(id).is_none()) {
        return Err(Failure::usage(catalogue::unknown(id)));
    }
    Ok(Gate { strict: judged.gate.strict, allow_unknown })
}

fn is_known(id: &str) -> bool {
    checks::find(id).is_some() || checks::GROUPS.iter().any(|group| group.name == id)
}

pub(super) fn replayed(path: &Path) -> Result<Recording, Failure> {
    let text = std::fs::read_to_string(path)
        .map_err(|error| Failure::usage(format!("cannot read {}: {error}", path.display())))?;
    Recording::parse(&text)
        .map_err(|error| Failure::usage(format!("cannot replay {}: {error}", path.display())))
}

/// The files that say where the task will run, in the order in which they win.
pub(super) fn context(place: &PlaceToRun) -> Result<RunContext, Failure> {
    let mut context = RunContext::flags();
    if let Some(path) = &place.service_definition {
        let source = input::context(path)?;
        context = context.merge(RunContext::service_definition(&source).map_err(Failure::usage)?);
    }
    if let Some(path) = &place.run_task {
        let source = input::context(path)?;
        context = context.merge(RunContext::run_task(&source).map_err(Failure::usage)?);
    }
    Ok(context.merge(input::flags(place)))
}

/// Everything that a run needs, read from the user's files.
struct Run<'a> {
    only_group: Option<&'static Group>,
    judged: &'a Judged,
    global: &'a Global,
    given: Vec<Given>,
    context: RunContext,
    accepted: Vec<Accepted>,
    recording: Option<Recording>,
    record: Option<OutputFile>,
    /// What the reader must know beside the results.
    notes: Vec<String>,
    /// Whether the paths are wanted too.
    draws: bool,
}

/// Where a run gets its answers.
struct Asking {
    origin: Origin,
    region: Option<Region>,
    asked_with: String,
}

struct Ended {
    report: Report,
    /// The paths of each task, with its name.
    trails: Vec<(String, Vec<Trail>)>,
    interrupted: bool,
    /// Whether another round could tell something else.
    live: bool,
}

impl Run<'_> {
    /// Runs once, or with `--wait` again until the gate opens or the time is over.
    async fn repeat(&self, clock: &mut Clock, gate: &Gate) -> Result<Ended, Failure> {
        let interruption = Interruption::listen();
        let mut ended = self.once(clock, &interruption, gate).await?;
        while ended.live && !ended.interrupted && gate.exit(&ended.report) != Exit::Pass {
            let Some(pause) = clock.pause(clock.elapsed()) else { break };
            tokio::select! {
                () = tokio::time::sleep(pause) => {}
                () = interruption.clone().came() => return Ok(Ended { interrupted: true, ..ended }),
            }
            ended = match self.once(clock, &interruption, gate).await {
                // What the round before told still holds.
                Err(failure) if failure.exit == Exit::Interrupted => {
                    return Ok(Ended { interrupted: true, ..ended });
                }
                other => other?,
            };
        }
        Ok(ended)
    }

    async fn once(
        &self,
        clock: &Clock,
        interruption: &Interruption,
        gate: &Gate,
    ) -> Result<Ended, Failure> {
        let Asking { origin, region, asked_with } = tokio::select! {
            asking = self.origin() => asking?,
            () = clock.over() => {
                return Err(Failure::no_verdict("the time of --timeout was over before there were credentials and a region to ask with"));
            }
            () = interruption.clone().came() => return Err(Failure::interrupted()),
        };
        let mut watch: Box<dyn Watch> = match self.global.debug {
            true => Box::new(Trace::new()),
            false => Box::new(Progress::new(output::is_watched())),
        };
        let bounds = Bounds {
            deadline: clock.left(),
            per_service: usize::from(self.judged.run.max_concurrency),
        };
        let now = match &origin {
            Origin::Replay(recording) => recording.now,
            Origin::Live(_) | Origin::Offline => Some(accept::now().unix_timestamp()),
        };
        let interrupt = Box::pin(interruption.clone().came());
        let (asks, live) = (!matches!(origin, Origin::Offline), matches!(origin, Origin::Live(_)));
        let mut run = Loop::new(origin, bounds, interrupt, &mut *watch);
        if let (Some(region), true) = (&region, asks) {
            run.want(&CallerIdentity { region: region.clone() });
        }
        self.guard(region.as_ref(), &mut run).await?;
        let tasks = self.tasks(region.as_ref(), now, &mut run).await?;
        let probes = plan(&tasks, |group, check| self.selects(group, check), checks::catalogue());
        let results = report(&mut run, &probes, tasks.len()).await;
        let trails = if self.draws { self.trails(&tasks, &mut run).await } else { Vec::new() };
        let caller = region.as_ref().and_then(|region| caller(&run, region));
        let mut targets = Vec::new();
        for ((task, given), mut results) in tasks.iter().zip(&self.judged.definitions).zip(results)
        {
            accept::apply(&self.accepted, accept::today(), &mut results);
            if let (true, Some(profile)) = (live, &self.global.profile) {
                mend_as(profile, &mut results);
            }
            targets.push(TargetReport::of(
                target(task, given, region.as_ref(), caller.as_ref()),
                results,
            ));
        }
        self.record(&run, region.as_ref(), now)?;
        let mut notes = self.notes.clone();
        notes.extend(gate.notes());
        if self.global.no_verify_ssl {
            notes.push("--no-verify-ssl: certificates are not verified, so whoever sits in the network could have made up these answers".to_owned());
        }
        if run.was_cut_short() {
            notes.push(
                "the run was ended early: what was not answered by then is unknown".to_owned(),
            );
        }
        let stats = Stats {
            api_calls: run.requests(),
            elapsed_ms: u64::try_from(clock.elapsed().as_millis()).unwrap_or(u64::MAX),
        };
        let interrupted = run.was_interrupted();
        let report = Report { targets, stats, asked_with, notes };
        Ok(Ended { report, trails, interrupted, live })
    }

    /// The paths of each task. What keeps them from being known is in the report already.
    async fn trails(&self, tasks: &[Task], run: &mut Loop<'_>) -> Vec<(String, Vec<Trail>)> {
        let mut found = Vec::new();
        for (task, given) in tasks.iter().zip(&self.judged.definitions) {
            let known = run.work_out(|view| checks::trails(task, view)).await;
            let trails = known.unwrap_or_default();
            let family = task.definition.family.get().ok().flatten();
            found.push((family.unwrap_or(given).clone(), trails));
        }
        found
    }

    /// Where answers come from. A run of offline checks over files needs neither network nor credentials.
    async fn origin(&self) -> Result<Asking, Failure> {
        let given = self.global.region.as_deref();
        if let Some(recording) = &self.recording {
            let region = given.or(recording.region.as_deref()).map(region).transpose()?;
            let file = self.judged.run.replay.as_deref().unwrap_or(Path::new("")).display();
            return Ok(Asking {
                origin: Origin::Replay(recording.clone()),
                region,
                asked_with: format!("replay of {file}"),
            });
        }
        let offline = checks::catalogue()
            .filter(|(group, check)| self.selects(group, check))
            .all(|(group, _)| group.offline);
        let files_only = self.given.iter().all(|given| matches!(given, Given::Document(_)));
        if offline && files_only && self.judged.place.service.is_none() {
            let region = given.map(region).transpose()?;
            return Ok(Asking {
                origin: Origin::Offline,
                region,
                asked_with: "offline".to_owned(),
            });
        }
        let Connection { services, region, profile } =
            connect(&settings(self.global)).await.map_err(Failure::no_verdict)?;
        let asked_with = match profile {
            Some(name) => format!("profile {name}"),
            None => "credentials of the environment".to_owned(),
        };
        let origin = Origin::Live(Arc::new(services));
        Ok(Asking { origin, region: Some(region), asked_with })
    }

    fn selects(&self, group: &Group, check: &Check) -> bool {
        let named = |list: &[String]| list.iter().any(|id| id == check.id || id == group.name);
        let gate = &self.judged.gate;
        self.only_group.is_none_or(|only| only.name == group.name)
            && (gate.only.is_empty() || named(&gate.only))
            && !named(&gate.skip)
    }

    /// `--expect-region` and `--expect-account`: nothing is judged in the wrong place, nor where the
    /// place cannot be told.
    async fn guard(&self, region: Option<&Region>, run: &mut Loop<'_>) -> Result<(), Failure> {
        let gate = &self.judged.gate;
        let Some(region) = region else {
            return match gate.expect_region.as_ref().or(gate.expect_account.as_ref()) {
                Some(expected) => Err(Failure::no_verdict(format!(
                    "{expected} is expected, but this run has no region that could be compared\n  Give --region"
                ))),
                None => Ok(()),
            };
        };
        if let Some(expected) = &gate.expect_region
            && expected != region.as_str()
        {
            return Err(Failure::no_verdict(format!(
                "the run would look at region {region}, but --expect-region says {expected}"
            )));
        }
        let Some(expected) = &gate.expect_account else { return Ok(()) };
        let account = match run.learn(&CallerIdentity { region: region.clone() }).await {
            Ok(Seen::Found(caller)) => Ok(caller.account.to_string()),
            Ok(Seen::Absent(absence)) => Err(absence.sentence.clone()),
            Err(gap) => Err(format!("the account cannot be told: {gap}")),
        };
        match account {
            Ok(account) if account == *expected => Ok(()),
            Ok(account) => Err(Failure::no_verdict(format!(
                "the run would look at account {account}, but --expect-account says {expected}"
            ))),
            Err(_) if run.was_interrupted() => Err(Failure::interrupted()),
            Err(why) => Err(Failure::no_verdict(why)),
        }
    }

    async fn tasks(
        &self,
        region: Option<&Region>,
        now: Option<i64>,
        run: &mut Loop<'_>,
    ) -> Result<Vec<Task>, Failure> {
        let context =
            live_service(&self.judged.place, region, run).await?.merge(self.context.clone());
        let mut tasks = Vec::new();
        for given in &self.given {
            let source = match given {
                Given::Document(source) => source.clone(),
                Given::Registered(name) => registered(name, region, run).await?,
            };
            tasks.push(Task {
                definition: TaskDefinition::from_source(&source).map_err(Failure::usage)?,
                source,
                context: context.clone(),
                home: region.cloned(),
                read_secrets: self.judged.run.read_secrets,
                witness: witness(self.judged.run.simulate),
                caller: self.judged.place.caller_arn.clone(),
                now,
            });
        }
        Ok(tasks)
    }

    fn record(
        &self,
        run: &Loop<'_>,
        region: Option<&Region>,
        now: Option<i64>,
    ) -> Result<(), Failure> {
        let Some(file) = &self.record else { return Ok(()) };
        let recording = Recording::of(run.table(), region.map(ToString::to_string), now);
        let text =
            if self.judged.run.redact { recording.redacted().print() } else { recording.print() };
        file.write(&text).map_err(Failure::usage)
    }
}

pub(super) fn region(text: &str) -> Result<Region, Failure> {
    text.parse().map_err(|_| Failure::no_verdict(format!("{text:?} is no AWS region")))
}

pub(super) fn settings(global: &Global) -> Settings {
    Settings {
        profile: global.profile.clone(),
        region: global.region.clone(),
        endpoint_url: global.endpoint_url.clone(),
        ca_bundle: global.ca_bundle.clone(),
        accept_any_certificate: global.no_verify_ssl,
        connect_timeout: global.cli_connect_timeout.map(Duration::from_secs),
        read_timeout: global.cli_read_timeout.map(Duration::from_secs),
    }
}

fn caller(run: &Loop<'_>, region: &Region) -> Option<Caller> {
    match View::of(run.table()).get(&CallerIdentity { region: region.clone() }) {
        Ok(Seen::Found(caller)) => Some(caller.clone()),
        _ => None,
    }
}

fn target(task: &Task, given: &str, region: Option<&Region>, caller: Option<&Caller>) -> Target {
    Target {
        source: given.to_owned(),
        family: task.definition.family.get().ok().flatten().cloned(),
        region: region.map(ToString::to_string),
        account: caller.map(|caller| caller.account.to_string()),
        caller: caller.map(|caller| caller.arn.clone()),
    }
}

/// What mends is run as what asked.
fn mend_as(profile: &str, results: &mut [CheckResult]) {
    for command in results.iter_mut().flat_map(|result| &mut result.commands) {
        *command = with_profile(command, profile);
    }
}

fn witness(simulate: Simulate) -> Witness {
    match simulate {
        Simulate::Auto => Witness::Auto,
        Simulate::Never => Witness::Never,
        Simulate::OnlyIfBlind => Witness::OnlyIfBlind,
    }
}
