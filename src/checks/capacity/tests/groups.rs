//! Stories of tasks that keep away from the tasks of a group, or stay near them.

use serde_json::{Value, json};

use super::{account, instance, plain, task};
use crate::checks::capacity::placement::CAPACITY_PLACEMENT;
use crate::report::Status::{Fail, Pass, Unknown, Warn};
use crate::testing::account::mounts::{Account, REGION};
use crate::testing::story::Told;

const CALL: &str = "ecs:DescribeTasks";
const AT: &str = "service.json#/placementConstraints/0/expression";

fn key() -> Value {
    json!({"region": REGION, "cluster": "prod"})
}

/// Two instances: on the first one runs a task of this group.
fn with_task_of(group: &str) -> Account {
    let both = [instance("1", &json!({})), instance("2", &json!({}))];
    let groups = json!({both[0]["arn"].as_str().unwrap(): [group]});
    account(&json!({}), &both).says(CALL, &key(), &groups)
}

/// The service `web` of so many tasks with this constraint.
fn constrained(count: u64, expression: &str) -> String {
    let constraint = json!([{"type": "memberOf", "expression": expression}]);
    let request = plain().replace(r#""desiredCount": 1"#, &format!(r#""desiredCount": {count}"#));
    request.replace(r#""cluster""#, &format!(r#""placementConstraints": {constraint}, "cluster""#))
}

#[test]
fn the_tasks_that_run_on_an_instance_decide() {
    for (expression, told) in [
        ("task:group == service:db", (Pass, "", "satisfies")),
        ("not(task:group == service:db)", (Pass, "", "satisfies")),
        ("task:group == service:cache", (Fail, AT, "satisfies the placement constraint")),
        (
            "not(task:group == service:db) and task:group == service:db",
            (Fail, AT, "satisfies the placement constraint"),
        ),
    ] {
        let story = task("").served_by(&constrained(1, expression));
        let account = with_task_of("service:db").recorded();
        let told: Told = told;
        story.in_account(account).ends(&CAPACITY_PLACEMENT, &[told]);
    }
    let refused = with_task_of("service:db").refuses(CALL, &key()).recorded();
    let story = task("").served_by(&constrained(1, "task:group == service:db"));
    story.in_account(refused).ends(&CAPACITY_PLACEMENT, &[(Unknown, "", CALL)]);
    // Other constraints do not ask.
    let unasked = with_task_of("service:db").refuses(CALL, &key()).recorded();
    let story = task("").served_by(&constrained(1, "attribute:ecs.os-type == linux"));
    story.in_account(unasked).ends(&CAPACITY_PLACEMENT, &[(Pass, "", "satisfies")]);
}

#[test]
fn a_service_that_keeps_away_from_its_own_tasks_needs_an_instance_for_each() {
    let own = "not(task:group == service:web)";
    for (count, group, told) in [
        // An old and a new task: one instance each.
        (1, "service:db", (Pass, "", "satisfies")),
        // The old task may stop first.
        (1, "service:web", (Pass, "", "satisfies")),
        (2, "service:db", (Warn, AT, "needs 3 different container instances for the 2 old")),
        (3, "service:db", (Fail, AT, "3 tasks need 3 different container instances")),
    ] {
        let story = task("").served_by(&constrained(count, own));
        let account = with_task_of(group).recorded();
        let told: Told = told;
        story.in_account(account).ends(&CAPACITY_PLACEMENT, &[told]);
    }
    // Whose task runs on the first instance is not known; none runs on the second.
    let hidden = || {
        let pool =
            json!({"cpu": 2048, "memory": 7680, "tcp_ports": [], "udp_ports": [], "gpus": 0});
        let empty = json!({"resources": {"registered": pool, "remaining": pool, "running": 0, "interfaces": 0}});
        let both = [instance("1", &json!({})), instance("2", &empty)];
        account(&json!({}), &both).refuses(CALL, &key()).recorded()
    };
    for (count, told) in
        [(1, (Unknown, AT, CALL)), (3, (Fail, AT, "3 tasks need 3 different container instances"))]
    {
        let told: Told = told;
        let story = task("").served_by(&constrained(count, own)).in_account(hidden());
        story.ends(&CAPACITY_PLACEMENT, &[told]);
    }
    // It makes no difference to a service that only keeps away from another one.
    let other = "not(task:group == service:db)";
    let story = task("").served_by(&constrained(3, other)).in_account(hidden());
    story.ends(&CAPACITY_PLACEMENT, &[(Pass, "", "satisfies")]);
    // The second constraint excludes its own tasks, not the first one that asks.
    let other = json!({"type": "memberOf", "expression": "not(task:group == service:cache)"});
    let request =
        constrained(3, own).replace("Constraints\": [", &format!("Constraints\": [{other}, "));
    let story = task("").served_by(&request).in_account(with_task_of("service:db").recorded());
    let at = "service.json#/placementConstraints/1/expression";
    story.ends(&CAPACITY_PLACEMENT, &[(Fail, at, "3 tasks need 3 different container instances")]);
    let run = r#"{"cluster": "prod", "launchType": "EC2", "count": 3, "group": "batch",
        "placementConstraints": [{"type": "memberOf", "expression": "not(task:group == batch)"}],
        "networkConfiguration": {"awsvpcConfiguration": {"subnets": ["subnet-1"]}}}"#;
    let at = "run.json#/placementConstraints/0/expression";
    let told = (Fail, at, "3 tasks need 3 different container instances");
    let account = || with_task_of("service:db").recorded();
    task("").run_as(run).in_account(account()).ends(&CAPACITY_PLACEMENT, &[told]);
    // Without a group of its own, it is that of the family.
    let of_family =
        run.replace(r#""group": "batch","#, "").replace("group == batch", "group == family:web");
    task("").run_as(&of_family).in_account(account()).ends(&CAPACITY_PLACEMENT, &[told]);
    let other = run.replace(r#""group": "batch""#, r#""group": "nightly""#);
    let told = (Pass, "", "satisfies");
    task("").run_as(&other).in_account(account()).ends(&CAPACITY_PLACEMENT, &[told]);
}
