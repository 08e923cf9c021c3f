use super::terraform_roles::{known, plan, source};
use super::*;
use serde_json::{Value as Json, json};

/// The definitions of a plan with these providers, the second of which makes the definition; otherwise the error.
fn found(providers: Json, attributes: Json) -> Result<usize, String> {
    let mut plan = plan(&[], &[]);
    plan["configuration"]["provider_config"] = providers;
    plan["configuration"]["root_module"]["resources"][0]["provider_config_key"] = json!("aws.b");
    let after = plan["resource_changes"][0]["change"]["after"].as_object_mut().unwrap();
    after.extend(attributes.as_object().unwrap().clone());
    plan["variables"] = json!({"there": {"value": "us-east-1"}, "here": {"value": "eu-central-1"}});
    let found = declared(&source(&plan), &known());
    found.map(|it| it.len()).map_err(|error| error.error().message)
}

fn aliased(expressions: Json) -> Json {
    json!({"aws": {"name": "aws", "expressions": {"region": {"constant_value": "eu-central-1"}}},
        "aws.b": {"name": "aws", "alias": "b", "expressions": expressions}})
}

fn constant(value: Json) -> Json {
    json!({"constant_value": value})
}

#[test]
fn a_definition_for_another_region_or_account_is_not_judged() {
    let role = "arn:aws:iam::999988887777:role/deploy";
    for (expressions, place) in [
        (json!({"region": constant(json!("us-east-1"))}), "region us-east-1"),
        (json!({"region": {"references": ["var.there"]}}), "region us-east-1"),
        (json!({"assume_role": [{"role_arn": constant(json!(role))}]}), "account 999988887777"),
        (json!({"allowed_account_ids": constant(json!(["999988887777"]))}), "account 999988887777"),
    ] {
        let error = found(aliased(expressions), json!({})).unwrap_err();
        let expected = format!("run: aws_ecs_task_definition.web is for {place}");
        assert!(error.ends_with(&expected), "{error}");
    }
    let both = json!({"region": constant(json!("us-east-1")), "allowed_account_ids": constant(json!(["999988887777"]))});
    let error = found(aliased(both), json!({})).unwrap_err();
    assert!(error.ends_with("is for region us-east-1 and account 999988887777"), "{error}");
    let own = found(aliased(json!({})), json!({"region": "us-east-1"})).unwrap_err();
    assert!(own.ends_with("is for region us-east-1"), "{own}");
}

#[test]
fn a_definition_for_the_region_and_account_of_the_run_is_judged() {
    let role = "arn:aws:iam::111122223333:role/deploy";
    for expressions in [
        json!({}),
        json!({"region": constant(json!("eu-central-1"))}),
        json!({"region": {"references": ["var.here"]}}),
        json!({"assume_role": [{"role_arn": constant(json!(role))}]}),
        json!({"allowed_account_ids": constant(json!(["999988887777", "111122223333"]))}),
    ] {
        assert_eq!(found(aliased(expressions.clone()), json!({})), Ok(1), "{expressions}");
    }
    // The only provider has the region of the environment.
    let only =
        json!({"aws.b": {"name": "aws", "expressions": {"region": {"references": ["local.a"]}}}});
    assert_eq!(found(only, json!({})), Ok(1));
    // The provider has no block.
    let other = json!({"aws.c": {"name": "aws", "alias": "c", "expressions": {"region": constant(json!("us-east-1"))}}});
    assert_eq!(found(other, json!({})), Ok(1));
}

#[test]
fn a_definition_of_a_provider_whose_region_or_account_is_not_known_is_refused() {
    for (name, what) in [("region", "region"), ("profile", "account")] {
        let providers = aliased(json!({name: {"references": ["local.there"]}}));
        let error = found(providers.clone(), json!({})).unwrap_err();
        let expected = format!("the plan does not say the {what} of its provider aws.b");
        assert!(error.ends_with(&expected), "{error}");
        // Its roles are in its account.
        let role = json!({"task_role_arn": "arn:aws:iam::111122223333:role/task"});
        assert_eq!(found(providers, role).is_ok(), what == "account", "{what}");
    }
}
