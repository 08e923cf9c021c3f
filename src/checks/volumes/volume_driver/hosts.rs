//! The container instances that the task may land on.

use crate::account::fleet::Fleet;
use crate::facts::View;
use crate::knowledge::Stop;
use crate::lookup::ecs::instance::ContainerInstance;
use crate::task::Task;

/// The container instances that the task may be placed on, at least one.
pub(super) struct Hosts<'f> {
    pub fleet: Fleet,
    pub instances: Vec<&'f ContainerInstance>,
}

/// The hosts that the task may be placed on; nothing where no cluster is named.
///
/// # Errors
/// A gap where there is none to look at, since managed scaling may add one that has everything.
pub(super) fn hosts<'f>(task: &Task, facts: &View<'f>) -> Result<Option<Hosts<'f>>, Stop> {
    let Some(fleet) = Fleet::of(task)? else { return Ok(None) };
    let instances = fleet.instances(facts)?;
    if instances.is_empty() {
        return Err(fleet.nobody().into());
    }
    Ok(Some(Hosts { fleet, instances }))
}

impl Hosts<'_> {
    /// How many have the attribute.
    pub(super) fn with(&self, attribute: &str) -> usize {
        self.instances.iter().filter(|it| it.has(attribute)).count()
    }

    /// That the task does not start for want of an attribute, in words; `able` says what it stands for.
    /// The scheduler looks for an instance that has it. Where the request names the instances, the task
    /// starts on each.
    pub(super) fn lack(&self, attribute: &str, able: &str) -> Option<String> {
        let cluster = &self.fleet.cluster;
        let lacking: Vec<_> =
            self.instances.iter().filter(|it| !it.has(attribute)).map(|it| it.id()).collect();
        match (lacking.len(), self.instances.len()) {
            (0, _) => None,
            (none, all) if none == all => Some(format!(
                "no container instance of cluster {cluster} that the task may land on {able}: of {all} that are active, none has the attribute {attribute}"
            )),
            _ if self.fleet.is_named() => Some(format!(
                "not every container instance of cluster {cluster} that the request names {able}: the attribute {attribute} is missing on {}",
                lacking.join(", ")
            )),
            _ => None,
        }
    }
}
