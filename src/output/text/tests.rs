use super::super::style::{Look, Marks, Volume};
use crate::report::{
    CheckResult, Location, Report, SkipReason, Stats, Status, Target, TargetReport,
};
use crate::shell::ShellCommand;
use crate::verdict::Input;

fn result(id: &'static str, status: Status, message: &str) -> CheckResult {
    let (group, _) = id.split_once('-').unwrap();
    CheckResult {
        id,
        group,
        status,
        skip_reason: None,
        subject: "".into(),
        container: None,
        location: None,
        resource: None,
        message: message.into(),
        evidence: [].into(),
        prevents: None,
        remedy: None,
        commands: Vec::new(),
        docs: "",
        assumes: Vec::new(),
    }
}

fn at(line: u32, result: CheckResult) -> CheckResult {
    let location = Some(Location { file: "a.json".into(), line, column: 3 });
    CheckResult { location, subject: format!("/{line}").into(), ..result }
}

fn of(container: &str, result: CheckResult) -> CheckResult {
    CheckResult { container: Some(container.into()), ..result }
}

fn skip(id: &'static str, reason: SkipReason, message: &str) -> CheckResult {
    CheckResult { skip_reason: Some(reason), ..result(id, Status::Skip, message) }
}

fn needs(id: &'static str, input: Input) -> CheckResult {
    skip(id, SkipReason::NeedsInput { input }, "not said")
}

fn follows(id: &'static str, check: &'static str, subject: &str) -> CheckResult {
    skip(id, SkipReason::NeedsCheck { check, subject: subject.into() }, "not judged")
}

fn report(checks: Vec<CheckResult>) -> Report {
    let target = Target {
        source: "a.json".to_owned(),
        service: None,
        family: Some("web".to_owned()),
        region: Some("eu-central-1".to_owned()),
        account: Some("111122223333".to_owned()),
        caller: Some("arn:aws:iam::111122223333:user/ci".to_owned()),
    };
    Report {
        targets: vec![TargetReport::of(target, checks)],
        stats: Stats::default(),
        asked_with: "profile prod".to_owned(),
        notes: Vec::new(),
    }
}

fn shown(report: &Report, look: &Look) -> String {
    anstream::adapter::strip_str(&super::render(report, look)).to_string()
}

fn plain(checks: Vec<CheckResult>) -> String {
    shown(&report(checks), &Look::plain())
}

fn loud(volume: Volume, checks: Vec<CheckResult>) -> String {
    let mut look = Look::plain();
    look.volume = volume;
    shown(&report(checks), &look)
}

#[test]
fn a_page_has_groups_findings_what_was_not_checked_and_an_end() {
    let failed = CheckResult {
        prevents: Some("CannotPullContainerError".to_owned()),
        remedy: Some("Push the image".to_owned()),
        commands: vec![ShellCommand::of("docker push").word("web:2")],
        ..of("web", at(7, result("image-exists", Status::Fail, "there is no image web:2")))
    };
    let text = plain(vec![
        result("definition-schema", Status::Pass, "fine"),
        failed,
        of("web", at(7, follows("image-platform", "image-exists", "/7"))),
        of("web", at(7, follows("image-permission", "image-exists", "/7"))),
        skip("image-stability", SkipReason::NotApplicable, "no tag"),
        result("roles-exists", Status::Pass, "fine"),
        needs("roles-linked", Input::Request),
        needs("network-dns", Input::Subnets),
        needs("network-route", Input::Subnets),
    ]);
    assert_eq!(
        text,
        "\
profile prod · account 111122223333 · region eu-central-1 · user/ci
a.json web
✔ definition  1 passed
✘ image       1 failed, 2 not checked, 1 not applicable
  ✘ image-exists (web) at a.json:7:3, 2 checks skipped
    there is no image web:2
    leads to  CannotPullContainerError
    fix       Push the image
  $ docker push web:2
✔ roles       1 passed, 1 not checked
- network     2 not checked

not checked: roles-linked, network (2 checks): pass --service-definition,
  --service or --run-task (network: or --subnets)

✘ image-exists  web  a.json:7:3
FAIL  1 failed, 2 passed, 5 not checked, 1 not applicable (0.0 s)
"
    );
}

