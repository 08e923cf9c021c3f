//! What EC2 is asked, and its answers in its own XML.

use aws_config::retry::RetryConfig;

use super::*;
use crate::lookup::services::brief_config;

/// The lookups of EC2, each with an answer in which everything is there.
fn of_ec2() -> Vec<(Case, String)> {
    let ours = lookups("").into_iter().filter(|case| case.asked.call().service() == "ec2");
    let found = |case: &Case| match &case.found {
        Some(Reply::Ok(body)) => body.clone(),
        other => panic!("{}: {other:?}", case.name),
    };
    ours.map(|case| (found(&case), case)).map(|(found, case)| (case, found)).collect()
}

/// What the lookup of this name learns from this reply.
fn learnt(bench: &Bench, name: &str, reply: &Reply) -> String {
    let learnt = bench.learn(|case| (case.name == name).then(|| reply.clone()));
    assert_eq!(learnt.len(), 1, "{name}");
    told(&learnt[0].2)
}

fn ok(body: &str) -> Reply {
    Reply::Ok(body.to_owned())
}

fn subnets(inside: &str) -> Reply {
    Reply::Ok(format!("<DescribeSubnetsResponse>{inside}</DescribeSubnetsResponse>"))
}

const SUBNET: &str = "<subnetSet><item><subnetId>subnet-1</subnetId><vpcId>vpc-1</vpcId><availabilityZone>eu-central-1a</availabilityZone><cidrBlock>10.0.1.0/24</cidrBlock><availableIpAddressCount>250</availableIpAddressCount></item></subnetSet>";

#[test]
fn every_lookup_asks_for_what_it_is_named_for() {
    let asked = [
        ("BlockPublicAccess", ""),
        (
            "DefaultSecurityGroup",
            "&Filter.1.Name=vpc-id&Filter.1.Value.1=vpc-1&Filter.2.Name=group-name&Filter.2.Value.1=default",
        ),
        ("DescribeInstance", "&Filter.1.Name=instance-id&Filter.1.Value.1=i-1"),
        ("DescribeInstanceType", "&Filter.1.Name=instance-type&Filter.1.Value.1=m5.large"),
        ("DescribeSecurityGroup", "&Filter.1.Name=group-id&Filter.1.Value.1=sg-1"),
        ("DescribeSnapshot", "&SnapshotId.1=snap-1"),
        ("DescribeSubnet", "&Filter.1.Name=subnet-id&Filter.1.Value.1=subnet-1"),
        ("DescribeVpc", "&Filter.1.Name=vpc-id&Filter.1.Value.1=vpc-1"),
        ("DhcpResolvers", "&Filter.1.Name=dhcp-options-id&Filter.1.Value.1=dopt-1"),
        ("Endpoints", "&Filter.1.Name=vpc-id&Filter.1.Value.1=vpc-1"),
        ("GetEbsDefaultKmsKeyId", ""),
        ("GetEbsEncryptionByDefault", ""),
        ("InternetGateways", "&Filter.1.Name=attachment.vpc-id&Filter.1.Value.1=vpc-1"),
        ("NatGateways", "&Filter.1.Name=vpc-id&Filter.1.Value.1=vpc-1"),
        ("NetworkAcls", "&Filter.1.Name=vpc-id&Filter.1.Value.1=vpc-1"),
        (
            "NetworkInterfaces",
            "&Filter.1.Name=owner-id&Filter.1.Value.1=111122223333&MaxResults=1000",
        ),
        ("PrefixListEntries", "&PrefixListId=pl-1"),
        ("ProvisionedVolumes", "&Filter.1.Name=volume-type&Filter.1.Value.1=gp3&MaxResults=1000"),
        ("RouteTables", "&Filter.1.Name=vpc-id&Filter.1.Value.1=vpc-1"),
        ("ServicePrefixLists", ""),
        ("Subnets", "&Filter.1.Name=vpc-id&Filter.1.Value.1=vpc-1"),
        ("TakenAddresses", ""),
        ("VpcDns", "&VpcId=vpc-1&Attribute=enableDns"),
    ];
    let names: BTreeSet<&str> = asked.iter().map(|(name, _)| *name).collect();
    assert_eq!(names, of_ec2().iter().map(|(case, _)| case.name).collect());
    let otherwise = || Box::new(Reply::Error(400, "InvalidParameterValue", "not what was meant"));
    let learnt = Bench::new().learn(|case| {
        let (_, parameters) = asked.iter().find(|(name, _)| *name == case.name)?;
        let action = case.asked.call().0.strip_prefix("ec2:")?;
        let form = format!("Action={action}&Version=2016-11-15{parameters}");
        let found = Box::new(case.found.clone()?);
        Some(Reply::Where(form.leak(), found, otherwise()))
    });
    for (case, _, answer) in learnt {
        assert!(matches!(answer, Ok(Seen::Found(_))), "{}: {}", case.name, told(&answer));
    }
}

