//! Pictures of paths that arrive, and of some that do not.

mod charts;

use super::{Drawn, Form, Subject, draw, lines};
use crate::output::Look;
use crate::reachability::network_path::{End, Hop, Kind, NetworkPath};

fn hop(kind: Kind, id: &str, broken: bool) -> Hop {
    Hop::new(kind, id, broken)
}

/// `ecr.api` arrives by a NAT gateway, `logs` is let out by no group.
fn two() -> Vec<NetworkPath> {
    let path = |to: &str, broken: bool, end: End| NetworkPath {
        hops: vec![
            hop(Kind::Subnet, "subnet-a", false),
            hop(Kind::Groups, "sg-1", broken),
            hop(Kind::Acl, "acl-1", false),
            hop(Kind::Table, "rtb-1", false),
            hop(Kind::Gateway, "nat-1", false),
            hop(Kind::Internet, "igw-1", false),
            hop(Kind::Destination, to, false),
        ],
        end,
        judged_by: None,
    };
    vec![
        path("ecr.api", false, End::Arrives),
        path("logs", true, End::Lost("no rule lets <443> out".to_owned())),
    ]
}

fn paths(title: &str, trails: Vec<NetworkPath>) -> Drawn {
    Drawn { title: title.to_owned(), subject: Subject::Paths(trails) }
}

fn pictured(form: Form, title: &str, trails: Vec<NetworkPath>) -> String {
    draw(form, &[paths(title, trails)], &Look::plain())
}

/// By an endpoint; whether its policy lets the call pass is `end`.
fn by_endpoint(subnet: &str, endpoint: &str, to: &str, end: End) -> NetworkPath {
    NetworkPath {
        hops: vec![
            hop(Kind::Subnet, subnet, false),
            hop(Kind::Groups, "sg-1, sg-2", false),
            hop(Kind::Acl, "acl-1", false),
            hop(Kind::Table, "rtb-1", false),
            hop(Kind::Gateway, endpoint, end != End::Arrives),
            hop(Kind::Destination, to, false),
        ],
        end,
        judged_by: None,
    }
}

fn told(trails: &[NetworkPath], width: usize) -> String {
    let mut look = Look::plain();
    look.width = width;
    let text = lines(trails, &look);
    anstream::adapter::strip_str(&text).to_string()
}

#[test]
fn a_line_names_what_packets_pass_and_the_filter_at_which_they_end() {
    assert_eq!(
        told(&two(), 100),
        "  subnet-a → rtb-1 → nat-1 → igw-1 → ecr.api ✔\n  subnet-a → ✘ sg-1 → logs ✘\n"
    );
}

#[test]
fn a_line_is_for_all_that_share_hops_and_end_and_breaks_before_an_arrow() {
    let by_one = |to: &str, end: End| by_endpoint("subnet-a", "vpce-1", to, end);
    let refused = || End::Lost("refused".to_owned());
    let trails = [
        by_one("logs", End::Arrives),
        by_one("ssm", refused()),
        by_one("ecr.api", End::Arrives),
        by_one("s3", End::Open("who knows".to_owned())),
    ];
    assert_eq!(
        told(&trails, 42),
        "  subnet-a → rtb-1 → vpce-1\n      → logs, ecr.api ✔\n  subnet-a → rtb-1 → ✘ vpce-1 → ssm ✘\n  subnet-a → rtb-1 → ? vpce-1 → s3 ?\n"
    );
}

#[test]
fn a_path_of_one_hop_has_no_arrow_and_is_drawn_in_every_format() {
    let hop = hop(Kind::Subnet, "subnets unknown", true);
    let end = End::Open("pass --subnets".to_owned());
    let trails = vec![NetworkPath { hops: vec![hop], end, judged_by: None }];
    assert_eq!(told(&trails, 100), "  ? subnets unknown\n");
    for (name, form) in Form::OF_PATHS {
        let picture = pictured(*form, "web", trails.clone());
        assert!(picture.contains("subnets unknown: pass --subnets"), "{name}: {picture}");
    }
}

#[test]
fn what_a_document_names_steers_no_terminal_and_breaks_no_picture() {
    let trail = by_endpoint("subnet-a", "vpce-1", "a\u{1b}[2Jb\nc", End::Arrives);
    assert!(!told(std::slice::from_ref(&trail), 100).contains(['\u{1b}', '\r']));
    assert_eq!(told(std::slice::from_ref(&trail), 100).lines().count(), 1);
    for (name, form) in Form::OF_PATHS {
        let picture = pictured(*form, "web\u{7}", vec![trail.clone()]);
        assert!(!picture.contains(['\u{1b}', '\u{7}']), "{name}: {picture}");
    }
}

