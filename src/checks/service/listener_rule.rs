//! The listener rules that ECS changes to shift the traffic of a load balancer, for `service-target-group`
//! (<https://docs.aws.amazon.com/AmazonECS/latest/developerguide/troubleshooting-blue-green.html>).

use super::errors::BLUE_GREEN;
use crate::document::Field;
use crate::document::run_context::AdvancedConfiguration;
use crate::facts::View;
use crate::knowledge::Stop;
use crate::lookup::elasticloadbalancing::{DescribeListener, DescribeListenerRule, Forwarding};
use crate::task::LoadBalancerUse;
use crate::verdict::{Findings, Rule};

const FORM: Rule = Rule::quoted(
    "the rule of an Application Load Balancer is a listener rule, that of a Network Load Balancer a listener",
    "<field> has an invalid ARN format. Must be RuleArn for ALB or ListenerArn for NLB. Got: <arn>",
    BLUE_GREEN,
    "2026-11-30",
);
const APART: Rule = Rule::quoted(
    "the test listener rule is not the production listener rule",
    "The following rules cannot be used as both production and test listener rules: <arn>",
    BLUE_GREEN,
    "2026-11-30",
);
const UNEXPECTED: Rule = Rule::quoted(
    "the production listener rule forwards to a target group of the service",
    "Service deployment rolled back because of invalid networking configuration. Production listener rule is forwarding traffic to unexpected target group <group>. Expected traffic to be forwarded to either targetGroupArn: <first> or alternateTargetGroupArn: <second>",
    BLUE_GREEN,
    "2026-11-30",
);
const TESTED: Rule = Rule::quoted(
    "there is a test listener rule if the production listener rule does not forward to both target groups",
    "For Application LoadBalancer, testListenerRule is required when productionListenerRule is not associated with both targetGroup and alternateTargetGroup",
    BLUE_GREEN,
    "2026-11-30",
);
const ASSOCIATED: Rule = Rule::quoted(
    "the production or the test listener rule forwards to each target group",
    "Service deployment rolled back because of invalid networking configuration: Target group <group> is not associated with either productionListenerRule or testListenerRule.",
    BLUE_GREEN,
    "2026-11-30",
);
/// AWS listed it among the limitations in 2025, and no longer does.
const ONLY: Rule = Rule::unquoted(
    "the production listener rule only forwards",
    "no error text: the deployment might fail when ECS shifts the traffic",
    "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/alb-resources-for-blue-green.html",
    "2025-09",
);

pub(super) const RULES: &[Rule] = &[FORM, APART, UNEXPECTED, TESTED, ASSOCIATED, ONLY];

/// Whether the rules exist, and forward to the target groups.
pub(super) fn judge(
    it: &LoadBalancerUse,
    advanced: &AdvancedConfiguration,
    facts: &View,
    found: &mut Findings,
) {
    let production = &advanced.production_listener_rule;
    let test = &advanced.test_listener_rule;
    for (field, name) in [(production, "productionListenerRule"), (test, "testListenerRule")] {
        found.part(field.place(), |found| {
            if let Some(arn) = field.get()?.filter(|arn| arn.contains(":listener/app/")) {
                let message = format!(
                    "{name} is the ARN of a listener, but an Application Load Balancer needs the ARN of a listener rule"
                );
                found.add(
                    FORM.fail(message)
                        .at(field.place())
                        .naming("<field>", name)
                        .naming("<arn>", arn)
                        .remedy(format!("Set {name} to the ARN of a rule of the listener: arn:aws:elasticloadbalancing:REGION:ACCOUNT:listener-rule/app/...")),
                );
            }
            Ok(())
        });
    }
    let mut is_apart = true;
    found.part(test.place(), |found| {
        if let (Some(arn), Some(other)) = (production.get()?, test.get()?)
            && arn == other
        {
            is_apart = false;
            found.add(
                APART
                    .fail("testListenerRule is the production listener rule itself")
                    .at(test.place())
                    .naming("<arn>", arn)
                    .remedy("Create a separate listener rule for test traffic, and set testListenerRule to its ARN"),
            );
        }
        Ok(())
    });
    if !is_apart {
        return;
    }
    // Both are requested before any is waited for.
    let (first, second) = (forwarding(it, production, facts), forwarding(it, test, facts));
    let of_test = match second {
        Ok(of_test) => of_test,
        Err(stop) => {
            found.part(test.place(), |_| Err(stop));
            None
        }
    };
    found.part(production.place(), |found| {
        let Some(of_production) = first? else { return Ok(()) };
        let rules = Rules { production: of_production, test: of_test };
        rules.judge(it, advanced, found)
    });
}

