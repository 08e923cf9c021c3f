//! `network-endpoint-policy`

use serde_json::{Value, json};

use super::asks::LEAD;
use super::reach::{Call, Errand, Need, Pull, Reach, destination, layer_bucket};
use super::ruling::{Obstacle, Plan, Ruling, judge_all};
use crate::checks::departure::through;
use crate::checks::permission::{Wish, context};
use crate::checks::scene::{Scene, lead_lacks};
use crate::checks::secrets::permission::arn as parameter_arn;
use crate::checks::subject::{SenderUse, Task};
use crate::checks::{Check, Judge, joined};
use crate::facts::View;
use crate::iam::{Decision, Layer, Layers, Policy, Principal, Request, evaluate};
use crate::knowledge::Stop;
use crate::lookup::logs::DescribeLogGroup;
use crate::lookup::secretsmanager::DescribeSecret;
use crate::lookup::{CallerIdentity, Lookup};
use crate::names::{AccountId, Arn, Region, RoleArn, RoleRef};
use crate::network::{Attraction, Endpoint, Part};
use crate::verdict::Judgement;

pub(super) static NETWORK_ENDPOINT_POLICY: Check = Check {
    id: "network-endpoint-policy",
    verifies: "the policies of the endpoints allow what is called through them, ECR's bucket of layers among it",
    prevents: &[
        "AccessDeniedException: ... is not authorized to perform: <action> ... because no VPC endpoint policy allows the <action> action",
        "CannotPullContainerError: ... failed to copy: httpReadSeeker: failed open: unexpected status code <url>: 403 Forbidden",
    ],
    remedy: "Allow the call in the policy of the endpoint",
    docs: "https://docs.aws.amazon.com/AmazonECR/latest/userguide/vpc-endpoints.html",
    asks: &joined::<{ LEAD.len() + 2 }>(&LEAD, &[DescribeSecret::CALL, DescribeLogGroup::CALL]),
    advises: false,
    judge: Judge::Senders(network_endpoint_policy),
};

fn network_endpoint_policy(senders: &[SenderUse], facts: &View) -> Judgement {
    let plan = Plan {
        expected: &[Part::Vpc, Part::DnsSupport, Part::Endpoints, Part::RouteTables],
        moot: "no endpoint leads to anything that the task has to reach",
        blocked: "is refused",
        connected: None,
        error: refusal_of,
    };
    let Some(task) = senders.first().map(|it| it.task) else {
        return crate::verdict::not_applicable(plan.moot);
    };
    judge_all(senders, &plan, facts, |scene, need, _: &Reach, facts| rule(task, scene, need, facts))
}

/// What the policy of the endpoint, that packets to this place meet, says of the calls.
pub(super) fn rule<'t>(
    task: &Task,
    scene: &mut Scene<'t>,
    need: &Need,
    facts: &View<'t>,
) -> Result<Ruling, Stop> {
    let endpoint = scene.path(
        &destination(&need.to),
        facts,
        |path, _| lead_lacks(path),
        |path, _| match path.lead.as_ref().map(|lead| lead.to) {
            Some(Attraction::Interface(it) | Attraction::Gateway(it)) => Some(it.clone()),
            _ => None,
        },
    )?;
    let Some(endpoint) = endpoint else { return Ok(Ruling::Moot) };
    let Some(document) = endpoint.policy.as_ref().filter(|it| !allows_everything(it)) else {
        return Ok(Ruling::Passes(format!(
            "the policy of {}, which allows everything",
            endpoint.id
        )));
    };
    let asking = Asking {
        task,
        endpoint: &endpoint,
        policy: Policy::read(
            Layer::Endpoint,
            &format!("policy of endpoint {}", endpoint.id),
            document,
        ),
        region: task.region()?,
        facts,
    };
    asking.all(need)
}

/// What a refused call becomes: the layers of images are fetched by URLs, and not by calls of IAM's.
fn refusal_of(errand: &Errand) -> Option<&'static str> {
    let [_, forbidden] = NETWORK_ENDPOINT_POLICY.prevents else { return None };
    matches!(errand.call, Call::Layers(_)).then_some(forbidden)
}

