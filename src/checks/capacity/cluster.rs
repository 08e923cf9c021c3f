//! The check `cluster-exists`.

use crate::checks::{Check, whole};
use crate::document::Field;
use crate::facts::View;
use crate::lookup::Lookup;
use crate::lookup::ecs::cluster::DescribeCluster;
use crate::names::Arn;
use crate::shell::ShellCommand;
use crate::task::Task;
use crate::verdict::{Findings, Input, Judgement, fail, needs_input, warn};

const MISSING: &str = "ClusterNotFoundException: Cluster not found.";

pub(super) static CLUSTER_EXISTS: Check = Check {
    id: "cluster-exists",
    verifies: "the cluster exists in this region and is active",
    prevents: &[MISSING],
    remedy: "Create the cluster, or correct its name or --region",
    docs: "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/api_failures_messages.html",
    asks: &[&[DescribeCluster::CALL]],
    advises: false,
    judge: |task| whole(task, cluster_exists),
};

fn cluster_exists(task: &Task, facts: &View) -> Judgement {
    if !task.names_cluster() {
        return needs_input(Input::Cluster, "no cluster is known");
    }
    let field = &task.context.request.cluster;
    let asked = task.cluster()?;
    if let Some(other) = elsewhere(&asked) {
        let message =
            format!("cluster {} is in {other}, but the run is in {}", asked.cluster, asked.region);
        return fail(message)
            .at(field.place())
            .on(&asked.cluster)
            .prevents(MISSING)
            .remedy(format!("Use a cluster of {}, or run with --region {other}", asked.region))
            .judge();
    }
    let mut found = Findings::new();
    found.part(field.place(), |found| {
        let cluster = facts.need(&asked)?;
        let status = cluster.status.as_deref().unwrap_or("ACTIVE");
        let message = format!("cluster {} is {status}", asked.cluster);
        let finding = match status {
            "ACTIVE" => return Ok(()),
            "PROVISIONING" => warn(format!("{message}: its capacity providers are still created"))
                .remedy("Wait until the cluster is ACTIVE"),
            "INACTIVE" => fail(format!("{message}: it was deleted"))
                .remedy("Create the cluster again, or correct its name or --region"),
            _ => fail(message).remedy("Use a cluster that is ACTIVE"),
        };
        let command = ShellCommand::of("aws ecs describe-clusters")
            .option("--clusters", asked.cluster.as_str())
            .region(&asked.region);
        found.add(finding.at(field.place()).on(&cluster.arn).prevents(MISSING).command(command));
        Ok(())
    });
    found.or_pass(match field {
        Field::Missing(_) => "the cluster default exists and is active".to_owned(),
        _ => format!("cluster {} exists and is active", asked.cluster),
    })
}

/// The region of the cluster's ARN, if it is another one.
fn elsewhere(asked: &DescribeCluster) -> Option<String> {
    let arn: Arn = asked.cluster.parse().ok()?;
    arn.region.filter(|region| *region != asked.region).map(|region| region.to_string())
}
