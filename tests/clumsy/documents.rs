use serde_json::{Value, json};

use super::program::Folder;

/// The healthy definition, changed as text.
fn changed(folder: &Folder, from: &str, to: &str) -> String {
    let text = folder.read("healthy.json");
    assert!(text.contains(from), "{from}");
    text.replacen(from, to, 1)
}

#[test]
fn what_is_no_json_is_refused_at_the_place_of_the_slip() {
    let folder = Folder::new("json");
    let whole = folder.read("healthy.json");
    let inside = whole.trim_start().strip_prefix('{').unwrap().to_owned();
    for (name, text, says) in [
        (
            "fragment.json",
            inside.clone(),
            "fragment.json:2:3: the document does not begin with `{`",
        ),
        ("fragment", inside, "fragment:2:3: the document does not begin with `{`"),
        ("brace.json", format!("{}}}", whole.trim_end()), "one `}` too many"),
        (
            "open.json",
            changed(&folder, r#""family": "storefront","#, r#""family": "storefront,"#),
            "open.json:2:13: the text that begins here is not closed",
        ),
        (
            "early.json",
            changed(&folder, r#""name": "web","#, r#""name": "web"},"#),
            "closes the object too early",
        ),
        ("comma.json", r#"{"family": "a",}"#.to_owned(), "comma.json:1:15: trailing comma"),
    ] {
        folder.write(name, text);
        folder.run(&["definition", name]).ends(2).says(says).says("hint:").never_says("PASS");
    }
    folder.write("latin1.json", b"{\"family\": \"caf\xE9\"}");
    folder.line("definition latin1.json").ends(2).says("latin1.json:1:16: invalid UTF-8 here");
}

#[test]
fn keys_of_another_convention_are_named() {
    let folder = Folder::new("keys");
    for (name, key, like) in [
        ("pascal.json", "ContainerDefinitions", "CloudFormation"),
        ("snake.json", "container_definitions", "Terraform"),
        ("kebab.json", "container-definitions", "AWS CLI"),
    ] {
        folder.write(name, changed(&folder, "containerDefinitions", key));
        let said = folder.run(&["verify", name, "--replay", "account.json"]).ends(2);
        said.says(&format!("`{key}` is written `containerDefinitions`")).says(like).says(name);
    }
    let nested = changed(&folder, r#""portMappings""#, r#""port_mappings""#);
    folder.write("nested.json", nested);
    let said = folder.line("definition nested.json").ends(0);
    said.says("no field `port_mappings`; it is written `portMappings`").says("nested.json:");
    folder.write("service.json", r#"{"Cluster": "c", "ServiceName": "web"}"#);
    let said = folder.line("definition healthy.json --service-definition service.json").ends(2);
    said.says("service.json:1:2: `Cluster` is written `cluster`, and 1 more key");
}

#[test]
fn a_document_given_in_the_wrong_place_says_where_it_goes() {
    let run_task = r#"{"cluster": "c", "count": 1, "taskDefinition": "web"}"#;
    let service = r#"{"cluster": "c", "serviceName": "web", "taskDefinition": "web"}"#;
    let folder =
        Folder::new("wrong-place").file("run.json", run_task).file("service.json", service);
    for (line, says, instead) in [
        (
            "verify healthy.json --service-definition run.json",
            "this is a run-task input, not a service definition",
            "--run-task run.json",
        ),
        (
            "verify healthy.json --run-task service.json",
            "this is a service definition (create-service input), not a run-task input",
            "--service-definition service.json",
        ),
        (
            "verify healthy.json --run-task healthy.json",
            "this is a task definition, not a run-task input",
            "TASKDEF",
        ),
        (
            "verify run.json",
            "this is a run-task input, not a task definition",
            "--run-task run.json",
        ),
        (
            "verify account.json",
            "this is a recording of this program, not a task definition",
            "--replay account.json",
        ),
    ] {
        folder.line(&format!("{line} -o text")).ends(2).says(says).says(instead);
    }
}

#[test]
fn what_only_another_request_takes_is_named() {
    let update = r#"{"cluster": "c", "service": "web", "launchType": "FARGATE"}"#;
    let folder = Folder::new("update").file("update.json", update);
    let said = folder.line("definition healthy.json --service-definition update.json").ends(0);
    said.says("the update-service input has no field `launchType`; only create-service takes it");
}

#[test]
fn a_network_without_subnets_fails_once_at_its_place() {
    let run = r#"{"cluster": "c", "count": 1, "taskDefinition": "web",
        "networkConfiguration": {"awsvpcConfiguration": {"securityGroups": []}}}"#;
    let folder = Folder::new("no-subnets").file("run.json", run);
    let replayed = "verify healthy.json --replay account.json --run-task run.json -o json";
    let said = folder.line(&format!("{replayed} --only definition,network")).ends(1);
    let at = "run.json#/networkConfiguration/awsvpcConfiguration".to_owned();
    let message = "`awsvpcConfiguration` lacks `subnets`, which is required".to_owned();
    assert_eq!(said.results("fail"), [("definition-schema".to_owned(), at.clone(), message)]);
    let said = folder.line(&format!("{replayed} --only network")).ends(1);
    let found = said.results("fail");
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!((found[0].0.as_str(), &found[0].1), ("network-configuration", &at));
    assert!(found[0].2.contains("awsvpcConfiguration has no subnets"), "{found:?}");
}

#[test]
fn a_wrong_type_fails_once_and_is_no_placeholder() {
    let folder = Folder::new("types");
    let mut task = folder.healthy();
    let container = &mut task["containerDefinitions"][0];
    container["secrets"] = json!({"A": "b"});
    container["portMappings"][0]["containerPort"] = json!("http");
    container["essential"] = json!("yes");
    folder.write("types.json", task.to_string());
    let said = folder.line("verify types.json --replay account.json -o json").ends(1);
    let failed = said.results("fail");
    let places: Vec<_> = failed.iter().map(|(id, at, _)| (id.as_str(), at.as_str())).collect();
    let at = |field: &str| format!("/containerDefinitions/0/{field}");
    let expected = [at("essential"), at("portMappings/0/containerPort"), at("secrets")];
    let expected: Vec<_> = expected.iter().map(|at| ("definition-schema", at.as_str())).collect();
    assert_eq!(places, expected);
    assert_eq!(said.results("unknown"), []);
    let skipped = said.results("skip");
    let needs = skipped.iter().filter(|it| it.2.contains("definition-schema"));
    assert!(needs.count() >= 3, "{skipped:?}");
    // Where nobody judges the schema, whoever needs the value says the same.
    let alone = folder.line("secrets types.json --replay account.json -o json").ends(1);
    let found = alone.results("fail");
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(
        found[0].2.contains("secrets is written as an object where a list belongs"),
        "{found:?}"
    );
    assert!(alone.out.contains("Parameter validation failed"), "{}", alone.out);
}

#[test]
fn yaml_is_what_the_aws_cli_reads() {
    let folder = Folder::new("yaml");
    let with = |field: &str, value: &str| {
        format!(
            "family: web\n{field}: {value}\ncontainerDefinitions:\n  - name: app\n    image: nginx\n    memory: 1_28\n"
        )
    };
    for (field, value, code, says) in [
        ("cpu", "'256'", 0, "1.yaml  web"),
        ("cpu", "1_024", 0, "`cpu` is a number where text belongs: write \"1024\""),
        ("taskRoleArn", "2024-01-31", 1, "`taskRoleArn` is a YAML date where text belongs"),
        ("cpu", ".inf", 1, "`cpu` is a number that is not finite where text belongs"),
        ("family", "api", 2, "1.yaml:2:1: `family` is given twice: the first is in line 1"),
        ("cpu", "*gone", 2, "1.yaml:2:6: this is not YAML"),
        ("volumes", "&all [*all]", 2, "1.yaml:2:16: alias refers to itself"),
    ] {
        folder.write("1.yaml", with(field, value));
        folder.line("definition 1.yaml").ends(code).says(says);
    }
}

#[test]
fn what_the_aws_cli_cannot_decode_is_warned_about() {
    let folder = Folder::new("encoding");
    let text = folder.read("healthy.json");
    let wide: Vec<u8> =
        [0xFEFF].into_iter().chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    folder.write("mark.json", [b"\xEF\xBB\xBF", text.as_bytes()].concat());
    folder.write("wide.json", wide);
    for (name, says) in [("mark.json", "byte order mark"), ("wide.json", "UTF-16")] {
        let said = folder.run(&["definition", name]).ends(0);
        said.says(says).says("Save the file as UTF-8").says(&format!("{name}:1:1"));
    }
    folder.line("definition healthy.json").ends(0).never_says("Save the file as UTF-8");
}

#[test]
fn a_document_over_the_limits_is_reported() {
    let folder = Folder::new("large");
    let mut task = folder.healthy();
    let variables = |count: usize| -> Value {
        (0..count).map(|it| json!({"name": format!("V{it}"), "value": "x".repeat(500)})).collect()
    };
    task["containerDefinitions"][0]["environment"] = variables(140);
    folder.write("over.json", task.to_string());
    folder.line("definition over.json").says("65536 are allowed").says("environmentFiles");
    task["containerDefinitions"][0]["environment"] = variables(100_000);
    let text = task.to_string();
    assert!(text.len() > 50_000_000);
    folder.write("50mb.json", text);
    let begun = std::time::Instant::now();
    for line in [
        "verify 50mb.json --replay account.json",
        "verify healthy.json --replay account.json --run-task 50mb.json",
        "verify healthy.json --replay account.json --accept 50mb.json",
    ] {
        let said = folder.line(line).ends(2);
        said.says("50mb.json is larger than 4 MiB").says("64 KiB");
    }
    folder.write("many.json", format!("[{}0]", "0,".repeat(60_000)));
    let said = folder.line("verify many.json --replay account.json").ends(2);
    said.says("many.json holds 60002 values, more than 50000").says("64 KiB");
    assert!(begun.elapsed().as_secs() < 30, "{:?}", begun.elapsed());
}

#[test]
fn placeholders_of_many_tools_are_unknown_and_name_their_place() {
    let folder = Folder::new("placeholders");
    for placeholder in
        ["<+artifact.image>", "@TAG@", "[[TAG]]", "((image_tag))", "%(TAG)s", "${TAG}", "__TAG__"]
    {
        let mut task = folder.healthy();
        task["containerDefinitions"][0]["image"] = json!(format!("storefront:{placeholder}"));
        folder.write("template.json", serde_json::to_string_pretty(&task).unwrap());
        let said = folder.line("image template.json --replay account.json -o json").ends(3);
        assert_eq!(said.results("fail"), [], "{placeholder}");
        for (id, subject, message) in said.results("unknown") {
            assert_eq!(subject, "/containerDefinitions/0/image", "{id}");
            let names =
                format!("`{placeholder}` in /containerDefinitions/0/image is a placeholder");
            assert!(message.contains(&names), "{id}: {message}");
        }
    }
}
