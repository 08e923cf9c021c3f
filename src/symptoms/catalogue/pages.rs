//! The pages of the Amazon ECS Developer Guide that list what ECS says, as of 2026-11.

macro_rules! guide {
    ($page:literal) => {
        concat!("https://docs.aws.amazon.com/AmazonECS/latest/developerguide/", $page, ".html")
    };
}

pub(super) const PULL: &str = guide!("task_cannot_pull_image");
pub(super) const INITIALIZATION: &str = guide!("resource-initialization-error");
pub(super) const FAILED_TO_START: &str = guide!("failed-to-start-error");
pub(super) const NOT_FOUND: &str = guide!("resource-not-found-error");
pub(super) const STOPPED: &str = guide!("stopped-task-error-codes");
pub(super) const OUT_OF_MEMORY: &str = guide!("out-of-memory");
pub(super) const START: &str = guide!("cannot-start-container");
pub(super) const INSPECT: &str = guide!("cannot-inspect-container");
pub(super) const STOP: &str = guide!("cannot-stop-container");
pub(super) const RUNTIME: &str = guide!("container-runtime-error");
pub(super) const RUNTIME_TIMEOUT: &str = guide!("container-runtime-timeout-error");
pub(super) const INTERNAL: &str = guide!("internal-error");
pub(super) const SPOT: &str = guide!("spot-interruption-errors");
pub(super) const CREATE_VOLUME: &str = guide!("cannot-create-volume");
pub(super) const FAILURES: &str = guide!("api_failures_messages");
pub(super) const EBS: &str = guide!("troubleshoot-ebs-volumes-scenarios");
pub(super) const EVENTS: &str = guide!("service-event-messages-list");
pub(super) const UNHEALTHY: &str = guide!("service-unhealthy-event-messages");
pub(super) const BALANCERS: &str = guide!("troubleshoot-service-load-balancers");
pub(super) const CONNECTIVITY: &str = guide!("verify-connectivity");
pub(super) const EXEC: &str = guide!("ecs-exec-troubleshooting");
pub(super) const CIRCUIT_BREAKER: &str = guide!("deployment-circuit-breaker");
pub(super) const PROTECTION: &str = guide!("task-scale-in-protection");
pub(super) const EFS: &str = guide!("efs-best-practices");
pub(super) const EXECUTION_ROLE: &str = guide!("task_execution_IAM_role");
pub(super) const DEFINITION: &str = guide!("task_definition_parameters");
pub(super) const SIZE: &str = guide!("task-cpu-memory-error");
pub(super) const SERVICE: &str = guide!("service_definition_parameters");
