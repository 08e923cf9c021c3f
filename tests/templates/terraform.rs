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

#[test]
fn a_state_file_is_no_plan() {
    let folder = Folder::new("plan-state");
    folder.write(
        "terraform.tfstate",
        r#"{"version": 4, "terraform_version": "1.9.8", "resources": []}"#,
    );
    folder.line("verify terraform.tfstate").ends(2).says("terraform show -json");
}
