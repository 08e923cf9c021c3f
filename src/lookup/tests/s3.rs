//! Answers of S3: headers without a body, redirects, and the list that shows what a refusal hides.

use super::*;

const OF_S3: &str = "x-amz-request-id: 1";

fn learnt_from(name: &str, reply: &Reply) -> String {
    learnt(&Bench::new(), name, reply)
}

fn raw(status: u16, headers: &'static str, body: &str) -> Reply {
    Reply::Raw(status, headers, body.to_owned())
}

/// The first reply to requests that are signed for this region, the second to others.
fn signed_for(region: &'static str, then: Reply, otherwise: Reply) -> Reply {
    Reply::Where(region, Box::new(then), Box::new(otherwise))
}

/// This list of the bucket, and the second reply to every other request.
fn listed(list: &str, otherwise: Reply) -> Reply {
    let asked = "get /web/?list-type=2&max-keys=1&prefix=web.env http/1.1";
    Reply::Where(asked, Box::new(raw(200, OF_S3, list)), Box::new(otherwise))
}

#[test]
fn how_an_object_is_encrypted_is_in_its_headers() {
    let found = |headers| learnt_from("HeadObject", &raw(200, headers, ""));
    assert_eq!(found(OF_S3), r#"found {"encryption":"own"}"#);
    assert_eq!(
        found("x-amz-request-id: 1\r\nx-amz-server-side-encryption: AES256"),
        r#"found {"encryption":"own"}"#
    );
    assert_eq!(
        found(
            "x-amz-request-id: 1\r\nx-amz-server-side-encryption: aws:kms\r\nx-amz-server-side-encryption-aws-kms-key-id: arn:k"
        ),
        r#"found {"encryption":{"key":"arn:k"},"bucket_key":false}"#
    );
    assert_eq!(
        found(
            "x-amz-request-id: 1\r\nx-amz-server-side-encryption-aws-kms-key-id: arn:k\r\nx-amz-server-side-encryption-bucket-key-enabled: true"
        ),
        r#"found {"encryption":{"key":"arn:k"},"bucket_key":true}"#
    );
    for (headers, lacks) in [
        ("server: proxy", "the request id"),
        (
            "x-amz-request-id: 1\r\nx-amz-server-side-encryption: aws:kms",
            "the KMS key of the object",
        ),
        (
            "x-amz-request-id: 1\r\nx-amz-server-side-encryption-aws-kms-key-id: arn:k\r\nx-amz-server-side-encryption-bucket-key-enabled: maybe",
            "a readable true or false",
        ),
    ] {
        let said = found(headers);
        assert!(said.starts_with("a gap") && said.contains(lacks), "{headers}: {said}");
    }
}

#[test]
fn a_missing_object_is_missing_only_if_s3_says_so() {
    let said = |status, headers| learnt_from("HeadObject", &raw(status, headers, ""));
    assert!(said(404, OF_S3).starts_with("absent"));
    assert!(said(404, "server: proxy").contains("which did not come from S3"));
    assert!(said(403, OF_S3).starts_with("a gap"));
    assert!(said(500, OF_S3).starts_with("a gap"));
}

#[test]
fn a_missing_bucket_is_told_by_its_list() {
    let asked = "get /web/?list-type=2&max-keys=1&prefix=web.env http/1.1";
    let said = |status, code: &str| {
        let error = raw(status, OF_S3, &format!("<Error><Code>{code}</Code></Error>"));
        let reply = Reply::Where(asked, Box::new(error), Box::new(raw(404, OF_S3, "")));
        learnt_from("HeadObject", &reply)
    };
    assert_eq!(said(404, "NoSuchBucket"), "absent: there is no S3 bucket web");
    let object = "absent: there is no S3 object s3://web/web.env";
    assert_eq!(said(403, "AccessDenied"), object);
    assert_eq!(said(404, "NoSuchKey"), object);
}

#[test]
fn an_object_that_the_list_contains_is_not_missing() {
    let list = "<ListBucketResult><Name>web</Name><Prefix>web.env</Prefix><KeyCount>1</KeyCount><Contents><Key>web.env</Key></Contents></ListBucketResult>";
    let said = learnt_from("HeadObject", &listed(list, raw(404, OF_S3, "")));
    assert!(said.starts_with("a gap") && said.contains("the bucket's list contains it"), "{said}");
}

#[test]
fn the_list_of_a_bucket_shows_what_a_refusal_hides() {
    let list = |inside: &str| format!("<ListBucketResult>{inside}</ListBucketResult>");
    let of = "<Name>web</Name><Prefix>web.env</Prefix>";
    let said =
        |inside: &str| learnt_from("HeadObject", &listed(&list(inside), raw(403, OF_S3, "")));
    let there = format!("{of}<KeyCount>1</KeyCount><Contents><Key>web.env</Key></Contents>");
    assert_eq!(said(&there), r#"found {"encryption":"untold"}"#);
    let longer = format!("{of}<KeyCount>1</KeyCount><Contents><Key>web.env.old</Key></Contents>");
    assert!(said(&longer).starts_with("absent"));
    assert!(said(&format!("{of}<KeyCount>0</KeyCount>")).starts_with("absent"));
    for unclear in [
        of.to_owned(),
        format!("{of}<KeyCount>1</KeyCount>"),
        format!("{of}<KeyCount>1</KeyCount><Contents/>"),
        "<Name>web</Name><KeyCount>0</KeyCount>".to_owned(),
        "<Name>other</Name><Prefix>web.env</Prefix><KeyCount>0</KeyCount>".to_owned(),
        "<Name>web</Name><Prefix>other</Prefix><KeyCount>0</KeyCount>".to_owned(),
    ] {
        assert!(said(&unclear).contains("s3:ListBucket"), "{unclear}: {}", said(&unclear));
    }
    let foreign = listed("<ListResult/>", raw(403, OF_S3, ""));
    assert!(learnt_from("HeadObject", &foreign).starts_with("a gap"));
}

#[test]
fn a_bucket_of_another_region_is_asked_there_and_signed_anew() {
    let away = "x-amz-request-id: 1\r\nx-amz-bucket-region: us-east-1";
    let error = "<Error><Code>PermanentRedirect</Code><Message>elsewhere</Message></Error>";
    for status in [301, 307, 400] {
        let then =
            |found| signed_for("/us-east-1/s3/aws4_request", found, raw(status, away, error));
        assert_eq!(
            learnt_from("HeadObject", &then(raw(200, OF_S3, ""))),
            r#"found {"encryption":"own","elsewhere":"us-east-1"}"#
        );
        assert_eq!(learnt_from("GetBucketPolicy", &then(raw(200, OF_S3, "{}"))), "found {}");
    }
    for name in ["HeadObject", "GetBucketPolicy"] {
        let back = "x-amz-request-id: 1\r\nx-amz-bucket-region: eu-west-1";
        let round = signed_for("/us-east-1/s3", raw(301, back, error), raw(301, away, error));
        let said = learnt_from(name, &round);
        assert!(said.contains("S3 keeps redirecting (eu-west-1)"), "{name}: {said}");
    }
}

#[test]
fn credentials_are_sent_to_no_other_partition_and_to_no_other_host() {
    for elsewhere in [
        "x-amz-request-id: 1\r\nx-amz-bucket-region: cn-north-1",
        "x-amz-request-id: 1\r\nx-amz-bucket-region: us-gov-west-1",
        "x-amz-request-id: 1\r\nx-amz-bucket-region: us-east-1.evil.test/",
    ] {
        for name in ["HeadObject", "GetBucketPolicy"] {
            let found = raw(200, OF_S3, "{}");
            let reply = signed_for("/eu-central-1/s3", raw(301, elsewhere, ""), found);
            let said = learnt_from(name, &reply);
            assert!(said.starts_with("a gap"), "{name}, {elsewhere}: {said}");
        }
    }
}

#[test]
fn a_key_is_encoded_but_for_its_slashes() {
    let object = "arn:aws:s3:::web/env/a b+c=%41&é.env".parse().unwrap();
    let asked = HeadObject { region: "eu-central-1".parse().unwrap(), object };
    let path = "head /web/env/a%20b%2bc%3d%2541%26%c3%a9.env http/1.1";
    let server = Server::start();
    server.give(&Reply::Where(path, Box::new(raw(200, OF_S3, "")), Box::new(Reply::Close)));
    let bench = Bench::new();
    let services = Services::through(&bench.http, &format!("http://{}", server.host));
    let answer = bench.runtime.block_on(Lookup::fetch(&asked, &services));
    assert!(matches!(answer, Ok(Seen::Found(_))), "{answer:?}");
}

#[test]
fn a_bucket_without_a_policy_is_not_a_missing_bucket() {
    let error = |code| Reply::Error(404, code, "no");
    assert_eq!(
        learnt_from("GetBucketPolicy", &error("NoSuchBucketPolicy")),
        "absent: there is no policy of S3 bucket app"
    );
    assert_eq!(
        learnt_from("GetBucketPolicy", &error("NoSuchBucket")),
        "absent: there is no S3 bucket app"
    );
}
