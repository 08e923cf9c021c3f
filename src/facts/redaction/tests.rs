use serde_json::json;

use super::*;
use crate::facts::Recording;

const DEMO: &str = include_str!("../../../demo/account.json");

#[test]
fn words_of_aws_stay_and_names_go() {
    let table = [
        ("ACTIVE", "ACTIVE"),
        ("eu-central-1", "eu-central-1"),
        ("us-gov-west-1b", "us-gov-west-1b"),
        ("secretsmanager:DescribeSecret", "secretsmanager:DescribeSecret"),
        ("kms:*", "kms:*"),
        ("2026-12-23T04:25:38.2Z", "2026-12-23T04:25:38.2Z"),
        ("2012-10-17", "2012-10-17"),
        ("application/vnd.oci.image.index.v1+json", "application/vnd.oci.image.index.v1+json"),
        (
            "arn:aws:iam::aws:policy/service-role/AmazonECSTask",
            "arn:aws:iam::aws:policy/service-role/AmazonECSTask",
        ),
        ("/aws/service/ecs/optimized-ami", "/aws/service/ecs/optimized-ami"),
        ("alias/aws/ssm", "alias/aws/ssm"),
        ("2.7.0", "2.7.0"),
        ("docker.io/library", "docker.io/library"),
        ("ecs-tasks.amazonaws.com", "ecs-tasks.amazonaws.com"),
        ("shop", "name01"),
        ("/aws/ecs/shop", "/aws/ecs/name01"),
        ("shop-web:shop", "name02-name01:name01"),
        ("111122223333", "100000000001"),
        ("arn:aws:s3:::shop/web.env", "arn:aws:s3:::name01/name02.name03"),
        ("1234abcd-12ab-34cd-56ef-1234567890ab", "00000000-0000-4000-8000-000000000001"),
        (
            "111122223333.dkr.ecr.eu-central-1.amazonaws.com/shop:2.7",
            "100000000001.dkr.ecr.eu-central-1.amazonaws.com/name01:2.7",
        ),
        (
            "arn:aws:secretsmanager:eu-central-1:111122223333:secret:shop/db-qfMoeq",
            "arn:aws:secretsmanager:eu-central-1:100000000001:secret:name03/name01-name02",
        ),
    ];
    for (given, expected) in table {
        let value = json!({ "name": given });
        let redacted = Aliases::of([&value].into_iter()).apply(&value);
        // The numbers follow the order of the words, which is not the point here.
        let numbers = |text: &str| text.replace(|c: char| c.is_ascii_digit(), "#");
        assert_eq!(numbers(redacted["name"].as_str().unwrap()), numbers(expected), "{given}");
    }
}

#[test]
fn a_digest_becomes_another_digest_and_the_same_one_everywhere() {
    let digest = |hex: char| format!("sha256:{}", hex.to_string().repeat(64));
    let value = json!([digest('a'), { "digest": digest('a') }, digest('b')]);
    let redacted = Aliases::of([&value].into_iter()).apply(&value);
    assert_eq!(redacted[0], redacted[1]["digest"]);
    assert_ne!(redacted[0], redacted[2]);
    assert_eq!(redacted[0].as_str().unwrap().len(), digest('a').len());
    assert_ne!(redacted[0], value[0]);
}

#[test]
fn a_sentence_keeps_its_words_and_loses_the_names() {
    let value = json!({
        "key": { "name": "orders" },
        "answer": {
            "sentence": "there is no parameter orders in eu-central-1",
            "why": "no connection to registry.acme.example, as arn:aws:iam::111122223333:user/ada says",
        },
    });
    let redacted = Aliases::of([&value].into_iter()).apply(&value);
    let sentence = redacted["answer"]["sentence"].as_str().unwrap();
    assert!(sentence.starts_with("there is no parameter name"), "{sentence}");
    assert!(sentence.ends_with(" in eu-central-1"), "{sentence}");
    let why = redacted["answer"]["why"].as_str().unwrap();
    assert!(why.starts_with("no connection to registry.name"), "{why}");
    for name in ["orders", "acme", "example", "ada", "111122223333"] {
        assert!(!redacted.to_string().contains(name), "{name}: {redacted}");
    }
}

#[test]
fn given_the_demo_then_no_name_of_it_is_left_and_every_fact_is_still_there() {
    let original = Recording::parse(DEMO).unwrap();
    let redacted = original.redacted();
    assert_eq!(redacted.len(), original.len(), "two questions became one");
    let text = redacted.print();
    let names = [
        "storefront",
        "worker",
        "proxy",
        "database",
        "session",
        "legacy",
        "qfMoeq",
        "payment",
        "paymnet",
        "production",
        "graviton",
        "111122223333",
        "7a51b6f7bc29",
        "/ci\"",
    ];
    for name in names {
        assert!(DEMO.contains(name), "{name} is no name of the demo");
        assert!(!text.contains(name), "{name} is left");
    }
    assert_eq!(text, original.redacted().print(), "it is the same each time");
    assert_eq!(Recording::parse(&text).unwrap().print(), text);
}
