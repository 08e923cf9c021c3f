use super::*;
use proptest::prelude::*;

const SM: &str = "arn:aws:secretsmanager:us-east-1:111122223333:";
const SSM: &str = "arn:aws:ssm:eu-west-1:111122223333:";

fn secret(text: &str) -> SecretRef {
    match text.parse() {
        Ok(ValueFrom::Secret(secret)) => secret,
        other => panic!("{text}: {other:?}"),
    }
}

fn parameter(text: &str) -> ParameterRef {
    match text.parse() {
        Ok(ValueFrom::Parameter(parameter)) => parameter,
        other => panic!("{text}: {other:?}"),
    }
}

#[test]
fn a_secret_is_named_whole_or_in_part() {
    let version = "9d4cb84b-ad69-40c0-a0ab-cead3EXAMPLE";
    let cases = [
        ("secret:db-AbCdEf", None, None, None),
        ("secret:db-AbCdEf:::", None, None, None),
        ("secret:db-AbCdEf:password::", Some("password"), None, None),
        ("secret:db-AbCdEf::AWSPREVIOUS:", None, Some("AWSPREVIOUS"), None),
        ("secret:db-AbCdEf:::9d4cb84b-ad69-40c0-a0ab-cead3EXAMPLE", None, None, Some(version)),
        ("secret:db-AbCdEf:password:AWSPREVIOUS:", Some("password"), Some("AWSPREVIOUS"), None),
    ];
    for (resource, json_key, stage, version) in cases {
        let text = format!("{SM}{resource}");
        let secret = secret(&text);
        assert_eq!(secret.secret_arn().to_string(), format!("{SM}secret:db-AbCdEf"));
        assert_eq!(secret.id, "db-AbCdEf");
        assert_eq!(secret.json_key.as_deref(), json_key);
        assert_eq!(secret.stage.as_deref(), stage);
        assert_eq!(secret.version.as_deref(), version);
        assert_eq!(secret.to_string(), text);
    }
}

#[test]
fn the_six_characters_at_the_end_are_seen() {
    let cases = [
        ("db-AbCdEf", true),
        ("prod/db-a1B2c3", true),
        ("rds!db-5e1c-AbCdEf", true),
        ("db", false),
        ("my-db", false),
        ("db-AbCdEfg", false),
        ("-AbCdEf", false),
    ];
    for (id, full) in cases {
        assert_eq!(secret(&format!("{SM}secret:{id}")).has_suffix(), full, "{id}");
    }
}

#[test]
fn a_dot_in_the_json_key_is_told() {
    assert_eq!(secret(&format!("{SM}secret:db-AbCdEf:a.b::")).nested_key(), Some("a.b"));
    assert_eq!(secret(&format!("{SM}secret:db-AbCdEf:a::")).nested_key(), None);
}

#[test]
fn a_parameter_is_named_by_name_or_by_arn() {
    let cases: [(&str, &[&str]); 6] = [
        ("db", &["db"]),
        ("prod/db", &["prod/db"]),
        ("/prod/db/password", &["/prod/db/password"]),
        ("/db", &["/db"]),
        ("arn:aws:ssm:eu-west-1:111122223333:parameter/db", &["db", "/db"]),
        ("arn:aws:ssm:eu-west-1:111122223333:parameter/prod/db", &["/prod/db"]),
    ];
    for (text, names) in cases {
        let parameter = parameter(text);
        assert_eq!(parameter.candidate_names(), names, "{text}");
        assert_eq!(parameter.selector, None);
        assert_eq!(parameter.to_string(), text);
    }
    assert_eq!(parameter("/prod/db").resource(), "parameter/prod/db");
}

#[test]
fn a_version_or_label_of_a_parameter_is_kept_apart() {
    let by_version = parameter("/prod/db:3");
    assert_eq!((by_version.name.as_str(), by_version.selector.as_deref()), ("/prod/db", Some("3")));

    let by_label = parameter(&format!("{SSM}parameter/prod/db:live"));
    assert_eq!(by_label.selector.as_deref(), Some("live"));
    assert_eq!(by_label.arn.map(|arn| arn.to_string()), Some(format!("{SSM}parameter/prod/db")));
}

#[test]
fn region_and_account_are_told_if_they_are_written() {
    let by_arn: ValueFrom = format!("{SSM}parameter/db").parse().unwrap();
    assert_eq!(by_arn.region().map(Region::as_str), Some("eu-west-1"));
    assert_eq!(by_arn.account().map(AccountId::as_str), Some("111122223333"));

    let by_name: ValueFrom = "/db".parse().unwrap();
    assert_eq!((by_name.region(), by_name.account()), (None, None));
}

#[test]
fn a_secret_can_be_asked_for_through_parameter_store() {
    for text in [
        "/aws/reference/secretsmanager/prod/db",
        "arn:aws:ssm:eu-west-1:111122223333:parameter/aws/reference/secretsmanager/prod/db",
    ] {
        match text.parse() {
            Ok(ValueFrom::SecretThroughParameter { secret_id, parameter }) => {
                assert_eq!(secret_id, "prod/db");
                assert_eq!(parameter.name, "/aws/reference/secretsmanager/prod/db");
            }
            other => panic!("{text}: {other:?}"),
        }
    }
}

