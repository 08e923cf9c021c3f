//! The protocols with a form as the request and XML as the answer.

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::http::Headers;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::error::ErrorMetadata;
use aws_smithy_types::error::metadata::Builder;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::element::{Element, Lacks};
use super::protocol::Protocol;

/// Characters that are not encoded in a form or a path.
pub(super) const PLAIN: &AsciiSet =
    &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// The protocol of EC2 (<https://smithy.io/2.0/aws/protocols/aws-ec2-query-protocol.html>).
pub(in crate::lookup) struct Ec2Query {
    /// The version of the API.
    pub(super) version: &'static str,
}

/// The protocol of IAM and other older services
/// (<https://smithy.io/2.0/aws/protocols/aws-query-protocol.html>).
pub(in crate::lookup) struct AwsQuery {
    /// The version of the API.
    pub(super) version: &'static str,
}

/// The parameters of an action.
#[derive(Clone, Debug, Default)]
pub(in crate::lookup) struct Query(Vec<(String, String)>);

impl Query {
    /// Sets a parameter, replacing one with the same name.
    pub(in crate::lookup) fn with(mut self, name: &str, value: impl Into<String>) -> Query {
        self.0.retain(|(it, _)| it != name);
        self.0.push((name.to_owned(), value.into()));
        self
    }

    /// Adds a list of these values, in the format of AWS query.
    pub(in crate::lookup) fn members<V: Into<String>>(
        mut self,
        list: &str,
        values: impl IntoIterator<Item = V>,
    ) -> Query {
        for (nth, value) in (1..).zip(values) {
            self.0.push((format!("{list}.member.{nth}"), value.into()));
        }
        self
    }

    /// Filters by these values of this property, in the format of EC2.
    pub(in crate::lookup) fn only<V: Into<String>>(
        mut self,
        property: &str,
        values: impl IntoIterator<Item = V>,
    ) -> Query {
        let nth = 1 + self.0.iter().filter(|(name, _)| name.ends_with(".Name")).count();
        self.0.push((format!("Filter.{nth}.Name"), property.to_owned()));
        for (at, value) in (1..).zip(values) {
            self.0.push((format!("Filter.{nth}.Value.{at}"), value.into()));
        }
        self
    }

    /// Appends `name=value` for each parameter.
    pub(super) fn append_to(&self, text: &mut String, mut separator: char) {
        for (name, value) in &self.0 {
            text.push(separator);
            text.push_str(&format!("{name}={}", utf8_percent_encode(value, PLAIN)));
            separator = '&';
        }
    }
}

impl Protocol for Ec2Query {
    type Question = Query;
    type Answer = Element;

    fn request(&self, action: &str, query: &Query) -> Result<HttpRequest, BoxError> {
        form(action, self.version, query)
    }

    fn answer(&self, action: &str, _: &Headers, body: &[u8]) -> Result<Element, String> {
        response(action, body)
    }

    /// <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html>
    fn error(&self, _: &Headers, body: &[u8]) -> Option<Builder> {
        let root = Element::parse(body).ok().filter(|root| root.is("Response"))?;
        error(root.child("Errors/Error").ok()??).ok()
    }
}

impl Protocol for AwsQuery {
    type Question = Query;
    type Answer = Element;

    fn request(&self, action: &str, query: &Query) -> Result<HttpRequest, BoxError> {
        form(action, self.version, query)
    }

    /// The `…Result` in the `…Response`.
    fn answer(&self, action: &str, _: &Headers, body: &[u8]) -> Result<Element, String> {
        let result = response(action, body)?.into_child(&format!("{action}Result"));
        result?.ok_or_else(|| "the answer has no result".to_owned())
    }

    fn error(&self, _: &Headers, body: &[u8]) -> Option<Builder> {
        let root = Element::parse(body).ok().filter(|root| root.is("ErrorResponse"))?;
        error(root.child("Error").ok()??).ok()
    }
}

/// The form of an action
/// (<https://docs.aws.amazon.com/AWSEC2/latest/APIReference/Query-Requests.html>).
fn form(action: &str, version: &str, query: &Query) -> Result<HttpRequest, BoxError> {
    let mut form = format!("Action={action}&Version={version}");
    query.append_to(&mut form, '&');
    let length = form.len().to_string();
    let mut request = HttpRequest::new(SdkBody::from(form));
    request.set_method("POST")?;
    request.set_uri("/")?;
    request.headers_mut().insert("content-type", "application/x-www-form-urlencoded");
    request.headers_mut().insert("content-length", length);
    Ok(request)
}

/// The root element of the answer to an action.
fn response(action: &str, body: &[u8]) -> Result<Element, String> {
    let root = Element::parse(body)?;
    match root.is(&format!("{action}Response")) {
        true => Ok(root),
        false => Err("the answer does not match the request".to_owned()),
    }
}

/// The code and the message in an error.
pub(super) fn error(error: &Element) -> Result<Builder, Lacks> {
    let mut metadata = ErrorMetadata::builder();
    if let Some(code) = error.text("Code")?.filter(|code| !code.is_empty()) {
        metadata = metadata.code(code);
    }
    if let Some(message) = error.text("Message")? {
        metadata = metadata.message(message);
    }
    Ok(metadata)
}
