//! A run: one round, or with `--wait` as many as it takes.

use std::path::Path;

use super::drawn::{Draws, drawn};
use super::targets::{self, Judgeable, tasks};
use crate::account::rights::Principal;
use crate::checks::{self, Check, Group};
use crate::cli::{Global, Judged, Simulate, Tool};
use crate::commands::accept::{self, Accepted};
use crate::commands::arns::{self, ArnArgument};
use crate::commands::asking::Asking;
use crate::commands::given::{Setting, images_of, service_of};
use crate::commands::input::Given;
use crate::commands::live::Chosen;
use crate::commands::parameters::Inputs;
use crate::commands::wait::Clock;
use crate::commands::{Failure, asking, input};
use crate::document::overlay::ImageOverlay;
use crate::document::{DeployTool, RunContext};
use crate::exit::{Exit, Gate};
use crate::facts::{Recording, View};
use crate::knowledge::{Gap, Seen};
use crate::lookup::iam::role::GetRole;
use crate::lookup::iam::user::GetUser;
use crate::lookup::{Caller, CallerIdentity, configured_region};
use crate::names::Region;
use crate::output::OutputFile;
use crate::output::graph::Drawn;
use crate::preflight::{Bounds, Interruption, Origin, RunLoop, Signal, plan, report};
use crate::report::{CheckResult, Report, Stats, TargetReport};
use crate::shell::ShellCommand;
use crate::task::Witness;

/// What `--caller-arn` takes.
const A_CALLER: &str =
    "Pass the ARN of the role or user that deploys: aws sts get-caller-identity prints yours";

/// The checks of the principal that deploys. ECS itself starts the tasks of a service that runs.
const OF_DEPLOYER: &[&str] = &["role-pass", "role-deployer"];

/// Why something does not exist, if that is known.
fn absence<T>(answer: Result<Seen<T>, Gap>) -> Option<String> {
    match answer {
        Ok(Seen::Absent(absence)) => Some(absence.sentence),
        _ => None,
    }
}

/// The input of a run, from the user's files.
pub(super) struct Run<'a> {
    pub(super) only_group: Option<&'static Group>,
    pub(super) judged: &'a Judged,
    pub(super) global: &'a Global,
    pub(super) given: Vec<Given>,
    /// The arguments that are ARNs.
    pub(super) arns: Vec<ArnArgument>,
    /// The live services, in place of definitions.
    pub(super) live: Option<Chosen>,
    pub(super) context: RunContext,
    /// The images of flags.
    pub(super) images: Vec<ImageOverlay>,
    /// What the expressions of templates depend on.
    pub(super) inputs: Inputs,
    pub(super) accepted: Vec<Accepted>,
    pub(super) recording: Option<Recording>,
    pub(super) record: Option<OutputFile>,
    /// Where the failures are written, to be accepted.
    pub(super) write_accept: Option<OutputFile>,
    /// Notes in addition to the results.
    pub(super) notes: Vec<String>,
    /// What is drawn too.
    pub(super) draws: Draws,
    /// Whether a page shows more than the results.
    pub(super) exhibits: bool,
}

/// A finished run.
pub(super) struct Ended {
    pub(super) report: Report,
    /// What is drawn of each task.
    pub(super) drawn: Vec<Drawn>,
    /// The signal that ended it.
    pub(super) interrupted: Option<Signal>,
    /// Whether another round could change the result.
    live: bool,
}

