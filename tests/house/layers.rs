use super::imports::layers;
use super::source::{Source, sources};

/// From right to left. Layers in one line are side by side, and do not use each other.
const ORDER: &[&[&str]] = &[
    &["names"],
    &["knowledge", "shell"],
    &["iam", "network", "placement", "document"],
    &["lookup"],
    &["facts"],
    &["verdict"],
    &["task"],
    &["account"],
    &["reachability", "least_privilege"],
    &["permission"],
    &["checks"],
    &["symptoms"],
    &["report"],
    &["diagnosis"],
    &["preflight"],
    &["output", "exit", "cli"],
    &["commands"],
];

/// Pure engines over plain values: they use the names, and nothing else.
const ENGINES: &[&str] = &["iam", "network", "placement"];

#[test]
fn each_layer_uses_only_what_stands_to_its_right() {
    let wrong: Vec<_> = sources("src").iter().flat_map(wrong_arrows).collect();
    assert!(wrong.is_empty(), "\n{}\n", wrong.join("\n"));
}

fn wrong_arrows(file: &Source) -> Vec<String> {
    let module = file.module();
    let Some(&from) = module.first() else {
        return Vec::new();
    };
    if file.is_test() {
        return Vec::new();
    }
    let code = file.shipped();
    if rank(from).is_none() {
        return vec![format!("{}: {from} has no place in the order of layers", file.path)];
    }
    layers(file)
        .into_iter()
        .filter_map(|(at, to)| {
            Some(format!("{}: {}", file.place(&code, at), objection(from, &to)?))
        })
        .collect()
}

/// Why a layer must not use another; nothing if it may.
fn objection(from: &str, to: &str) -> Option<String> {
    match (rank(from)?, rank(to)) {
        _ if from == to => None,
        (_, None) => Some(format!("{to} is no layer: name the layer that defines it")),
        (_, Some(_)) if ENGINES.contains(&from) && to != "names" => {
            Some(format!("{from} is an engine and uses names only, not {to}"))
        }
        (here, Some(there)) if there >= here => {
            Some(format!("{from} must not use {to}: it does not stand to its right"))
        }
        _ => None,
    }
}

fn rank(layer: &str) -> Option<usize> {
    ORDER.iter().position(|line| line.contains(&layer))
}

#[test]
fn an_arrow_to_the_left_is_refused_however_it_is_written() {
    for (path, code) in [
        ("src/names/arn.rs", "use crate::knowledge::Gap;"),
        ("src/lookup/ecs.rs", "use crate::facts::Table;"),
        ("src/lookup/ecs.rs", "use crate::{names::Arn, knowledge, facts};"),
        ("src/lookup/ecs.rs", "use crate::{\n    names::{Arn, Region},\n    checks::Check,\n};"),
        ("src/lookup/ecs.rs", "use super::super::facts;"),
        ("src/verdict.rs", "use super::report::Report;"),
        ("src/task/mod.rs", "use crate::account::Rights;"),
        ("src/account/rights/mod.rs", "use crate::reachability::Origin;"),
        ("src/least_privilege/mod.rs", "use crate::reachability::Origin;"),
        ("src/permission/mod.rs", "use crate::checks::Check;"),
        ("src/verdict.rs", "fn f(it: &crate::report::Report) {}"),
        ("src/iam/evaluate.rs", "use crate::knowledge::Gap;"),
        ("src/iam/evaluate.rs", "use crate::network::Route;"),
        ("src/document/mod.rs", "use crate::placement::Size;"),
        ("src/exit.rs", "use crate::cli::Format;"),
        ("src/report.rs", "use crate::*;"),
        ("src/report.rs", "use crate::Reexported;"),
        ("src/misc.rs", ""),
    ] {
        let wrong = wrong_arrows(&Source::new(path, code));
        assert_eq!(wrong.len(), 1, "{path}: {code}: {wrong:?}");
    }
}

#[test]
fn an_arrow_to_the_right_is_free() {
    for (path, code) in [
        (
            "src/commands/verify.rs",
            "use crate::{cli, output::text, preflight::Plan, names::{Arn, Region}};",
        ),
        ("src/lookup/ecs.rs", "use super::aws::Aws;\nuse crate::knowledge::{Gap, Seen};"),
        ("src/iam/evaluate.rs", "use crate::iam::policy::Policy;\nuse crate::names::Arn;"),
        ("src/iam/evaluate.rs", "pub(in crate::iam) fn f() {}\npub(crate) fn g() {}"),
        ("src/document/mod.rs", "// crate::report is where it ends up\nuse crate::knowledge::Gap;"),
        ("src/facts/view.rs", "#[cfg(test)]\nmod tests {\n    use crate::checks::CHECKS;\n}"),
        ("src/lib.rs", "pub use crate::report::Report;"),
        ("src/testing/account.rs", "use crate::checks::CHECKS;"),
    ] {
        assert_eq!(wrong_arrows(&Source::new(path, code)), [""; 0], "{path}: {code}");
    }
}