#[test]
fn the_labels_of_the_header_go_before_its_line_breaks() {
    let mut report = report(vec![result("image-exists", Status::Pass, "fine")]);
    report.asked_with = "credentials of the environment".to_owned();
    let look = Look::plain();
    let text = shown(&report, &look);
    let first = text.lines().next().unwrap();
    assert_eq!(first, "credentials of the environment · 111122223333 · eu-central-1 · user/ci");
}

#[test]
fn results_that_differ_in_their_place_are_one_finding() {
    let failed = |line, container: &str| {
        of(container, at(line, result("image-exists", Status::Fail, "there is no image")))
    };
    let text = plain(vec![
        failed(1, "web"),
        failed(2, "worker"),
        failed(3, "web"),
        failed(4, "proxy"),
        failed(5, "cron"),
    ]);
    let head = "  ✘ image-exists (web, worker, proxy and 1 more) at a.json:1:3, a.json:2:3,\n    a.json:3:3 and 2 more places\n    there is no image\n";
    assert!(text.contains(head), "{text}");
    assert!(text.contains("\n✘ image-exists  web +3  a.json:1:3 +4\nFAIL"), "{text}");
}

#[test]
fn one_cause_of_not_knowing_is_said_once_for_all_checks() {
    let unknown =
        |id: &'static str| result(id, Status::Unknown, "you may not call ecr:DescribeImages");
    let text = plain(vec![
        unknown("image-exists"),
        unknown("image-platform"),
        unknown("kms-usable"),
        result("kms-decrypt", Status::Unknown, "another reason"),
    ]);
    assert_eq!(text.matches("you may not call").count(), 1, "{text}");
    assert!(text.contains("? image  2 unknown\n"), "{text}");
    assert!(text.contains("? image-exists and 2 more checks"), "{text}");
    assert!(text.contains("another reason"), "{text}");
    assert!(text.ends_with("UNKNOWN  4 unknown (0.0 s)\n"), "{text}");
}

#[test]
fn quiet_shows_failures_and_still_what_was_not_checked() {
    let checks = || {
        vec![
            result("definition-schema", Status::Pass, "fine"),
            at(2, result("image-exists", Status::Fail, "no image")),
            at(3, result("image-stability", Status::Warn, "the tag may move")),
            needs("network-dns", Input::Subnets),
            needs("network-route", Input::Subnets),
        ]
    };
    let text = loud(Volume::Quiet, checks());
    assert_eq!(
        text,
        "\
profile prod · account 111122223333 · region eu-central-1 · user/ci
a.json web
  ✘ image-exists at a.json:2:3
    no image

not checked: network (2 checks): pass --subnets, --service-definition, --service
  or --run-task

! image-stability  a.json:3:3
FAIL  1 failed, 1 warning, 1 passed, 2 not checked (0.0 s)
"
    );
    let everything = loud(Volume::Verbose, checks());
    for said in [
        "✔ definition-schema: fine",
        "the tag may move",
        "- network-dns: not said",
        "not checked: network (2 checks)",
    ] {
        assert!(everything.contains(said), "{said}\n{everything}");
    }
}

#[test]
fn verbose_has_evidence_whole_arns_and_the_subject_to_accept() {
    let failed = || {
        let message = "no secret arn:aws:secretsmanager:eu-central-1:111122223333:secret:db-abcdef";
        let evidence = ["secretsmanager:DescribeSecret -> not found".into()].into();
        let error = Some(format!("ResourceInitializationError: {}", "so it goes ".repeat(9)));
        CheckResult {
            evidence,
            prevents: error,
            ..at(4, result("secret-exists", Status::Fail, message))
        }
    };
    let normal = plain(vec![failed()]);
    assert!(normal.contains("no secret secret:db-abcdef\n"), "{normal}");
    let is_cut = |line: &str| {
        let begins = line.starts_with("    leads to  ResourceInitializationError: so it goes so");
        begins && line.ends_with(" …") && (60..=80).contains(&line.chars().count())
    };
    assert!(normal.lines().any(is_cut), "{normal}");
    assert!(!normal.contains("DescribeSecret"), "{normal}");
    let verbose = loud(Volume::Verbose, vec![failed()]);
    let words = verbose.split_whitespace().collect::<Vec<_>>().join(" ");
    for said in [
        "arn:aws:secretsmanager:eu-central-1:111122223333:secret:db-abcdef",
        "subject /4",
        "asked secretsmanager:DescribeSecret -> not found",
        "so it goes so it goes so it goes so it goes so it goes so it goes so it goes so it goes so it goes",
        "arn:aws:iam::111122223333:user/ci",
    ] {
        assert!(words.contains(said), "{said}\n{verbose}");
    }
}

