//! What a request sends that nobody may see: credentials, tokens and signatures.
//!
//! Services and proxies repeat requests in their error messages, which are printed and recorded. So these
//! values are masked in every answer, before anything reads it.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;
use reqwest::header::{HeaderMap, HeaderValue};
use reqwest::{Request, Url};
use serde_json::{Map, Value};

const MASK: &[u8] = b"***";

/// Shorter values are not masked: they would be found everywhere.
const SHORTEST: usize = 8;

/// The headers, parameters and fields with such values, in lower case: of AWS, of IAM Identity Center, of
/// registries, and of the stores to which registries redirect with a presigned URL.
const NAMES: &[&str] = &[
    "accesstoken",
    "authorization",
    "clientsecret",
    "cookie",
    "devicecode",
    "proxy-authorization",
    "refreshtoken",
    "samlassertion",
    "sig",
    "signature",
    "verify",
    "webidentitytoken",
    "x-amz-credential",
    "x-amz-security-token",
    "x-amz-signature",
    "x-amz-sso_bearer_token",
    "x-aws-ec2-metadata-token",
    "x-goog-credential",
    "x-goog-signature",
];

/// The values that one request sends, the longest first.
#[derive(Clone, Debug, Default)]
pub(super) struct Sent(Vec<String>);

impl Sent {
    /// The values of a request, and `hidden`, which are known but not sent.
    pub(super) fn of(request: &Request, hidden: &[String]) -> Sent {
        let mut sent = Sent(hidden.to_vec());
        for (name, value) in request.headers() {
            if let Ok(value) = value.to_str() {
                sent.add(name.as_str(), value);
            }
        }
        sent.add_query(request.url());
        sent.add_body(request.body().and_then(reqwest::Body::as_bytes).unwrap_or_default());
        sent.sort();
        sent
    }

    /// Adds the values of an earlier request, which redirected to this one.
    pub(super) fn after(mut self, earlier: &Sent) -> Sent {
        self.0.extend(earlier.0.iter().cloned());
        self.sort();
        self
    }

    fn sort(&mut self) {
        self.0.retain(|value| value.len() >= SHORTEST);
        // A value may be a part of another one.
        self.0.sort_by(|one, other| other.len().cmp(&one.len()).then_with(|| one.cmp(other)));
        self.0.dedup();
    }

    fn add(&mut self, name: &str, value: &str) {
        if !NAMES.contains(&name.to_ascii_lowercase().as_str()) {
            return;
        }
        self.0.push(value.to_owned());
        // `Bearer TOKEN`, and `AWS4-HMAC-SHA256 Credential=…, SignedHeaders=…, Signature=…`.
        self.0.extend(value.split_once(' ').map(|(_, value)| value.to_owned()));
        for part in value.split([' ', ',']) {
            let secret = part.strip_prefix("Signature=").or(part.strip_prefix("Credential="));
            self.0.extend(secret.map(str::to_owned));
        }
    }

    fn add_query(&mut self, url: &Url) {
        let before = self.0.len();
        for pair in url.query().unwrap_or_default().split('&') {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            self.add(name, value);
            self.add(name, &percent_decode_str(value).decode_utf8_lossy());
        }
        if self.0.len() > before {
            self.0.extend(url.query().map(str::to_owned));
        }
    }

    /// A form or a JSON object.
    fn add_body(&mut self, body: &[u8]) {
        if let Ok(fields) = serde_json::from_slice::<Map<String, Value>>(body) {
            for (name, value) in &fields {
                self.add(name, value.as_str().unwrap_or_default());
            }
        } else if let Ok(form) = std::str::from_utf8(body) {
            for pair in form.split('&') {
                let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
                self.add(name, &percent_decode_str(value).decode_utf8_lossy());
            }
        }
    }

    /// Masks the values in an answer, also where they are escaped for JSON, XML or a URL.
    pub(super) fn mask<'a>(&self, answer: &'a [u8]) -> Cow<'a, [u8]> {
        let mut masked = Cow::Borrowed(answer);
        for value in &self.0 {
            if let Some(without) = without(&masked, value.as_bytes()) {
                masked = Cow::Owned(without);
            }
        }
        masked
    }

    /// Masks the values in the headers of an answer.
    pub(super) fn mask_headers(&self, headers: &mut HeaderMap) {
        for value in headers.values_mut() {
            if let Cow::Owned(masked) = self.mask(value.as_bytes()) {
                *value = HeaderValue::from_bytes(&masked)
                    .unwrap_or_else(|_| HeaderValue::from_static("***"));
            }
        }
    }
}

/// The text with every `value` masked; `None` if it has none.
fn without(text: &[u8], value: &[u8]) -> Option<Vec<u8>> {
    let mut masked: Option<Vec<u8>> = None;
    let (mut at, mut copied) = (0, 0);
    let begins = |byte: u8| value.first() == Some(&byte) || matches!(byte, b'%' | b'\\' | b'&');
    while let Some(skipped) = text[at..].iter().position(|byte| begins(*byte)) {
        at += skipped;
        match matched(&text[at..], value) {
            Some(length) => {
                let masked = masked.get_or_insert_default();
                masked.extend_from_slice(&text[copied..at]);
                masked.extend_from_slice(MASK);
                at += length;
                copied = at;
            }
            None => at += 1,
        }
    }
    if let Some(masked) = &mut masked {
        masked.extend_from_slice(&text[copied..]);
    }
    masked
}

/// How many bytes at the start of `text` are `value`, literally or escaped.
fn matched(text: &[u8], value: &[u8]) -> Option<usize> {
    if text.starts_with(value) {
        return Some(value.len());
    }
    let mut length = 0;
    for byte in value {
        let rest = text.get(length..)?;
        length += match unescaped(rest) {
            Some((unescaped, length)) if unescaped == u32::from(*byte) => length,
            _ if rest.first() == Some(byte) => 1,
            _ => return None,
        };
    }
    Some(length)
}

