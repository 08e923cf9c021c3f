//! The lookups that quotas are judged by: how much there may be, and how much there is.

use super::*;
use crate::lookup::autoscaling::{DescribeScalingGroup, LastLaunch};
use crate::lookup::cloudwatch::{FARGATE_VCPUS_IN_USE, QuotaUsage};
use crate::lookup::ec2::instance_type::DescribeInstanceType;
use crate::lookup::ec2::launch_template::{DescribeLaunchTemplate, TemplateVersion};
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
const TYPE: &str = "<instanceTypeSet><item><instanceType>m5.large</instanceType><hypervisor>nitro</hypervisor><ebsInfo><maximumEbsAttachments>27</maximumEbsAttachments><attachmentLimitType>shared</attachmentLimitType></ebsInfo></item></instanceTypeSet>";

const REQUIRED: &str = "<InstanceRequirements><VCpuCount><Min>1</Min><Max>4</Max></VCpuCount><MemoryMiB><Min>0</Min><Max>8192</Max></MemoryMiB><AllowedInstanceTypes><member>m5.*</member></AllowedInstanceTypes></InstanceRequirements>";
const TEMPLATE: &str = "<launchTemplateVersionSet><item><launchTemplateId>lt-1</launchTemplateId><versionNumber>3</versionNumber><launchTemplateData><imageId>ami-1</imageId><userData>Q0FOQVJZ</userData></launchTemplateData></item></launchTemplateVersionSet>";

fn subnet(range: &str, free: u32) -> String {
    format!(
        "<item><subnetId>subnet-1</subnetId><vpcId>vpc-1</vpcId><availabilityZone>eu-central-1a</availabilityZone>{range}<availableIpAddressCount>{free}</availableIpAddressCount></item>"
    )
}

/// The activities of a group, the newest first.
fn activities(each: &[(&str, &str)]) -> Reply {
    let member = |(description, status): &(&str, &str)| {
        format!(
            "<member><AutoScalingGroupName>web</AutoScalingGroupName><Description>{description}: i-1</Description><StatusCode>{status}</StatusCode><StatusMessage>{status} by EC2</StatusMessage></member>"
        )
    };
    let members: String = each.iter().map(member).collect();
    Reply::Ok(format!(
        "<DescribeScalingActivitiesResponse><DescribeScalingActivitiesResult><Activities>{members}</Activities></DescribeScalingActivitiesResult></DescribeScalingActivitiesResponse>"
    ))
}

/// The values of a metric.
fn statistics(points: &[(&str, &str)]) -> Reply {
    let member = |(time, value): &(&str, &str)| {
        format!("<member><Timestamp>{time}</Timestamp><Maximum>{value}</Maximum></member>")
    };
    let members: String = points.iter().map(member).collect();
    Reply::Ok(format!(
        "<GetMetricStatisticsResponse><GetMetricStatisticsResult><Label>ResourceCount</Label><Datapoints>{members}</Datapoints></GetMetricStatisticsResult></GetMetricStatisticsResponse>"
    ))
}

#[test]
fn the_newest_value_of_a_metric_counts() {
    let (early, late) = (("2026-11-30T22:00:00Z", "12.5"), ("2026-11-30T22:05:00Z", "3"));
    for (points, expected) in [
        (&[early, late][..], "found 3.0"),
        (&[late, early], "found 3.0"),
        (&[early], "found 12.5"),
        (&[], "found null"),
    ] {
        assert_eq!(learnt("QuotaUsage", &statistics(points)), expected);
    }
    assert!(learnt("QuotaUsage", &statistics(&[("", "many")])).starts_with("a gap: "));
}