#[test]
fn a_reason_is_told_once_and_says_from_where_unless_from_everywhere() {
    let no_route = || End::Lost("no route leads there".to_owned());
    let refused = || End::Lost("the policy refuses it".to_owned());
    let trails = vec![
        by_endpoint("subnet-a", "vpce-1", "ssm", End::Open("it is not known".to_owned())),
        by_endpoint("subnet-a", "vpce-1", "s3", no_route()),
        by_endpoint("subnet-a", "vpce-2", "logs", refused()),
        by_endpoint("subnet-b", "vpce-2", "logs", refused()),
    ];
    for (name, form) in Form::OF_PATHS {
        let picture = pictured(*form, "web", trails.clone());
        let told = [
            "s3 from subnet-a: no route leads there",
            "logs: the policy refuses it",
            "ssm from subnet-a: it is not known",
        ];
        let places: Vec<_> = told.iter().map(|it| picture.find(it)).collect();
        assert!(places.is_sorted() && places.iter().all(Option::is_some), "{name}: {picture}");
        assert_eq!(picture.matches("the policy refuses it").count(), 1, "{name}: {picture}");
    }
}

#[test]
fn several_tasks_are_one_picture() {
    let both = [paths("web", two()), paths("worker", two())];
    let draw = |form, drawn| draw(form, drawn, &Look::plain());
    let svg = draw(Form::Svg, &both);
    assert_eq!((svg.matches("<svg ").count(), svg.matches("</svg>").count()), (1, 1));
    assert_eq!(svg.matches("class=\"card\"").count(), 2);
    let dot = draw(Form::Dot, &both);
    assert_eq!(dot.matches("digraph").count(), 1);
    assert!(dot.contains("g0n0 -> g0n1") && dot.contains("g1n0 -> g1n1"), "{dot}");
    let mermaid = draw(Form::Mermaid, &both);
    assert_eq!(mermaid.matches("flowchart").count(), 1);
    assert!(mermaid.contains("subgraph g1[\"worker\"]"), "{mermaid}");
    // Lines are counted through, and each task has a broken one.
    let painted = mermaid.lines().filter(|line| line.contains("linkStyle"));
    assert_eq!(painted.count(), 2, "{mermaid}");
}

/// The boxes as (x, y, width, height), and the endings and beginnings of the lines.
fn boxes(svg: &str) -> Vec<[f64; 4]> {
    let number = |tag: &str, name: &str| -> f64 {
        let (_, rest) = tag.split_once(&format!(" {name}=\"")).unwrap();
        rest.split('"').next().unwrap().parse().unwrap()
    };
    let tags =
        svg.split("<rect ").skip(2).map(|tag| format!(" {}", tag.split('>').next().unwrap()));
    tags.map(|tag| ["x", "y", "width", "height"].map(|name| number(&tag, name))).collect()
}

#[test]
fn boxes_hold_their_text_and_neither_they_nor_a_line_run_over_another() {
    let long = "a-registry-with-a-name-of-a-length-that-nobody-reads.example.com:5000";
    let mut trails = two();
    for subnet in ["subnet-a", "subnet-b", "subnet-c"] {
        for (nth, to) in ["ecr.api", "ecr.dkr", "s3", "ssm", "kms", long].iter().enumerate() {
            let end = match nth {
                0 => End::Lost("word ".repeat(90)),
                1 => End::Open("it is not known".to_owned()),
                _ => End::Arrives,
            };
            trails.push(by_endpoint(subnet, &format!("vpce-{nth}"), to, end));
        }
    }
    let svg = pictured(Form::Svg, &"t".repeat(400), trails);
    let size = svg.split("viewBox=\"0 0 ").nth(1).unwrap().split('"').next().unwrap();
    let (width, height) = size.split_once(' ').unwrap();
    let (width, height): (f64, f64) = (width.parse().unwrap(), height.parse().unwrap());
    let boxes = boxes(&svg);
    assert!(boxes.len() > 15, "{svg}");
    for (at, [x, y, wide, high]) in boxes.iter().enumerate() {
        assert!(x + wide < width && y + high < height, "box {at} is outside: {svg}");
        for [other_x, other_y, other_wide, other_high] in &boxes[at + 1..] {
            let apart = x + wide <= *other_x
                || other_x + other_wide <= *x
                || y + high <= *other_y
                || other_y + other_high <= *y;
            assert!(apart, "box {at} is over another: {svg}");
        }
    }
    // The lanes of lines that leave a column out: M x y H x.
    let lanes = svg.split("d=\"M").skip(1).filter_map(|path| {
        let path = path.split('"').next().unwrap();
        let (start, end) = path.split_once(" H")?;
        let (x, y) = start.split_once(' ')?;
        Some([x, y, end].map(|it| it.parse::<f64>().unwrap()))
    });
    let lanes: Vec<_> = lanes.filter(|[x, _, end]| end - x > 30.0).collect();
    assert!(lanes.len() >= 6, "{svg}");
    for [x, y, end] in lanes {
        let runs_over = |[left, top, wide, high]: &&[f64; 4]| {
            x < left + wide && end > *left && y > *top && y < top + high
        };
        assert_eq!(boxes.iter().find(runs_over), None, "{svg}");
    }
    // Text: the letters of each label at their width, within its box; sentences within the picture.
    let title = svg.split("class=\"title\"").nth(1).unwrap();
    let letters = title.split('<').next().unwrap().chars().filter(|it| *it == 't').count() as f64;
    assert!(letters > 40.0 && letters * 9.4 < width - 150.0, "{letters} in {width}");
    for why in svg.split("class=\"why\"").skip(1) {
        let (_, text) = why.split_once('>').unwrap();
        let letters = text.split('<').next().unwrap().chars().count() as f64;
        assert!(letters * 6.5 < width, "{text}");
    }
    for node in svg.split("<g class=\"node").skip(1) {
        let node = node.split("</g>").next().unwrap();
        let (_, rest) = node.split_once(" width=\"").unwrap();
        let wide: f64 = rest.split('"').next().unwrap().parse().unwrap();
        for label in node.split("class=\"id\"").skip(1) {
            let (_, text) = label.split_once('>').unwrap();
            let letters = text.split('<').next().unwrap().chars().count() as f64;
            assert!(25.0 + letters * 7.2 < wide, "{label} in {wide}");
        }
    }
    assert!(svg.contains(&format!("<title>{long}</title>")), "{svg}");
}

