//! The service that runs the task, and its load balancers.

use super::{Planned, Subject, Subjects, Task, Unplanned, Written};
use crate::document::container::PortMapping;
use crate::document::node::Node;
use crate::document::run_context::{Deployment, LoadBalancer, Request};
use crate::document::{Container, ContextKind, Field, Place};
use crate::knowledge::{Gap, Stop};
use crate::lookup::ecs::DescribeService;
use crate::verdict::{Input, Skip};

/// Why the service is not known.
pub const NO_SERVICE: &str = "no service known: pass --service-definition or --service";

/// The service that runs the task.
#[derive(Clone)]
pub struct ServiceUse<'t> {
    /// The task.
    pub task: &'t Task,
    place: Place,
}

/// One load balancer of the service.
#[derive(Clone)]
pub struct LoadBalancerUse<'t> {
    /// The service.
    pub service: ServiceUse<'t>,
    /// The load balancer.
    pub balancer: &'t LoadBalancer,
}

/// What deploys a service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Controller {
    /// ECS.
    Ecs,
    /// AWS CodeDeploy.
    CodeDeploy,
    /// Any other controller.
    External,
}

/// How ECS replaces the tasks of a service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Strategy {
    /// Some tasks at a time.
    Rolling,
    /// All at once, while the old ones still run.
    BlueGreen,
    /// As `BlueGreen`, with traffic in equal steps.
    Linear,
    /// As `BlueGreen`, with a first step of the traffic.
    Canary,
}

impl Strategy {
    /// Its name in the API.
    pub fn name(self) -> &'static str {
        match self {
            Strategy::Rolling => "ROLLING",
            Strategy::BlueGreen => "BLUE_GREEN",
            Strategy::Linear => "LINEAR",
            Strategy::Canary => "CANARY",
        }
    }
}

/// A port of a container, as the port mappings of the container list it.
#[derive(Clone, Copy, Debug)]
pub enum Mapped<'t> {
    /// It has a mapping.
    Alone(&'t PortMapping),
    /// It is one of a range.
    InRange(&'t str),
    /// It has none.
    Not,
}

impl Task {
    /// The service that runs the task; or why there is none.
    ///
    /// # Errors
    /// Why there is none.
    fn service(&self) -> Result<ServiceUse<'_>, Skip> {
        let context = &self.context;
        match context.kind {
            ContextKind::CreateService | ContextKind::UpdateService | ContextKind::LiveService => {}
            ContextKind::RunTask | ContextKind::StartTask => {
                return Err(Skip::not_applicable("the request starts a task without a service"));
            }
            ContextKind::Flags => return Err(Skip::needs(Input::Request, NO_SERVICE)),
        }
        let written = context.inputs.last().map(|input| &input.root.place);
        let place = written.unwrap_or_else(|| context.request.service_name.place()).clone();
        Ok(ServiceUse { task: self, place })
    }

    /// The container with this name, if the definition has one.
    ///
    /// # Errors
    /// A gap if a name that might be this one cannot be read.
    pub fn container_named(&self, name: &str) -> Result<Option<&Container>, Stop> {
        let mut unread = None;
        for container in self.definition.container_definitions.items()? {
            match container.name.get() {
                Ok(Some(it)) if it == name => return Ok(Some(container)),
                Ok(_) => {}
                Err(stop) => unread = Some(stop),
            }
        }
        unread.map_or(Ok(None), Err)
    }

    /// The port mapping with this name, and its container, if the definition has one.
    ///
    /// # Errors
    /// A gap if a name that might be this one cannot be read.
    pub fn port_named(&self, name: &str) -> Result<Option<(&Container, &PortMapping)>, Stop> {
        let mut unread = None;
        for container in self.definition.container_definitions.items()? {
            let mappings = container.port_mappings.items();
            let Ok(mappings) = mappings.map_err(|stop| unread = Some(stop)) else { continue };
            for mapping in mappings {
                match mapping.name.get() {
                    Ok(Some(it)) if it == name => return Ok(Some((container, mapping))),
                    Ok(_) => {}
                    Err(stop) => unread = Some(stop),
                }
            }
        }
        unread.map_or(Ok(None), Err)
    }
}