#[test]
fn the_last_launch_of_a_group_says_whether_it_failed() {
    let (launch, end) = ("Launching a new EC2 instance", "Terminating EC2 instance");
    for (each, expected) in [
        (&[(launch, "Failed")][..], r#"{"failed":"Failed by EC2"}"#),
        (&[(end, "Successful"), (launch, "Failed")], r#"{"failed":"Failed by EC2"}"#),
        (&[(launch, "Successful"), (launch, "Failed")], r#"{"failed":null}"#),
        (&[(launch, "InProgress")], r#"{"failed":null}"#),
        (&[], r#"{"failed":null}"#),
    ] {
        assert_eq!(learnt("LastLaunch", &activities(each)), format!("found {expected}"));
    }
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
            QuotaUsage { region: region(), of: FARGATE_VCPUS_IN_USE },
            Some(statistics(&[("2026-11-30T22:00:00Z", "12.5")])),
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
        case(
            LastLaunch { region: region(), name: "web".to_owned() },
            Some(activities(&[("Launching a new EC2 instance", "Failed")])),
            vec![],
        ),
        case(
            DescribeLaunchTemplate {
                region: region(),
                template: TemplateVersion { id: "lt-1".to_owned(), version: "$Latest".to_owned() },
            },
            Some(xml("DescribeLaunchTemplateVersions", TEMPLATE)),
            vec![],
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
    let only_ipv6 = subnet("<ipv6Native>true</ipv6Native>", 0);
    let subnets = format!("<subnetSet>{own}{only_ipv6}</subnetSet>");
    let said = learnt("TakenAddresses", &xml("DescribeSubnets", &subnets));
    assert_eq!(said, r#"found {"ipv4":10,"only_ipv6":true}"#);
}

/// What is learnt of a group with these parts.
fn learnt_of_group(parts: &str) -> String {
    let group = GROUP.replace("<Instances/>", &format!("{RUNNING}{parts}"));
    let group = group.replace("<SuspendedProcesses/>", SUSPENDED);
    learnt(
        "DescribeScalingGroup",
        &Reply::Ok(format!(
            "<DescribeAutoScalingGroupsResponse><DescribeAutoScalingGroupsResult>{group}</DescribeAutoScalingGroupsResult></DescribeAutoScalingGroupsResponse>"
        )),
    )
}

#[test]
fn a_group_says_what_it_launches_and_what_keeps_it_from_launching() {
    let start = r#"found {"most":4,"instances":1,"suspended":["Launch"],"#;
    let specified = |id: &str, version: &str| {
        format!(
            "<LaunchTemplateId>{id}</LaunchTemplateId><LaunchTemplateName>web</LaunchTemplateName>{version}"
        )
    };
    let own =
        format!("<LaunchTemplate>{}</LaunchTemplate>", specified("lt-1", "<Version>7</Version>"));
    let mixed = |overrides: &str| {
        let template = specified("lt-1", "");
        format!(
            "<MixedInstancesPolicy><LaunchTemplate><LaunchTemplateSpecification>{template}</LaunchTemplateSpecification><Overrides>{overrides}</Overrides></LaunchTemplate></MixedInstancesPolicy>"
        )
    };
    let second = format!(
        "<member><LaunchTemplateSpecification>{}</LaunchTemplateSpecification></member>",
        specified("lt-2", "<Version>$Latest</Version>")
    );
    let weighted = "<member><InstanceType>m5.large</InstanceType><WeightedCapacity>2</WeightedCapacity></member>";
    let required = format!("<member>{REQUIRED}</member>");
    for (parts, expected) in [
        (String::new(), r#""kinds":["m5.xlarge"],"is_weighted":false}"#),
        (own, r#""kinds":[],"is_weighted":false,"templates":[{"id":"lt-1","version":"7"}]}"#),
        (
            mixed(""),
            r#""kinds":[],"is_weighted":false,"templates":[{"id":"lt-1","version":"$Default"}]}"#,
        ),
        (mixed(weighted), r#""kinds":["m5.large"],"is_weighted":true}"#),
        (
            mixed(&second),
            r#""kinds":[],"is_weighted":false,"templates":[{"id":"lt-2","version":"$Latest"}]}"#,
        ),
        (
            mixed(&required),
            r#""kinds":[],"is_weighted":false,"requirements":[{"most_vcpus":4,"most_memory":8192,"allowed":["m5.*"]}]}"#,
        ),
    ] {
        assert_eq!(learnt_of_group(&parts), format!("{start}{expected}"), "{parts}");
    }
    // A group that is not listed may be hidden.
    let hidden = "<DescribeAutoScalingGroupsResponse><DescribeAutoScalingGroupsResult><AutoScalingGroups/></DescribeAutoScalingGroupsResult></DescribeAutoScalingGroupsResponse>";
    let none = learnt("DescribeScalingGroup", &Reply::Ok(hidden.to_owned()));
    assert!(none.contains("lacks the group"), "{none}");
}

#[test]
fn of_a_launch_template_nothing_but_the_instance_types_is_read() {
    let said = |inside: &str| {
        let body = TEMPLATE.replace("<imageId>", &format!("{inside}<imageId>"));
        learnt("DescribeLaunchTemplate", &xml("DescribeLaunchTemplateVersions", &body))
    };
    assert_eq!(said(""), "found {}");
    assert_eq!(said("<instanceType>t3.small</instanceType>"), r#"found {"kind":"t3.small"}"#);
    let required = "<instanceRequirements><vCpuCount><min>2</min></vCpuCount><memoryMiB><min>0</min><max>4096</max></memoryMiB><allowedInstanceTypeSet><item>m5.large</item></allowedInstanceTypeSet></instanceRequirements>";
    assert_eq!(
        said(required),
        r#"found {"requirements":{"most_memory":4096,"allowed":["m5.large"]}}"#
    );
    let refused = Reply::Error(400, "InvalidLaunchTemplateId.VersionNotFound", "Q0FOQVJZ");
    assert!(learnt("DescribeLaunchTemplate", &refused).starts_with("absent"));
}

/// Base64 of a script, and what a broken answer makes of it.
#[test]
fn user_data_is_in_no_answer_and_in_no_error() {
    let broken = [
        ("<userData>Q0FOQVJZ</userData>", "<userData>CANARY &CANARY; </userData>"),
        ("<userData>Q0FOQVJZ</userData>", "<userData><CANARY></userData>"),
        ("<userData>Q0FOQVJZ</userData>", "<userData>CANARY</CANARY>"),
        ("<userData>Q0FOQVJZ</userData>", "<userData>CANARY"),
        ("<userData>Q0FOQVJZ</userData>", "<userData CANARY=CANARY>"),
        ("<userData>Q0FOQVJZ</userData>", "<userData><![CDATA[CANARY]]><CANARY/></userData>"),
        ("<instanceType>", "<instanceType>"),
    ];
    for (from, to) in broken {
        let reply = xml("DescribeLaunchTemplateVersions", &TEMPLATE.replace(from, to));
        let learnt = Bench::new()
            .learn(|case| (case.name == "DescribeLaunchTemplate").then(|| reply.clone()));
        let said = told(&learnt[0].2);
        assert!(!said.contains("CANARY") && !said.contains("Q0FOQVJZ"), "{to}: {said}");
    }
    for code in ["InternalError", "CANARY"] {
        let said = learnt("DescribeLaunchTemplate", &Reply::Error(500, code, "CANARY"));
        assert!(!said.contains("CANARY"), "{said}");
    }
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
        // One version of a launch template is not on pages.
        let is_paged = case.name != "DescribeLaunchTemplate";
        let ours = lookups().iter().any(|it| it.name == case.name);
        (ours && is_paged).then(|| xml(operation, body))
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
