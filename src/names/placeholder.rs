//! Template placeholders: text that a tool replaces before it reaches AWS.
//!
//! A value with a placeholder is not the value that will be deployed, so nothing can be determined about it.

/// The first placeholder in a value, as it is written.
///
/// `{{resolve:…}}` is none: nothing replaces it in a task definition, it arrives as it is. Where a
/// shell runs inside the container (`command`, `entryPoint`, a health check) `$NAME` is that
/// shell's own, so this is a question to ask of names and references, not of commands.
pub fn find(text: &str) -> Option<&str> {
    // Every text of a document is asked, and few have any of these.
    let begins = text.bytes().enumerate().filter(|(_, byte)| b"$%#<{_[(@".contains(byte));
    begins.map(|(at, _)| at).find_map(|at| at_start(&text[at..]))
}

fn at_start(text: &str) -> Option<&str> {
    let length = match text.as_bytes() {
        [b'$', b'$', b'$', ..] => enclosed(text, "$$$", "$$$", is_name),
        [b'$', b'{', ..] => enclosed(text, "${", "}", is_filled),
        [b'$', b'(', ..] => enclosed(text, "$(", ")", is_filled),
        [b'$', ..] => variable(text),
        [b'%', b'{', ..] => enclosed(text, "%{", "}", is_filled),
        [b'#', b'{', ..] => enclosed(text, "#{", "}", is_filled),
        [b'%', b'(', ..] => enclosed(text, "%(", ")s", is_name),
        [b'%', ..] => enclosed(text, "%", "%", is_percent_name),
        [b'<', b'%', ..] => enclosed(text, "<%", "%>", is_filled),
        [b'<', b'+', ..] => enclosed(text, "<+", ">", is_filled),
        [b'<', ..] => enclosed(text, "<", ">", is_described),
        [b'{', b'{', ..] => enclosed(text, "{{", "}}", |inner| !inner.starts_with("resolve:")),
        [b'_', b'_', ..] => enclosed(text, "__", "__", is_constant),
        [b'[', b'[', ..] => enclosed(text, "[[", "]]", is_path),
        [b'(', b'(', ..] => enclosed(text, "((", "))", is_path),
        [b'@', ..] => enclosed(text, "@", "@", is_constant),
        _ => None,
    }?;
    text.get(..length)
}

/// The length of `open inner close` at the start of the text, if what is inside is as it should be.
fn enclosed(text: &str, open: &str, close: &str, fits: fn(&str) -> bool) -> Option<usize> {
    let inside = text.strip_prefix(open)?;
    let end = inside.find(close)?;
    fits(&inside[..end]).then_some(open.len() + end + close.len())
}

/// `$NAME`: as far as the name goes.
fn variable(text: &str) -> Option<usize> {
    let name = text.strip_prefix('$')?;
    let end = name.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(name.len());
    is_name(&name[..end]).then_some(1 + end)
}

fn is_filled(inner: &str) -> bool {
    !inner.trim().is_empty()
}

fn is_name(inner: &str) -> bool {
    !inner.is_empty()
        && !inner.starts_with(|c: char| c.is_ascii_digit())
        && inner.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
}

/// `NAME` or ` outputs.image `: names with dots between them.
fn is_path(inner: &str) -> bool {
    inner.trim().split('.').all(is_name)
}

/// `<NAME>`, `<taskRoleArn>` and `<your account id>`, but not a comparison or a tag of XML.
fn is_described(inner: &str) -> bool {
    inner.starts_with(|c: char| c.is_ascii_alphabetic())
        && inner.bytes().all(|b| b.is_ascii_alphanumeric() || b"_- .:".contains(&b))
}

/// All capitals: `__IMAGE__` is to be replaced, `__init__` is Python's.
fn is_constant(inner: &str) -> bool {
    is_name(inner)
        && !inner.bytes().any(|b| b.is_ascii_lowercase())
        && !inner.starts_with('_')
        && !inner.ends_with('_')
}

/// `%NAME%`, but not what lies between two escapes of a URL such as `%2FA%20`.
fn is_percent_name(inner: &str) -> bool {
    let escape = inner.len() >= 2 && inner.bytes().take(2).all(|b| b.is_ascii_hexdigit());
    inner.len() >= 3 && is_constant(inner) && (!escape || inner.contains('_'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_forms_that_people_write_are_found() {
        let cases = [
            ("${IMAGE}", "${IMAGE}"),
            ("app:${image_tag}", "${image_tag}"),
            ("$REPOSITORY_URI/$IMAGE", "$REPOSITORY_URI"),
            ("arn:aws:iam::$AWS_ACCOUNT_ID:role/x", "$AWS_ACCOUNT_ID"),
            ("$(terraform output image)", "$(terraform output image)"),
            ("<IMAGE1_NAME>", "<IMAGE1_NAME>"),
            ("12345678.dkr.ecr.<region>.amazonaws.com/app", "<region>"),
            ("{{ must_env `IMAGE` }}", "{{ must_env `IMAGE` }}"),
            ("arn:aws:iam::{{AWS_ACCOUNT_ID}}:role/x", "{{AWS_ACCOUNT_ID}}"),
            ("$$$TASK_ROLE$$$", "$$$TASK_ROLE$$$"),
            ("%{image}", "%{image}"),
            ("#{Octopus.Image}", "#{Octopus.Image}"),
            ("app:%IMAGE_VERSION%", "%IMAGE_VERSION%"),
            ("<%= image %>", "<%= image %>"),
            ("app:__TAG__", "__TAG__"),
            ("<+artifact.image>", "<+artifact.image>"),
            ("app:@TAG@", "@TAG@"),
            ("app@@DIGEST@", "@DIGEST@"),
            ("arn:aws:iam::[[ACCOUNT]]:role/x", "[[ACCOUNT]]"),
            ("[[ outputs.image ]]", "[[ outputs.image ]]"),
            ("((image_tag))", "((image_tag))"),
            ("app:%(TAG)s", "%(TAG)s"),
        ];
        for (text, placeholder) in cases {
            assert_eq!(find(text), Some(placeholder), "{text}");
        }
    }

    #[test]
    fn what_arrives_at_aws_as_it_is_is_no_placeholder() {
        let texts = [
            "",
            "nginx:latest",
            "{{resolve:secretsmanager:x}}",
            "__init__",
            "a__b__c",
            "costs $5",
            "$",
            "${}",
            "%2FA%20",
            "%Y-%m-%d",
            "a < b > c",
            "app@sha256:abc@",
            "me@example.com, you@example.com",
            "[[:alpha:]]",
            "[[1, 2]]",
            "((1 + 2))",
            "%(d)d",
            "arn:aws:ssm:eu-west-1:111122223333:parameter/a_b",
        ];
        for text in texts {
            assert_eq!(find(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn whatever_is_found_is_in_the_text(text in "[${}<>%#_()@+.A-Za-zé \\[\\]]{0,30}") {
            if let Some(placeholder) = find(&text) {
                prop_assert!(text.contains(placeholder));
            }
        }
    }
}
