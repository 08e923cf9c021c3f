//! What is sent for each question that no client of AWS's own puts.

use super::*;

/// The forms of EC2: the parameters after the action.
const EC2: &[(&str, &str)] = &[
    ("BlockPublicAccess", ""),
    (
        "DefaultSecurityGroup",
        "&Filter.1.Name=vpc-id&Filter.1.Value.1=vpc-1&Filter.2.Name=group-name&Filter.2.Value.1=default",
    ),
    ("DescribeInstance", "&Filter.1.Name=instance-id&Filter.1.Value.1=i-1"),
    ("DescribeInstanceType", "&Filter.1.Name=instance-type&Filter.1.Value.1=m5.large"),
    ("DescribeLaunchTemplate", "&LaunchTemplateId=lt-1&LaunchTemplateVersion.1=%24Latest"),
    ("DescribeSecurityGroup", "&Filter.1.Name=group-id&Filter.1.Value.1=sg-1"),
    ("DescribeSnapshot", "&SnapshotId.1=snap-1"),
    ("DescribeSubnet", "&Filter.1.Name=subnet-id&Filter.1.Value.1=subnet-1"),
    ("DescribeVpc", "&Filter.1.Name=vpc-id&Filter.1.Value.1=vpc-1"),
    ("DhcpResolvers", "&Filter.1.Name=dhcp-options-id&Filter.1.Value.1=dopt-1"),
    ("Endpoints", "&Filter.1.Name=vpc-id&Filter.1.Value.1=vpc-1"),
    ("GetEbsDefaultKmsKeyId", ""),
    ("GetEbsEncryptionByDefault", ""),
    ("InternetGateways", ""),
    ("NatGateways", "&Filter.1.Name=vpc-id&Filter.1.Value.1=vpc-1"),
    ("NetworkAcls", "&Filter.1.Name=vpc-id&Filter.1.Value.1=vpc-1"),
    ("NetworkInterfaces", "&Filter.1.Name=owner-id&Filter.1.Value.1=111122223333&MaxResults=1000"),
    ("PrefixListEntries", "&PrefixListId=pl-1"),
    ("ProvisionedVolumes", "&Filter.1.Name=volume-type&Filter.1.Value.1=gp3&MaxResults=1000"),
    ("RouteTables", "&Filter.1.Name=vpc-id&Filter.1.Value.1=vpc-1"),
    ("ServicePrefixLists", ""),
    ("SourceDestCheck", "&Filter.1.Name=network-interface-id&Filter.1.Value.1=eni-1"),
    ("Subnets", "&Filter.1.Name=vpc-id&Filter.1.Value.1=vpc-1"),
    ("TakenAddresses", ""),
    ("VpcDns", "&VpcId=vpc-1&Attribute=enableDns"),
];

/// The forms of Auto Scaling: the parameters after the action.
const AUTO_SCALING: &[(&str, &str)] = &[
    ("DescribeScalingGroup", "&AutoScalingGroupNames.member.1=web"),
    ("LastLaunch", "&AutoScalingGroupName=web&MaxRecords=20"),
];

/// The forms of CloudFormation: the parameters after the action.
const STACKS: &[(&str, &str)] = &[
    ("StackExports", ""),
    ("DescribeStack", "&StackName=web"),
    ("StackResources", "&StackName=web"),
    ("StackTemplate", "&StackName=web&TemplateStage=Original"),
];

/// The form of CloudWatch: the parameters after the action, except the times.
const CLOUD_WATCH: &[(&str, &str)] = &[(
    "QuotaUsage",
    "&Namespace=AWS%2FUsage&MetricName=ResourceCount&Period=300&Statistics.member.1=Maximum\
     &Dimensions.member.1.Name=Type&Dimensions.member.1.Value=Resource\
     &Dimensions.member.2.Name=Service&Dimensions.member.2.Value=Fargate\
     &Dimensions.member.3.Name=Resource&Dimensions.member.3.Value=vCPU\
     &Dimensions.member.4.Name=Class&Dimensions.member.4.Value=Standard%2FOnDemand&StartTime=20",
)];

