//! `--watch`: follows a deployment until its cause is proven, or the service is steady.

use std::sync::Arc;
use std::time::Duration;

use super::found::{Found, unread};
use super::{Answer, Given, Question, no_region, stats};
use crate::commands::Failure;
use crate::commands::asking::{self, Asking};
use crate::commands::wait::Clock;
use crate::diagnosis::{Conclusion, Diagnosis, ServiceRecord, TaskRecord};
use crate::knowledge::{Gap, Seen};
use crate::lookup::Services;
use crate::lookup::ecs::task::StoppedTasks;
use crate::lookup::ecs::{DescribeService, ServiceEvents};
use crate::output::{self, Rollout};
use crate::preflight::{Bounds, Interruption, Origin, RunLoop, Signal};
use crate::report::Report;

/// How often the service is read: three calls, of which AWS allows 20 a second
/// (<https://docs.aws.amazon.com/AmazonECS/latest/APIReference/request-throttling.html>).
const PAUSE: Duration = Duration::from_secs(5);

/// The longest pause after answers that did not come.
const LONGEST: Duration = Duration::from_secs(40);

/// How many answers may be missing, one after the other, before the run ends.
const MOST_GAPS: u32 = 5;

/// A deployment that is followed.
#[derive(Default)]
struct Followed {
    /// Its id: that of the newest deployment when the run began.
    id: Option<String>,
    /// The tasks that were looked at.
    known: Vec<String>,
    /// The reasons that were looked at: equal ones are not checked again.
    reasons: Vec<String>,
    /// The newest answer that proved nothing.
    last: Option<Answer>,
}

/// How the run ends.
enum End {
    /// With this answer.
    Answered(Box<Answer>),
    /// The service is steady.
    Steady,
    /// The deployment failed, or another one replaced it.
    Failed,
}

