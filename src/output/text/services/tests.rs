use super::*;
use crate::report::{CheckResult, Stats, Target};

fn result(id: &'static str, status: Status, message: &str) -> CheckResult {
    CheckResult {
        id,
        group: id.split('-').next().unwrap_or_default(),
        status,
        skip_reason: None,
        subject: "/containerDefinitions/0/image".into(),
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

fn service(name: &str, desired: i64, checks: Vec<CheckResult>) -> TargetReport {
    let target = Target {
        source: format!("production/{name}"),
        service: Some(LiveService {
            cluster: "production".to_owned(),
            name: name.to_owned(),
            task_definition: Some(format!("{name}:7")),
            desired_count: Some(desired),
            scheduling_strategy: Some("REPLICA".to_owned()),
        }),
        family: Some(name.to_owned()),
        region: None,
        account: None,
        caller: None,
    };
    TargetReport::of(target, checks)
}

fn report(targets: Vec<TargetReport>) -> Report {
    let asked_with = "profile prod".to_owned();
    Report { targets, stats: Stats::default(), asked_with, notes: Vec::new() }
}

fn render(report: &Report, look: &Look) -> String {
    anstream::adapter::strip_str(&super::super::render(report, look)).to_string()
}

fn gone() -> CheckResult {
    result("image-exists", Status::Fail, "there is no image app:1")
}

#[test]
fn each_service_has_a_line_and_each_cause_is_said_once() {
    let fine = || result("secrets-exist", Status::Pass, "all exist");
    let text = render(
        &report(vec![
            service("api", 2, vec![gone(), fine()]),
            service("cron", 0, vec![fine()]),
            service("web", 2, vec![gone(), result("logs-exist", Status::Unknown, "no answer")]),
        ]),
        &Look::plain(),
    );
    let lines: Vec<&str> = text.lines().collect();
    for line in [
        "cluster production: 3 services, 2 fail, 1 pass",
        "✘ api   api:7   image-exists: there is no image app:1",
        "✔ cron  cron:7  desiredCount 0",
        "✘ web   web:7   image-exists: there is no image app:1",
        "✘ image    2 failed",
        "  ✘ image-exists in api, web at /containerDefinitions/0/image",
        "  ? logs-exist in web at /containerDefinitions/0/image",
    ] {
        assert!(lines.contains(&line), "{line}\n{text}");
    }
    let full = lines.iter().filter(|line| line.trim() == "there is no image app:1");
    assert_eq!(full.count(), 1, "{text}");
    // At the end, a line for each cause.
    assert!(text.contains("✘ image-exists  api +1"), "{text}");
}

#[test]
fn a_line_is_cut_at_the_width_and_a_quiet_table_has_no_passes() {
    let long = "a".repeat(300);
    let failed = result("image-exists", Status::Fail, &long);
    let all = report(vec![
        service(&"n".repeat(60), 1, vec![failed]),
        service("web", 1, vec![result("image-exists", Status::Pass, "it exists")]),
    ]);
    let mut look = Look::plain();
    look.volume = Volume::Quiet;
    let text = render(&all, &look);
    assert!(!text.contains("✔ web"), "{text}");
    let row = text.lines().find(|line| line.starts_with("✘ …nnn")).unwrap_or_default();
    assert!(row.ends_with('…') && row.width() <= 80, "{text}");
}

#[test]
fn what_could_not_be_read_says_why() {
    let mut unread = service("web", 1, vec![result("service-exists", Status::Unknown, "refused")]);
    if let Some(service) = &mut unread.target.service {
        (service.task_definition, service.desired_count) = (None, None);
    }
    let idle = result("service-exists", Status::Skip, "the service has no task set");
    let text = render(&report(vec![service("idle", 1, vec![idle]), unread]), &Look::plain());
    assert!(text.contains("cluster production: 2 services, 1 unknown, 1 not checked"), "{text}");
    assert!(text.contains("- idle  idle:7  the service has no task set"), "{text}");
    assert!(text.contains("? web           service-exists: refused"), "{text}");
}
