//! The protocol of S3: REST, with XML for lists and errors.

use std::borrow::Cow;

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::http::Headers;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::error::metadata::Builder;
use percent_encoding::{AsciiSet, utf8_percent_encode};

use super::element::{Element, Lacks};
use super::protocol::Protocol;
use super::query::{PLAIN, Query, error};
use crate::lookup::naming::Fields;

/// Characters that are not encoded in a key: its slashes separate the segments of the path
/// (<https://smithy.io/2.0/spec/http-bindings.html#greedy-labels>).
const KEY: &AsciiSet = &PLAIN.remove(b'/');

/// The protocol of S3 (<https://docs.aws.amazon.com/AmazonS3/latest/API/RESTAPI.html>).
pub(in crate::lookup) struct Buckets;

/// A question about a bucket. None of them returns the content of an object.
#[derive(Clone, Debug)]
pub(in crate::lookup) struct OfBucket {
    bucket: String,
    method: &'static str,
    path: String,
    query: Query,
}

impl OfBucket {
    /// The metadata of an object (`HeadObject`).
    pub(in crate::lookup) fn object(bucket: &str, key: &str) -> OfBucket {
        let path = format!("/{}", utf8_percent_encode(key, KEY));
        OfBucket { path, method: "HEAD", ..OfBucket::get(bucket, Query::default()) }
    }

    /// The first key with this prefix (`ListObjectsV2`).
    pub(in crate::lookup) fn first(bucket: &str, prefix: &str) -> OfBucket {
        let query = Query::default().with("list-type", "2").with("max-keys", "1");
        OfBucket::get(bucket, query.with("prefix", prefix))
    }

    /// Its policy (`GetBucketPolicy`).
    pub(in crate::lookup) fn policy(bucket: &str) -> OfBucket {
        OfBucket { path: "/?policy".to_owned(), ..OfBucket::get(bucket, Query::default()) }
    }

    fn get(bucket: &str, query: Query) -> OfBucket {
        OfBucket { bucket: bucket.to_owned(), method: "GET", path: "/".to_owned(), query }
    }
}

/// An answer of S3.
#[derive(Clone, Debug)]
pub(in crate::lookup) struct Received {
    headers: Headers,
    body: Vec<u8>,
}

impl Received {
    /// The value of a header.
    pub(in crate::lookup) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)
    }

    /// The body.
    pub(in crate::lookup) fn text(&self) -> Result<&str, Lacks> {
        std::str::from_utf8(&self.body).map_err(|_| "a readable body")
    }

    /// The root element of the body, which has this name.
    pub(in crate::lookup) fn element(&self, name: &str) -> Result<Element, Lacks> {
        let root = Element::parse(&self.body).ok().filter(|root| root.is(name));
        root.ok_or("a readable body")
    }

    /// The number of the request, which every answer of S3 has.
    pub(in crate::lookup) fn request_id(&self) -> Result<&str, Lacks> {
        request_id(&self.headers).ok_or("the request id that S3 sends")
    }
}

/// Nothing in an answer about an object or a policy names it; a list is compared where it is read.
impl Fields for Received {
    fn texts_at<'a>(&'a self, _: &[&str], found: &mut Vec<Option<Cow<'a, str>>>) {
        found.push(None);
    }
}

/// The number of a request to S3
/// (<https://docs.aws.amazon.com/AmazonS3/latest/API/RESTCommonResponseHeaders.html>).
pub(in crate::lookup) fn request_id(headers: &Headers) -> Option<&str> {
    ["x-amz-request-id", "x-amzn-requestid"].into_iter().find_map(|name| headers.get(name))
}

impl Protocol for Buckets {
    type Question = OfBucket;
    type Answer = Received;

    fn bucket(question: &OfBucket) -> Option<&str> {
        Some(&question.bucket)
    }

    fn request(&self, _: &str, question: &OfBucket) -> Result<HttpRequest, BoxError> {
        let mut uri = question.path.clone();
        question.query.append_to(&mut uri, '?');
        let mut request = HttpRequest::new(SdkBody::empty());
        request.set_method(question.method)?;
        request.set_uri(uri)?;
        Ok(request)
    }

    fn answer(&self, _: &str, headers: &Headers, body: &[u8]) -> Result<Received, String> {
        Ok(Received { headers: headers.clone(), body: body.to_vec() })
    }

    /// <https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html#RESTErrorResponses>
    fn error(&self, _: &Headers, body: &[u8]) -> Option<Builder> {
        error(&Element::parse(body).ok().filter(|root| root.is("Error"))?).ok()
    }
}
