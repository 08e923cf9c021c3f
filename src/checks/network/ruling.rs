//! What is said of each place that has to be reached, and how it is told: places that share a fact in
//! one sentence.

use super::reach::{Call, Errand, Need, Reach, To};
use crate::checks::scene::Scene;
use crate::checks::subject::{SenderUse, SendsFrom};
use crate::document::Place;
use crate::facts::View;
use crate::knowledge::{Gap, Stop};
use crate::names::Region;
use crate::network::Part;
use crate::verdict::{Findings, Judgement, fail, not_applicable, warn};

/// What a check says of one place that has to be reached.
#[derive(Clone, Debug)]
pub(super) enum Ruling {
    /// It can be reached, by this.
    Passes(String),
    /// It is not for this check.
    Moot,
    /// It cannot be reached.
    Blocked(Obstacle),
    /// It can be reached, but something is likely to hurt.
    Hurts(Obstacle),
    /// Everything was read, and it does not decide.
    Open(String),
}

impl Ruling {
    /// The same of a host that may stand anywhere: what keeps packets from the internet does not keep
    /// them from a host in the VPC, or in a network that it is joined to.
    pub(super) fn unless_within(self, to: &To) -> Ruling {
        match (to, self) {
            (To::Anywhere(host), Ruling::Blocked(obstacle)) => Ruling::Open(format!(
                "{}, and whether {host} stands in the VPC, or in a network that it is joined to, is not known here",
                obstacle.because
            )),
            (_, ruling) => ruling,
        }
    }
}

/// What is in the way.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Obstacle {
    /// The fact that decides, as a sentence without its end.
    pub because: String,
    /// What it is about: the id of a route table, a group, an endpoint.
    pub on: Option<String>,
    /// How to mend it, if more exact than the check's remedy.
    pub remedy: Option<String>,
    /// Commands that mend it.
    pub commands: Vec<String>,
}

impl Obstacle {
    /// This fact.
    pub(super) fn of(because: impl Into<String>) -> Obstacle {
        Obstacle { because: because.into(), ..Obstacle::default() }
    }

    /// About this.
    pub(super) fn on(mut self, id: impl Into<String>) -> Obstacle {
        self.on = Some(id.into());
        self
    }

    /// Mended so.
    pub(super) fn remedy(mut self, remedy: impl Into<String>) -> Obstacle {
        self.remedy = Some(remedy.into());
        self
    }

    /// And this besides.
    pub(super) fn and(self, other: Obstacle) -> Obstacle {
        Obstacle {
            because: format!("{}; {}", self.because, other.because),
            on: self.on.or(other.on),
            remedy: [self.remedy, other.remedy]
                .into_iter()
                .flatten()
                .reduce(|a, b| format!("{a}; {b}")),
            commands: [self.commands, other.commands].concat(),
        }
    }

    /// Mended by this.
    pub(super) fn command(mut self, command: impl Into<String>) -> Obstacle {
        self.commands.push(command.into());
        self
    }
}

/// How a check goes about it.
pub(super) struct Plan<'p> {
    /// The parts that it will probably need.
    pub expected: &'p [Part],
    /// What it says if there was nothing for it to say.
    pub moot: &'p str,
    /// What a blocked place is said to be: `cannot be reached`.
    pub blocked: &'p str,
    /// What it says of what an agent needs that is connected, if that is for it to say.
    pub connected: Option<&'p str>,
    /// What it would become at run time, where that is not the first error that the check prevents.
    pub error: fn(&Errand) -> Option<&'static str>,
}

impl Plan<'_> {
    fn of_connected(&self) -> Ruling {
        self.connected.map_or(Ruling::Moot, |because| Ruling::Passes(because.to_owned()))
    }
}

/// Judges everything that leaves by one sender.
pub(super) fn judge<'t>(
    it: &SenderUse,
    plan: &Plan,
    facts: &View<'t>,
    rule: impl Fn(&mut Scene<'t>, &Need, &Reach, &View<'t>) -> Result<Ruling, Stop>,
) -> Judgement {
    judge_all(std::slice::from_ref(it), plan, facts, rule)
}

