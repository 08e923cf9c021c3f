//! The lookups of a stack that a template updates.

use super::*;
use crate::lookup::cloudformation::{DescribeStack, StackExports, StackResources, StackTemplate};
use crate::names::Region;

const STACK: &str = "<Stacks><member><StackName>web</StackName><StackStatus>UPDATE_COMPLETE</StackStatus><Parameters/></member></Stacks>";
const RESOURCES: &str = "<StackResourceSummaries><member><LogicalResourceId>Role</LogicalResourceId><PhysicalResourceId>web-Role-1</PhysicalResourceId><ResourceType>AWS::IAM::Role</ResourceType><ResourceStatus>CREATE_COMPLETE</ResourceStatus></member></StackResourceSummaries>";
const EXPORTS: &str = "<Exports><member><Name>vpc</Name><Value>vpc-1</Value></member></Exports>";

fn reply(action: &str, body: &str) -> Reply {
    Reply::Ok(format!(
        "<{action}Response><{action}Result>{body}</{action}Result></{action}Response>"
    ))
}

pub(super) fn lookups() -> Vec<Case> {
    let region = || "eu-central-1".parse::<Region>().unwrap();
    let stack = || "web".to_owned();
    vec![
        case(StackExports { region: region() }, Some(reply("ListExports", EXPORTS)), vec![]),
        case(
            DescribeStack { region: region(), stack: stack() },
            Some(reply("DescribeStacks", STACK)),
            vec![],
        ),
        case(
            StackResources { region: region(), stack: stack() },
            Some(reply("ListStackResources", RESOURCES)),
            vec![],
        ),
        case(
            StackTemplate { region: region(), stack: stack() },
            Some(reply(
                "GetTemplate",
                r#"<TemplateBody>{"Resources": {"Role": {"Type": "AWS::IAM::Role"}}}</TemplateBody>"#,
            )),
            vec![],
        ),
    ]
}

#[test]
fn a_value_that_may_be_a_secret_is_not_kept() {
    let parameter = |name: &str, value: &str| {
        format!(
            "<member><ParameterKey>{name}</ParameterKey><ParameterValue>{value}</ParameterValue></member>"
        )
    };
    let of = |parameters: &str| {
        let stack =
            STACK.replace("<Parameters/>", &format!("<Parameters>{parameters}</Parameters>"));
        learnt(&Bench::new(), "DescribeStack", &reply("DescribeStacks", &stack))
    };
    for (name, value, kept) in [
        ("Tag", "1.2", "1.2"),
        ("DbPassword", "hunter2", "****"),
        ("Hidden", "****", "****"),
        ("TokenSecret", "arn:aws:secretsmanager:x", "arn:aws:secretsmanager:x"),
    ] {
        assert_eq!(
            of(&parameter(name, value)),
            format!(r#"found {{"status":"UPDATE_COMPLETE","parameters":{{"{name}":"{kept}"}}}}"#)
        );
    }
    let nameless = of("<member><ParameterValue>1</ParameterValue></member>");
    assert!(nameless.contains("lacks the name of a parameter"), "{nameless}");
    let valueless = of("<member><ParameterKey>A</ParameterKey></member>");
    assert!(valueless.contains("lacks the value of a parameter"), "{valueless}");
}

#[test]
fn what_a_stack_has_no_more_or_not_yet_is_none_of_its_resources() {
    let of = |resources: &str| {
        learnt(&Bench::new(), "StackResources", &reply("ListStackResources", resources))
    };
    let role = r#"found {"Role":{"kind":"AWS::IAM::Role","id":"web-Role-1"}}"#;
    assert_eq!(of(RESOURCES), role);
    assert_eq!(of(&RESOURCES.replace("CREATE_COMPLETE", "UPDATE_COMPLETE")), role);
    assert_eq!(of(&RESOURCES.replace("CREATE_COMPLETE", "DELETE_COMPLETE")), "found {}");
    let nameless = RESOURCES.replace("<PhysicalResourceId>web-Role-1</PhysicalResourceId>", "");
    assert!(of(&nameless).contains("lacks the physical id of a resource"), "{}", of(&nameless));
    let waiting = nameless.replace("CREATE_COMPLETE", "CREATE_IN_PROGRESS");
    assert_eq!(of(&waiting), "found {}");
}

#[test]
fn a_template_is_compared_by_digests_and_its_contents_are_not_kept() {
    let of = |template: &str| {
        let body = format!("<TemplateBody>{template}</TemplateBody>");
        learnt(&Bench::new(), "StackTemplate", &reply("GetTemplate", &body))
    };
    let json = of(r#"{"Resources": {"A": {"Type": "T", "Properties": {"B": "hunter2"}}}}"#);
    assert!(json.starts_with(r#"found {"/Conditions":"","/Mappings":"","A":""#), "{json}");
    assert!(!json.contains("hunter2"), "{json}");
    assert_eq!(of("Resources:\n  A: {Properties: {B: hunter2}, Type: T}\n"), json);
    assert_ne!(of("Resources:\n  A: {Properties: {B: hunter3}, Type: T}\n"), json);
    for broken in ["", "{", "[1]", "{}"] {
        assert!(of(broken).starts_with("a gap"), "{broken}");
    }
}