#[test]
fn other_partitions_and_public_parameters_are_read() {
    secret("arn:aws-cn:secretsmanager:cn-north-1:111122223333:secret:x-AbCdEf");
    parameter("arn:aws-us-gov:ssm:us-gov-west-1:111122223333:parameter/x");
    parameter("arn:aws:ssm:us-east-1::parameter/aws/service/global-infrastructure/version");
}

#[test]
fn what_is_no_value_from_is_refused_with_its_cause() {
    type Cause = fn(&ValueFromError) -> bool;
    use ValueFromError as E;
    let cases: [(&str, Cause); 31] = [
        ("", |e| matches!(e, E::Empty)),
        ("{{resolve:secretsmanager:x}}", |e| matches!(e, E::DynamicReference(_))),
        ("arn:aws:secretsmanager:DB_USER::", |e| matches!(e, E::Arn { .. })),
        ("arn:aws:secretsmanager:us-east-1:12:secret:x", |e| matches!(e, E::Arn { .. })),
        ("arn:amazon:ssm:us-east-1:111122223333:parameter/x", |e| {
            matches!(e, E::UnknownPartition { .. })
        }),
        ("arn:aws:ssm:cn-north-1:111122223333:parameter/x", |e| {
            matches!(e, E::PartitionOfRegion { .. })
        }),
        ("arn:aws-cn:ssm:us-east-1:111122223333:parameter/x", |e| {
            matches!(e, E::PartitionOfRegion { .. })
        }),
        ("arn:aws:s3:::bucket/key", |e| matches!(e, E::OtherService(_))),
        ("arn:aws:appconfig:us-east-1:111122223333:application/x", |e| {
            matches!(e, E::OtherService(_))
        }),
        ("arn:aws:ssm::111122223333:parameter/x", |e| matches!(e, E::NoRegion(_))),
        ("arn:aws:ssm:us-east-1::parameter/x", |e| matches!(e, E::NoAccount(_))),
        ("arn:aws:ssm:us-east-1:aws:parameter/x", |e| matches!(e, E::NoAccount(_))),
        ("arn:aws:secretsmanager:us-east-1::secret:x", |e| matches!(e, E::NoAccount(_))),
        ("arn:aws:secretsmanager:us-east-1:111122223333:db-AbCdEf", |e| {
            matches!(e, E::NotASecret(_))
        }),
        ("arn:aws:secretsmanager:us-east-1:111122223333:secret:", |e| matches!(e, E::NoName(_))),
        ("arn:aws:secretsmanager:us-east-1:111122223333:secret:a b", |e| {
            matches!(e, E::Character { character: ' ', .. })
        }),
        ("arn:aws:secretsmanager:us-east-1:111122223333:secret:x:k", |e| {
            matches!(e, E::FieldCount { found: 1, .. })
        }),
        ("arn:aws:secretsmanager:us-east-1:111122223333:secret:x:k:", |e| {
            matches!(e, E::FieldCount { found: 2, .. })
        }),
        ("arn:aws:secretsmanager:us-east-1:111122223333:secret:x:k:::", |e| {
            matches!(e, E::FieldCount { found: 4, .. })
        }),
        ("arn:aws:secretsmanager:us-east-1:111122223333:secret:x:k:s:v", |e| {
            matches!(e, E::StageAndVersion(_))
        }),
        ("arn:aws:ssm:us-east-1:111122223333:document/x", |e| matches!(e, E::NotAParameter(_))),
        ("arn:aws:ssm:us-east-1:111122223333:parameterx", |e| matches!(e, E::NotAParameter(_))),
        ("arn:aws:ssm:us-east-1:111122223333:parameter/", |e| matches!(e, E::NoName(_))),
        ("arn:aws:ssm:us-east-1:111122223333:parameter//prod/db", |e| {
            matches!(e, E::DoubleSlash(_))
        }),
        ("//prod/db", |e| matches!(e, E::DoubleSlash(_))),
        ("/", |e| matches!(e, E::NoName(_))),
        ("/prod/my db", |e| matches!(e, E::Character { character: ' ', .. })),
        ("/prod/db:", |e| matches!(e, E::NoName(_))),
        ("arn:aws:ssm:us-east-1:111122223333:parameter/x:password::", |e| {
            matches!(e, E::JsonKeyOnParameter(_))
        }),
        ("prod/db:password::", |e| matches!(e, E::JsonKeyOnParameter(_))),
        ("/aws/reference/secretsmanager/db:3", |e| matches!(e, E::VersionOnReference(_))),
    ];
    for (text, cause) in cases {
        let error = text.parse::<ValueFrom>().unwrap_err();
        assert!(cause(&error), "{text}: {error:?}");
    }
}

#[test]
fn given_too_few_colons_then_the_error_shows_the_right_ones() {
    let error = format!("{SM}secret:db-AbCdEf:password").parse::<ValueFrom>().unwrap_err();
    assert!(error.to_string().ends_with("write all three colons: `secret:db-AbCdEf:password::`"));
}

proptest! {
    #[test]
    fn any_text_is_read_or_refused(
        start in "(|/|arn:aws:ssm:us-east-1:111122223333:parameter/|arn:aws:secretsmanager:us-east-1:111122223333:secret:)",
        rest in "[a-z0-9:/.!-]{0,20}|\\PC{0,20}",
    ) {
        let text = start + &rest;
        if let Ok(value) = text.parse::<ValueFrom>() {
            prop_assert_eq!(value.to_string(), text);
        }
    }
}
