//! The lookups that quotas are judged by: how much there may be, and how much there is.

use super::*;
use crate::lookup::autoscaling::DescribeScalingGroup;
use crate::lookup::ec2::instance_type::DescribeInstanceType;
use crate::lookup::ec2::network_interface::NetworkInterfaces;
use crate::lookup::ec2::subnet::TakenAddresses;
use crate::lookup::ec2::volume::ProvisionedVolumes;
use crate::lookup::servicequotas::{GetServiceQuota, NETWORK_INTERFACES};
use crate::names::Region;

fn region() -> Region {
    "eu-central-1".parse().unwrap()
}

fn xml(operation: &str, body: &str) -> Reply {
    Reply::Ok(format!("<{operation}Response><requestId>1</requestId>{body}</{operation}Response>"))
}

fn quota(value: f64) -> Reply {
    Reply::Ok(
        json!({"Quota": {"ServiceCode": "vpc", "QuotaCode": "L-DF5E4CA3", "Value": value}})
            .to_string(),
    )
}

const INTERFACE: &str =
    "<item><networkInterfaceId>eni-1</networkInterfaceId><ownerId>111122223333</ownerId></item>";
const VOLUME: &str = "<item><volumeId>vol-1</volumeId><volumeType>gp3</volumeType><size>20</size><iops>3000</iops></item>";
const GROUP: &str = "<AutoScalingGroups><member><AutoScalingGroupName>web</AutoScalingGroupName><MaxSize>4</MaxSize><Instances/><SuspendedProcesses/></member></AutoScalingGroups>";
const RUNNING: &str = "<Instances><member><InstanceId>i-1</InstanceId><InstanceType>m5.xlarge</InstanceType></member></Instances>";
const SUSPENDED: &str =
    "<SuspendedProcesses><member><ProcessName>Launch</ProcessName></member></SuspendedProcesses>";
const MIXED: &str = "<MixedInstancesPolicy><LaunchTemplate><Overrides><member><InstanceType>m5.large</InstanceType><WeightedCapacity>2</WeightedCapacity></member></Overrides></LaunchTemplate></MixedInstancesPolicy>";
const TYPE: &str = "<instanceTypeSet><item><instanceType>m5.large</instanceType><hypervisor>nitro</hypervisor><ebsInfo><maximumEbsAttachments>27</maximumEbsAttachments><attachmentLimitType>shared</attachmentLimitType></ebsInfo></item></instanceTypeSet>";

fn subnet(range: &str, free: u32) -> String {
    format!(
        "<item><subnetId>subnet-1</subnetId><vpcId>vpc-1</vpcId><availabilityZone>eu-central-1a</availabilityZone>{range}<availableIpAddressCount>{free}</availableIpAddressCount></item>"
    )
}

pub(super) fn lookups() -> Vec<Case> {
    let subnets = subnet("<cidrBlock>10.0.1.0/24</cidrBlock>", 250);
    vec![
        case(
            GetServiceQuota { region: region(), quota: NETWORK_INTERFACES },
            Some(quota(5000.0)),
            vec![],
        ),
        case(
            NetworkInterfaces { region: region(), owner: "111122223333".parse().unwrap() },
            Some(xml(
                "DescribeNetworkInterfaces",
                &format!("<networkInterfaceSet>{INTERFACE}</networkInterfaceSet>"),
            )),
            vec![],
        ),
        case(
            TakenAddresses { region: region() },
            Some(xml("DescribeSubnets", &format!("<subnetSet>{subnets}</subnetSet>"))),
            vec![],
        ),
        case(
            ProvisionedVolumes { region: region(), kind: "gp3".to_owned() },
            Some(xml("DescribeVolumes", &format!("<volumeSet>{VOLUME}</volumeSet>"))),
            vec![],
        ),
        case(
            DescribeScalingGroup { region: region(), name: "web".to_owned() },
            Some(Reply::Ok(format!(
                "<DescribeAutoScalingGroupsResponse><DescribeAutoScalingGroupsResult>{GROUP}</DescribeAutoScalingGroupsResult></DescribeAutoScalingGroupsResponse>"
            ))),
            vec![],
        ),
        case(
            DescribeInstanceType { region: region(), kind: "m5.large".to_owned() },
            Some(xml("DescribeInstanceTypes", TYPE)),
            vec![xml("DescribeInstanceTypes", "<instanceTypeSet/>")],
        ),
    ]
}

/// What this lookup learns of this reply, as JSON; or the gap, in words.
fn learnt(name: &str, reply: &Reply) -> String {
    let learnt = Bench::new().learn(|case| (case.name == name).then(|| reply.clone()));
    assert_eq!(learnt.len(), 1, "{name}");
    told(&learnt[0].2)
}

