//! Answers of AWS: whole ones, and those that lack something.

use serde_json::Value;

use super::*;

/// What is found, in the words of the service.
fn found(case: &Case) -> String {
    match &case.found {
        Some(Reply::Ok(body)) => body.clone(),
        other => panic!("{}: {other:?}", case.name),
    }
}

/// Whether the answer is read field by field. S3 has headers and a document.
fn has_fields(case: &Case) -> bool {
    !is_a_registry(case) && matches!(case.found, Some(Reply::Ok(_)))
}

fn is_xml(case: &Case) -> bool {
    let services = [
        "autoscaling",
        "cloudformation",
        "cloudwatch",
        "ec2",
        "elasticloadbalancing",
        "iam",
        "sts",
    ];
    services.contains(&case.asked.call().service())
}

#[test]
fn an_answer_to_another_question_or_without_its_parts_is_a_gap() {
    let bench = Bench::new();
    let changes: [fn(&str, &str) -> String; 5] = [
        |found, action| found.replace(action, "DescribeSomethingElse"),
        |found, action| found.replace(&format!("{action}Response"), "Response"),
        |found, action| found.replace(&format!("{action}Result"), "Result"),
        |_, action| format!("<{action}Response><requestId>1</requestId></{action}Response>"),
        |_, action| format!("<{action}Response><{action}Result/></{action}Response>"),
    ];
    for (nth, change) in changes.into_iter().enumerate() {
        let learnt = bench.learn(|case| {
            let action = case.asked.call().0.split_once(':')?.1;
            // EC2 has no results in its answers.
            let of_ec2 = case.asked.call().service() == "ec2";
            (!is_a_registry(case) && is_xml(case) && (!of_ec2 || nth != 2))
                .then(|| Reply::Ok(change(&found(case), action)))
        });
        assert!(!learnt.is_empty());
        for (case, reply, answer) in learnt {
            assert!(answer.is_err(), "{} on {reply:?}: {}", case.name, told(&answer));
        }
    }
}

