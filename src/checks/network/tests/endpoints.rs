//! Endpoints: whether they are there, admit the task, and allow its calls.

use serde_json::json;

use super::{IMAGE, definition, ends, on_fargate, private, task};
use crate::report::CheckResult;
use crate::report::Status::Pass;
use crate::testing::story::Story;
use crate::testing::vpc::{ACCOUNT, NEEDED, REGION, Vpc, anywhere, interface, rule, within};

#[test]
fn without_a_way_out_every_endpoint_is_there() {
    // N16, X22, L05, X27
    let fails = ["network-endpoints fail"];
    for service in NEEDED {
        let id = format!("vpce-{service}");
        let vpc = Vpc::with_endpoints().but(|vpc| vpc.endpoints.retain(|it| it.id != id));
        ends(private(), &vpc, &fails, &[service]);
        // With a route out, none is needed.
        let vpc = Vpc::with_nat().but(|vpc| {
            vpc.endpoints =
                NEEDED.iter().filter(|it| **it != service).map(|it| interface(it)).collect();
        });
        ends(private(), &vpc, &[], &[]);
    }
    let no_s3 = Vpc::with_endpoints().but(|vpc| {
        vpc.endpoints.retain(|it| it.id != "vpce-s3");
        vpc.tables[0].routes.truncate(1);
    });
    ends(private(), &no_s3, &fails, &["s3"]);
    // N17
    let apart = Vpc::with_endpoints().but(|vpc| {
        vpc.endpoint("s3").route_tables.clear();
        vpc.tables[0].routes.truncate(1);
    });
    ends(private(), &apart, &fails, &["vpce-s3", "rtb-private"]);
    // N21
    let no_names = Vpc::with_endpoints().but(|vpc| vpc.endpoint("ecr.dkr").private_dns = false);
    // A private hosted zone or a resolver rule may resolve to it, and EC2 shows neither.
    ends(private(), &no_names, &["network-endpoints unknown"], &["private DNS", "hosted zone"]);
    let none_named = Vpc::with_endpoints()
        .but(|vpc| NEEDED.iter().for_each(|it| vpc.endpoint(it).private_dns = false));
    let results = super::told(private(), &none_named);
    let told: Vec<_> = results.iter().filter(|it| it.status.word() == "unknown").collect();
    assert_eq!(told.len(), 1, "one cause is told once: {told:#?}");
    assert!(told[0].commands.is_empty(), "AWS refuses what turns it on: {told:#?}");
    let beside = Vpc::with_nat().but(|vpc| {
        vpc.endpoints.push(interface("logs"));
        vpc.endpoint("logs").private_dns = false;
    });
    ends(private(), &beside, &["network-endpoints warn"], &["private DNS"]);
    // N25
    let failed = Vpc::with_endpoints().but(|vpc| vpc.endpoint("logs").state = "failed".to_owned());
    ends(private(), &failed, &fails, &["vpce-logs is failed"]);
    let pending =
        Vpc::with_endpoints().but(|vpc| vpc.endpoint("logs").state = "pending".to_owned());
    ends(private(), &pending, &["network-endpoints warn"], &["vpce-logs is pending"]);
    let failed = Vpc::with_endpoints().but(|vpc| vpc.endpoint("s3").state = "failed".to_owned());
    ends(private(), &failed, &fails, &["vpce-s3 is failed"]);
    let pending = Vpc::with_endpoints().but(|vpc| vpc.endpoint("s3").state = "pending".to_owned());
    ends(private(), &pending, &["network-endpoints warn"], &["vpce-s3 is pending"]);
    // N26, T12
    let other_zone =
        Vpc::with_endpoints().but(|vpc| vpc.endpoint("logs").subnets = vec!["subnet-b".to_owned()]);
    ends(private(), &other_zone, &["network-endpoints warn"], &["cross zones", "eu-west-1a"]);
}

