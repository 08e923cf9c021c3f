//! JMESPath as the AWS CLI takes it.

/// The expression with quotes in the literals that have none: jmespath.py, which the AWS CLI uses, takes
/// `` `fail` `` for `` `"fail"` ``
/// (<https://docs.aws.amazon.com/cli/latest/userguide/cli-usage-filter.html>).
pub(super) fn with_quoted_literals(expression: &str) -> String {
    let mut text = String::new();
    let mut rest = expression;
    while let Some(at) = rest.find(['`', '\'', '"']) {
        let (before, opened) = rest.split_at(at);
        let (quote, inner) = opened.split_at(1);
        let Some(end) = closing(inner, quote) else { break };
        let literal = &inner[..end];
        let replaced = match quote {
            "`" => quoted(literal),
            _ => None,
        };
        text.push_str(before);
        text.push_str(quote);
        text.push_str(replaced.as_deref().unwrap_or(literal));
        text.push_str(quote);
        rest = &inner[end + 1..];
    }
    text + rest
}

/// The literal as a JSON text, where it is no JSON as it is.
fn quoted(literal: &str) -> Option<String> {
    let is_json = |text: &str| serde_json::from_str::<serde_json::Value>(text).is_ok();
    let text = format!("\"{}\"", literal.trim_start());
    (!is_json(&literal.replace("\\`", "`")) && is_json(&text.replace("\\`", "`"))).then_some(text)
}

/// Where the text that `quote` opened is closed.
fn closing(text: &str, quote: &str) -> Option<usize> {
    let mut escaped = false;
    text.bytes().position(|byte| {
        let closes = !escaped && quote.as_bytes() == [byte];
        escaped = byte == b'\\' && !escaped;
        closes
    })
}

#[cfg(test)]
mod tests {
    use super::with_quoted_literals;

    #[test]
    fn only_literals_without_quotes_get_them() {
        for (given, expected) in [
            ("checks[?status==`fail`].id", "checks[?status==`\"fail\"`].id"),
            ("checks[?status==`\"fail\"`]", "checks[?status==`\"fail\"`]"),
            ("a[?b==` c d`]", "a[?b==`\"c d\"`]"),
            ("a[?b==`1`] | [?c==`true`]", "a[?b==`1`] | [?c==`true`]"),
            ("a[?b==`[1, {}]`]", "a[?b==`[1, {}]`]"),
            ("'`raw`'", "'`raw`'"),
            ("\"a`b\".c", "\"a`b\".c"),
            ("'it\\'s `x`'", "'it\\'s `x`'"),
            ("`fail", "`fail"),
            ("checks", "checks"),
        ] {
            assert_eq!(with_quoted_literals(given), expected, "{given}");
        }
    }
}
