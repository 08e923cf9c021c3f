use std::collections::BTreeMap;

use super::*;
use crate::document::node::{Node, Value};
use crate::document::{Role, RunContext, TaskDefinition};

/// A template with one task definition, of which a test writes one property.
fn template(property: &str) -> String {
    format!(
        r"
Parameters:
  Image: {{Type: String}}
  Tag: {{Type: String, Default: 1.2}}
  Cpu: {{Type: Number, Default: 256}}
  Subnets: {{Type: CommaDelimitedList, Default: 'subnet-1, subnet-2'}}
  Ami: {{Type: 'AWS::SSM::Parameter::Value<String>', Default: /ami}}
  Stage: {{Type: String, Default: prod}}
  Zone: {{Type: String}}
  Size: {{Type: String, Default: huge, AllowedValues: [small, large]}}
  Sizes: {{Type: CommaDelimitedList, Default: 'small, huge', AllowedValues: [small, large]}}
  Large: {{Type: String, Default: large, AllowedValues: [small, large]}}
  Half: {{Type: Number, Default: '0.50', AllowedValues: [0.5, 1]}}
Mappings:
  Sizes:
    prod: {{Memory: '1024', Ports: [80, 81]}}
Conditions:
  IsProd: !Equals [!Ref Stage, prod]
  IsTest: !Not [!Condition IsProd]
  IsOpen: !Equals [!Ref Zone, a]
  Both: !And [!Condition IsProd, !Condition IsOpen]
  Never: !And [!Condition IsTest, !Condition IsOpen]
  Either: !Or [!Condition IsOpen, !Condition IsProd]
  Circle: !Not [!Condition Circle]
  NotTwo: !Not [!Condition IsProd, !Condition IsProd]
  AndOne: !And [!Condition IsTest]
  OrNone: !Or []
Resources:
  Role: {{Type: 'AWS::IAM::Role'}}
  Table: {{Type: 'AWS::DynamoDB::Table'}}
  Task:
    Type: AWS::ECS::TaskDefinition
    Properties:
      {property}
      ContainerDefinitions: []
"
    )
}

pub(super) fn known() -> Surroundings {
    Surroundings {
        region: Some("eu-west-1".parse().unwrap()),
        account: Some("111122223333".into()),
        parameters: BTreeMap::new(),
        ..Surroundings::default()
    }
}

fn read(text: &str) -> Vec<Declared> {
    let source = Source::read("stack.yaml", Role::Definition, text.as_bytes()).unwrap();
    declared(&source, &known()).unwrap_or_else(|error| panic!("{error}"))
}

/// The value of the family that is written so: the text, or `?` and why it is not known.
fn family(written: &str) -> String {
    let declared = read(&template(&format!("Family: {written}")));
    shown(declared[0].definition.root.get("family"))
}

pub(super) fn shown(node: Option<&Node>) -> String {
    match node.map(|it| &it.value) {
        None => "nothing".into(),
        Some(Value::Text(text)) => text.clone(),
        Some(Value::Unresolved(it)) => format!("? {} ({})", it.text, it.why),
        Some(other) => format!("{other:?}"),
    }
}

#[test]
fn an_expression_that_is_known_has_its_value() {
    for (written, value) in [
        ("web", "web"),
        ("!Ref Tag", "1.2"),
        ("!Ref Large", "large"),
        ("!Ref Half", "0.50"),
        ("{Ref: Tag}", "1.2"),
        ("!Ref AWS::Region", "eu-west-1"),
        (
            "!Sub '${AWS::AccountId}.dkr.ecr.${AWS::Region}.${AWS::URLSuffix}/web:${Tag}'",
            "111122223333.dkr.ecr.eu-west-1.amazonaws.com/web:1.2",
        ),
        ("!Sub ['${A}-${Tag}', {A: !Ref Stage}]", "prod-1.2"),
        ("!Sub 'a${!Literal}b'", "a${Literal}b"),
        ("!Join ['-', [a, !Ref Tag, 3]]", "a-1.2-3"),
        ("!Join ['/', !Ref Subnets]", "subnet-1/subnet-2"),
        ("!Select [1, !Ref Subnets]", "subnet-2"),
        ("!Select ['1', !Split ['.', !Ref Tag]]", "2"),
        ("!FindInMap [Sizes, !Ref Stage, Memory]", "1024"),
        ("!FindInMap [Sizes, dev, Memory, {DefaultValue: '512'}]", "512"),
        ("!If [IsProd, !Ref Tag, b]", "1.2"),
        ("!If [IsTest, a, !Ref Tag]", "1.2"),
        ("!If [Never, a, b]", "b"),
        ("!If [Either, a, b]", "a"),
        ("!If [IsOpen, a, a]", "a"),
        ("!Ref Role", "Role-of-this-template"),
        ("!GetAtt Role.Arn", "arn:aws:iam::111122223333:role/Role-of-this-template"),
        ("!GetAtt [Role, Arn]", "arn:aws:iam::111122223333:role/Role-of-this-template"),
        ("{'Fn::Join': ['', [a, {'Fn::Sub': '${Tag}'}]]}", "a1.2"),
    ] {
        assert_eq!(family(written), value, "{written}");
    }
}

