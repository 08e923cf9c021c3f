//! The formats that other programs read: what may be relied on in each, whatever a document contains.

use std::collections::{BTreeMap, HashSet};

use serde_json::Value;
use xmlparser::{ElementEnd, Token, Tokenizer};

use super::{github, junit, markdown, printable, sarif};
use crate::report::{
    CheckResult, Location, Report, SkipReason, Stats, Status, Target, TargetReport,
};
use crate::shell::ShellCommand;
use crate::verdict::Input;

/// What somebody might write into a document.
pub(super) const HOSTILE: &[&str] = &[
    "]]></failure></testcase><testcase name=\"x\"/>",
    "\u{0}\u{1b}[2J\u{85}\u{fffe}\u{ffff}\u{202e}",
    "a\r\n::error file=x::y%0A::stop-commands::z",
    "| a | b |\n|---|---|\n</details><script>alert(1)</script>",
    "``` ` ```` <img src=x onerror=alert(1)> [a](http://evil.example) {0}",
    "@team #1 owner/repo#1 www.evil.example http://evil.example \\| &lt;",
    "'\" onload=\"alert(1)",
    "[[ATTACHMENT|/etc/passwd]]",
];

/// A report with this text in every external value: a result with a place, and one without.
pub(super) fn saying(status: Status, text: &str) -> Report {
    let text = || text.to_owned();
    let result = CheckResult {
        id: "image-exists",
        group: "image",
        status,
        skip_reason: None,
        subject: text().into(),
        container: Some(text().into()),
        location: Some(Location { file: text().into(), line: 1, column: 1 }),
        resource: Some(text().into()),
        message: text().into(),
        evidence: [text().into()].into(),
        prevents: Some(text()),
        remedy: Some(text()),
        commands: vec![ShellCommand::of("open").word(text())],
        docs: "",
        assumes: vec![text()],
    };
    let target = Target {
        source: text(),
        service: None,
        family: Some(text()),
        region: Some(text()),
        account: Some(text()),
        caller: Some(text()),
    };
    let nowhere = CheckResult { location: None, message: "".into(), ..result.clone() };
    Report {
        targets: vec![TargetReport::of(target, vec![result, nowhere])],
        stats: Stats::default(),
        asked_with: text(),
        notes: vec![text()],
    }
}

fn result(id: &'static str, status: Status, message: &str) -> CheckResult {
    let (group, _) = id.split_once('-').unwrap();
    let Report { mut targets, .. } = saying(status, "x");
    let it = targets.remove(0).checks.remove(0);
    let (subject, message) = (format!("/{message}").into(), message.into());
    let location = Some(Location { file: "a.json".into(), line: 7, column: 3 });
    CheckResult { id, group, message, subject, location, assumes: Vec::new(), ..it }
}

pub(super) fn report(targets: Vec<Vec<CheckResult>>) -> Report {
    let named = |nth: usize| Target {
        source: format!("{nth}.json"),
        service: None,
        family: None,
        region: None,
        account: None,
        caller: None,
    };
    let targets = targets.into_iter().enumerate().map(|(nth, it)| TargetReport::of(named(nth), it));
    Report {
        targets: targets.collect(),
        stats: Stats { api_calls: 3, elapsed_ms: 1_234 },
        asked_with: "profile prod".to_owned(),
        notes: Vec::new(),
    }
}

/// One result of each status, and a pass that rests on an assumption.
pub(super) fn each_status() -> Vec<CheckResult> {
    let mut all: Vec<CheckResult> =
        Status::ALL.map(|it| result("image-exists", it, it.word())).into();
    all[4].skip_reason = Some(SkipReason::NeedsInput { input: Input::Subnets });
    let mut assumed = result("image-platform", Status::Pass, "assumed");
    assumed.assumes = vec!["that no policy denies it".to_owned()];
    all.push(assumed);
    all
}