#[test]
fn an_answer_is_read_with_namespaces_and_fields_that_nobody_knows() {
    let bench = Bench::new();
    let extended = |case: &Case| {
        let body = found(case);
        if !is_xml(case) {
            return body.replacen('{', r#"{"New":{"id":[1]},"#, 1);
        }
        let new = "<new><item><id>1</id></item></new><item>2</item><member>3</member>";
        let (root, rest) = body.split_once('>').unwrap();
        let spaced = format!("{root} xmlns=\"https://aws.amazon.com/doc/2016-11-15/\">{new}{rest}");
        format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\n{spaced}\n")
    };
    let learnt = bench.learn(|case| has_fields(case).then(|| Reply::Ok(extended(case))));
    assert!(learnt.len() > 40, "{}", learnt.len());
    for (case, reply, answer) in learnt {
        let is_found = matches!(answer, Ok(Seen::Found(_)));
        assert!(is_found, "{} on {reply:?}: {}", case.name, told(&answer));
    }
}

/// The fields that an answer may do without; every other one is needed.
const MAY_BE_MISSING: &[(&str, &[&str])] = &[
    (
        "DescribeAccessPoint",
        &[
            "CreationInfo",
            "OwnerGid",
            "OwnerUid",
            "Path",
            "Permissions",
            "PosixUser",
            "Gid",
            "RootDirectory",
        ],
    ),
    ("DescribeScalingGroup", &["Instances", "SuspendedProcesses"]),
    ("StackExports", &["member"]),
    ("DescribeStack", &["Parameters"]),
    ("StackResources", &["member"]),
    (
        "DescribeFileSystem",
        &[
            "AvailabilityZoneId",
            "AvailabilityZoneName",
            "FileSystemArn",
            "FileSystemProtection",
            "ReplicationOverwriteProtection",
        ],
    ),
    ("DescribeLoadBalancer", &["SecurityGroups"]),
    ("LastLaunch", &["Description", "StatusMessage", "member"]),
    ("ScheduledActions", &["ScalableTargetAction", "MaxCapacity", "MinCapacity"]),
    ("DescribeCapacityProvider", &["instanceLaunchTemplate", "managedInstancesProvider"]),
    ("DescribeImage", &["imageSizeInBytes", "imageStatus"]),
    ("DescribeKey", &["KeyId", "KeyUsage", "MultiRegion"]),
    ("DescribeLogGroup", &["kmsKeyId", "logGroupClass"]),
    (
        "DescribeMountTargets",
        &["AvailabilityZoneId", "AvailabilityZoneName", "IpAddress", "Ipv6Address"],
    ),
    ("DescribeTargetGroup", &["HealthCheckPort", "VpcId"]),
    ("ListAuthorityTags", &["Value"]),
    ("QuotaUsage", &["member"]),
    ("FindNamespace", &["Id"]),
    ("DescribeParameter", &["Tier"]),
    ("DescribeSecret", &["KmsKeyId", "Tags", "VersionIdsToStages", "v-1"]),
    ("ContainerInstances", &["registeredResources", "remainingResources"]),
    ("DescribeService", &["failures", "loadBalancers"]),
    ("DescribeTaskDefinition", &["secrets"]),
    ("ServiceEvents", &["message"]),
    ("EcrManifest", &["imageManifestMediaType"]),
    ("GetKeyPolicy", &["PolicyName"]),
    (
        "GetInstanceProfile",
        &["AssumeRolePolicyDocument", "CreateDate", "Path", "RoleId", "RoleName", "member"],
    ),
    ("GetNamespace", &["Name"]),
    ("DescribePolicy", &["Id", "PolicySummary"]),
    ("GetPolicy", &["CreateDate", "UpdateDate"]),
    ("GetRegistry", &["DnsConfig", "DnsRecords", "TTL"]),
    ("GetRole", &["PermissionsBoundary", "Tags", "member"]),
    ("GetUser", &["Path", "PermissionsBoundary", "Tags", "member"]),
    ("ListAttachedGroupPolicies", &["IsTruncated", "PolicyName", "member"]),
    ("ListAttachedRolePolicies", &["IsTruncated", "PolicyName", "member"]),
    ("ListAttachedUserPolicies", &["IsTruncated", "PolicyName", "member"]),
    (
        "ListGrants",
        &["Constraints", "CreationDate", "EncryptionContextSubset", "KeyId", "SecretARN"],
    ),
    ("ListGroupPolicies", &["IsTruncated", "member"]),
    ("ListGroupsForUser", &["IsTruncated", "member"]),
    ("ListPoliciesForTarget", &["Name"]),
    ("ListSecretVersions", &["ARN"]),
    ("PullThroughRules", &["credentialArn", "registryId", "upstreamRepositoryPrefix"]),
    ("ListRolePolicies", &["IsTruncated", "member"]),
    ("ListUserPolicies", &["IsTruncated", "member"]),
    (
        "SimulatePrincipalPolicy",
        &["EvalResourceName", "IsTruncated", "MissingContextValues", "OrganizationsDecisionDetail"],
    ),
];

/// The answer without the field that comes `nth` in it, and the name of the field.
fn without(case: &Case, nth: usize) -> Option<(String, String)> {
    if is_xml(case) {
        let body = found(case);
        let (at, _) =
            body.match_indices('<').filter(|(at, _)| !body[*at..].starts_with("</")).nth(nth)?;
        let (before, element) = body.split_at(at);
        let name: String = element[1..].chars().take_while(|it| it.is_alphanumeric()).collect();
        return Some((name.clone(), format!("{before}{}", after(element, &name))));
    }
    let mut body: Value = serde_json::from_str(&found(case)).unwrap();
    let name = remove(&mut body, &mut nth.clone())?;
    Some((name, body.to_string()))
}

/// What follows the element that a text begins with.
fn after<'a>(text: &'a str, name: &str) -> &'a str {
    let (start, end) = (format!("<{name}>"), format!("</{name}>"));
    if !text.starts_with(&start) {
        return text.split_once("/>").unwrap().1;
    }
    let (mut depth, mut at) = (0, 0);
    loop {
        let rest = &text[at..];
        if rest.starts_with(&start) {
            depth += 1;
        } else if rest.starts_with(&end) {
            depth -= 1;
        }
        if depth == 0 {
            return &rest[end.len()..];
        }
        at += 1;
    }
}