#[test]
fn an_expression_that_is_not_known_says_why() {
    for (written, value) in [
        (
            "!Ref Image",
            "? ${Image} (the parameter `Image` has no default: pass --parameter Image=VALUE)",
        ),
        (
            "!Sub 'repo/${Image}:1'",
            "? repo/${Image}:1 (the parameter `Image` has no default: pass --parameter Image=VALUE)",
        ),
        (
            "!Join [':', [web, !Ref Image]]",
            "? web:${Image} (the parameter `Image` has no default: pass --parameter Image=VALUE)",
        ),
        ("!Ref Ami", "? ${Ami} (the parameter `Ami` has the value of the SSM parameter /ami)"),
        (
            "!Ref AWS::StackName",
            "? ${AWS::StackName} (the name of the stack is not known: pass --parameter AWS::StackName=NAME)",
        ),
        (
            "!Ref Nobody",
            "? ${Nobody} (the template has neither a parameter nor a resource `Nobody`)",
        ),
        (
            "!ImportValue net-role",
            "? ${ImportValue} (`!ImportValue net-role` is exported by another stack)",
        ),
        (
            "!If [IsOpen, a, b]",
            "? ${If IsOpen} (the condition `IsOpen` cannot be determined: the parameter `Zone` has no default: pass --parameter Zone=VALUE)",
        ),
        (
            "!If [Both, a, b]",
            "? ${If Both} (the condition `Both` cannot be determined: the parameter `Zone` has no default: pass --parameter Zone=VALUE)",
        ),
        ("!If [Circle, a, b]", "? ${If Circle} (the condition `Circle` cannot be determined)"),
        ("!If [Nobody, a, b]", "? ${If Nobody} (the template has no condition `Nobody`)"),
        (
            "!Ref Size",
            "? ${Size} (the value of the parameter `Size` is not among its AllowedValues)",
        ),
        (
            "!Base64 a",
            "? ${Base64} (`!Base64` has a value only when CloudFormation deploys the template)",
        ),
        (
            "!FindInMap [Sizes, dev, Memory]",
            "? ${Sizes} (the mapping `Sizes` has no value for `dev` and `Memory`)",
        ),
        (
            "'{{resolve:ssm:/family}}'",
            "? ${resolve} (CloudFormation resolves `{{resolve:…}}` when it deploys)",
        ),
    ] {
        assert_eq!(family(written), value, "{written}");
    }
}

#[test]
fn a_broken_expression_is_not_known_and_never_nothing() {
    for written in [
        "{Ref: [a]}",
        "!Sub [a, b, c]",
        "!Sub 'a${'",
        "!Join [a]",
        "!Select [9, [a]]",
        "!Select [x, !Ref Subnets]",
        "!Split [a]",
        "!If [IsProd]",
        "!FindInMap [a]",
        "{'Fn::Sub': 1}",
        "{'Fn::Whatever': {}}",
        "!Ref ''",
        "!GetAtt []",
        "!Join ['', [[a]]]",
        "!If [Nobody, a, a]",
        "!If [NotTwo, a, b]",
        "!If [AndOne, a, b]",
        "!If [OrNone, a, b]",
        "!Ref Size",
        "!Ref Sizes",
    ] {
        assert!(family(written).starts_with('?'), "{written}: {}", family(written));
    }
    assert_eq!(
        shown(read(&template("Cpu: !Ref AWS::NoValue"))[0].definition.root.get("cpu")),
        "nothing"
    );
}

