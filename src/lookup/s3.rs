//! Amazon S3: whether an object exists, and the policy of its bucket. No content is ever read.

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::aws::{Action, OfBucket, Received, S3, request_id};
use super::{Answer, Call, Lookup, Mend, Missing, Named, Services, classify, policy_document};
use crate::knowledge::{Absence, Gap, Purpose, Seen};
use crate::names::{Partition, Region, S3Object};
use crate::shell::{ShellCommand, Word};

const BUCKET_MISSING: &str = "NoSuchBucket";

/// The metadata of an object. The IAM action of `HeadObject` is `s3:GetObject`
/// (<https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadObject.html>).
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct HeadObject {
    /// The first region; a redirect to the bucket's region is followed.
    pub region: Region,
    /// The object.
    pub object: S3Object,
}

/// An existing object.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Object {
    /// How it is encrypted.
    pub encryption: Encryption,
    /// The region of its bucket, if it is another one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub elsewhere: Option<Region>,
    /// Whether a bucket key encrypts it; none where that is not known, as in older recordings.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bucket_key: Option<bool>,
}

/// The encryption of an object, as far as known.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Encryption {
    /// With this KMS key.
    Key(String),
    /// By S3, which needs no further permission to read.
    Own,
    /// Unknown: only the list of the bucket was read.
    Untold,
}

/// The second call of [`HeadObject`], if the first is denied or finds nothing.
pub(super) const LIST_BUCKET: Call = Call("s3:ListBucket");
const LIST_OBJECTS: Action<S3> = Action::of(LIST_BUCKET);

impl Lookup for HeadObject {
    type Fact = Object;
    const CALL: Call = Call("s3:GetObject");
    const ABSENT: &'static [&'static str] = &["NotFound", "NoSuchKey", BUCKET_MISSING];

    fn named(&self) -> Named {
        Named::Nowhere("headers do not name the object")
    }

    fn what(&self) -> String {
        format!("S3 object s3://{}/{}", self.object.bucket, self.object.key)
    }

    fn resource(&self) -> String {
        self.object.to_string()
    }

    fn mend(&self, missing: &Missing) -> Mend {
        let S3Object { bucket, key, .. } = &self.object;
        let (mend, remedy) = match missing.absence.said == BUCKET_MISSING {
            true => {
                let make = ShellCommand::of("aws s3 mb").word(format!("s3://{bucket}"));
                (Mend::by(make.region(&self.region)), "Create the bucket and upload the file")
            }
            false => (Mend::default(), "Upload the file"),
        };
        let mend = mend.and(
            ShellCommand::of("aws s3 cp")
                .word(Word::placeholder("FILE"))
                .word(format!("s3://{bucket}/{key}"))
                .region(&self.region),
        );
        let remedy = format!("{remedy}, or correct its ARN: arn:aws:s3:::bucket/key");
        mend.saying(remedy).instead_of(match missing.purpose {
            Some(Purpose::LogRouter) => format!(
                "ResourceInitializationError: unable to download s3 config {key} from bucket {bucket}"
            ),
            _ => "ResourceInitializationError: failed to download env files: file download command: non empty error stream".to_owned(),
        })
    }

    async fn fetch(&self, services: &Services) -> Answer<Object> {
        match self.head(&self.region, services).await {
            Err(Elsewhere(home)) => at_home(self, self.head(&home, services).await),
            Ok(answer) => answer,
        }
    }
}

impl HeadObject {
    fn object(&self, encryption: Encryption, home: &Region) -> Object {
        let elsewhere = (*home != self.region).then(|| home.clone());
        Object { encryption, elsewhere, bucket_key: None }
    }