impl Container {
    /// How the port mappings list a port of the container.
    ///
    /// # Errors
    /// A gap if a port that might be this one cannot be read.
    pub fn mapping_of(&self, port: i64) -> Result<Mapped<'_>, Stop> {
        let (mut unread, mut range) = (None, None);
        for mapping in self.port_mappings.items()? {
            match mapping.container_port.get() {
                Ok(Some(it)) if *it == port => return Ok(Mapped::Alone(mapping)),
                Ok(_) => {}
                Err(stop) => unread = Some(stop),
            }
            match mapping.container_port_range.get() {
                Ok(Some(it)) if includes(it, port) => range = Some(it.as_str()),
                Ok(_) => {}
                Err(stop) => unread = Some(stop),
            }
        }
        match (range, unread) {
            (Some(range), _) => Ok(Mapped::InRange(range)),
            (None, Some(stop)) => Err(stop),
            (None, None) => Ok(Mapped::Not),
        }
    }
}

/// Whether a range, such as `8000-8010`, includes the port.
fn includes(range: &str, port: i64) -> bool {
    let Some((first, last)) = range.split_once('-') else { return false };
    let ends = (first.trim().parse::<i64>(), last.trim().parse::<i64>());
    matches!(ends, (Ok(first), Ok(last)) if (first..=last).contains(&port))
}

impl<'t> ServiceUse<'t> {
    /// Its fields, those of the live service among them if it was read.
    pub fn request(&self) -> &'t Request {
        &self.task.context.request
    }

    /// Whether the service is to be created.
    pub fn is_new(&self) -> bool {
        self.task.context.kind == ContextKind::CreateService
    }

    /// Whether a missing field is known to have its default: an update keeps the values of the service.
    pub fn is_whole(&self) -> bool {
        self.is_new() || self.task.context.live
    }

    /// The field of the user's document, not of the live service or a flag.
    pub fn written(&self, name: &str) -> Option<&'t Node> {
        let input = self.task.context.inputs.last()?;
        input.root.get(name).filter(|node| node.value != crate::document::node::Value::Null)
    }

    /// The place of the field; of the service, if it is missing.
    pub fn place_of<'f, T>(&'f self, field: &'f Field<T>) -> &'f Place {
        if field.is_missing() { &self.place } else { field.place() }
    }

    /// Whether the value is in the user's document.
    pub fn writes<T>(&self, field: &Field<T>) -> bool {
        let documents = self.task.context.inputs.iter().map(|input| &input.root.place.document);
        !field.is_missing() && documents.into_iter().any(|it| *it == field.place().document)
    }

    /// How the live service is read; none if its name is not known.
    ///
    /// # Errors
    /// A gap for a placeholder, or when no region is configured.
    pub fn lookup(&self) -> Result<Option<DescribeService>, Stop> {
        let request = self.request();
        let Some(service) = request.service_name.get()?.cloned() else { return Ok(None) };
        let cluster = request.cluster.get()?.cloned();
        Ok(Some(DescribeService { region: self.task.region()?.clone(), cluster, service }))
    }

    /// What deploys it; none if the live service decides that and was not read.
    ///
    /// # Errors
    /// A gap for a placeholder or an unknown controller.
    pub fn controller(&self) -> Result<Option<Controller>, Stop> {
        let kind = match self.request().deployment_controller.get()? {
            Some(controller) => controller.kind.get()?.map(String::as_str),
            None => None,
        };
        Ok(match kind {
            Some("ECS") => Some(Controller::Ecs),
            Some("CODE_DEPLOY") => Some(Controller::CodeDeploy),
            Some("EXTERNAL") => Some(Controller::External),
            Some(name) => return Err(unresolved("deployment controller", name)),
            None => self.is_whole().then_some(Controller::Ecs),
        })
    }

    /// Its deployment configuration, if it has one.
    ///
    /// # Errors
    /// A gap for a placeholder.
    pub fn deployment(&self) -> Result<Option<&'t Deployment>, Stop> {
        self.request().deployment.get()
    }

    /// How ECS deploys it; none if the live service decides that and was not read.
    ///
    /// # Errors
    /// A gap for a placeholder or an unknown strategy.
    pub fn strategy(&self) -> Result<Option<Strategy>, Stop> {
        let name = match self.deployment()? {
            Some(deployment) => deployment.strategy.get()?.map(String::as_str),
            None => None,
        };
        Ok(match name {
            Some("ROLLING") => Some(Strategy::Rolling),
            Some("BLUE_GREEN") => Some(Strategy::BlueGreen),
            Some("LINEAR") => Some(Strategy::Linear),
            Some("CANARY") => Some(Strategy::Canary),
            Some(name) => return Err(unresolved("deployment strategy", name)),
            None => self.is_whole().then_some(Strategy::Rolling),
        })
    }

    /// Whether one task runs on each container instance; none if the live service decides that and was not
    /// read.
    ///
    /// # Errors
    /// A gap for a placeholder or an unknown strategy.
    pub fn is_daemon(&self) -> Result<Option<bool>, Stop> {
        Ok(match self.request().scheduling_strategy.get()?.map(String::as_str) {
            Some("DAEMON") => Some(true),
            Some("REPLICA") => Some(false),
            Some(name) => return Err(unresolved("scheduling strategy", name)),
            None => self.is_whole().then_some(false),
        })
    }
}