impl Question<'_> {
    /// Follows the newest deployment of the service.
    pub(super) async fn follow(
        &self,
        clock: &Clock,
        interruption: &Interruption,
    ) -> Result<Answer, Failure> {
        let asking = asking::in_time(self.connected(), clock, interruption).await?;
        let Asking { origin, region, asked_with } = asking;
        let Origin::Live(services) = origin else {
            return Err(Failure::usage("--watch follows a live service"));
        };
        let given =
            Given { region: region.ok_or_else(no_region)?, asked_with, clock, interruption };
        let mut screen = Rollout::new(output::is_watched());
        let mut followed = Followed::default();
        let mut newest: Option<ServiceRecord> = None;
        let (mut pause, mut gaps) = (PAUSE, 0);
        loop {
            match self.seen(&services, &given).await {
                Ok((service, stopped)) => {
                    (pause, gaps) = (PAUSE, 0);
                    screen.show(&service);
                    let round = Round { service: &service, services: &services, given: &given };
                    let end = self.looked_at(&mut followed, stopped, &round, &mut screen).await?;
                    if let Some(end) = end {
                        drop(screen);
                        return self.ended(end, followed, &round).await;
                    }
                    newest = Some(service);
                }
                Err(Missed::Once(gap)) if gaps < MOST_GAPS => {
                    gaps += 1;
                    pause = (pause * 2).min(LONGEST);
                    screen.line(&format!("no answer: {gap}"));
                }
                Err(missed) => {
                    return match (newest, over(&given)) {
                        (Some(service), Some(over)) => Ok(self.going_on(&service, over, &given)),
                        _ => Err(missed.failure()),
                    };
                }
            }
            if let Some(over) = waited(pause, &given).await {
                return match &newest {
                    Some(service) => Ok(self.going_on(service, over, &given)),
                    None => Err(Failure::no_verdict("the service could not be read in time")),
                };
            }
        }
    }

    /// The service and its stopped tasks, now.
    async fn seen(
        &self,
        services: &Arc<Services>,
        given: &Given<'_>,
    ) -> Result<(ServiceRecord, Vec<TaskRecord>), Missed> {
        let mut nobody = ();
        let mut run = fresh(services, given, &mut nobody);
        let of = DescribeService {
            region: given.region.clone(),
            cluster: self.wanted.cluster.clone(),
            service: self.wanted.service.clone().unwrap_or_default(),
        };
        let stopped = StoppedTasks {
            region: given.region.clone(),
            cluster: self.wanted.cluster.clone(),
            service: of.service.clone(),
        };
        run.want(&stopped);
        let service = match run.learn(&ServiceEvents { of }).await {
            Ok(Seen::Found(described)) => Ok(ServiceRecord::of(described.json.clone())),
            Ok(Seen::Absent(absence)) => Err(Missed::For(Failure::usage(absence.sentence.clone()))),
            Err(gap) => Err(Missed::of(&run, gap)),
        }?;
        let tasks = match run.learn(&stopped).await {
            Ok(Seen::Found(tasks)) => {
                tasks.iter().filter_map(|it| TaskRecord::of(it.json.clone())).collect()
            }
            Ok(Seen::Absent(_)) => Vec::new(),
            Err(gap) => return Err(Missed::of(&run, gap)),
        };
        Ok((service, tasks))
    }

    /// Looks at what is new, and says whether the run ends.
    async fn looked_at(
        &self,
        followed: &mut Followed,
        stopped: Vec<TaskRecord>,
        round: &Round<'_>,
        screen: &mut Rollout,
    ) -> Result<Option<End>, Failure> {
        let Some(primary) = round.service.primary().map(|it| it.id().to_owned()) else {
            return Err(Failure::usage(
                "the service has no deployment that ECS controls: --watch cannot follow it",
            ));
        };
        let id = followed.id.get_or_insert_with(|| primary.clone()).clone();
        for task in stopped {
            if task.deployment() != Some(id.as_str()) || !followed.is_new(&task) {
                continue;
            }
            let name = task.id().to_owned();
            screen.line(&format!("task {name} failed: {}", task.reason()));
            if !followed.is_new_reason(&task) {
                continue;
            }
            let found = Found {
                task: Some(task),
                service: Some(round.service.clone()),
                ..Found::default()
            };
            let answer = self.examined(Some(found), round.origin(), round.given).await?;
            let is_proven = matches!(
                answer.diagnosis.conclusion,
                Conclusion::CauseProven | Conclusion::WouldNotStart
            );
            if is_proven || answer.interrupted.is_some() {
                return Ok(Some(End::Answered(Box::new(answer))));
            }
            screen.line(&format!("task {name}: {}", answer.diagnosis.sentence()));
            followed.last = Some(answer);
        }
        let own = round.service.deployment(&id);
        let has_failed = own.is_some_and(|it| it.rollout_state() == Some("FAILED"));
        Ok(match () {
            () if has_failed || primary != id => Some(End::Failed),
            () if round.service.is_steady() => Some(End::Steady),
            () => None,
        })
    }

    /// The answer with which the run ends.
    async fn ended(
        &self,
        end: End,
        followed: Followed,
        round: &Round<'_>,
    ) -> Result<Answer, Failure> {
        match (end, followed.last) {
            (End::Answered(answer), _) => Ok(*answer),
            (End::Steady, _) => {
                Ok(self.without_checks(round.service, Conclusion::SteadyState, round.given))
            }
            (End::Failed, Some(mut last)) => {
                last.diagnosis.conclusion = Conclusion::NotDetermined;
                last.diagnosis.notes.push(REPLACED.to_owned());
                Ok(last)
            }
            (End::Failed, None) => {
                let service = Some(round.service.clone());
                let notes = vec![REPLACED.to_owned()];
                let found = Found { service, notes, ..Found::default() };
                self.examined(Some(found), round.origin(), round.given).await
            }
        }
    }

    /// The answer if the time is over or a signal came.
    fn going_on(&self, service: &ServiceRecord, over: Over, given: &Given<'_>) -> Answer {
        let answer = self.without_checks(service, Conclusion::GoingOn, given);
        let interrupted = match over {
            Over::Time => None,
            Over::Signal(signal) => Some(signal),
        };
        Answer { interrupted, ..answer }
    }

    /// An answer that needs no checks.
    fn without_checks(
        &self,
        service: &ServiceRecord,
        conclusion: Conclusion,
        given: &Given<'_>,
    ) -> Answer {
        let found = Found { service: Some(service.clone()), ..Found::default() };
        let diagnosis = Diagnosis { conclusion, ..found.diagnosis(serde_json::Value::Null) };
        let report = Report {
            targets: Vec::new(),
            stats: stats(0, given.clock),
            asked_with: given.asked_with.clone(),
            notes: self.notes.clone(),
        };
        Answer { diagnosis, report, interrupted: None }
    }
}