    async fn head(
        &self,
        region: &Region,
        services: &Services,
    ) -> Result<Answer<Object>, Elsewhere> {
        let S3Object { bucket, key, .. } = &self.object;
        let asked = OfBucket::object(bucket, key);
        let error = match services.s3(region).ask(self, &asked).await {
            Ok(it) => {
                let object = self.read(&it, region).map(Seen::Found);
                return Ok(object.map_err(|lacks| classify::incomplete(self, lacks)));
            }
            Err(error) => error,
        };
        let raw = error.raw_response();
        if let Some(elsewhere) = raw.and_then(|raw| elsewhere(region, raw)) {
            return Err(elsewhere);
        }
        match raw.map(|raw| raw.status().as_u16()) {
            // A HEAD has no body, hence no code. Without s3:ListBucket, S3 returns 403 for a missing object
            // too, so a 403 proves nothing. The list of the bucket shows the key.
            Some(403) => Ok(match self.listed(region, services).await {
                Listed::Key => Ok(Seen::Found(self.object(Encryption::Untold, region))),
                Listed::NoKey => classify::absent(self, "not among the bucket's objects"),
                Listed::NoBucket | Listed::Unread => Err(Gap::Refused {
                    action: Self::CALL.to_string(),
                    resource: self.resource(),
                    said: "HTTP 403; s3:ListBucket on the bucket would show it too".to_owned(),
                }),
            }),
            // A 404 of a HEAD has no code either: it counts only with a request id of S3.
            Some(404) if raw.is_some_and(|raw| request_id(raw.headers()).is_none()) => {
                Ok(Err(self.unreachable("HTTP 404, which did not come from S3 (a proxy?)")))
            }
            // Nor does it tell a missing object from a missing bucket.
            Some(404) => Ok(match self.listed(region, services).await {
                Listed::NoBucket => no_bucket(bucket),
                Listed::Key => Err(self.unreachable("HTTP 404, but the bucket's list contains it")),
                Listed::NoKey | Listed::Unread => classify::absent(self, "NotFound"),
            }),
            _ => Ok(classify::failed(self, &error)),
        }
    }

    fn read(&self, it: &Received, region: &Region) -> Result<Object, &'static str> {
        // A login page answers a HEAD with 200 too, without a body to distinguish it.
        it.request_id()?;
        let Some(key) = it.header("x-amz-server-side-encryption-aws-kms-key-id") else {
            let by_kms = it.header("x-amz-server-side-encryption");
            return match by_kms.is_some_and(|it| it.starts_with("aws:kms")) {
                true => Err("the KMS key of the object"),
                false => Ok(self.object(Encryption::Own, region)),
            };
        };
        // S3 sends the header of a bucket key only where there is one
        // (https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadObject.html).
        let bucket_key = match it.header("x-amz-server-side-encryption-bucket-key-enabled") {
            Some(enabled) => enabled.parse().map_err(|_| "a readable true or false")?,
            None => false,
        };
        let object = self.object(Encryption::Key(key.to_owned()), region);
        Ok(Object { bucket_key: Some(bucket_key), ..object })
    }
}

/// What the list of a bucket says of a key.
enum Listed {
    Key,
    NoKey,
    NoBucket,
    Unread,
}

impl HeadObject {
    /// What the bucket's list says. The key sorts first among all keys with this prefix.
    async fn listed(&self, region: &Region, services: &Services) -> Listed {
        let S3Object { bucket, key, .. } = &self.object;
        let asked = OfBucket::first(bucket, key);
        match services.s3(region).ask_for(LIST_OBJECTS, &asked).await {
            Ok(reply) => self.read_list(&reply).unwrap_or(Listed::Unread),
            Err(error) if classify::code(&error) == Some(BUCKET_MISSING) => Listed::NoBucket,
            Err(_) => Listed::Unread,
        }
    }

    /// `None` if the answer is not the whole list with this prefix.
    fn read_list(&self, reply: &Received) -> Option<Listed> {
        let S3Object { bucket, key, .. } = &self.object;
        let listed = reply.element("ListBucketResult").ok()?;
        // The list of another bucket, or with another prefix, shows nothing.
        let is_of = |field, asked| listed.text(field).ok().flatten().as_deref() == Some(asked);
        if !is_of("Name", bucket) || !is_of("Prefix", key) {
            return None;
        }
        match listed.child("Contents").ok()? {
            Some(first) if first.text("Key").ok()?? == *key => Some(Listed::Key),
            Some(_) => Some(Listed::NoKey),
            // The number of keys shows that the list is complete.
            None => (listed.number("KeyCount").ok()? == Some(0)).then_some(Listed::NoKey),
        }
    }

    fn unreachable(&self, why: &str) -> Gap {
        Gap::Unreachable { what: self.what(), why: why.to_owned() }
    }
}

