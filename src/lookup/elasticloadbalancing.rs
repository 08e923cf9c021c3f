//! Elastic Load Balancing: target groups, and what sends traffic to them.

use serde::{Deserialize, Serialize};

use super::aws::{Element, Lacks, Query};
use super::{Answer, Call, Lookup, Mend, Missing, Named, Services, classify};
use crate::names::Region;
use crate::shell::ShellCommand;

/// A target group.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct DescribeTargetGroup {
    /// The region.
    pub region: Region,
    /// Its ARN.
    pub arn: String,
}

/// A target group.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TargetGroup {
    /// What is registered with it: `ip`, `instance`, `lambda` or `alb`.
    pub target_type: String,
    /// Its VPC; none for Lambda functions.
    pub vpc: Option<String>,
    /// The port of its health checks: a number, or `traffic-port` for the port of each target.
    pub health_check_port: Option<String>,
    /// The ARNs of the load balancers that send traffic to it.
    pub load_balancers: Vec<String>,
}

impl Lookup for DescribeTargetGroup {
    type Fact = TargetGroup;
    const CALL: Call = Call("elasticloadbalancing:DescribeTargetGroups");
    const ABSENT: &'static [&'static str] = &["TargetGroupNotFound"];

    fn named(&self) -> Named {
        Named::by("TargetGroups/member/TargetGroupArn", &self.arn)
    }

    fn what(&self) -> String {
        format!("target group {} in {}", named(&self.arn), self.region)
    }

    fn mend(&self, _: &Missing) -> Mend {
        Mend::by(
            ShellCommand::of("aws elbv2 describe-target-groups")
                .option("--query", "TargetGroups[].[TargetGroupName,TargetGroupArn]")
                .flag("--output table")
                .region(&self.region),
        )
        .saying("Use an existing target group, or create this one and a listener that forwards to it")
        .instead_of("InvalidParameterException: Unable to assume role and validate the specified targetGroupArn. Please verify that the ECS service role being passed has the proper permissions.")
    }

    async fn fetch(&self, services: &Services) -> Answer<TargetGroup> {
        let asked = Query::default().members("TargetGroupArns", [&self.arn]);
        let reply = services.elasticloadbalancing(&self.region).ask(self, &asked).await;
        classify::answer(self, reply, |it| {
            let group = own(&it, "TargetGroups", "TargetGroupArn", &self.arn, "the target group")?;
            let balancers = group.members("LoadBalancerArns")?.ok_or("the load balancers")?;
            Ok(TargetGroup {
                target_type: group.text("TargetType")?.ok_or("the target type")?,
                vpc: group.text("VpcId")?,
                health_check_port: group.text("HealthCheckPort")?,
                load_balancers: balancers.iter().map(Element::content).collect::<Result<_, _>>()?,
            })
        })
    }
}

/// A load balancer.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct DescribeLoadBalancer {
    /// The region.
    pub region: Region,
    /// Its ARN.
    pub arn: String,
}

/// A load balancer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LoadBalancer {
    /// The security groups of its network interfaces; none for a Network Load Balancer without any.
    pub security_groups: Vec<String>,
    /// The subnets of its network interfaces.
    pub subnets: Vec<String>,
}

impl Lookup for DescribeLoadBalancer {
    type Fact = LoadBalancer;
    const CALL: Call = Call("elasticloadbalancing:DescribeLoadBalancers");
    const ABSENT: &'static [&'static str] = &["LoadBalancerNotFound"];

    fn named(&self) -> Named {
        Named::by("LoadBalancers/member/LoadBalancerArn", &self.arn)
    }

    fn what(&self) -> String {
        format!("load balancer {} in {}", named(&self.arn), self.region)
    }

    async fn fetch(&self, services: &Services) -> Answer<LoadBalancer> {
        let asked = Query::default().members("LoadBalancerArns", [&self.arn]);
        let reply = services.elasticloadbalancing(&self.region).ask(self, &asked).await;
        classify::answer(self, reply, |it| {
            let balancer =
                own(&it, "LoadBalancers", "LoadBalancerArn", &self.arn, "the load balancer")?;
            let zones = balancer.members("AvailabilityZones")?.ok_or("the zones")?;
            let groups = balancer.members("SecurityGroups")?.unwrap_or_default();
            Ok(LoadBalancer {
                security_groups: groups.iter().map(Element::content).collect::<Result<_, _>>()?,
                subnets: zones
                    .iter()
                    .map(|zone| zone.text("SubnetId")?.ok_or("the subnet of a zone"))
                    .collect::<Result<_, _>>()?,
            })
        })
    }
}

