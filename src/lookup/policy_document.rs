//! Policy documents in answers of services: JSON in a string.

use percent_encoding::percent_decode_str;
use serde_json::Value;

/// A plain JSON document.
pub(super) fn plain(text: &str) -> Result<Value, &'static str> {
    match serde_json::from_str(text) {
        Ok(document @ Value::Object(_)) => Ok(document),
        _ => Err("a readable policy document"),
    }
}

/// A document of IAM, which is percent-encoded by RFC 3986, so that a `+` is literal
/// (<https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetRolePolicy.html>).
pub(super) fn encoded(text: &str) -> Result<Value, &'static str> {
    let json = percent_decode_str(text).decode_utf8();
    plain(&json.map_err(|_| "a readable policy document")?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_document_of_iam_is_decoded_once_and_keeps_its_plus() {
        let cases = [
            ("%7B%22Version%22%3A%222012-10-17%22%7D", json!({"Version": "2012-10-17"})),
            ("%7B%0A%20%22Sid%22:%20%22a+b%22%7D", json!({"Sid": "a+b"})),
            ("%7B%22Resource%22:%22a%252Fb%22%7D", json!({"Resource": "a%2Fb"})),
            ("%7B%22Sid%22%3A%22%C3%A9%22%7D", json!({"Sid": "é"})),
        ];
        for (text, document) in cases {
            assert_eq!(encoded(text), Ok(document), "{text}");
        }
    }

    #[test]
    fn what_is_no_json_object_is_not_read_as_an_empty_policy() {
        for text in ["", "%7B", "null", "%5B%5D", "%22%7B%7D%22", "%FF%FE", "<html>"] {
            assert_eq!(encoded(text), Err("a readable policy document"), "{text}");
        }
        assert_eq!(plain("%7B%7D"), Err("a readable policy document"));
        assert_eq!(plain("{}"), Ok(json!({})));
    }
}
