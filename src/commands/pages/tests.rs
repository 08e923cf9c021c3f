use super::{built, command, examples, generated_of, shells};
use crate::checks::{GROUPS, Group, Groups};
use crate::cli::{Cli, Command, PROGRAM};
use crate::verdict::Input;

/// What is offered for the last of these words.
fn offered(words: &str, groups: Groups) -> Vec<String> {
    let words = words.split(' ').map(Into::into).collect();
    let found = shells::candidates(&mut command(groups), words, None).unwrap();
    found.iter().map(|it| it.get_value().to_string_lossy().into_owned()).collect()
}

#[test]
fn candidates_come_from_the_definitions_and_the_catalogue() {
    let table: &[(&str, &[&str])] = &[
        ("aws-ecs-preflight verif", &["verify"]),
        ("aws-ecs-preflight verify --rep", &["--replay"]),
        ("aws-ecs-preflight verify --color=o", &["--color=on", "--color=off"]),
        ("aws-ecs-preflight explain secret-js", &["secret-json-key"]),
        ("aws-ecs-preflight verify --only=secrets,image-pl", &["--only=secrets,image-platform"]),
        ("aws-ecs-preflight verify --skip secrets", &["secrets"]),
        ("aws-ecs-preflight verify --allow-unknown=image-pl", &["--allow-unknown=image-platform"]),
        ("aws-ecs-preflight image -o nd", &["ndjson"]),
        ("aws-ecs-preflight man verif", &["verify"]),
    ];
    for (words, expected) in table {
        assert_eq!(offered(words, GROUPS), *expected, "{words}");
    }
}

#[test]
fn flags_are_offered_only_where_nothing_else_fits() {
    assert!(offered("aws-ecs-preflight ", GROUPS).iter().all(|it| !it.starts_with('-')));
    assert!(offered("aws-ecs-preflight checks ", GROUPS).contains(&"--format".to_owned()));
}

#[test]
fn examples_are_what_the_program_understands() {
    for subcommand in built(GROUPS).get_subcommands() {
        for (_, line) in examples::of(subcommand.get_name(), GROUPS) {
            let start = line.find(PROGRAM).unwrap();
            let words = line[start..].split([' ', '|', ')']).take_while(|it| !it.is_empty());
            let parsed = command(GROUPS).try_get_matches_from(words);
            assert!(parsed.is_ok(), "{line}: {}", parsed.unwrap_err());
        }
    }
}

#[test]
fn each_input_that_checks_need_is_given_by_flags_of_every_command_that_judges() {
    let root = built(GROUPS);
    for command in ["verify", "network", "secrets"] {
        let arguments = root.find_subcommand(command).unwrap().get_arguments();
        let known: Vec<String> =
            arguments.filter_map(|it| it.get_long()).map(|it| format!("--{it}")).collect();
        for flag in Input::ALL.iter().flat_map(|input| input.flags()) {
            assert!(known.iter().any(|it| it == flag), "{command} has no {flag}");
        }
    }
}

/// All groups, and one that nobody but this test knows.
fn with_one_more(draws: bool) -> Groups {
    let added: &Group = Box::leak(Box::new(Group {
        name: "lighthouse",
        about: "the lamp burns",
        help: "Check that the lamp burns",
        examples: &[("At night", "aws-ecs-preflight lighthouse taskdef.json --cluster harbour")],
        draws,
        checks: &GROUPS[0].checks[..1],
        ..Group::EMPTY
    }));
    GROUPS.iter().copied().chain([added]).collect::<Vec<_>>().leak()
}

#[test]
fn a_group_costs_its_record_and_its_line_in_the_list() {
    let groups = with_one_more(false);
    let id = groups[0].checks[0].id;
    let help = command(groups).render_long_help().to_string();
    assert!(help.contains("lighthouse   Check that the lamp burns\n"), "{help}");
    let own = command(groups).find_subcommand_mut("lighthouse").unwrap().render_help().to_string();
    for said in ["Check that the lamp burns\n", "TASKDEF", "--record", "# At night\n  aws-ecs-"] {
        assert!(own.contains(said), "{said}: {own}");
    }
    for (words, expected) in [
        ("aws-ecs-preflight ligh", "lighthouse"),
        ("aws-ecs-preflight man ligh", "lighthouse"),
        ("aws-ecs-preflight verify --only ligh", "lighthouse"),
        ("aws-ecs-preflight lighthouse --rep", "--replay"),
    ] {
        assert_eq!(offered(words, groups), [expected], "{words}");
    }
    let files = generated_of("<!-- begin checks -->\n<!-- end checks -->", groups).unwrap();
    let file = |name: &str| &files.iter().find(|(path, _)| path == name).unwrap().1;
    assert!(file("README.md").contains(&format!("| lighthouse | `{id}` | ")));
    let page = file("man/aws-ecs-preflight.1");
    for said in ["\\fBlighthouse\\fR\nCheck that the lamp burns", "(lighthouse) every", "At night:"]
    {
        assert!(page.contains(said), "{said}: {page}");
    }
    let page = file("man/aws-ecs-preflight-lighthouse.1");
    for said in ["Check that the lamp burns", "EXIT STATUS", "(lighthouse) every", "At night:"] {
        assert!(page.contains(said), "{said}: {page}");
    }
}

#[test]
fn the_command_of_a_group_is_parsed_to_its_group() {
    for (draws, graph) in [(false, None), (true, Some("dot"))] {
        let groups = with_one_more(draws);
        let flags = graph.map(|form| format!("--graph={form}"));
        let line = [PROGRAM, "lighthouse", "taskdef.json"].map(str::to_owned).into_iter();
        let matches = command(groups).try_get_matches_from(line.chain(flags)).unwrap();
        let (group, judged, drawn) = match Cli::of(&matches, groups).unwrap().command {
            Command::Judge(group, judged) => (group, judged, None),
            Command::Draw(group, reached) => {
                (Some(group), reached.judged, reached.graph.first().cloned())
            }
            Command::Other(_) => panic!("another command"),
        };
        assert_eq!(group.map(|it| it.name), Some("lighthouse"));
        assert_eq!(judged.definitions, ["taskdef.json"]);
        assert_eq!(drawn.as_deref(), graph);
        let elsewhere = [PROGRAM, "image", "taskdef.json", "--graph=dot"];
        assert!(command(groups).try_get_matches_from(elsewhere).is_err());
    }
}
