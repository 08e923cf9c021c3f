//! Errors and other failures that no client of AWS's own meets.

use aws_config::retry::RetryConfig;

use super::*;
use crate::lookup::oci::Registries;
use crate::lookup::services::brief_config;

#[test]
fn a_code_is_believed_in_an_error_of_ec2s_form_alone() {
    let bench = Bench::new();
    let error = |status, body: &str| {
        learnt(&bench, "VpcDns", &Reply::Raw(status, "server: x", body.into()))
    };
    let whole = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Response><Errors><Error><Code>InvalidVpcID.NotFound</Code><Message>The vpc ID &apos;vpc-1&apos; does not exist</Message></Error></Errors><RequestID>1</RequestID></Response>";
    assert!(error(400, whole).starts_with("absent"));
    for broken in [
        whole.trim_end_matches("</Response>").to_owned(),
        whole.replace("<RequestID>", "<RequestId>"),
    ] {
        let said = error(400, &broken);
        assert!(said.contains("the answer is not whole"), "{broken}: {said}");
    }
    let wrong = [
        whole.replace("Response", "ErrorResponse"),
        whole.replace("Errors>", "Faults>"),
        whole.replace("</Error>", "</Error><Error><Code>InternalError</Code></Error>"),
        whole.replace("</Code>", "</Code><Code>InternalError</Code>"),
        whole.replace("InvalidVpcID.NotFound", ""),
        "<Response><Errors/></Response>".to_owned(),
    ];
    for body in wrong {
        let said = error(400, &body);
        assert!(said.contains("did not come from the service"), "{body}: {said}");
    }
    assert!(error(200, whole).starts_with("a gap"));
    let unknown = error(400, &whole.replace("InvalidVpcID.NotFound", "InvalidVpc.Range"));
    assert!(unknown.contains("InvalidVpc.Range: The vpc ID 'vpc-1' does not exist"), "{unknown}");
}

#[test]
fn an_error_that_repeats_the_request_shows_no_credentials() {
    let echoed = Bench::new().learn(|_| Some(Reply::Echo(400, "SomethingElse")));
    let mut quoted = 0;
    for (case, _, answer) in &echoed {
        let said = told(answer);
        for secret in ["not/a+real=token", "Signature=", "AWS4-HMAC-SHA256", "Credential="] {
            assert!(!said.contains(secret), "{}: {said}", case.name);
        }
        quoted += usize::from(said.contains("***"));
    }
    // S3 and the registries do not quote a message here.
    assert!(quoted * 2 > echoed.len(), "{quoted} of {}", echoed.len());
}

#[test]
fn an_error_of_the_call_that_reads_a_secret_is_not_quoted() {
    let bench = Bench::new();
    for (code, expected) in
        [("InternalServiceError", "answered InternalServiceError"), ("hunter2hunter2", "HTTP 400")]
    {
        let is_read = |case: &Case| case.name == "SecretValue";
        let learnt =
            bench.learn(|case| is_read(case).then_some(Reply::Error(400, code, "hunter2")));
        assert_eq!(learnt.len(), 2, "the credentials, and a JSON key");
        for (_, _, answer) in &learnt {
            let said = told(answer);
            assert!(said.contains(expected) && !said.contains("hunter2"), "{said}");
        }
    }
    let said = learnt(&bench, "DescribeSecret", &Reply::Error(400, "Else", "why not"));
    assert!(said.contains("Else: why not"), "{said}");
}

/// What a lookup learns that asks again as AWS's clients do.
fn learnt_again<L: Lookup>(bench: &Bench, asked: &L, reply: &Reply) -> String {
    let server = Server::start();
    server.give(reply);
    let retry = RetryConfig::standard().with_initial_backoff(std::time::Duration::from_millis(1));
    let config = brief_config(&bench.http, &format!("http://{}", server.host)).retry_config(retry);
    let services = Services::new(config.build(), Registries::new(bench.http.clone()));
    let answer = bench.runtime.block_on(asked.fetch(&services));
    format!("{answer:?}")
}

