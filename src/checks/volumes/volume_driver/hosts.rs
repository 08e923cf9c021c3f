//! The container instances that the task may run on.

use crate::account::fleet::Fleet;
use crate::facts::View;
use crate::knowledge::Stop;
use crate::lookup::ecs::instance::ContainerInstance;
use crate::task::Task;

/// The container instances that the task may run on, at least one.
pub(super) struct Hosts<'f> {
    pub fleet: Fleet,
    pub instances: Vec<&'f ContainerInstance>,
}

/// The hosts that the task may run on; none if no cluster is known.
///
/// # Errors
/// A gap if there is none yet, because managed scaling may add one that has everything.
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

    /// Why the task does not start without an attribute; `able` says what the attribute means. The scheduler
    /// looks for one instance that has it. If the request names the instances, each of them needs it.
    pub(super) fn lack(&self, attribute: &str, able: &str) -> Option<String> {
        let cluster = &self.fleet.cluster;
        let lacking: Vec<_> =
            self.instances.iter().filter(|it| !it.has(attribute)).map(|it| it.id()).collect();
        match (lacking.len(), self.instances.len()) {
            (0, _) => None,
            (none, all) if none == all => Some(format!(
                "no container instance of cluster {cluster} that the task may run on {able}: none of the {all} active ones has the attribute {attribute}"
            )),
            _ if self.fleet.is_named() => Some(format!(
                "not every container instance that the request names in cluster {cluster} {able}: the attribute {attribute} is missing on {}",
                lacking.join(", ")
            )),
            _ => None,
        }
    }
}
