//! Names for resources that do not exist yet, and whose names AWS makes up when it creates them.
//!
//! Such a name is never sent to AWS. It looks like the real one as far as that is known: CloudFormation's names
//! begin with the name of the stack and the one in the template.

/// The end of such a name. The real one has random letters there.
const END: &str = "-of-this-template";

/// The longest name of a role, which CloudFormation shortens its names to.
const LONGEST: usize = 64;

/// How much of the stack's name a shortened name begins with.
const OF_STACK: usize = 20;

/// The name of a resource with this name in its template.
pub fn of(stack: Option<&str>, id: &str) -> String {
    let room = LONGEST - END.len();
    let whole = match stack {
        Some(stack) => format!("{stack}-{id}"),
        None => id.to_owned(),
    };
    if whole.chars().count() <= room {
        return format!("{whole}{END}");
    }
    // The end of a name that the CDK makes differs from all others.
    let start: String =
        stack.into_iter().flat_map(str::chars).take(OF_STACK).chain(['-']).collect();
    let skipped = (start.len() + id.len()).saturating_sub(room);
    let rest: String = id.chars().skip(skipped).collect();
    format!("{}{rest}{END}", start.trim_start_matches('-'))
}

/// Whether the text has such a name in it.
pub fn is_in(text: &str) -> bool {
    text.contains(END)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_made_up_name_is_recognised_in_any_text() {
        assert_eq!(of(Some("web"), "Role"), "web-Role-of-this-template");
        let arn = format!("arn:aws:iam::111122223333:role/{}", of(None, "Role"));
        assert!(is_in(&arn));
        assert!(!is_in("arn:aws:iam::111122223333:role/of-this"));
    }

    #[test]
    fn a_long_name_is_as_long_as_that_of_a_role_may_be_and_keeps_both_ends() {
        let id = "QQueueProcessingTaskDefExecutionRole3107949E";
        for stack in [None, Some("Queue"), Some("a-stack-with-a-name-that-is-long")] {
            let name = of(stack, id);
            assert!(name.len() <= LONGEST && is_in(&name), "{name}");
            assert!(name.contains("Role3107949E-"), "{name}");
            assert!(name.starts_with(&stack.unwrap_or("QQ")[..2]), "{name}");
        }
        assert_ne!(of(Some("Queue"), id), of(Some("Queue"), &id.replace("949E", "949F")));
    }
}
