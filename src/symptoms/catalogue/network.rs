//! Texts of services that a task cannot reach, and of its network interface.

use super::pages::{CONNECTIVITY, FAILED_TO_START, INTERNAL, PULL};
use crate::symptoms::symptom::{Kind, Symptom};

/// What is between a task and a service.
const UNREACHABLE: &[&str] = &[
    "network-route",
    "network-security-group",
    "network-endpoints",
    "network-nacl",
    "network-endpoint-security-group",
    "network-dns",
];

/// A private address is an endpoint of the VPC, or another host behind the same network.
const PRIVATE: &[&str] = &[
    "network-endpoint-security-group",
    "network-security-group",
    "network-nacl",
    "network-endpoints",
];

/// Endings of a request that got no answer.
macro_rules! unanswered {
    ($($step:literal),* $(,)?) => {
        &[$(
            concat!($step, " ... i/o timeout"),
            concat!($step, " ... RequestError: send request failed"),
            concat!($step, " ... request send failed"),
            concat!($step, " ... context deadline exceeded"),
            concat!($step, " ... RequestCanceled"),
            concat!($step, " ... request canceled"),
            concat!($step, " ... context canceled"),
            concat!($step, " ... TLS handshake timeout"),
            concat!($step, " ... connection refused"),
            concat!($step, " ... no route to host"),
            concat!($step, " ... network is unreachable"),
            concat!($step, " ... connection timed out"),
            concat!($step, " ... connection reset by peer"),
            concat!($step, " ... Client.Timeout exceeded"),
        )*]
    };
}