fn unresolved(what: &str, name: &str) -> Stop {
    Gap::Unresolved { why: format!("{name} is not a known {what}") }.into()
}

impl Subject for ServiceUse<'_> {
    const KIND: &'static str = "service";

    fn place(&self) -> &Place {
        &self.place
    }

    fn resource(&self) -> Option<String> {
        super::subject::text(&self.request().service_name)
    }
}

impl<'t> Written<'t> for ServiceUse<'t> {
    fn all(task: &'t Task) -> Subjects<Self> {
        Ok(vec![Ok(task.service()?)])
    }
}

impl Subject for LoadBalancerUse<'_> {
    const KIND: &'static str = "load balancer";

    fn place(&self) -> &Place {
        &self.balancer.place
    }

    fn resource(&self) -> Option<String> {
        let balancer = self.balancer;
        [&balancer.target_group_arn, &balancer.load_balancer_name]
            .into_iter()
            .find_map(super::subject::text)
    }
}

impl<'t> Written<'t> for LoadBalancerUse<'t> {
    fn all(task: &'t Task) -> Subjects<Self> {
        let service = task.service()?;
        let field = &task.context.request.load_balancers;
        match field.items() {
            Err(stop) => Ok(vec![Err(Unplanned::at(field, stop))]),
            Ok([]) => Err(Skip::not_applicable(match service.is_whole() || !field.is_missing() {
                true => "the service has no load balancer",
                false => "the update does not change the load balancers of the service",
            })),
            Ok(balancers) => {
                let with = |balancer| Ok(LoadBalancerUse { service: service.clone(), balancer });
                Ok(balancers.iter().map(with).collect::<Vec<Planned<_>>>())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::includes;

    #[test]
    fn a_range_includes_its_ends() {
        for (range, port, expected) in [
            ("8000-8010", 8000, true),
            ("8000-8010", 8010, true),
            ("8000-8010", 7999, false),
            ("8000-8010", 8011, false),
            ("8000", 8000, false),
        ] {
            assert_eq!(includes(range, port), expected, "{range} {port}");
        }
    }
}
