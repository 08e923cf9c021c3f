//! Pull-through cache rules.

use crate::lookup::ecr::PullThroughRule;

/// The rule with the longest prefix that covers the repository, and the repository's name upstream.
pub(crate) fn covering<'r>(
    rules: &'r [PullThroughRule],
    repository: &str,
) -> Option<(&'r PullThroughRule, String)> {
    let rest = |rule: &PullThroughRule| match rule.prefix.as_str() {
        "ROOT" => Some(repository.to_owned()),
        prefix => repository.strip_prefix(prefix)?.strip_prefix('/').map(str::to_owned),
    };
    let length = |rule: &PullThroughRule| if rule.prefix == "ROOT" { 0 } else { rule.prefix.len() };
    let rule = rules.iter().filter(|rule| rest(rule).is_some()).max_by_key(|rule| length(rule))?;
    let rest = rest(rule)?;
    let name = match rule.upstream_prefix.as_deref() {
        None | Some("ROOT" | "") => rest,
        Some(prefix) => format!("{prefix}/{rest}"),
    };
    Some((rule, name))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(prefix: &str, upstream_prefix: Option<&str>) -> PullThroughRule {
        PullThroughRule {
            prefix: prefix.to_owned(),
            upstream: "public.ecr.aws".to_owned(),
            upstream_prefix: upstream_prefix.map(str::to_owned),
            credential: None,
        }
    }

    #[test]
    fn the_longest_prefix_decides_and_names_the_repository_upstream() {
        let rules = [rule("ROOT", None), rule("ecr", None), rule("ecr/team", Some("org"))];
        let table = [
            ("ecr/team/app", Some(("ecr/team", "org/app"))),
            ("ecr/nginx/nginx", Some(("ecr", "nginx/nginx"))),
            ("ecrx/app", Some(("ROOT", "ecrx/app"))),
        ];
        for (repository, expected) in table {
            let found = covering(&rules, repository);
            let found = found.as_ref().map(|(rule, name)| (rule.prefix.as_str(), name.as_str()));
            assert_eq!(found, expected, "{repository}");
        }
        assert!(covering(&rules[1..], "web/app").is_none());
    }
}
