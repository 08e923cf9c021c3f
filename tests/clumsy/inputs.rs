use super::program::Folder;

const TEMPLATE: &str = "Resources:\n  T:\n    Type: AWS::ECS::TaskDefinition\n";
const PLAN: &str = "terraform show -json";

/// Each file is refused: the beginning of the error, with its place; the line and its caret; and what to do.
pub(super) fn each_is_refused(folder: &Folder, files: &[(&str, &str, &str, &str)]) {
    for (name, text, says, advice) in files {
        folder.write(name, text);
        let line = format!("verify {name} --replay account.json");
        let said = folder.line(&line).ends(2).never_says("panicked");
        assert!(said.err.starts_with(&format!("aws-ecs-preflight: {name}{says}")), "{}", said.err);
        let said = said.says(advice);
        if says.starts_with(':') && says[1..].starts_with(|it: char| it.is_ascii_digit()) {
            let caret = said.err.lines().nth(3).unwrap_or_default();
            assert!(caret.ends_with('^'), "{name}: no caret\n{}", said.err);
        }
        let offline = folder.run(&["definition", name]).ends(2);
        assert_eq!(offline.err, said.err, "{name}");
    }
}

#[test]
fn a_template_is_refused_at_its_flaw() {
    let folder = Folder::new("inputs-template");
    let service = |properties: &str| {
        format!("{TEMPLATE}  S:\n    Type: AWS::ECS::Service\n    Properties: {properties}\n")
    };
    let (list, none) = (service("[x]"), service("{Cluster: c}"));
    each_is_refused(
        &folder,
        &[
            ("list.json", r#"{"Resources": []}"#, ":1:15: `Resources` is a list", "an object"),
            (
                "none.yml",
                "AWSTemplateFormatVersion: '2010-09-09'\n",
                ":1:1: this template has no `Resources`",
                "Resources",
            ),
            (
                "lower.yml",
                "AWSTemplateFormatVersion: '2010-09-09'\nresources: {}\n",
                ":2:1: `resources` is written `Resources`",
                "capital letter",
            ),
            (
                "text.yml",
                "Resources:\n  T: AWS::ECS::TaskDefinition\n",
                ":2:6: the resource T is text, not an object",
                "`Properties`",
            ),
            (
                "type.yml",
                "Resources:\n  T:\n    type: AWS::ECS::TaskDefinition\n",
                ":3:5: `type` is written `Type`",
                "capital letter",
            ),
            (
                "number.yml",
                "Resources:\n  T:\n    Type: 5\n",
                ":3:11: the `Type` of T is a number, not text",
                "AWS::ECS::TaskDefinition",
            ),
            (
                "untyped.yml",
                "Resources:\n  T:\n    Properties: {}\n",
                ":3:5: the resource T has no `Type`",
                "AWS::ECS::TaskDefinition",
            ),
            (
                "bucket.yml",
                "Resources:\n  B:\n    Type: AWS::S3::Bucket\n",
                ":1:1: this template creates no AWS::ECS::TaskDefinition",
                "pass the template that creates",
            ),
            (
                "properties.yml",
                &format!("{TEMPLATE}    Properties: [a]\n"),
                ":4:17: the task definition at /Resources/T/Properties is a list, not an object",
                "as an object",
            ),
            ("service.yml", &list, ":6:17: the Properties of the service S are not an object", ""),
            ("serving.yml", &none, ":6:17: the service S has no TaskDefinition", ""),
            (
                "tag.yml",
                &format!("{TEMPLATE}    Properties:\n      Family: !Rf x\n"),
                ":5:15: `!Rf`: CloudFormation has no such tag",
                "did you mean `!Ref`?",
            ),
            (
                "tab.yml",
                "Resources:\n  T:\n\t\tType: x\n",
                ":3:3: this is not YAML: a tab indents this line",
                "indent with spaces",
            ),
            (
                "twice.yml",
                "Resources:\n  T: {Type: A}\n  T: {Type: B}\n",
                ":3:3: `T` is given twice",
                "keep one",
            ),
            (
                "crlf.yml",
                "Resources:\r\n  T:\r\n    type: x\r\n",
                ":3:5: `type` is written `Type`",
                "",
            ),
        ],
    );
    // A file that was cut off, in an object and in a text.
    let whole = r#"{"Resources": {"T": {"Type": "AWS::ECS::TaskDefinition"}}}"#;
    each_is_refused(
        &folder,
        &[
            (
                "cut.json",
                &whole[..whole.len() - 1],
                ":1:1: the object that begins here is never closed",
                "complete",
            ),
            (
                "torn.json",
                &whole[..35],
                ":1:30: the document ends within the text that begins here",
                "complete",
            ),
        ],
    );
    // What it declares is a task definition, however little it sets.
    folder.write("bare.yml", format!("{TEMPLATE}    Properties: {{Family: web}}\n"));
    let said = folder.line("verify bare.yml --replay account.json").ends(1);
    said.says("containerDefinitions").never_says("this is not a task definition");
}

#[test]
fn a_plan_is_refused_with_the_command_that_writes_one() {
    let folder = Folder::new("inputs-plan");
    let failed = r#"{"format_version": "1.2", "resource_changes": [], "errored": true}"#;
    each_is_refused(
        &folder,
        &[
            (
                "failed.json",
                failed,
                ":1:62: Terraform could not finish this plan",
                "terraform plan",
            ),
            (
                "empty.json",
                r#"{"format_version": "1.0"}"#,
                ":1:1: this is neither a plan nor a state of Terraform as JSON",
                PLAN,
            ),
            (
                "changes.json",
                r#"{"format_version": "1.2", "resource_changes": {}}"#,
                ":1:47: `resource_changes` is an object, not a list",
                PLAN,
            ),
            (
                "state.json",
                r#"{"version": 4, "terraform_version": "1.9.8", "serial": 3, "lineage": "a"}"#,
                ":1:1: this is a state file of Terraform",
                PLAN,
            ),
            (
                "log.json",
                "{\"@level\":\"info\"}\n{\"@level\":\"info\"}\n",
                ":1:1: this is a log of Terraform in JSON",
                PLAN,
            ),
            (
                "plan.txt",
                "Terraform will perform the following actions:\n\n  # a will be created\n",
                ":1:1: this is a plan of Terraform as text",
                PLAN,
            ),
            (
                "main.tf",
                "resource \"aws_ecs_task_definition\" \"web\" {\n}\n",
                ":1:1: this is Terraform's configuration",
                PLAN,
            ),
            (
                "main.tf.json",
                r#"{"resource": {"aws_ecs_task_definition": {}}}"#,
                ":1:1: this is a configuration of Terraform",
                PLAN,
            ),
            ("tfplan", "PK\x03\x04\x14\0", ": this is a ZIP archive", PLAN),
        ],
    );
    let plan = |after: &str| {
        format!(
            r#"{{"format_version": "1.2", "resource_changes": [{{"address": "aws_ecs_task_definition.web", "mode": "managed", "type": "aws_ecs_task_definition", "name": "web", "change": {{"actions": ["create"], "after": {after}}}}}]}}"#
        )
    };
    let text = plan("5");
    each_is_refused(
        &folder,
        &[(
            "after.json",
            &text,
            ":1:",
            "the task definition at /resource_changes/0/change/after is a number",
        )],
    );
}

#[test]
fn a_file_of_a_flag_is_refused_at_its_flaw() {
    let folder = Folder::new("inputs-flags");
    folder.write("template.yml", format!("{TEMPLATE}    Properties: {{Family: web}}\n"));
    for (line, text, says) in [
        ("verify template.yml --parameters f", "[\n\"Image\"]", "f:2:1: this parameter has no `=`"),
        (
            "verify template.yml --parameters f",
            "{\"A\": null}",
            "f:1:7: the value of the parameter `A` is null",
        ),
        (
            "verify template.yml --parameters f",
            "[{\"check\": \"a\", \"subject\": \"\"}]",
            "f:1:1: this is a list of accepted findings",
        ),
        (
            "verify healthy.json --accept f",
            "[\n{\"chek\": \"a\"}]",
            "f:2:1: an accepted finding has no field `chek`; is `check` meant?",
        ),
        ("diagnose --from f", "{a: 1}", "f:1:2: "),
        ("diagnose --from f", "{\"tasks\": [\n{},\n]}", "f:2:3: trailing comma"),
        (
            "diagnose --from f",
            "[\n]",
            "f:1:1: this is neither the output of describe-tasks nor an event",
        ),
        (
            "diagnose --from f",
            "{\"family\": \"a\", \"containerDefinitions\": []}",
            "f:1:1: this is a task definition, not the output of describe-tasks",
        ),
    ] {
        folder.write("f", text);
        let said = folder.line(&format!("{line} --replay account.json")).ends(2).says(says);
        assert!(said.err.lines().nth(3).is_some_and(|it| it.ends_with('^')), "{}", said.err);
        said.says("hint: ");
    }
    folder.write("f", "{\"a\": 1,}");
    folder
        .line("verify healthy.json --replay f")
        .ends(2)
        .says("cannot replay f:1:8: trailing comma");
    for (overrides, says) in [
        ("{}", "--overrides is empty"),
        ("[]", "--overrides is a list"),
        ("5", "--overrides:1:1: this is neither JSON nor a YAML mapping"),
    ] {
        folder.run(&["definition", "healthy.json", "--overrides", overrides]).ends(2).says(says);
    }
}

#[test]
fn a_saved_task_is_read_as_powershell_and_yaml_write_it() {
    let folder = Folder::new("inputs-saved");
    let text = r#"{"tasks": [{"taskArn": "arn:aws:ecs:eu-central-1:111122223333:task/main/0123456789abcdef0123456789abcdef", "taskDefinitionArn": "arn:aws:ecs:eu-central-1:111122223333:task-definition/storefront:7", "lastStatus": "STOPPED"}]}"#;
    let wide: Vec<u8> =
        [0xFEFF].into_iter().chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    let yaml = "tasks:\n  - taskArn: arn:aws:ecs:eu-central-1:111122223333:task/main/0123456789abcdef0123456789abcdef\n    taskDefinitionArn: arn:aws:ecs:eu-central-1:111122223333:task-definition/storefront:7\n    lastStatus: STOPPED\n";
    let run = |bytes: &[u8]| {
        folder.write("task", bytes);
        let said = folder.line("diagnose --from task --replay account.json");
        (said.code, said.out, said.err)
    };
    let plain = run(text.as_bytes());
    assert_ne!(plain.0, Some(2), "{}", plain.2);
    assert_eq!(run(&wide), plain);
    assert_eq!(run(yaml.as_bytes()), plain);
}

#[test]
fn a_diagnosis_has_no_code_quality() {
    let folder = Folder::new("inputs-formats");
    // The format is refused before the file is read.
    let said = folder.line("diagnose --from none.json -o text=answer -o gitlab").ends(2);
    said.says("--format gitlab: it has problems in files only, and a diagnosis is about a task")
        .says("use text, short, json, ndjson, junit, github, markdown, sarif or html");
    assert!(!folder.has("answer"));
    let said = folder.line("checks -o gitlab").ends(2);
    said.says("only commands that run checks have it; use text, short, json or ndjson");
}
