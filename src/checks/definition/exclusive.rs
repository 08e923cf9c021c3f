//! What a request says at most once: where its tasks run.

use crate::document::LaunchInput;
use crate::verdict::{Findings, Rule};

const LAUNCH: Rule = Rule::quoted(
    "a request has a launch type or a capacity provider strategy, not both",
    "InvalidParameterException: Specifying both a launch type and capacity provider strategy is not supported. Remove one and try again.",
    "https://github.com/badmintoncryer/cdk-preflight",
    "2026-09",
);

/// The rules of this file.
pub(super) const RULES: [Rule; 1] = [LAUNCH];

/// Judges one input. A flag replaces what a file says, so that only both in one file exclude each other.
pub(super) fn judge(input: &LaunchInput, found: &mut Findings) {
    let (launch, strategy) =
        (input.root.get("launchType"), input.root.get("capacityProviderStrategy"));
    if let (Some(launch), Some(strategy)) = (launch, strategy)
        && launch.text().is_some_and(|text| !text.is_empty())
        && !strategy.items().is_empty()
    {
        found.add(
            LAUNCH
                .fail("launchType and capacityProviderStrategy are both set")
                .at(&launch.place)
                .remedy("Remove launchType, or capacityProviderStrategy"),
        );
    }
}

#[cfg(test)]
mod tests {
    use crate::checks::definition::schema::DEFINITION_SCHEMA;
    use crate::report::Status::{Fail, Pass};
    use crate::testing::story::{Story, Told};

    #[test]
    fn a_launch_type_excludes_a_strategy() {
        let held: Told = (Pass, "", "known");
        let strategy = r#""capacityProviderStrategy": [{"capacityProvider": "FARGATE"}]"#;
        for (fields, told) in [
            (r#""launchType": "FARGATE""#.to_owned(), held),
            (strategy.to_owned(), held),
            (r#""launchType": "FARGATE", "capacityProviderStrategy": []"#.to_owned(), held),
            (
                format!(r#""launchType": "FARGATE", {strategy}"#),
                (Fail, "run.json#/launchType", "both set"),
            ),
        ] {
            Story::task(r#""cpu": "256""#)
                .run_as(&format!(r#"{{"count": 1, {fields}}}"#))
                .ends(&DEFINITION_SCHEMA, &[told]);
        }
    }
}
