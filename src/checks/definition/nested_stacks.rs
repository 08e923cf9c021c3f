//! `definition-nested-stacks`

use crate::checks::{Check, whole};
use crate::facts::View;
use crate::knowledge::Gap;
use crate::task::{Task, UnseenStack};
use crate::verdict::{Findings, Judgement, Rule, not_applicable, undecided};

pub(super) static DEFINITION_NESTED_STACKS: Check = Check {
    id: "definition-nested-stacks",
    verifies: "the templates of all nested stacks are known, so that no task definition is left out",
    prevents: &["no error text: a task definition in another template is deployed unchecked"],
    remedy: "Pass each of the templates as another TASKDEF",
    docs: "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-nested-stacks.html",
    asks: &[],
    advises: false,
    judge: |task| whole(task, definition_nested_stacks),
};

/// The flag for who knows that the other templates have no task definition.
const ACCEPT: &str = "--allow-unknown=definition-nested-stacks";

const DEPLOYED: Rule = Rule::unquoted(
    "CloudFormation deploys the templates of nested stacks with the template that names them",
    "a task definition in another template is deployed unchecked",
    DEFINITION_NESTED_STACKS.docs,
    "2026-12-01",
);

/// The rules that this check holds to.
pub(super) fn rules() -> Vec<Rule> {
    vec![DEPLOYED]
}

fn definition_nested_stacks(task: &Task, facts: &View) -> Judgement {
    let copies = task.deployment.passed.iter().filter(|it| it.is_copy);
    let copies: Vec<_> = copies.collect();
    if copies.is_empty() && task.deployment.unseen.is_empty() {
        return not_applicable("no template of a nested stack is missing");
    }
    let mut found = Findings::new();
    for UnseenStack { place, why, file } in &task.deployment.unseen {
        let why = format!("cannot determine which other task definitions are deployed: {why}");
        let pass = match file {
            Some(file) => format!("Pass {file} as another TASKDEF"),
            None => "Check its template in another run".to_owned(),
        };
        let remedy = format!("{pass}, or accept it with {ACCEPT}");
        found.add(undecided(Gap::Undecidable { why }).at(place).remedy(remedy));
    }
    for copy in &copies {
        facts.assume(format!("that {} is the template of the nested stack {}", copy.file, copy.id));
    }
    found.or_pass("the templates of all nested stacks are known")
}

#[cfg(test)]
mod tests {
    use super::DEFINITION_NESTED_STACKS;
    use crate::document::{Place, Role};
    use crate::report::Status::{Pass, Skip, Unknown};
    use crate::task::{Deployment, PassedTemplate, UnseenStack};
    use crate::testing::story::Story;

    #[test]
    fn a_nested_stack_whose_template_is_missing_is_unknown() {
        let check = &DEFINITION_NESTED_STACKS;
        let story = || Story::task(r#""cpu": "256""#);
        story().ends(check, &[(Skip, "", "no template of a nested stack is missing")]);
        let why = "the template of the nested stack Web is not in web.yaml".to_owned();
        let place = Place::whole("root.yaml", Role::Definition);
        let unseen = vec![UnseenStack { place, why, file: Some("web.yaml".to_owned()) }];
        let deployment = Deployment { unseen, ..Deployment::default() };
        let told = "the nested stack Web is not in web.yaml";
        let results = story().deployed_by(deployment).judged_by(check);
        assert_eq!(results.len(), 1, "{results:#?}");
        assert_eq!(results[0].status, Unknown);
        assert!(results[0].message.contains(told), "{results:#?}");
        let fix = "Pass web.yaml as another TASKDEF, or accept it with --allow-unknown=definition-nested-stacks";
        assert_eq!(results[0].remedy.as_deref(), Some(fix));
    }

    #[test]
    fn a_template_that_is_passed_for_another_location_is_an_assumption() {
        let passed =
            vec![PassedTemplate { id: "Vpc".to_owned(), file: "vpc.yaml".into(), is_copy: true }];
        let deployment = Deployment { passed, ..Deployment::default() };
        let story = Story::task(r#""cpu": "256""#).deployed_by(deployment);
        let results = story.judged_by(&DEFINITION_NESTED_STACKS);
        assert_eq!(results[0].status, Pass, "{results:#?}");
        assert_eq!(results[0].assumes, ["that vpc.yaml is the template of the nested stack Vpc"]);
    }
}
