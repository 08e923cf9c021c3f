use super::super::element::Element;
use super::item;

const WHOLE: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<!-- as EC2 says it -->
<DescribeSubnetsResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/" xmlns:x="urn:x">
    <requestId>1</requestId>
    <subnetSet>
        <item><subnetId>subnet-1</subnetId><x:zone>a &lt; b</x:zone></item>
        <item><subnetId><![CDATA[<subnet>]]>&amp;-2</subnetId><empty/></item>
    </subnetSet>
</DescribeSubnetsResponse>"#;

#[test]
fn a_document_is_read_with_its_names_escapes_and_literal_parts() {
    let root = Element::parse(WHOLE.as_bytes()).unwrap();
    assert!(root.is("DescribeSubnetsResponse"));
    let items = root.list("subnetSet").unwrap().unwrap();
    assert_eq!(items.len(), 2);
    assert_eq!(items[0].text("subnetId"), Ok(Some("subnet-1".to_owned())));
    assert_eq!(items[0].text("zone"), Ok(Some("a < b".to_owned())));
    assert_eq!(items[1].text("subnetId"), Ok(Some("<subnet>&-2".to_owned())));
    assert_eq!(items[1].text("empty"), Ok(Some(String::new())));
    assert_eq!(items[1].text("zone"), Ok(None));
    assert_eq!(root.into_list("subnetSet").unwrap().unwrap().len(), 2);
}

#[test]
fn wherever_it_breaks_off_it_is_not_read() {
    assert!(WHOLE.is_ascii(), "so it may be cut anywhere");
    for end in 0..WHOLE.len() {
        assert!(Element::parse(&WHOLE.as_bytes()[..end]).is_err(), "{}", &WHOLE[..end]);
    }
}

#[test]
fn what_is_not_well_formed_is_not_read() {
    for broken in [
        "",
        "  ",
        "not even XML",
        "<a>",
        "<a></b>",
        "<a><b></a></b>",
        "<a></A>",
        "<x:a xmlns:x='urn:x'></a>",
        "<a/><b/>",
        "<a/>and more",
        "before<a/>",
        "</a>",
        "<a><b/>",
        "<a b='1' b='2'/>",
        "<a b=1/>",
        "<a b/>",
        "<a b='<'/>",
        "<a b='&none;'/>",
        "<a>&</a>",
        "<a>&amp</a>",
        "<a>&nbsp;</a>",
        "<a>&#0;</a>",
        "<a>&#1;</a>",
        "<a>&#xD800;</a>",
        "<a>&#xFFFE;</a>",
        "<a>&#x110000;</a>",
        "<a>&#;</a>",
        "<a>&#x;</a>",
        "<a>&#+65;</a>",
        "<a>&#6F;</a>",
        "<a>\u{1}</a>",
        "<a>]]></a>",
        "<a><![CDATA[</a>",
        "<a><!-- -- --></a>",
        "<!DOCTYPE a><a/>",
        "<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>",
        "<a><?xml version='1.0'?></a>",
    ] {
        assert!(Element::parse(broken.as_bytes()).is_err(), "{broken}");
    }
    assert!(Element::parse(b"<a>\xff</a>").is_err());
}

#[test]
fn characters_are_referred_to_by_their_numbers() {
    for (text, expected) in [
        ("&#65;&#x42;&#x1F600;", "AB\u{1f600}"),
        ("&quot;&apos;&gt;", "\"'>"),
        ("&amp;lt;", "&lt;"),
        ("&#9;&#xA;", "\t\n"),
    ] {
        let read = item(&format!("<text>{text}</text>"));
        assert_eq!(read.text("text"), Ok(Some(expected.to_owned())));
    }
}

#[test]
fn what_nests_without_end_is_not_read() {
    let nested = |depth: usize| format!("{}{}", "<a>".repeat(depth), "</a>".repeat(depth));
    assert!(Element::parse(nested(64).as_bytes()).is_ok());
    assert!(Element::parse(nested(65).as_bytes()).is_err());
    assert!(Element::parse("<a>".repeat(1_000_000).as_bytes()).is_err());
}