fn no_bucket<T>(bucket: &str) -> Answer<T> {
    let sentence = format!("there is no S3 bucket {bucket}");
    Ok(Seen::Absent(Absence { sentence, said: BUCKET_MISSING.to_owned() }))
}

/// The policy of a bucket, which is optional: its absence has another code than a missing bucket.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct GetBucketPolicy {
    /// The first region; a redirect to the bucket's region is followed.
    pub region: Region,
    /// The bucket's name.
    pub bucket: String,
}

/// The error code for a bucket without a policy.
pub const NO_BUCKET_POLICY: &str = "NoSuchBucketPolicy";

impl Lookup for GetBucketPolicy {
    type Fact = Value;
    const CALL: Call = Call("s3:GetBucketPolicy");
    const ABSENT: &'static [&'static str] = &[NO_BUCKET_POLICY, BUCKET_MISSING];

    fn named(&self) -> Named {
        Named::Nowhere("a policy does not name its bucket")
    }

    fn what(&self) -> String {
        format!("policy of S3 bucket {}", self.bucket)
    }

    fn resource(&self) -> String {
        let partition = Partition::of_region(self.region.as_str());
        format!("arn:{partition}:s3:::{}", self.bucket)
    }

    async fn fetch(&self, services: &Services) -> Answer<Value> {
        match self.ask(&self.region, services).await {
            Err(Elsewhere(home)) => at_home(self, self.ask(&home, services).await),
            Ok(answer) => answer,
        }
    }
}

impl GetBucketPolicy {
    async fn ask(&self, region: &Region, services: &Services) -> Result<Answer<Value>, Elsewhere> {
        let reply = services.s3(region).ask(self, &OfBucket::policy(&self.bucket)).await;
        let raw = reply.as_ref().err().and_then(|error| error.raw_response());
        if let Some(elsewhere) = raw.and_then(|raw| elsewhere(region, raw)) {
            return Err(elsewhere);
        }
        if let Err(error) = &reply
            && classify::code(error) == Some(BUCKET_MISSING)
        {
            return Ok(no_bucket(&self.bucket));
        }
        Ok(classify::answer(self, reply, |it| {
            // The body is only the policy, so any JSON would look like one.
            it.request_id()?;
            policy_document::plain(it.text()?)
        }))
    }
}

/// The bucket is in another region.
struct Elsewhere(Region);

/// The region of a redirect, if there is one. Credentials are valid in one partition only, so they are not
/// sent to another one.
fn elsewhere(asked: &Region, raw: &HttpResponse) -> Option<Elsewhere> {
    let home = raw.headers().get("x-amz-bucket-region")?.parse::<Region>().ok()?;
    let points = matches!(raw.status().as_u16(), 301 | 307 | 400);
    let partition = |region: &Region| Partition::of_region(region.as_str());
    let is_near = home != *asked && partition(&home) == partition(asked);
    (points && is_near).then_some(Elsewhere(home))
}

/// The answer of the bucket's region, which must not redirect again.
fn at_home<L: Lookup>(lookup: &L, answer: Result<Answer<L::Fact>, Elsewhere>) -> Answer<L::Fact> {
    answer.unwrap_or_else(|again| {
        let why = format!("S3 keeps redirecting ({})", again.0);
        Err(Gap::Unreachable { what: lookup.what(), why })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_smithy_types::body::SdkBody;

    #[test]
    fn only_a_redirection_points_to_another_region() {
        let asked: Region = "eu-west-1".parse().unwrap();
        let cases = [
            (301, Some("us-east-1"), Some("us-east-1")),
            (400, Some("us-east-1"), Some("us-east-1")),
            (301, Some("eu-west-1"), None),
            (301, Some("elsewhere"), None),
            (301, Some("cn-north-1"), None),
            (301, Some("us-east-1.evil.test"), None),
            (301, None, None),
            (403, Some("us-east-1"), None),
            (404, Some("us-east-1"), None),
        ];
        for (status, header, home) in cases {
            let mut raw = HttpResponse::new(status.try_into().unwrap(), SdkBody::empty());
            if let Some(region) = header {
                raw.headers_mut().insert("x-amz-bucket-region", region);
            }
            let found = elsewhere(&asked, &raw).map(|elsewhere| elsewhere.0.to_string());
            assert_eq!(found.as_deref(), home, "{status} {header:?}");
        }
    }
}
