use std::collections::HashSet;

use xmlparser::{ElementEnd, Token, Tokenizer};

use crate::document::{Node, Role, Source};
use crate::output::tests::{HOSTILE, each_status, report, saying};
use crate::placement::chart::{Bar, Chart, Instance, Resource, State};
use crate::reachability::network_path::{End, Hop, Kind, NetworkPath};
use crate::report::{CheckResult, Exhibit, Location, Report, Status};

/// The elements of a page, with their attributes. The page is XML, but for its first lines.
fn elements(page: &str) -> Vec<(String, Vec<(String, String)>)> {
    let mut found: Vec<(String, Vec<(String, String)>)> = Vec::new();
    let mut open: Vec<String> = Vec::new();
    let body = &page[page.find("<body>").unwrap()..page.find("</html>").unwrap()];
    for token in Tokenizer::from_fragment(body, 0..body.len()) {
        match token.unwrap() {
            Token::ElementStart { local, .. } => {
                found.push((local.to_string(), Vec::new()));
                open.push(local.to_string());
            }
            Token::Attribute { local, value, .. } => {
                let last = found.last_mut().unwrap();
                last.1.push((local.to_string(), value.to_string()));
            }
            Token::ElementEnd { end: ElementEnd::Close(_, local), .. } => {
                let last = open.pop().unwrap();
                assert!(last == *local, "{last} is closed by {local}");
            }
            Token::ElementEnd { end: ElementEnd::Empty, .. } => drop(open.pop()),
            _ => {}
        }
    }
    assert!(open.is_empty(), "{open:?}");
    found
}

/// A container instance that the task fits on.
fn instances() -> Chart {
    let bar = Bar { resource: Resource::Cpu, all: Some(2048), free: Some(1024), asked: 256 };
    let instance = Instance {
        id: "0123456789abcdef".to_owned(),
        kind: None,
        zone: None,
        bars: vec![bar],
        state: State::Fits(4),
    };
    Chart { instances: vec![instance], ..Chart::default() }
}

/// With a definition, a path and an instance.
fn shown_with(mut report: Report, definition: &str) -> String {
    let source = Source::read("a.json", Role::Definition, definition.as_bytes()).unwrap();
    for target in &mut report.targets {
        let hop = |kind, id: &str| Hop::new(kind, id, false);
        let hops = vec![hop(Kind::Subnet, "subnet-1"), hop(Kind::Destination, "ecr")];
        let paths = vec![NetworkPath { hops, end: End::Arrives, judged_by: None }];
        target.exhibit = Exhibit {
            definition: Some(Node::clone(&source.root)),
            paths,
            chart: Some(instances()),
        };
    }
    super::render(&report)
}

const DEFINITION: &str = r#"{
  "family": "web",
  "containerDefinitions": [
    {"name": "app", "image": "busybox",
     "command": ["--password=hunter2"],
     "environment": [{"name": "TOKEN", "value": "hunter2"}],
     "environmentFiles": [{"type": "s3", "value": "arn:aws:s3:::b/k"}],
     "dockerLabels": {"name": "hunter2"},
     "logConfiguration": {"logDriver": "splunk", "options": {"splunk-token": "hunter2", "awslogs-group": "/ecs/a"}},
     "healthCheck": {"command": ["CMD", "hunter2"]},
     "hunter": "hunter2"}
  ]
}"#;

/// A failure at the image of the definition.
fn failed() -> CheckResult {
    let mut failed = each_status().into_iter().find(|it| it.status == Status::Fail).unwrap();
    failed.subject = "/containerDefinitions/0/image".into();
    failed.container = Some("app".into());
    failed.location = Some(Location { file: "a.json".into(), line: 4, column: 21 });
    failed
}

#[test]
fn a_page_has_the_verdict_the_findings_the_definition_and_the_pictures() {
    let mut all = each_status();
    all.push(failed());
    let page = shown_with(report(vec![all]), DEFINITION);
    for part in [
        "<title>FAIL: 0.json</title>",
        "<h1><span class=\"sign\">✘</span> FAIL</h1>",
        "<h3>Definition</h3>",
        "<h3>What it depends on</h3>",
        "<h3>Network paths</h3>",
        "<h3>Container instances</h3>",
        "1,024 of 2,048 free",
        "<h2>Not checked</h2>",
        "<h2>Assumed</h2>",
        "All 7 results",
    ] {
        assert!(page.contains(part), "{part}\n{page}");
    }
    let elements = elements(&page);
    let count = |name: &str| elements.iter().filter(|it| it.0 == name).count();
    assert_eq!((count("article"), count("svg"), count("script")), (3, 3, 0));
}