#[test]
fn where_no_quota_is_applied_the_default_is() {
    let unknown = || Box::new(Reply::Error(400, "NoSuchResourceException", "no such quota"));
    let default =
        |then: Reply| Reply::Where("getawsdefaultservicequota", Box::new(then), unknown());
    assert_eq!(learnt("GetServiceQuota", &default(quota(350.0))), "found 350.0");
    // It is never asked for where one is applied.
    let applied = Reply::Where("getawsdefaultservicequota", unknown(), Box::new(quota(6000.0)));
    assert_eq!(learnt("GetServiceQuota", &applied), "found 6000.0");
    let refused = default(Reply::Error(400, "AccessDeniedException", "no"));
    let said = learnt("GetServiceQuota", &refused);
    assert!(said.contains("servicequotas:GetAWSDefaultServiceQuota"), "{said}");
    let empty = learnt(
        "GetServiceQuota",
        &Reply::Ok(json!({"Quota": {"ServiceCode": "vpc", "QuotaCode": "L-DF5E4CA3"}}).to_string()),
    );
    assert!(empty.contains("lacks the value"), "{empty}");
}

#[test]
fn what_there_is_is_added_up() {
    let interfaces = format!("<networkInterfaceSet>{}</networkInterfaceSet>", INTERFACE.repeat(3));
    let reply = xml("DescribeNetworkInterfaces", &interfaces);
    assert_eq!(learnt("NetworkInterfaces", &reply), "found 3");

    let volumes = format!(
        "<volumeSet>{VOLUME}<item><volumeType>gp3</volumeType><size>100</size></item></volumeSet>"
    );
    let said = learnt("ProvisionedVolumes", &xml("DescribeVolumes", &volumes));
    assert_eq!(said, r#"found {"storage":120,"iops":3000}"#);
    let unsized_ = xml(
        "DescribeVolumes",
        "<volumeSet><item><volumeType>gp3</volumeType><iops>100</iops></item></volumeSet>",
    );
    assert!(learnt("ProvisionedVolumes", &unsized_).contains("lacks the size"));

    // Of 256 addresses AWS keeps five.
    let own = subnet("<cidrBlock>10.0.1.0/24</cidrBlock>", 241);
    let full = subnet("<cidrBlock>10.0.2.0/28</cidrBlock>", 0);
    let subnets = format!("<subnetSet>{own}{full}</subnetSet>");
    let said = learnt("TakenAddresses", &xml("DescribeSubnets", &subnets));
    assert_eq!(said, r#"found {"ipv4":21,"only_ipv6":false}"#);
    let subnets = format!("<subnetSet>{own}{}</subnetSet>", subnet("", 0));
    let said = learnt("TakenAddresses", &xml("DescribeSubnets", &subnets));
    assert_eq!(said, r#"found {"ipv4":10,"only_ipv6":true}"#);
}

#[test]
fn a_group_says_what_it_launches_and_what_keeps_it_from_launching() {
    let reply = |group: &str| {
        Reply::Ok(format!(
            "<DescribeAutoScalingGroupsResponse><DescribeAutoScalingGroupsResult>{group}</DescribeAutoScalingGroupsResult></DescribeAutoScalingGroupsResponse>"
        ))
    };
    let group = GROUP.replace("<Instances/>", RUNNING).replace("<SuspendedProcesses/>", SUSPENDED);
    let found = learnt("DescribeScalingGroup", &reply(&group));
    let plain = r#"found {"most":4,"instances":1,"suspended":["Launch"],"kinds":["m5.xlarge"],"is_weighted":false}"#;
    assert_eq!(found, plain);
    let mixed = group.replace("<Instances>", &format!("{MIXED}<Instances>"));
    let found = learnt("DescribeScalingGroup", &reply(&mixed));
    let overridden = r#"found {"most":4,"instances":1,"suspended":["Launch"],"kinds":["m5.large"],"is_weighted":true}"#;
    assert_eq!(found, overridden);
    // A group that is not listed may be hidden.
    let none = learnt("DescribeScalingGroup", &reply("<AutoScalingGroups/>"));
    assert!(none.contains("lacks the group"), "{none}");
}

#[test]
fn a_type_that_is_not_built_on_nitro_is_held_to_no_number_of_volumes() {
    let said = |body: &str| learnt("DescribeInstanceType", &xml("DescribeInstanceTypes", body));
    assert_eq!(said(TYPE), r#"found {"volumes":27,"shared":true}"#);
    let dedicated = TYPE.replace("shared", "dedicated");
    assert_eq!(said(&dedicated), r#"found {"volumes":27,"shared":false}"#);
    let metal = TYPE.replace("<hypervisor>nitro</hypervisor>", "<bareMetal>true</bareMetal>");
    assert_eq!(said(&metal), r#"found {"volumes":27,"shared":true}"#);
    let xen = TYPE.replace("nitro", "xen");
    assert_eq!(said(&xen), r#"found {"volumes":null,"shared":false}"#);
}

#[test]
fn a_repeated_pagination_token_of_a_count_is_a_gap() {
    let bench = Bench::new();
    let body = "<networkInterfaceSet/><subnetSet/><volumeSet/><instanceTypeSet/><nextToken>again</nextToken>";
    let again = |case: &Case| {
        let operation = case.asked.call().0.strip_prefix("ec2:")?;
        let ours = lookups().iter().any(|it| it.name == case.name);
        ours.then(|| xml(operation, body))
    };
    let learnt = bench.learn(again);
    assert_eq!(learnt.len(), 4);
    for (case, _, answer) in learnt {
        assert!(
            told(&answer).contains("pagination repeats a token"),
            "{}: {}",
            case.name,
            told(&answer)
        );
    }
}
