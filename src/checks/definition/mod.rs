//! The group `definition`: what the task definition and the request decide without an account.

mod blanks;
mod client;
mod container_resources;
mod credential_specs;
mod dependencies;
mod environment;
mod exclusive;
mod execution_role;
mod fargate_size;
mod hosts;
mod limits;
mod linux;
mod log_options;
mod managed;
mod mode;
mod names;
mod nested_stacks;
mod network_mode;
mod network_rules;
mod parameters;
mod placement;
mod platform;
mod port;
mod port_clash;
mod port_names;
mod port_range;
mod references;
mod refusal;
mod registered;
mod resource_requirements;
mod rules;
mod schema;
mod spelling;
mod system_controls;
mod tags;
mod target;
mod task_size;
mod timeouts;
mod ulimits;
mod unasked;
mod volumes;

use super::Group;

/// The group.
pub static GROUP: Group = Group {
    name: "definition",
    about: "the task definition is one that ECS accepts, for what it runs on",
    help: "Check the definition itself, without network and credentials",
    examples: &[
        ("Offline, in a commit hook", "aws-ecs-preflight definition taskdef.json"),
        ("From standard input", "jq .web all.json | aws-ecs-preflight definition -"),
    ],
    offline: true,
    checks: &[
        &schema::DEFINITION_SCHEMA,
        &fargate_size::DEFINITION_FARGATE_SIZE,
        &network_mode::DEFINITION_NETWORK_MODE,
        &parameters::DEFINITION_FARGATE_PARAMETERS,
        &platform::DEFINITION_PLATFORM,
        &execution_role::DEFINITION_EXECUTION_ROLE,
        &container_resources::DEFINITION_CONTAINER_RESOURCES,
        &references::DEFINITION_REFERENCES,
        &log_options::DEFINITION_LOG_OPTIONS,
        &environment::DEFINITION_ENVIRONMENT,
        &registered::DEFINITION_REGISTERED,
        &nested_stacks::DEFINITION_NESTED_STACKS,
    ],
    rules: || {
        let mut all = rules::of_values();
        all.extend([
            (
                &schema::DEFINITION_SCHEMA,
                [&spelling::RULES[..], &blanks::RULES, &exclusive::RULES].concat(),
            ),
            (&fargate_size::DEFINITION_FARGATE_SIZE, fargate_size::rules()),
            (&parameters::DEFINITION_FARGATE_PARAMETERS, parameters::rules()),
            (&platform::DEFINITION_PLATFORM, platform::rules()),
            (&execution_role::DEFINITION_EXECUTION_ROLE, execution_role::rules()),
            (&container_resources::DEFINITION_CONTAINER_RESOURCES, container_resources::rules()),
            (&references::DEFINITION_REFERENCES, references::rules()),
            (&log_options::DEFINITION_LOG_OPTIONS, log_options::rules()),
            (&environment::DEFINITION_ENVIRONMENT, environment::rules()),
            (&registered::DEFINITION_REGISTERED, registered::rules()),
            (&nested_stacks::DEFINITION_NESTED_STACKS, nested_stacks::rules()),
        ]);
        all
    },
    ..Group::EMPTY
};

#[cfg(test)]
mod tests {
    use super::GROUP;

    /// A day, or the month alone: `2026-09-13`, `2026-09`.
    fn is_date(text: &str) -> bool {
        let parts: Vec<&str> = text.split('-').collect();
        let digits = |part: &str, length: usize| {
            part.len() == length && part.bytes().all(|it| it.is_ascii_digit())
        };
        let within =
            |part: &str, most: u8| part.parse::<u8>().is_ok_and(|it| (1..=most).contains(&it));
        match parts.as_slice() {
            [year, month] => digits(year, 4) && digits(month, 2) && within(month, 12),
            [year, month, day] => {
                digits(year, 4) && within(month, 12) && digits(day, 2) && within(day, 31)
            }
            _ => false,
        }
    }

    #[test]
    fn every_rule_has_a_claim_a_source_and_a_date() {
        for (check, rules) in (GROUP.rules)() {
            assert!(!rules.is_empty(), "{}", check.id);
            for rule in rules {
                let whole = format!("{}: {rule:?}", check.id);
                assert!(!rule.claim.is_empty(), "{whole}");
                assert!(rule.source.starts_with("https://"), "{whole}");
                assert!(is_date(rule.seen), "{whole}");
            }
        }
    }

    #[test]
    fn a_date_is_a_day_or_a_month() {
        for (text, date) in [
            ("2026-09", true),
            ("2026-09-13", true),
            ("2026", false),
            ("2026-13", false),
            ("2026-1-1", false),
        ] {
            assert_eq!(is_date(text), date, "{text}");
        }
    }

    /// What each check reports is made from its rules, so each has some.
    #[test]
    fn every_check_has_its_rules() {
        let without: Vec<&str> = GROUP
            .checks
            .iter()
            .filter(|check| GROUP.rules_of(check).is_empty())
            .map(|check| check.id)
            .collect();
        assert!(without.is_empty(), "no rule is listed for {without:?}");
    }
}
