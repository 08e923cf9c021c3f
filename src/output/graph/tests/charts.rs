//! Pictures and tables of container instances.

use super::*;
use crate::placement::chart::{Bar, Chart, Instance, Resource, State};
use crate::placement::demand::Demand;

fn bar(resource: Resource, free: u64, asked: u64) -> Bar {
    Bar { resource, all: Some(2_048), free: Some(free), asked }
}

fn instance(nth: usize, state: State) -> Instance {
    let free = if matches!(state, State::Fits(_)) { 1_024 } else { 128 };
    Instance {
        id: format!("{nth:032x}"),
        kind: Some("m5.large".to_owned()),
        zone: Some("eu-west-1a".to_owned()),
        bars: vec![bar(Resource::Cpu, free, 512), bar(Resource::Memory, 1_500, 1_024)],
        state,
    }
}

fn lacks(what: &str) -> State {
    State::Lacks { what: vec![what.to_owned()], distance: (1, 750) }
}

fn chart(count: usize) -> Chart {
    let state = |nth: usize| match nth % 4 {
        0 => State::Fits(2),
        1 => State::Unknown,
        _ => lacks("RESOURCE:CPU: 128 CPU units are left of the 512 that the task requires"),
    };
    Chart {
        cluster: "prod".to_owned(),
        demand: Demand { cpu: 512, memory: 1_024, interfaces: 1, ..Demand::default() },
        instances: (0..count).map(|nth| instance(nth, state(nth))).collect(),
        note: None,
    }
}

fn drawn(form: Form, chart: Chart) -> String {
    let title = "container instances of cluster prod for <web>".to_owned();
    draw(form, &[Drawn { title, subject: Subject::Instances(chart) }], &Look::plain())
}

fn table(chart: Chart) -> String {
    anstream::adapter::strip_str(&drawn(Form::Text, chart)).to_string()
}

#[test]
fn a_picture_has_a_bar_for_each_resource_of_each_instance() {
    let svg = drawn(Form::Svg, chart(4));
    assert_eq!(svg.matches("class=\"node good\"").count(), 1, "{svg}");
    assert_eq!(svg.matches("class=\"node open\"").count(), 1);
    assert_eq!(svg.matches("class=\"node bad\"").count(), 2);
    // What the task requires, where it fits; all that is left is too little elsewhere.
    assert_eq!(svg.matches("<rect class=\"asked\"").count(), 1 + 5);
    assert_eq!(svg.matches("<rect class=\"short\"").count(), 1 + 3);
    for said in [
        "for &lt;web&gt;",
        "1 of 4 fit, for 2 tasks",
        "One task requires 512 CPU units, 1,024 MiB of memory and 1 network interface",
        "1,024 of 2,048 free<",
        "128 free, 512 required",
        "RESOURCE:CPU: 128 CPU units are left",
        "prefers-color-scheme:dark",
    ] {
        assert!(svg.contains(said), "{said}: {svg}");
    }
    assert_eq!(svg.matches("<g ").count(), svg.matches("</g>").count());
}

#[test]
fn a_picture_of_a_thousand_instances_is_as_small_as_one_of_twenty() {
    let (many, few) = (drawn(Form::Svg, chart(1_000)), drawn(Form::Svg, chart(20)));
    assert_eq!(many.matches("class=\"node ").count(), 18);
    assert!(many.len() < few.len() + 4_000, "{} {}", many.len(), few.len());
    for said in [
        "… 244 more fit; 500 tasks in all",
        "… 244 more cannot be determined",
        "… 494 more lack something, the nearest first: RESOURCE:CPU 494",
    ] {
        assert!(many.contains(said), "{said}: {many}");
    }
}

#[test]
fn what_is_not_known_is_said_instead_of_drawn() {
    let note = Some("no cluster is known".to_owned());
    let unknown = || Chart { note: note.clone(), ..Chart::default() };
    for form in [Form::Svg, Form::Text] {
        let picture = drawn(form, unknown());
        assert!(picture.contains("no cluster is known"), "{picture}");
        assert!(!picture.contains("have room"), "{picture}");
    }
    let mut open = chart(1);
    open.instances[0].bars[0].free = None;
    assert!(drawn(Form::Svg, open.clone()).contains(">not known<"));
    assert!(table(open).contains("  ?  "));
}

#[test]
fn a_table_has_a_line_for_each_instance_and_what_it_lacks_below() {
    assert_eq!(
        table(chart(3)),
        "container instances of cluster prod for <web>
  One task requires 512 CPU units, 1,024 MiB of memory and 1 network interface
    instance           type      zone        CPU units    memory, MiB  fits
  ✔ 00000000000000...  m5.large  eu-west-1a  1,024/2,048  1,500/2,048  2
  ? 00000000000000...  m5.large  eu-west-1a  128/2,048    1,500/2,048  ?
  ✘ 00000000000000...  m5.large  eu-west-1a  128/2,048    1,500/2,048  0
      RESOURCE:CPU: 128 CPU units are left of the 512 that the task requires
  1 of 3 have room, for 2 more tasks
"
    );
    let many = table(chart(1_000));
    assert!(many.contains("    ... 494 more lack something: RESOURCE:CPU 494\n"), "{many}");
    assert!(many.contains("  250 of 1000 have room, for 500 more tasks\n"), "{many}");
    assert!(many.lines().count() < 40, "{many}");
}

#[test]
fn the_name_of_an_instance_steers_no_terminal() {
    let mut odd = chart(1);
    odd.instances[0].id = "a\u{1b}[2J\u{7}<b>".to_owned();
    for form in [Form::Svg, Form::Text] {
        let picture = drawn(form, odd.clone());
        let plain = anstream::adapter::strip_str(&picture).to_string();
        assert!(!plain.contains(['\u{1b}', '\u{7}']) && !picture.contains("[2J\u{7}"), "{picture}");
    }
    assert!(!drawn(Form::Svg, odd).contains("<b>"));
}
