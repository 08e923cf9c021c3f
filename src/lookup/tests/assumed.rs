use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use crate::lookup::assumed::ASSUMED;
use crate::lookup::{Call, assumed_without};

/// The lookups that are optional, by the files of this layer.
fn optional() -> BTreeSet<String> {
    let mut folders: Vec<PathBuf> = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("src/lookup")];
    let mut found = BTreeSet::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            for line in fs::read_to_string(&path).unwrap().lines() {
                if let Some(rest) = line.strip_prefix("impl Optional for ") {
                    found.insert(rest.split(' ').next().unwrap().to_owned());
                }
            }
        }
    }
    found
}

#[test]
fn every_optional_lookup_says_what_is_assumed_without_it() {
    let said: BTreeSet<String> = ASSUMED.iter().map(|(name, ..)| (*name).to_owned()).collect();
    let optional = optional();
    assert!(optional.len() > 10, "{optional:?}");
    assert_eq!(said, optional);
    for (name, _, words) in ASSUMED {
        assert!(words.starts_with("that ") && !words.ends_with('.'), "{name}: {words}");
    }
}

#[test]
fn a_sentence_is_assumed_once_for_several_calls() {
    let calls = [
        Call("organizations:ListParents"),
        Call("organizations:DescribeOrganization"),
        Call("sts:GetCallerIdentity"),
    ];
    assert_eq!(assumed_without(&calls), ["that no policy of the organization denies it"]);
}