#[test]
fn what_is_sent_is_signed_for_ec2_and_says_who_asks() {
    let bench = Bench::new();
    let is_sent = |text: &'static str| {
        let reply = Reply::Where(text, Box::new(subnets(SUBNET)), Box::new(Reply::Close));
        assert!(learnt(&bench, "DescribeSubnet", &reply).starts_with("found"), "{text}");
    };
    is_sent("post / http/1.1");
    is_sent("content-type: application/x-www-form-urlencoded\r\n");
    is_sent("/eu-central-1/ec2/aws4_request");
    is_sent(concat!("api/ec2/", env!("CARGO_PKG_VERSION")));
    is_sent("amz-sdk-invocation-id: ");
    is_sent("attempt=1; max=1");
}

#[test]
fn a_value_cannot_become_another_parameter() {
    let odd = "subnet-1&Filter.2.Name=owner-id é+%".to_owned();
    let form = "Filter.1.Value.1=subnet-1%26Filter.2.Name%3Downer-id%20%C3%A9%2B%25";
    let server = Server::start();
    server.give(&Reply::Where(form, Box::new(subnets("<subnetSet/>")), Box::new(Reply::Close)));
    let bench = Bench::new();
    let services = Services::through(&bench.http, &format!("http://{}", server.host));
    let asked =
        super::super::ec2::subnet::DescribeSubnet { region: "us-east-1".parse().unwrap(), id: odd };
    let answer = bench.runtime.block_on(Lookup::fetch(&asked, &services));
    assert!(matches!(answer, Ok(Seen::Absent(_))), "{answer:?}");
}

#[test]
fn an_answer_to_another_question_or_without_its_parts_is_a_gap() {
    let bench = Bench::new();
    let ours = of_ec2();
    let changes: [fn(&str, &str) -> String; 3] = [
        |found, action| found.replace(action, "DescribeSomethingElse"),
        |found, action| found.replace(&format!("{action}Response"), "Response"),
        |_, action| format!("<{action}Response><requestId>1</requestId></{action}Response>"),
    ];
    for change in changes {
        let learnt = bench.learn(|case| {
            let (_, found) = ours.iter().find(|(it, _)| it.name == case.name)?;
            let action = case.asked.call().0.strip_prefix("ec2:")?;
            Some(ok(&change(found, action)))
        });
        for (case, reply, answer) in learnt {
            assert!(answer.is_err(), "{} on {reply:?}: {}", case.name, told(&answer));
        }
    }
}

