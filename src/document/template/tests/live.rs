use std::collections::BTreeMap;

use super::*;
use crate::document::Role;
use crate::document::node::{Node, Value};

const BEFORE: &str = "
Parameters: {Family: {Type: String, Default: x}, Hidden: {Type: String, Default: x}}
Resources:
  Group: {Type: 'AWS::Logs::LogGroup', Properties: {LogGroupName: /web}}
  Target: {Type: 'AWS::ElasticLoadBalancingV2::TargetGroup', Properties: {Port: 80}}
  Role: {Type: 'AWS::IAM::Role', Properties: {AssumeRolePolicyDocument: {Statement: []}}}
  More: {Type: 'AWS::IAM::Policy', Properties: {PolicyDocument: {Statement: []}, Roles: [!Ref Role]}}
  Service: {Type: 'AWS::ECS::Service', Properties: {TaskDefinition: !Ref Task, LoadBalancers: [{TargetGroupArn: !Ref Target}]}}
  Task:
    Type: AWS::ECS::TaskDefinition
    Properties:
      Family: !Ref Family
      TaskRoleArn: !GetAtt Role.Arn
      Cpu: !Ref Hidden
      Memory: !ImportValue memory
      ContainerDefinitions: [{LogConfiguration: {LogDriver: awslogs, Options: {awslogs-group: !Ref Group}}}]
";

fn source(text: &str) -> Source {
    Source::read("stack.yaml", Role::Definition, text.as_bytes()).unwrap()
}

/// A stack that was deployed with `BEFORE`.
fn known() -> Surroundings {
    let resource = |(name, kind, id): (&str, &str, &str)| {
        (name.to_owned(), LiveResource { kind: kind.to_owned(), id: id.to_owned() })
    };
    let resources = [
        ("Group", "AWS::Logs::LogGroup", "/web"),
        ("Target", "AWS::ElasticLoadBalancingV2::TargetGroup", "arn:of-target"),
        ("Role", "AWS::IAM::Role", "web-Role-ABCDEFGHIJKL"),
        ("More", "AWS::IAM::Policy", "web-More-1"),
        ("Service", "AWS::ECS::Service", "arn:aws:ecs:eu-west-1:111122223333:service/main/web-1"),
    ];
    let live = LiveStack {
        resources: resources.map(resource).into(),
        digests: digests(&source(BEFORE).root),
        hidden: ["Hidden".to_owned()].into(),
        ..LiveStack::default()
    };
    Surroundings {
        region: Some("eu-west-1".parse().unwrap()),
        account: Some("111122223333".into()),
        parameters: [("Family".to_owned(), "web".to_owned())].into(),
        live: Some(live),
        exports: Some(Ok(BTreeMap::from([("memory".to_owned(), "512".to_owned())]))),
        ..Surroundings::default()
    }
}

/// Family, role, CPU, memory, log group, target group and name of the service; `?` for what is not known.
fn read(template: &str, known: &Surroundings) -> Vec<String> {
    let declared = declared(&source(template), known).unwrap().remove(0);
    let shown = |node: Option<&Node>| match node.map(|it| &it.value) {
        Some(Value::Text(text)) => text.clone(),
        Some(Value::Unresolved(it)) => format!("? {}", it.why),
        other => format!("{other:?}"),
    };
    let root = &declared.definition.root;
    let mut found: Vec<String> =
        ["family", "taskRoleArn", "cpu", "memory"].map(|it| shown(root.get(it))).into();
    let container = &root.get("containerDefinitions").unwrap().items()[0];
    let options = container.get("logConfiguration").unwrap().get("options").unwrap();
    found.push(shown(options.get("awslogs-group")));
    let service = declared.service.unwrap().root;
    found.push(shown(service.get("loadBalancers").unwrap().items()[0].get("targetGroupArn")));
    found.push(shown(service.get("serviceName")));
    found
}

const ROLE: &str = "arn:aws:iam::111122223333:role/web-Role-ABCDEFGHIJKL";

#[test]
fn an_update_that_changes_nothing_has_the_values_of_the_stack() {
    let secret = "? the value of the parameter `Hidden` may be a secret, so that it is not read from the stack: pass --parameter Hidden=VALUE";
    let found = read(BEFORE, &known());
    assert_eq!(found, ["web", ROLE, secret, "512", "/web", "arn:of-target", "web-1"]);
    assert!(roles(&source(BEFORE), &known()).is_empty(), "the account has the answers");
}