/// This many different failures, unknowns and warnings.
fn many(count: usize) -> Vec<CheckResult> {
    let of = |status: Status| {
        let say = move |nth| format!("{} {nth} {}", status.word(), "long ".repeat(100));
        (0..count).map(move |nth| result("image-exists", status, &say(nth)))
    };
    of(Status::Warn).chain(of(Status::Unknown)).chain(of(Status::Fail)).collect()
}

// --- JUnit ------------------------------------------------------------------------------------------

/// Reads XML: the path of each element with its attributes, and the text in it.
fn elements(xml: &str) -> Vec<(String, BTreeMap<String, String>, String)> {
    let decoded = |text: &str| {
        let text = text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"");
        text.replace("&#39;", "'").replace("&amp;", "&")
    };
    let (mut found, mut open): (Vec<(String, BTreeMap<_, _>, String)>, Vec<usize>) =
        (Vec::new(), Vec::new());
    for token in Tokenizer::from(xml) {
        match token.unwrap() {
            Token::ElementStart { local, .. } => {
                let above = open.last().map_or("", |at: &usize| found[*at].0.as_str());
                found.push((format!("{above}/{local}"), BTreeMap::new(), String::new()));
                open.push(found.len() - 1);
            }
            Token::Attribute { local, value, .. } => {
                let at = *open.last().unwrap();
                found[at].1.insert(local.to_string(), decoded(&value));
            }
            Token::Text { text } => {
                if let Some(at) = open.last() {
                    found[*at].2.push_str(&decoded(&text));
                }
            }
            Token::ElementEnd { end: ElementEnd::Close(..) | ElementEnd::Empty, .. } => {
                open.pop();
            }
            _ => {}
        }
    }
    assert!(open.is_empty());
    found
}

#[test]
fn junit_has_a_case_for_each_result_and_an_error_for_what_is_unknown() {
    let xml = junit::render(&report(vec![each_status()]));
    let elements = elements(&xml);
    let (path, suites, _) = &elements[0];
    assert_eq!(path, "/testsuites");
    let counts =
        |of: &BTreeMap<String, String>| ["tests", "failures", "errors"].map(|it| of[it].clone());
    assert_eq!(counts(suites), ["6", "1", "1"]);
    assert_eq!(suites["time"], "1.234");
    let (_, suite, _) = elements.iter().find(|it| it.0 == "/testsuites/testsuite").unwrap();
    assert_eq!(suite["name"], "0.json.image");
    assert_eq!(suite["skipped"], "1");
    let inside = |name: &str| {
        let at = elements
            .iter()
            .position(|it| it.1.get("name").is_some_and(|it| it.ends_with(&format!(" /{name}"))));
        let (path, attributes, text) = elements.get(at.unwrap() + 1).unwrap();
        let element = path.strip_prefix("/testsuites/testsuite/testcase/")?;
        Some((element, attributes.get("message").cloned(), text.clone()))
    };
    assert_eq!(inside("pass"), None);
    let (element, message, text) = inside("fail").unwrap();
    assert_eq!((element, message.as_deref()), ("failure", Some("fail")));
    for line in ["leads to: x", "fix: x", "$ open x", "at: a.json:7:3 /fail", "asked: x"] {
        assert!(text.lines().any(|it| it == line), "{line}: {text}");
    }
    assert_eq!(inside("unknown").unwrap().0, "error");
    assert_eq!(inside("skip").unwrap().0, "skipped");
    let (element, _, text) = inside("warn").unwrap();
    assert_eq!(element, "system-out");
    assert!(text.starts_with("warning: warn\n"), "{text}");
    assert_eq!(inside("assumed").unwrap().2, "passes, assuming that no policy denies it");
}

