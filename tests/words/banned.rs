use super::prose::Prose;

/// Each phrase with what to write instead. Where a phrase contains another one, both are found.
const BANNED: &[(&str, &str)] = &[
    ("told", "known, reported, set"),
    ("tells", "reports, states, contains"),
    ("telling", "reporting"),
    ("mend", "fix"),
    ("mends", "fixes"),
    ("mended", "fixed"),
    ("mending", "fixing"),
    ("hang on", "depend on"),
    ("hangs on", "depends on"),
    ("is open", "cannot be determined"),
    ("are open", "cannot be determined"),
    ("leaves open", "leaves undetermined"),
    ("leave open", "leave undetermined"),
    ("stands", "is"),
    ("of its own", "separate, its"),
    ("of their own", "separate, their"),
    ("of one's own", "custom, of the account"),
    ("of our own", "built-in"),
    ("beside", "in addition to, with"),
    ("that it is for", "its purpose"),
    ("that they are for", "their purpose"),
    ("somebody", "the caller, another account"),
    ("whoever", "the caller, the user"),
    ("who asks", "the caller"),
    ("round in a circle", "in a loop"),
    ("at flags", "of flags"),
    ("role that logs", "role that writes the logs"),
    ("land on", "be placed on"),
    ("lands on", "is placed on"),
    ("way out", "route to the internet"),
    ("outweigh", "override"),
    ("outweighs", "overrides"),
    ("anyhow", "anyway"),
    ("has nothing to say", "does not apply"),
    ("cannot be had", "cannot be read"),
    ("could not be learnt", "could not be determined"),
    ("close the gate", "fail the run"),
    ("closes the gate", "fails the run"),
    ("gate open", "does not fail the run"),
    ("gate shut", "fails the run"),
    ("defect in this program", "internal error (please report)"),
];

/// The banned phrases of a text: the line, the phrase, and what to write instead.
pub(super) fn banned(prose: &Prose) -> Vec<(usize, &'static str, &'static str)> {
    let mut found = Vec::new();
    for (phrase, instead) in BANNED {
        let wanted: Vec<String> = phrase.split(' ').map(str::to_lowercase).collect();
        let windows = prose.words.windows(wanted.len());
        let hits = windows.filter(|them| them.iter().map(|(_, word)| word).eq(&wanted));
        found.extend(hits.map(|them| (them[0].0, *phrase, *instead)));
    }
    found.sort_by_key(|(line, ..)| *line);
    found
}

#[test]
fn each_phrase_is_found_in_a_sentence_and_its_replacement_is_not() {
    for (phrase, instead) in BANNED {
        let found = |text: &str| banned(&Prose::of(text));
        assert!(found(&format!("Perhaps it {phrase}, then.")).iter().any(|it| it.1 == *phrase));
        assert_eq!(found(instead), [], "{phrase}");
    }
    assert_eq!(banned(&Prose::of("`mend` of {told}, untold and mends_it")), []);
}
