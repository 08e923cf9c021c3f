//! Addresses of resources: `module.web["a.b"].aws_ecs_service.this[0]`.

/// The parts of an address, or of a reference, between its dots; a key in brackets may have dots too.
pub(super) fn segments(address: &str) -> Vec<&str> {
    let (mut found, mut start) = (Vec::new(), 0);
    let (mut in_text, mut escaped, mut depth) = (false, false, 0_usize);
    for (offset, byte) in address.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_text => escaped = true,
            b'"' => in_text = !in_text,
            b'[' if !in_text => depth += 1,
            b']' if !in_text => depth = depth.saturating_sub(1),
            b'.' if !in_text && depth == 0 => {
                found.push(&address[start..offset]);
                start = offset + 1;
            }
            _ => {}
        }
    }
    found.push(&address[start..]);
    found
}

/// The module of an address, the resource in it, and its index: `module.a`, `aws_ecs_service.web`, `[0]`.
pub(super) fn parts(address: &str) -> (&str, &str, &str) {
    let segments = segments(address);
    let mut modules = 0;
    while segments.get(modules) == Some(&"module") && modules + 2 < segments.len() {
        modules += 2;
    }
    let length: usize = segments[..modules].iter().map(|it| it.len() + 1).sum();
    let (module, rest) = address.split_at(length);
    let last = segments.last().map_or(0, |it| it.len());
    let at = rest.len() - last + segments.last().map_or(0, |it| unindexed(it).len());
    let (name, index) = rest.split_at(at);
    (module.trim_end_matches('.'), name, index)
}

/// A name without its index.
pub(super) fn unindexed(segment: &str) -> &str {
    segment.split('[').next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_a_module_a_resource_and_an_index() {
        for (address, expected) in [
            ("aws_iam_role.exec", ("", "aws_iam_role.exec", "")),
            ("aws_iam_role.exec[0]", ("", "aws_iam_role.exec", "[0]")),
            (
                r#"module.a["x.y"].module.b[1].aws_ecs_service.this["module.c"]"#,
                (r#"module.a["x.y"].module.b[1]"#, "aws_ecs_service.this", r#"["module.c"]"#),
            ),
            (
                "module.iam.data.aws_iam_policy_document.p",
                ("module.iam", "data.aws_iam_policy_document.p", ""),
            ),
            ("", ("", "", "")),
            ("module.a", ("", "module.a", "")),
        ] {
            assert_eq!(parts(address), expected, "{address}");
        }
    }
}
