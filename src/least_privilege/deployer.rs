//! The calls of the principal that deploys: to register the definition, and to run it as the context says
//! (<https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonelasticcontainerservice.html>).

use super::{Collector, Condition};
use crate::document::{ContextKind, Field};
use crate::knowledge::Stop;

/// The services that the roles of a task are passed to.
const TASKS: &str = "ecs-tasks.amazonaws.com";
const ECS: &str = "ecs.amazonaws.com";

impl Collector<'_> {
    pub(crate) fn of_deployer(&mut self) {
        let task = self.task;
        let definition = &task.definition;
        self.need(
            "RegisterDefinitions",
            &["ecs:DescribeTaskDefinition", "ecs:RegisterTaskDefinition"],
            "*",
        );
        self.part(definition.tags.place(), |needs| {
            if !definition.tags.items()?.is_empty() {
                let revisions = needs.revisions()?;
                needs.need("TagDefinitions", &["ecs:TagResource"], revisions);
            }
            Ok(())
        });
        let overrides = &task.context.overrides;
        for role in [
            &definition.execution_role_arn,
            &definition.task_role_arn,
            &overrides.execution_role_arn,
            &overrides.task_role_arn,
        ] {
            self.passes(role, "PassTaskRoles", TASKS);
        }
        self.part(&definition.place, |needs| needs.passes_infrastructure_roles());
        self.part(&definition.place, |needs| needs.runs());
    }

    fn passes(&mut self, role: &Field<String>, sid: &'static str, service: &str) {
        self.part(role.place(), |needs| {
            if let Some(role) = role.get()?.filter(|role| !role.is_empty()) {
                let arn = needs.home.role(role);
                let to = Condition::equals("iam:PassedToService", service);
                needs.need_under(sid, &["iam:PassRole"], arn, vec![to]);
            }
            Ok(())
        });
    }

    fn passes_infrastructure_roles(&mut self) -> Result<(), Stop> {
        let request = &self.task.context.request;
        let mut roles = Vec::new();
        for configuration in request.volume_configurations.items()? {
            roles.extend(configuration.managed_ebs.get()?.map(|ebs| &ebs.role_arn));
        }
        for balancer in request.load_balancers.items()? {
            roles.extend(balancer.advanced.get()?.map(|advanced| &advanced.role_arn));
        }
        roles.extend(request.vpc_lattice.items()?.iter().map(|lattice| &lattice.role_arn));
        if let Some(connect) = request.service_connect.get()? {
            for service in connect.services.items()? {
                roles.extend(service.tls.get()?.map(|tls| &tls.role_arn));
            }
        }
        for role in roles {
            self.passes(role, "PassInfrastructureRoles", ECS);
        }
        if self.task.context.kind == ContextKind::CreateService {
            self.passes(&request.role, "PassServiceRole", ECS);
        }
        Ok(())
    }

    fn runs(&mut self) -> Result<(), Stop> {
        let context = &self.task.context;
        let request = &context.request;
        let cluster = match request.cluster.get()? {
            Some(cluster) => cluster.rsplit('/').next().unwrap_or(cluster).to_owned(),
            // That is what ECS takes where none is named.
            None => "default".to_owned(),
        };
        let service = match request.service_name.get()? {
            Some(service) => service.rsplit('/').next().unwrap_or(service),
            None => "*",
        };
        let service = self.home.arn("ecs", &format!("service/{cluster}/{service}"));
        let in_cluster = Condition {
            operator: "ArnEquals",
            key: "ecs:cluster",
            value: self.home.arn("ecs", &format!("cluster/{cluster}")),
        };
        let tagged = !request.tags.items()?.is_empty() || !request.propagate_tags.is_missing();
        match context.kind {
            ContextKind::CreateService => {
                let calls = ["ecs:CreateService", "ecs:DescribeServices"];
                self.need("DeployServices", &calls, &service);
                if tagged {
                    self.need("TagServices", &["ecs:TagResource"], service);
                }
            }
            ContextKind::UpdateService | ContextKind::LiveService => {
                let calls = ["ecs:DescribeServices", "ecs:UpdateService"];
                self.need("DeployServices", &calls, service);
            }
            ContextKind::RunTask => {
                let revisions = self.revisions()?;
                self.need_under("RunTasks", &["ecs:RunTask"], revisions, vec![in_cluster]);
                if tagged {
                    let tasks = self.home.arn("ecs", &format!("task/{cluster}/*"));
                    self.need("TagTasks", &["ecs:TagResource"], tasks);
                }
            }
            ContextKind::StartTask => {
                let revisions = self.revisions()?;
                self.need_under("StartTasks", &["ecs:StartTask"], revisions, vec![in_cluster]);
            }
            // Registering is all that is known to happen.
            ContextKind::Flags => {}
        }
        Ok(())
    }

    /// Every revision of the family: the one that is to be run does not exist yet.
    fn revisions(&self) -> Result<String, Stop> {
        let family = self.task.definition.family.get()?.map_or("*", String::as_str);
        Ok(self.home.arn("ecs", &format!("task-definition/{family}:*")))
    }
}