#[test]
fn every_form_names_each_hop_once_and_marks_the_broken_one() {
    for (name, form) in Form::OF_PATHS {
        let picture = pictured(*form, "web \"blue\"", two());
        let hops = ["subnet-a", "sg-1", "acl-1", "rtb-1", "nat-1", "igw-1", "ecr.api"];
        for id in hops {
            assert_eq!(picture.matches(id).count(), 1, "{name}: {id} in {picture}");
        }
        assert!(picture.contains("cf222e"), "{name}: red in {picture}");
    }
}

#[test]
fn the_picture_is_well_formed_whatever_is_written_in_it() {
    let picture = pictured(Form::Svg, "a<b & \"c\"", two());
    assert!(picture.contains("a&lt;b &amp; &quot;c&quot;"));
    assert!(picture.contains("no rule lets &lt;443&gt; out"));
    assert!(picture.contains("node bad") && picture.contains("1 of 2 reached"));
    assert!(picture.contains("prefers-color-scheme:dark"));
    assert_eq!(picture.matches("<g ").count(), picture.matches("</g>").count());
}

#[test]
fn a_hop_that_stops_one_subnet_is_not_that_of_another_which_passes() {
    let refused = || End::Lost("the policy refuses it".to_owned());
    let trails = |of_b: End| {
        vec![
            by_endpoint("subnet-a", "vpce-1", "ssm", refused()),
            by_endpoint("subnet-b", "vpce-1", "ssm", of_b),
        ]
    };
    let drawn = |of_b: End| pictured(Form::Svg, "web", trails(of_b)).matches(">vpce-1<").count();
    assert_eq!((drawn(End::Arrives), drawn(refused())), (2, 1));
}

#[test]
fn at_most_five_lines_say_why() {
    let long = "a reason that takes many words ".repeat(20);
    for many in [1, 2, 5, 9] {
        let trails: Vec<_> = (0..many)
            .map(|nth| {
                by_endpoint(
                    "subnet-a",
                    "vpce-1",
                    &format!("s{nth}"),
                    End::Lost(format!("{nth} {long}")),
                )
            })
            .collect();
        let svg = pictured(Form::Svg, "web", trails.clone());
        assert!(svg.matches("class=\"why\"").count() <= 5, "{many}: {svg}");
        let dot = pictured(Form::Dot, "web", trails);
        assert!(dot.matches("\\l").count() <= 5, "{many}: {dot}");
        assert_eq!(dot.contains("more reasons"), many > 5, "{many}: {dot}");
    }
}

#[test]
fn a_name_stands_by_its_id() {
    let mut trail = by_endpoint("subnet-a", "vpce-1", "ssm", End::Arrives);
    trail.hops[0].name = Some("private-a".to_owned());
    assert!(told(std::slice::from_ref(&trail), 100).contains("subnet-a (private-a) →"));
    for (name, form) in Form::OF_PATHS {
        let picture = pictured(*form, "web", vec![trail.clone()]);
        assert!(picture.contains("private-a"), "{name}: {picture}");
    }
}
