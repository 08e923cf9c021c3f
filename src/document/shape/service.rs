//! What create-service and update-service share.

use super::Kind::{
    Anything, Decimal, Filled, From, List, NonEmpty, Object, OneOf, Text, Truth, Whole,
};
use super::container::LOG_CONFIGURATION;
use super::request::TAG_SPECIFICATION;
use super::{Shape, object, one_of, optional, required};

pub(super) static LOAD_BALANCER: Shape = object(&[
    optional("targetGroupArn", Text),
    optional("loadBalancerName", Text),
    optional("containerName", Text),
    optional("containerPort", Whole),
    optional("advancedConfiguration", Object(&ADVANCED_CONFIGURATION)),
]);

static ADVANCED_CONFIGURATION: Shape = object(&[
    optional("alternateTargetGroupArn", Text),
    optional("productionListenerRule", Text),
    optional("testListenerRule", Text),
    optional("roleArn", Text),
]);

pub(super) static SERVICE_REGISTRY: Shape = object(&[
    optional("registryArn", Text),
    optional("port", Whole),
    optional("containerName", Text),
    optional("containerPort", Whole),
]);

pub(super) static DEPLOYMENT_CONFIGURATION: Shape = object(&[
    optional("deploymentCircuitBreaker", Object(&DEPLOYMENT_CIRCUIT_BREAKER)),
    optional("maximumPercent", Whole),
    optional("minimumHealthyPercent", Whole),
    optional("alarms", Object(&DEPLOYMENT_ALARMS)),
    optional("strategy", OneOf(&["ROLLING", "BLUE_GREEN", "LINEAR", "CANARY"])),
    optional("bakeTimeInMinutes", Whole),
    optional("lifecycleHooks", List(&Object(&DEPLOYMENT_LIFECYCLE_HOOK))),
    optional("linearConfiguration", Object(&LINEAR_CONFIGURATION)),
    optional("canaryConfiguration", Object(&CANARY_CONFIGURATION)),
    optional("earlySuccessCriteria", Object(&DEPLOYMENT_EARLY_SUCCESS_CRITERIA)),
]);

static DEPLOYMENT_CIRCUIT_BREAKER: Shape = object(&[
    required("enable", Truth),
    required("rollback", Truth),
    optional("resetOnHealthyTask", Truth),
    optional("thresholdConfiguration", Object(&THRESHOLD_CONFIGURATION)),
]);

static THRESHOLD_CONFIGURATION: Shape = object(&[
    required("type", OneOf(&["COUNT", "BOUNDED_PERCENT", "UNBOUNDED_PERCENT"])),
    required("value", Whole),
]);

static DEPLOYMENT_ALARMS: Shape = object(&[
    required("alarmNames", List(&Text)),
    required("rollback", Truth),
    required("enable", Truth),
]);

static DEPLOYMENT_LIFECYCLE_HOOK: Shape = object(&[
    optional("targetType", OneOf(&["AWS_LAMBDA", "PAUSE"])),
    optional("hookTargetArn", Text),
    optional("roleArn", Text),
    optional(
        "lifecycleStages",
        List(&OneOf(&[
            "RECONCILE_SERVICE",
            "PRE_SCALE_UP",
            "POST_SCALE_UP",
            "TEST_TRAFFIC_SHIFT",
            "POST_TEST_TRAFFIC_SHIFT",
            "PRE_PRODUCTION_TRAFFIC_SHIFT",
            "PRODUCTION_TRAFFIC_SHIFT",
            "POST_PRODUCTION_TRAFFIC_SHIFT",
        ])),
    ),
    optional("hookDetails", Anything),
    optional("timeoutConfiguration", Object(&DEPLOYMENT_LIFECYCLE_HOOK_TIMEOUT_CONFIGURATION)),
]);

static DEPLOYMENT_LIFECYCLE_HOOK_TIMEOUT_CONFIGURATION: Shape = object(&[
    optional("timeoutInMinutes", From(1)),
    optional("action", OneOf(&["ROLLBACK", "CONTINUE"])),
]);

static LINEAR_CONFIGURATION: Shape =
    object(&[optional("stepPercent", Decimal), optional("stepBakeTimeInMinutes", Whole)]);

static CANARY_CONFIGURATION: Shape =
    object(&[optional("canaryPercent", Decimal), optional("canaryBakeTimeInMinutes", Whole)]);

static DEPLOYMENT_EARLY_SUCCESS_CRITERIA: Shape = object(&[
    required("enable", Truth),
    optional("healthyPercent", From(0)),
    optional("sourceServiceRevisionCleanup", OneOf(&["BLOCKING", "DEFERRED"])),
]);

pub(super) static DEPLOYMENT_CONTROLLER: Shape =
    object(&[required("type", OneOf(&["ECS", "CODE_DEPLOY", "EXTERNAL"]))]);

pub(super) static SERVICE_CONNECT_CONFIGURATION: Shape = object(&[
    required("enabled", Truth),
    optional("namespace", Text),
    optional("services", List(&Object(&SERVICE_CONNECT_SERVICE))),
    optional("logConfiguration", Object(&LOG_CONFIGURATION)),
    optional("accessLogConfiguration", Object(&SERVICE_CONNECT_ACCESS_LOG_CONFIGURATION)),
    optional("containerConfigurations", List(&Object(&SERVICE_CONNECT_CONTAINER_CONFIGURATION))),
]);

