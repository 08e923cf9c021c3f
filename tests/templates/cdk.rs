use serde_json::{Value, json};

use crate::clumsy::program::Folder;

const IMAGE: &str = "111122223333.dkr.ecr.eu-central-1.amazonaws.com/storefront:2.7.0";

/// A template with the demo's image, or another one.
fn template(image: &Value) -> Value {
    let container = json!({"Name": "web", "Image": image, "Memory": 128});
    let properties = json!({"Family": "web", "ContainerDefinitions": [container]});
    json!({"Resources": {"Task": {"Type": "AWS::ECS::TaskDefinition", "Properties": properties}}})
}

fn stack(template: &str, environment: &str) -> Value {
    json!({"type": "aws:cloudformation:stack", "environment": environment, "properties": {"templateFile": template}})
}

fn assembly(artifacts: &Value) -> String {
    json!({"version": "36.0.0", "artifacts": artifacts}).to_string()
}

#[test]
fn the_stacks_for_the_region_and_the_account_of_the_run_are_judged() {
    let folder = Folder::new("cdk-stacks");
    folder.write(
        "cdk.out/manifest.json",
        assembly(&json!({
            "Here": stack("here.json", "aws://111122223333/eu-central-1"),
            "Anywhere": stack("anywhere.json", "aws://unknown-account/unknown-region"),
            "Elsewhere": stack("elsewhere.json", "aws://111122223333/us-east-1"),
            "Network": stack("network.json", "aws://unknown-account/unknown-region"),
            "Tree": {"type": "cdk:tree", "properties": {"file": "tree.json"}},
            "Stage": {"type": "cdk:cloud-assembly", "properties": {"directoryName": "assembly-Stage"}},
        })),
    );
    let pseudo = json!({"Fn::Sub": "${AWS::AccountId}.dkr.ecr.${AWS::Region}.${AWS::URLSuffix}/storefront:2.7.0"});
    folder.write("cdk.out/here.json", template(&pseudo).to_string());
    folder.write("cdk.out/anywhere.json", template(&json!(IMAGE)).to_string());
    folder.write("cdk.out/elsewhere.json", template(&json!("gone")).to_string());
    folder.write("cdk.out/network.json", r#"{"Resources": {"Vpc": {"Type": "AWS::EC2::VPC"}}}"#);
    folder.write(
        "cdk.out/assembly-Stage/manifest.json",
        assembly(&json!({"Inner": stack("inner.json", "aws://unknown-account/unknown-region")})),
    );
    folder.write("cdk.out/assembly-Stage/inner.json", template(&json!(IMAGE)).to_string());
    let said = folder.line("image cdk.out --replay account.json -o json").ends(0);
    let report = said.report();
    let targets = report["targets"].as_array().unwrap().iter();
    let sources: Vec<&str> = targets.map(|it| it["target"]["source"].as_str().unwrap()).collect();
    assert_eq!(sources, ["cdk.out#Here/Task", "cdk.out#Anywhere/Task", "cdk.out#Inner/Task"]);
}

#[test]
fn an_image_that_the_cdk_pushes_is_unknown_and_never_missing() {
    let folder = Folder::new("cdk-asset");
    let tag = "0f4c2a".repeat(10);
    let artifacts = json!({
        "Web": stack("web.json", "aws://unknown-account/unknown-region"),
        "Web.assets": {"type": "cdk:asset-manifest", "properties": {"file": "web.assets.json"}},
    });
    folder.write("cdk.out/manifest.json", assembly(&artifacts));
    folder.write(
        "cdk.out/web.assets.json",
        json!({"version": "36.0.0", "dockerImages": {&tag: {"destinations": {"a": {"imageTag": &tag}}}}}).to_string(),
    );
    let image =
        "${AWS::AccountId}.dkr.ecr.${AWS::Region}.${AWS::URLSuffix}/cdk-hnb659fds-container-assets";
    let image = json!({"Fn::Sub": format!("{image}:{tag}")});
    folder.write("cdk.out/web.json", template(&image).to_string());
    let said = folder.line("image cdk.out --replay account.json -o json").ends(3);
    assert_eq!(said.results("fail"), []);
    said.says("`cdk deploy` pushes the image");
}

#[test]
fn a_stack_that_cannot_be_read_is_not_left_out() {
    let folder = Folder::new("cdk-unread");
    let anywhere = "aws://unknown-account/unknown-region";
    let stacks =
        json!({"Web": stack("web.json", anywhere), "Other": stack("other.json", anywhere)});
    folder.write("cdk.out/manifest.json", assembly(&stacks));
    folder.write("cdk.out/web.json", template(&json!(IMAGE)).to_string());
    let mut other = template(&json!(IMAGE));
    other["Transform"] = json!("Mine");
    let looped = json!({"Resources": {"Fn::ForEach::Tasks": ["Id", ["A"], {}]}});
    for (other, said) in [(other, "`Mine` rewrites"), (looped, "Fn::ForEach")] {
        folder.write("cdk.out/other.json", other.to_string());
        folder.line("image cdk.out --replay account.json").ends(2).says("other.json").says(said);
    }
}

#[test]
fn a_folder_of_something_else_is_named() {
    let folder = Folder::new("cdk-other");
    folder.write("src/main.rs", "");
    folder.line("verify src").ends(2).says("without a manifest.json").says("cdk synth");
    folder.write("web/manifest.json", r#"{"name": "web"}"#);
    folder.line("verify web").ends(2).says("not the manifest of a CDK assembly");
    folder.write(
        "cdk.out/manifest.json",
        assembly(&json!({"A": stack("a.json", "aws://1/us-east-1")})),
    );
    folder.write("cdk.out/a.json", template(&json!(IMAGE)).to_string());
    let said = folder.line("verify cdk.out --replay account.json").ends(4);
    said.says("A (account 1, region us-east-1)")
        .says("Pass --region us-east-1 --profile PROFILE (a profile of account 1) for A");
}