#[test]
fn what_could_not_be_determined_though_it_only_advises_is_named_once() {
    let open =
        |id: &'static str| skip(id, SkipReason::NotDetermined, "not checked: you may not look");
    let text = plain(vec![open("logs-retention"), open("logs-quota"), open("image-stability")]);
    assert_eq!(text.matches("you may not look").count(), 1, "{text}");
    let said = "- logs-retention, logs-quota, image-stability: not checked: you may not look\n";
    assert!(text.contains(said), "{text}");
}

#[test]
fn a_command_is_printed_once() {
    let failed = |id: &'static str, message: &str, commands: &[&str]| CheckResult {
        commands: commands.iter().map(|it| ShellCommand::of("open").word(it)).collect(),
        ..result(id, Status::Fail, message)
    };
    let text = plain(vec![
        failed("a-a", "of one", &["1", "2"]),
        failed("a-a", "of one", &["1", "3"]),
        failed("a-a", "of another", &["1"]),
        failed("a-b", "of both", &["2", "4"]),
    ]);
    let printed: Vec<&str> = text
        .lines()
        .map(str::trim)
        .filter(|line| line.starts_with("$ ") || line.starts_with('('))
        .collect();
    assert_eq!(
        printed,
        [
            "$ open 1",
            "$ open 2",
            "$ open 3",
            "(the command is above)",
            "$ open 4",
            "(further commands are above)",
        ]
    );
}

#[test]
fn a_command_is_never_broken_and_never_changed() {
    let long = "x".repeat(300);
    let failed = |word: &str| CheckResult {
        commands: vec![ShellCommand::of("open").word(word)],
        ..result("a-a", Status::Fail, word)
    };
    let mut look = Look::plain();
    look.width = 40;
    look.marks = Marks::Ascii;
    let text = shown(&report(vec![failed(&long), failed("café")]), &look);
    assert!(text.contains(&format!("  $ open {long}\n")), "{text}");
    let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(
        words.contains(
            "(a command with characters that this terminal cannot show: --format json has all)"
        ),
        "{text}"
    );
    assert!(text.is_ascii(), "{text}");
}

#[test]
fn at_forty_columns_only_a_command_and_a_long_word_are_wider() {
    let mut look = Look::plain();
    look.width = 40;
    let failed = CheckResult {
        remedy: Some("Write the value into a file and create the parameter from it".to_owned()),
        ..of(
            "web",
            at(
                7,
                result(
                    "image-exists",
                    Status::Fail,
                    "there is no image storefront in the registry of this account",
                ),
            ),
        )
    };
    let text = shown(&report(vec![failed, needs("network-dns", Input::Subnets)]), &look);
    for line in text.lines() {
        assert!(line.chars().count() <= 40, "{line}\n{text}");
    }
}

#[test]
fn a_hundred_thousand_findings_take_time_in_proportion() {
    let equal = |n| at(n, of("web", result("image-exists", Status::Fail, "there is no image")));
    let different =
        |n| at(n, result("image-exists", Status::Fail, &format!("there is no image {n}")));
    let unknown = |n| at(n, result("image-exists", Status::Unknown, "you may not look"));
    let skipped = |n| skip("logs-quota", SkipReason::NotDetermined, &format!("reason {n}"));
    let all = |one: &dyn Fn(u32) -> CheckResult| report((0..100_000).map(one).collect());
    for report in [all(&equal), all(&different), all(&unknown), all(&skipped)] {
        for volume in [Volume::Quiet, Volume::Normal] {
            let mut look = Look::plain();
            look.volume = volume;
            let started = std::time::Instant::now();
            let text = shown(&report, &look);
            // Where each is compared with all others, it takes minutes.
            assert!(started.elapsed().as_secs() < 10, "{:?}", started.elapsed());
            assert!(text.len() < 20_000, "{}", text.len());
        }
    }
}

