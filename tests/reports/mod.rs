//! The output of some runs, word for word, so that a review shows every change of a sentence.
//! `.github/CONTRIBUTING.md` explains how to renew the files.

/// The program, run on a recording.
mod program;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use program::{FORMS, OTHER_FORMS, Printed, on_definition, on_demo, on_fleet, on_recording};

/// A test for each run, and the list of their names.
macro_rules! stories {
    ($($name:ident: $run:expr;)*) => {
        const STORIES: &[&str] = &[$(stringify!($name)),*];
        $(
            #[test]
            fn $name() {
                compare(stringify!($name), $run);
            }
        )*
    };
}

// The demo, then a run of each group, on a recording or a definition that gives it something to say.
stories! {
    demo_healthy: on_demo(&["healthy"]);
    demo_broken: on_demo(&["broken"]);
    definition: on_definition("definition", include_str!("taskdef.json"));
    image: on_recording("image", "image-not-upstream");
    secrets: on_recording("secrets", "secret-no-key");
    kms: on_recording("kms", "secret-key-disabled");
    roles: on_recording("roles", "volume-key");
    logs: on_recording("logs", "logs-encrypted");
    volumes: on_recording("volumes", "volume-no-snapshot");
    network: on_recording("network", "network-nat-gone");
    capacity: on_recording("capacity", "capacity-full");
    service: on_recording("service", "volume-rollout");
}

/// Live services, recorded by `tests/emulator/fleet.py`.
#[test]
fn fleet() {
    compare("fleet", on_fleet());
}

fn compare(name: &str, printed: Printed) {
    let mut settings = insta::Settings::new();
    settings.set_snapshot_path(".");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| {
        for (form, text) in printed {
            insta::assert_snapshot!(format!("{name}.{form}"), text);
        }
    });
}

#[test]
fn no_report_is_left_over() {
    let known: BTreeSet<String> = STORIES
        .iter()
        .flat_map(|name| {
            let others = if name.starts_with("demo") { OTHER_FORMS } else { &[] };
            FORMS.iter().chain(others).map(move |form| format!("{name}.{form}.snap"))
        })
        .chain(program::FLEET_FORMS.iter().map(|form| format!("fleet.{form}.snap")))
        .collect();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/reports");
    let there = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name());
    let there: BTreeSet<String> = there
        .map(|name| name.into_string().unwrap())
        .filter(|name| {
            !name.ends_with(".rs") && !["taskdef.json", "fleet.json"].contains(&name.as_str())
        })
        .collect();
    let left: Vec<_> = there.difference(&known).collect();
    assert!(left.is_empty(), "no story makes these files of tests/reports/: {left:?}");
}

#[test]
fn every_group_has_its_report() {
    let groups: BTreeSet<&str> =
        aws_ecs_preflight::checks::GROUPS.iter().map(|group| group.name).collect();
    let told: BTreeSet<&str> = STORIES.iter().copied().collect();
    let untold: Vec<_> = groups.difference(&told).collect();
    assert!(untold.is_empty(), "no story is named after these groups: {untold:?}");
}