impl Run<'_> {
    /// Runs once, or with `--wait` until the run passes or the time has passed.
    pub(super) async fn repeat(
        &self,
        clock: &mut Clock,
        interruption: &Interruption,
        gate: &Gate,
    ) -> Result<Ended, Failure> {
        let mut ended = self.once(clock, interruption, gate).await?;
        while ended.live && ended.interrupted.is_none() && gate.exit(&ended.report) != Exit::Pass {
            let Some(pause) = clock.pause(clock.elapsed()) else { break };
            tokio::select! {
                () = tokio::time::sleep(pause) => {}
                signal = interruption.clone().came() => {
                    return Ok(Ended { interrupted: Some(signal), ..ended });
                }
            }
            ended = match (self.once(clock, interruption, gate).await, interruption.signal()) {
                // The report of the previous round is still valid.
                (Err(_), Some(signal)) => return Ok(Ended { interrupted: Some(signal), ..ended }),
                (other, _) => other?,
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
        let origin = async {
            self.origin().await.map_err(|failure| input::about_name(&self.given, failure))
        };
        let asking = asking::in_time(origin, clock, interruption).await?;
        let Asking { origin, region, asked_with } = asking;
        let mut watch = asking::watch(self.global);
        let bounds = Bounds {
            deadline: clock.left(),
            per_service: usize::from(self.judged.run.max_concurrency),
        };
        let now = match &origin {
            Origin::Replay(recording) => recording.now,
            Origin::Live(_) | Origin::Offline => Some(accept::now().unix_timestamp()),
        };
        let (asks, live) = (!matches!(origin, Origin::Offline), matches!(origin, Origin::Live(_)));
        let mut run = RunLoop::new(origin, bounds, interruption.clone(), &mut *watch);
        if let (Some(region), true) = (&region, asks) {
            run.want(&CallerIdentity { region: region.clone() });
        }
        self.guard(region.as_ref(), &mut run).await?;
        arns::check(&self.arns, region.as_ref(), asks, &mut run).await?;
        self.deployer(region.as_ref().filter(|_| asks), &mut run).await?;
        let setting = self.setting(region.clone(), now);
        let judged = match &self.live {
            Some(chosen) => targets::services(chosen, &setting, &mut run).await?,
            None => {
                let (given, inputs) = (&self.given, &self.inputs);
                targets::read(self.judged, given, inputs, setting, &mut run).await?
            }
        };
        let selected = |group: &Group, check: &Check| self.selects(group, check);
        let unread = judged.iter().enumerate().filter_map(|(at, it)| it.unread(at));
        let probes = plan(tasks(&judged), selected, checks::catalogue()).chain(unread);
        let mut results = report(&mut run, probes, judged.len()).await;
        // What the template declares is fixed there, and cannot be fixed before it exists.
        for result in results.iter_mut().flatten() {
            result.commands.retain(|it| !run.declared().is_in(&it.to_string()));
        }
        let drawn = match self.draws {
            Draws::Nothing => Vec::new(),
            draws => drawn(draws, &targets::named(&judged), &mut run).await,
        };
        let exhibits = self.exhibits(&judged, &mut run).await;
        let caller = region.as_ref().and_then(|region| caller(&run, region));
        let sources: Vec<&str> = judged.iter().map(Judgeable::source).collect();
        let unmatched = accept::unmatched(&self.accepted, &sources, &results);
        let targets = judged.iter().zip(results).map(|(it, results)| {
            let results = self.settled(it.source(), results, live, region.as_ref());
            TargetReport::of(it.target(region.as_ref(), caller.as_ref()), results)
        });
        let targets = targets.zip(exhibits).map(|(it, exhibit)| TargetReport { exhibit, ..it });
        let targets: Vec<TargetReport> = targets.collect();
        if let Some(file) = &self.write_accept {
            file.write(&accept::print(&self.accepted, accept::today(), &targets))
                .map_err(Failure::usage)?;
        }
        self.record(&run, region.as_ref(), now)?;
        let mut notes = self.notes(gate, &run);
        notes.extend(unmatched);
        let stats = Stats {
            api_calls: run.requests(),
            elapsed_ms: u64::try_from(clock.elapsed().as_millis()).unwrap_or(u64::MAX),
        };
        let interrupted = run.interrupted();
        let report = Report { targets, stats, asked_with, notes };
        Ok(Ended { report, drawn, interrupted, live })
    }

    /// Where answers come from. A run of offline checks over files needs neither network nor credentials.
    async fn origin(&self) -> Result<Asking, Failure> {
        let given = self.global.region.as_deref();
        if let Some(recording) = &self.recording {
            let file = self.judged.run.replay.as_deref().unwrap_or(Path::new(""));
            return Asking::replay(recording, file, given);
        }
        let files_only = !self.given.iter().any(Given::is_registered);
        let is_local = files_only && self.judged.place.service.is_none() && self.live.is_none();
        if self.is_offline() && is_local {
            let region = given.map(asking::region).transpose()?;
            return Ok(Asking {
                origin: Origin::Offline,
                region,
                asked_with: "offline".to_owned(),
            });
        }
        Asking::live(self.global).await
    }

    /// The settings of every task.
    fn setting(&self, home: Option<Region>, now: Option<i64>) -> Setting {
        Setting {
            live: RunContext::flags(),
            context: service_of(&self.given).merge(self.context.clone()),
            images: images_of(&self.given, &self.images),
            home,
            read_secrets: self.judged.run.read_secrets,
            witness: witness(self.judged.run.simulate),
            caller: self.judged.place.caller_arn.clone(),
            now,
            documents_only: self.is_offline(),
            tool: self.judged.gate.tool.map(deploy_tool),
        }
    }

    /// Whether none of the checks asks the account.
    fn is_offline(&self) -> bool {
        checks::catalogue()
            .filter(|(group, check)| self.selects(group, check))
            .all(|(group, _)| group.offline)
    }

    pub(super) fn selects(&self, group: &Group, check: &Check) -> bool {
        let named = |list: &[String]| list.iter().any(|id| id == check.id || id == group.name);
        let gate = &self.judged.gate;
        let deploys = self.live.is_none() || self.judged.place.caller_arn.is_some();
        (deploys || !OF_DEPLOYER.contains(&check.id))
            && self.only_group.is_none_or(|only| only.name == group.name)
            && (gate.only.is_empty() || named(&gate.only))
            && !named(&gate.skip)
    }

    /// `--expect-region` and `--expect-account`: no checks in another region or account, nor if these
    /// cannot be determined.
    async fn guard(&self, region: Option<&Region>, run: &mut RunLoop<'_>) -> Result<(), Failure> {
        let gate = &self.judged.gate;
        if let Some(expected) = &gate.expect_region {
            // An offline run has no region, but the one that is configured can be compared.
            let configured = match region {
                Some(region) => Some(region.clone()),
                None => configured_region(&asking::settings(self.global)).await,
            };
            match configured {
                Some(region) if region.as_str() == expected => {}
                Some(region) => {
                    return Err(Failure::no_verdict(format!(
                        "this run would check region {region}, but --expect-region is {expected}"
                    )));
                }
                None => {
                    return Err(Failure::no_verdict(format!(
                        "--expect-region is {expected}, but no region is configured\n  Pass --region, or set AWS_REGION"
                    )));
                }
            }
        }
        let Some(expected) = &gate.expect_account else { return Ok(()) };
        let Some(region) = region else {
            return Err(Failure::no_verdict(format!(
                "--expect-account says {expected}, but this run asks nothing of AWS, so that its account is unknown\n  Leave the flag out, or run verify"
            )));
        };
        let account = match run.learn(&CallerIdentity { region: region.clone() }).await {
            Ok(Seen::Found(caller)) => Ok(caller.account.to_string()),
            Ok(Seen::Absent(absence)) => Err(absence.sentence.clone()),
            Err(gap) => Err(format!("cannot determine the account: {gap}")),
        };
        match account {
            Ok(account) if account == *expected => Ok(()),
            Ok(account) => Err(Failure::no_verdict(format!(
                "this run would check account {account}, but --expect-account is {expected}"
            ))),
            Err(why) => Err(match run.interrupted() {
                Some(signal) => Failure::interrupted(signal),
                None => Failure::no_verdict(why),
            }),
        }
    }

    /// `--caller-arn`: no checks for a principal that does not exist, or that is none.
    async fn deployer(
        &self,
        region: Option<&Region>,
        run: &mut RunLoop<'_>,
    ) -> Result<(), Failure> {
        let Some(arn) = &self.judged.place.caller_arn else { return Ok(()) };
        let principal = match Principal::of_arn(arn) {
            Ok(principal) => principal,
            // It exists, but which policies it has is unknown.
            Err(_) if arn.contains(":federated-user/") => return Ok(()),
            Err(why) => return Err(Failure::usage(format!("--caller-arn: {why}\n  {A_CALLER}"))),
        };
        let of_roles =
            |(group, check): (&Group, &Check)| group.name == "roles" && self.selects(group, check);
        let (Some(region), true) = (region, checks::catalogue().any(of_roles)) else {
            return Ok(());
        };
        let own = run.learn(&CallerIdentity { region: region.clone() }).await;
        let is_own = match own {
            Ok(Seen::Found(caller)) => principal.account() == Some(&caller.account),
            _ => false,
        };
        let region = region.clone();
        let absence = match principal {
            _ if !is_own => None,
            Principal::Role { name, .. } => absence(run.learn(&GetRole { region, name }).await),
            Principal::User { name, .. } => absence(run.learn(&GetUser { region, name }).await),
            Principal::Root { .. } => None,
        };
        match absence {
            Some(sentence) => {
                Err(Failure::usage(format!("--caller-arn: {sentence}\n  {A_CALLER}")))
            }
            None => Ok(()),
        }
    }

    /// The results as reported: with accepted findings, and commands with profile and region.
    fn settled(
        &self,
        source: &str,
        mut results: Vec<CheckResult>,
        live: bool,
        region: Option<&Region>,
    ) -> Vec<CheckResult> {
        accept::apply(&self.accepted, accept::today(), source, &mut results);
        let profile = self.global.profile.as_deref().filter(|_| live);
        for command in results.iter_mut().flat_map(|result| &mut result.commands) {
            *command = completed(command.clone(), profile, region);
        }
        results
    }

    fn notes(&self, gate: &Gate, run: &RunLoop<'_>) -> Vec<String> {
        let mut notes = self.notes.clone();
        notes.extend(gate.notes());
        if self.global.no_verify_ssl {
            notes.push("--no-verify-ssl: certificates are not verified, so anyone in the network can fake these answers".to_owned());
        }
        if run.was_cut_short() {
            notes.push("the run ended early: checks without an answer are unknown".to_owned());
        }
        notes
    }

    fn record(
        &self,
        run: &RunLoop<'_>,
        region: Option<&Region>,
        now: Option<i64>,
    ) -> Result<(), Failure> {
        let Some(file) = &self.record else { return Ok(()) };
        let recording = Recording::of(run.table(), region.map(ToString::to_string), now);
        let text =
            if self.judged.run.redact { recording.redacted().print() } else { recording.print() };
        file.write_json(&text).map_err(Failure::usage)
    }
}

/// The caller, as far as the run knows.
pub(in crate::commands) fn caller(run: &RunLoop<'_>, region: &Region) -> Option<Caller> {
    match View::afterwards(run.table()).get(&CallerIdentity { region: region.clone() }) {
        Ok(Seen::Found(caller)) => Some(caller.clone()),
        _ => None,
    }
}

/// A command that fixes a finding, with the profile of the run, and with its region if it may lack one.
pub(in crate::commands) fn completed(
    command: ShellCommand,
    profile: Option<&str>,
    region: Option<&Region>,
) -> ShellCommand {
    let command = match profile {
        Some(profile) => command.profile(profile),
        None => command,
    };
    match region {
        Some(region) => command.in_cloud_of(region),
        None => command,
    }
}

fn deploy_tool(tool: Tool) -> DeployTool {
    match tool {
        Tool::AwsCli => DeployTool::AwsCli,
        Tool::GithubAction => DeployTool::GithubAction,
    }
}

fn witness(simulate: Simulate) -> Witness {
    match simulate {
        Simulate::Auto => Witness::Auto,
        Simulate::Never => Witness::Never,
        Simulate::OnlyIfBlind => Witness::OnlyIfBlind,
    }
}
