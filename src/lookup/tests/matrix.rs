//! The fault matrix makes every lookup.

use std::collections::BTreeMap;

use super::*;

/// By this list it knows the lookup of a recorded fact.
#[test]
fn the_list_of_the_fault_matrix_has_every_lookup() {
    let mut rows = BTreeMap::new();
    for case in lookups("localhost:1") {
        let key = case.asked.to_json();
        let mut fields: Vec<_> = key.as_object().unwrap().keys().map(String::as_str).collect();
        fields.sort_unstable();
        rows.insert(case.name, format!("{} {}", case.asked.call(), fields.join(" ")));
    }
    let list: String = rows.iter().map(|(name, key)| format!("{name} {key}\n")).collect();
    let committed = include_str!("../../../tests/faults/lookups.txt");
    assert_eq!(list, committed, "tests/faults/lookups.txt must be:\n{list}");
    let keys: BTreeSet<&String> = rows.values().collect();
    assert_eq!(keys.len(), rows.len(), "two lookups with one call have equal keys");
}