/// What was read in one round.
struct Round<'r> {
    service: &'r ServiceRecord,
    services: &'r Arc<Services>,
    given: &'r Given<'r>,
}

impl Round<'_> {
    fn origin(&self) -> Origin {
        Origin::Live(self.services.clone())
    }
}

impl Followed {
    /// Whether this task failed, and was not looked at yet.
    fn is_new(&mut self, task: &TaskRecord) -> bool {
        let is_new = task.has_failed() && !self.known.iter().any(|known| known == task.id());
        if is_new {
            self.known.push(task.id().to_owned());
        }
        is_new
    }

    /// Whether no task failed for this reason yet.
    fn is_new_reason(&mut self, task: &TaskRecord) -> bool {
        let reason = task.reason();
        let is_new = !self.reasons.contains(&reason);
        if is_new {
            self.reasons.push(reason);
        }
        is_new
    }
}

/// What is known of a deployment that is not the newest one any more.
const REPLACED: &str = "the deployment failed, or another one has replaced it";

/// Why a round has no answer.
enum Missed {
    /// The run ends.
    For(Failure),
    /// The next round may have one.
    Once(Gap),
}

impl Missed {
    fn failure(self) -> Failure {
        match self {
            Missed::For(failure) => failure,
            Missed::Once(gap) => Failure::no_verdict(format!("cannot read the service: {gap}")),
        }
    }

    fn of(run: &RunLoop<'_>, gap: Gap) -> Missed {
        let may_pass = matches!(gap, Gap::Throttled { .. } | Gap::Unreachable { .. });
        match may_pass && run.interrupted().is_none() {
            true => Missed::Once(gap),
            false => Missed::For(unread(run, &gap)),
        }
    }
}

/// A run that knows nothing yet: each round reads anew.
fn fresh<'w>(
    services: &Arc<Services>,
    given: &Given<'_>,
    watch: &'w mut dyn crate::preflight::Watch,
) -> RunLoop<'w> {
    let bounds = Bounds { deadline: given.clock.left(), per_service: 4 };
    RunLoop::new(Origin::Live(services.clone()), bounds, given.interruption.clone(), watch)
}

/// Why there is no further round.
enum Over {
    Time,
    Signal(Signal),
}

/// Whether the time is over, or a signal came.
fn over(given: &Given<'_>) -> Option<Over> {
    match (given.interruption.signal(), given.clock.left()) {
        (Some(signal), _) => Some(Over::Signal(signal)),
        (None, Some(left)) if left.is_zero() => Some(Over::Time),
        (None, _) => None,
    }
}

/// Waits; says why there is no further round, if there is none.
async fn waited(pause: Duration, given: &Given<'_>) -> Option<Over> {
    tokio::select! {
        () = tokio::time::sleep(pause) => None,
        () = given.clock.over() => Some(Over::Time),
        signal = given.interruption.clone().came() => Some(Over::Signal(signal)),
    }
}
