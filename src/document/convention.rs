//! Keys that are written as other tools write them: `ContainerDefinitions`, `container_definitions`.

use super::input_error::InputError;
use super::node::{Entry, Node};
use super::source::Source;

/// A key that is written in another convention than the ECS API's.
pub(super) struct Misspelt<'n> {
    entry: &'n Entry,
    known: String,
    /// How many keys of the document have capitals, underscores or hyphens where the API has none.
    others: usize,
}

/// The first key of `root` that is one of the `known` names in another convention, where none of them
/// is there as it should be.
pub(super) fn misspelt<'n>(root: &'n Node, known: &[&str]) -> Option<Misspelt<'n>> {
    if known.iter().any(|name| root.has(name)) {
        return None;
    }
    let (entry, name) = root.entries().iter().find_map(|entry| {
        let name = known.iter().find(|name| is_same(&entry.key, name))?;
        Some((entry, *name))
    })?;
    let is_other = |it: &&Entry| !std::ptr::eq(*it, entry) && camel_case(&it.key) != *it.key;
    let others = root.entries().iter().filter(is_other).count();
    Some(Misspelt { entry, known: name.to_owned(), others })
}

/// Whether two keys differ in capitals, underscores and hyphens at most.
pub(super) fn is_same(key: &str, name: &str) -> bool {
    let letters = |text: &str| -> Vec<u8> {
        let letters = text.bytes().filter(|byte| !b"_- ".contains(byte));
        letters.map(|byte| byte.to_ascii_lowercase()).collect()
    };
    key.len() <= 2 * name.len() && letters(key) == letters(name)
}

/// The key as the API would write it: `containerDefinitions`.
fn camel_case(key: &str) -> String {
    let mut words = key.split(['_', '-']).filter(|word| !word.is_empty());
    let mut name = words.next().map(|word| initial(word, char::to_ascii_lowercase));
    for word in words {
        name = name.map(|name| name + &initial(word, char::to_ascii_uppercase));
    }
    name.unwrap_or_default()
}

fn initial(word: &str, change: fn(&char) -> char) -> String {
    let mut letters = word.chars();
    letters.next().iter().map(change).chain(letters).collect()
}

impl Misspelt<'_> {
    /// The error that says how the keys are written.
    pub(super) fn explain(&self, source: &Source) -> InputError {
        let Misspelt { entry, known, others } = self;
        let more = match others {
            0 => String::new(),
            1 => ", and 1 more key is not in camelCase".to_owned(),
            more => format!(", and {more} more keys are not in camelCase"),
        };
        let from = match &*entry.key {
            key if key.contains('_') => "Terraform's attributes",
            key if key.contains('-') => "flags of the AWS CLI",
            _ => "CloudFormation's properties",
        };
        InputError::new(&source.name, format!("`{}` is written `{known}`{more}", entry.key))
            .at_position(entry.key_place.position)
            .hint(format!(
                "write the keys as the ECS API does, in camelCase; these look like {from}"
            ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_differ_only_in_their_convention() {
        for (key, name, same) in [
            ("ContainerDefinitions", "containerDefinitions", true),
            ("container_definitions", "containerDefinitions", true),
            ("container-definitions", "containerDefinitions", true),
            ("containerdefinitions", "containerDefinitions", true),
            ("containerDefinition", "containerDefinitions", false),
            ("", "name", false),
        ] {
            assert_eq!(is_same(key, name), same, "{key}");
        }
    }

    #[test]
    fn a_key_of_any_convention_becomes_camel_case() {
        for (key, name) in [
            ("family", "family"),
            ("containerDefinitions", "containerDefinitions"),
            ("enableECSManagedTags", "enableECSManagedTags"),
            ("ContainerDefinitions", "containerDefinitions"),
            ("task_role_arn", "taskRoleArn"),
            ("", ""),
            ("_", ""),
        ] {
            assert_eq!(camel_case(key), name, "{key}");
        }
    }
}
