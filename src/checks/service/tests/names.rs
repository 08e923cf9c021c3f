//! What the checks say of registries and namespaces, with what the account answers.

use serde_json::{Value, json};

use super::account::{SERVICES, account, is, live, one, web};
use super::{APP, BRIDGE, FARGATE};
use crate::checks::service::discovery::SERVICE_DISCOVERY;
use crate::report::Status;
use crate::testing::account::REGION;
use crate::testing::story::Story;

/// The service in this mode with one registry.
fn registered(mode: &str, fields: &str) -> Story {
    Story::containers_and(APP, mode).served_by(&format!(
        r#"{{"serviceName": "web", "serviceRegistries": [{{"registryArn": "arn:aws:servicediscovery:eu-west-1:111122223333:service/srv-1"{fields}}}]}}"#
    ))
}

#[test]
fn a_registry_makes_the_records_that_the_network_mode_needs() {
    let call = "servicediscovery:GetService";
    let key = json!({"region": REGION, "id": "srv-1"});
    let makes = |records: &[&str]| account().says(call, &key, &json!({"records": records}));
    let pair = r#", "containerName": "app", "containerPort": 80"#;
    let port = r#", "port": 80"#;
    for (mode, fields, records, expected, words) in [
        (FARGATE, "", &["A"][..], Status::Pass, "exists and fits"),
        (FARGATE, pair, &["A"], Status::Fail, "containerPort is set"),
        (FARGATE, port, &["A"], Status::Fail, "port is set"),
        (FARGATE, pair, &["SRV"], Status::Pass, ""),
        (FARGATE, port, &["SRV"], Status::Pass, ""),
        (FARGATE, "", &["SRV"], Status::Fail, "neither port nor"),
        (FARGATE, pair, &["A", "SRV"], Status::Pass, ""),
        (FARGATE, "", &[], Status::Pass, ""),
        (BRIDGE, pair, &["SRV"], Status::Pass, ""),
        (BRIDGE, pair, &["A"], Status::Fail, "needs SRV records"),
    ] {
        let result = one(&SERVICE_DISCOVERY, registered(mode, fields), makes(records));
        is(&result, expected, words);
    }
    let missing = account().lacks(call, &key, "ServiceNotFound");
    is(&one(&SERVICE_DISCOVERY, registered(FARGATE, ""), missing), Status::Fail, "no such thing");
    let refused = account().refuses(call, &key);
    is(&one(&SERVICE_DISCOVERY, registered(FARGATE, ""), refused), Status::Unknown, call);
}

#[test]
fn service_connect_has_a_namespace() {
    let connected = |namespace: &str| {
        Story::containers_and(APP, FARGATE).served_by(&format!(
            r#"{{"serviceName": "web", "cluster": "prod", "serviceConnectConfiguration": {{"enabled": true{namespace}}}}}"#
        ))
    };
    let arn = "arn:aws:servicediscovery:eu-west-1:111122223333:namespace/ns-1";
    let named = json!({"region": REGION, "name": "lab"});
    let by_id = json!({"region": REGION, "id": "ns-1"});
    let of_cluster = json!({"region": REGION, "cluster": "prod"});
    let found = json!({"arn": arn});
    let (list, get, clusters) = (
        "servicediscovery:ListNamespaces",
        "servicediscovery:GetNamespace",
        "ecs:DescribeClusters",
    );
    let cluster = |namespace: Value| {
        json!({"arn": "arn", "volume_key": null, "fargate_storage_key": null,
            "execute_command": null, "namespace": namespace})
    };
    let by_name = r#", "namespace": "lab""#;
    let by_arn = format!(r#", "namespace": "{arn}""#);
    for (namespace, account, expected, words) in [
        (by_name, account().says(list, &named, &found), Status::Pass, ""),
        (by_name, account().lacks(list, &named, "not listed"), Status::Fail, "no such thing"),
        (by_name, account().refuses(list, &named), Status::Unknown, list),
        (&*by_arn, account().says(get, &by_id, &found), Status::Pass, ""),
        (
            &*by_arn,
            account().lacks(get, &by_id, "NamespaceNotFound"),
            Status::Fail,
            "no such thing",
        ),
        ("", account().says(clusters, &of_cluster, &cluster(json!(arn))), Status::Pass, ""),
        (
            "",
            account().says(clusters, &of_cluster, &cluster(Value::Null)),
            Status::Fail,
            "no namespace",
        ),
        ("", account().refuses(clusters, &of_cluster), Status::Unknown, clusters),
    ] {
        is(&one(&SERVICE_DISCOVERY, connected(namespace), account), expected, words);
    }
}

#[test]
fn the_names_of_a_new_service_are_free() {
    let arn = "arn:aws:servicediscovery:eu-west-1:111122223333:namespace/ns-1";
    let call = "servicediscovery:ListServices";
    let key = json!({"region": REGION, "namespace": "ns-1"});
    let story = |kind: &str, name: &str| {
        Story::containers_and(APP, FARGATE).served_by(&format!(
            r#"{{"{kind}": "web", "cluster": "prod", "serviceConnectConfiguration": {{"enabled": true, "namespace": "lab", "services": [{{"portName": "web"{name}, "clientAliases": [{{"port": 80}}]}}]}}}}"#
        ))
    };
    let using = |names: &[&str]| {
        account()
            .says(
                "servicediscovery:ListNamespaces",
                &json!({"region": REGION, "name": "lab"}),
                &json!({"arn": arn}),
            )
            .says(call, &key, &json!(names))
            .lacks(SERVICES, &web(), "MISSING")
    };
    let own = r#", "discoveryName": "api""#;
    for (kind, name, used, expected) in [
        ("serviceName", "", &["api"][..], Status::Pass),
        ("serviceName", "", &["web"], Status::Fail),
        ("serviceName", own, &["web"], Status::Pass),
        ("serviceName", own, &["api"], Status::Fail),
        ("service", "", &["web"], Status::Pass),
    ] {
        let result = one(&SERVICE_DISCOVERY, story(kind, name), using(used));
        assert_eq!(result.status, expected, "{result:#?}");
    }
    let there = using(&["web"]).says(SERVICES, &web(), &live(&json!({})));
    is(&one(&SERVICE_DISCOVERY, story("serviceName", ""), there), Status::Pass, "");
    let refused = using(&[]).refuses(call, &key);
    is(&one(&SERVICE_DISCOVERY, story("serviceName", ""), refused), Status::Unknown, call);
}
