//! What is certain before the deployment, and what is not.

use super::cloudformation::{known, shown};
use super::*;
use crate::document::Role;
use crate::names::made_up;

/// A template with the task definition `T` of the family `web`, and these resources.
fn with(resources: &str) -> Source {
    let text = format!(
        r"
Parameters:
  P: {{Type: String}}
  Name: {{Type: String, Default: web}}
Conditions:
  Unknown: !Equals [!Ref P, a]
  No: !Equals [a, b]
Resources:
  T:
    Type: AWS::ECS::TaskDefinition
    Properties:
      Family: web
      ExecutionRoleArn: !GetAtt Role.Arn
      TaskRoleArn: arn:aws:iam::111122223333:role/named
      ContainerDefinitions:
        - Name: app
          LogConfiguration: {{LogDriver: awslogs, Options: {{awslogs-group: /ecs/web, other: !Ref Group}}}}
{resources}
"
    );
    Source::read("stack.yaml", Role::Definition, text.as_bytes()).unwrap()
}

#[test]
fn a_service_belongs_to_the_definition_that_its_value_names() {
    let other = "  U: {Type: 'AWS::ECS::TaskDefinition', Properties: {Family: batch, ContainerDefinitions: []}}\n";
    for (written, alone, of_two) in [
        ("!Ref T", "T", "T"),
        ("!Join ['', [!Ref T]]", "T", "T"),
        ("!Select [0, [!Ref T, !Ref U]]", "T", "T"),
        ("!Sub '${T}'", "T", "T"),
        ("!Sub '${T.TaskDefinitionArn}'", "T", "T"),
        ("web", "T", "T"),
        ("arn:aws:ecs:eu-west-1:111122223333:task-definition/web", "T", "T"),
        ("!Ref Name", "T", "T"),
        ("batch", "", "U"),
        ("'web:3'", "", ""),
        ("!Ref P", "T", "not known: the parameter `P` has no default"),
        ("!ImportValue task", "T", "not known: `!ImportValue task`"),
        ("!Ref AWS::NoValue", "has no TaskDefinition", "has no TaskDefinition"),
    ] {
        for (more, expected) in [("", alone), (other, of_two)] {
            let source = with(&format!(
                "{more}  S: {{Type: 'AWS::ECS::Service', Properties: {{TaskDefinition: {written}}}}}"
            ));
            match declared(&source, &known()) {
                Ok(found) => {
                    let with_service = found.iter().filter(|it| it.service.is_some());
                    let names: Vec<&str> = with_service.map(|it| it.name.as_str()).collect();
                    assert_eq!(names.join(" "), expected, "{written}");
                }
                Err(error) => {
                    let error = error.to_string();
                    let says = !expected.is_empty() && error.contains(expected);
                    assert!(says && error.starts_with("stack.yaml:"), "{written}: {error}");
                }
            }
        }
    }
    let external =
        "  S: {Type: 'AWS::ECS::Service', Properties: {DeploymentController: {Type: EXTERNAL}}}";
    assert!(declared(&with(external), &known()).unwrap()[0].service.is_none());
    let error = declared(&with("  S: {Type: 'AWS::ECS::Service', Properties: [a]}"), &known());
    let error = error.unwrap_err().to_string();
    assert!(error.starts_with("stack.yaml:18:") && error.contains("not an object"), "{error}");
}

