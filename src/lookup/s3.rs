//! Amazon S3: whether an object is there. HEAD only; no content is ever read.

use aws_sdk_s3::operation::RequestId;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use serde::{Deserialize, Serialize};

use super::{Answer, Call, Lookup, Services, classify};
use crate::knowledge::{Absence, Gap, Seen};
use crate::names::{Region, S3Object};

/// What is known of an object without reading it. The IAM action of `HeadObject` is `s3:GetObject`
/// (<https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadObject.html>).
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct HeadObject {
    /// The region that is asked first; the bucket's own is followed from there.
    pub region: Region,
    /// The object.
    pub object: S3Object,
}

/// That an object is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Present;

/// The second call of [`HeadObject`], made where the first is refused.
pub(super) const LIST_BUCKET: Call = Call("s3:ListBucket");

impl Lookup for HeadObject {
    type Fact = Present;
    const CALL: Call = Call("s3:GetObject");
    const ABSENT: &'static [&'static str] = &["NotFound", "NoSuchKey", "NoSuchBucket"];

    fn what(&self) -> String {
        format!("S3 object s3://{}/{}", self.object.bucket, self.object.key)
    }

    fn resource(&self) -> String {
        self.object.to_string()
    }

    fn mend(&self, _: &Absence) -> Option<String> {
        Some(format!("aws s3 cp FILE s3://{}/{}", self.object.bucket, self.object.key))
    }

    async fn fetch(&self, services: &Services) -> Answer<Present> {
        match self.head(&self.region, services).await {
            Err(Elsewhere(region)) => self.head(&region, services).await.unwrap_or_else(|again| {
                let why = format!("S3 keeps pointing elsewhere ({})", again.0);
                Err(Gap::Unreachable { what: self.what(), why })
            }),
            Ok(answer) => answer,
        }
    }
}

/// The bucket lives in another region than the one that was asked.
struct Elsewhere(Region);

impl HeadObject {
    async fn head(
        &self,
        region: &Region,
        services: &Services,
    ) -> Result<Answer<Present>, Elsewhere> {
        let S3Object { bucket, key, .. } = &self.object;
        let reply = services.s3(region).head_object().bucket(bucket).key(key).send().await;
        let error = match reply {
            // A login page answers a HEAD with 200 too, and there is no body to tell it by.
            Ok(it) if it.request_id().is_none() => {
                return Ok(Err(classify::incomplete(self, "the request id that S3 gives")));
            }
            Ok(_) => return Ok(Ok(Seen::Found(Present))),
            Err(error) => error,
        };
        let raw = error.raw_response();
        let home = raw.and_then(|raw| raw.headers().get("x-amz-bucket-region"));
        match (
            raw.map(|raw| raw.status().as_u16()),
            home.and_then(|home| home.parse::<Region>().ok()),
        ) {
            (Some(301 | 307 | 400), Some(home)) if home != *region => Err(Elsewhere(home)),
            // A HEAD has no body, hence no code. Without s3:ListBucket, S3 says 403 for a missing
            // object too, so a 403 proves nothing. Who may list the bucket sees the key there.
            (Some(403), _) => Ok(match self.is_listed(region, services).await {
                Some(true) => Ok(Seen::Found(Present)),
                Some(false) => classify::absent(self, "not among the bucket's objects"),
                None => Err(Gap::Refused {
                    action: Self::CALL.to_string(),
                    resource: self.resource(),
                    said: "HTTP 403; s3:ListBucket on the bucket would tell, too".to_owned(),
                }),
            }),
            // A 404 of a HEAD has no code either: it counts only if S3 itself signed it with an id.
            (Some(404), _) if raw.is_some_and(|raw| !is_from_s3(raw)) => {
                Ok(Err(Gap::Unreachable {
                    what: self.what(),
                    why: "HTTP 404 that is not S3's own answer (a proxy?)".to_owned(),
                }))
            }
            _ => Ok(classify::failed(self, &error)),
        }
    }
}

impl HeadObject {
    /// Whether the bucket's list has the key; `None` if the list cannot be had. Of all keys that begin
    /// with this one, it is the first.
    async fn is_listed(&self, region: &Region, services: &Services) -> Option<bool> {
        let S3Object { bucket, key, .. } = &self.object;
        let request = services.s3(region).list_objects_v2().bucket(bucket).prefix(key).max_keys(1);
        let listed = request.send().await.ok()?;
        // A list that does not say what it lists is no list of S3's.
        listed.prefix()?;
        Some(listed.contents().first().is_some_and(|first| first.key() == Some(key)))
    }
}

/// S3 gives each of its answers an id.
fn is_from_s3(raw: &HttpResponse) -> bool {
    ["x-amz-request-id", "x-amzn-requestid"].iter().any(|name| raw.headers().get(*name).is_some())
}
