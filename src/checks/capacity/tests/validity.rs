//! Stories of placement constraints and strategies that AWS accepts, or does not.

use super::{account, instance, json, placed, plain, service, task};
use crate::checks::capacity::placement::CAPACITY_PLACEMENT;
use crate::report::Status::{Fail, Pass, Skip, Warn};
use crate::testing::story::Told;

#[test]
fn a_placement_strategy_has_a_field_of_its_type() {
    let at = "service.json#/placementStrategy/0/field";
    let error = |told: Told, words: &str, items: &str| {
        let request = service("subnet-1", &format!(r#", "placementStrategy": [{items}]"#));
        let account = account(&json!({}), &[instance("1", &json!({}))]).recorded();
        let results =
            task("").served_by(&request).in_account(account).judged_by(&CAPACITY_PLACEMENT);
        let found: Vec<_> = results.iter().map(|it| (it.status, it.subject.as_str())).collect();
        assert_eq!(found, [(told.0, told.1)], "{items}: {results:#?}");
        assert!(results[0].message.contains(told.2), "{}", results[0].message);
        assert!(results[0].prevents.clone().unwrap_or_default().contains(words), "{results:#?}");
    };
    let valid = (Pass, "", "the placement strategy is valid");
    for items in [
        r#"{"type": "binpack", "field": "memory"}, {"type": "random"}"#,
        r#"{"type": "binpack", "field": "CPU"}"#,
        r#"{"type": "binpack"}"#,
        r#"{"type": "random", "field": ""}"#,
        r#"{"type": "spread", "field": "instanceId"}, {"type": "spread", "field": "host"}"#,
        r#"{"type": "spread", "field": "attribute:ecs.availability-zone"}"#,
    ] {
        error(valid, "", items);
    }
    let told = (Fail, at, "`instanceId`, not cpu or memory");
    let words = "InvalidParameterException: binpack field 'instanceId' is invalid";
    error(told, words, r#"{"type": "binpack", "field": "instanceId"}"#);
    let told = (Fail, at, "the random strategy has the field `cpu`");
    let words = "random field should not be specified";
    error(told, words, r#"{"type": "random", "field": "cpu"}"#);
    let told = (Warn, at, "`ecs.availability-zone`, not instanceId");
    let words = "InvalidParameterException (AWS's exact words";
    error(told, words, r#"{"type": "spread", "field": "ecs.availability-zone"}"#);
}

#[test]
fn a_distinct_instance_has_no_expression() {
    let one = [instance("1", &json!({}))];
    let constraint = |expression: &str| {
        let items = format!(r#"{{"type": "distinctInstance"{expression}}}"#);
        service("subnet-1", &format!(r#", "placementConstraints": [{items}]"#))
    };
    let check = &CAPACITY_PLACEMENT;
    placed(check, task(""), &constraint(""), &one, (Pass, "", "satisfies"));
    let at = "service.json#/placementConstraints/0/expression";
    let given = constraint(r#", "expression": "attribute:ecs.os-type == linux""#);
    placed(check, task(""), &given, &one, (Fail, at, "has an expression"));
    placed(check, task(""), &plain(), &one, (Skip, "", "no placement strategy"));
}