/// Judges everything that leaves by several senders, in one verdict.
pub(super) fn judge_all<'t>(
    senders: &[SenderUse],
    plan: &Plan,
    facts: &View<'t>,
    rule: impl Fn(&mut Scene<'t>, &Need, &Reach, &View<'t>) -> Result<Ruling, Stop>,
) -> Judgement {
    let mut tally = Tally::default();
    let mut found = Findings::new();
    // All are asked before any gap ends it, so that everything is wanted at once.
    let scenes: Vec<_> = senders.iter().map(|it| Scene::all(it, plan.expected, facts)).collect();
    for (it, scenes) in senders.iter().zip(scenes) {
        let reach = super::reach::by(it, facts)?;
        tally.home.get_or_insert(it.task.region()?.clone());
        for (place, stop) in &reach.open {
            found.part(place, |_| Err(stop.clone()));
        }
        let scenes = match scenes {
            Ok(scenes) => scenes,
            Err(stop @ Stop::Absent(..)) if senders.len() == 1 => return Err(stop),
            Err(stop) => {
                found.part(it.place(), |_| Err(stop));
                continue;
            }
        };
        let mut of_sender = Tally::default();
        let of_instances = matches!(it.from, SendsFrom::Instances(_));
        let count = scenes.len();
        let mut hindered = 0;
        for mut scene in scenes {
            let before = of_sender.blocks();
            for need in &reach.needs {
                let from = &scene.interface.subnet.id.clone();
                let ruling = match need.is_of_agent() && scene.agent_connected {
                    true => Ok(plan.of_connected()),
                    false => rule(&mut scene, need, &reach, facts),
                };
                of_sender.add(it.place(), from, need, ruling);
            }
            hindered += usize::from(of_sender.blocks() > before);
        }
        if of_instances && count == 0 {
            tally.idle.push(it.name().to_owned());
        }
        // A task that cannot start on some of the instances may start on the others.
        if hindered < count {
            of_sender.soften();
        }
        tally.extend(of_sender);
    }
    tally.tell(plan, found)
}

/// What was said, by the fact that decides it.
#[derive(Default)]
struct Tally {
    home: Option<Region>,
    lines: Vec<Line>,
    gaps: Vec<(Place, Gap)>,
    stopped: Option<Stop>,
    idle: Vec<String>,
}

struct Line {
    place: Place,
    from: String,
    kind: Kind,
    obstacle: Obstacle,
    needs: Vec<Need>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Passes,
    Hurts,
    Blocks,
    Open,
}

impl Tally {
    fn add(&mut self, place: &Place, from: &str, need: &Need, ruling: Result<Ruling, Stop>) {
        let (kind, obstacle) = match ruling {
            Ok(Ruling::Moot) => return,
            Ok(Ruling::Passes(way)) => (Kind::Passes, Obstacle::of(way)),
            Ok(Ruling::Hurts(obstacle)) => (Kind::Hurts, obstacle),
            Ok(Ruling::Blocked(obstacle)) if need.decides => (Kind::Blocks, obstacle),
            Ok(Ruling::Blocked(obstacle)) => match self.blocking(&obstacle, from) {
                Some(line) => return line.needs.push(need.clone()),
                None => (Kind::Hurts, obstacle),
            },
            Ok(Ruling::Open(why)) if need.decides => (Kind::Open, Obstacle::of(why)),
            Ok(Ruling::Open(why)) => (Kind::Hurts, Obstacle::of(why)),
            Err(Stop::Gap(gap)) => {
                if !self.gaps.iter().any(|(_, known)| *known == gap) {
                    self.gaps.push((place.clone(), gap));
                }
                return;
            }
            Err(stop) => {
                self.stopped.get_or_insert(stop);
                return;
            }
        };
        let same =
            |line: &&mut Line| line.kind == kind && line.obstacle == obstacle && line.from == from;
        match self.lines.iter_mut().find(same) {
            Some(line) => line.needs.push(need.clone()),
            None => self.lines.push(Line {
                place: place.clone(),
                from: from.to_owned(),
                kind,
                obstacle,
                needs: vec![need.clone()],
            }),
        }
    }

    /// The line that tells of this obstacle already, for what the task does not start without.
    fn blocking(&mut self, obstacle: &Obstacle, from: &str) -> Option<&mut Line> {
        self.lines.iter_mut().find(|line| {
            line.kind == Kind::Blocks && line.obstacle == *obstacle && line.from == from
        })
    }

    fn blocks(&self) -> usize {
        let blocked = self.lines.iter().filter(|line| line.kind == Kind::Blocks);
        blocked.map(|line| line.needs.len()).sum()
    }

    fn soften(&mut self) {
        for line in self.lines.iter_mut().filter(|line| line.kind == Kind::Blocks) {
            line.kind = Kind::Hurts;
        }
    }

    fn extend(&mut self, other: Tally) {
        self.lines.extend(other.lines);
        for (place, gap) in other.gaps {
            if !self.gaps.iter().any(|(_, known)| *known == gap) {
                self.gaps.push((place, gap));
            }
        }
        self.stopped = self.stopped.take().or(other.stopped);
        self.idle.extend(other.idle);
    }