#[test]
fn what_may_not_be_created_does_not_exist_for_certain() {
    for (condition, why) in [
        (
            "Unknown",
            "the condition `Unknown` cannot be determined: the parameter `P` has no default: pass --parameter P=VALUE",
        ),
        ("Nobody", "the template has no condition `Nobody`"),
    ] {
        let source = with(&format!(
            r"
  Role: {{Type: 'AWS::IAM::Role', Condition: {condition}}}
  Named: {{Type: 'AWS::IAM::Role', Condition: {condition}, Properties: {{RoleName: named}}}}
  Group: {{Type: 'AWS::Logs::LogGroup', Condition: {condition}, Properties: {{LogGroupName: /ecs/web}}}}
"
        ));
        assert!(roles(&source, &known()).is_empty());
        assert!(described(&source, &known()).is_empty());
        let root = &declared(&source, &known()).unwrap()[0].definition.root;
        let app = &root.get("containerDefinitions").unwrap().items()[0];
        let options = app.get("logConfiguration").unwrap().get("options").unwrap();
        for node in [
            root.get("executionRoleArn"),
            root.get("taskRoleArn"),
            options.get("awslogs-group"),
            options.get("other"),
        ] {
            assert!(shown(node).starts_with('?') && shown(node).contains(why), "{}", shown(node));
        }
        // What is judged may not be created either.
        for kind in ["TaskDefinition", "Service"] {
            let more = format!(
                "  S: {{Type: 'AWS::ECS::{kind}', Condition: {condition}, Properties: {{TaskDefinition: !Ref T}}}}"
            );
            let error = declared(&with(&more), &known()).unwrap_err().to_string();
            assert!(error.starts_with("stack.yaml:18:") && error.contains(why), "{error}");
        }
        let parameters = [("P".to_owned(), "a".to_owned())].into();
        let known = Surroundings { parameters, ..known() };
        assert_eq!(roles(&source, &known).len(), if condition == "Unknown" { 2 } else { 0 });
    }
}

#[test]
fn a_name_needs_neither_region_nor_account() {
    let text = "
Resources:
  Role: {Type: 'AWS::IAM::Role', Properties: {RoleName: exec}}
  Group: {Type: 'AWS::Logs::LogGroup', Properties: {LogGroupName: /ecs/web}}
  Parameter: {Type: 'AWS::SSM::Parameter', Properties: {Name: /url}}
  Unnamed: {Type: 'AWS::Logs::LogGroup'}
  Own: {Type: 'AWS::IAM::Role', Properties: {RoleName: !Ref Own}}
  T: {Type: 'AWS::ECS::TaskDefinition', Properties: {Family: !Sub '${Role}${Group}${Parameter}', Cpu: !Ref Unnamed, Memory: !Ref Own}}
";
    let source = Source::read("stack.yaml", Role::Definition, text.as_bytes()).unwrap();
    let root = &declared(&source, &Surroundings::default()).unwrap()[0].definition.root;
    assert_eq!(shown(root.get("family")), "exec/ecs/web/url");
    // It is valid, whatever CloudFormation makes up, and never looked for.
    assert!(made_up::is_in(&shown(root.get("cpu"))));
    assert!(shown(root.get("memory")).starts_with('?'));
    let known = declared(&source, &known());
    assert!(shown(known.unwrap()[0].definition.root.get("memory")).starts_with('?'));
}

#[test]
fn one_of_several_templates_may_have_no_definition_and_no_other_fault() {
    for (text, is_fine) in [
        ("Resources: {A: {Type: 'AWS::S3::Bucket'}}", true),
        ("Resources: {A: {Type: 'AWS::CloudFormation::Stack'}}", true),
        ("Resources: {'Fn::ForEach::A': [a, [], {}], B: {Type: x}}", false),
        ("Transform: Mine\nResources: {A: {Type: 'AWS::S3::Bucket'}}", false),
    ] {
        let source = Source::read("a.yaml", Role::Definition, text.as_bytes()).unwrap();
        let found = declared_if_any(&source, &known());
        assert_eq!(found.is_ok_and(|it| it.is_empty()), is_fine, "{text}");
    }
}