pub(super) const ROWS: &[Symptom] = &[
    Symptom::cause(
        "service-unreachable",
        unanswered![
            "unable to pull secrets or registry auth",
            "unable to retrieve ecr registry auth",
            "unable to retrieve secret",
            "unable to get registry auth from asm",
            "Fetching secret data from",
            "failed to validate logger args",
            "failed to create Cloudwatch log",
            "failed to initialize logging driver",
            "CannotPull...",
            "failed to download env files",
            "unable to download env file",
        ],
        "A request from the task got no answer: a route, a security group, a network ACL or an endpoint is missing on the way.",
        UNREACHABLE,
        CONNECTIVITY,
    ),
    Symptom::cause(
        "connection-issue",
        &[
            "There is a connection issue between the task and",
            "Check your task network configuration",
            "Check your host network configuration",
            "The task can't pull the image. Check your network configuration",
            "Check your network configuration. RequestError",
            "Check your network connection between the task and",
            "Please check your task network configuration",
            "pull command failed: : signal: killed",
            "pull command failed: signal: killed",
            "pull command failed: unable to pull secrets or registry auth",
            "Could not reach any registry endpoint",
            "The task cannot find the Amazon CloudWatch log group defined in the task definition",
            "CannotPull... context canceled",
        ],
        "The task did not reach the service: a route, a security group, a network ACL or an endpoint is missing on the way.",
        UNREACHABLE,
        CONNECTIVITY,
    ),
    Symptom::cause(
        "endpoint-unreachable",
        &["dial tcp <address>:443: i/o timeout", "dial tcp <address>:443: connect"],
        "The name resolved to a private address, so an endpoint of the VPC should have answered: its security group, or the task's, or a network ACL drops the request.",
        PRIVATE,
        CONNECTIVITY,
    )
    .shared()
    .deciding()
    .when(to_private_address),
    Symptom::cause(
        "layers-unreachable",
        &[
            "error pulling image configuration: Get",
            "failed to copy: httpReadSeeker: failed open: failed to do request",
            "failed to copy: httpReaderSeeker: failed open: failed to do request",
            "CannotPull... starport-layer-bucket ... timeout",
            "pull command failed: panic: runtime error: invalid memory address or nil pointer dereference",
            "error pulling image configuration: download failed",
            "error pulling image conf",
        ],
        "The manifest was read, but the layers could not be: they come from Amazon S3, which the task does not reach.",
        &[
            "network-security-group",
            "network-endpoints",
            "network-route",
            "network-nacl",
            "network-endpoint-security-group",
        ],
        PULL,
    )
    .deciding(),
    Symptom::cause(
        "layers-denied",
        &[
            "failed to copy: httpReadSeeker: failed open: unexpected status code ... 403 Forbidden",
            "failed to copy: httpReaderSeeker: failed open: unexpected status code ... 403 Forbidden",
            "error pulling image configuration: ... HTTP 403",
            "error parsing HTTP 403 response body",
            "failed to copy: httpReaderSeeker: failed open: unexpected status code",
            "CannotPull... unexpected status from GET request to ... 403 Forbidden",
        ],
        "Amazon S3 refused the layers: most often the policy of the S3 endpoint does not allow the bucket of Amazon ECR.",
        &["network-endpoint-policy", "image-pull-permission"],
        PULL,
    )
    .shared()
    .deciding(),
    Symptom::cause(
        "endpoint-policy-denied",
        &[
            "because no VPC endpoint policy allows",
            "with an explicit deny in a VPC endpoint policy",
        ],
        "The request went through an endpoint of the VPC whose policy does not allow it.",
        &["network-endpoint-policy"],
        CONNECTIVITY,
    )
    .deciding(),
    Symptom::cause(
        "name-not-resolved",
        &[
            "unable to pull secrets or registry auth ... no such host",
            "unable to retrieve ... no such host",
            "CannotPull... dial tcp: lookup <host> on <resolver>: read udp",
            "CannotPull... server misbehaving",
            "CannotPull... lookup <host> on <resolver> ... i/o timeout",
            "dial tcp: lookup <host> on <resolver>: read udp <address> i/o timeout",
            "unable to retrieve ... server misbehaving",
            "ResourceInitializationError ... Temporary failure in name resolution",
        ],
        "A name does not resolve in the VPC: DNS support is off, or a custom DNS server does not answer.",
        &["network-dns", "network-security-group", "network-nacl"],
        CONNECTIVITY,
    )
    .shared()
    .deciding(),
    Symptom::cause(
        "registry-name-unknown",
        &["CannotPull... no such host", "failed to resolve ref ... no such host"],
        "The host of the image has no address: it is mistyped, or DNS does not work in the VPC.",
        &["image-reference", "network-dns"],
        PULL,
    )
    .deciding(),
    Symptom::step(
        "retried-often",
        &[
            "unable to retrieve ecr registry auth: service call has been retried <n> time(s)",
            "unable to retrieve secret from asm: service call has been retried <n> time(s)",
            "unable to retrieve secrets from ssm: service call has been retried <n> time(s)",
            "unable to get registry auth from asm: service call has been retried <n> time(s)",
        ],
        "ECS tried the call several times, as it does without an answer; the text ends before the reason.",
        UNREACHABLE,
        CONNECTIVITY,
    )
    .deciding()
    .when(is_tried_again),
    Symptom::step(
        "registry-not-reached",
        &["CannotPull... failed to do request", "CannotPull... API error (500): Get"],
        "The request to the registry failed before the registry answered; the text ends before the reason.",
        UNREACHABLE,
        PULL,
    )
    .deciding(),
    Symptom::cause(
        "subnet-full",
        &[
            "InsufficientFreeAddressesInSubnet",
            "Unexpected EC2 error while attempting to Create Network Interface with public IP assignment enabled in subnet",
            "Unexpected EC2 error while attempting to Create Network Interface with public IP assignment disabled in subnet",
            "the subnet has no free IP addresses",
            "The specified subnet does not have enough free addresses",
            "insufficient free addresses in subnet",
        ],
        "The subnet has no free address for the network interface of the task.",
        &["network-addresses"],
        FAILED_TO_START,
    ),
    Symptom::cause(
        "interface-quota",
        &[
            "NetworkInterfaceLimitExceeded",
            "You have reached the limit on network interfaces",
            "maximum number of network interfaces",
        ],
        "The account has as many network interfaces as its quota allows.",
        &["network-addresses", "capacity-quota"],
        FAILED_TO_START,
    ),
    Symptom::cause(
        "interface-slots",
        &[
            "Unable to attach network interface to unused device index",
            "AttachmentLimitExceeded: Interface count",
        ],
        "The instance has no slot for another network interface.",
        &["capacity-resources"],
        FAILED_TO_START,
    ),
    Symptom::cause(
        "network-configuration-refused",
        &[
            "Network Configuration must be provided when networkMode 'awsvpc' is specified",
            "Network Configuration is not valid for the given networkMode of this task definition",
            "Assign public IP is not supported for this launch type",
        ],
        "The request's network configuration does not fit the network mode or the launch type.",
        &["network-configuration", "definition-network-mode"],
        CONNECTIVITY,
    ),
    Symptom::cause(
        "subnets-refused",
        &[
            "does not appear to belong to the same VPC as the input subnets",
            "Error retrieving subnet information for",
            "Error retrieving security group information for",
            "The subnet ID <subnet> does not exist",
            "The security group <group> does not exist",
            "InvalidSubnetID.NotFound",
            "InvalidGroup.NotFound",
            "subnets must be in the same VPC",
            "The specified subnets are not in the same VPC",
            "subnets can have at most",
            "securityGroups can have at most",
            "subnets can not be empty",
        ],
        "The subnets or security groups of the request do not exist, or do not belong to one VPC.",
        &["network-configuration"],
        CONNECTIVITY,
    ),
    Symptom::unknowable(
        Kind::Aws,
        "provisioning-timeout",
        &[
            "Timeout waiting for network interface provisioning to complete",
            "Timeout waiting for EphemeralStorage provisioning to complete",
            "failed to configure ENI: failed to setup regular eni",
            "to setup regular eni",
            "netplugin failed with no error message",
            "Unexpected EC2 error while attempting to attach network interface to instance",
            "Unexpected EC2 error while attempting to delete network interface",
            "failed to configure ENI",
        ],
        "AWS did not provide the network interface or the storage of the task in time.",
        "it happens on AWS's side; start the task again",
        INTERNAL,
    )
    .deciding(),
    Symptom::unknowable(
        Kind::Aws,
        "interface-refused",
        &[
            "Unexpected EC2 error while attempting to tag the network interface: TagPolicyViolation",
            "TagPolicyViolation",
            "Unexpected EC2 error while attempting to Create Network Interface ... AuthFailure",
            "Unexpected EC2 error while attempting to Create Network Interface ... UnauthorizedOperation",
        ],
        "EC2 refused the network interface of the task, often because of a tag policy or a policy of the organization.",
        "policies of the organization are not readable from a member account; propagate the tags that they require",
        FAILED_TO_START,
    )
    .deciding(),
];

/// Whether a call was tried more than once: what is refused is not.
fn is_tried_again(said: &str) -> bool {
    let count = said.rsplit("retried ").next().and_then(|it| it.split(' ').next());
    count.and_then(|it| it.parse::<u32>().ok()).is_some_and(|it| it > 1)
}

/// Whether a connection was tried to an address of RFC 1918, or of the range for shared addresses.
fn to_private_address(said: &str) -> bool {
    let addresses = said.split("dial tcp ").skip(1);
    addresses.filter_map(|it| it.split(':').next()?.trim().parse::<std::net::Ipv4Addr>().ok()).any(
        |it| {
            let [first, second, ..] = it.octets();
            it.is_private() || first == 100 && (64..128).contains(&second)
        },
    )
}
