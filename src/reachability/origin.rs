//! Where a call leaves from, and the condition keys that it carries as a result.
//!
//! A call through a VPC endpoint carries the endpoint and the VPC, but no public address; a call over the
//! internet carries its public address, but no VPC
//! (<https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-sourcevpce>,
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sts_vpc_condition_keys_federated.html>).
//!
//! The network is read only if a permission depends on one of these keys.

use super::interface::{Vantage, lacks};
use crate::facts::View;
use crate::iam::KeyState;
use crate::knowledge::{Gap, Stop};
use crate::lookup::ec2::endpoint::Endpoints;
use crate::lookup::ec2::instance::DescribeInstance;
use crate::lookup::ec2::network_interface::SourceDestCheck;
use crate::lookup::ec2::prefix_list::{PrefixListEntries, ServicePrefixLists};
use crate::lookup::ec2::route::{InternetGateways, NatGateways, RouteTables};
use crate::lookup::ec2::subnet::DescribeSubnet;
use crate::lookup::ec2::vpc::{DescribeVpc, DhcpResolvers, VpcDns};
use crate::lookup::ecs::instance::ContainerInstances;
use crate::lookup::{Call, CallerIdentity, Lookup};
use crate::names::{Region, words};
use crate::network::{
    Attraction, Destination, Endpoint, EndpointFact, Part, Path, RouteFact, Service, Topology,
    joined,
};
use crate::shell::ShellCommand;
use crate::task::{Attachment, Carrier, SendsFrom, Task};

/// Where a call leaves from.
#[derive(Clone, Copy)]
pub(crate) enum CallOrigin<'t> {
    /// The interface that starts the task: that of the task on Fargate, that of the instance on EC2.
    Agent(&'t Task),
    /// The interface that the containers use.
    Containers(&'t Task),
    /// Not from the task: its network keys are not known.
    Elsewhere,
}

/// The path of a call from one or more interfaces.
#[derive(Clone, Debug)]
pub(crate) struct Way {
    /// The subnets.
    pub from: String,
    /// The deciding network fact, as a sentence without its end.
    pub because: String,
    /// The keys that follow from it.
    pub carries: Vec<(String, KeyState)>,
    /// Whether it is one of several instances, of which the task needs only one.
    pub of_instance: bool,
    /// The command that would send the call to an endpoint.
    pub mends: Option<ShellCommand>,
}

/// The keys that a call carries only through an endpoint.
const BY_ENDPOINT: [&str; 7] = [
    "aws:SourceVpce",
    "aws:SourceVpc",
    "aws:SourceVpcArn",
    "aws:VpcSourceIp",
    "aws:VpceAccount",
    "aws:VpceOrgID",
    "aws:VpceOrgPaths",
];

/// The key that a call carries only without an endpoint.
const ADDRESS: &str = "aws:SourceIp";

/// The condition keys that depend on the network.
pub(crate) const KEYS: [&str; 8] = {
    let [a, b, c, d, e, f, g] = BY_ENDPOINT;
    [a, b, c, d, e, f, g, ADDRESS]
};

/// The parts that determine where a name resolves to.
const EXPECTED: &[Part] = &[Part::Endpoints, Part::RouteTables, Part::DnsSupport, Part::Vpc];

/// The keys of a call through this endpoint. The private address is not known before the task has one.
pub(crate) fn through(endpoint: &Endpoint) -> Vec<(String, KeyState)> {
    let known = |value: &str| KeyState::Known(vec![value.to_owned()]);
    vec![
        ("aws:SourceVpce".to_owned(), known(&endpoint.id)),
        ("aws:SourceVpc".to_owned(), known(&endpoint.vpc)),
        (ADDRESS.to_owned(), KeyState::Absent),
    ]
}

/// Whether a condition key, in any case, depends on the network.
pub(crate) fn is_of_network(key: &str) -> bool {
    KEYS.iter().any(|it| it.eq_ignore_ascii_case(key))
}

impl CallOrigin<'_> {
    /// The API calls that this may need.
    pub(crate) const CALLS: [Call; 14] = [
        Endpoints::CALL,
        DescribeSubnet::CALL,
        RouteTables::CALL,
        InternetGateways::CALL,
        NatGateways::CALL,
        SourceDestCheck::CALL,
        DescribeVpc::CALL,
        VpcDns::CALL,
        DhcpResolvers::CALL,
        ServicePrefixLists::CALL,
        PrefixListEntries::CALL,
        ContainerInstances::CALL,
        DescribeInstance::CALL,
        CallerIdentity::CALL,
    ];

    /// The paths that this call may take to its service in this region; none if the network is not read.
    ///
    /// # Errors
    /// Pending answers, or a missing subnet or cluster; inside, why the path is not known.
    pub(crate) fn ways(
        self,
        action: &str,
        region: &Region,
        facts: &View,
    ) -> Result<Result<Vec<Way>, Gap>, Stop> {
        let (task, carrier) = match self {
            CallOrigin::Agent(task) => (task, Carrier::Agent),
            CallOrigin::Containers(task) => (task, Carrier::Containers),
            CallOrigin::Elsewhere => return Ok(Ok(Vec::new())),
        };
        let Some(name) = service_of(action) else { return Ok(Ok(Vec::new())) };
        facts.tolerate(|| {
            if carrier == Carrier::Agent {
                leaves_by_the_task(task, action)?;
            }
            ways(task, carrier, &Service::new(name, region), facts)
        })
    }
}

