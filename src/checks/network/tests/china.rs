//! In China some endpoint services are named as elsewhere, others begin with `cn.`.

use super::{GROUP, brief, definition, on_fargate, wrong};
use crate::facts::Recording;
use crate::report::CheckResult;
use crate::testing::story::Story;
use crate::testing::vpc::{ACCOUNT, NEEDED, Vpc};

fn moved(text: &str) -> String {
    text.replace("eu-west-1.amazonaws.com", "cn-north-1.amazonaws.com.cn")
        .replace("eu-west-1", "cn-north-1")
        .replace("euw1-", "cnn1-")
        .replace("arn:aws:", "arn:aws-cn:")
}

fn told_in_china(vpc: &Vpc) -> Vec<CheckResult> {
    let recording = Recording::parse(&moved(&vpc.written())).unwrap();
    Story::given(&moved(&definition()))
        .run_as(&on_fargate("subnet-a,subnet-b", ""))
        .in_account(recording)
        .judged(|group, _| group.name == GROUP.name)
}

fn named(with_prefix: &[&str]) -> Vpc {
    Vpc::with_endpoints().but(|vpc| {
        for service in with_prefix {
            let endpoint = vpc.endpoint(service);
            endpoint.service = format!("cn.{}", endpoint.service);
        }
    })
}

#[test]
fn an_endpoint_is_known_by_either_name() {
    for prefixed in [&[][..], &["ecr.api", "ecr.dkr", "logs"], &NEEDED, &["s3"]] {
        let results = told_in_china(&named(prefixed));
        assert_eq!(wrong(&results), Vec::<String>::new(), "{prefixed:?}: {}", brief(&results));
        let passed = results.iter().find(|it| it.id == "network-endpoints").unwrap();
        assert_eq!(passed.status.word(), "pass", "{}", passed.message);
    }
}

#[test]
fn one_that_is_missing_is_to_be_looked_up_by_its_end() {
    let vpc = named(&["ecr.api"]).but(|vpc| vpc.endpoints.retain(|it| it.id != "vpce-logs"));
    let results = told_in_china(&vpc);
    assert_eq!(wrong(&results), ["network-endpoints fail"], "{}", brief(&results));
    let missing = results.iter().find(|it| it.status.word() == "fail").unwrap();
    let [command] = missing.commands.as_slice() else { panic!("{:?}", missing.commands) };
    for words in ["describe-vpc-endpoint-services", "--region cn-north-1", ".cn-north-1.logs'"] {
        assert!(command.to_string().contains(words), "{command}");
    }
    assert!(!missing.message.contains(ACCOUNT), "{}", missing.message);
}