#[test]
fn what_an_update_changes_is_not_that_of_the_stack() {
    let changed = BEFORE.replace("Port: 80", "Port: 81").replace("Name: /web", "Name: /new");
    let found = read(&changed, &known());
    assert_eq!(found[4], "/new");
    assert!(found[5].starts_with("? `Target` is known only after the deployment"), "{found:?}");
    // The service keeps its name.
    assert_eq!((&*found[1], &*found[6]), (ROLE, "web-1"));
}

#[test]
fn a_role_whose_policies_change_keeps_its_name_and_is_judged_as_it_is_written() {
    let statement = "Statement: [{Effect: Allow, Action: a, Resource: b}]";
    for changed in [
        BEFORE.replace(
            "PolicyDocument: {Statement: []}, Roles",
            &format!("PolicyDocument: {{{statement}}}, Roles"),
        ),
        BEFORE.replace(
            "AssumeRolePolicyDocument: {Statement: []}",
            "AssumeRolePolicyDocument: {Statement: [{}]}",
        ),
        BEFORE.replace("  More:", "  Other:"),
        BEFORE.lines().filter(|it| !it.contains("More:")).collect::<Vec<_>>().join("\n"),
    ] {
        assert_ne!(changed, BEFORE);
        assert_eq!(read(&changed, &known())[1], ROLE);
        let roles = roles(&source(&changed), &known());
        let named: Vec<&str> = roles.iter().map(|it| &*it.name).collect();
        assert_eq!(named, ["web-Role-ABCDEFGHIJKL"], "{changed}");
    }
}

#[test]
fn what_other_stacks_do_not_export_is_unknown() {
    let of = |exports| read(BEFORE, &Surroundings { exports, ..known() })[3].clone();
    assert_eq!(of(Some(Ok(BTreeMap::new()))), "? no stack of this region exports `memory`");
    let refused = of(Some(Err("it was refused".to_owned())));
    assert_eq!(refused, "? `!ImportValue memory` is exported by another stack: it was refused");
    let hidden = BTreeMap::from([("memory".to_owned(), HIDDEN.to_owned())]);
    assert!(of(Some(Ok(hidden))).contains("may be a secret"));
}

/// What the update does to what the stack has: each name and the clause.
fn affected_by(template: &str, known: &Surroundings) -> Vec<String> {
    let all = affected(&source(template), known).into_iter();
    all.map(|it| format!("{}: {}", it.name, it.why)).collect()
}

#[test]
fn what_an_update_removes_or_changes_is_not_as_the_account_has_it() {
    assert!(affected_by(BEFORE, &known()).is_empty());
    let without = |name: &str| {
        let lines = BEFORE.lines().filter(|it| !it.starts_with(&format!("  {name}:")));
        lines.collect::<Vec<_>>().join("\n").replace(&format!("!Ref {name}"), "x")
    };
    for (template, expected) in [
        (without("Group"), "/web: the update removes Group (AWS::Logs::LogGroup)"),
        (
            BEFORE.replace("'AWS::Logs::LogGroup', ", "'AWS::Logs::LogGroup', Condition: No, ")
                + "Conditions: {No: !Equals [a, b]}\n",
            "/web: the update removes Group (AWS::Logs::LogGroup)",
        ),
        (
            BEFORE.replace("'AWS::Logs::LogGroup', ", "'AWS::Logs::LogGroup', Condition: Maybe, ")
                + "Conditions: {Maybe: !Equals [!ImportValue x, b]}\n",
            "/web: the update may remove Group (AWS::Logs::LogGroup)",
        ),
        (
            BEFORE.replace("Port: 80", "Port: 81"),
            "arn:of-target: the update changes Target (AWS::ElasticLoadBalancingV2::TargetGroup)",
        ),
        // A log group that the update changes is judged as it is written.
        (BEFORE.replace("Name: /web", "Name: /new"), ""),
    ] {
        assert_eq!(affected_by(&template, &known()).join(" "), expected, "{template}");
    }
}

#[test]
fn a_role_whose_policy_an_update_takes_away_is_judged_anew() {
    let flipped = BEFORE.replace("'AWS::IAM::Policy', ", "'AWS::IAM::Policy', Condition: No, ")
        + "Conditions: {No: !Equals [a, b]}\n";
    let roles = roles(&source(&flipped), &known());
    assert_eq!(roles.len(), 1);
    assert!(roles[0].inline.is_empty(), "{roles:?}");
}
