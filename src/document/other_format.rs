//! Files that are neither JSON nor YAML, or a log in JSON, and that people pass where a document belongs.

use std::sync::Arc;

use super::input_error::InputError;

/// How a plan is written as JSON.
pub const PLAN_AS_JSON: &str = "pass the output of `terraform show -json PLAN`, where PLAN is what `terraform plan -out PLAN` wrote";

/// The error for bytes that are no text.
pub(super) fn of_bytes(name: &Arc<str>, bytes: &[u8]) -> Option<InputError> {
    let error = |message: &str, hint: &str| Some(InputError::new(name, message).hint(hint));
    let utf16 = [[0xFF, 0xFE], [0xFE, 0xFF], [b'{', 0], [b'[', 0], [0, b'{'], [0, b'[']];
    match bytes {
        [b'P', b'K', 3, 4, ..] => error(
            "this is a ZIP archive; `terraform plan -out` writes its plans as such",
            PLAN_AS_JSON,
        ),
        [0x1F, 0x8B, ..] => error("this file is compressed", "decompress it first"),
        [first, second, ..] if utf16.contains(&[*first, *second]) => None,
        _ if bytes.contains(&0) => {
            error("this is a binary file, not JSON or YAML", "check that this is the right file")
        }
        _ => None,
    }
}

/// The error for a text that is written for people, for another program or as a log.
pub(super) fn of_text(name: &Arc<str>, text: &str) -> Option<InputError> {
    let error = |at: &str, message: &str, hint: &str| {
        let offset = text.find(at).unwrap_or(0);
        Some(InputError::new(name, message).at(text, offset).hint(hint))
    };
    let start = text.trim_start();
    let is_json = start.starts_with(['{', '[']);
    if is_json && start[1..].trim_start().starts_with("\"@level\"") {
        return error(start, "this is a log of Terraform in JSON, not a plan", PLAN_AS_JSON);
    }
    let ends = |endings: &[&str]| endings.iter().any(|it| name.ends_with(it));
    if ends(&[".jsonnet", ".libsonnet"])
        && serde_json::from_str::<serde::de::IgnoredAny>(text).is_err()
    {
        let hint = "render it first, and pass the result";
        return error(start, "this is Jsonnet, which is not evaluated", hint);
    }
    if is_json {
        return None;
    }
    for line in [
        "Terraform will perform the following actions",
        "Terraform used the selected providers",
        "OpenTofu will perform the following actions",
        "OpenTofu used the selected providers",
    ] {
        if start.starts_with(line) || text.contains(&format!("\n{line}")) {
            return error(line, "this is a plan of Terraform as text, not as JSON", PLAN_AS_JSON);
        }
    }
    if !ends(&[".tf", ".tofu", ".hcl"]) {
        return None;
    }
    let blocks = ["resource \"", "module \"", "data \"", "terraform {", "provider \""];
    let block =
        blocks.into_iter().find(|it| start.starts_with(it) || text.contains(&format!("\n{it}")))?;
    error(
        block,
        "this is Terraform's configuration, not its plan",
        "plan it, and pass the plan as JSON: terraform plan -out PLAN && terraform show -json PLAN > plan.json",
    )
}

#[cfg(test)]
mod tests {
    use crate::document::place::Role;
    use crate::document::source::Source;

    #[test]
    fn what_is_no_document_says_what_to_pass_instead() {
        let table: &[(&str, &[u8], &str, &str)] = &[
            ("tfplan", b"PK\x03\x04\x14\0\x08", "this is a ZIP archive", "terraform show -json"),
            ("a.json", b"{\"a\": \0}", "this is a binary file", "the right file"),
            ("a.json.gz", b"\x1F\x8B\x08\0", "this file is compressed", "decompress"),
            (
                "plan.json",
                b"{\"@level\":\"info\"}\n{\"@level\":\"info\"}\n",
                "this is a log of Terraform",
                "terraform show -json",
            ),
            (
                "plan.txt",
                b"\nTerraform will perform the following actions:\n\n  # a will be created\n",
                "this is a plan of Terraform as text",
                "terraform show -json",
            ),
            (
                "main.tf",
                b"# web\nresource \"aws_ecs_task_definition\" \"web\" {\n}\n",
                "this is Terraform's configuration",
                "terraform plan -out",
            ),
            ("td.jsonnet", b"local a = 1; {a: a}", "this is Jsonnet", "render it"),
        ];
        for (name, bytes, message, hint) in table {
            let error = Source::read(name, Role::Definition, bytes).unwrap_err();
            assert!(error.message.starts_with(message), "{name}: {error}");
            assert!(error.hint.as_ref().is_some_and(|it| it.contains(hint)), "{name}: {error}");
        }
    }

    #[test]
    fn what_only_looks_like_it_is_read() {
        let wide: Vec<u8> = "{\"a\": 1}".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let table: &[(&str, &[u8])] = &[
            ("a.json", &wide),
            ("a.jsonnet", b"{\"a\": 1}"),
            ("a.json", b"{\"a\": \"\\nresource \\\"\"}"),
            ("a.yml", b"a: Terraform will perform the following actions\n"),
        ];
        for (name, bytes) in table {
            assert!(Source::read(name, Role::Definition, bytes).is_ok(), "{name}");
        }
    }
}