static SERVICE_CONNECT_SERVICE: Shape = object(&[
    required("portName", Text),
    optional("discoveryName", Text),
    optional("clientAliases", List(&Object(&SERVICE_CONNECT_CLIENT_ALIAS))),
    optional("ingressPortOverride", From(0)),
    optional("timeout", Object(&TIMEOUT_CONFIGURATION)),
    optional("tls", Object(&SERVICE_CONNECT_TLS_CONFIGURATION)),
]);

static SERVICE_CONNECT_CLIENT_ALIAS: Shape = object(&[
    required("port", From(0)),
    optional("dnsName", Text),
    optional("testTrafficRules", Object(&SERVICE_CONNECT_TEST_TRAFFIC_RULES)),
]);

static SERVICE_CONNECT_TEST_TRAFFIC_RULES: Shape =
    object(&[required("header", Object(&SERVICE_CONNECT_TEST_TRAFFIC_HEADER_RULES))]);

static SERVICE_CONNECT_TEST_TRAFFIC_HEADER_RULES: Shape = object(&[
    required("name", Text),
    optional("value", Object(&SERVICE_CONNECT_TEST_TRAFFIC_HEADER_MATCH_RULES)),
]);

static SERVICE_CONNECT_TEST_TRAFFIC_HEADER_MATCH_RULES: Shape = object(&[required("exact", Text)]);

static TIMEOUT_CONFIGURATION: Shape = object(&[
    optional("idleTimeoutSeconds", From(0)),
    optional("perRequestTimeoutSeconds", From(0)),
]);

static SERVICE_CONNECT_TLS_CONFIGURATION: Shape = object(&[
    required("issuerCertificateAuthority", Object(&SERVICE_CONNECT_TLS_CERTIFICATE_AUTHORITY)),
    optional("kmsKey", Text),
    optional("roleArn", Text),
]);

static SERVICE_CONNECT_TLS_CERTIFICATE_AUTHORITY: Shape =
    object(&[optional("awsPcaAuthorityArn", Text)]);

static SERVICE_CONNECT_ACCESS_LOG_CONFIGURATION: Shape = object(&[
    required("format", OneOf(&["TEXT", "JSON"])),
    optional("includeQueryParameters", OneOf(&["DISABLED", "ENABLED"])),
]);

static SERVICE_CONNECT_CONTAINER_CONFIGURATION: Shape =
    one_of(&[optional("logLevel", OneOf(&["debug", "info"]))]);

pub(super) static SERVICE_VOLUME_CONFIGURATION: Shape = object(&[
    required("name", Text),
    optional("managedEBSVolume", Object(&SERVICE_MANAGED_EBS_VOLUME_CONFIGURATION)),
]);

static SERVICE_MANAGED_EBS_VOLUME_CONFIGURATION: Shape = object(&[
    optional("encrypted", Truth),
    optional("kmsKeyId", Text),
    optional("volumeType", Text),
    optional("sizeInGiB", Whole),
    optional("snapshotId", Text),
    optional("volumeInitializationRate", Whole),
    optional("iops", Whole),
    optional("throughput", Whole),
    optional("tagSpecifications", List(&Object(&TAG_SPECIFICATION))),
    required("roleArn", Text),
    optional("filesystemType", OneOf(&["ext3", "ext4", "xfs", "ntfs"])),
]);

pub(super) static VPC_LATTICE: Shape = object(&[
    required("roleArn", Text),
    required("targetGroupArn", Text),
    required("portName", Text),
    optional("advancedConfiguration", Object(&VPC_LATTICE_ADVANCED_CONFIGURATION)),
]);

static VPC_LATTICE_ADVANCED_CONFIGURATION: Shape = object(&[
    optional("alternateTargetGroupArn", Text),
    optional("productionListenerRule", Text),
    optional("testListenerRule", Text),
]);

pub(super) static GATEWAY_CONNECTOR: Shape = object(&[
    required("portName", Text),
    optional("healthCheck", Object(&GATEWAY_CONNECTOR_HEALTH_CHECK)),
    optional("filters", Object(&GATEWAY_CONNECTOR_FILTERS)),
    optional("deregistrationDelay", Object(&GATEWAY_CONNECTOR_DEREGISTRATION_DELAY)),
]);

static GATEWAY_CONNECTOR_HEALTH_CHECK: Shape = object(&[
    optional("healthCheckProtocol", OneOf(&["HTTP", "HTTPS"])),
    optional("healthCheckPort", Whole),
    optional("healthCheckPath", Text),
    optional("healthCheckTimeoutSeconds", Whole),
    optional("healthCheckIntervalSeconds", Whole),
    optional("healthyThresholdCount", Whole),
    optional("unhealthyThresholdCount", Whole),
    optional("matcher", Object(&GATEWAY_CONNECTOR_HEALTH_CHECK_MATCHER)),
]);

static GATEWAY_CONNECTOR_HEALTH_CHECK_MATCHER: Shape =
    object(&[optional("httpCode", Text), optional("grpcCode", Text)]);

static GATEWAY_CONNECTOR_FILTERS: Shape =
    object(&[optional("accessTypes", List(&OneOf(&["PUBLIC", "PRIVATE"])))]);

static GATEWAY_CONNECTOR_DEREGISTRATION_DELAY: Shape =
    object(&[optional("timeoutSeconds", From(0))]);

pub(super) static MONITORING_CONFIGURATION: Shape =
    object(&[optional("metricConfigurations", List(&Object(&METRIC_CONFIGURATION)))]);

static METRIC_CONFIGURATION: Shape =
    object(&[required("metricNames", NonEmpty(&Filled)), required("resolutionSeconds", From(20))]);
