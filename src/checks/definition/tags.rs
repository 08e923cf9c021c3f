//! `tags` of the definition and of requests, for `definition-schema`
//! (<https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Tag.html>, seen 2026-11).

use std::collections::HashMap;

use crate::document::task_definition::Tag;
use crate::document::{Field, Place};
use crate::verdict::{Findings, Rule};

/// Tags of one resource.
const MOST: usize = 50;
/// Characters of a key and of a value.
const LONGEST_KEY: usize = 128;
const LONGEST_VALUE: usize = 256;

const TAGS: Rule = Rule::unquoted(
    "up to 50 tags, keys that differ, of the letters that tags take, without aws: in front",
    "the request is refused",
    "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Tag.html",
    "2026-11-30",
);

pub(super) const RULES: &[Rule] = &[TAGS];

/// Judges tags that are to be set.
pub(super) fn judge(tags: &Field<Vec<Tag>>, found: &mut Findings) {
    let tags = tags.items().unwrap_or_default();
    // Those of AWS do not count, but may not be set either.
    if let Some(first) = tags.get(MOST) {
        found.add(refused(
            format!("there are {} tags, but a resource has at most {MOST}", tags.len()),
            &first.place,
            "Remove tags",
        ));
    }
    let mut keys: HashMap<&str, &Place> = HashMap::new();
    for tag in tags {
        if let Ok(Some(key)) = tag.key.get() {
            let place = tag.key.place();
            if let Some(first) = keys.insert(key, place) {
                let message = format!("the tag `{key}` is set twice, first at {first}");
                found.add(refused(message, place, "Keep the one that is meant"));
            }
            text("key", key, LONGEST_KEY, place, found);
        }
        if let Ok(Some(value)) = tag.value.get() {
            text("value", value, LONGEST_VALUE, tag.value.place(), found);
        }
    }
}

fn text(what: &str, text: &str, longest: usize, place: &Place, found: &mut Findings) {
    let length = text.chars().count();
    let stranger =
        |it: &char| !(it.is_alphanumeric() || it.is_whitespace() || "_.:/=+-@".contains(*it));
    let message = if text.get(..4).is_some_and(|it| it.eq_ignore_ascii_case("aws:")) {
        format!("the {what} `{text}` of a tag begins with aws:, which is reserved for AWS")
    } else if length > longest {
        format!("the {what} of a tag has {length} characters, but only {longest} are allowed")
    } else if let Some(letter) = text.chars().find(stranger) {
        format!("the {what} of a tag contains {letter:?}, which is not allowed")
    } else {
        return;
    };
    let remedy = "Use letters, digits, spaces and _ . : / = + - @, without aws: in front";
    found.add(refused(message, place, remedy));
}

fn refused(message: String, place: &Place, remedy: &str) -> crate::verdict::Finding {
    TAGS.fail(message).at(place).remedy(remedy)
}

#[cfg(test)]
mod tests {
    use super::super::schema::DEFINITION_SCHEMA;
    use crate::report::Status::{Fail, Pass};
    use crate::testing::story::{Story, Told};

    #[test]
    fn tags_keep_to_the_rules_for_tags() {
        let held: Told = (Pass, "", "known");
        let many = |number: usize| {
            let tags: Vec<_> = (0..number).map(|it| format!(r#"{{"key": "k{it}"}}"#)).collect();
            tags.join(",")
        };
        let long = format!(r#"{{"key": "{}"}}"#, "k".repeat(129));
        for (tags, told) in [
            (r#"{"key": "team", "value": "größe 1/2"}"#, held),
            (r#"{"key": "awsome", "value": ""}"#, held),
            (&many(50), held),
            (&many(51), (Fail, "/tags/50", "51 tags")),
            (r#"{"key": "AWS:x"}"#, (Fail, "/tags/0/key", "reserved")),
            (r#"{"key": "x", "value": "aws:y"}"#, (Fail, "/tags/0/value", "reserved")),
            (r#"{"key": "a"}, {"key": "a"}"#, (Fail, "/tags/1/key", "twice")),
            (r#"{"key": "a#b"}"#, (Fail, "/tags/0/key", "'#'")),
            (&long, (Fail, "/tags/0/key", "129 characters")),
        ] {
            Story::task(&format!(r#""tags": [{tags}]"#)).ends(&DEFINITION_SCHEMA, &[told]);
        }
        Story::task(r#""cpu": "256""#)
            .run_as(r#"{"count": 1, "tags": [{"key": "aws:x"}]}"#)
            .ends(&DEFINITION_SCHEMA, &[(Fail, "run.json#/tags/0/key", "reserved")]);
    }

    #[test]
    fn a_registered_definition_may_have_tags_of_aws() {
        let text = r#"{"family": "web", "revision": 7, "taskDefinitionArn": "arn:aws:ecs:eu-west-1:111122223333:task-definition/web:7",
            "containerDefinitions": [{"name": "app", "image": "nginx"}],
            "tags": [{"key": "aws:cloudformation:stack-name", "value": "web"}]}"#;
        Story::registered(text).ends(&DEFINITION_SCHEMA, &[(Pass, "", "known")]);
    }
}