/// The character of an escape sequence at the start of `text`, and the length of the sequence.
fn unescaped(text: &[u8]) -> Option<(u32, usize)> {
    let number = |digits: Option<&[u8]>, radix| {
        u32::from_str_radix(std::str::from_utf8(digits?).ok()?, radix).ok()
    };
    match text {
        [b'%', ..] => Some((number(text.get(1..3), 16)?, 3)),
        [b'\\', b'u', ..] => Some((number(text.get(2..6), 16)?, 6)),
        [b'\\', escaped, ..] => Some((u32::from(*escaped), 2)),
        [b'&', ..] => {
            let end = text.iter().take(8).position(|byte| *byte == b';')?;
            let character = match &text[1..end] {
                b"amp" => u32::from('&'),
                b"lt" => u32::from('<'),
                b"gt" => u32::from('>'),
                b"quot" => u32::from('"'),
                b"apos" => u32::from('\''),
                [b'#', b'x' | b'X', digits @ ..] => number(Some(digits), 16)?,
                [b'#', digits @ ..] => number(Some(digits), 10)?,
                _ => return None,
            };
            Some((character, end + 1))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use reqwest::Method;

    use super::*;

    const TOKEN: &str = "IQoJb3JpZ2lu/X2VjE+Pr=";
    const SIGNATURE: &str = "5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7";

    fn signed(url: &str) -> Request {
        let mut request = Request::new(Method::POST, Url::parse(url).unwrap());
        let authorization = format!(
            "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20260101/us-east-1/ecs/aws4_request, SignedHeaders=host;x-amz-date, Signature={SIGNATURE}"
        );
        let headers = request.headers_mut();
        headers.insert("authorization", HeaderValue::from_str(&authorization).unwrap());
        headers.insert("x-amz-security-token", HeaderValue::from_static(TOKEN));
        headers.insert("x-amz-target", HeaderValue::from_static("AmazonECS.DescribeClusters"));
        request
    }

    fn masked(sent: &Sent, answer: &str) -> String {
        String::from_utf8(sent.mask(answer.as_bytes()).into_owned()).unwrap()
    }

    #[test]
    fn what_a_signed_request_sends_is_masked_in_each_way_to_write_it() {
        let secret = "wJalrXUtnFEMI/K7MDENG".to_owned();
        let sent = Sent::of(
            &signed("https://ecs.us-east-1.amazonaws.com/"),
            std::slice::from_ref(&secret),
        );
        for written in [
            TOKEN.to_owned(),
            TOKEN.replace('/', "\\/").replace('=', "\\u003d"),
            TOKEN.replace('/', "%2F").replace('+', "%2b").replace('=', "%3D"),
            TOKEN.replace('+', "&#43;").replace('/', "&#x2F;"),
            secret,
            SIGNATURE.to_owned(),
        ] {
            assert_eq!(masked(&sent, &format!("a {written} b {written}")), "a *** b ***");
        }
        let echo = signed("https://a.example/").headers()["authorization"].clone();
        assert_eq!(masked(&sent, echo.to_str().unwrap()), "***");
        let kept = "AmazonECS.DescribeClusters of 20260101: Rate exceeded";
        assert!(matches!(sent.mask(kept.as_bytes()), Cow::Borrowed(_)));
    }

    #[test]
    fn the_query_of_a_presigned_url_is_masked_and_other_parameters_are_not() {
        let url = format!("https://s3.example/b?prefix=storefront&X-Amz-Signature={SIGNATURE}");
        let sent = Sent::of(&Request::new(Method::GET, Url::parse(&url).unwrap()), &[]);
        assert_eq!(masked(&sent, &format!("no {url}")), "no https://s3.example/b?***");
        assert_eq!(masked(&sent, &format!("{SIGNATURE} of storefront")), "*** of storefront");
        let url = Url::parse("https://s3.example/b?NextToken=0123456789").unwrap();
        assert_eq!(
            masked(&Sent::of(&Request::new(Method::GET, url), &[]), "0123456789"),
            "0123456789"
        );
    }

    #[test]
    fn tokens_in_a_body_and_in_headers_are_masked() {
        let mut request = signed("https://sts.example/");
        *request.body_mut() = Some("Action=A&WebIdentityToken=ey%2Fabcdefgh".into());
        assert_eq!(masked(&Sent::of(&request, &[]), "bad ey/abcdefgh"), "bad ***");
        *request.body_mut() =
            Some(r#"{"refreshToken": "ey/abcdefgh", "nextToken": "kl/mnopqr"}"#.into());
        let sent = Sent::of(&request, &[]);
        assert_eq!(masked(&sent, "bad ey/abcdefgh kl/mnopqr"), "bad *** kl/mnopqr");
        let mut headers = HeaderMap::new();
        headers.insert("x-amzn-errortype", HeaderValue::from_static(TOKEN));
        sent.mask_headers(&mut headers);
        assert_eq!(headers["x-amzn-errortype"], "***");
    }

    #[test]
    fn values_of_a_request_are_masked_after_a_redirect() {
        let mut request = Request::new(Method::GET, Url::parse("https://a.example/").unwrap());
        request
            .headers_mut()
            .insert("authorization", HeaderValue::from_static("Bearer anonymous-1"));
        let first = Sent::of(&request, &[]);
        let store =
            Request::new(Method::GET, Url::parse("https://b.example/?sig=abcdefghij").unwrap());
        let sent = Sent::of(&store, &[]).after(&first);
        assert_eq!(masked(&sent, "anonymous-1, abcdefghij, Bearer anonymous-1"), "***, ***, ***");
    }
}
