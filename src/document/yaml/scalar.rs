//! The values of scalars by the core schema.

use saphyr_parser::{ScalarStyle, Tag};
use serde_json::Number;

use crate::document::node::Value;

/// The value of a scalar: what is quoted or tagged as text is text, the rest follows the core schema
/// (YAML 1.2.2, section 10.3.2), in which `yes` is a text.
pub(super) fn scalar(text: &str, style: ScalarStyle, tag: Option<&Tag>) -> Value {
    let text_by_tag = tag.is_some_and(|tag| tag.suffix == "str" || tag.suffix.is_empty());
    let value_by_tag =
        tag.is_some_and(|tag| matches!(&*tag.suffix, "int" | "float" | "bool" | "null"));
    if text_by_tag || style != ScalarStyle::Plain && !value_by_tag {
        return Value::Text(text.into());
    }
    match text {
        "" | "~" | "null" | "Null" | "NULL" => Value::Null,
        "true" | "True" | "TRUE" => Value::Bool(true),
        "false" | "False" | "FALSE" => Value::Bool(false),
        _ => number(text).map_or_else(|| Value::Text(text.into()), Value::Number),
    }
}

fn number(text: &str) -> Option<Number> {
    if let Some(digits) = text.strip_prefix("0o") {
        return whole(digits, 8);
    }
    if let Some(digits) = text.strip_prefix("0x") {
        return whole(digits, 16);
    }
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    let mantissa = unsigned.split(['e', 'E']).next()?;
    let is_number = mantissa.starts_with(|it: char| it.is_ascii_digit() || it == '.')
        && mantissa.contains(|it: char| it.is_ascii_digit());
    if !is_number {
        return None;
    }
    match text.strip_prefix('+').unwrap_or(text).parse::<i64>() {
        Ok(integer) => Some(integer.into()),
        Err(_) => Number::from_f64(text.parse().ok()?),
    }
}

fn whole(digits: &str, radix: u32) -> Option<Number> {
    let all_digits = digits.chars().all(|it| it.is_digit(radix));
    u64::from_str_radix(digits, radix).ok().filter(|_| all_digits).map(Number::from)
}