/// The policy that an endpoint has unless somebody gives it another
/// (<https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-endpoints-access.html>).
fn allows_everything(document: &Value) -> bool {
    let Some(statement) = document.get("Statement") else { return false };
    let statement = match statement.as_array().map(Vec::as_slice) {
        Some([one]) => one,
        Some(_) => return false,
        None => statement,
    };
    let is = |name: &str, wanted: &str| {
        let value = statement.get(name);
        value.is_some_and(|it| it == wanted || *it == json!([wanted]))
    };
    let principal = statement.get("Principal");
    let is_anybody = principal.is_some_and(|it| it == "*" || it.get("AWS") == Some(&json!("*")));
    is_anybody
        && is("Effect", "Allow")
        && is("Action", "*")
        && is("Resource", "*")
        && statement.get("Condition").is_none()
}

struct Asking<'a, 'v, 't> {
    task: &'a Task,
    endpoint: &'a Endpoint,
    policy: Policy,
    region: &'a Region,
    facts: &'v View<'t>,
}

impl Asking<'_, '_, '_> {
    fn all(&self, need: &Need) -> Result<Ruling, Stop> {
        let (mut refused, mut hurts, mut open) = (Vec::new(), Vec::new(), Vec::new());
        let mut asked = 0;
        for errand in &need.errands {
            if let Call::Layers(region) = &errand.call {
                asked += 1;
                match self.layers(region)? {
                    Ruling::Blocked(obstacle) => refused.push(obstacle.because),
                    Ruling::Hurts(obstacle) => hurts.push(obstacle.because),
                    _ => {}
                }
                continue;
            }
            let wishes = self.wishes(errand)?;
            if wishes.is_empty() {
                continue;
            }
            asked += wishes.len();
            let Some(principal) = self.principal()? else {
                open.push(
                    "no execution role is named, and who calls in its place is not known here"
                        .to_owned(),
                );
                continue;
            };
            for wish in wishes {
                match self.decide(&principal, &wish) {
                    Decided::Allowed => {}
                    _ if self.is_moot(&errand.call)? => {}
                    Decided::Denied(why) => refused.push(format!(
                        "the policy of endpoint {} refuses {} on {}: {why}",
                        self.endpoint.id, wish.action, wish.resource
                    )),
                    Decided::Depends(why) => open.push(why),
                }
            }
        }
        for list in [&mut refused, &mut hurts, &mut open] {
            list.dedup();
        }
        let obstacle = |said: &[String]| {
            Obstacle::of(said.join("; ")).on(&self.endpoint.id).command(format!(
                "aws ec2 modify-vpc-endpoint --vpc-endpoint-id {} --policy-document file://policy.json",
                self.endpoint.id
            ))
        };
        Ok(match () {
            () if !refused.is_empty() => Ruling::Blocked(obstacle(&refused)),
            () if !open.is_empty() => Ruling::Open(open.join("; ")),
            () if !hurts.is_empty() => Ruling::Hurts(obstacle(&hurts)),
            () if asked == 0 => Ruling::Moot,
            () => Ruling::Passes(format!("the policy of {}", self.endpoint.id)),
        })
    }

    /// The layers of images are fetched by URLs that somebody of AWS's has signed, so what the policy
    /// says of principals is held against nobody whom one knows
    /// (<https://docs.aws.amazon.com/AmazonECR/latest/userguide/vpc-endpoints.html>).
    fn layers(&self, region: &Region) -> Result<Ruling, Stop> {
        let wish = Wish::new("s3:GetObject", format!("{}/layer", layer_bucket(region)));
        let stranger = format!("arn:{}:iam::000000000000:role/ecr", self.region.partition());
        let Ok(stranger) = stranger.parse::<RoleArn>() else { return Ok(Ruling::Moot) };
        let by_stranger = self.decide(&Principal::role(&stranger), &wish);
        let refusal = |why: &str| {
            Obstacle::of(format!(
                "the policy of endpoint {} does not let s3:GetObject pass on {}/*, where ECR keeps the layers of images: {why}",
                self.endpoint.id,
                layer_bucket(region)
            ))
        };
        match by_stranger {
            Decided::Allowed => Ok(Ruling::Passes(String::new())),
            Decided::Depends(why) => Ok(Ruling::Hurts(refusal(&format!(
                "it depends on who asks, and that is somebody of AWS's ({why})"
            )))),
            // A policy that names principals fits or does not, by whom AWS asks: not to be told here.
            Decided::Denied(why) => match self.principal()? {
                Some(own) if matches!(self.decide(&own, &wish), Decided::Allowed) => {
                    Ok(Ruling::Hurts(refusal(
                        "it names principals, and who asks is somebody of AWS's",
                    )))
                }
                _ => Ok(Ruling::Blocked(refusal(&why))),
            },
        }
    }

    fn decide(&self, principal: &Principal, wish: &Wish) -> Decided {
        let mut wish = wish.clone();
        wish.context.extend(through(self.endpoint));
        let context = context(principal, None, &wish, self.region);
        let mut request = Request::new(principal.clone(), &wish.action, &wish.resource, context);
        if let Some(account) = principal.account() {
            request = request.owned_by(account.clone());
        }
        let anything = json!({"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]});
        let layers = Layers {
            identity: vec![Policy::read(Layer::Identity, "everything", &anything)],
            endpoint: Some(self.policy.clone()),
            ..Layers::default()
        };
        let evaluation = evaluate(&request, &layers);
        let said = evaluation.sentences().join("; ");
        match evaluation.decision {
            Decision::Allow => Decided::Allowed,
            Decision::ExplicitDeny | Decision::ImplicitDeny => Decided::Denied(said),
            Decision::Depends(_) => Decided::Depends(format!(
                "whether the policy of endpoint {} lets {} pass is open: {said}",
                self.endpoint.id, wish.action
            )),
        }
    }

    /// The execution role, which makes the calls that start a task.
    fn principal(&self) -> Result<Option<Principal>, Stop> {
        let role = match self.task.execution_role()? {
            None => return Ok(None),
            Some(RoleRef::Arn(role)) => role,
            Some(RoleRef::Name(name)) => {
                let partition = self.region.partition();
                let arn = format!("arn:{partition}:iam::{}:role/{name}", self.account()?);
                match arn.parse() {
                    Ok(role) => role,
                    Err(_) => return Ok(None),
                }
            }
        };
        Ok(Some(Principal::role(&role)))
    }

    fn account(&self) -> Result<AccountId, Stop> {
        let caller = self.facts.need(&CallerIdentity { region: self.region.clone() })?;
        Ok(caller.account.clone())
    }

    /// The calls of one errand.
    fn wishes(&self, errand: &Errand) -> Result<Vec<Wish>, Stop> {
        let partition = self.region.partition();
        Ok(match &errand.call {
            Call::Login => vec![Wish::new("ecr:GetAuthorizationToken", "*")],
            Call::Pull(pull) => {
                let Pull { host, image } = &**pull;
                let arn = format!(
                    "arn:{}:ecr:{}:{}:repository/{}",
                    host.partition, host.region, host.account, image.repository
                );
                ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]
                    .map(|action| Wish::new(action, &arn))
                    .to_vec()
            }
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
                let arn = parameter_arn(parameter, region, &self.account()?);
                vec![Wish::new("ssm:GetParameters", arn)]
            }
            Call::Log(Some(group), region) => {
                let account = self.account()?;
                let arn = format!(
                    "arn:{partition}:logs:{region}:{account}:log-group:{group}:log-stream:stream"
                );
                ["logs:CreateLogStream", "logs:PutLogEvents"]
                    .map(|action| Wish::new(action, &arn))
                    .to_vec()
            }
            Call::Object(object) => {
                let arn = format!("arn:{}:s3:::{}/{}", object.partition, object.bucket, object.key);
                let bucket = format!("arn:{}:s3:::{}", object.partition, object.bucket);
                vec![Wish::new("s3:GetObject", arn), Wish::new("s3:GetBucketLocation", bucket)]
            }
            // What is asked for ends like the ARN of a stream
            // (https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_LogGroup.html).
            Call::NewGroup(group, region) => {
                let arn = group.arn(region, &self.account()?);
                vec![Wish::new("logs:CreateLogGroup", format!("{arn}:log-stream:"))]
            }
            Call::Untold(stop) => return Err(stop.clone()),
            Call::Log(None, _) | Call::Layers(_) | Call::Agent(_) | Call::Other(_) | Call::Own => {
                Vec::new()
            }
        })
    }

    /// Whether it will not be called: a log group that is there is not created.
    fn is_moot(&self, call: &Call) -> Result<bool, Stop> {
        let Call::NewGroup(name, region) = call else { return Ok(false) };
        let group = DescribeLogGroup { region: region.clone(), name: name.clone() };
        Ok(self.facts.beside(&group)?.is_some())
    }

    /// Of a secret the full ARN counts, which Secrets Manager knows.
    fn secret(&self, lookup: DescribeSecret) -> Result<Vec<Wish>, Stop> {
        let secret = self.facts.need(&lookup)?;
        Ok(vec![Wish::new("secretsmanager:GetSecretValue", &secret.arn)])
    }
}

enum Decided {
    Allowed,
    Denied(String),
    Depends(String),
}