/// Takes the field out that comes `nth`, and says its name.
fn remove(value: &mut Value, nth: &mut usize) -> Option<String> {
    match value {
        Value::Array(items) => items.iter_mut().find_map(|it| remove(it, nth)),
        Value::Object(fields) => {
            let names: Vec<String> = fields.keys().cloned().collect();
            for name in names {
                if *nth == 0 {
                    fields.shift_remove(&name);
                    return Some(name);
                }
                *nth -= 1;
                let found = fields.get_mut(&name).and_then(|it| remove(it, nth));
                if found.is_some() {
                    return found;
                }
            }
            None
        }
        _ => None,
    }
}

#[test]
fn every_field_that_is_needed_and_left_out_is_a_gap() {
    let bench = Bench::new();
    let read_here = |case: &Case| has_fields(case) && case.asked.call().service() != "ec2";
    let mut spared = BTreeSet::new();
    for nth in 0.. {
        let learnt = bench.learn(|case| {
            let (_, body) = read_here(case).then(|| without(case, nth))??;
            Some(Reply::Ok(body))
        });
        if learnt.is_empty() {
            break;
        }
        for (case, reply, answer) in learnt {
            let (field, _) = without(&case, nth).unwrap();
            let may_be_missing =
                MAY_BE_MISSING.iter().any(|(name, of)| *name == case.name && of.contains(&&*field));
            match &answer {
                Ok(Seen::Found(_)) if may_be_missing => _ = spared.insert((case.name, field)),
                Err(_) if !may_be_missing => {}
                _ => panic!("{} without {field}: {}: {reply:?}", case.name, told(&answer)),
            }
        }
    }
    let listed = MAY_BE_MISSING.iter().map(|(_, fields)| fields.len()).sum::<usize>();
    assert_eq!(spared.len(), listed, "{spared:?}");
}