/// The service of a call, by its endpoint name
/// (<https://docs.aws.amazon.com/AmazonECS/latest/developerguide/vpc-endpoints.html>). Images are pulled
/// from `ecr.dkr`, and only the token comes from `ecr.api`
/// (<https://docs.aws.amazon.com/AmazonECR/latest/userguide/vpc-endpoints.html>).
fn service_of(action: &str) -> Option<&'static str> {
    Some(match action.split_once(':')? {
        ("secretsmanager", "GetSecretValue") => "secretsmanager",
        ("ssm", "GetParameters") => "ssm",
        ("s3", "GetObject" | "GetBucketLocation") => "s3",
        ("ecr", "GetAuthorizationToken") => "ecr.api",
        ("ecr", "BatchCheckLayerAvailability" | "GetDownloadUrlForLayer" | "BatchGetImage") => {
            "ecr.dkr"
        }
        ("logs", _) => "logs",
        ("ssmmessages", _) => "ssmmessages",
        ("kms", "Decrypt") => "kms",
        ("fsx", "DescribeFileSystems") => "fsx",
        ("firehose", _) => "kinesis-firehose",
        ("kinesis", _) => "kinesis-streams",
        _ => return None,
    })
}

/// Some calls on Fargate leave through an interface that is not the task's.
fn leaves_by_the_task(task: &Task, action: &str) -> Result<(), Stop> {
    let open = |why: &str| Err(Gap::Undecidable { why: why.to_owned() }.into());
    if task.attachment()? != Attachment::Fargate {
        return Ok(());
    }
    let _readable = task.context.request.platform_version.get()?;
    // Which interface fetches the token since 1.4.0: one page says the task's, the other Fargate's
    // (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-task-networking.html,
    // https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_execution_IAM_role.html).
    if action == "ecr:GetAuthorizationToken" {
        return open(
            "AWS's pages disagree on whether Fargate fetches the ECR token through the task's network interface or another one, and advise against such a condition on ecr:GetAuthorizationToken",
        );
    }
    let is_secret = matches!(action, "secretsmanager:GetSecretValue" | "ssm:GetParameters");
    if is_secret && task.has_old_platform() {
        return open(
            "before platform version 1.4.0 this call leaves through a network interface of Fargate, whose condition keys are not known",
        );
    }
    Ok(())
}

fn ways(task: &Task, carrier: Carrier, service: &Service, facts: &View) -> Result<Vec<Way>, Stop> {
    let senders = task.egress_points_of(carrier)?;
    // All are requested before any gap ends the evaluation.
    let vantages: Vec<_> =
        senders.iter().map(|it| (it, Vantage::all(it, EXPECTED, facts))).collect();
    let mut found = Vec::new();
    for (sender, vantages) in vantages {
        let vantages = vantages?;
        if let (true, SendsFrom::Instances(cluster)) = (vantages.is_empty(), sender.from) {
            let why = format!(
                "cluster {} has no active container instance to place the task on",
                cluster.value
            );
            return Err(Gap::Undecidable { why }.into());
        }
        let of_instance = matches!(sender.from, SendsFrom::Instances(_));
        for mut vantage in vantages {
            found.push(way(&mut vantage, service, facts).map(|way| Way { of_instance, ..way }));
        }
    }
    found.into_iter().collect::<Result<_, _>>().map(merged)
}

