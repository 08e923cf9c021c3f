//! The API calls behind a required destination, and who owns the resources.

use super::call::{ApiCall, Owner};
use super::decision::Held;
use crate::facts::View;
use crate::knowledge::Stop;
use crate::lookup::logs::DescribeLogGroup;
use crate::lookup::secretsmanager::DescribeSecret;
use crate::names::{AccountId, Arn, LogGroupName, Region, S3Object, all_streams, arn_of_stream};
use crate::permission::Wish;
use crate::permission::object::bucket;
use crate::reachability::egress::{Call, Errand, Pull, layer_bucket};
use crate::task::{LOG_CALLS, SOME_TASK};

pub(super) struct Calls<'a, 'v, 't> {
    pub region: &'a Region,
    pub account: &'a AccountId,
    pub held: &'a Held<'a>,
    pub facts: &'v View<'t>,
}

impl Calls<'_, '_, '_> {
    /// The calls of one errand.
    ///
    /// # Errors
    /// Whatever keeps them from being known.
    pub(super) fn of(&self, errand: &Errand) -> Result<Vec<ApiCall>, Stop> {
        let wishes = match &errand.call {
            Call::Login => vec![Wish::new("ecr:GetAuthorizationToken", "*")],
            Call::Pull(pull) => pull_of(pull),
            Call::Layers(region) => return Ok(vec![layers(region)]),
            Call::Secret(secret) => {
                let region = secret.region().unwrap_or(self.region).clone();
                self.secret(DescribeSecret { region, id: secret.arn.to_string() })?
            }
            Call::Credentials(id) => {
                let region = id.parse::<Arn>().ok().and_then(|arn| arn.region);
                let region = region.unwrap_or_else(|| self.region.clone());
                self.secret(DescribeSecret { region, id: id.clone() })?
            }
            Call::Parameter(parameter) => {
                let region = parameter.region().unwrap_or(self.region);
                let arn = parameter.arn_in(region, self.account);
                vec![Wish::new("ssm:GetParameters", arn)]
            }
            Call::Log(stream) => {
                let Some(group) = &stream.group else { return Ok(Vec::new()) };
                let group = group.arn(&stream.region, self.account);
                let name = stream.name.as_ref().map_err(Clone::clone)?;
                let arn = |id| arn_of_stream(&group, &name.of(id));
                let wish = |action| {
                    Wish::new(action, arn(SOME_TASK))
                        .called(arn("<id>"))
                        .allowed_on(all_streams(&group))
                };
                LOG_CALLS.map(wish).to_vec()
            }
            Call::NewGroup(group, region) => self.new_group(group, region),
            Call::Object(object) => return self.object(object),
            Call::Unnamed(stop) => return Err(stop.clone()),
            Call::Agent(_) | Call::Other(_) | Call::Own => Vec::new(),
        };
        Ok(wishes.into_iter().map(ApiCall::of).collect())
    }

    /// The requested resource ends like the ARN of a stream
    /// (<https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_LogGroup.html>).
    fn new_group(&self, group: &LogGroupName, region: &Region) -> Vec<Wish> {
        let group = group.arn(region, self.account);
        let wish = Wish::new("logs:CreateLogGroup", arn_of_stream(&group, ""));
        vec![wish.allowed_on(all_streams(&group))]
    }

    /// Policies match the full ARN of a secret, which Secrets Manager returns.
    fn secret(&self, lookup: DescribeSecret) -> Result<Vec<Wish>, Stop> {
        let secret = self.facts.need(&lookup)?;
        Ok(vec![Wish::new("secretsmanager:GetSecretValue", &secret.arn)])
    }

    /// S3 ARNs do not contain the bucket's owner, which is looked up only if the policy has a condition on
    /// it.
    fn object(&self, object: &S3Object) -> Result<Vec<ApiCall>, Stop> {
        let owner = match self.held.asks_for_owner() {
            false => Owner::Unknown(None),
            true => {
                let bucket = bucket(&object.bucket, self.region, self.facts)?;
                match bucket.owner {
                    Some(owner) => Owner::Account(owner),
                    None => Owner::Unknown(bucket.unread.into_iter().next()),
                }
            }
        };
        let arn = format!("arn:{}:s3:::{}", object.partition, object.bucket);
        let file = Wish::new("s3:GetObject", format!("{arn}/{}", object.key));
        let wishes = [file, Wish::new("s3:GetBucketLocation", arn)];
        Ok(wishes.map(|wish| ApiCall { owner: owner.clone(), ..ApiCall::of(wish) }).to_vec())
    }

    /// Whether it will not be called: an existing log group is not created.
    pub(super) fn is_moot(&self, call: &Call) -> Result<bool, Stop> {
        let Call::NewGroup(name, region) = call else { return Ok(false) };
        let group = DescribeLogGroup { region: region.clone(), name: name.clone() };
        Ok(self.facts.need_optional(&group)?.is_some())
    }
}

fn pull_of(pull: &Pull) -> Vec<Wish> {
    let Pull { host, image } = pull;
    let arn = format!(
        "arn:{}:ecr:{}:{}:repository/{}",
        host.partition, host.region, host.account, image.repository
    );
    ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"].map(|it| Wish::new(it, &arn)).to_vec()
}

/// Image layers are fetched from an AWS bucket by URLs that an ECR account has signed
/// (<https://docs.aws.amazon.com/AmazonECR/latest/userguide/vpc-endpoints.html>,
/// <https://github.com/aws-samples/data-perimeter-policy-examples/tree/main/vpc_endpoint_policies>).
fn layers(region: &Region) -> ApiCall {
    let bucket = layer_bucket(region);
    let wish = Wish::new("s3:GetObject", format!("{bucket}/layer"));
    ApiCall {
        wish: wish.allowed_on(format!("{bucket}/*")),
        shown: format!("{bucket}/* (the layer bucket of ECR)"),
        owner: Owner::Aws,
        is_by_ecr: true,
    }
}