#[test]
fn of_inline_policies_with_one_name_the_last_one_stays() {
    let role = |more: &str| {
        let source = with(&format!(
            "  Role: {{Type: 'AWS::IAM::Role', Properties: {{AssumeRolePolicyDocument: {{Statement: []}}, Policies: [{{PolicyName: own, PolicyDocument: {{Statement: []}}}}]}}}}\n{more}"
        ));
        let [role] = roles(&source, &known()).try_into().expect("one role");
        let unknown: Vec<String> =
            role.inline.iter().filter_map(|(_, it)| it.clone().err()).collect();
        unknown.join(" ")
    };
    let policy = |kind: &str, name: &str| {
        format!(
            "  More: {{Type: 'AWS::IAM::{kind}', Properties: {{{name}, PolicyDocument: {{Statement: []}}, Roles: [!Ref Role]}}}}"
        )
    };
    assert_eq!(role(&policy("Policy", "PolicyName: other")), "");
    assert_eq!(role(&policy("ManagedPolicy", "ManagedPolicyName: own")), "");
    let told = role(&policy("Policy", "PolicyName: own"));
    assert_eq!(
        told,
        "several inline policies of the role are named own: the last one replaces the others"
    );
}

#[test]
fn a_managed_policy_that_the_template_writes_is_not_as_the_account_has_it() {
    let policy = "  More: {Type: 'AWS::IAM::ManagedPolicy', Properties: {ManagedPolicyName: own, Path: /x/, PolicyDocument: {Statement: []}, Roles: [named]}}";
    let found: Vec<String> =
        affected(&with(policy), &known()).into_iter().map(|it| it.name).collect();
    assert_eq!(found, ["arn:aws:iam::111122223333:policy/x/own"]);
}

#[test]
fn a_macro_rewrites_what_is_around_it_and_a_loop_may_attach_policies() {
    for around in [
        "  'Fn::Transform': {Name: Mine}",
        "  Other: {Type: 'AWS::S3::Bucket', 'Fn::Transform': {Name: Mine}}",
        "  Other: {Type: 'AWS::S3::Bucket', Properties: {'Fn::Transform': {Name: Mine}}}",
    ] {
        let error = examine(&with(around)).unwrap_err().to_string();
        assert!(error.contains("the macro `Mine` rewrites this template"), "{error}");
    }
    let within = "  Other: {Type: 'AWS::S3::Bucket', Properties: {BucketName: {'Fn::Transform': {Name: Mine}}}}";
    examine(&with(within)).unwrap();
    let policies =
        "  'Fn::ForEach::All': [N, [a], {'P${N}': {Type: 'AWS::IAM::Policy', Properties: {}}}]";
    let task = declared(&with(policies), &known()).unwrap().remove(0).definition.root;
    let told = shown(task.get("taskRoleArn"));
    assert!(told.contains("Fn::ForEach::All may attach a policy to any role"), "{told}");
}

#[test]
fn nothing_in_a_template_is_null() {
    let error = examine(&with("  Other: {Type: 'AWS::S3::Bucket', Properties: {BucketName: }}"));
    let error = error.unwrap_err().to_string();
    assert!(error.contains("`null` values are not allowed in templates"), "{error}");
}

#[test]
fn a_parameter_with_a_value_that_cloudformation_refuses_is_unknown() {
    for (rules, value, told) in [
        ("Type: Number", "'3'", "3"),
        ("Type: Number", "three", "? Q (the value of the parameter `Q` is not a number)"),
        (
            "Type: Number, MaxValue: 2",
            "'3'",
            "? Q (the value of the parameter `Q` is not at most 2, its MaxValue)",
        ),
        (
            "Type: Number, MinValue: 4",
            "'3'",
            "? Q (the value of the parameter `Q` is not at least 4, its MinValue)",
        ),
        ("Type: String, MinLength: 1, MaxLength: 5", "three", "three"),
        (
            "Type: String, MaxLength: 4",
            "three",
            "? Q (the value of the parameter `Q` is not of a length of at most 4, its MaxLength)",
        ),
    ] {
        let text = format!(
            "Parameters: {{Q: {{{rules}, Default: {value}}}}}\nResources: {{T: {{Type: 'AWS::ECS::TaskDefinition', Properties: {{Family: !Ref Q, ContainerDefinitions: []}}}}}}"
        );
        let source = Source::read("stack.yaml", Role::Definition, text.as_bytes()).unwrap();
        let root = declared(&source, &known()).unwrap().remove(0).definition.root;
        assert_eq!(shown(root.get("family")), told.replace("? Q", "? ${Q}"), "{rules}");
    }
}
