//! The input of `CreateService`.

use super::Kind::{List, Object, OneOf, Text, Truth, Whole};
use super::request::{
    CAPACITY_PROVIDER_STRATEGY_ITEM, NETWORK_CONFIGURATION, PLACEMENT_CONSTRAINT,
    PLACEMENT_STRATEGY, TAG,
};
use super::service::{
    DEPLOYMENT_CONFIGURATION, DEPLOYMENT_CONTROLLER, GATEWAY_CONNECTOR, LOAD_BALANCER,
    MONITORING_CONFIGURATION, SERVICE_CONNECT_CONFIGURATION, SERVICE_REGISTRY,
    SERVICE_VOLUME_CONFIGURATION, VPC_LATTICE,
};
use super::{Shape, object, optional, required};

/// A create-service input.
pub static CREATE_SERVICE: Shape = object(&[
    optional("cluster", Text),
    required("serviceName", Text),
    optional("taskDefinition", Text),
    optional("availabilityZoneRebalancing", OneOf(&["ENABLED", "DISABLED"])),
    optional("loadBalancers", List(&Object(&LOAD_BALANCER))),
    optional("serviceRegistries", List(&Object(&SERVICE_REGISTRY))),
    optional("desiredCount", Whole),
    optional("clientToken", Text),
    optional("launchType", OneOf(&["EC2", "FARGATE", "EXTERNAL", "MANAGED_INSTANCES"])),
    optional("capacityProviderStrategy", List(&Object(&CAPACITY_PROVIDER_STRATEGY_ITEM))),
    optional("platformVersion", Text),
    optional("role", Text),
    optional("deploymentConfiguration", Object(&DEPLOYMENT_CONFIGURATION)),
    optional("placementConstraints", List(&Object(&PLACEMENT_CONSTRAINT))),
    optional("placementStrategy", List(&Object(&PLACEMENT_STRATEGY))),
    optional("networkConfiguration", Object(&NETWORK_CONFIGURATION)),
    optional("healthCheckGracePeriodSeconds", Whole),
    optional("schedulingStrategy", OneOf(&["REPLICA", "DAEMON"])),
    optional("deploymentController", Object(&DEPLOYMENT_CONTROLLER)),
    optional("tags", List(&Object(&TAG))),
    optional("enableECSManagedTags", Truth),
    optional("propagateTags", OneOf(&["TASK_DEFINITION", "SERVICE", "NONE"])),
    optional("enableExecuteCommand", Truth),
    optional("serviceConnectConfiguration", Object(&SERVICE_CONNECT_CONFIGURATION)),
    optional("volumeConfigurations", List(&Object(&SERVICE_VOLUME_CONFIGURATION))),
    optional("vpcLatticeConfigurations", List(&Object(&VPC_LATTICE))),
    optional("gatewayConnectors", List(&Object(&GATEWAY_CONNECTOR))),
    optional("monitoring", Object(&MONITORING_CONFIGURATION)),
]);
