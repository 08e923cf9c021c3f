//! The rulings on destinations, merged: those that share a fact share a sentence.

use super::plan::Plan;
use crate::document::Place;
use crate::knowledge::{Gap, Lack, Stop};
use crate::names::{Region, words};
use crate::reachability::egress::{Call, Need};
use crate::reachability::ruling::{Obstacle, Ruling};
use crate::verdict::{Finding, Findings, Judgement, fail, not_applicable, undecided, warn};

/// The reason of the skip for destinations without a route.
const SEE_ROUTE: &str = "no route or endpoint leads from here to the required services; see network-route and network-endpoints";

/// The rulings so far, by the deciding fact.
#[derive(Default)]
pub(super) struct Tally {
    /// The region of the task.
    pub(super) home: Option<Region>,
    lines: Vec<Line>,
    /// Whether another check reports something.
    see_route: bool,
    gaps: Vec<(Place, Gap)>,
    lacks: Vec<(Place, Lack)>,
    /// Clusters without a container instance.
    pub(super) idle: Vec<String>,
}

struct Line {
    place: Place,
    from: String,
    /// All subnets with the same ruling.
    senders: Vec<String>,
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
    pub(super) fn add(
        &mut self,
        place: &Place,
        from: &str,
        need: &Need,
        ruling: Result<Ruling, Stop>,
    ) {
        let concerned = match &ruling {
            Ok(Ruling::Blocked(obstacle) | Ruling::Hurts(obstacle)) => {
                need.concerning(&obstacle.errands)
            }
            _ => need.clone(),
        };
        let need = &concerned;
        let (kind, obstacle) = match ruling {
            Ok(Ruling::NotApplicable) => return,
            Ok(Ruling::Elsewhere) => {
                self.see_route = true;
                return;
            }
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
            Err(Stop::Absent(lack)) => {
                if !self.lacks.iter().any(|(_, known)| *known == lack) {
                    self.lacks.push((place.clone(), lack));
                }
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
                senders: vec![from.to_owned()],
                kind,
                obstacle,
                needs: vec![need.clone()],
            }),
        }
    }

    /// The line that already reports this obstacle for a destination that the task needs to start.
    fn blocking(&mut self, obstacle: &Obstacle, from: &str) -> Option<&mut Line> {
        self.lines.iter_mut().find(|line| {
            line.kind == Kind::Blocks && line.obstacle == *obstacle && line.from == from
        })
    }

    pub(super) fn blocks(&self) -> usize {
        let blocked = self.lines.iter().filter(|line| line.kind == Kind::Blocks);
        blocked.map(|line| line.needs.len()).sum()
    }

    /// The number of blocked or undetermined destinations.
    pub(super) fn doubts(&self) -> usize {
        let open = self.lines.iter().filter(|line| line.kind == Kind::Open);
        self.blocks() + open.map(|line| line.needs.len()).sum::<usize>()
    }

    /// Blocked destinations become warnings, because a task may start elsewhere.
    pub(super) fn soften(&mut self) {
        self.soften_all(Kind::Blocks);
    }

    /// So do undetermined ones.
    pub(super) fn soften_doubts(&mut self) {
        self.soften_all(Kind::Open);
    }

    fn soften_all(&mut self, kind: Kind) {
        for line in self.lines.iter_mut().filter(|line| line.kind == kind) {
            line.kind = Kind::Hurts;
        }
    }

    pub(super) fn extend(&mut self, other: Tally) {
        self.lines.extend(other.lines);
        for (place, gap) in other.gaps {
            if !self.gaps.iter().any(|(_, known)| *known == gap) {
                self.gaps.push((place, gap));
            }
        }
        for (place, lack) in other.lacks {
            if !self.lacks.iter().any(|(_, known)| *known == lack) {
                self.lacks.push((place, lack));
            }
        }
        self.see_route |= other.see_route;
        self.idle.extend(other.idle);
    }

    pub(super) fn verdict(self, plan: &Plan, mut found: Findings) -> Judgement {
        let Some(home) = &self.home else { return not_applicable(plan.moot) };
        for (place, gap) in &self.gaps {
            found.stopped(place, gap.clone().into());
        }
        for (place, lack) in self.lacks {
            found.stopped(&place, Stop::Absent(lack));
        }
        let mut passes: Vec<String> = Vec::new();
        let lines = merged(self.lines);
        let from = lines.first().map(|first| first.from.as_str());
        let from = from.filter(|from| lines.iter().all(|line| line.from == *from));
        for line in &lines {
            let names = line.names(home);
            let because = line.obstacle.because.said_of(&line.from);
            match line.kind {
                Kind::Passes if from.is_some() => passes.push(format!("{names}: {because}")),
                Kind::Passes => passes.push(format!("{names} from {}: {because}", line.from)),
                Kind::Open => {
                    let why = format!(
                        "cannot determine whether {names} {} reachable from {}: {because}",
                        line.is_or_are(home),
                        line.from
                    );
                    let finding = undecided(Gap::Undecidable { why }).at(&line.place);
                    found.add(match line.error(plan) {
                        Some(error) => finding.prevents(error),
                        None => finding,
                    });
                }
                Kind::Hurts | Kind::Blocks => found.add(line.finding(&names, plan)),
            }
        }
        if passes.is_empty() && found.is_empty() {
            if let Some(cluster) = self.idle.first() {
                return not_applicable(format!(
                    "cluster {cluster} has no active container instance to place the task on"
                ));
            }
            return not_applicable(if self.see_route { SEE_ROUTE } else { plan.moot });
        }
        passes.dedup();
        let said = passes.join("; ");
        match from {
            Some(from) => found.or_pass(format!("from {from}: {said}")),
            None => found.or_pass(said),
        }
    }
}

