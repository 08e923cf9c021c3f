//! A stage for the loop: questions that know their answers, and checks that are one closure.

use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;

use crate::checks::{Check, Group, Ruling, whole};
use crate::document::{Place, Role};
use crate::facts::View;
use crate::knowledge::{Absence, Gap, Seen, Stop};
use crate::lookup::{Answer, Batch, Call, Listed, Lookup, Optional, Services};
use crate::preflight::{
    Bounds, Event, Interruption, Origin, Probe, RunLoop, Signal, Watch, report,
};
use crate::report::{CheckResult, Status};
use crate::task::Task;
use crate::verdict::{Judgement, pass};

/// What a question will be answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
pub(super) enum Reply {
    Found,
    Absent,
    Refused,
    Panic,
    /// One answer too few for the batch.
    Nothing,
}

/// A question with its answer, and the time that it takes.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub(super) struct Ask {
    pub name: &'static str,
    pub reply: Reply,
    pub millis: u64,
}

pub(super) fn ask(name: &'static str, reply: Reply) -> Ask {
    Ask { name, reply, millis: 0 }
}

impl Listed for Ask {
    const NAME: &'static str = "Ask";
}

impl Lookup for Ask {
    type Fact = String;
    const CALL: Call = Call("stage:Ask");

    fn what(&self) -> String {
        self.name.to_owned()
    }

    async fn fetch(&self, _: &Services) -> Answer<String> {
        tokio::time::sleep(Duration::from_millis(self.millis)).await;
        match self.reply {
            Reply::Found => Ok(Seen::Found(self.name.to_owned())),
            Reply::Absent => {
                Ok(Seen::Absent(Absence { sentence: self.absence(), said: "Missing".to_owned() }))
            }
            Reply::Refused => Err(refused()),
            Reply::Panic | Reply::Nothing => panic!("{} fell over", self.name),
        }
    }

    async fn fetch_all(asked: &[Self], services: &Services) -> Vec<Answer<String>> {
        let mut answers = Vec::new();
        for one in asked.iter().filter(|one| one.reply != Reply::Nothing) {
            answers.push(one.fetch(services).await);
        }
        answers
    }
}

pub(super) fn refused() -> Gap {
    Gap::Refused { action: "stage:Ask".to_owned(), resource: "*".to_owned(), said: "no".to_owned() }
}

impl Optional for Ask {
    fn assumption(&self) -> String {
        format!("that {} does not matter", self.name)
    }
}

/// A question that travels with up to nine others.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub(super) struct Together(pub usize);

impl Listed for Together {
    const NAME: &'static str = "Together";
}

impl Lookup for Together {
    type Fact = usize;
    const CALL: Call = Call("stage:AskTogether");

    fn what(&self) -> String {
        format!("number {}", self.0)
    }

    fn batch(&self) -> Option<Batch> {
        Some(Batch::of(10, "numbers"))
    }

    async fn fetch(&self, _: &Services) -> Answer<usize> {
        Ok(Seen::Found(self.0))
    }
}

fn untold(_: &Task, _: &View) -> Judgement {
    pass("the probe brings its own function")
}

const fn check(id: &'static str) -> Check {
    Check {
        id,
        verifies: "",
        prevents: &["an error"],
        remedy: "fix it",
        docs: "",
        asks: &[&[Ask::CALL, Together::CALL]],
        advises: false,
        judge: |task| whole(task, untold),
    }
}

pub(super) static FIRST: Check = check("first");
pub(super) static SECOND: Check = check("second");
pub(super) static DEPENDING: Check =
    Check { asks: &[&[Together::CALL, Ask::CALL]], ..check("depending") };
/// What others answer for first begins its second list.
pub(super) static FURTHER: Check =
    Check { asks: &[&[Together::CALL], &[Ask::CALL]], ..check("further") };
pub(super) static ADVISING: Check = Check { advises: true, ..check("advising") };
static STAGE: Group = Group { name: "stage", ..Group::EMPTY };

/// One probe.
pub(super) fn probe<'t>(
    check: &'static Check,
    judge: impl Fn(&View) -> Judgement + 't,
) -> Probe<'t> {
    Probe {
        target: 0,
        group: &STAGE,
        check,
        place: Place::whole("stage.json", Role::Definition),
        container: None,
        resource: None,
        ruling: Ruling::Judge(Rc::new(judge)),
        rests_on: None,
    }
}

/// A check that passes if the thing is there.
pub(super) fn needs(lookup: &Ask) -> impl Fn(&View) -> Judgement + use<> {
    let lookup = lookup.clone();
    move |facts| pass(format!("there is {}", facts.need(&lookup)?))
}

/// What happened in a run.
#[derive(Default)]
pub(super) struct Log(pub Vec<Event>);

impl Watch for Log {
    fn on(&mut self, event: Event) {
        self.0.push(event);
    }
}

/// How a run ended.
pub(super) struct Run {
    /// Target by target.
    pub results: Vec<CheckResult>,
    pub requests: usize,
    pub cut_short: bool,
    pub interrupted: Option<Signal>,
}

impl Run {
    pub(super) fn statuses(&self) -> Vec<Status> {
        self.results.iter().map(|result| result.status).collect()
    }
}

pub(super) fn run(probes: &[Probe]) -> Run {
    run_within(probes, None)
}

pub(super) fn run_within(probes: &[Probe], deadline: Option<Duration>) -> Run {
    run_until(probes, deadline, Interruption::never())
}

pub(super) fn run_until(
    probes: &[Probe],
    deadline: Option<Duration>,
    interruption: Interruption,
) -> Run {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let ended = runtime.block_on(async {
        let mut log = Log::default();
        let origin = Origin::Live(Arc::new(Services::at("http://127.0.0.1:9")));
        let bounds = Bounds { deadline, per_service: 32 };
        let mut run = RunLoop::new(origin, bounds, interruption, &mut log);
        let targets = probes.iter().map(|it| it.target + 1).max().unwrap_or(1);
        let results = report(&mut run, probes.to_vec(), targets).await;
        Run {
            results: results.into_iter().flatten().collect(),
            requests: run.requests(),
            cut_short: run.was_cut_short(),
            interrupted: run.interrupted(),
        }
    });
    runtime.shutdown_background();
    ended
}

/// What a derivation stops at, where it matters.
pub(super) fn gap(why: &str) -> Stop {
    Gap::Undecidable { why: why.to_owned() }.into()
}
