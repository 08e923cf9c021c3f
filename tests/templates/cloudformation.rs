use serde_json::{Map, Value, json};

use crate::clumsy::program::{Folder, Said};

/// The properties of CloudFormation for these fields of the API.
fn properties(fields: &Value) -> Value {
    match fields {
        Value::Object(fields) => {
            let property = |(name, value): (&String, &Value)| match name.as_str() {
                // A map of names that ECS does not know.
                "options" => ("Options".to_owned(), value.clone()),
                name => (capital(name), properties(value)),
            };
            Value::Object(fields.iter().map(property).collect::<Map<_, _>>())
        }
        Value::Array(items) => items.iter().map(properties).collect(),
        // CloudFormation converts numbers and truths from text.
        Value::Number(number) => json!(number.to_string()),
        Value::Bool(truth) => json!(truth.to_string()),
        value => value.clone(),
    }
}

fn capital(name: &str) -> String {
    name[..1].to_uppercase() + &name[1..]
}

fn template(definition: &Value) -> Value {
    json!({"Resources": {
        "Task": {"Type": "AWS::ECS::TaskDefinition", "Properties": properties(definition)},
    }})
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
fn a_definition_in_a_template_has_the_results_of_the_same_definition_in_a_file() {
    let folder = Folder::new("template-same");
    for (name, code) in [("healthy.json", 0), ("broken.json", 1)] {
        let definition: Value = serde_json::from_str(&folder.read(name)).unwrap();
        folder.write("template.json", template(&definition).to_string());
        let run = |file: &str| {
            let line = ["verify", file, "--replay", "account.json", "-o", "json"];
            folder.run(&line).ends(code)
        };
        let (plain, templated) = (results(&run(name)), results(&run("template.json")));
        assert!(plain.len() > 20);
        assert_eq!(plain, templated, "{name}");
    }
}

#[test]
fn a_result_is_at_the_line_of_the_template_and_names_the_parameter_that_has_no_value() {
    let folder = Folder::new("template-place");
    folder.write(
        "stack.yaml",
        "Parameters:\n  Tag: {Type: String}\nResources:\n  Task:\n    Type: AWS::ECS::TaskDefinition\n    Properties:\n      Family: web\n      ContainerDefinitions:\n        - Name: web\n          Memory: 128\n          Image: !Sub '111122223333.dkr.ecr.eu-central-1.amazonaws.com/storefront:${Tag}'\n",
    );
    let run = |more: &str| folder.line(&format!("image stack.yaml --replay account.json{more}"));
    let open = run("").ends(3);
    open.says("stack.yaml:11:18")
        .says("the parameter `Tag` has no default: pass --parameter Tag=VALUE");
    run(" --parameter Tag=2.7.0").never_says("Tag").says("PASS");
    folder.write("parameters.json", r#"[{"ParameterKey": "Tag", "ParameterValue": "2.7.0"}]"#);
    run(" --parameters parameters.json").never_says("Tag").says("PASS");
    run(" --parameter Tag").ends(2).says("--parameter NAME=VALUE");
}

/// The demo's healthy definition with an execution role in the same template, which has this policy.
fn with_role(folder: &Folder, statement: &Value) -> Value {
    let mut template = template(&folder.healthy());
    let resources = template["Resources"].as_object_mut().unwrap();
    let arn = json!({"Fn::GetAtt": ["ExecutionRole", "Arn"]});
    resources["Task"]["Properties"]["ExecutionRoleArn"] = arn;
    let trust = json!({"Statement": [{
        "Effect": "Allow", "Principal": {"Service": "ecs-tasks.amazonaws.com"}, "Action": "sts:AssumeRole",
    }]});
    let policy = json!({"PolicyName": "own", "PolicyDocument": {"Statement": [statement]}});
    resources.insert(
        "ExecutionRole".into(),
        json!({"Type": "AWS::IAM::Role", "Properties":
            {"AssumeRolePolicyDocument": trust, "Policies": [policy]}}),
    );
    template
}

#[test]
fn a_role_of_the_template_is_judged_as_it_is_written() {
    let folder = Folder::new("template-role");
    let run = |statement: Value| {
        folder.write("template.json", with_role(&folder, &statement).to_string());
        folder.line("verify template.json --replay account.json -o json")
    };
    let about_role = |found: Vec<(String, String, String)>| -> Vec<String> {
        let of_role = found.into_iter().filter(|(_, _, message)| message.contains("ExecutionRole"));
        of_role.map(|(id, ..)| id).collect()
    };
    let mighty = run(json!({"Effect": "Allow", "Action": "*", "Resource": "*"}));
    assert_eq!(mighty.results("fail"), [], "{}", mighty.out);
    let passed = about_role(mighty.results("pass"));
    assert!(passed.iter().any(|id| id == "role-trust"), "{passed:?}");
    let helpless =
        run(json!({"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"})).ends(1);
    assert!(!about_role(helpless.results("fail")).is_empty(), "{}", helpless.out);
    // The role does not exist, so that no command can change it.
    helpless.never_says("aws iam put-role-policy --role-name ExecutionRole");
    let open = json!({"Effect": "Allow", "Action": "*", "Resource": {"Fn::ImportValue": "all"}});
    let open = run(open).ends(3);
    assert_eq!(open.results("fail"), [], "{}", open.out);
    open.says("`!ImportValue all` is exported by another stack");
}

/// The healthy definition with a log group, a secret and a bucket of the same template.
fn with_resources(folder: &Folder, secret: Value) -> Value {
    let everything = json!({"Effect": "Allow", "Action": "*", "Resource": "*"});
    let mut template = with_role(folder, &everything);
    let resources = template["Resources"].as_object_mut().unwrap();
    let task = &mut resources["Task"]["Properties"];
    let options = &mut task["ContainerDefinitions"][0]["LogConfiguration"]["Options"];
    options["awslogs-group"] = json!("/ecs/new");
    task["ContainerDefinitions"][0]["Secrets"][1]["ValueFrom"] = json!({"Ref": "Secret"});
    let group = json!({"Type": "AWS::Logs::LogGroup", "Properties": {"LogGroupName": "/ecs/new"}});
    resources.insert("Group".into(), group);
    resources.insert(
        "Secret".into(),
        json!({"Type": "AWS::SecretsManager::Secret", "Properties": secret}),
    );
    template
}

#[test]
fn a_log_group_and_a_secret_of_the_template_exist_as_they_are_written() {
    let folder = Folder::new("template-resources");
    for secret in [
        json!({"Name": "web/new", "GenerateSecretString": {}}),
        json!({"GenerateSecretString": {}}),
    ] {
        folder.write("template.json", with_resources(&folder, secret).to_string());
        let said = folder.line("verify template.json --replay account.json -o json");
        assert_eq!(said.results("fail"), [], "{}", said.out);
        let passed = said.results("pass");
        for id in ["log-group-exists", "secret-exists"] {
            let of_new = |(it, _, message): &(String, String, String)| {
                it == id && (message.contains("/ecs/new") || message.contains(":secret:"))
            };
            assert!(passed.iter().any(of_new), "{id}: {passed:?}");
        }
    }
    let valueless = with_resources(&folder, json!({"Name": "web/new"}));
    folder.write("template.json", valueless.to_string());
    let said = folder.line("verify template.json --replay account.json -o json").ends(3);
    said.says("the template gives the secret web/new no value");
}

#[test]
fn what_else_the_template_creates_is_unknown_and_never_missing() {
    let folder = Folder::new("template-created");
    let mut template = with_resources(&folder, json!({"GenerateSecretString": {}}));
    let resources = template["Resources"].as_object_mut().unwrap();
    let bucket = json!({"BucketName": "storefront-config"});
    resources.insert("Bucket".into(), json!({"Type": "AWS::S3::Bucket", "Properties": bucket}));
    folder.write("template.json", template.to_string());
    let said = folder.line("verify template.json --replay account.json -o json").ends(3);
    assert_eq!(said.results("fail"), [], "{}", said.out);
    said.says("this template creates Bucket (AWS::S3::Bucket), on which");
}

#[test]
fn a_condition_is_decided_by_the_parameters_that_are_passed() {
    let folder = Folder::new("template-condition");
    let mut conditional = template(&folder.healthy());
    conditional["Parameters"] = json!({"Env": {"Type": "String", "Default": "dev"}});
    conditional["Conditions"] = json!({"IsProd": {"Fn::Equals": [{"Ref": "Env"}, "prod"]}});
    conditional["Resources"]["Task"]["Condition"] = json!("IsProd");
    folder.write("template.json", conditional.to_string());
    let run = |more: &str| folder.line(&format!("image template.json --replay account.json{more}"));
    run(" --parameter Env=prod").ends(0);
    run("").ends(2).says("creates no AWS::ECS::TaskDefinition");
}

#[test]
fn a_role_that_two_templates_write_differently_is_unknown() {
    let folder = Folder::new("template-twice");
    let all = |effect: &str| json!({"Effect": effect, "Action": "*", "Resource": "*"});
    folder.write("a.json", with_role(&folder, &all("Allow")).to_string());
    folder.write("b.json", with_role(&folder, &all("Deny")).to_string());
    let said = folder.line("verify a.json b.json --replay account.json -o json").ends(3);
    said.says("differently: pass them in separate runs");
}

#[test]
fn parameters_are_compared_with_all_templates() {
    let folder = Folder::new("template-parameters");
    let with = |name: &str| {
        let mut with = template(&folder.healthy());
        with["Parameters"] = json!({name: {"Type": "String"}});
        with["Resources"]["Task"]["Properties"]["Family"] = json!({"Ref": name});
        with.to_string()
    };
    folder.write("a.json", with("One"));
    folder.write("b.json", with("Two"));
    let line = "image a.json b.json --replay account.json --parameter One=a";
    folder.line(&format!("{line} --parameter Two=b")).ends(0);
    folder.line(&format!("{line} --parameter Three=c")).ends(2).says("no parameter `Three`");
}

#[test]
fn every_definition_of_a_template_is_a_target_with_its_service() {
    let folder = Folder::new("template-targets");
    folder.write(
        "stack.yaml",
        "
Resources:
  Web:
    Type: AWS::ECS::TaskDefinition
    Properties: {Family: web, NetworkMode: awsvpc, ContainerDefinitions: [{Name: web, Image: nginx, Memory: 128}]}
  Worker:
    Type: AWS::ECS::TaskDefinition
    Properties: {Family: worker, Cpu: 256, Memory: 512, ContainerDefinitions: [{Name: worker, Image: nginx}]}
  Service:
    Type: AWS::ECS::Service
    Properties: {TaskDefinition: !Ref Web, LaunchType: FARGATE}
",
    );
    let said = folder.line("definition stack.yaml -o json").ends(1);
    let report = said.report();
    let targets = report["targets"].as_array().unwrap();
    let named: Vec<(&str, &str)> = targets
        .iter()
        .map(|it| (it["target"]["source"].as_str().unwrap(), it["verdict"].as_str().unwrap()))
        .collect();
    // Fargate needs task sizes, and only the service is for Fargate.
    assert_eq!(named, [("stack.yaml#Web", "fail"), ("stack.yaml#Worker", "pass")]);
}

#[test]
fn a_template_in_the_wrong_place_is_named() {
    let folder = Folder::new("template-wrong");
    folder.write("stack.yaml", "Resources: {Bucket: {Type: 'AWS::S3::Bucket'}}");
    folder.line("verify stack.yaml").ends(2).says("creates no AWS::ECS::TaskDefinition");
    let said = folder.line("verify healthy.json --service-definition stack.yaml").ends(2);
    said.says("a CloudFormation template, not a service definition").says("pass it as TASKDEF");
    folder.write("task.yaml", "family: web\nexecutionRoleArn: !Ref Role\ncontainerDefinitions: []");
    folder.line("definition task.yaml").ends(2).says("task.yaml:2:19").says("`!Ref`");
}

#[test]
fn a_property_that_cloudformation_does_not_have_fails() {
    let folder = Folder::new("template-property");
    let run = |change: &dyn Fn(&mut Value)| {
        let mut template = template(&folder.healthy());
        let service = json!({"TaskDefinition": {"Ref": "Task"}, "Cluster": "main"});
        template["Resources"]["Service"] =
            json!({"Type": "AWS::ECS::Service", "Properties": service});
        change(&mut template["Resources"]);
        folder.write("template.json", template.to_string());
        folder.line("definition template.json")
    };
    let container = |it: &mut Value, name: &str| {
        it["Task"]["Properties"]["ContainerDefinitions"][0][name] = json!("x");
    };
    let said = run(&|it| container(it, "Hostnam")).ends(1);
    said.says("extraneous key [Hostnam] is not permitted").says("Write `Hostname`");
    let said = run(&|it| container(it, "hostname")).ends(1);
    said.says("CloudFormation has no property `hostname`").says("extraneous key [hostname]");
    run(&|it| it["Service"]["Properties"]["DesiredCnt"] = json!(1)).ends(1).says("DesiredCount");
    run(&|it| container(it, "User")).ends(0);
    // The same field in a file is refused by some clients only.
    let mut healthy = folder.healthy();
    healthy["containerDefinitions"][0]["hostnam"] = json!("x");
    folder.write("task.json", healthy.to_string());
    folder.line("definition task.json").ends(0).says("other tools ignore it");
}

#[test]
fn a_live_stack_that_refuses_an_update_fails() {
    let folder = Folder::new("stack-status");
    let task = json!({"Type": "AWS::ECS::TaskDefinition", "Properties": {"Family": "web",
        "ContainerDefinitions": [{"Name": "web", "Image": "nginx", "Memory": 128}]}});
    folder.write("stack.json", json!({"Resources": {"Task": task}}).to_string());
    let account: Value = serde_json::from_str(&folder.read("account.json")).unwrap();
    let run = |status: &str| {
        let mut account = account.clone();
        let key = json!({"region": "eu-central-1", "stack": "prod"});
        for (call, found) in [
            ("DescribeStacks", json!({"status": status, "parameters": {}})),
            ("ListStackResources", json!({})),
            ("GetTemplate", json!({})),
        ] {
            let call = format!("cloudformation:{call}");
            let fact = json!({"call": call, "key": key, "answer": {"Ok": {"found": found}}});
            account["facts"].as_array_mut().unwrap().push(fact);
        }
        folder.write("stacks.json", account.to_string());
        folder.line("verify stack.json --stack prod --replay stacks.json --only service-stack")
    };
    run("UPDATE_COMPLETE").ends(0);
    run("ROLLBACK_COMPLETE")
        .ends(1)
        .says("the stack prod is in ROLLBACK_COMPLETE, which accepts no update")
        .says("leads to ValidationError: Stack:... is in ROLLBACK_COMPLETE state")
        .says("Delete the stack, and create it again");
    run("REVIEW_IN_PROGRESS").ends(3);
}

#[test]
fn offline_only_what_a_flag_would_tell_is_unknown() {
    let folder = Folder::new("template-offline");
    let template = |group: &str| {
        format!(
            "Conditions: {{IsGov: !Equals [!Ref 'AWS::Partition', aws-us-gov]}}
Resources:
  LogGroup: {{Type: 'AWS::Logs::LogGroup'}}
  Task:
    Type: AWS::ECS::TaskDefinition
    Properties:
      Family: web
      TaskRoleArn: !If [IsGov, arn:aws-us-gov:iam::111122223333:role/web, !Ref 'AWS::NoValue']
      ContainerDefinitions:
        - Name: web
          Image: nginx
          Memory: 128
          LogConfiguration:
            LogDriver: awslogs
            Options: {{awslogs-group: {group}, awslogs-region: !Ref 'AWS::Region'}}
"
        )
    };
    folder.write("stack.yaml", template("!Ref LogGroup"));
    folder.line("definition stack.yaml --region eu-west-1").ends(0);
    let said = folder.line("definition stack.yaml -o json").ends(3);
    let unknown = said.results("unknown");
    assert!(!unknown.is_empty());
    for (_, _, message) in unknown {
        assert!(message.contains("the region is not known: pass --region"), "{message}");
    }
    // Only verify may read what another stack exports.
    folder.write("stack.yaml", template("!ImportValue logs"));
    let said = folder.line("definition stack.yaml --region eu-west-1").ends(3);
    said.says("Run verify, which reads what other stacks export");
}