/// Merges lines that differ only in destinations or subnets: one fix is reported once.
fn merged(lines: Vec<Line>) -> Vec<Line> {
    let mut by_cause: Vec<Line> = Vec::new();
    for line in lines {
        match by_cause.iter_mut().find(|it| it.from == line.from && it.has_remedy_of(&line)) {
            Some(known) => known.join(line),
            None => by_cause.push(line),
        }
    }
    let mut found: Vec<Line> = Vec::new();
    for line in by_cause {
        match found.iter_mut().find(|it| it.is_like(&line)) {
            Some(known) => known.senders.extend(line.senders),
            None => found.push(line),
        }
    }
    found.iter_mut().for_each(Line::name_senders);
    found
}

impl Line {
    /// Whether the same commands fix it.
    fn has_remedy_of(&self, other: &Line) -> bool {
        let (own, theirs) = (&self.obstacle, &other.obstacle);
        self.kind == other.kind
            && !own.commands.is_empty()
            && own.commands == theirs.commands
            && (&own.on, &own.remedy) == (&theirs.on, &theirs.remedy)
    }

    fn join(&mut self, other: Line) {
        if self.obstacle.because != other.obstacle.because {
            let because = std::mem::take(&mut self.obstacle.because);
            self.obstacle.because = because.and(other.obstacle.because);
        }
        self.needs.extend(other.needs);
    }

    /// Whether it differs only in the subnet.
    fn is_like(&self, other: &Line) -> bool {
        let names = |line: &Line| line.needs.iter().map(|it| it.to.clone()).collect::<Vec<_>>();
        self.kind == other.kind && self.obstacle == other.obstacle && names(self) == names(other)
    }

    /// Names all subnets of the line.
    fn name_senders(&mut self) {
        self.from = words::and(&self.senders);
    }

    fn names(&self, home: &Region) -> String {
        words::and(&self.destinations(home))
    }

    fn is_or_are(&self, home: &Region) -> &'static str {
        if self.destinations(home).len() == 1 { "is" } else { "are" }
    }

    fn destinations(&self, home: &Region) -> Vec<String> {
        let mut names: Vec<String> = Vec::new();
        for need in &self.needs {
            let name = need.to.named_from(home);
            if !names.contains(&name) {
                names.push(name);
            }
        }
        names
    }

    /// The error at run time: that of the first required call.
    fn error(&self, plan: &Plan) -> Option<&'static str> {
        if self.obstacle.prevents.is_some() {
            return self.obstacle.prevents;
        }
        let errands = || self.needs.iter().flat_map(|need| &need.errands);
        let is_decided = errands().any(|it| it.decides);
        let reported = errands().filter(|it| it.decides == is_decided);
        let first = reported.min_by_key(|it| step(&it.call))?;
        (plan.error)(first)
    }

    fn finding(&self, names: &str, plan: &Plan) -> Finding {
        let Obstacle { because, on, remedy, commands, .. } = &self.obstacle;
        let because = because.said_of(&self.from);
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
        if let Some(error) = self.error(plan) {
            finding = finding.prevents(error);
        }
        for command in commands {
            finding = finding.command(command.clone());
        }
        finding
    }
}

/// The order in which a starting task makes its calls, so that the first that fails stops it: secrets and
/// the token come first, then files, images and logs
/// (<https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-lifecycle-explanation.html>).
fn step(call: &Call) -> u8 {
    match call {
        Call::Login | Call::Secret(_) | Call::Parameter(_) | Call::Credentials(_) => 0,
        Call::Object(_) => 1,
        Call::Pull(_) | Call::Layers(_) => 2,
        Call::Other(_) | Call::Unnamed(_) => 3,
        Call::Log(_) | Call::NewGroup(..) => 4,
        Call::Agent(_) | Call::Own => 5,
    }
}

/// What the destinations are needed for.
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
        few => words::and(few),
    }
}