/// Where both rules send traffic.
struct Rules<'f> {
    production: &'f Forwarding,
    test: Option<&'f Forwarding>,
}

impl Rules<'_> {
    fn judge(
        &self,
        it: &LoadBalancerUse,
        advanced: &AdvancedConfiguration,
        found: &mut Findings,
    ) -> Result<(), Stop> {
        let (production, test) = (&advanced.production_listener_rule, &advanced.test_listener_rule);
        let arn = production.get()?.map_or("", String::as_str);
        let fields = [&it.balancer.target_group_arn, &advanced.alternate_target_group_arn];
        let [Some(first), Some(second)] = [fields[0].get()?, fields[1].get()?] else {
            return Ok(());
        };
        let is_in = |forwarding: &Forwarding, arn: &String| forwarding.target_groups.contains(arn);
        let in_production = [first, second].map(|arn| is_in(self.production, arn));
        if let (Some(other), [false, false]) =
            (self.production.target_groups.first(), in_production)
        {
            found.add(
                UNEXPECTED
                    .fail("the production listener rule forwards to none of the two target groups")
                    .at(production.place())
                    .naming("<group>", other)
                    .naming("<first>", first)
                    .naming("<second>", second)
                    .remedy(FORWARD),
            );
            return Ok(());
        }
        // A Network Load Balancer shifts the traffic of its listener, which forwards to one group.
        let is_rule = arn.contains(":listener-rule/");
        if is_rule && test.is_missing() && in_production != [true, true] {
            found.add(
                TESTED
                    .fail("the production listener rule does not forward to both target groups, and there is no testListenerRule")
                    .at(production.place())
                    .remedy(FORWARD),
            );
            return Ok(());
        }
        if let (true, Some(of_test)) = (is_rule, self.test) {
            let groups = [(first, fields[0]), (second, fields[1])];
            for ((arn, field), is_there) in groups.into_iter().zip(in_production) {
                if !is_there && !is_in(of_test, arn) {
                    found.add(
                        ASSOCIATED
                            .fail("neither the production nor the test listener rule forwards to the target group")
                            .at(field.place())
                            .on(arn)
                            .naming("<group>", arn)
                            .remedy(FORWARD),
                    );
                }
            }
        }
        if let Some(other) = self.production.other_actions.first() {
            found.add(
                ONLY.warn(format!(
                    "the production listener rule has the action {other}: AWS said until 2025 that ECS shifts only the traffic of rules that forward"
                ))
                .at(production.place())
                .remedy("Use a rule whose only action forwards to the two target groups, or try a deployment first"),
            );
        }
        Ok(())
    }
}

const FORWARD: &str = "Let the production listener rule forward to the target group with weight 100 and to the alternate one with weight 0";

/// Where the rule sends traffic; for a Network Load Balancer it is a listener.
fn forwarding<'f>(
    it: &LoadBalancerUse,
    field: &Field<String>,
    facts: &View<'f>,
) -> Result<Option<&'f Forwarding>, Stop> {
    let Some(arn) = field.get()? else { return Ok(None) };
    let (region, arn) = (it.service.task.region()?.clone(), arn.clone());
    match arn.contains(":listener-rule/") {
        true => facts.need(&DescribeListenerRule { region, arn }).map(Some),
        false => facts.need(&DescribeListener { region, arn }).map(Some),
    }
}
