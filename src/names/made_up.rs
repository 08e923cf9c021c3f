//! Names for resources that do not exist yet, and whose names AWS makes up when it creates them.
//!
//! Such a name is never sent to AWS. It looks like the real one as far as that is known: CloudFormation's names
//! begin with the name of the stack and the one in the template.

/// The end of such a name. The real one has random letters there.
const END: &str = "-of-this-template";

/// The name of a resource with this name in its template.
pub fn of(stack: Option<&str>, id: &str) -> String {
    match stack {
        Some(stack) => format!("{stack}-{id}{END}"),
        None => format!("{id}{END}"),
    }
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
}
