use crate::clumsy::program::Folder;

const NEWER: &str = "111122223333.dkr.ecr.eu-central-1.amazonaws.com/storefront:2.8.0";

#[test]
fn an_image_is_laid_over_the_definition() {
    let folder = Folder::new("overlay-image");
    let line = "image healthy.json --replay account.json";
    folder.line(line).ends(0);
    // The recorded repository does not have it.
    let said = folder.line(&format!("{line} --image web={NEWER}")).ends(1);
    said.says("storefront:2.8.0").says("--image");
    folder
        .line(&format!("{line} --image api={NEWER}"))
        .ends(2)
        .says("no task definition has a container `api`");
    folder.line(&format!("{line} --image web")).ends(2).says("--image CONTAINER=IMAGE");
}

#[test]
fn image_definitions_of_codepipeline_are_laid_over_the_definition() {
    let folder = Folder::new("overlay-definitions");
    folder.write("imagedefinitions.json", format!(r#"[{{"name": "web", "imageUri": "{NEWER}"}}]"#));
    let said =
        folder.line("image healthy.json imagedefinitions.json --replay account.json").ends(1);
    said.says("storefront:2.8.0").says("imagedefinitions.json");
    folder
        .line("verify imagedefinitions.json --replay account.json")
        .ends(2)
        .says("no task definition is given: imagedefinitions.json only has images")
        .says("TASKDEF imagedefinitions.json");
    // In place of a placeholder.
    let text = folder.read("healthy.json");
    let image = "111122223333.dkr.ecr.eu-central-1.amazonaws.com/storefront:2.7.0";
    folder.write("placeholder.json", text.replace(image, "<IMAGE1_NAME>"));
    folder.write("same.json", format!(r#"[{{"name": "web", "imageUri": "{image}"}}]"#));
    folder.line("image placeholder.json same.json --replay account.json").ends(0);
}

#[test]
fn an_appspec_of_codedeploy_says_where_the_task_runs() {
    let folder = Folder::new("appspec");
    let appspec = |version: &str| {
        format!(
            "version: 0.0\nResources:\n  - TargetService:\n      Type: AWS::ECS::Service\n      Properties:\n        TaskDefinition: <TASK_DEFINITION>\n        LoadBalancerInfo: {{ContainerName: web, ContainerPort: 8080}}\n        PlatformVersion: {version}\n"
        )
    };
    let run = |version: &str| {
        folder.write("appspec.yml", appspec(version));
        folder.line("definition healthy.json appspec.yml")
    };
    run("LATEST").ends(0);
    run("9.9.9").ends(3).says("platform version 9.9.9 is later than any that is known");
    // CodeDeploy creates the task set: the caller updates no service, and none is made up.
    run("LATEST");
    let said = folder.run(&[
        "verify",
        "healthy.json",
        "appspec.yml",
        "--replay",
        "account.json",
        "-o",
        "json",
    ]);
    assert!(!said.out.contains("ecs:UpdateService"), "{}", said.out);
    assert!(!said.out.contains("service/default/"), "{}", said.out);
}

#[test]
fn ecspresso_names_the_definition_and_its_service() {
    let folder = Folder::new("ecspresso");
    folder.write(
        "deploy/ecspresso.yml",
        "region: eu-central-1\ncluster: main\nservice: web\ntask_definition: task.json\nservice_definition: service.json\n",
    );
    folder.write("deploy/task.json", folder.read("healthy.json"));
    folder.write("deploy/service.json", r#"{"launchType": "EC2", "desiredCount": 1}"#);
    let said = folder.line("definition deploy/ecspresso.yml").ends(0);
    said.says("storefront");
    let elsewhere =
        folder.line("verify deploy/ecspresso.yml --replay account.json --region us-east-1");
    elsewhere.ends(4).says("the configuration is for eu-central-1");
    folder.write("deploy/ecspresso.yml", "region: eu-central-1\ntask_definition: task.jsonnet\n");
    folder.line("definition deploy/ecspresso.yml").ends(2).says("Jsonnet").says("ecspresso render");
    folder.write("deploy/ecspresso.yml", "region: eu-central-1\ntask_definition: none.json\n");
    folder.line("definition deploy/ecspresso.yml").ends(2).says("ecspresso.yml:2:18: cannot read");
    for (wrong, at) in [("service_definition: 5", "1:21"), ("region: [x]", "1:9")] {
        let text = format!("{wrong}\ntask_definition: task.json\n");
        folder.write("deploy/ecspresso.yml", text);
        let said = folder.line("definition deploy/ecspresso.yml").ends(2);
        said.says(&format!("ecspresso.yml:{at}: ")).says("not text");
    }
    let text = "region: eu-central-1\ncluster: {a: 1}\ntask_definition: task.json\n";
    folder.write("deploy/ecspresso.yml", text);
    folder.line("definition deploy/ecspresso.yml").ends(2).says("ecspresso.yml:2:10: `cluster`");
}

#[test]
fn what_run_task_overrides_is_judged_instead() {
    let folder = Folder::new("overrides");
    let role = "arn:aws:iam::111122223333:role/other";
    let text = format!(r#"{{"executionRoleArn":"{role}"}}"#);
    let run = |overrides: &str| {
        let line = "verify healthy.json --replay account.json --only role-exists --overrides";
        folder.run(&line.split(' ').chain([overrides]).collect::<Vec<_>>())
    };
    folder.write("overrides.json", &text);
    for overrides in [&*text, "file://overrides.json"] {
        run(overrides).ends(3).says("IAM role other").says("not in the recording");
    }
    for broken in ["{}", "[1]", "{", "web=2"] {
        run(broken).ends(2).says("--overrides");
    }
    run("file://none.json").ends(2).says("none.json");
}