fn way<'t>(vantage: &mut Vantage<'t>, service: &Service, facts: &View<'t>) -> Result<Way, Stop> {
    let from = vantage.interface.subnet.id.clone();
    let to = Destination::Service(service.clone());
    let region = &service.region;
    let say = |path: &Path, topology: &Topology| {
        let lacks_address = |fact: &RouteFact| matches!(fact, RouteFact::NoPublicAddress(_));
        let way = Way::along(path, topology, &from, region);
        (way, path.route.facts.iter().any(lacks_address))
    };
    let (way, lacks_address) = vantage.path(&to, facts, lacks, say)?;
    if lacks_address {
        vantage.knows_address()?;
    }
    Ok(way)
}

/// Merges equal paths.
fn merged(ways: Vec<Way>) -> Vec<Way> {
    let mut found: Vec<Way> = Vec::new();
    for way in ways {
        let same = |it: &&mut Way| it.because == way.because && it.carries == way.carries;
        match found.iter_mut().find(same) {
            Some(known) if known.from == way.from => {}
            Some(known) => known.from = format!("{} and {}", known.from, way.from),
            None => found.push(way),
        }
    }
    found
}

impl Way {
    fn along(path: &Path, topology: &Topology, from: &str, region: &Region) -> Way {
        let way = |because: String, carries: Vec<(String, KeyState)>| Way {
            from: from.to_owned(),
            because,
            carries,
            of_instance: false,
            mends: None,
        };
        let Some(lead) = &path.lead else { return way("the path is not known".to_owned(), vec![]) };
        let led = lead.answer.because();
        match lead.to {
            _ if !lead.answer.has_passed() => way(led, Vec::new()),
            Attraction::Interface(endpoint) | Attraction::Gateway(endpoint) => {
                way(led, through(endpoint))
            }
            Attraction::Public => match hidden(path, topology, from) {
                Some(why) => way(why, Vec::new()),
                None => Way {
                    mends: lead.answer.facts.iter().find_map(|fact| association(fact, region)),
                    ..way(format!("{led}, and {}", path.route), over_the_internet())
                },
            },
        }
    }

    /// The values of those keys that depend on the network.
    pub(crate) fn told(&self, keys: &[String]) -> String {
        let (mut known, mut unknown) = (Vec::new(), Vec::new());
        for key in keys.iter().filter(|key| is_of_network(key)) {
            let same = |(told, _): &&(String, KeyState)| told.eq_ignore_ascii_case(key);
            match self.carries.iter().find(same).map(|(_, state)| state) {
                Some(KeyState::Known(values)) => known.push(format!("{key} {}", values.join(", "))),
                Some(KeyState::Absent) => known.push(format!("no {key}")),
                _ => unknown.push(key.as_str()),
            }
        }
        let (known, unknown) = (words::and(&known), words::and(&unknown));
        let consequence = match (known.is_empty(), unknown.is_empty()) {
            (_, true) => format!("the call carries {known}"),
            (true, false) => format!("the call carries unknown values of {unknown}"),
            (false, false) => {
                format!("the call carries {known} and unknown values of {unknown}")
            }
        };
        format!("from {}, {}, so {consequence}", self.from, self.because)
    }
}

fn over_the_internet() -> Vec<(String, KeyState)> {
    BY_ENDPOINT.iter().map(|key| ((*key).to_owned(), KeyState::Absent)).collect()
}

/// Why a call may go through an endpoint that is not visible here.
fn hidden(path: &Path, topology: &Topology, subnet: &str) -> Option<String> {
    let facts = path.lead.iter().flat_map(|lead| &lead.answer.facts);
    // A private hosted zone may resolve to an endpoint without private DNS.
    let doubtful = facts.into_iter().find(|fact| {
        matches!(fact, EndpointFact::NoPrivateDns { .. } | EndpointFact::DnsOff { .. })
    });
    if let Some(fact) = doubtful {
        return Some(format!("{fact}, unless a private hosted zone resolves to it"));
    }
    if let Some((range, network)) = joined(topology, subnet) {
        return Some(format!(
            "no endpoint of the VPC serves it, but {range} leads to {network}, which might have one"
        ));
    }
    (!path.route.has_passed()).then(|| path.route.because())
}

/// The command that associates a gateway endpoint with the subnet's route table.
fn association(fact: &EndpointFact, region: &Region) -> Option<ShellCommand> {
    let EndpointFact::NotAssociated { endpoint, table, .. } = fact else { return None };
    Some(
        ShellCommand::of("aws ec2 modify-vpc-endpoint")
            .option("--vpc-endpoint-id", endpoint)
            .option("--add-route-table-ids", table)
            .region(region),
    )
}

#[cfg(test)]
mod tests;