#[test]
fn properties_become_fields_of_the_type_that_the_api_takes_and_keep_their_place() {
    let text = r"
Resources:
  Task:
    Type: AWS::ECS::TaskDefinition
    Properties:
      Family: web
      Cpu: 256
      Volumes:
        - Name: data
          EFSVolumeConfiguration: {FilesystemId: fs-1, TransitEncryption: ENABLED}
      ContainerDefinitions:
        - Name: app
          Image: web:1
          Memory: '512'
          Essential: 'true'
          Privileged: no
          PortMappings: [{ContainerPort: '80'}]
          Environment: [{Name: A, Value: 1}]
          LogConfiguration: {LogDriver: awslogs, Options: {awslogs-group: g, Mode: 1}}
          DockerLabels: {Team: a}
          cpu: 10
";
    let definition = &read(text)[0].definition;
    let task = TaskDefinition::from_source(definition).unwrap();
    assert_eq!(task.cpu.get().unwrap().map(String::as_str), Some("256"));
    let containers = definition.root.get("containerDefinitions").unwrap();
    let app = &containers.items()[0];
    let image = app.get("image").unwrap();
    assert_eq!(image.place.to_string(), "stack.yaml:13:18");
    assert_eq!(image.place.subject(), "/Resources/Task/Properties/ContainerDefinitions/0/Image");
    assert!(
        matches!(&app.get("memory").unwrap().value, Value::Number(it) if it.as_i64() == Some(512))
    );
    assert_eq!(app.get("essential").unwrap().value, Value::Bool(true));
    assert_eq!(app.get("privileged").unwrap().value, Value::Bool(false));
    let options = app.get("logConfiguration").unwrap().get("options").unwrap();
    assert_eq!(shown(options.get("Mode")), "1");
    assert!(options.has("awslogs-group") && app.get("dockerLabels").unwrap().has("Team"));
    // CloudFormation refuses a property in camelCase.
    assert!(shown(app.get("cpu")).contains("write `Cpu`"));
    let efs = definition.root.get("volumes").unwrap().items()[0].get("efsVolumeConfiguration");
    assert!(efs.unwrap().has("fileSystemId"));
    let kind = crate::document::kind::Kind::Input;
    let complaints = crate::document::shape::examine_definition(&definition.root, kind);
    let places: Vec<String> = complaints.iter().map(|it| it.place.to_string()).collect();
    assert_eq!(places, ["stack.yaml:21:16"], "{complaints:?}");
}

#[test]
fn a_service_is_the_launch_input_of_its_definition() {
    let text = r#"{"Resources": {
        "Web": {"Type": "AWS::ECS::TaskDefinition", "Properties": {"Family": "web", "ContainerDefinitions": []}},
        "Job": {"Type": "AWS::ECS::TaskDefinition", "Properties": {"ContainerDefinitions": []}},
        "Off": {"Type": "AWS::ECS::TaskDefinition", "Condition": "No", "Properties": {}},
        "Api": {"Type": "AWS::ECS::Service", "Properties": {"TaskDefinition": {"Ref": "Web"}, "LaunchType": "FARGATE",
            "DesiredCount": "2", "PlacementStrategies": [{"Type": "spread"}],
            "NetworkConfiguration": {"AwsvpcConfiguration": {"Subnets": ["subnet-1", {"Ref": "AWS::NoValue"}]}}}}},
        "Conditions": {"No": {"Fn::Equals": ["a", "b"]}}}"#;
    let found = read(text);
    let names: Vec<&str> = found.iter().map(|it| it.name.as_str()).collect();
    assert_eq!(names, ["Web", "Job"]);
    assert!(found[1].service.is_none());
    assert!(shown(found[1].definition.root.get("family")).contains("CloudFormation makes one"));
    let context = RunContext::declared_service(found[0].service.as_ref().unwrap());
    assert_eq!(context.request.launch_type.get().unwrap().map(String::as_str), Some("FARGATE"));
    assert_eq!(context.request.desired_count.get().unwrap(), Some(&2));
    assert_eq!(context.request.placement_strategy.items().unwrap().len(), 1);
    let subnets = context.network.subnets.items().unwrap();
    assert_eq!(subnets.len(), 1);
    assert_eq!(
        subnets[0].place.subject(),
        "stack.yaml#/Resources/Api/Properties/NetworkConfiguration/AwsvpcConfiguration/Subnets/0"
    );
}

