//! How services are found.

use serde_json::{Value, json};

use super::account::{SERVICES, account, is, one};
use super::{BRIDGE, FARGATE, Line, WHOLE, tell_of};
use crate::checks::service::discovery::SERVICE_DISCOVERY;
use crate::report::Status;
use crate::testing::account::{Account, REGION};

/// In an account with the registry and the namespace that the services name.
#[track_caller]
fn tell(lines: &[Line]) {
    let known = found().recorded();
    tell_of(&SERVICE_DISCOVERY, |story| story.in_account(known.clone()), lines);
}

const AUTHORITY: &str = "arn:aws:acm-pca:eu-west-1:111122223333:certificate-authority/0123";

/// An account with the registry, the namespace and the certificate authority that the services name.
fn found() -> Account {
    let authority = json!({"region": REGION, "arn": AUTHORITY});
    account()
        .says("acm-pca:DescribeCertificateAuthority", &authority, &json!({"state": "ACTIVE"}))
        .says("acm-pca:ListTags", &authority, &json!({"AmazonECSManaged": "true"}))
        .says(
            "servicediscovery:GetService",
            &json!({"region": REGION, "id": "srv-0123456789abcdef"}),
            &json!({"records": ["SRV"]}),
        )
        .says(
            "servicediscovery:ListNamespaces",
            &json!({"region": REGION, "name": "prod"}),
            &json!({"arn": "arn:aws:servicediscovery:eu-west-1:111122223333:namespace/ns-1"}),
        )
        .says(
            "servicediscovery:ListServices",
            &json!({"region": REGION, "namespace": "ns-1"}),
            &json!([]),
        )
        .lacks(
            SERVICES,
            &json!({"region": REGION, "cluster": Value::Null, "service": "web"}),
            "MISSING",
        )
}