#[test]
fn an_answer_is_read_with_namespaces_and_fields_that_nobody_knows() {
    let bench = Bench::new();
    let ours = of_ec2();
    let learnt = bench.learn(|case| {
        let (_, found) = ours.iter().find(|(it, _)| it.name == case.name)?;
        let new = "<new><item><id>1</id></item></new><item>2</item>";
        let (root, rest) = found.split_once('>')?;
        let spaced =
            format!("{root} xmlns=\"http://ec2.amazonaws.com/doc/2016-11-15/\">{new}{rest}");
        Some(ok(&format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\n{spaced}\n")))
    });
    assert_eq!(learnt.len(), ours.len());
    for (case, reply, answer) in learnt {
        assert!(
            matches!(answer, Ok(Seen::Found(_))),
            "{} on {reply:?}: {}",
            case.name,
            told(&answer)
        );
    }
    let escaped = SUBNET.replace("eu-central-1a", "<![CDATA[eu]]>&#45;central-1&#x61;<!-- a -->");
    assert!(learnt_of_subnet(&bench, &escaped).contains(r#""zone":"eu-central-1a""#));
}

fn learnt_of_subnet(bench: &Bench, inside: &str) -> String {
    learnt(bench, "DescribeSubnet", &subnets(inside))
}

#[test]
fn what_cannot_be_read_is_a_gap_and_no_default() {
    let bench = Bench::new();
    assert!(learnt_of_subnet(&bench, SUBNET).starts_with("found"));
    for (right, wrong) in [
        (">250<", ">many<"),
        (">250<", "><"),
        (">10.0.1.0/24<", ">10.0.1.0<"),
        ("</item>", "<enableDns64>perhaps</enableDns64></item>"),
        ("</item>", "<ownerId>me</ownerId></item>"),
        (
            "</item>",
            "<ipv6CidrBlockAssociationSet>2001:db8::/64</ipv6CidrBlockAssociationSet></item>",
        ),
    ] {
        let said = learnt_of_subnet(&bench, &SUBNET.replace(right, wrong));
        assert!(said.starts_with("a gap"), "{wrong}: {said}");
    }
    let twice = SUBNET.replace("</item>", "<vpcId>vpc-2</vpcId></item>");
    assert!(learnt_of_subnet(&bench, &twice).contains("lacks a single value"));
    // One without an id might be the one that was asked for.
    let nameless = "<subnetSet><item><vpcId>vpc-1</vpcId></item></subnetSet>";
    assert!(learnt_of_subnet(&bench, nameless).contains("lacks the id"));
    let two = SUBNET.replace("<subnetSet>", "<subnetSet><item><vpcId>vpc-1</vpcId></item>");
    assert!(learnt_of_subnet(&bench, &two).starts_with("found"), "{two}");
}

#[test]
fn what_is_asked_for_may_be_on_any_page() {
    let bench = Bench::new();
    let first = || Box::new(subnets("<subnetSet/><nextToken>2/+=</nextToken>"));
    let then = |reply| Reply::Where("&NextToken=2%2F%2B%3D", Box::new(reply), first());
    assert!(learnt(&bench, "DescribeSubnet", &then(subnets(SUBNET))).starts_with("found"));
    assert!(learnt(&bench, "DescribeSubnet", &then(subnets("<subnetSet/>"))).starts_with("absent"));
    let last = "<subnetSet/><nextToken/>";
    assert!(learnt(&bench, "DescribeSubnet", &then(subnets(last))).starts_with("absent"));
    for half in [subnets(""), Reply::Close, Reply::Error(400, "InvalidNextToken", "expired")] {
        let said = learnt(&bench, "DescribeSubnet", &then(half));
        assert!(said.starts_with("a gap"), "{said}");
    }
    // The code that says on the first page that there is no such list does not say so on the second.
    let entries = |inside: &str| {
        let name = "GetManagedPrefixListEntries";
        Reply::Ok(format!("<{name}Response><entrySet>{inside}</{name}Response>"))
    };
    let one = |range: &str, next: &str| {
        entries(&format!(
            "<item><cidr>{range}</cidr></item></entrySet><nextToken>{next}</nextToken>"
        ))
    };
    let then =
        |reply| Reply::Where("&NextToken=two", Box::new(reply), Box::new(one("10.0.0.0/8", "two")));
    let both = learnt(&bench, "PrefixListEntries", &then(one("192.0.2.0/24", "")));
    assert!(both.contains(r#"["10.0.0.0/8","192.0.2.0/24"]"#), "{both}");
    let gone = Reply::Error(400, "InvalidPrefixListID.NotFound", "gone");
    assert!(learnt(&bench, "PrefixListEntries", &gone).starts_with("absent"));
    let gone = learnt(&bench, "PrefixListEntries", &then(gone));
    assert!(gone.starts_with("a gap"), "{gone}");
}

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

/// What a subnet's lookup learns that asks again as AWS's clients do.
fn learnt_again(bench: &Bench, reply: &Reply) -> String {
    let server = Server::start();
    server.give(reply);
    let retry = RetryConfig::standard().with_initial_backoff(std::time::Duration::from_millis(1));
    let config = brief_config(&bench.http, &format!("http://{}", server.host)).retry_config(retry);
    let services = Services::new(config.build(), bench.http.clone());
    let region = "eu-central-1".parse().unwrap();
    let asked = super::super::ec2::subnet::DescribeSubnet { region, id: "subnet-1".to_owned() };
    let answer = bench.runtime.block_on(Lookup::fetch(&asked, &services));
    format!("{answer:?}")
}

#[test]
fn what_passes_is_asked_again_and_a_refusal_is_not() {
    let bench = Bench::new();
    let third = |reply| {
        Reply::Where(
            "amz-sdk-request: attempt=3; max=3",
            Box::new(subnets(SUBNET)),
            Box::new(reply),
        )
    };
    for passing in [
        Reply::Error(503, "RequestLimitExceeded", "slow down"),
        Reply::Error(400, "Throttling", "slow down"),
        Reply::Error(400, "EC2ThrottledException", "slow down"),
        Reply::Error(400, "RequestTimeout", "too slow"),
        Reply::Error(500, "InternalError", "it is us"),
        Reply::Raw(502, "server: proxy", "<html/>".to_owned()),
        Reply::Close,
        ok("<DescribeSubnetsResponse>"),
    ] {
        let said = learnt_again(&bench, &third(passing.clone()));
        assert!(said.contains("Found"), "{passing:?}: {said}");
    }
    for lasting in [
        Reply::Error(403, "UnauthorizedOperation", "no"),
        Reply::Error(400, "InvalidParameterValue", "what?"),
        Reply::Error(401, "AuthFailure", "who?"),
    ] {
        let said = learnt_again(&bench, &third(lasting.clone()));
        assert!(said.starts_with("Err"), "{lasting:?}: {said}");
    }
}

#[test]
fn a_clock_that_is_wrong_is_set_right_by_that_of_the_service() {
    let bench = Bench::new();
    let error = "<Response><Errors><Error><Code>AuthFailure</Code><Message>AWS was not able to validate the provided access credentials</Message></Error></Errors></Response>";
    let late = Reply::Raw(401, "date: Fri, 01 Jan 2100 00:00:00 GMT", error.to_owned());
    let reply = Reply::Where("x-amz-date: 21000101t", Box::new(subnets(SUBNET)), Box::new(late));
    let said = learnt_again(&bench, &reply);
    assert!(said.contains("Found"), "{said}");
}