/// A rule of a listener.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct DescribeListenerRule {
    /// The region.
    pub region: Region,
    /// Its ARN.
    pub arn: String,
}

/// Where a rule or a listener sends traffic.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Forwarding {
    /// The ARNs of the target groups.
    pub target_groups: Vec<String>,
    /// The types of its actions other than `forward`, such as `authenticate-oidc`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub other_actions: Vec<String>,
}

impl Lookup for DescribeListenerRule {
    type Fact = Forwarding;
    const CALL: Call = Call("elasticloadbalancing:DescribeRules");
    const ABSENT: &'static [&'static str] = &["RuleNotFound"];

    fn named(&self) -> Named {
        Named::by("Rules/member/RuleArn", &self.arn)
    }

    fn what(&self) -> String {
        format!("listener rule {} in {}", named(&self.arn), self.region)
    }

    fn mend(&self, _: &Missing) -> Mend {
        Mend::default()
            .saying("Use the ARN of an existing rule of the listener, or create the rule with an action that forwards to both target groups")
            .instead_of("no error text: the deployment fails when ECS shifts the traffic")
    }

    async fn fetch(&self, services: &Services) -> Answer<Forwarding> {
        let asked = Query::default().members("RuleArns", [&self.arn]);
        let reply = services.elasticloadbalancing(&self.region).ask(self, &asked).await;
        classify::answer(self, reply, |it| {
            let rule = own(&it, "Rules", "RuleArn", &self.arn, "the rule")?;
            forwarding(rule.members("Actions")?.ok_or("the actions")?)
        })
    }
}

/// A listener.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct DescribeListener {
    /// The region.
    pub region: Region,
    /// Its ARN.
    pub arn: String,
}

impl Lookup for DescribeListener {
    type Fact = Forwarding;
    const CALL: Call = Call("elasticloadbalancing:DescribeListeners");
    const ABSENT: &'static [&'static str] = &["ListenerNotFound"];

    fn named(&self) -> Named {
        Named::by("Listeners/member/ListenerArn", &self.arn)
    }

    fn what(&self) -> String {
        format!("listener {} in {}", named(&self.arn), self.region)
    }

    fn mend(&self, _: &Missing) -> Mend {
        Mend::default()
            .saying("Use the ARN of an existing listener, or create the listener")
            .instead_of("no error text: the deployment fails when ECS shifts the traffic")
    }

    async fn fetch(&self, services: &Services) -> Answer<Forwarding> {
        let asked = Query::default().members("ListenerArns", [&self.arn]);
        let reply = services.elasticloadbalancing(&self.region).ask(self, &asked).await;
        classify::answer(self, reply, |it| {
            let listener = own(&it, "Listeners", "ListenerArn", &self.arn, "the listener")?;
            forwarding(listener.members("DefaultActions")?.ok_or("the actions")?)
        })
    }
}

/// A Classic Load Balancer.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct DescribeClassicLoadBalancer {
    /// The region.
    pub region: Region,
    /// Its name.
    pub name: String,
}

/// A Classic Load Balancer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClassicLoadBalancer {
    /// The ports of the instances that its listeners send traffic to.
    pub instance_ports: Vec<u16>,
}

