//! The picture of the container instances, with the reasons of all checks of `capacity`.

use super::rooms::Rooms;
use crate::checks::capacity::attributes::{has_proven, missing};
use crate::checks::capacity::candidates::{Candidates, connected};
use crate::checks::capacity::location::{is_near, subnets};
use crate::checks::capacity::placement::Members;
use crate::facts::View;
use crate::knowledge::{Gap, Stop};
use crate::lookup::ecs::instance::ContainerInstance;
use crate::network::Subnet;
use crate::placement::chart::{self, Chart, Instance, State};
use crate::placement::demand::Demand;
use crate::placement::query::Truth;
use crate::placement::room::{Fit, Shortage};
use crate::task::{Requirement, Task};
use crate::verdict::Verdict;

/// The container instances that the task may be placed on.
///
/// # Errors
/// While answers are pending, and a gap.
pub(in crate::checks::capacity) fn chart(task: &Task, facts: &View) -> Result<Chart, Stop> {
    let candidates = match Candidates::of(task, facts)? {
        Ok(candidates) => candidates,
        Err(verdict) => {
            let note = match verdict {
                Verdict::Skipped(skip) => skip.because,
                Verdict::Pass(because) => because,
                Verdict::Found(_) => String::new(),
            };
            return Ok(Chart { note: Some(note), ..Chart::default() });
        }
    };
    let demand = task.demand()?;
    let near = facts.tolerate(|| subnets(task, facts));
    let rooms = Rooms::of(&candidates, &demand, facts);
    let near = near?.map(|subnets| subnets.filter(|subnets| !subnets.is_empty()));
    let asking = Asking {
        rooms: rooms?,
        demand: &demand,
        required: task.required_attributes()?,
        members_of: Members::of(task, &candidates.fleet, facts)?,
        near,
    };
    Ok(Chart {
        cluster: candidates.fleet.cluster.clone(),
        instances: candidates.instances.iter().map(|it| asking.instance(it)).collect(),
        demand,
        note: None,
    })
}

/// What the task asks of an instance.
struct Asking<'a> {
    rooms: Rooms,
    demand: &'a Demand,
    required: Vec<Requirement>,
    members_of: Members<'a>,
    /// The subnets, if the task has some.
    near: Result<Option<Vec<&'a Subnet>>, Gap>,
}

impl Asking<'_> {
    fn instance(&self, it: &ContainerInstance) -> Instance {
        Instance {
            id: it.id().to_owned(),
            kind: it.attribute("ecs.instance-type").map(str::to_owned),
            zone: it.attribute("ecs.availability-zone").map(str::to_owned),
            bars: chart::bars(self.rooms.left(it), self.rooms.whole(it), self.demand),
            state: self.state(it),
        }
    }

    fn state(&self, it: &ContainerInstance) -> State {
        let near = match &self.near {
            Ok(Some(subnets)) => is_near(subnets, it),
            Ok(None) => Truth::True,
            Err(_) => Truth::Unknown,
        };
        let others = [
            (connected(it), "AGENT: its agent is not connected".to_owned()),
            (has_proven(&self.required, it), {
                format!("ATTRIBUTE: it lacks {}", missing(&self.required, it).join(", "))
            }),
            (
                self.members_of.satisfied_by(it),
                "MemberOf placement constraint unsatisfied".to_owned(),
            ),
            (near, "LOCATION: it is in no zone of the subnets".to_owned()),
        ];
        let fit = self.rooms.left(it).map(|room| room.holds(self.demand));
        let short = match &fit {
            Some(Fit::Lacks(shortages)) => shortages.as_slice(),
            _ => &[],
        };
        let of_other = others.iter().filter(|(truth, _)| *truth == Truth::False);
        let mut what: Vec<String> = of_other.map(|(_, reason)| reason.clone()).collect();
        // More room does not help where another reason excludes the instance.
        let distance = (1_000 * what.len(), short.iter().map(Shortage::per_mille).sum());
        what.extend(short.iter().map(|it| format!("{}: {it}", it.reason())));
        if !what.is_empty() {
            return State::Lacks { distance: (distance.0 + short.len(), distance.1), what };
        }
        let is_certain = others.iter().all(|(truth, _)| *truth == Truth::True);
        match (fit, self.rooms.left(it)) {
            (Some(Fit::Fits), Some(room)) if is_certain => State::Fits(room.times(self.demand)),
            _ => State::Unknown,
        }
    }
}
