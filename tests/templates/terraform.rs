use serde_json::{Value, json};

use crate::clumsy::program::{Folder, Said};

/// A plan that creates the demo's definition.
fn plan(folder: &Folder, name: &str) -> Value {
    let definition: Value = serde_json::from_str(&folder.read(name)).unwrap();
    let after = json!({
        "family": definition["family"],
        "requires_compatibilities": definition["requiresCompatibilities"],
        "network_mode": definition["networkMode"],
        "cpu": definition["cpu"],
        "memory": definition["memory"],
        "execution_role_arn": definition["executionRoleArn"],
        "task_role_arn": definition["taskRoleArn"],
        "runtime_platform": [{
            "operating_system_family": definition["runtimePlatform"]["operatingSystemFamily"],
            "cpu_architecture": definition["runtimePlatform"]["cpuArchitecture"],
        }],
        "container_definitions": definition["containerDefinitions"].to_string(),
        "volume": [], "placement_constraints": [], "tags": null, "ipc_mode": null,
    });
    json!({"format_version": "1.2", "terraform_version": "1.9.8", "resource_changes": [{
        "address": "aws_ecs_task_definition.web", "mode": "managed", "type": "aws_ecs_task_definition",
        "change": {"actions": ["create"], "before": null, "after": after,
            "after_unknown": {"arn": true, "id": true, "revision": true, "volume": []}},
    }]})
}

/// Id, status, container, resource and message of every result.
fn results(said: &Said) -> Vec<[Value; 5]> {
    let report = said.report();
    let result = |it: &Value| {
        ["id", "status", "container", "resource", "message"].map(|key| it[key].clone())
    };
    report["checks"].as_array().unwrap().iter().map(result).collect()
}

#[test]
fn a_definition_in_a_plan_has_the_results_of_the_same_definition_in_a_file() {
    let folder = Folder::new("plan-same");
    for (name, code) in [("healthy.json", 0), ("broken.json", 1)] {
        folder.write("plan.json", plan(&folder, name).to_string());
        let run = |file: &str| {
            folder.run(&["verify", file, "--replay", "account.json", "-o", "json"]).ends(code)
        };
        let (plain, planned) = (results(&run(name)), results(&run("plan.json")));
        assert!(plain.len() > 20);
        assert_eq!(plain, planned, "{name}");
    }
}

#[test]
fn what_is_known_only_after_the_apply_is_unknown() {
    let folder = Folder::new("plan-unknown");
    let mut plan = plan(&folder, "healthy.json");
    let change = &mut plan["resource_changes"][0]["change"];
    change["after"].as_object_mut().unwrap().remove("execution_role_arn");
    change["after_unknown"]["execution_role_arn"] = json!(true);
    folder.write("plan.json", plan.to_string());
    let said = folder.line("verify plan.json --replay account.json -o json").ends(3);
    assert_eq!(said.results("fail"), []);
    said.says("known only after the apply");
}

/// The demo's healthy definition with an execution role of the same plan, which has this policy.
fn with_role(folder: &Folder, policy: &Value) -> Value {
    let mut plan = plan(folder, "healthy.json");
    let change = &mut plan["resource_changes"][0]["change"];
    change["after"].as_object_mut().unwrap().remove("execution_role_arn");
    change["after_unknown"]["execution_role_arn"] = json!(true);
    let trust = json!({"Statement": [{
        "Effect": "Allow", "Principal": {"Service": "ecs-tasks.amazonaws.com"}, "Action": "sts:AssumeRole",
    }]});
    let role = json!({"name": "storefront-planned", "path": "/", "assume_role_policy": trust.to_string(),
        "permissions_boundary": null, "tags": null});
    let computed = json!({"arn": true, "id": true, "inline_policy": true, "managed_policy_arns": true, "tags_all": true});
    let created = |address: &str, after: Value, unknown: Value| {
        json!({"address": address, "mode": "managed", "type": address.split('.').next(),
            "change": {"actions": ["create"], "before": null, "after": after, "after_unknown": unknown}})
    };
    let mut inline = json!({"name": "own", "role": "storefront-planned"});
    let mut unknown = json!({"id": true});
    match policy {
        Value::Null => unknown["policy"] = json!(true),
        statement => inline["policy"] = json!(json!({"Statement": [statement]}).to_string()),
    }
    let changes = plan["resource_changes"].as_array_mut().unwrap();
    changes.push(created("aws_iam_role.execution", role, computed));
    changes.push(created("aws_iam_role_policy.own", inline, unknown));
    let arn = json!({"references": ["aws_iam_role.execution.arn", "aws_iam_role.execution"]});
    plan["configuration"] = json!({"root_module": {"resources": [
        {"address": "aws_ecs_task_definition.web", "expressions": {"execution_role_arn": arn}},
        {"address": "aws_iam_role.execution", "expressions": {}},
    ]}});
    plan
}

#[test]
fn a_role_of_the_plan_is_judged_as_the_plan_writes_it() {
    let folder = Folder::new("plan-role");
    let run = |policy: Value| {
        folder.write("plan.json", with_role(&folder, &policy).to_string());
        folder.line("verify plan.json --replay account.json -o json")
    };
    let ids = |found: Vec<(String, String, String)>| -> Vec<String> {
        let of_role = found.into_iter().filter(|(_, _, it)| it.contains("storefront-planned"));
        of_role.map(|(id, ..)| id).collect()
    };
    let mighty = run(json!({"Effect": "Allow", "Action": "*", "Resource": "*"}));
    assert_eq!(mighty.results("fail"), [], "{}", mighty.out);
    let passed = ids(mighty.results("pass"));
    assert!(passed.iter().any(|id| id == "role-trust"), "{passed:?}");
    let helpless =
        run(json!({"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"})).ends(1);
    assert!(!ids(helpless.results("fail")).is_empty(), "{}", helpless.out);
    // The role does not exist, so that no command can change it.
    helpless.never_says("aws iam put-role-policy --role-name storefront-planned");
    let open = run(Value::Null).ends(3);
    assert_eq!(open.results("fail"), [], "{}", open.out);
    open.says("`policy` of aws_iam_role_policy.own is known only after the apply");
}

#[test]
fn a_plan_for_another_region_has_no_verdict_and_names_the_flag() {
    let folder = Folder::new("plan-elsewhere");
    let mut plan = plan(&folder, "healthy.json");
    plan["resource_changes"][0]["change"]["after"]["region"] = json!("eu-west-1");
    folder.write("plan.json", plan.to_string());
    let said = folder.line("verify plan.json --replay account.json").ends(4);
    said.says("aws_ecs_task_definition.web is for region eu-west-1")
        .says("pass --region eu-west-1")
        .never_says("--profile");
}

#[test]
fn a_state_file_is_no_plan() {
    let folder = Folder::new("plan-state");
    folder.write(
        "terraform.tfstate",
        r#"{"version": 4, "terraform_version": "1.9.8", "resources": []}"#,
    );
    folder.line("verify terraform.tfstate").ends(2).says("terraform show -json");
}