impl Lookup for DescribeClassicLoadBalancer {
    type Fact = ClassicLoadBalancer;
    const CALL: Call = Call("elasticloadbalancing:DescribeLoadBalancers");
    const ABSENT: &'static [&'static str] = &["LoadBalancerNotFound"];

    fn named(&self) -> Named {
        let field = "LoadBalancerDescriptions/member/LoadBalancerName";
        Named::by(field, &self.name)
    }

    fn what(&self) -> String {
        format!("Classic Load Balancer {} in {}", self.name, self.region)
    }

    fn mend(&self, _: &Missing) -> Mend {
        Mend::by(
            ShellCommand::of("aws elb describe-load-balancers")
                .option("--query", "LoadBalancerDescriptions[].LoadBalancerName")
                .region(&self.region),
        )
        .saying("Use an existing Classic Load Balancer, or targetGroupArn for the target group of another load balancer")
        .instead_of("InvalidParameterException from CreateService or UpdateService (AWS's exact words are not known)")
    }

    async fn fetch(&self, services: &Services) -> Answer<ClassicLoadBalancer> {
        let asked = Query::default().members("LoadBalancerNames", [&self.name]);
        let reply = services.classic_load_balancing(&self.region).ask(self, &asked).await;
        classify::answer(self, reply, |it| {
            let list = "LoadBalancerDescriptions";
            let balancer = own(&it, list, "LoadBalancerName", &self.name, "the load balancer")?;
            let listeners = balancer.members("ListenerDescriptions")?.ok_or("the listeners")?;
            let port = |it: &Element| {
                it.number::<u16>("Listener/InstancePort")?.ok_or("the instance port")
            };
            Ok(ClassicLoadBalancer {
                instance_ports: listeners.iter().map(port).collect::<Result<_, _>>()?,
            })
        })
    }
}

/// The name in an ARN of the service: `web` of `…:targetgroup/web/0123456789abcdef`.
fn named(arn: &str) -> &str {
    let resource = arn.rsplit(':').next().unwrap_or(arn);
    let after = resource.split_once('/').map_or(resource, |(_, after)| after);
    after.rsplit_once('/').map_or(after, |(name, _)| name)
}

/// The item of a list that was asked for. The list may contain others only in a wrong answer.
fn own<'e>(
    answer: &'e Element,
    list: &str,
    field: &str,
    name: &str,
    lacks: Lacks,
) -> Result<&'e Element, Lacks> {
    for item in answer.members(list)?.ok_or(lacks)? {
        if item.text(field)?.as_deref() == Some(name) {
            return Ok(item);
        }
    }
    Err(lacks)
}

/// An action forwards to one target group, or to several with weights; then both fields may name one.
fn forwarding(actions: &[Element]) -> Result<Forwarding, Lacks> {
    let (mut target_groups, mut other_actions) = (Vec::<String>::new(), Vec::new());
    for action in actions {
        let kind = action.text("Type")?.ok_or("the type of an action")?;
        if kind != "forward" {
            other_actions.push(kind);
            continue;
        }
        let group = |it: &Element| it.text("TargetGroupArn")?.ok_or(A_TARGET_GROUP);
        let weighted = action.members("ForwardConfig/TargetGroups")?.unwrap_or_default();
        let mut named: Vec<String> = weighted.iter().map(group).collect::<Result<_, _>>()?;
        named.extend(action.text("TargetGroupArn")?);
        if named.is_empty() {
            return Err(A_TARGET_GROUP);
        }
        for arn in named {
            if !target_groups.contains(&arn) {
                target_groups.push(arn);
            }
        }
    }
    Ok(Forwarding { target_groups, other_actions })
}

const A_TARGET_GROUP: Lacks = "a target group of an action";

#[cfg(test)]
mod tests {
    use super::named;

    #[test]
    fn a_sentence_names_a_resource_by_its_name() {
        for (arn, name) in [
            ("arn:aws:elasticloadbalancing:eu-west-1:1:targetgroup/web/0123", "web"),
            ("arn:aws:elasticloadbalancing:eu-west-1:1:loadbalancer/app/web/0123", "app/web"),
            ("arn:aws:elasticloadbalancing:eu-west-1:1:listener-rule/app/web/0/1/2", "app/web/0/1"),
            ("web", "web"),
        ] {
            assert_eq!(named(arn), name);
        }
    }
}