#[test]
fn no_two_cases_of_junit_have_one_name() {
    let twice = || vec![result("image-exists", Status::Fail, "a"); 3];
    let mut report = report(vec![twice(), twice()]);
    report.targets[1].target.source = "0.json".to_owned();
    let xml = junit::render(&report);
    let elements = elements(&xml);
    let cases: Vec<_> =
        elements.iter().filter(|it| it.0.ends_with("/testcase")).map(|it| &it.1).collect();
    let names: HashSet<_> = cases.iter().map(|it| (&it["classname"], &it["name"])).collect();
    assert_eq!((cases.len(), names.len()), (6, 6));
}

#[test]
fn junit_is_a_document_whatever_it_says() {
    for text in HOSTILE {
        for status in Status::ALL {
            let xml = junit::render(&saying(status, text));
            let elements = elements(&xml);
            let cases = elements.iter().filter(|it| it.0.ends_with("/testcase")).count();
            assert_eq!(cases, 2, "{xml}");
            let strange = |it: char| it.is_control() && it != '\n' || it == '\u{ffff}';
            assert!(!xml.contains(strange), "{xml:?}");
            let outputs = elements.iter().filter(|it| it.0.ends_with("/system-out"));
            outputs.for_each(|it| assert!(!it.2.contains("[[ATTACHMENT"), "{}", it.2));
        }
    }
}

// --- GitHub -----------------------------------------------------------------------------------------

/// A line as the runner reads it: the command, its properties, and the message.
fn command(line: &str) -> Option<(String, BTreeMap<String, String>, String)> {
    let decoded = |text: &str| {
        let text = text.replace("%0A", "\n").replace("%0D", "\r");
        text.replace("%3A", ":").replace("%2C", ",").replace("%25", "%")
    };
    let (head, message) = line.trim_start().strip_prefix("::")?.split_once("::")?;
    let (name, properties) = head.split_once(' ').unwrap_or((head, ""));
    let properties = properties.split(',').filter_map(|it| it.split_once('='));
    let properties = properties.map(|(name, value)| (name.to_owned(), decoded(value)));
    Some((name.to_owned(), properties.collect(), decoded(message)))
}

#[test]
fn github_has_errors_warnings_and_notices() {
    let text = github::render(&report(vec![each_status()]));
    let lines: Vec<&str> = text.lines().collect();
    let (verdict, commands) = lines.split_last().unwrap();
    assert_eq!(
        *verdict,
        "FAIL  1 failed, 1 unknown, 1 warning, 2 passed, 1 not checked (1.2 s, 3 calls)"
    );
    let commands: Vec<_> = commands.iter().map(|line| command(line).unwrap()).collect();
    let heads: Vec<_> = commands.iter().map(|it| format!("{}: {}", it.0, it.1["title"])).collect();
    assert_eq!(
        heads,
        [
            "error: image-exists: failed",
            "error: image-exists: unknown",
            "warning: image-exists: warning",
            "notice: not checked",
            "notice: assumed",
        ]
    );
    let (_, properties, message) = &commands[0];
    let place = ["file", "line", "col"].map(|it| properties[it].as_str());
    assert_eq!(place, ["a.json", "7", "3"]);
    assert_eq!(message, "(x) fail\nleads to: x\nfix: x\n$ open x\nat: a.json:7:3");
}

#[test]
fn github_shows_ten_of_each_kind_and_counts_the_rest() {
    for (count, expected) in [(5, [10, 5]), (10, [10, 10]), (400, [10, 10])] {
        let text = github::render(&report(vec![many(count)]));
        let commands: Vec<_> = text.lines().filter_map(command).collect();
        let of = |kind: &str| commands.iter().filter(|it| it.0 == kind).collect::<Vec<_>>();
        assert_eq!([of("error").len(), of("warning").len()], expected, "{count}");
        assert!(of("error")[..5].iter().all(|it| it.1["title"].ends_with("failed")));
        if count == 400 {
            // Unknowns that say nothing but their message are different findings.
            let (_, properties, message) = of("error")[9];
            assert_eq!(properties["title"], "791 more");
            assert!(message.contains("image-exists: failed (391)"), "{message}");
            assert!(message.contains("image-exists: unknown (400)"), "{message}");
        }
    }
}

