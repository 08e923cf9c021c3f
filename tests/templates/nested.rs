use serde_json::{Value, json};

use crate::clumsy::program::Folder;

const IMAGE: &str = "111122223333.dkr.ecr.eu-central-1.amazonaws.com/storefront";

/// A template with a definition whose image has the tag of a parameter.
fn service() -> Value {
    let image = json!({"Fn::Sub": format!("{IMAGE}:${{Tag}}")});
    let container = json!({"Name": "web", "Image": image, "Memory": 128});
    let properties = json!({"Family": "web", "ContainerDefinitions": [container]});
    json!({
        "Parameters": {"Tag": {"Type": "String", "Default": "missing"}},
        "Resources": {"Task": {"Type": "AWS::ECS::TaskDefinition", "Properties": properties}},
        "Outputs": {"Tag": {"Value": {"Ref": "Tag"}}},
    })
}

fn stack(url: &Value, parameters: &Value) -> Value {
    let properties = json!({"TemplateURL": url, "Parameters": parameters});
    json!({"Type": "AWS::CloudFormation::Stack", "Properties": properties})
}

fn targets(folder: &Folder, line: &str, code: i32) -> Vec<String> {
    let report = folder.line(line).ends(code).report();
    let targets = report["targets"].as_array().unwrap().iter();
    targets.map(|it| it["target"]["source"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_nested_stack_is_judged_with_what_its_parent_passes_and_others_return() {
    let folder = Folder::new("nested-passes");
    folder.write("stacks/service.json", service().to_string());
    let version = json!({"AWSTemplateFormatVersion": "2010-09-09", "Parameters": {"Major": {"Type": "String"}}, "Resources": {},
        "Outputs": {"Tag": {"Value": {"Fn::Sub": "${Major}.7.0"}}}});
    folder.write("stacks/version.json", version.to_string());
    let service = "stacks/service.json";
    let parent = |tag: &Value| {
        let resources = json!({
            "Web": stack(&json!(service), &json!({"Tag": tag})),
            "Version": stack(&json!("stacks/version.json"), &json!({"Major": 2})),
            "Off": {"Type": "AWS::CloudFormation::Stack", "Condition": "Never",
                "Properties": {"TemplateURL": "stacks/service.json"}},
        });
        let conditions = json!({"Never": {"Fn::Equals": ["a", "b"]}});
        json!({"Conditions": conditions, "Resources": resources}).to_string()
    };
    let line = "image parent.json --replay account.json -o json";
    folder.write("parent.json", parent(&json!("2.7.0")));
    folder.line(line).ends(0).says("storefront:2.7.0");
    folder.write("parent.json", parent(&json!({"Fn::GetAtt": ["Version", "Outputs.Tag"]})));
    folder.line(line).ends(0).says("storefront:2.7.0");
    // What is not known is not the default.
    folder.write("parent.json", parent(&json!({"Fn::GetAtt": ["Version", "Outputs.Other"]})));
    let said = folder.line(line).ends(3);
    said.says("the template of the nested stack Version has no output `Other`");
    folder.write("parent.json", parent(&json!({"Fn::ImportValue": "tag"})));
    folder.line(line).ends(3).says("`!ImportValue tag` is exported by another stack");
    // The finding is in the file of the nested stack.
    folder.line("image parent.json --replay account.json").says("stacks/service.json:1:");
}

#[test]
fn every_nested_definition_is_a_target_that_has_the_names_of_its_stacks() {
    let folder = Folder::new("nested-names");
    folder.write("service.json", service().to_string());
    let passed = json!({"Tag": "2.7.0"});
    let inner = json!({"Resources": {"Web": stack(&json!("service.json"), &passed)}});
    folder.write("inner.json", inner.to_string());
    let mut parent = json!({"Resources": {
        "A": stack(&json!("./inner.json"), &json!({})),
        "B": {"Type": "AWS::Serverless::Application",
            "Properties": {"Location": "service.json", "Parameters": passed}},
    }});
    let line = "image parent.json --replay account.json -o json";
    folder.write("parent.json", parent.to_string());
    assert_eq!(targets(&folder, line, 0), ["parent.json#A/Web/Task", "parent.json#B/Task"]);
    // A template that deploys itself never ends.
    parent["Resources"]["C"] = stack(&json!("parent.json"), &json!({}));
    folder.write("parent.json", parent.to_string());
    folder.line(line).ends(2).says("nests stacks more than 8 levels deep");
}

#[test]
fn a_nested_stack_of_the_cdk_is_read_from_the_folder() {
    let folder = Folder::new("nested-cdk");
    let url = json!({"Fn::Sub": "https://s3.${AWS::Region}.${AWS::URLSuffix}/assets/0f4c.json"});
    let mut nested = stack(&url, &json!({"Tag": "2.7.0"}));
    nested["Metadata"] = json!({"aws:asset:path": "Web.nested.template.json"});
    folder.write("cdk.out/web.json", json!({"Resources": {"Web": nested}}).to_string());
    folder.write("cdk.out/Web.nested.template.json", service().to_string());
    let artifact = json!({"type": "aws:cloudformation:stack",
        "environment": "aws://unknown-account/unknown-region", "properties": {"templateFile": "web.json"}});
    let manifest = json!({"version": "36.0.0", "artifacts": {"App": artifact}});
    folder.write("cdk.out/manifest.json", manifest.to_string());
    let line = "image cdk.out --replay account.json -o json";
    folder.line(line).ends(0).says("storefront:2.7.0");
    folder.write("cdk.out/Web.nested.template.json", "{");
    folder.line(line).ends(2).says("Web.nested.template.json");
}

#[test]
fn a_nested_stack_that_is_no_file_says_so() {
    let folder = Folder::new("nested-elsewhere");
    let resources =
        json!({"Web": stack(&json!("https://s3.amazonaws.com/b/web.json"), &json!({}))});
    folder.write("parent.json", json!({"Resources": resources}).to_string());
    let line = "image parent.json --replay account.json";
    folder.line(line).ends(2).says("but nested stacks");
    // What it returns is not known.
    let mut both = service();
    both["Resources"]["Web"] = resources["Web"].clone();
    let image = json!({"Fn::GetAtt": ["Web", "Outputs.Image"]});
    both["Resources"]["Task"]["Properties"]["ContainerDefinitions"][0]["Image"] = image;
    folder.write("parent.json", both.to_string());
    folder.line(line).ends(3).says("is no file here, but https://s3.amazonaws.com/b/web.json");
    let mut uncertain = json!({"Parameters": {"Env": {"Type": "String"}},
        "Conditions": {"Prod": {"Fn::Equals": [{"Ref": "Env"}, "prod"]}},
        "Resources": {"Web": stack(&json!("service.json"), &json!({}))}});
    uncertain["Resources"]["Web"]["Condition"] = json!("Prod");
    folder.write("service.json", service().to_string());
    folder.write("parent.json", uncertain.to_string());
    folder.line(line).ends(2).says("whether the nested stack Web is created is not known");
    folder.line(&format!("{line} --parameter Env=test")).ends(2).says("creates no");
}

#[test]
fn a_role_of_one_nested_stack_is_judged_for_the_definition_in_another() {
    let folder = Folder::new("nested-role");
    let trust = json!({"Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole",
        "Principal": {"Service": "ecs-tasks.amazonaws.com"}}]});
    let roles = |action: &str| {
        let statement = json!({"Effect": "Allow", "Action": action, "Resource": "*"});
        let policy = json!({"PolicyName": "own", "PolicyDocument": {"Statement": [statement]}});
        let role = json!({"Type": "AWS::IAM::Role",
            "Properties": {"AssumeRolePolicyDocument": trust, "Policies": [policy]}});
        let outputs = json!({"Arn": {"Value": {"Fn::GetAtt": ["Role", "Arn"]}}});
        json!({"Resources": {"Role": role}, "Outputs": outputs}).to_string()
    };
    let mut task = service();
    task["Parameters"]["RoleArn"] = json!({"Type": "String"});
    task["Resources"]["Task"]["Properties"]["ExecutionRoleArn"] = json!({"Ref": "RoleArn"});
    folder.write("service.json", task.to_string());
    let arn = json!({"Fn::GetAtt": ["Roles", "Outputs.Arn"]});
    let parent = json!({"Resources": {
        "Roles": stack(&json!("roles.json"), &json!({})),
        "Web": stack(&json!("service.json"), &json!({"Tag": "2.7.0", "RoleArn": arn})),
    }});
    folder.write("parent.json", parent.to_string());
    let run = |action: &str| {
        folder.write("roles.json", roles(action));
        folder.line("image parent.json --replay account.json -o json")
    };
    assert_eq!(run("*").results("fail"), []);
    let fails = run("s3:GetObject").ends(1).results("fail");
    assert!(fails.iter().any(|(.., it)| it.contains("Roles-Role-of-this-template")), "{fails:?}");
}

#[test]
fn the_definitions_of_a_nested_stack_without_its_template_are_unknown_by_its_name() {
    let folder = Folder::new("nested-unseen");
    let mut parent = service();
    parent["Resources"]["Worker"] = stack(&json!("worker.json"), &json!({}));
    parent["Parameters"]["Tag"]["Default"] = json!("2.7.0");
    folder.write("parent.json", parent.to_string());
    let line =
        "verify parent.json --replay account.json --only definition-nested-stacks,image-exists";
    let said = folder.line(&format!("{line} -o json")).ends(3);
    let [(id, _, message)] = &said.results("unknown")[..] else { panic!("{}", said.out) };
    assert_eq!(id, "definition-nested-stacks");
    assert!(message.contains("the template of the nested stack Worker is not in worker.json"));
    assert_eq!(said.results("pass").len(), 1, "{}", said.out);
    // Offline, too.
    folder.line("definition parent.json").ends(3).says("nested stack Worker");
    // With its template nothing is left out.
    folder.write("worker.json", service().to_string());
    folder.line("definition parent.json").never_says("nested stack Worker");
    parent["Resources"].as_object_mut().unwrap().remove("Task");
    parent["Resources"]["Worker"]["Properties"]["TemplateURL"] = json!("gone.json");
    folder.write("parent.json", parent.to_string());
    folder.line("verify parent.json --replay account.json").ends(2).says("is not in gone.json");
}

#[test]
fn a_nested_template_in_s3_is_known_once_its_file_is_passed_too() {
    let folder = Folder::new("nested-beside");
    let url = json!({"Fn::Sub": "https://${Bucket}.s3.amazonaws.com/infra/service.json"});
    let web = stack(&url, &json!({"Tag": "2.7.0"}));
    let parent = json!({"Parameters": {"Bucket": {"Type": "String"}}, "Resources": {"Web": web}});
    folder.write("root.json", parent.to_string());
    folder.write("service.json", service().to_string());
    let with = |more: &str| {
        folder.line(&format!("verify {more} --replay account.json --only image-exists,definition"))
    };
    // Passing what the error names is enough, in any order, and it is judged once.
    with("root.json").ends(2).says("pass the template of the nested stack");
    for order in ["root.json service.json", "service.json root.json"] {
        let said = folder
            .line(&format!("image {order} --replay account.json -o json"))
            .ends(0)
            .says("storefront:2.7.0");
        let report = said.report();
        assert_eq!(report["target"]["source"], "root.json", "{}", said.out);
    }
    with("root.json service.json").says("assuming that service.json is the template of");
    // Of two files, the one of the same folder is meant.
    folder.write("infra/service.json", service().to_string());
    with("root.json service.json infra/service.json").says("assuming that infra/service.json");
}

#[test]
fn a_nested_template_without_a_definition_makes_nothing_unknown() {
    let folder = Folder::new("nested-beside-vpc");
    let mut parent = service();
    parent["Parameters"]["Tag"]["Default"] = json!("2.7.0");
    let url = "https://s3.amazonaws.com/bucket/vpc.json";
    parent["Resources"]["Vpc"] = stack(&json!(url), &json!({"Cidr": "10.0.0.0/16"}));
    folder.write("root.json", parent.to_string());
    let vpc = |parameter: &str| {
        let parameters = json!({parameter: {"Type": "String"}});
        json!({"Parameters": parameters, "Resources": {"Vpc": {"Type": "AWS::EC2::VPC"}}})
            .to_string()
    };
    folder.write("vpc.json", vpc("Cidr"));
    let said = folder.line("definition root.json").ends(3);
    said.says("root.json:1:").says("Pass vpc.json as another TASKDEF");
    folder.line("definition root.json vpc.json").ends(0).says("assuming that vpc.json is");
    folder.line("definition root.json vpc.json --strict").ends(1);
    folder.line("definition root.json --allow-unknown=definition-nested-stacks").ends(0);
    // Two words are a flag and a task definition.
    let line = "definition root.json --allow-unknown definition-nested-stacks";
    folder.line(line).ends(2).says("Write --allow-unknown=definition-nested-stacks");
    // On its own, it is still no input; nor is one that no stack has.
    folder.line("definition vpc.json").ends(2).says("creates no AWS::ECS::TaskDefinition");
    folder.write("other.json", vpc("Cidr"));
    folder.line("definition root.json other.json").ends(2).says("other.json:1:1");
    // CloudFormation would refuse this one.
    folder.write("vpc.json", vpc("Range"));
    folder.line("definition root.json vpc.json").ends(3).says("it has no parameter `Cidr`");
}

#[test]
fn a_template_whose_nested_stack_is_not_deployed_is_judged_on_its_own() {
    let folder = Folder::new("nested-beside-off");
    let mut own = service();
    own["Parameters"]["Tag"]["Default"] = json!("2.7.0");
    let mut parent = own.clone();
    let mut worker = stack(&json!("worker.json"), &json!({}));
    folder.write("worker.json", own.to_string());
    parent["Resources"]["Worker"] = worker.clone();
    folder.write("root.json", parent.to_string());
    let line = "image root.json worker.json --replay account.json -o json";
    assert_eq!(targets(&folder, line, 0), ["root.json#Task", "root.json#Worker/Task"]);
    worker["Condition"] = json!("Never");
    parent["Conditions"] = json!({"Never": {"Fn::Equals": ["a", "b"]}});
    parent["Resources"]["Worker"] = worker;
    folder.write("root.json", parent.to_string());
    assert_eq!(targets(&folder, line, 0), ["root.json", "worker.json"]);
    // Templates that only nest each other are all read.
    for (file, other) in [("a.json", "b.json"), ("b.json", "a.json")] {
        let resources = json!({"Other": stack(&json!(other), &json!({}))});
        folder.write(file, json!({"Resources": resources}).to_string());
    }
    folder.line("image a.json b.json --replay account.json").ends(2).says("8 levels deep");
}
