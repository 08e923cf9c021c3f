use super::inputs::each_is_refused;
use super::program::Folder;

#[test]
fn the_files_of_deployment_tools_are_refused_at_their_flaw() {
    let folder = Folder::new("inputs-tools");
    let appspec = |rest: &str| format!("version: 0.0\n{rest}");
    let (empty, lambda, listed, bare) = (
        appspec("Resources: {}\n"),
        appspec("Resources:\n  - F:\n      Type: AWS::Lambda::Function\n"),
        appspec("Resources:\n  - TargetService:\n      Properties: [x]\n"),
        appspec("Resources:\n  - TargetService: {Type: AWS::ECS::Service}\n"),
    );
    each_is_refused(
        &folder,
        &[
            (
                "unnamed.json",
                r#"[{"imageUri": "a"}]"#,
                ":1:2: this image definition has no `name`",
                "\"imageUri\": \"IMAGE\"",
            ),
            (
                "imageless.json",
                r#"[{"name": "web"}]"#,
                ":1:2: this image definition has no `imageUri`",
                "",
            ),
            (
                "snake.json",
                r#"[{"name": "web", "image_uri": "a"}]"#,
                ":1:18: `image_uri` is written `imageUri`",
                "",
            ),
            (
                "typed.json",
                r#"[{"name": "web", "imageUri": 5}]"#,
                ":1:30: `imageUri` is a number where text belongs",
                "",
            ),
            (
                "single.json",
                r#"{"name": "web", "imageUri": "a"}"#,
                ":1:1: image definitions are an object where a list belongs",
                "",
            ),
            (
                "detail.json",
                r#"{"ImageURI": "a"}"#,
                ":1:1: this is an imageDetail.json of CodePipeline",
                "--image CONTAINER=IMAGE",
            ),
            (
                "spec1.yml",
                &empty,
                ":2:12: `Resources` of this AppSpec file is an object, not a list",
                "TargetService",
            ),
            (
                "spec2.yml",
                &lambda,
                ":3:3: this AppSpec file has no `TargetService`",
                "TargetService",
            ),
            ("spec3.yml", &listed, ":4:19: the `Properties` of TargetService are a list", ""),
            ("spec4.yml", &bare, ":3:20: TargetService has no `Properties`", ""),
            (
                "spec5.yml",
                "version: 0.0\nos: linux\nfiles: []\n",
                ":1:1: this AppSpec file is for a deployment to instances",
                "ECS",
            ),
            (
                "parameters.json",
                r#"[{"ParameterKey": "A", "ParameterValue": "b"}]"#,
                ":1:1: this is a parameters file",
                "--parameters parameters.json",
            ),
            (
                "out/manifest.json",
                r#"{"version": "36.0.0", "artifacts": {}}"#,
                ":1:1: this is the manifest of a cdk.out folder",
                "verify out",
            ),
            ("binary.json", "{\"a\": \"\0\"}", ": this is a binary file", "right file"),
            ("null.yml", "# nothing\n", ": the document holds no value", "pass a task definition"),
            ("empty.json", "", ": the document is empty", "pass a task definition"),
        ],
    );
    folder.write("report.json", folder.line("definition healthy.json -o json").out);
    folder.line("definition report.json").ends(2).says("this is a report of this program");
    folder.write("images.json", "[\n  {\"name\": \"webb\", \"imageUri\": \"a:1\"}\n]");
    let said = folder.line("verify healthy.json images.json --replay account.json").ends(2);
    said.says("images.json:2:32: no task definition has a container `webb`; did you mean `web`?")
        .says("| ^")
        .says("a container of the task definition: `web`");
}

#[test]
fn a_configuration_of_ecspresso_is_refused_at_its_flaw() {
    let folder = Folder::new("inputs-ecspresso");
    let jsonnet = "region: eu-central-1\ncluster: c\nservice_definition: sd.jsonnet\ntask_definition: task.json\n";
    folder.write("task.json", folder.read("healthy.json"));
    folder.write("broken.json", "{\"family\": \"a\",}");
    each_is_refused(
        &folder,
        &[
            (
                "none.yml",
                "region: eu-central-1\nservice: web\n",
                ":1:1: ecspresso's configuration has no `task_definition`",
                "task_definition: ",
            ),
            (
                "blank.yml",
                "region: eu-central-1\ntask_definition: \"\"\n",
                ":2:18: `task_definition` of ecspresso's configuration is empty",
                "",
            ),
            (
                "env.yml",
                "region: eu-central-1\ntask_definition: \"{{ env `TD` `a.json` }}\"\n",
                ":2:18: `task_definition` depends on {{ env `TD` `a.json` }}",
                "ecspresso render config",
            ),
            (
                "jsonnet.yml",
                jsonnet,
                ":3:21: `service_definition` is sd.jsonnet in Jsonnet",
                "ecspresso render servicedef",
            ),
            (
                "region.yml",
                "region: nowhere\ntask_definition: task.json\n",
                ":1:9: `region` is \"nowhere\", which is not an AWS region",
                "us-east-1",
            ),
        ],
    );
    for (file, says) in [
        ("broken.json", "broken.json:1:15: trailing comma"),
        ("own.yml", "own.yml:1:1: this is a configuration of ecspresso, not a task definition"),
    ] {
        folder.write("own.yml", format!("region: eu-central-1\ntask_definition: {file}\n"));
        let said = folder.line("definition own.yml").ends(2).says(says);
        said.says("own.yml:2:18 names this file as `task_definition`");
    }
    folder.write("own.yml", "region: eu-central-1\ntask_definition: gone.json\n");
    folder.line("definition own.yml").ends(2).says("own.yml:2:18: cannot read gone.json");
    let said = folder.line("definition healthy.json --service-definition none.yml").ends(2);
    said.says("this is a configuration of ecspresso, not a service definition");
}

#[test]
fn a_cdk_folder_is_refused_at_its_flaw() {
    let folder = Folder::new("inputs-cdk");
    let manifest = |properties: &str| {
        format!(
            "{{\"version\": \"36.0.0\", \"artifacts\": {{\n\"S\": {{\"type\": \"aws:cloudformation:stack\", \"properties\": {properties}}}}}}}"
        )
    };
    for (properties, template, says) in [
        ("{}", "", "cdk.out/manifest.json:2:6: the stack S has no `templateFile`"),
        (
            r#"{"templateFile": "gone.json"}"#,
            "",
            "cdk.out/manifest.json names this file as the template of S",
        ),
        (
            r#"{"templateFile": "S.json"}"#,
            "{\"Resources\": 1}",
            "cdk.out/S.json:1:15: `Resources` is a number",
        ),
        (
            r#"{"templateFile": "S.json"}"#,
            "{\"Resources\": {}",
            "cdk.out/S.json:1:1: the object that begins here is never closed",
        ),
        (
            r#"{"templateFile": "S.json"}"#,
            "{\"Resources\": {}}",
            "no stack in this folder creates an AWS::ECS::TaskDefinition; it has S",
        ),
    ] {
        folder.write("cdk.out/manifest.json", manifest(properties));
        folder.write("cdk.out/S.json", template);
        folder.line("verify cdk.out --replay account.json").ends(2).says(says);
    }
    folder
        .line("verify . --replay account.json")
        .ends(2)
        .says("Pass the folder of the assembly: ./cdk.out");
    let other = folder.line("verify cdk.out --stack other --replay account.json").ends(2);
    other.says("no stack in this folder is named other").says("It has S");
}
