use aws_smithy_runtime_api::http::Headers;
use serde::Deserialize;

use super::super::json::{Json, Path, RestJson};
use super::super::protocol::Protocol;

const JSON: Json = Json { target: "Service_20200101" };

/// The code and the message of an error with this header and this body; none where it is in no form.
fn error(header: Option<&'static str>, body: &str) -> Option<(Option<String>, Option<String>)> {
    let mut headers = Headers::new();
    if let Some(value) = header {
        headers.insert("x-amzn-errortype", value);
    }
    let metadata = JSON.error(&headers, body.as_bytes())?.build();
    let text = |it: Option<&str>| it.map(str::to_owned);
    Some((text(metadata.code()), text(metadata.message())))
}

#[test]
fn an_error_is_named_in_a_header_or_in_the_body() {
    let name = Some("NoSuchThing".to_owned());
    for (header, body) in [
        (None, r#"{"__type":"NoSuchThing"}"#),
        (None, r#"{"__type":"com.amazon.coral.service#NoSuchThing"}"#),
        (None, r#"{"__type":"a#NoSuchThing:http://internal.amazon.com/coral/a/"}"#),
        (None, r#"{"code":"NoSuchThing","status":400}"#),
        (None, r#"{"__type":null,"code":"NoSuchThing"}"#),
        (None, r#"{"__type":"Other","code":"NoSuchThing"}"#),
        (Some("NoSuchThing"), "{}"),
        (Some("NoSuchThing:http://internal.amazon.com/coral/a/"), "{}"),
        (Some("NoSuchThing"), r#"{"__type":"Other","code":"Other"}"#),
        (Some(""), r#"{"__type":"NoSuchThing"}"#),
    ] {
        assert_eq!(error(header, body), Some((name.clone(), None)), "{header:?} {body}");
    }
    for body in [r#"{"message":"no"}"#, r#"{"Message":"no","__type":7}"#] {
        assert_eq!(error(None, body), Some((None, Some("no".to_owned()))), "{body}");
    }
}

#[test]
fn what_is_no_object_is_no_error_of_the_service() {
    for body in ["", "<html/>", "null", "[]", "\"NoSuchThing\"", r#"{"__type":"NoSuchThing""#] {
        assert_eq!(error(Some("NoSuchThing"), body), None, "{body}");
    }
}

#[derive(Debug, Deserialize, PartialEq)]
struct Read {
    name: Option<String>,
    size: Option<i64>,
}

#[test]
fn a_field_is_missing_or_what_it_should_be() {
    let read =
        |body: &str| JSON.answer("Get", &Headers::new(), body.as_bytes()).unwrap().read::<Read>();
    let name = Some("a".to_owned());
    assert_eq!(
        read(r#"{"name":"a","size":1,"new":[]}"#),
        Ok(Read { name: name.clone(), size: Some(1) })
    );
    assert_eq!(read(r#"{"name":"a","size":null}"#), Ok(Read { name, size: None }));
    assert_eq!(read("{}"), Ok(Read { name: None, size: None }));
    for wrong in [r#"{"name":1}"#, r#"{"name":[]}"#, r#"{"size":"1"}"#, r#"{"size":1.5}"#] {
        assert_eq!(read(wrong), Err("readable fields"), "{wrong}");
    }
    for none in ["", "[]", "null", "7", "{\"name\":", "{} {}"] {
        assert!(JSON.answer("Get", &Headers::new(), none.as_bytes()).is_err(), "{none}");
    }
}

#[test]
fn a_path_is_encoded_so_that_no_part_of_it_becomes_another() {
    let rest = RestJson { root: "/2015-02-01" };
    let asked = Path::of(&["things", "a/../b?c=d é"]).with("Id", "1&Id=2").with("Marker", "x=");
    let request = rest.request("Get", &asked).unwrap();
    assert_eq!(request.method(), "GET");
    assert_eq!(
        request.uri(),
        "/2015-02-01/things/a%2F..%2Fb%3Fc%3Dd%20%C3%A9?Id=1%26Id%3D2&Marker=x%3D"
    );
    assert_eq!(request.body().bytes(), Some(&[][..]));
    let plain = rest.request("Get", &Path::of(&["things"])).unwrap();
    assert_eq!(plain.uri(), "/2015-02-01/things");
}
