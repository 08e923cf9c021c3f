//! The answers of EC2, in its own XML.

use super::*;

fn subnets(inside: &str) -> Reply {
    Reply::Ok(format!("<DescribeSubnetsResponse>{inside}</DescribeSubnetsResponse>"))
}

const SUBNET: &str = "<subnetSet><item><subnetId>subnet-1</subnetId><vpcId>vpc-1</vpcId><availabilityZone>eu-central-1a</availabilityZone><cidrBlock>10.0.1.0/24</cidrBlock><availableIpAddressCount>250</availableIpAddressCount></item></subnetSet>";

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
fn a_text_is_read_with_its_references_and_literal_parts() {
    let escaped = SUBNET.replace("eu-central-1a", "<![CDATA[eu]]>&#45;central-1&#x61;<!-- a -->");
    let said = learnt_of_subnet(&Bench::new(), &escaped);
    assert!(said.contains(r#""zone":"eu-central-1a""#), "{said}");
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
    assert!(learnt_of_subnet(&bench, nameless).contains("lacks the field subnetId"));
    let two = SUBNET.replace("<subnetSet>", "<subnetSet><item><vpcId>vpc-1</vpcId></item>");
    assert!(learnt_of_subnet(&bench, &two).starts_with("a gap"), "{two}");
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
