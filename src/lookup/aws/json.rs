//! The protocols with JSON as the answer.

use std::borrow::Cow;

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::http::Headers;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::error::ErrorMetadata;
use aws_smithy_types::error::metadata::Builder;
use percent_encoding::utf8_percent_encode;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::element::Lacks;
use super::protocol::Protocol;
use super::query::{PLAIN, Query};
use crate::lookup::naming::Fields;

/// JSON 1.1, with the action in a header
/// (<https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html>).
pub(in crate::lookup) struct Json {
    /// The prefix of the action in the header.
    pub(super) target: &'static str,
}

/// REST with JSON (<https://smithy.io/2.0/aws/protocols/aws-restjson1-protocol.html>). Only `GET` is ever
/// sent.
pub(in crate::lookup) struct RestJson {
    /// The prefix of every path.
    pub(super) root: &'static str,
}

/// A path, with parameters.
#[derive(Clone, Debug)]
pub(in crate::lookup) struct Path {
    path: String,
    query: Query,
}

impl Path {
    /// The path of these segments.
    pub(in crate::lookup) fn of(segments: &[&str]) -> Path {
        let encoded = segments.iter().map(|it| format!("/{}", utf8_percent_encode(it, PLAIN)));
        Path { path: encoded.collect(), query: Query::default() }
    }

    /// Sets a parameter, replacing one with the same name.
    pub(in crate::lookup) fn with(mut self, name: &str, value: impl Into<String>) -> Path {
        self.query = self.query.with(name, value);
        self
    }
}

/// An answer in JSON.
#[derive(Clone, Debug)]
pub(in crate::lookup) struct Object(Map<String, Value>);

impl Object {
    /// The object in a body.
    ///
    /// # Errors
    /// Why it is none.
    pub(in crate::lookup) fn parse(body: &[u8]) -> Result<Object, String> {
        serde_json::from_slice(body).map(Object).map_err(|error| error.to_string())
    }

    /// The fields of `T`. Each may be missing if it is an `Option`.
    ///
    /// # Errors
    /// If a field has another type.
    pub(in crate::lookup) fn read<T: DeserializeOwned>(self) -> Result<T, Lacks> {
        serde_json::from_value(Value::Object(self.0)).map_err(|_| "readable fields")
    }

    fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name).and_then(Value::as_str)
    }
}

impl Fields for Object {
    fn texts_at<'a>(&'a self, path: &[&str], found: &mut Vec<Option<Cow<'a, str>>>) {
        in_field(&self.0, path, found);
    }
}

fn in_field<'a>(
    fields: &'a Map<String, Value>,
    path: &[&str],
    found: &mut Vec<Option<Cow<'a, str>>>,
) {
    let Some((first, rest)) = path.split_first() else {
        return found.push(Some(Cow::Borrowed("an object")));
    };
    match fields.get(*first) {
        Some(Value::Null) | None if rest.is_empty() => found.push(None),
        Some(value) => in_value(value, rest, found),
        None => {}
    }
}

fn in_value<'a>(value: &'a Value, path: &[&str], found: &mut Vec<Option<Cow<'a, str>>>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| in_value(item, path, found)),
        Value::Object(fields) => in_field(fields, path, found),
        Value::String(text) if path.is_empty() => found.push(Some(Cow::Borrowed(text))),
        // An object or a truth has no text, but it is there.
        value if path.is_empty() => found.push(Some(Cow::Owned(value.to_string()))),
        _ => found.push(None),
    }
}

impl Protocol for Json {
    /// An object.
    type Question = Value;
    type Answer = Object;

    fn request(&self, action: &str, question: &Value) -> Result<HttpRequest, BoxError> {
        let body = question.to_string();
        let length = body.len().to_string();
        let mut request = HttpRequest::new(SdkBody::from(body));
        request.set_method("POST")?;
        request.set_uri("/")?;
        request.headers_mut().insert("content-type", "application/x-amz-json-1.1");
        request.headers_mut().insert("content-length", length);
        request.headers_mut().insert("x-amz-target", format!("{}.{action}", self.target));
        Ok(request)
    }

    fn answer(&self, _: &str, _: &Headers, body: &[u8]) -> Result<Object, String> {
        Object::parse(body)
    }

    fn error(&self, headers: &Headers, body: &[u8]) -> Option<Builder> {
        error(headers, body)
    }
}

impl Protocol for RestJson {
    type Question = Path;
    type Answer = Object;

    fn request(&self, _: &str, asked: &Path) -> Result<HttpRequest, BoxError> {
        let mut uri = format!("{}{}", self.root, asked.path);
        asked.query.append_to(&mut uri, '?');
        let mut request = HttpRequest::new(SdkBody::empty());
        request.set_method("GET")?;
        request.set_uri(uri)?;
        Ok(request)
    }

    fn answer(&self, _: &str, _: &Headers, body: &[u8]) -> Result<Object, String> {
        Object::parse(body)
    }

    fn error(&self, headers: &Headers, body: &[u8]) -> Option<Builder> {
        error(headers, body)
    }
}

/// The code is in a header or in the body, which is always an object
/// (<https://smithy.io/2.0/aws/protocols/aws-restjson1-protocol.html#operation-error-serialization>).
fn error(headers: &Headers, body: &[u8]) -> Option<Builder> {
    let body = Object::parse(body).ok()?;
    let given = [headers.get("x-amzn-errortype"), body.text("code"), body.text("__type")];
    let mut metadata = ErrorMetadata::builder();
    if let Some(code) = given.into_iter().flatten().map(name).find(|code| !code.is_empty()) {
        metadata = metadata.code(code);
    }
    if let Some(message) = body.text("message").or(body.text("Message")) {
        metadata = metadata.message(message);
    }
    Some(metadata)
}

/// The name of an error in `namespace#Name:url`.
fn name(code: &str) -> &str {
    let code = code.split_once(':').map_or(code, |(code, _)| code);
    code.split_once('#').map_or(code, |(_, code)| code)
}
