//! The container instances that the task may be placed on, and the question whether one of them will do.

use super::growth::{self, Growth};
use crate::account::fleet::Fleet;
use crate::account::fleet::launch::Launch;
use crate::document::{Field, Place};
use crate::facts::View;
use crate::knowledge::Stop;
use crate::lookup::ecs::instance::ContainerInstance;
use crate::placement::query::Truth;
use crate::task::Task;
use crate::verdict::{Input, Severity, Skip, Verdict};

/// The container instances that the task may be placed on: at least one.
pub(super) struct Candidates<'f> {
    pub(super) fleet: Fleet,
    pub(super) instances: Vec<&'f ContainerInstance>,
}

/// Whether one of them will do; if the request names them, whether all of them will.
pub(super) enum Outcome<'f> {
    /// That is so.
    Holds,
    /// None of these will do, or one of those that are named does not.
    Fails(Vec<&'f ContainerInstance>),
    /// It depends on what is not known.
    Open,
}

impl<'f> Candidates<'f> {
    /// Those of the task; or why there is nothing to judge.
    ///
    /// # Errors
    /// A gap, or that there is no such cluster.
    pub(super) fn of(
        task: &Task,
        facts: &View<'f>,
    ) -> Result<Result<Candidates<'f>, Verdict>, Stop> {
        let skip = |because: &str| Ok(Err(Verdict::Skipped(Skip::not_applicable(because))));
        let fleet = match Launch::of(task, facts)? {
            Launch::Nowhere => {
                let skip = Skip::needs(Input::Cluster, "no cluster is known");
                return Ok(Err(Verdict::Skipped(skip)));
            }
            Launch::Fargate => return skip("the task runs on Fargate, or may run there"),
            Launch::Managed(_) => {
                return skip("ECS launches an instance that has what the task requires");
            }
            Launch::Instances(fleet) => fleet,
        };
        let instances = fleet.instances(facts)?;
        if instances.is_empty() {
            return skip(
                "the cluster has no active container instance for the task, see capacity-provider and capacity-instance",
            );
        }
        Ok(Ok(Candidates { fleet, instances }))
    }

    /// Whether one will do that `before`, what other checks report, does not exclude. If it excludes all of
    /// them, each is judged.
    pub(super) fn outcome(
        &self,
        before: impl Fn(&ContainerInstance) -> Truth,
        own: impl Fn(&ContainerInstance) -> Truth,
    ) -> Outcome<'f> {
        let judged = self.instances.iter().map(|it| (*it, before(it)));
        let mut possible: Vec<_> = judged.filter(|(_, truth)| *truth != Truth::False).collect();
        if possible.is_empty() {
            possible = self.instances.iter().map(|it| (*it, Truth::False)).collect();
        }
        let is_certain = possible.iter().any(|(_, truth)| *truth == Truth::True);
        let judged: Vec<_> = possible.iter().map(|(it, truth)| (*it, *truth, own(it))).collect();
        if self.fleet.is_named() {
            let lacking: Vec<_> =
                judged.iter().filter(|(.., own)| *own == Truth::False).map(|it| it.0).collect();
            return match lacking.is_empty() {
                false => Outcome::Fails(lacking),
                true if judged.iter().any(|(.., own)| *own == Truth::Unknown) => Outcome::Open,
                true => Outcome::Holds,
            };
        }
        let mut able = judged.iter().filter(|(_, truth, _)| !is_certain || *truth == Truth::True);
        if able.any(|(.., own)| *own == Truth::True) {
            return Outcome::Holds;
        }
        match judged.iter().all(|(.., own)| *own == Truth::False) {
            true => Outcome::Fails(judged.into_iter().map(|it| it.0).collect()),
            false => Outcome::Open,
        }
    }

    /// The severity of a lack: where managed scaling adds an instance, the task only waits for it.
    ///
    /// # Errors
    /// A gap.
    pub(super) fn severity(&self, task: &Task, facts: &View) -> Result<Severity, Stop> {
        Ok(if self.grows(task, facts)? { Severity::Warn } else { Severity::Fail })
    }

    /// Whether managed scaling can add an instance for the task.
    ///
    /// # Errors
    /// A gap.
    pub(super) fn grows(&self, task: &Task, facts: &View) -> Result<bool, Stop> {
        let growth = self.growth(task, facts)?;
        Ok(growth.iter().any(|(_, it)| matches!(it, Growth::Can { .. })))
    }

    /// The growth of each capacity provider; none without a strategy.
    ///
    /// # Errors
    /// A gap.
    pub(super) fn growth(&self, task: &Task, facts: &View) -> Result<Vec<(String, Growth)>, Stop> {
        match self.fleet.providers() {
            [] => Ok(Vec::new()),
            _ => growth::of_fleet(&self.fleet, task, facts),
        }
    }

    /// "no container instance of cluster prod that the task may be placed on", or those that the request names.
    pub(super) fn none(&self, lacking: &[&ContainerInstance]) -> String {
        let cluster = &self.fleet.cluster;
        match self.fleet.is_named() {
            true => {
                let ids: Vec<&str> = lacking.iter().map(|it| it.id()).collect();
                format!(
                    "no task can start on {} of cluster {cluster}, which the request names: none",
                    ids.join(", ")
                )
            }
            false => {
                format!("no container instance of cluster {cluster} that the task may be placed on")
            }
        }
    }
}

/// Where the request names the cluster; without it, the task definition.
pub(super) fn place(task: &Task) -> &Place {
    let cluster = &task.context.request.cluster;
    match cluster {
        Field::Missing(_) => &task.definition.place,
        _ => cluster.place(),
    }
}

/// Whether its agent is connected.
pub(super) fn connected(it: &ContainerInstance) -> Truth {
    Truth::of(it.agent_connected)
}