#[test]
fn paths_that_lead_nowhere_are_not_drawn() {
    let mut report = report(vec![vec![failed()]]);
    let hops = vec![Hop::new(Kind::Subnet, "subnets unknown", true)];
    let paths = vec![NetworkPath { hops, end: End::Open("why".to_owned()), judged_by: None }];
    report.targets[0].exhibit.paths = paths;
    assert!(!super::render(&report).contains("Network paths"));
}

#[test]
fn a_mark_leads_to_its_finding_and_back() {
    let page = shown_with(report(vec![vec![failed()]]), DEFINITION);
    let row = page.lines().find(|it| it.contains("busybox") && it.starts_with("<tr")).unwrap();
    assert!(row.contains("class=\"is-fail\""), "{row}");
    assert!(row.contains("<td class=\"number\">4</td>"), "{row}");
    assert!(row.contains("<a href=\"#t0f0\" title=\"image-exists: fail\">✘</a>"), "{row}");
    let elements = elements(&page);
    let of = |name: &str| {
        let all = elements.iter().flat_map(|it| &it.1).filter(move |it| it.0 == name);
        all.map(|it| it.1.clone()).collect::<HashSet<_>>()
    };
    let (ids, links) = (of("id"), of("href"));
    let inside: Vec<_> = links.iter().filter_map(|it| it.strip_prefix('#')).collect();
    assert_eq!(inside.len(), 2, "{links:?}");
    assert!(inside.iter().all(|it| ids.contains(*it)), "{links:?}");
}

#[test]
fn a_result_about_what_is_missing_marks_what_would_contain_it() {
    let mut missing = failed();
    missing.subject = "/containerDefinitions/0/logConfiguration/options/awslogs-region".into();
    let page = shown_with(report(vec![vec![missing]]), DEFINITION);
    let row = page.lines().find(|it| it.contains("is-fail") && it.starts_with("<tr id=")).unwrap();
    assert!(row.contains("&quot;options&quot;: {"), "{row}");
}

#[test]
fn a_value_that_might_be_secret_is_not_on_the_page() {
    let page = shown_with(report(vec![vec![failed()]]), DEFINITION);
    assert!(!page.contains("hunter2"), "{page}");
    for shown in ["&quot;TOKEN&quot;", "arn:aws:s3:::b/k", "/ecs/a", "&quot;splunk&quot;", "•••"]
    {
        assert!(page.contains(shown), "{shown}");
    }
}

#[test]
fn nothing_in_a_document_becomes_markup() {
    let ours = |page: &str| -> HashSet<String> {
        let attributes = |(name, attributes): &(String, Vec<(String, String)>)| {
            let names = attributes.iter().map(|it| it.0.as_str());
            [name.as_str()].into_iter().chain(names).map(str::to_owned).collect::<Vec<_>>()
        };
        elements(page).iter().flat_map(attributes).collect()
    };
    let plain = ours(&shown_with(saying(Status::Fail, "x"), DEFINITION));
    for text in HOSTILE {
        let definition = serde_json::json!({"family": text, (text.to_owned()): text, "volumes": [{"name": text}]});
        let page = shown_with(saying(Status::Fail, text), &definition.to_string());
        assert!(ours(&page).is_subset(&plain), "{page}");
        assert!(!page.contains(|it: char| it.is_control() && it != '\n'), "{page:?}");
    }
}

#[test]
fn several_targets_have_a_list_with_links() {
    let page = shown_with(report(vec![each_status(), vec![failed()]]), DEFINITION);
    assert!(page.contains("<title>FAIL: 2 task definitions</title>"));
    for part in ["<a href=\"#t1\">1.json</a>", "<section id=\"t1\">", "id=\"t1f0\""] {
        assert!(page.contains(part), "{part}");
    }
    let ids: Vec<String> = elements(&page)
        .into_iter()
        .flat_map(|it| it.1)
        .filter_map(|(name, value)| (name == "id").then_some(value))
        .collect();
    assert_eq!(ids.iter().collect::<HashSet<_>>().len(), ids.len());
}

#[test]
fn a_page_of_thousands_is_bounded() {
    let many = |nth: usize| {
        let mut it = failed();
        it.message = format!("{nth}").into();
        it.resource = Some(format!("r{nth}").into());
        it
    };
    let page = shown_with(report(vec![(0..20_000).map(many).collect()]), DEFINITION);
    assert!(page.len() < 5_000_000, "{}", page.len());
    assert!(page.contains("… and 19500 more"), "cards");
}
