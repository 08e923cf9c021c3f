//! The roles of a task.

use super::subject::text;
use super::{Planned, Subject, Subjects, Task, Written, given, items};
use crate::document::{ContextKind, Field, Place};
use crate::knowledge::{Purpose, Stop};
use crate::names::RoleRef;

/// What ECS needs a role for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Duty {
    /// To pull images, fetch secrets and write logs for the task.
    Execution,
    /// The role of the containers.
    Task,
    /// To manage volumes, load balancers and certificates in the account.
    Infrastructure,
    /// To register a service's tasks with its load balancer, where no service-linked role does.
    Service,
}

/// Why a check of the execution role is skipped without one.
pub const NO_ROLE: &str = "no execution role is set; see definition-execution-role";

/// One role that ECS is to assume.
#[derive(Clone, Copy)]
pub struct RoleUse<'t> {
    /// The task.
    pub task: &'t Task,
    /// The role as written.
    pub role: &'t Field<String>,
    /// What it is for.
    pub duty: Duty,
    /// Whether run-task overrides it, so that it is registered, but not assumed.
    pub replaced: bool,
}

impl Task {
    /// The execution role: that of the run-task input, otherwise that of the definition.
    ///
    /// # Errors
    /// A gap for a placeholder; an absence for a text that names no role.
    pub fn execution_role(&self) -> Result<Option<RoleRef>, Stop> {
        role(self.execution_role_arn())
    }

    /// Where the execution role is written.
    pub fn execution_role_arn(&self) -> &Field<String> {
        let overridden = &self.context.overrides.execution_role_arn;
        match overridden.is_missing() {
            true => &self.definition.execution_role_arn,
            false => overridden,
        }
    }

    /// The role of the containers: that of the run-task input, otherwise that of the definition.
    ///
    /// # Errors
    /// A gap for a placeholder; an absence for a text that names no role.
    pub fn task_role(&self) -> Result<Option<RoleRef>, Stop> {
        let overridden = &self.context.overrides.task_role_arn;
        match overridden.is_missing() {
            true => role(&self.definition.task_role_arn),
            false => role(overridden),
        }
    }

    /// Each role that the documents name: of the definition, of run-task's overrides, and those for the
    /// infrastructure of a service or task.
    pub fn roles(&self) -> Vec<Planned<RoleUse<'_>>> {
        let (definition, overrides) = (&self.definition, &self.context.overrides);
        let mut found = Vec::new();
        let mut add = |role, duty, replaced| self.add_role(role, duty, replaced, &mut found);
        let (execution, task) = (&overrides.execution_role_arn, &overrides.task_role_arn);
        add(&definition.execution_role_arn, Duty::Execution, !execution.is_missing());
        add(&definition.task_role_arn, Duty::Task, !task.is_missing());
        add(execution, Duty::Execution, false);
        add(task, Duty::Task, false);
        add(&self.context.infrastructure_role, Duty::Infrastructure, false);
        self.infrastructure_roles(&mut found);
        if self.names_service_role() {
            self.add_role(&self.context.request.role, Duty::Service, false, &mut found);
        }
        found
    }

    /// The role for the load balancer, if one is set instead of the service-linked role. A live service
    /// returns the service-linked role there.
    fn names_service_role(&self) -> bool {
        let role = self.context.request.role.get().ok().flatten();
        self.context.kind != ContextKind::LiveService
            && role.is_none_or(|role| !role.contains("aws-service-role/"))
    }

    fn add_role<'t>(
        &'t self,
        role: &'t Field<String>,
        duty: Duty,
        replaced: bool,
        found: &mut Vec<Planned<RoleUse<'t>>>,
    ) {
        if !role.is_missing() {
            found.push(Ok(RoleUse { task: self, role, duty, replaced }));
        }
    }

    /// Volumes, blue/green deployments, VPC Lattice and TLS of Service Connect have a role each
    /// (<https://docs.aws.amazon.com/AmazonECS/latest/developerguide/infrastructure_IAM_role.html>).
    fn infrastructure_roles<'t>(&'t self, found: &mut Vec<Planned<RoleUse<'t>>>) {
        let request = &self.context.request;
        let mut roles = Vec::new();
        for volume in items(&request.volume_configurations, found) {
            roles.extend(given(&volume.managed_ebs, found).map(|it| &it.role_arn));
        }
        for balancer in items(&request.load_balancers, found) {
            roles.extend(given(&balancer.advanced, found).map(|it| &it.role_arn));
        }
        roles.extend(items(&request.vpc_lattice, found).iter().map(|it| &it.role_arn));
        if let Some(connect) = given(&request.service_connect, found) {
            for service in items(&connect.services, found) {
                roles.extend(given(&service.tls, found).map(|it| &it.role_arn));
            }
        }
        for role in roles {
            self.add_role(role, Duty::Infrastructure, false, found);
        }
    }
}

/// The role that a field names.
pub(super) fn role(field: &Field<String>) -> Result<Option<RoleRef>, Stop> {
    let Some(text) = field.get()?.filter(|text| !text.is_empty()) else { return Ok(None) };
    let role = text.parse::<RoleRef>();
    role.map(Some).map_err(|flaw| Stop::written(field.place().subject(), flaw.to_string()))
}

impl RoleUse<'_> {
    /// The role, parsed.
    ///
    /// # Errors
    /// A gap for a placeholder; an absence for a text that names no role.
    pub fn reference(&self) -> Result<RoleRef, Stop> {
        let text = self.role.get()?.map_or("", String::as_str);
        text.parse::<RoleRef>()
            .map_err(|flaw| Stop::written(self.role.place().subject(), flaw.to_string()))
    }

    /// What it is needed for.
    pub fn purpose(&self) -> Purpose {
        match self.duty {
            Duty::Execution | Duty::Task => Purpose::Task,
            Duty::Infrastructure => Purpose::Infrastructure,
            Duty::Service => Purpose::LoadBalancing,
        }
    }

    /// The service that assumes it, by its name in trust policies and `iam:PassedToService`,
    /// in every partition
    /// (<https://docs.aws.amazon.com/AmazonECS/latest/developerguide/security-ecs-iam-role-overview.html>).
    pub fn service(&self) -> &'static str {
        match self.duty {
            Duty::Execution | Duty::Task => "ecs-tasks.amazonaws.com",
            Duty::Infrastructure | Duty::Service => "ecs.amazonaws.com",
        }
    }
}

impl Subject for RoleUse<'_> {
    const KIND: &'static str = "role";

    fn place(&self) -> &Place {
        self.role.place()
    }

    fn resource(&self) -> Option<String> {
        text(self.role)
    }
}

impl<'t> Written<'t> for RoleUse<'t> {
    fn all(task: &'t Task) -> Subjects<Self> {
        Ok(task.roles())
    }
}