#[test]
fn a_line_of_github_is_one_command_of_ours() {
    for text in HOSTILE {
        let printed = github::render(&saying(Status::Fail, text));
        let lines: Vec<&str> = printed.lines().collect();
        let (verdict, commands) = lines.split_last().unwrap();
        assert_eq!(command(verdict), None);
        for line in commands {
            let (name, properties, message) = command(line).unwrap();
            assert!(["error", "notice"].contains(&name.as_str()), "{line}");
            let known = ["file", "line", "col", "title"];
            assert!(properties.keys().all(|it| known.contains(&it.as_str())), "{line}");
            if name == "notice" {
                assert_eq!(message, printable::lines(text));
            }
        }
        assert!(!printed.contains(|it: char| it.is_control() && it != '\n'), "{printed:?}");
    }
}

// --- Markdown ---------------------------------------------------------------------------------------

#[test]
fn markdown_begins_with_the_verdict_and_folds_the_details() {
    let text = markdown::render(&report(vec![each_status()]));
    assert!(text.starts_with("## ❌ FAIL: <code>0.json</code>\n"), "{text}");
    for line in [
        "| ❌ | <code>image-exists</code> | x <code>a.json:7:3</code> | fail |",
        "<details><summary>❔ <b>image-exists</b>: <code>x</code></summary>",
        "- **leads to:** x",
        "open x",
        "- **not checked:** image-exists: pass --subnets, --service-definition, --service or --run-task",
        "- passes, assuming that no policy denies it: image-platform",
    ] {
        assert!(text.lines().any(|it| it == line), "{line}\n{text}");
    }
}

#[test]
fn markdown_fits_a_comment_and_says_what_is_left_out() {
    for targets in [1, 3, 200] {
        let text = markdown::render(&report(vec![many(600 / targets); targets]));
        assert!(text.len() < 65_536, "{targets}: {}", text.len());
        assert!(text.contains("more: --format json has all"), "{targets}");
        assert!(text.ends_with("</details>\n"));
    }
}

#[test]
fn with_several_targets_markdown_has_the_verdict_of_each() {
    let pass = vec![result("image-exists", Status::Pass, "a")];
    let text = markdown::render(&report(vec![pass, each_status()]));
    assert!(text.starts_with("## ❌ FAIL: 2 task definitions\n"), "{text}");
    for line in [
        "| ✅ | <code>0.json</code> | 1 passed |",
        "| ❌ | <code>1.json</code> | <code>image-exists</code> | x <code>a.json:7:3</code> | fail |",
    ] {
        assert!(text.lines().any(|it| it == line), "{line}\n{text}");
    }
}

/// Markdown without its fenced blocks, each of which has to end.
fn without_blocks(text: &str) -> String {
    let (mut kept, mut fence) = (String::new(), None);
    for line in text.lines() {
        match fence {
            None if line.starts_with("```") => fence = Some(line.trim_end_matches("sh")),
            None => kept.push_str(&format!("{line}\n")),
            Some(end) if end == line => fence = None,
            Some(_) => {}
        }
    }
    assert_eq!(fence, None, "{text}");
    kept
}

#[test]
fn markdown_takes_no_markup_from_a_document() {
    for (said, expected) in [
        ("a|b*c_d", "a\\|b\\*c\\_d"),
        ("<b>&amp;", "&lt;b&gt;&amp;amp;"),
        ("is `a|b`, not ``", "is <code>a\\|b</code>, not \\`\\`"),
        ("one ` backquote", "one \\` backquote"),
        ("ask @team, or #1.", "ask <code>@team</code>, or <code>\\#1</code>."),
        ("at http://a.example", "at <code>http:<!-- -->//a.example</code>"),
        ("arn:aws:kms:::key/a", "<code>arn:aws:kms:::key/a</code>"),
        ("a\r\n# b", "a  <code>\\#</code> b"),
    ] {
        assert_eq!(markdown::inline(said), expected, "{said}");
    }
    for text in HOSTILE {
        let text = without_blocks(&markdown::render(&saying(Status::Fail, text)));
        let tags: HashSet<&str> = text
            .split('<')
            .skip(1)
            .map(|it| it.trim_start_matches('/').split(['>', ' ']).next().unwrap())
            .collect();
        let ours: HashSet<&str> = ["details", "summary", "b", "code", "!--"].into();
        assert!(tags.is_subset(&ours), "{tags:?}\n{text}");
        assert_eq!(text.matches("<details>").count(), text.matches("</details>").count());
    }
}

