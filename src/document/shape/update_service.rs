//! The input of `UpdateService`.

use super::Kind::{List, Object, OneOf, Text, Truth, Whole};
use super::request::{
    CAPACITY_PROVIDER_STRATEGY_ITEM, NETWORK_CONFIGURATION, PLACEMENT_CONSTRAINT,
    PLACEMENT_STRATEGY,
};
use super::service::{
    DEPLOYMENT_CONFIGURATION, DEPLOYMENT_CONTROLLER, GATEWAY_CONNECTOR, LOAD_BALANCER,
    MONITORING_CONFIGURATION, SERVICE_CONNECT_CONFIGURATION, SERVICE_REGISTRY,
    SERVICE_VOLUME_CONFIGURATION, VPC_LATTICE,
};
use super::{Shape, object, optional, required};

/// An update-service input.
pub static UPDATE_SERVICE: Shape = object(&[
    optional("cluster", Text),
    required("service", Text),
    optional("desiredCount", Whole),
    optional("taskDefinition", Text),
    optional("capacityProviderStrategy", List(&Object(&CAPACITY_PROVIDER_STRATEGY_ITEM))),
    optional("deploymentConfiguration", Object(&DEPLOYMENT_CONFIGURATION)),
    optional("availabilityZoneRebalancing", OneOf(&["ENABLED", "DISABLED"])),
    optional("networkConfiguration", Object(&NETWORK_CONFIGURATION)),
    optional("placementConstraints", List(&Object(&PLACEMENT_CONSTRAINT))),
    optional("placementStrategy", List(&Object(&PLACEMENT_STRATEGY))),
    optional("platformVersion", Text),
    optional("forceNewDeployment", Truth),
    optional("healthCheckGracePeriodSeconds", Whole),
    optional("deploymentController", Object(&DEPLOYMENT_CONTROLLER)),
    optional("enableExecuteCommand", Truth),
    optional("enableECSManagedTags", Truth),
    optional("loadBalancers", List(&Object(&LOAD_BALANCER))),
    optional("propagateTags", OneOf(&["TASK_DEFINITION", "SERVICE", "NONE"])),
    optional("serviceRegistries", List(&Object(&SERVICE_REGISTRY))),
    optional("serviceConnectConfiguration", Object(&SERVICE_CONNECT_CONFIGURATION)),
    optional("volumeConfigurations", List(&Object(&SERVICE_VOLUME_CONFIGURATION))),
    optional("vpcLatticeConfigurations", List(&Object(&VPC_LATTICE))),
    optional("gatewayConnectors", List(&Object(&GATEWAY_CONNECTOR))),
    optional("monitoring", Object(&MONITORING_CONFIGURATION)),
]);