#[test]
fn a_number_and_a_truth_are_what_they_are_called() {
    let it = item(
        "<none/><yes>true</yes><no>false</no><maybe>maybe</maybe><one>1</one><minus>-1</minus>\
         <half>0.5</half><much>99999999999</much><nested><yes>true</yes></nested>",
    );
    assert_eq!(it.flag("yes"), Ok(Some(true)));
    assert_eq!(it.flag("no"), Ok(Some(false)));
    assert_eq!(it.flag("nested/yes"), Ok(Some(true)));
    assert_eq!(it.flag("missing"), Ok(None));
    assert_eq!(it.flag("missing/yes"), Ok(None));
    for wrong in ["none", "maybe", "one", "nested"] {
        assert!(it.flag(wrong).is_err(), "{wrong}");
    }
    assert_eq!(it.number::<i32>("minus"), Ok(Some(-1)));
    assert_eq!(it.number::<i64>("much"), Ok(Some(99_999_999_999)));
    assert_eq!(it.number::<i32>("missing"), Ok(None));
    for wrong in ["none", "yes", "half", "much", "nested"] {
        assert!(it.number::<i32>(wrong).is_err(), "{wrong}");
    }
}

#[test]
fn a_field_with_two_values_has_none() {
    let it = item("<id>1</id><id>2</id><in><id>1</id></in><in/>");
    assert!(it.text("id").is_err());
    assert!(it.text("in/id").is_err());
    assert!(item("<set/><set/>").list("set").is_err());
}

#[test]
fn a_list_is_one_of_items() {
    assert_eq!(item("<set/>").list("set").unwrap().unwrap().len(), 0);
    assert_eq!(item("<set>\n</set>").list("set").unwrap().unwrap().len(), 0);
    assert_eq!(item("").list("set"), Ok(None));
    assert_eq!(item("").items("set").unwrap().len(), 0);
    for wrong in ["<set>1</set>", "<set><member/></set>", "<set><item/>and more</set>"] {
        assert!(item(wrong).list("set").is_err(), "{wrong}");
        assert!(item(wrong).into_list("set").is_err(), "{wrong}");
    }
    let of = item("<set><item><id>1</id></item></set><plain><item>a</item></plain>");
    assert_eq!(of.texts("set", Some("id")), Ok(vec!["1".to_owned()]));
    let half = item("<set><item><id>1</id></item><item/></set>");
    assert!(half.texts("set", Some("id")).is_err(), "an item without the field is not left out");
    assert_eq!(of.texts("plain", None), Ok(vec!["a".to_owned()]));
    assert!(of.texts("set", None).is_err(), "an item with fields is no plain value");
}

#[test]
fn a_list_of_aws_query_is_one_of_members() {
    let of = item("<empty/><names><member>a</member><member>b</member></names>");
    assert_eq!(of.members("missing"), Ok(None));
    assert_eq!(of.members("empty").unwrap().unwrap().len(), 0);
    assert_eq!(of.members("names").unwrap().unwrap()[1].content(), Ok("b".to_owned()));
    assert_eq!(of.into_members("names").unwrap().unwrap().len(), 2);
    for wrong in
        ["<set>1</set>", "<set><item/></set>", "<set><member/>and more</set>", "<set/><set/>"]
    {
        assert!(item(wrong).members("set").is_err(), "{wrong}");
        assert!(item(wrong).into_members("set").is_err(), "{wrong}");
    }
    let inside = item("<a><id>1</id></a><b/><b/>");
    assert_eq!(
        inside.clone().into_child("a").unwrap().unwrap().text("id"),
        Ok(Some("1".to_owned()))
    );
    assert_eq!(inside.clone().into_child("c"), Ok(None));
    assert!(inside.into_child("b").is_err());
}