#[test]
fn a_definition_of_several_services_is_judged_for_each() {
    let text = r"
Resources:
  Web: {Type: 'AWS::ECS::TaskDefinition', Properties: {Family: web, ContainerDefinitions: []}}
  A: {Type: 'AWS::ECS::Service', Properties: {TaskDefinition: !Ref Web}}
  B: {Type: 'AWS::ECS::Service', Properties: {TaskDefinition: !GetAtt Web.TaskDefinitionArn}}
  C: {Type: 'AWS::ECS::Service', Properties: {TaskDefinition: other:1}}
";
    let found = read(text);
    let names: Vec<&str> = found.iter().map(|it| it.name.as_str()).collect();
    assert_eq!(names, ["Web for A", "Web for B"]);
}

#[test]
fn what_the_template_creates_is_not_looked_for_under_its_name() {
    let text = r"
Parameters: {Name: {Type: String, Default: web}}
Resources:
  Group: {Type: 'AWS::Logs::LogGroup', Properties: {LogGroupName: !Sub '/ecs/${Name}'}}
  Role: {Type: 'AWS::IAM::Role', Properties: {RoleName: exec}}
  Secret: {Type: 'AWS::SecretsManager::Secret', Properties: {Name: prod/db}}
  Parameter: {Type: 'AWS::SSM::Parameter', Properties: {Name: /prod/url}}
  Repository: {Type: 'AWS::ECR::Repository', Properties: {RepositoryName: team/web}}
  Web:
    Type: AWS::ECS::TaskDefinition
    Properties:
      Family: web
      ExecutionRoleArn: arn:aws:iam::111122223333:role/exec
      TaskRoleArn: arn:aws:iam::111122223333:role/other-exec
      ContainerDefinitions:
        - Name: web
          Image: 111122223333.dkr.ecr.eu-west-1.amazonaws.com/team/web:1
          Secrets:
            - {Name: A, ValueFrom: 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:prod/db'}
            - {Name: B, ValueFrom: 'prod/url'}
            - {Name: C, ValueFrom: 'prod/url2'}
          LogConfiguration: {LogDriver: awslogs, Options: {awslogs-group: /ecs/web}}
";
    let source = Source::read("stack.yaml", Role::Definition, text.as_bytes()).unwrap();
    // Without the account, its ARNs are not known, so that nothing describes what is created.
    for account in [known().account, None] {
        let known = Surroundings { account, ..known() };
        let root = &declared(&source, &known).unwrap()[0].definition.root;
        let app = &root.get("containerDefinitions").unwrap().items()[0];
        let secrets = app.get("secrets").unwrap().items();
        let options = app.get("logConfiguration").unwrap().get("options").unwrap();
        let is_marked = |node: Option<&Node>| shown(node).contains("this template creates");
        assert!(is_marked(app.get("image")));
        assert_eq!(is_marked(root.get("executionRoleArn")), known.account.is_none());
        for described in
            [secrets[0].get("valueFrom"), secrets[1].get("valueFrom"), options.get("awslogs-group")]
        {
            assert_eq!(is_marked(described), known.account.is_none(), "{}", shown(described));
        }
        for other in [root.get("taskRoleArn"), secrets[2].get("valueFrom"), app.get("name")] {
            assert!(!shown(other).starts_with('?'), "{}", shown(other));
        }
    }
    let named: Vec<String> = described(&source, &known()).into_iter().map(|it| it.arn).collect();
    assert_eq!(
        named,
        [
            "arn:aws:logs:eu-west-1:111122223333:log-group:/ecs/web",
            "arn:aws:secretsmanager:eu-west-1:111122223333:secret:prod/db-000000",
            "arn:aws:ssm:eu-west-1:111122223333:parameter/prod/url",
        ]
    );
}

#[test]
fn a_parameter_is_taken_from_the_flag_before_its_default() {
    let source = Source::read(
        "a.yaml",
        Role::Definition,
        template("Family: !Sub '${Tag}-${AWS::StackName}'").as_bytes(),
    );
    let parameters = [("Tag", "2.0"), ("AWS::StackName", "web")];
    let parameters = parameters.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let known = Surroundings { parameters: parameters.into(), ..known() };
    let found = declared(&source.unwrap(), &known).unwrap();
    assert_eq!(shown(found[0].definition.root.get("family")), "2.0-web");
}

#[test]
fn a_template_without_a_definition_says_what_to_pass() {
    for (text, said) in [
        ("Resources: {A: {Type: 'AWS::S3::Bucket'}}", "pass the template that creates"),
        ("Resources: {A: {Type: 'AWS::CloudFormation::Stack'}}", "nested stack"),
        ("Resources: {'Fn::ForEach::A': [a, [], {}], B: {Type: x}}", "processed template"),
        (
            "Transform: [AWS::Serverless-2016-10-31, Mine]\nResources: {A: {Type: 'AWS::ECS::TaskDefinition'}}",
            "`Mine` rewrites",
        ),
    ] {
        let source = Source::read("a.yaml", Role::Definition, text.as_bytes()).unwrap();
        let error = declared(&source, &known()).unwrap_err().to_string();
        assert!(error.contains(said), "{error}");
    }
}

#[test]
fn expressions_that_grow_without_end_are_cut() {
    let sub = "${X}".repeat(2000);
    let text = format!(
        "Parameters: {{X: {{Type: String, Default: '{}'}}}}\nResources:\n  T:\n    Type: AWS::ECS::TaskDefinition\n    Properties:\n      Family: !Sub '{sub}'\n      ContainerDefinitions: []\n",
        "y".repeat(100_000)
    );
    let found = read(&text);
    assert!(shown(found[0].definition.root.get("family")).starts_with('?'));
}

#[test]
fn a_role_of_the_template_has_the_policies_that_the_template_attaches() {
    let text = r"
Resources:
  Exec:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument: {Statement: [{Effect: Allow, Principal: {Service: ecs-tasks.amazonaws.com}, Action: 'sts:AssumeRole'}]}
      ManagedPolicyArns: ['arn:aws:iam::aws:policy/A', !Ref Own]
      Policies:
        - PolicyName: secrets
          PolicyDocument:
            Version: 2012-10-17
            Statement:
              - {Effect: Allow, Action: 'secretsmanager:GetSecretValue', Resource: !Ref Secret}
              - {Effect: Allow, Action: 'kms:Decrypt', Resource: !GetAtt Key.Arn}
  Own: {Type: 'AWS::IAM::ManagedPolicy', Properties: {PolicyDocument: {Statement: {Effect: Allow, Action: a, Resource: '*'}}}}
  More: {Type: 'AWS::IAM::Policy', Properties: {PolicyDocument: {Statement: []}, Roles: [!Ref Exec]}}
  Other: {Type: 'AWS::IAM::Policy', Properties: {PolicyDocument: {Statement: []}, Roles: [!Ref Task]}}
  Foreign: {Type: 'AWS::IAM::RolePolicy', Properties: {PolicyDocument: {Statement: []}, RoleName: !ImportValue r}}
  Task: {Type: 'AWS::IAM::Role', Properties: {RoleName: task, Path: /app/}}
  Secret: {Type: 'AWS::SecretsManager::Secret'}
  Key: {Type: 'AWS::KMS::Key'}
";
    let source = Source::read("a.yaml", Role::Definition, text.as_bytes()).unwrap();
    let roles = roles(&source, &known());
    let [exec, task] = roles.as_slice() else { panic!("{roles:?}") };
    assert_eq!((&*task.name, &*task.arn), ("task", "arn:aws:iam::111122223333:role/app/task"));
    assert!(task.trust.is_err());
    assert!(exec.trust.as_ref().is_ok_and(|it| it["Statement"][0]["Action"] == "sts:AssumeRole"));
    assert_eq!(exec.attached, ["arn:aws:iam::aws:policy/A"]);
    let named: Vec<(&str, bool)> =
        exec.inline.iter().map(|(name, it)| (&**name, it.is_ok())).collect();
    assert_eq!(
        named,
        [
            ("secrets", true),
            ("secrets, statement 2", false),
            ("Own", true),
            ("More", true),
            ("Foreign", false)
        ]
    );
    let secrets = exec.inline[0].1.as_ref().unwrap();
    assert_eq!(secrets["Version"], "2012-10-17");
    assert_eq!(
        secrets["Statement"][0]["Resource"],
        "arn:aws:secretsmanager:eu-west-1:111122223333:secret:Secret-of-this-template-000000"
    );
    // Without an account nothing can name them.
    assert!(super::roles(&source, &Surroundings::default()).is_empty());
}
