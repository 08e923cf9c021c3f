//! `role-infrastructure`

use super::pass::passing;
use crate::account::rights::of_task::{policies_of, rights};
use crate::account::rights::{PoliciesOf, Principal, Session};
use crate::checks::{Check, whole};
use crate::document::Place;
use crate::facts::View;
use crate::knowledge::{Purpose, Seen, Stop};
use crate::least_privilege::{self, Known, Needs};
use crate::lookup::ecs::capacity_provider::{DescribeCapacityProvider, ManagedInstances};
use crate::lookup::iam::instance_profile::GetInstanceProfile;
use crate::lookup::{CallerIdentity, Lookup};
use crate::permission::{Answer, PERMISSION_CALLS, ResourceSide, Wish, decide, denied};
use crate::reachability::origin::CallOrigin;
use crate::task::{RoleUse, Task};
use crate::verdict::{Finding, Findings, Judgement, Severity, not_applicable, warn};

pub(super) static ROLE_INFRASTRUCTURE: Check = Check {
    id: "role-infrastructure",
    verifies: "the infrastructure roles may manage load balancers, VPC Lattice, certificates and instances",
    prevents: &[
        "(service <name>) failed to register targets in (target-group <arn>) with (error ... is not authorized to perform: elasticloadbalancing:RegisterTargets)",
        "ECS was unable to launch instances: User: <arn> is not authorized to perform: iam:PassRole on resource: <role>",
    ],
    remedy: "Attach the AWS managed policy of the feature to the role: AmazonECSInfrastructureRolePolicyFor...",
    docs: "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/infrastructure_IAM_role.html",
    asks: &[
        &[DescribeCapacityProvider::CALL, GetInstanceProfile::CALL],
        &PoliciesOf::CALLS_FOR_ROLE,
        &PERMISSION_CALLS,
    ],
    advises: true,
    judge: |task| whole(task, role_infrastructure),
};

/// Volumes have their own check, `ebs-permission`.
fn role_infrastructure(task: &Task, facts: &View) -> Judgement {
    let request = &task.context.request;
    let mut found = Findings::new();
    let mut any = false;
    let mut seen: Vec<(&str, Needs)> = Vec::new();
    for it in task.roles().into_iter().flatten() {
        let needs = needs_of(&it, facts);
        if needs.found.is_empty() {
            continue;
        }
        any = true;
        let name = it.role.get()?.map_or("", String::as_str);
        if !seen.iter().any(|(role, same)| *role == name && *same == needs) {
            found.part(it.role.place(), |found| allowed(&it, &needs, facts, found));
            seen.push((name, needs));
        }
    }
    for item in request.capacity_provider_strategy.items()? {
        let Some(name) = item.capacity_provider.get()? else { continue };
        if !["FARGATE", "FARGATE_SPOT"].contains(&name.as_str()) {
            let place = item.capacity_provider.place();
            let mut uses_role = true;
            found.part(place, |found| {
                uses_role = launches(name, place, task, facts, found)?;
                Ok(())
            });
            any |= uses_role;
        }
    }
    match any {
        true => found.or_pass("the infrastructure roles have the permissions that they need"),
        false => not_applicable("no infrastructure role is used for anything but volumes"),
    }
}

fn needs_of(it: &RoleUse, facts: &View) -> Needs {
    let mut known = Known::default();
    if let Ok(region) = it.task.region()
        && let Ok(Ok(caller)) =
            facts.tolerate(|| facts.need(&CallerIdentity { region: region.clone() }))
    {
        known.account = Some(caller.account.clone());
    }
    least_privilege::of_infrastructure(it.task, it.role, &known)
}

/// AWS does not document which permissions of its managed policies are optional, so a missing one is a
/// warning.
fn allowed(it: &RoleUse, needs: &Needs, facts: &View, found: &mut Findings) -> Result<(), Stop> {
    let who = policies_of(it.task, &it.reference()?, it.purpose(), facts)?;
    let mut calls = Vec::new();
    for need in &needs.found {
        for action in &need.actions {
            for resource in &need.resources {
                let mut wish = Wish::new(action, resource);
                for condition in &need.conditions {
                    wish = wish.knowing(condition.key, condition.state());
                }
                calls.push((wish, ResourceSide::default()));
            }
        }
    }
    let from = (it.task.region()?, CallOrigin::Elsewhere);
    if let Answer::Refused(denied) = decide(who, calls, from, None, facts)? {
        let finding = Finding { severity: Severity::Warn, ..*denied };
        found.add(finding.at(it.role.place()));
    }
    Ok(())
}

/// A capacity provider for managed instances launches them with an instance profile, and passes its role to
/// EC2. The AWS managed policy allows that only for role names with one prefix
/// (<https://docs.aws.amazon.com/AmazonECS/latest/developerguide/managed-instances-instance-profile.html>).
/// Returns whether it is such a provider.
fn launches(
    name: &str,
    place: &Place,
    task: &Task,
    facts: &View,
    found: &mut Findings,
) -> Result<bool, Stop> {
    let region = task.region()?;
    let asked = DescribeCapacityProvider { region: region.clone(), name: name.to_owned() };
    let Some(ManagedInstances { infrastructure_role, instance_profile, .. }) =
        &facts.need(&asked)?.managed_instances
    else {
        return Ok(false);
    };
    let Some(profile) = instance_profile else { return Ok(false) };
    let profile = profile.rsplit('/').next().unwrap_or(profile);
    let asked = GetInstanceProfile { region: region.clone(), name: profile.to_owned() };
    let (who, profile) = (
        rights(Principal::of_arn(infrastructure_role)?, Session::Service, task, facts),
        facts.get(&asked),
    );
    let who = who.map_err(|stop| stop.wanted_for(Purpose::Infrastructure));
    let (who, profile) = (who?, profile?);
    let role = match profile {
        Seen::Found(profile) => profile.role.as_ref(),
        Seen::Absent(absence) => {
            found.add(warn(format!("capacity provider {name}: {}", absence.sentence)).at(place));
            return Ok(true);
        }
    };
    let Some(role) = role else {
        let why = format!("the instance profile of capacity provider {name} has no role");
        found.add(warn(why).at(place));
        return Ok(true);
    };
    let service = "ec2.amazonaws.com";
    let wish = passing(role, service);
    if let Some(mut finding) = denied(who, &wish, ResourceSide::default(), region, facts)? {
        finding.message = format!(
            "capacity provider {name} cannot pass its instance role to {service}: {}",
            finding.message
        );
        if finding.remedy.is_none() {
            finding = finding
                .remedy("Allow iam:PassRole on the instance role, or use a role whose name begins with ecsInstanceRole");
        }
        found.add(finding.at(place).prevents(ROLE_INFRASTRUCTURE.prevents[1]));
    }
    Ok(true)
}