/// The forms of IAM: the parameters after the action.
const IAM: &[(&str, &str)] = &[
    ("GetGroupPolicy", "&GroupName=app&PolicyName=app"),
    ("GetInstanceProfile", "&InstanceProfileName=app"),
    ("GetPolicy", "&PolicyArn=arn%3Aaws%3Aiam%3A%3Aaws%3Apolicy%2FReadOnlyAccess"),
    (
        "GetPolicyVersion",
        "&PolicyArn=arn%3Aaws%3Aiam%3A%3Aaws%3Apolicy%2FReadOnlyAccess&VersionId=v1",
    ),
    ("GetRole", "&RoleName=app"),
    ("GetRolePolicy", "&RoleName=app&PolicyName=app"),
    ("GetUser", "&UserName=app"),
    ("GetUserPolicy", "&UserName=app&PolicyName=app"),
    ("ListAttachedGroupPolicies", "&GroupName=app"),
    ("ListAttachedRolePolicies", "&RoleName=app"),
    ("ListAttachedUserPolicies", "&UserName=app"),
    ("ListGroupPolicies", "&GroupName=app"),
    ("ListGroupsForUser", "&UserName=app"),
    ("ListRolePolicies", "&RoleName=app"),
    ("ListUserPolicies", "&UserName=app"),
    (
        "SimulatePrincipalPolicy",
        "&PolicySourceArn=arn%3Aaws%3Aiam%3A%3A111122223333%3Arole%2Fapp&ActionNames.member.1=s3%3AGetObject",
    ),
];

/// The forms of Elastic Load Balancing: the parameters after the action.
const BALANCING: &[(&str, &str)] = &[
    ("DescribeListener", "&ListenerArns.member.1=arn"),
    ("DescribeListenerRule", "&RuleArns.member.1=arn"),
    ("DescribeLoadBalancer", "&LoadBalancerArns.member.1=arn"),
    ("DescribeTargetGroup", "&TargetGroupArns.member.1=arn"),
];

/// The same of Classic Load Balancers.
const CLASSIC: &[(&str, &str)] =
    &[("DescribeClassicLoadBalancer", "&LoadBalancerNames.member.1=web")];