// --- SARIF ------------------------------------------------------------------------------------------

fn sarif_of(report: &Report) -> Value {
    serde_json::from_str(&sarif::render(report)).unwrap()
}

#[test]
fn sarif_has_what_is_not_a_pass_with_its_rule_and_place() {
    let log = sarif_of(&report(vec![each_status()]));
    assert_eq!(log["version"], "2.1.0");
    let run = &log["runs"][0];
    let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
    let results = run["results"].as_array().unwrap();
    let said: Vec<_> = results
        .iter()
        .map(|it| [&it["kind"], &it["level"]].map(|it| it.as_str().unwrap()))
        .collect();
    assert_eq!(said, [["fail", "error"], ["open", "none"], ["fail", "warning"]]);
    for result in results {
        let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
        assert_eq!(rules[index]["id"], result["ruleId"]);
        let location = &result["locations"][0];
        assert_eq!(location["physicalLocation"]["artifactLocation"]["uri"], "a.json");
        assert_eq!(location["physicalLocation"]["region"]["startLine"], 7);
        assert_eq!(location["physicalLocation"]["region"]["startColumn"], 3);
    }
    assert_eq!(results[0]["locations"][0]["logicalLocations"][0]["fullyQualifiedName"], "/fail");
    let (_, check) = crate::checks::find("image-exists").unwrap();
    assert_eq!(rules[0]["shortDescription"]["text"], check.verifies);
    for text in [check.remedy, check.docs, check.prevents[0]] {
        assert!(rules[0]["help"]["text"].as_str().unwrap().contains(text), "{text}");
    }
}

#[test]
fn sarif_locates_what_has_no_position_in_the_definition() {
    let mut flag = result("image-exists", Status::Fail, "a");
    (flag.location, flag.subject) = (None, "--cluster".into());
    let log = sarif_of(&report(vec![vec![flag]]));
    let location = &log["runs"][0]["results"][0]["locations"][0];
    assert_eq!(location["physicalLocation"]["artifactLocation"]["uri"], "0.json");
    assert_eq!(location["physicalLocation"].get("region"), None);
    assert_eq!(location["logicalLocations"][0]["fullyQualifiedName"], "--cluster");
}

#[test]
fn sarif_names_files_by_uri_and_keeps_to_the_limit_of_github() {
    for text in HOSTILE {
        let log = sarif_of(&saying(Status::Fail, text));
        let at = &log["runs"][0]["results"][0]["locations"][0]["physicalLocation"];
        let uri = at["artifactLocation"]["uri"].as_str().unwrap();
        let is_plain = |it: char| it.is_ascii_alphanumeric() || "/%.-_~".contains(it);
        assert!(uri.chars().all(is_plain), "{uri}");
        let message = log["runs"][0]["results"][0]["message"]["text"].as_str().unwrap();
        assert!(!message.contains(|it: char| it.is_control() && it != '\n'), "{message:?}");
    }
    let failed = result("image-exists", Status::Fail, "last");
    let warned = result("image-exists", Status::Warn, "first");
    let mut all = vec![warned; 25_000];
    all.push(failed);
    let log = sarif_of(&report(vec![all]));
    let results = log["runs"][0]["results"].as_array().unwrap();
    assert_eq!((results.len(), &results[0]["level"]), (25_000, &Value::from("error")));
}
