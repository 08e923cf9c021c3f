//! `ulimits`, for `definition-schema`
//! (<https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Ulimit.html>, seen 2026-11).

use std::collections::HashMap;

use crate::document::container::Ulimit;
use crate::document::{Container, Place};
use crate::knowledge::Stop;
use crate::names::words::shown;
use crate::verdict::{Findings, Rule};

/// The limits that ECS knows.
const NAMES: [&str; 15] = [
    "core",
    "cpu",
    "data",
    "fsize",
    "locks",
    "memlock",
    "msgqueue",
    "nice",
    "nofile",
    "nproc",
    "rss",
    "rtprio",
    "rttime",
    "sigpending",
    "stack",
];

/// No limit.
const UNLIMITED: i64 = -1;

const KNOWN: Rule = Rule::quoted(
    "a ulimit is one of those that ECS knows",
    "ClientException: Unrecognized ulimit name <name>",
    "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Ulimit.html",
    "2026-11-30",
);
const ORDER: Rule = Rule::quoted(
    "softLimit of a ulimit is at most its hardLimit",
    "ClientException: Soft limit exceeds hard limit for ulimit <name>",
    "https://github.com/badmintoncryer/cdk-preflight",
    "2026-09",
);

pub(super) const RULES: &[Rule] = &[KNOWN, ORDER];

pub(super) fn judge(container: &Container, found: &mut Findings) {
    let mut names: HashMap<&str, &Place> = HashMap::new();
    for limit in container.ulimits.items().unwrap_or_default() {
        found.part(limit.name.place(), |found| {
            let Some(name) = limit.name.get()? else { return Ok(()) };
            if let Some(first) = names.insert(name, limit.name.place()) {
                found.warn(
                    limit.name.place(),
                    format!("the ulimit `{name}` is set twice, first at {first}"),
                );
            }
            known(name, limit, found);
            Ok(())
        });
        found.part(limit.soft_limit.place(), |found| order(limit, found));
    }
}

fn known(name: &str, limit: &Ulimit, found: &mut Findings) {
    if NAMES.contains(&name) {
        return;
    }
    found.add(
        KNOWN
            .fail(format!("{} is not a ulimit that ECS knows", shown(name)))
            .at(limit.name.place())
            .naming("<name>", name)
            .remedy(format!("Use one of {}", NAMES.join(", "))),
    );
}

/// What ECS makes of an unlimited soft limit under a hard one, it does not document.
fn order(limit: &Ulimit, found: &mut Findings) -> Result<(), Stop> {
    let (Some(&soft), Some(&hard)) = (limit.soft_limit.get()?, limit.hard_limit.get()?) else {
        return Ok(());
    };
    let name = limit.name.get()?.map_or("", String::as_str);
    if hard == UNLIMITED || (0..=hard).contains(&soft) {
        return Ok(());
    }
    let message = format!("softLimit of `{name}` is {soft}, but hardLimit is {hard}");
    let finding = match soft {
        UNLIMITED => {
            ORDER.warn(format!("softLimit of `{name}` is unlimited, but hardLimit is {hard}"))
        }
        _ if soft < UNLIMITED || hard < UNLIMITED => ORDER
            .warn(format!("the limits of `{name}` are {soft} and {hard}; only -1 means unlimited")),
        _ => ORDER.fail(message),
    };
    found.add(
        finding
            .at(limit.soft_limit.place())
            .naming("<name>", name)
            .remedy("Set softLimit to hardLimit or less"),
    );
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::schema::DEFINITION_SCHEMA;
    use crate::report::Status::{Fail, Pass, Warn};
    use crate::testing::story::Story;

    #[test]
    fn a_ulimit_is_one_that_ecs_knows_and_in_order() {
        let one = |name: &str, soft: &str, hard: &str| {
            format!(r#"{{"name": "{name}", "softLimit": {soft}, "hardLimit": {hard}}}"#)
        };
        let at = "/containerDefinitions/0/ulimits/0";
        for (limits, status, place, words) in [
            (one("nofile", "1024", "1024"), Pass, "", "known"),
            (one("nofile", "0", "1"), Pass, "", "known"),
            (one("memlock", "-1", "-1"), Pass, "", "known"),
            (one("memory", "1", "1"), Fail, "/name", "not a ulimit"),
            (one("NOFILE", "1", "1"), Fail, "/name", "not a ulimit"),
            (one("nofile", "2048", "1024"), Fail, "/softLimit", "but hardLimit is 1024"),
            (one("nofile", "-1", "1024"), Warn, "/softLimit", "unlimited"),
        ] {
            let results = Story::container(&format!(r#""ulimits": [{limits}]"#))
                .judged_by(&DEFINITION_SCHEMA);
            let subject = if status == Pass { String::new() } else { format!("{at}{place}") };
            assert_eq!(results.len(), 1, "{limits}: {results:#?}");
            assert_eq!((results[0].status, &*results[0].subject), (status, &*subject), "{limits}");
            assert!(results[0].message.contains(words), "{limits}: {}", results[0].message);
        }
        let twice = format!("{}, {}", one("core", "1", "1"), one("core", "2", "2"));
        Story::container(&format!(r#""ulimits": [{twice}]"#)).ends(
            &DEFINITION_SCHEMA,
            &[(Warn, "/containerDefinitions/0/ulimits/1/name", "set twice")],
        );
    }
}
