//! What AWS answers, and where its answers can be read.

/// What the API answers, where its exact words are not known.
pub(super) const REFUSED: &str = "InvalidParameterException from CreateService or UpdateService";

/// A public collection of rules that were deployed, with AWS's answers.
pub(super) const DEPLOYED: &str = "https://github.com/badmintoncryer/cdk-preflight";

/// Pages of the API reference.
pub(super) const CREATE_SERVICE: &str =
    "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_CreateService.html";
pub(super) const CONFIGURATION: &str =
    "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeploymentConfiguration.html";

/// The errors of deployments that shift traffic, word for word.
pub(super) const BLUE_GREEN: &str =
    "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/troubleshooting-blue-green.html";

pub(super) const BOTH_100: &str = "InvalidParameterException: Both maximumPercent and minimumHealthyPercent cannot be 100 as this will block deployments.";
pub(super) const STUCK: &str = "service <service> was unable to stop or start tasks during a deployment because of the service deployment configuration. Update the minimumHealthyPercent or maximumPercent value and try again.";
pub(super) const DAEMON_COUNT: &str = "InvalidParameterException: The daemon scheduling strategy does not support a desired count for services. Remove the desired count value and try again";
pub(super) const NO_TARGET_GROUP: &str = "InvalidParameterException: When specifying the CODE_DEPLOY deployment controller type, the service requires an Application Load Balancer or Network Load Balancer.";
pub(super) const DEFINITION_BLANK: &str = "InvalidParameterException: TaskDefinition must be blank";

pub(super) const HEALTH_CHECK: &str = "Task failed ELB health checks in (target-group <arn>)";

pub(super) const REGISTRY_PAIR: &str = "InvalidParameterException: When specifying 'host' or 'bridge' for networkMode, values for 'containerName' and 'containerPort' must be specified from the task definition.";
pub(super) const REGISTRY_PORT: &str = "InvalidParameterException: The values specified for serviceRegistries do not require a value for 'containerPort'. Remove the value and retry.";
pub(super) const PORT_NAME: &str = "InvalidParameterException: portName(<port>) does not refer to any named PortMapping in the container definitions";
pub(super) const NO_NAMESPACE: &str = "InvalidParameterException: Namespace is missing";
