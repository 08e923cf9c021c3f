use std::time::{Duration, Instant};

use serde_json::json;

use super::{demo, document, file, program, text, words};

/// How many rows of a terminal with 80 columns the text fills.
fn rows(text: &str) -> usize {
    text.lines().map(|line| line.chars().count().div_ceil(80).max(1)).sum()
}

#[test]
fn the_demo_fits_a_terminal() {
    let (healthy, broken) = (text(&demo("healthy", &[])), text(&demo("broken", &[])));
    assert!(rows(&healthy) <= 24, "{} rows\n{healthy}", rows(&healthy));
    assert!(rows(&broken) <= 60, "{} rows\n{broken}", rows(&broken));
}

#[test]
fn only_commands_are_wider_than_the_terminal() {
    for name in ["healthy", "broken"] {
        let text = text(&demo(name, &[]));
        let wide = text.lines().filter(|line| !line.trim_start().starts_with("$ "));
        for line in wide {
            assert!(line.chars().count() <= 80, "{line}");
        }
    }
}

#[test]
fn the_catalogue_fits_a_terminal() {
    let list = text(&program(&["checks"]).output().unwrap());
    let ids: Vec<&str> =
        list.lines().filter_map(|line| line.strip_prefix("  ")?.split(' ').next()).collect();
    let ids: Vec<&str> = ids.into_iter().filter(|id| id.contains('-')).collect();
    assert!(ids.len() > 40, "{ids:?}");
    let pages = ids.iter().map(|id| text(&program(&["explain", id]).output().unwrap()));
    for page in pages.chain([list.clone()]) {
        // An address is one word, however long.
        for line in page.lines().filter(|line| line.split_whitespace().count() > 1) {
            assert!(line.chars().count() <= 80, "{line}");
        }
    }
}

#[test]
fn each_failure_is_a_line_at_the_end_and_the_verdict_is_the_last() {
    let text = text(&demo("broken", &[]));
    let report = document(&demo("broken", &["--format", "json"]));
    let mut lines = text.lines().rev();
    assert!(lines.next().unwrap().starts_with("FAIL  "), "{text}");
    let failed = report["checks"].as_array().unwrap().iter().filter(|it| it["status"] == "fail");
    let mut failed: Vec<_> = failed.collect();
    failed.reverse();
    assert!(!failed.is_empty());
    for result in failed {
        let line = lines.next().unwrap();
        let at = &result["location"];
        let place = format!("{}:{}:{}", at["file"].as_str().unwrap(), at["line"], at["column"]);
        assert!(line.contains(result["id"].as_str().unwrap()), "{line}");
        assert!(line.ends_with(&place), "{line}");
    }
}

#[test]
fn verbose_shows_every_result_with_its_evidence() {
    let shown = words(&text(&demo("broken", &["--verbose"])));
    let report = document(&demo("broken", &["--format", "json"]));
    for result in report["checks"].as_array().unwrap() {
        let message = words(result["message"].as_str().unwrap());
        assert!(shown.contains(&message), "{message}");
        for evidence in result["evidence"].as_array().unwrap() {
            let evidence = words(evidence.as_str().unwrap());
            assert!(shown.contains(&evidence), "{evidence}");
        }
    }
}

#[test]
fn quiet_shows_failures_only() {
    let shown = words(&text(&demo("broken", &["--quiet"])));
    let report = document(&demo("broken", &["--format", "json"]));
    let mut failures = 0;
    for result in report["checks"].as_array().unwrap() {
        let id = result["id"].as_str().unwrap();
        match result["status"].as_str().unwrap() {
            "fail" => {
                failures += 1;
                assert!(shown.contains(id), "{id} is missing\n{shown}");
            }
            "pass" => {
                let message = words(result["message"].as_str().unwrap());
                assert!(!shown.contains(&message), "{message}\n{shown}");
            }
            _ => {}
        }
    }
    assert!(failures > 0);
}

#[test]
fn a_group_that_was_not_checked_is_named_at_every_volume_with_the_flag_for_it() {
    for flags in [&[][..], &["--quiet"], &["--verbose"]] {
        for name in ["healthy", "broken"] {
            let shown = text(&demo(name, flags));
            let said = shown.split("\n\n").find(|it| it.starts_with("not checked: "));
            let said = words(said.unwrap_or_else(|| panic!("{flags:?}\n{shown}")));
            assert!(said.contains("network (10 checks)"), "{flags:?} {said}");
            assert!(said.contains("--subnets") && said.contains("--service"), "{flags:?} {said}");
        }
    }
}

#[test]
fn arns_of_the_account_are_short_by_default_and_whole_when_verbose_and_in_commands() {
    let arn =
        "arn:aws:secretsmanager:eu-central-1:111122223333:secret:storefront/legacy-api-vJupct";
    let normal = text(&demo("broken", &[]));
    for line in
        normal.lines().filter(|line| line.contains("arn:aws:") && line.contains("111122223333"))
    {
        assert!(line.trim_start().starts_with("$ "), "{line}");
    }
    assert!(words(&normal).contains(" secret:storefront/legacy-api-vJupct"), "{normal}");
    assert!(normal.contains(&format!("--secret-id {arn} ")), "{normal}");
    assert!(words(&text(&demo("broken", &["--verbose"]))).contains(&format!(" {arn} ")));
}

/// A definition of which very many containers are wrong in one way, or each in its own.
fn definition(name: &str, containers: usize, image: impl Fn(usize) -> String) -> String {
    let containers: Vec<_> = (0..containers)
        .map(|n| json!({"name": format!("c{n}"), "image": image(n), "memory": 64}))
        .collect();
    file(name, &json!({"family": "many", "containerDefinitions": containers}).to_string())
}

#[test]
fn very_many_findings_are_printed_in_bounded_space() {
    for (name, image) in [
        ("equal.json", (|_| "not an image".to_owned()) as fn(usize) -> String),
        ("different.json", |n| format!("not an image {n}")),
    ] {
        let definition = definition(name, 2_000, image);
        let started = Instant::now();
        let printed = program(&[
            "verify",
            &definition,
            "--only",
            "image-reference",
            "--replay",
            "demo/account.json",
        ])
        .output()
        .unwrap();
        assert!(started.elapsed() < Duration::from_secs(60), "{:?}", started.elapsed());
        assert_eq!(printed.status.code(), Some(1));
        let shown = text(&printed);
        assert!(shown.len() < 50_000, "{} bytes", shown.len());
        assert!(words(&shown).contains(" more"), "{shown}");
        assert!(shown.lines().last().unwrap().starts_with("FAIL  2000 failed"), "{shown}");
    }
}
