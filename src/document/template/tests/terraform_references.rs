use super::declared;
use super::terraform_roles::{
    EXEC, execution_role, existing, known, plan, role, source, task, written,
};
use serde_json::Value as Json;
use serde_json::json;

#[test]
fn a_role_of_another_module_is_found_through_outputs_and_variables() {
    let mut task = task();
    task["address"] = json!("module.web[\"a.b\"].aws_ecs_task_definition.web");
    let mut role = role();
    role["address"] = json!("module.iam.aws_iam_role.exec[0]");
    let reference = |all: &[&str]| json!({"references": all});
    let mut plan = json!({"format_version": "1.2", "resource_changes": [task, role], "configuration": {
        "provider_config": {"aws": {"name": "aws"}},
        "root_module": {"module_calls": {
            "iam": {"module": {
                "outputs": {"role_arn": {"expression": reference(&["aws_iam_role.exec[0].arn", "aws_iam_role.exec[0]", "aws_iam_role.exec"])}},
                "resources": [written("aws_iam_role.exec", &[])],
            }},
            "web": {
                "for_each_expression": {"constant_value": {"a.b": {}}},
                "expressions": {"role": reference(&["module.iam.role_arn", "module.iam"])},
                "module": {"resources": [
                    written("aws_ecs_task_definition.web", &[("execution_role_arn", &["var.role"])]),
                ]},
            },
        }},
    }});
    assert_eq!(execution_role(&plan), EXEC);
    // A local value may be anything.
    plan["configuration"]["root_module"]["module_calls"]["web"]["expressions"]["role"] =
        reference(&["module.iam.role_arn", "module.iam", "local.other"]);
    assert!(execution_role(&plan).contains("it depends on"), "{}", execution_role(&plan));
    // References in a circle end.
    plan["configuration"]["root_module"]["module_calls"]["iam"]["module"]["outputs"]["role_arn"]
        ["expression"] = reference(&["module.iam.role_arn", "module.iam.role_arn.x", "var.x"]);
    assert!(execution_role(&plan).starts_with('?'));
}

#[test]
fn what_is_known_is_not_why_a_value_is_not() {
    let mut old = existing(&["no-op"], json!([]), json!([]));
    old["address"] = json!("aws_iam_role.old");
    old["change"]["after"]["arn"] = json!("arn:aws:iam::111122223333:role/old");
    let mut plan = plan(&[role(), old], &[]);
    let role = "aws_iam_role.exec.arn";
    for (other, is_found) in [
        ("aws_iam_role.old.arn", true),
        ("data.aws_iam_role.read.arn", true),
        ("var.role", true),
        ("aws_iam_role.old", false),
        ("local.role", false),
    ] {
        resources_of(&mut plan)["execution_role_arn"] = json!({"references": [role, other]});
        assert_eq!(execution_role(&plan) == EXEC, is_found, "{other}");
    }
}

#[test]
fn a_plan_for_another_account_has_no_arn_for_a_new_role() {
    let mut plan = plan(&[role()], &[]);
    let identity = |account: &str| {
        json!({"address": "data.aws_caller_identity.current", "mode": "data",
            "type": "aws_caller_identity", "values": {"account_id": account}})
    };
    for (accounts, is_found) in [
        (&["111122223333"][..], true),
        (&["444455556666"], false),
        (&["444455556666", "111122223333"], true),
    ] {
        let read: Vec<Json> = accounts.iter().map(|it| identity(it)).collect();
        plan["prior_state"] = json!({"values": {"root_module":
            {"child_modules": [{"address": "module.a", "resources": read}]}}});
        assert_eq!(execution_role(&plan) == EXEC, is_found, "{accounts:?}");
    }
}

#[test]
fn an_attribute_that_is_not_set_is_not_sent() {
    let mut plan = plan(&[role()], &[]);
    let task = plan["resource_changes"].as_array_mut().unwrap().last_mut().unwrap();
    for name in ["enable_fault_injection", "volume"] {
        task["change"]["after_unknown"][name] = json!(true);
    }
    assert_eq!(fields(&plan), ["containerDefinitions", "executionRoleArn", "family", "volumes"]);
    resources_of(&mut plan)["enable_fault_injection"] = json!({"references": ["local.fault"]});
    assert!(fields(&plan).contains(&"enableFaultInjection".to_owned()));
    // Without the configuration nothing says so.
    plan["configuration"] = json!(null);
    assert!(fields(&plan).contains(&"enableFaultInjection".to_owned()));
}

/// The names of the fields of the definition.
fn fields(plan: &Json) -> Vec<String> {
    let found = declared(&source(plan), &known()).unwrap();
    let entries = found[0].definition.root.entries();
    let mut names: Vec<String> = entries.iter().map(|it| it.key.to_string()).collect();
    names.sort();
    names
}

#[test]
fn each_instance_has_the_role_of_its_index() {
    let mut plan = plan(&[], &[]);
    let changes = plan["resource_changes"].as_array_mut().unwrap();
    for (index, name) in [("[\"a\"]", "exec-a"), ("[\"b\"]", "exec-b")] {
        let mut role = role();
        role["address"] = json!(format!("aws_iam_role.exec{index}"));
        role["change"]["after"]["name"] = json!(name);
        changes.push(role);
    }
    changes[0]["address"] = json!("aws_ecs_task_definition.web[\"b\"]");
    let resources = &mut plan["configuration"]["root_module"]["resources"];
    let references = |each: &str| json!({"references": ["aws_iam_role.exec", each]});
    resources[0]["expressions"]["execution_role_arn"] = references("each.key");
    assert_eq!(execution_role(&plan), "arn:aws:iam::111122223333:role/web/exec-b");
    resources_of(&mut plan)["execution_role_arn"] = references("each.value");
    assert!(execution_role(&plan).starts_with('?'));
    // The same references as those of `[count.index + 1]`.
    let changes = plan["resource_changes"].as_array_mut().unwrap();
    for (it, index) in changes.iter_mut().zip(["[1]", "[0]", "[1]"]) {
        let address = it["address"].as_str().unwrap().split('[').next().unwrap().to_owned();
        it["address"] = json!(format!("{address}{index}"));
    }
    resources_of(&mut plan)["execution_role_arn"] = references("count.index");
    assert!(execution_role(&plan).starts_with('?'));
}

fn resources_of(plan: &mut Json) -> &mut Json {
    &mut plan["configuration"]["root_module"]["resources"][0]["expressions"]
}