#[test]
fn sessions_of_ecs_exec_reach_what_their_cluster_has_them_reach() {
    // N34, N37
    let cluster = |exec: serde_json::Value| {
        let key = json!({"region": REGION, "cluster": "prod"});
        let fact = json!({
            "arn": format!("arn:aws:ecs:{REGION}:{ACCOUNT}:cluster/prod"), "volume_key": null,
            "fargate_storage_key": null, "execute_command": exec,
        });
        let mut vpc = Vpc::with_endpoints();
        vpc.endpoints.push(interface("ssmmessages"));
        vpc.says("ecs:DescribeClusters", &key, &fact)
    };
    let exec = |key: Option<&str>, logging: &str| {
        json!({
            "key": key, "logging": logging, "log_group": null, "log_group_encrypted": false,
            "bucket": "sessions", "bucket_encrypted": false, "bucket_prefix": null,
        })
    };
    let run = on_fargate("subnet-a,subnet-b", "")
        .replace(r#""count": 1"#, r#""count": 1, "cluster": "prod", "enableExecuteCommand": true"#);
    let on = || task().run_as(&run);
    let own_key = exec(Some("arn:aws:kms:eu-west-1:111122223333:key/k"), "DEFAULT");
    let lacks = ["network-endpoints warn"];
    ends(on(), &cluster(own_key.clone()), &lacks, &["kms", "the key of ECS Exec sessions"]);
    let with_kms = cluster(own_key.clone()).but(|vpc| vpc.endpoints.push(interface("kms")));
    ends(on(), &with_kms, &[], &[]);
    // Its logs in S3 take the same endpoint as the layers of images.
    ends(on(), &cluster(exec(None, "OVERRIDE")), &[], &[]);
    ends(on(), &cluster(serde_json::Value::Null), &[], &[]);
    // What only warns does not make the result unknown.
    let refused = cluster(own_key.clone()).refusing("ecs:DescribeClusters");
    ends(on(), &refused, &[], &[]);
    let assumed = super::told(on(), &refused);
    let names_it = |it: &CheckResult| it.evidence.iter().any(|it| it.contains("cluster prod"));
    assert!(assumed.iter().any(|it| it.status == Pass && names_it(it)), "{assumed:#?}");
    // Without a session nobody asks for the key.
    let off = run.replace("true", "false");
    ends(task().run_as(&off), &cluster(own_key), &[], &[]);
}

#[test]
fn what_the_task_does_not_use_is_not_asked_for() {
    // N37: no KMS; and no endpoint for what the definition does not name.
    let bare = Story::given(&format!(
        r#"{{"family": "web", "networkMode": "awsvpc", "requiresCompatibilities": ["FARGATE"], "containerDefinitions": [{{"name": "app", "image": "{IMAGE}"}}]}}"#
    ));
    let vpc = Vpc::with_endpoints().but(|vpc| {
        vpc.endpoints.retain(|it| it.id.contains("ecr") || it.id.contains("s3"));
    });
    ends(bare.run_as(&on_fargate("subnet-a,subnet-b", "")), &vpc, &[], &[]);
    // T18: version 1.3.0 fetches token and secrets by an interface of Fargate's own.
    let old = on_fargate("subnet-a,subnet-b", "")
        .replace(r#""count": 1"#, r#""count": 1, "platformVersion": "1.3.0""#);
    let vpc = Vpc::with_endpoints().but(|vpc| {
        vpc.endpoints
            .retain(|it| !["vpce-ecr.api", "vpce-secretsmanager", "vpce-ssm"].contains(&&*it.id));
    });
    ends(task().run_as(&old), &vpc, &[], &[]);
    // N34
    let exec = on_fargate("subnet-a,subnet-b", "")
        .replace(r#""count": 1"#, r#""count": 1, "enableExecuteCommand": true"#);
    ends(
        task().run_as(&exec),
        &Vpc::with_endpoints(),
        &["network-endpoints warn"],
        &["ssmmessages"],
    );
}

#[test]
fn an_endpoint_admits_the_task_also_where_it_shadows_a_way_out() {
    let fails = ["network-endpoint-security-group fail"];
    let elsewhere = || vec![rule(Some((443, 443)), within("192.168.0.0/16"))];
    // N18
    let closed = Vpc::with_endpoints().but(|vpc| vpc.group("sg-endpoint").ingress = elsewhere());
    ends(private(), &closed, &fails, &["443", "sg-endpoint"]);
    for admits in [within("10.0.0.0/16"), within("10.0.0.0/21"), anywhere()] {
        let vpc = Vpc::with_endpoints()
            .but(|vpc| vpc.group("sg-endpoint").ingress = vec![rule(Some((443, 443)), admits)]);
        ends(private(), &vpc, &[], &[]);
    }
    // N24, T11
    let shadow = Vpc::with_nat().but(|vpc| {
        vpc.endpoints.push(interface("secretsmanager"));
        vpc.group("sg-endpoint").ingress = elsewhere();
    });
    ends(private(), &shadow, &fails, &["secretsmanager"]);
    // One subnet of two.
    let half = Vpc::with_endpoints().but(|vpc| {
        vpc.group("sg-endpoint").ingress = vec![rule(Some((443, 443)), within("10.0.1.0/24"))];
    });
    ends(private(), &half, &fails, &["subnet-b"]);
}

#[test]
fn the_policy_of_an_endpoint_allows_what_goes_through_it() {
    let fails = ["network-endpoint-policy fail"];
    let with = |service: &str, statement: serde_json::Value| {
        let policy = json!({"Version": "2012-10-17", "Statement": [statement]});
        Vpc::with_endpoints().but(|vpc| vpc.endpoint(service).policy = Some(policy)).says(
            "secretsmanager:DescribeSecret",
            &json!({"region": REGION, "id": format!("arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:db-AbCdEf")}),
            &json!({
                "arn": format!("arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:db-AbCdEf"),
                "kms_key": null, "deleted": null, "stages": ["AWSCURRENT"], "versions": {},
            }),
        )
    };
    let allow = |action: &str, resource: &str, principal: serde_json::Value| json!({"Effect": "Allow", "Principal": principal, "Action": action, "Resource": resource});
    let anybody = || json!("*");
    // N20
    let layers = "arn:aws:s3:::prod-eu-west-1-starport-layer-bucket/*";
    ends(
        private(),
        &with("s3", allow("s3:GetObject", "arn:aws:s3:::mine/*", anybody())),
        &fails,
        &["starport"],
    );
    ends(private(), &with("s3", allow("s3:GetObject", layers, anybody())), &[], &[]);
    let mut of_org = allow("s3:GetObject", layers, anybody());
    of_org["Condition"] = json!({"StringEquals": {"aws:PrincipalOrgID": "o-1"}});
    ends(private(), &with("s3", of_org), &["network-endpoint-policy warn"], &["starport"]);
    let own = json!({"AWS": format!("arn:aws:iam::{ACCOUNT}:role/pull")});
    ends(private(), &with("s3", allow("s3:GetObject", layers, own.clone())), &fails, &["starport"]);
    // N19
    ends(
        private(),
        &with("logs", allow("logs:CreateLogStream", "*", anybody())),
        &fails,
        &["logs:PutLogEvents"],
    );
    ends(private(), &with("logs", allow("logs:*", "*", own)), &[], &[]);
    let another = json!({"AWS": format!("arn:aws:iam::{ACCOUNT}:role/other")});
    ends(private(), &with("ecr.dkr", allow("ecr:*", "*", another)), &fails, &["ecr:BatchGetImage"]);
    ends(
        private(),
        &with(
            "secretsmanager",
            allow("secretsmanager:*", "arn:aws:secretsmanager:*:*:secret:other-*", anybody()),
        ),
        &fails,
        &["secretsmanager:GetSecretValue"],
    );
    // The VPC is known here, and the organization is not.
    let mut by_vpc = allow("ssm:*", "*", anybody());
    by_vpc["Condition"] = json!({"StringEquals": {"aws:SourceVpc": "vpc-1"}});
    ends(private(), &with("ssm", by_vpc.clone()), &[], &[]);
    by_vpc["Condition"] = json!({"StringEquals": {"aws:SourceVpc": "vpc-2"}});
    ends(private(), &with("ssm", by_vpc.clone()), &fails, &["ssm:GetParameters"]);
    by_vpc["Condition"] = json!({"StringEquals": {"aws:PrincipalOrgID": "o-1"}});
    ends(
        private(),
        &with("ssm", by_vpc),
        &["network-endpoint-policy unknown"],
        &["PrincipalOrgID"],
    );
}

#[test]
fn a_log_group_that_the_driver_has_to_create_goes_through_the_endpoint_too() {
    let streams = json!({"Version": "2012-10-17", "Statement": [{
        "Effect": "Allow", "Principal": "*", "Resource": "*",
        "Action": ["logs:CreateLogStream", "logs:PutLogEvents"],
    }]});
    let vpc = || Vpc::with_endpoints().but(|it| it.endpoint("logs").policy = Some(streams.clone()));
    let key = json!({"region": REGION, "name": "/app"});
    let call = "logs:DescribeLogGroups";
    let arn = format!("arn:aws:logs:{REGION}:{ACCOUNT}:log-group:/app");
    let there = json!({"arn": arn, "class": null, "kms_key": null});
    let story = |create: &str| {
        let options = format!(r#""awslogs-create-group": "{create}", "awslogs-group""#);
        let text = definition().replace(r#""awslogs-group""#, &options);
        Story::given(&text).run_as(&on_fargate("subnet-a,subnet-b", ""))
    };
    let fails = ["network-endpoint-policy fail"];
    let missing = || vpc().lacks(call, &key, "there is no log group /app");
    ends(story("true"), &missing(), &fails, &["refuses logs:CreateLogGroup on"]);
    ends(story("false"), &missing(), &[], &[]);
    ends(story("true"), &vpc().says(call, &key, &there), &[], &[]);
    let unknown = ["network-endpoint-policy unknown"];
    ends(story("true"), &missing().refusing(call), &unknown, &[call]);
    // Nobody is asked where the policy allows it.
    let all = Vpc::with_endpoints().but(|it| {
        let mut policy = streams.clone();
        policy["Statement"][0]["Action"] = json!("logs:*");
        it.endpoint("logs").policy = Some(policy);
    });
    ends(story("true"), &all, &[], &[]);
}
