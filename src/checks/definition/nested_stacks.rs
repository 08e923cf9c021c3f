//! `definition-nested-stacks`

use crate::checks::{Check, whole};
use crate::facts::View;
use crate::knowledge::Gap;
use crate::task::Task;
use crate::verdict::{Findings, Judgement, Rule, not_applicable, undecided};

pub(super) static DEFINITION_NESTED_STACKS: Check = Check {
    id: "definition-nested-stacks",
    verifies: "the templates of all nested stacks are known, so that no task definition is left out",
    prevents: &["no error text: a task definition in another template is deployed unchecked"],
    remedy: "Pass the template where the files of its nested stacks are, or pass each of them as TASKDEF",
    docs: "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-nested-stacks.html",
    asks: &[],
    advises: false,
    judge: |task| whole(task, definition_nested_stacks),
};

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

fn definition_nested_stacks(task: &Task, _: &View) -> Judgement {
    let unseen = &task.deployment.unseen;
    if unseen.is_empty() {
        return not_applicable("no template of a nested stack is missing");
    }
    let mut found = Findings::new();
    for why in unseen {
        let why = format!("cannot determine which task definitions else are deployed: {why}");
        let finding = undecided(Gap::Undecidable { why }).at(&task.source.root.place);
        found.add(finding.remedy(DEFINITION_NESTED_STACKS.remedy));
    }
    found.or_pass("")
}

#[cfg(test)]
mod tests {
    use super::DEFINITION_NESTED_STACKS;
    use crate::report::Status::{Skip, Unknown};
    use crate::task::Deployment;
    use crate::testing::story::Story;

    #[test]
    fn a_nested_stack_whose_template_is_missing_is_unknown() {
        let check = &DEFINITION_NESTED_STACKS;
        let story = || Story::task(r#""cpu": "256""#);
        story().ends(check, &[(Skip, "", "no template of a nested stack is missing")]);
        let why = "the template of the nested stack Web is not in web.yaml".to_owned();
        let deployment = Deployment { stack: None, unseen: vec![why] };
        let told = "the nested stack Web is not in web.yaml";
        story().deployed_by(deployment).ends(check, &[(Unknown, "", told)]);
    }
}