    fn tell(self, plan: &Plan, mut found: Findings) -> Judgement {
        let Some(home) = &self.home else { return not_applicable(plan.moot) };
        for (place, gap) in &self.gaps {
            found.part(place, |_| Err(gap.clone().into()));
        }
        let mut passes: Vec<String> = Vec::new();
        let lines = merged(self.lines);
        let from = lines.first().map(|first| first.from.as_str());
        let from = from.filter(|from| lines.iter().all(|line| line.from == *from));
        for line in &lines {
            let names = line.names(home);
            let because = &line.obstacle.because;
            match line.kind {
                Kind::Passes if from.is_some() => passes.push(format!("{names}: {because}")),
                Kind::Passes => passes.push(format!("{names} from {}: {because}", line.from)),
                Kind::Open => found.part(&line.place, |_| {
                    let why = format!(
                        "whether {names} can be reached from {} is open: {because}",
                        line.from
                    );
                    Err(Gap::Undecidable { why }.into())
                }),
                Kind::Hurts | Kind::Blocks => found.add(line.finding(&names, plan)),
            }
        }
        if found.is_empty() {
            if let Some(stop) = self.stopped {
                return Err(stop);
            }
            if let (true, Some(cluster)) = (passes.is_empty(), self.idle.first()) {
                return not_applicable(format!(
                    "cluster {cluster} has no active container instance yet that the task could land on"
                ));
            }
        }
        if passes.is_empty() && found.is_empty() {
            return not_applicable(plan.moot);
        }
        passes.dedup();
        let said = passes.join("; ");
        match from {
            Some(from) => found.or_pass(format!("from {from}: {said}")),
            None => found.or_pass(said),
        }
    }
}

/// Lines that say the same of several subnets, in one.
fn merged(lines: Vec<Line>) -> Vec<Line> {
    let names = |line: &Line| line.needs.iter().map(|it| it.to.clone()).collect::<Vec<_>>();
    let mut found: Vec<Line> = Vec::new();
    for line in lines {
        let same = |it: &&mut Line| {
            it.kind == line.kind && it.obstacle == line.obstacle && names(it) == names(&line)
        };
        match found.iter_mut().find(same) {
            Some(known) => known.from = format!("{} and {}", known.from, line.from),
            None => found.push(line),
        }
    }
    found
}

impl Line {
    fn names(&self, home: &Region) -> String {
        let mut names: Vec<String> = Vec::new();
        for need in &self.needs {
            let name = need.to.named_from(home);
            if !names.contains(&name) {
                names.push(name);
            }
        }
        listed(&names)
    }

    fn finding(&self, names: &str, plan: &Plan) -> crate::verdict::Finding {
        let Obstacle { because, on, remedy, commands } = &self.obstacle;
        let purposes = purposes(&self.needs);
        let sentence = match self.kind {
            Kind::Blocks => {
                format!("{names} (for {purposes}) {} from {}: {because}", plan.blocked, self.from)
            }
            _ => format!("{names} (for {purposes}) from {}: {because}", self.from),
        };
        let mut finding = match self.kind {
            Kind::Blocks => fail(sentence),
            _ => warn(sentence),
        };
        finding = finding.at(&self.place);
        if let Some(on) = on {
            finding = finding.on(on);
        }
        if let Some(remedy) = remedy {
            finding = finding.remedy(remedy);
        }
        if let Some(error) = self.needs.iter().flat_map(|need| &need.errands).find_map(plan.error) {
            finding = finding.prevents(error);
        }
        for command in commands {
            finding = finding.command(command);
        }
        finding
    }
}

/// What it becomes at run time when packets get lost.
pub(super) fn timeout(errand: &Errand) -> Option<&'static str> {
    Some(match errand.call {
        Call::Login | Call::Secret(_) | Call::Parameter(_) | Call::Credentials(_) => {
            "ResourceInitializationError: unable to pull secrets or registry auth: ... dial tcp ...: i/o timeout"
        }
        Call::Pull(..) | Call::Layers(_) => {
            "CannotPullContainerError: ... dial tcp ...:443: i/o timeout"
        }
        Call::Log(..) | Call::NewGroup(..) => {
            "ResourceInitializationError: failed to validate logger args: create stream has been retried ... failed to create Cloudwatch log stream: ... i/o timeout"
        }
        Call::Object(_) => {
            "ResourceInitializationError: failed to download env files: ... i/o timeout"
        }
        Call::Agent(error) | Call::Other(error) => error,
        Call::Own => return None,
    })
}

/// What these are needed for.
fn purposes(needs: &[Need]) -> String {
    let mut said: Vec<&str> = Vec::new();
    for errand in needs.iter().flat_map(|need| &need.errands) {
        if !said.contains(&errand.what.as_str()) {
            said.push(&errand.what);
        }
    }
    match said.as_slice() {
        [first, second, rest @ ..] if !rest.is_empty() => {
            format!("{first}, {second} and {} more", rest.len())
        }
        few => few.join(" and "),
    }
}

/// `a, b and c`.
pub(super) fn listed(names: &[String]) -> String {
    match names {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}