#[test]
fn many_different_findings_are_limited_and_the_limit_is_said() {
    let failed = |n| at(n, result("image-exists", Status::Fail, &format!("there is no image {n}")));
    let text = plain((0..1_000).map(failed).collect());
    assert!(text.contains("… and 950 more: --format json has all\n"), "{text}");
    assert!(text.contains("… and 980 more: --format json has all\nFAIL  1000 failed"), "{text}");
    assert!(
        text.contains("there is no image 49\n") && !text.contains("there is no image 50\n"),
        "{text}"
    );
}

#[test]
fn a_huge_text_is_cut_and_the_cut_is_said() {
    let message = format!("{} end", "arn:aws:iam::111122223333:role/ä ".repeat(100_000));
    let text = plain(vec![result("image-exists", Status::Fail, &message)]);
    assert!(text.len() < 5_000, "{}", text.len());
    let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(words.contains("bytes more: --format json has all"), "{text}");
}

fn assuming(assumption: &str, result: CheckResult) -> CheckResult {
    let evidence = [format!("assuming {assumption}").into()].into();
    CheckResult { assumes: vec![assumption.to_owned()], evidence, ..result }
}

#[test]
fn an_assumption_is_marked_and_said_once() {
    const ABSENT: &str = "that no policy of the organization denies it";
    let checks = || {
        vec![
            result("definition-schema", Status::Pass, "fine"),
            assuming(ABSENT, result("image-permission", Status::Pass, "allowed")),
            assuming(ABSENT, of("web", result("roles-pass", Status::Pass, "allowed"))),
            assuming(ABSENT, of("api", result("roles-pass", Status::Pass, "allowed"))),
            assuming("that it rains", result("network-route", Status::Fail, "no route")),
        ]
    };
    let text = plain(checks());
    for line in [
        "✔  definition  1 passed",
        "✔* image       1 passed",
        "✘  network     1 failed",
        "✔* assuming that no policy of the organization denies it: image-permission,",
        "   roles-pass",
    ] {
        assert!(text.lines().any(|it| it == line), "{line}\n{text}");
    }
    assert_eq!(text.matches("assuming").count(), 1, "{text}");
    let mut look = Look::plain();
    look.marks = Marks::Ascii;
    assert!(shown(&report(checks()), &look).contains("\n+* image       1 passed\n"));
    let text = loud(Volume::Verbose, checks());
    assert!(text.contains("  ✔* image-permission: allowed\n"), "{text}");
    assert!(text.contains("    assumes   that no policy"), "{text}");
    assert!(loud(Volume::Quiet, checks()).contains("✔* assuming that no policy"));
    let text = plain(vec![result("definition-schema", Status::Pass, "fine")]);
    assert!(text.contains("✔ definition  1 passed") && !text.contains('*'), "{text}");
}

#[test]
fn the_short_format_notes_each_assumption_once() {
    let checks = vec![
        assuming("that it rains", at(7, result("image-permission", Status::Pass, "allowed"))),
        assuming("that it rains", at(8, result("roles-pass", Status::Pass, "allowed"))),
    ];
    let text = super::super::short::render(&report(checks), &Look::plain());
    assert_eq!(text, "a.json:7:3: note: image-permission: passes, assuming that it rains\n");
}

#[test]
fn a_flag_is_a_word_of_its_line_in_the_short_format() {
    let about = |subject: &str| {
        let failed = result("cluster-exists", Status::Fail, "no");
        let failed = CheckResult { subject: subject.into(), ..failed };
        super::super::short::render(&report(vec![failed]), &Look::plain())
    };
    for (subject, place) in [
        ("", "a.json"),
        ("/cpu", "a.json/cpu"),
        ("--cluster", "a.json --cluster"),
        ("service web#/clusterArn", "a.json service web#/clusterArn"),
    ] {
        let line = anstream::adapter::strip_str(&about(subject)).to_string();
        assert_eq!(line, format!("{place}: fail: cluster-exists: no\n"));
    }
}