/// What is asked in JSON: the action, as its header names it in small letters, and the body.
const JSON: &[(&str, &str, &str)] = &[
    (
        "DescribeCertificateAuthority",
        "acmprivateca.describecertificateauthority",
        r#"{"CertificateAuthorityArn":"arn"}"#,
    ),
    ("ListAuthorityTags", "acmprivateca.listtags", r#"{"CertificateAuthorityArn":"arn"}"#),
    (
        "DescribeFsxFileSystem",
        "awssimbaapiservice_v20180301.describefilesystems",
        r#"{"FileSystemIds":["fs-1"]}"#,
    ),
    ("DescribeLogGroup", "logs_20140328.describeloggroups", r#"{"logGroupNamePrefix":"/ecs/web"}"#),
    ("DescribeOrganization", "awsorganizationsv20161128.describeorganization", "{}"),
    ("DescribePolicy", "awsorganizationsv20161128.describepolicy", r#"{"PolicyId":"p-1"}"#),
    ("ListParents", "awsorganizationsv20161128.listparents", r#"{"ChildId":"111122223333"}"#),
    (
        "ListPoliciesForTarget",
        "awsorganizationsv20161128.listpoliciesfortarget",
        r#"{"TargetId":"111122223333","Filter":"SERVICE_CONTROL_POLICY"}"#,
    ),
    (
        "FindNamespace",
        "route53autonaming_v20170314.listnamespaces",
        r#"{"Filters":[{"Name":"NAME","Values":["prod"]}]}"#,
    ),
    ("GetNamespace", "route53autonaming_v20170314.getnamespace", r#"{"Id":"ns-1"}"#),
    ("GetRegistry", "route53autonaming_v20170314.getservice", r#"{"Id":"srv-1"}"#),
    (
        "NamesInUse",
        "route53autonaming_v20170314.listservices",
        r#"{"Filters":[{"Name":"NAMESPACE_ID","Values":["ns-1"]}]}"#,
    ),
    (
        "ScalableTarget",
        "anyscalefrontendservice.describescalabletargets",
        r#"{"ServiceNamespace":"ecs","ResourceIds":["service/prod/web"],"ScalableDimension":"ecs:service:DesiredCount"}"#,
    ),
    (
        "ScheduledActions",
        "anyscalefrontendservice.describescheduledactions",
        r#"{"ServiceNamespace":"ecs","ResourceId":"service/prod/web","ScalableDimension":"ecs:service:DesiredCount"}"#,
    ),
    (
        "GetServiceQuota",
        "servicequotasv20190624.getservicequota",
        r#"{"ServiceCode":"vpc","QuotaCode":"L-DF5E4CA3"}"#,
    ),
];

/// What is asked of EFS, in small letters.
const EFS: &[(&str, &str)] = &[
    ("DescribeAccessPoint", "/access-points?accesspointid=fsap-1"),
    ("DescribeFileSystem", "/file-systems?filesystemid=fs-1"),
    ("DescribeMountTargetGroups", "/mount-targets/fsmt-1/security-groups"),
    ("DescribeMountTargets", "/mount-targets?filesystemid=fs-1&maxitems=100"),
    ("GetFileSystemPolicy", "/file-systems/fs-1/policy"),
];

/// What is asked of S3, in small letters.
const S3: &[(&str, &str)] =
    &[("GetBucketPolicy", "get /app/?policy"), ("HeadObject", "head /web/web.env")];

/// What has to be in the request of this lookup, everything of it.
fn sent(name: &str, action: &str) -> Option<Vec<String>> {
    let of = |list: &[(&'static str, &'static str)]| {
        list.iter().find(|(it, _)| *it == name).map(|(_, asked)| *asked)
    };
    let form = |version: &str, parameters: &str| {
        vec![
            "post / http/1.1\r\n".to_owned(),
            "content-type: application/x-www-form-urlencoded\r\n".to_owned(),
            format!("Action={action}&Version={version}{parameters}"),
        ]
    };
    if let Some((_, target, body)) = JSON.iter().find(|(it, _, _)| *it == name) {
        return Some(vec![
            "post / http/1.1\r\n".to_owned(),
            "content-type: application/x-amz-json-1.1\r\n".to_owned(),
            format!("x-amz-target: {target}\r\n"),
            (*body).to_owned(),
        ]);
    }
    if let Some(path) = of(EFS) {
        return Some(vec![format!("get /2015-02-01{path} http/1.1\r\n")]);
    }
    if let Some(asked) = of(S3) {
        let nothing = "x-amz-content-sha256: e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\r\n";
        return Some(vec![format!("{asked} http/1.1\r\n"), nothing.to_owned()]);
    }
    if name == "CallerIdentity" {
        return Some(form("2011-06-15", ""));
    }
    if let Some(parameters) = of(CLASSIC) {
        return Some(form("2012-06-01", parameters));
    }
    if let Some(parameters) = of(BALANCING) {
        return Some(form("2015-12-01", parameters));
    }
    of(EC2)
        .map(|it| form("2016-11-15", it))
        .or_else(|| of(IAM).map(|it| form("2010-05-08", it)))
        .or_else(|| of(STACKS).map(|it| form("2010-05-15", it)))
        .or_else(|| of(AUTO_SCALING).map(|it| form("2011-01-01", it)))
        .or_else(|| of(CLOUD_WATCH).map(|it| form("2010-08-01", it)))
}

/// The answer, if all of it is in the request.
fn only_for(needed: Vec<String>, found: Reply) -> Reply {
    let otherwise = || Box::new(Reply::Error(400, "InvalidParameterValue", "not what was meant"));
    needed
        .into_iter()
        .fold(found, |reply, text| Reply::Where(text.leak(), Box::new(reply), otherwise()))
}

#[test]
fn every_lookup_asks_for_what_it_is_named_for() {
    let forms = [EC2, IAM, EFS, S3, BALANCING, CLASSIC, AUTO_SCALING, STACKS, CLOUD_WATCH]
        .into_iter()
        .flatten();
    let listed = forms.map(|(name, _)| *name).chain(["CallerIdentity"]);
    let listed: BTreeSet<&str> = listed.chain(JSON.iter().map(|(name, _, _)| *name)).collect();
    let ours = lookups("").into_iter().filter(is_ours).map(|case| case.name).collect();
    assert_eq!(listed, ours);
    let bench = Bench::new();
    let learnt = bench.learn(|case| {
        let action = case.asked.call().0.split_once(':')?.1;
        Some(only_for(sent(case.name, action)?, case.found.clone()?))
    });
    assert_eq!(learnt.len(), listed.len());
    for (case, _, answer) in learnt {
        assert!(matches!(answer, Ok(Seen::Found(_))), "{}: {}", case.name, told(&answer));
    }
}

#[test]
fn what_is_sent_is_signed_for_the_service_and_says_who_asks() {
    let called = [
        ("acm-pca", "acmpca"),
        ("application-autoscaling", "applicationautoscaling"),
        ("autoscaling", "autoscaling"),
        ("cloudformation", "cloudformation"),
        ("cloudwatch", "cloudwatch"),
        ("ec2", "ec2"),
        ("elasticfilesystem", "efs"),
        ("elasticloadbalancing", "elasticloadbalancingv2"),
        ("fsx", "fsx"),
        ("iam", "iam"),
        ("logs", "cloudwatchlogs"),
        ("organizations", "organizations"),
        ("s3", "s3"),
        ("servicediscovery", "servicediscovery"),
        ("servicequotas", "servicequotas"),
        ("sts", "sts"),
    ];
    let learnt = Bench::new().learn(|case| {
        let service = case.asked.call().service();
        let (_, agent) = called.iter().find(|(it, _)| *it == service)?;
        let is_classic = CLASSIC.iter().any(|(name, _)| *name == case.name);
        let agent = if is_classic { "elasticloadbalancing" } else { agent };
        let service = if service == "cloudwatch" { "monitoring" } else { service };
        let needed = vec![
            format!("/eu-central-1/{service}/aws4_request"),
            format!("api/{agent}/{}", env!("CARGO_PKG_VERSION")),
            "amz-sdk-invocation-id: ".to_owned(),
            "attempt=1; max=1".to_owned(),
        ];
        Some(only_for(needed, case.found.clone()?))
    });
    assert_eq!(learnt.len(), lookups("").iter().filter(|case| is_ours(case)).count());
    for (case, _, answer) in learnt {
        assert!(matches!(answer, Ok(Seen::Found(_))), "{}: {}", case.name, told(&answer));
    }
}

#[test]
fn a_simulation_names_actions_resources_and_context() {
    use crate::lookup::iam::simulate::{ContextKey, SimulatePrincipalPolicy};
    let key = |name: &str, kind, values: &[&str]| ContextKey {
        name: name.to_owned(),
        kind,
        values: values.iter().map(ToString::to_string).collect(),
    };
    let asked = SimulatePrincipalPolicy {
        region: "eu-central-1".parse().unwrap(),
        principal: "arn:aws:iam::111122223333:role/app".to_owned(),
        actions: vec!["s3:GetObject".to_owned(), "s3:PutObject".to_owned()],
        resources: vec!["arn:aws:s3:::a/*".to_owned()],
        context: vec![
            key("aws:TagKeys", "stringList", &["a b", "c&d"]),
            key("aws:SecureTransport", "boolean", &["true"]),
        ],
    };
    let form = "Action=SimulatePrincipalPolicy&Version=2010-05-08\
        &PolicySourceArn=arn%3Aaws%3Aiam%3A%3A111122223333%3Arole%2Fapp\
        &ActionNames.member.1=s3%3AGetObject&ActionNames.member.2=s3%3APutObject\
        &ResourceArns.member.1=arn%3Aaws%3As3%3A%3A%3Aa%2F%2A\
        &ContextEntries.member.1.ContextKeyName=aws%3ATagKeys\
        &ContextEntries.member.1.ContextKeyValues.member.1=a%20b\
        &ContextEntries.member.1.ContextKeyValues.member.2=c%26d\
        &ContextEntries.member.1.ContextKeyType=stringList\
        &ContextEntries.member.2.ContextKeyName=aws%3ASecureTransport\
        &ContextEntries.member.2.ContextKeyValues.member.1=true\
        &ContextEntries.member.2.ContextKeyType=boolean";
    let decided = |action: &str| {
        format!(
            "<member><EvalActionName>{action}</EvalActionName><EvalDecision>allowed</EvalDecision></member>"
        )
    };
    let found = format!(
        "<SimulatePrincipalPolicyResponse><SimulatePrincipalPolicyResult><EvaluationResults>{}{}</EvaluationResults><IsTruncated>false</IsTruncated></SimulatePrincipalPolicyResult></SimulatePrincipalPolicyResponse>",
        decided("s3:GetObject"),
        decided("s3:PutObject"),
    );
    let server = Server::start();
    server.give(&Reply::Where(form, Box::new(Reply::Ok(found)), Box::new(Reply::Close)));
    let bench = Bench::new();
    let services = Services::through(&bench.http, &format!("http://{}", server.host));
    let answer = bench.runtime.block_on(Lookup::fetch(&asked, &services));
    assert!(matches!(&answer, Ok(Seen::Found(found)) if found.len() == 2), "{answer:?}");
}