/// A lookup of each protocol, with what it finds.
fn each(bench: &Bench, reply: impl Fn(Reply) -> Reply) -> Vec<(&'static str, String)> {
    let region = || "eu-central-1".parse::<crate::names::Region>().unwrap();
    let subnet =
        crate::lookup::ec2::subnet::DescribeSubnet { region: region(), id: "subnet-1".to_owned() };
    let names = crate::lookup::iam::role::ListRolePolicies::of(&region(), "app");
    let group = DescribeLogGroup { region: region(), name: "/ecs/web".parse().unwrap() };
    let policy = crate::lookup::efs::GetFileSystemPolicy {
        region: region(),
        file_system: "fs-1".to_owned(),
    };
    let bucket = crate::lookup::s3::GetBucketPolicy { region: region(), bucket: "app".to_owned() };
    let of_bucket = Reply::Raw(200, "x-amz-request-id: 1", "{}".to_owned());
    let ok = |body: &str| Reply::Ok(body.to_owned());
    vec![
        ("ec2", learnt_again(bench, &subnet, &reply(ok(SUBNET)))),
        ("iam", learnt_again(bench, &names, &reply(ok(NAMES)))),
        (
            "logs",
            learnt_again(
                bench,
                &group,
                &reply(ok(r#"{"logGroups":[{"logGroupName":"/ecs/web","arn":"arn:*"}]}"#)),
            ),
        ),
        (
            "efs",
            learnt_again(bench, &policy, &reply(ok(r#"{"FileSystemId":"fs-1","Policy":"{}"}"#))),
        ),
        ("s3", learnt_again(bench, &bucket, &reply(of_bucket))),
    ]
}

const SUBNET: &str = "<DescribeSubnetsResponse><subnetSet><item><subnetId>subnet-1</subnetId><vpcId>vpc-1</vpcId><availabilityZone>eu-central-1a</availabilityZone><cidrBlock>10.0.1.0/24</cidrBlock><availableIpAddressCount>250</availableIpAddressCount></item></subnetSet></DescribeSubnetsResponse>";
const NAMES: &str = "<ListRolePoliciesResponse><ListRolePoliciesResult><PolicyNames><member>own</member></PolicyNames><IsTruncated>false</IsTruncated></ListRolePoliciesResult></ListRolePoliciesResponse>";

#[test]
fn what_passes_is_asked_again_and_a_refusal_is_not() {
    let bench = Bench::new();
    for passing in [
        Reply::Error(503, "RequestLimitExceeded", "slow down"),
        Reply::Error(400, "Throttling", "slow down"),
        Reply::Error(400, "ThrottlingException", "slow down"),
        Reply::Error(400, "RequestTimeout", "too slow"),
        Reply::Error(500, "InternalError", "it is us"),
        Reply::Raw(502, "server: proxy", "<html/>".to_owned()),
        Reply::Close,
        Reply::Ok("<DescribeSubnetsResponse>".to_owned()),
    ] {
        let third = |found| {
            let attempt = "amz-sdk-request: attempt=3; max=3";
            Reply::Where(attempt, Box::new(found), Box::new(passing.clone()))
        };
        for (service, said) in each(&bench, third) {
            assert!(said.contains("Found"), "{service} on {passing:?}: {said}");
        }
    }
    for lasting in [
        Reply::Error(403, "UnauthorizedOperation", "no"),
        Reply::Error(400, "AccessDeniedException", "no"),
        Reply::Error(400, "InvalidParameterValue", "what?"),
        Reply::Error(401, "AuthFailure", "who?"),
    ] {
        let third = |found| {
            let attempt = "amz-sdk-request: attempt=3; max=3";
            Reply::Where(attempt, Box::new(found), Box::new(lasting.clone()))
        };
        for (service, said) in each(&bench, third) {
            assert!(said.starts_with("Err"), "{service} on {lasting:?}: {said}");
        }
    }
}

#[test]
fn a_clock_that_is_wrong_is_set_right_by_that_of_the_service() {
    let bench = Bench::new();
    let date = "date: Fri, 01 Jan 2100 00:00:00 GMT";
    let late = |found| {
        // Each service says so in its own form; the wrong ones are no errors of the others.
        let refused = |status, body: &str| Box::new(Reply::Raw(status, date, body.to_owned()));
        let xml = |code: &str| {
            format!(
                "<ErrorResponse><Error><Code>{code}</Code><Message>no</Message></Error></ErrorResponse>"
            )
        };
        let ec2 = "<Response><Errors><Error><Code>AuthFailure</Code><Message>AWS was not able to validate the provided access credentials</Message></Error></Errors></Response>";
        let s3 = "<Error><Code>RequestTimeTooSkewed</Code><Message>no</Message></Error>";
        let json = r#"{"__type":"InvalidSignatureException","message":"Signature expired"}"#;
        let by_service = Reply::Where(
            "/ec2/aws4_request",
            refused(401, ec2),
            Box::new(Reply::Where(
                "/iam/aws4_request",
                refused(403, &xml("SignatureDoesNotMatch")),
                Box::new(Reply::Where("/s3/aws4_request", refused(403, s3), refused(400, json))),
            )),
        );
        Reply::Where("x-amz-date: 21000101t", Box::new(found), Box::new(by_service))
    };
    for (service, said) in each(&bench, late) {
        assert!(said.contains("Found"), "{service}: {said}");
    }
}

#[test]
fn a_code_is_believed_in_an_error_of_iams_form_alone() {
    let bench = Bench::new();
    let error = |status, body: &str| {
        learnt(&bench, "GetRole", &Reply::Raw(status, "server: x", body.into()))
    };
    let whole = "<ErrorResponse xmlns=\"https://iam.amazonaws.com/doc/2010-05-08/\"><Error><Type>Sender</Type><Code>NoSuchEntity</Code><Message>The role with name app cannot be found.</Message></Error><RequestId>1</RequestId></ErrorResponse>";
    assert!(error(404, whole).starts_with("absent"));
    let wrong = [
        whole.replace("ErrorResponse", "Response"),
        whole.replace("Error>", "Fault>"),
        whole.replace("</Error>", "</Error><Error><Code>InternalError</Code></Error>"),
        whole.replace("</Code>", "</Code><Code>InternalError</Code>"),
        whole.replace("NoSuchEntity", ""),
        "<Response><Errors><Error><Code>NoSuchEntity</Code></Error></Errors></Response>".to_owned(),
        r#"{"__type":"NoSuchEntity"}"#.to_owned(),
        "<ErrorResponse/>".to_owned(),
    ];
    for body in wrong {
        let said = error(404, &body);
        assert!(said.contains("did not come from the service"), "{body}: {said}");
    }
    assert!(error(200, whole).starts_with("a gap"));
    assert!(error(404, whole.trim_end_matches('>')).starts_with("a gap"));
}

#[test]
fn a_code_is_believed_in_an_error_in_json_alone() {
    let bench = Bench::new();
    let error = |status, header, body: &str| {
        learnt(&bench, "DescribeFileSystem", &Reply::Raw(status, header, body.into()))
    };
    let code = "x-amzn-ErrorType: FileSystemNotFound:http://internal.amazon.com/coral/";
    let body =
        r#"{"ErrorCode":"FileSystemNotFound","Message":"File system 'fs-1' does not exist."}"#;
    assert!(error(404, code, body).starts_with("absent"));
    assert!(
        error(404, "server: x", r#"{"__type":"aws#FileSystemNotFound"}"#).starts_with("absent")
    );
    assert!(error(404, "server: x", r#"{"code":"FileSystemNotFound"}"#).starts_with("absent"));
    for (header, wrong) in [
        ("server: x", body),
        (code, ""),
        (code, "<html/>"),
        (code, "[]"),
        (
            "server: x",
            "<ErrorResponse><Error><Code>FileSystemNotFound</Code></Error></ErrorResponse>",
        ),
        ("server: x", r#"{"error":{"code":"FileSystemNotFound"}}"#),
        ("server: x", r#"{"code":["FileSystemNotFound"]}"#),
    ] {
        let said = error(404, header, wrong);
        assert!(said.contains("did not come from the service"), "{wrong}: {said}");
    }
    assert!(error(200, code, body).starts_with("a gap"));
    let other = error(400, "server: x", r#"{"__type":"BadRequest","Message":"which one?"}"#);
    assert!(other.contains("BadRequest: which one?"), "{other}");
}

#[test]
fn an_error_about_the_clock_or_the_credentials_says_so_and_how_to_fix_it() {
    let bench = Bench::new();
    let refused = |name: &str, headers: &'static str, status, body: String| {
        let reply = Reply::Raw(status, headers, body);
        let learnt = bench.learn(|case| (case.name == name).then(|| reply.clone()));
        match &learnt[0].2 {
            Err(Gap::Rejected { why, remedy, .. }) => format!("{why}. {remedy}"),
            _ => told(&learnt[0].2),
        }
    };
    let date = "date: Fri, 01 Jan 2100 00:00:00 GMT";
    let iam = |code: &str| {
        format!(
            "<ErrorResponse><Error><Code>{code}</Code><Message>no</Message></Error></ErrorResponse>"
        )
    };
    let said = refused("GetRole", date, 403, iam("SignatureDoesNotMatch"));
    assert!(
        said.contains("the clock of this machine is wrong") && said.contains("behind"),
        "{said}"
    );
    let said = refused("GetRole", "server: x", 403, iam("InvalidClientTokenId"));
    assert!(said.contains("does not know your access key") && said.contains("Check"), "{said}");
    let json = r#"{"__type":"ExpiredTokenException","message":"no"}"#.to_owned();
    let said = refused("DescribeLogGroup", "server: x", 400, json);
    assert!(said.contains("have expired") && said.contains("Sign in again"), "{said}");
    let json =
        r#"{"__type":"InvalidSignatureException","message":"Signature expired: 20261130T114300Z"}"#;
    let said = refused("DescribeLogGroup", "server: x", 400, json.to_owned());
    assert!(said.contains("AWS found the time of the request wrong"), "{said}");
    let ec2 = "<Response><Errors><Error><Code>AuthFailure</Code><Message>no</Message></Error></Errors></Response>";
    let said = refused("VpcDns", "server: x", 401, ec2.to_owned());
    assert!(said.contains("could not validate your credentials (AuthFailure)"), "{said}");
}

#[test]
fn a_silent_server_is_told_from_one_that_cannot_be_reached() {
    let bench = Bench::new();
    for name in ["GetRole", "DescribeLogGroup", "DescribeSecret"] {
        let said = learnt(&bench, name, &Reply::Silence);
        assert!(said.contains("the server did not answer within"), "{name}: {said}");
    }
}