#[test]
fn what_is_found_is_recorded_as_by_earlier_versions() {
    let bench = Bench::new();
    let recorded = [
        (
            "GetRole",
            r#"{"arn":"arn:aws:iam::111122223333:role/app","id":"AROA1","path":"/","created":"2024-05-01T00:00:00Z","trust":{"Statement":[]},"boundary":"arn:aws:iam::aws:policy/ReadOnlyAccess","tags":{"team":"web"}}"#,
        ),
        (
            "GetUser",
            r#"{"arn":"arn:aws:iam::111122223333:user/app","id":"AIDA1","created":"2024-05-01T00:00:00Z","boundary":"arn:aws:iam::aws:policy/ReadOnlyAccess","tags":{"team":"web"}}"#,
        ),
        ("GetPolicy", r#"{"version":"v1","updated":"2024-05-02T00:00:00Z"}"#),
        ("GetPolicyVersion", r#"{"Statement":[]}"#),
        ("GetRolePolicy", r#"{"Statement":[]}"#),
        ("GetInstanceProfile", r#"{"role":"arn:aws:iam::111122223333:role/app"}"#),
        ("ListRolePolicies", r#"["own"]"#),
        ("ListAttachedRolePolicies", r#"["arn:aws:iam::aws:policy/ReadOnlyAccess"]"#),
        ("ListGroupsForUser", r#"["ops"]"#),
        (
            "SimulatePrincipalPolicy",
            r#"[{"action":"s3:GetObject","resource":"*","decision":"allowed","missing":[],"allowed_by_organizations":true}]"#,
        ),
        ("DescribeFsxFileSystem", r#"{"kind":"WINDOWS","state":"AVAILABLE"}"#),
        ("DescribeLogGroup", r#"{"arn":"arn","class":"STANDARD","kms_key":"arn"}"#),
        (
            "DescribeOrganization",
            r#"{"id":"o-a1b2c3d4e5","management":"444455556666","has_policies":true}"#,
        ),
        ("ListParents", r#"{"id":"r-ab12","is_root":true}"#),
        ("ListPoliciesForTarget", r#"[{"id":"p-1","name":"FullAWSAccess","of_aws":true}]"#),
        ("DescribePolicy", r#"{"Statement":[]}"#),
        ("GetServiceQuota", "5000.0"),
        (
            "DescribeFileSystem",
            r#"{"arn":"arn","owner":"111122223333","state":"available","one_zone":{"id":"euc1-az1","name":"eu-central-1a"},"replica":false}"#,
        ),
        (
            "DescribeMountTargets",
            r#"[{"id":"fsmt-1","vpc":"vpc-1","subnet":"subnet-1","zone":{"id":"euc1-az1","name":"eu-central-1a"},"state":"available","ipv4":"10.0.0.9","ipv6":"2001:db8::9"}]"#,
        ),
        ("DescribeMountTargetGroups", r#"["sg-1"]"#),
        (
            "DescribeAccessPoint",
            r#"{"arn":"arn","file_system":"fs-1","state":"available","user":1000,"path":"/data","creates_path":true}"#,
        ),
        ("GetFileSystemPolicy", "{}"),
    ];
    let learnt = bench.learn(|case| {
        recorded.iter().any(|(name, _)| *name == case.name).then(|| case.found.clone())?
    });
    assert_eq!(learnt.len(), recorded.len());
    for (case, _, answer) in learnt {
        let (_, fact) = recorded.iter().find(|(name, _)| *name == case.name).unwrap();
        assert_eq!(told(&answer), format!("found {fact}"), "{}", case.name);
    }
}

#[test]
fn a_list_is_what_is_on_all_its_pages() {
    let bench = Bench::new();
    let names = |inside: &str| {
        let result = "ListRolePoliciesResult";
        Reply::Ok(format!(
            "<ListRolePoliciesResponse><{result}>{inside}</{result}></ListRolePoliciesResponse>"
        ))
    };
    let ok = |body: serde_json::Value| Reply::Ok(body.to_string());
    let group = |name: &str| json!([{"logGroupName": name, "arn": "arn:*"}]);
    let target = |id: &str| {
        json!([{"FileSystemId": "fs-1", "MountTargetId": id, "SubnetId": "subnet-1", "VpcId": "vpc-1",
            "LifeCycleState": "available", "AvailabilityZoneId": "euc1-az1"}])
    };
    let policy = |id: &str| json!([{"Id": id, "AwsManaged": false}]);
    for (name, token, first, second, whole) in [
        (
            "ListRolePolicies",
            "&Marker=a%2Fb",
            names(
                "<PolicyNames><member>one</member></PolicyNames><IsTruncated>true</IsTruncated><Marker>a/b</Marker>",
            ),
            names(
                "<PolicyNames><member>two</member></PolicyNames><IsTruncated>false</IsTruncated>",
            ),
            r#"["one","two"]"#,
        ),
        (
            "DescribeLogGroup",
            r#""nextToken":"a/b""#,
            ok(json!({"logGroups": group("/ecs/web-old"), "nextToken": "a/b"})),
            ok(json!({"logGroups": group("/ecs/web")})),
            r#""arn":"arn""#,
        ),
        (
            "ListPoliciesForTarget",
            r#""NextToken":"a/b""#,
            ok(json!({"Policies": policy("p-1"), "NextToken": "a/b"})),
            ok(json!({"Policies": policy("p-2")})),
            r#""id":"p-2""#,
        ),
        (
            "DescribeMountTargets",
            "&marker=a%2fb ",
            ok(json!({"MountTargets": target("fsmt-1"), "NextMarker": "a/b"})),
            ok(json!({"MountTargets": target("fsmt-2")})),
            r#""id":"fsmt-2""#,
        ),
    ] {
        let then = |reply: Reply| Reply::Where(token, Box::new(reply), Box::new(first.clone()));
        let said = learnt(&bench, name, &then(second));
        assert!(said.starts_with("found") && said.contains(whole), "{name}: {said}");
        let round = learnt(&bench, name, &first);
        assert!(round.contains("repeats a token"), "{name}: {round}");
        for broken in [Reply::Close, Reply::Error(400, "ValidationError", "expired")] {
            let said = learnt(&bench, name, &then(broken));
            assert!(said.starts_with("a gap"), "{name}: {said}");
        }
    }
}