#[test]
fn a_registry_has_the_members_that_the_network_mode_needs() {
    let registry = |fields: &str| {
        format!(
            r#"{WHOLE}, "serviceRegistries": [{{"registryArn": "arn:aws:servicediscovery:eu-west-1:111122223333:service/srv-0123456789abcdef"{fields}}}]"#
        )
    };
    let pair = r#", "containerName": "app", "containerPort": 80"#;
    let first = "service.json#/serviceRegistries/0";
    tell(&[
        (
            BRIDGE,
            &registry(""),
            "fail",
            first,
            "values for 'containerName' and 'containerPort' must be specified from the task definition.",
        ),
        (BRIDGE, &registry(r#", "containerName": "app""#), "fail", first, ""),
        (
            FARGATE,
            &registry(&format!(r#"{pair}, "port": 80"#)),
            "fail",
            "service.json#/serviceRegistries/0/port",
            "but not both.",
        ),
        (r#""networkMode": "none""#, &registry(pair), "fail", first, ""),
        (
            BRIDGE,
            &registry(r#", "containerName": "nope", "containerPort": 80"#),
            "fail",
            "service.json#/serviceRegistries/0/containerName",
            "",
        ),
        (
            BRIDGE,
            &registry(r#", "containerName": "app", "containerPort": 81"#),
            "fail",
            "service.json#/serviceRegistries/0/containerPort",
            "",
        ),
        (FARGATE, WHOLE, "skip", "service.json#", ""),
    ]);
}

#[test]
fn service_connect_has_named_ports_and_valid_names() {
    let connect = |services: &str| {
        format!(
            r#"{WHOLE}, "serviceConnectConfiguration": {{"enabled": true, "namespace": "prod", "services": [{services}]}}"#
        )
    };
    let alias = |name: &str| {
        format!(r#"{{"portName": "web", "clientAliases": [{{"port": 80, "dnsName": "{name}"}}]}}"#)
    };
    let first = "service.json#/serviceConnectConfiguration/services/0";
    let name = format!("{first}/clientAliases/0/dnsName");
    let long = "a".repeat(128);
    tell(&[
        (
            FARGATE,
            &connect(r#"{"portName": "nope", "clientAliases": [{"port": 80}]}"#),
            "fail",
            &format!("{first}/portName"),
            "portName(nope) does not refer to any named PortMapping",
        ),
        (
            FARGATE,
            &connect(r#"{"portName": "web"}"#),
            "fail",
            first,
            "clientAliases must have 1 element.",
        ),
        (
            FARGATE,
            &connect(r#"{"portName": "web", "clientAliases": [{"port": 80}, {"port": 81}]}"#),
            "fail",
            &format!("{first}/clientAliases"),
            "2 clientAliases exceeds the max limit of 1",
        ),
        (
            FARGATE,
            &connect(&alias("a b c")),
            "fail",
            &name,
            "The DNS name that you provided is invalid.",
        ),
        (FARGATE, &connect(&alias("-api")), "fail", &name, ""),
        (FARGATE, &connect(&alias("API")), "fail", &name, ""),
        (FARGATE, &connect(&alias(&long)), "fail", &name, ""),
        (
            FARGATE,
            &connect(
                r#"{"portName": "web", "discoveryName": "Web", "clientAliases": [{"port": 80}]}"#,
            ),
            "fail",
            &format!("{first}/discoveryName"),
            "",
        ),
        (
            FARGATE,
            &connect(r#"{"portName": "web", "clientAliases": [{"port": 70000}]}"#),
            "fail",
            &format!("{first}/clientAliases/0/port"),
            "",
        ),
        (
            FARGATE,
            &connect(
                r#"{"portName": "web", "discoveryName": "a", "clientAliases": [{"port": 80, "dnsName": "x"}]}, {"portName": "web", "discoveryName": "b", "clientAliases": [{"port": 80, "dnsName": "x"}]}"#,
            ),
            "fail",
            "service.json#/serviceConnectConfiguration/services/1/clientAliases/0",
            "",
        ),
    ]);
    let client = format!(
        r#"{WHOLE}, "serviceConnectConfiguration": {{"enabled": true, "namespace": "prod"}}"#
    );
    let on = "service.json#/serviceConnectConfiguration/enabled";
    let hosted = r#""networkMode": "host", "memory": "512""#;
    let windows = r#""networkMode": "awsvpc", "memory": "512", "runtimePlatform": {"operatingSystemFamily": "WINDOWS_SERVER_2022_CORE"}"#;
    tell(&[(hosted, &client, "warn", on, ""), (windows, &client, "fail", on, "")]);
    let off = format!(r#"{WHOLE}, "serviceConnectConfiguration": {{"enabled": false}}"#);
    tell(&[(FARGATE, &off, "skip", "service.json#", "")]);
}

#[test]
fn vpc_lattice_uses_a_named_port() {
    let on = |name: &str, group: &str| {
        format!(
            r#"{WHOLE}, "vpcLatticeConfigurations": [{{"roleArn": "arn", "targetGroupArn": "{group}", "portName": "{name}"}}]"#
        )
    };
    let own = "arn:aws:vpc-lattice:eu-west-1:111122223333:targetgroup/tg-0123456789abcdef0";
    let lattice = |name: &str| on(name, own);
    tell(&[
        (FARGATE, &lattice("web"), "pass", "service.json#", ""),
        (
            FARGATE,
            &lattice("nope"),
            "fail",
            "service.json#/vpcLatticeConfigurations/0/portName",
            "",
        ),
        (
            FARGATE,
            &on("web", "arn:aws:elasticloadbalancing:eu-west-1:111122223333:targetgroup/web/0123"),
            "fail",
            "service.json#/vpcLatticeConfigurations/0/targetGroupArn",
            "",
        ),
    ]);
}

#[test]
fn tls_of_service_connect_has_an_authority_and_a_role() {
    let tls = |fields: &str| {
        format!(
            r#"{WHOLE}, "serviceConnectConfiguration": {{"enabled": true, "namespace": "prod",
                "services": [{{"portName": "web", "clientAliases": [{{"port": 80}}], "tls": {{{fields}}}}}]}}"#
        )
    };
    let issuer =
        |arn: &str| format!(r#""issuerCertificateAuthority": {{"awsPcaAuthorityArn": "{arn}"}}"#);
    let role = r#""roleArn": "arn:aws:iam::111122223333:role/tls", "#;
    let own = issuer(AUTHORITY);
    let certificate = issuer("arn:aws:acm:eu-west-1:111122223333:certificate/0123");
    let at = "service.json#/serviceConnectConfiguration/services/0/tls";
    let authority = &format!("{at}/issuerCertificateAuthority/awsPcaAuthorityArn");
    tell(&[
        (FARGATE, &tls(&format!("{role}{own}")), "pass", "service.json#", ""),
        (FARGATE, &tls(&own), "warn", at, "ECS cannot issue a certificate"),
        (FARGATE, &tls(&format!("{role}{certificate}")), "fail", authority, ""),
    ]);
    // As the account has it.
    let key = json!({"region": REGION, "arn": AUTHORITY});
    let (described, tags) = ("acm-pca:DescribeCertificateAuthority", "acm-pca:ListTags");
    let state = |state: &str| found().says(described, &key, &json!({"state": state}));
    for (account, status, words) in [
        (state("DISABLED"), Status::Fail, "is DISABLED"),
        (state("PENDING_CERTIFICATE"), Status::Fail, "is PENDING_CERTIFICATE"),
        (
            found().lacks(described, &key, "ResourceNotFoundException"),
            Status::Fail,
            "no such thing",
        ),
        (found().says(tags, &key, &json!({})), Status::Warn, "no tag AmazonECSManaged"),
        (found().refuses(tags, &key), Status::Pass, ""),
        (found().refuses(described, &key), Status::Unknown, described),
    ] {
        let story = super::service(FARGATE, &tls(&format!("{role}{own}")));
        is(&one(&SERVICE_DISCOVERY, story, account), status, words);
    }
}
