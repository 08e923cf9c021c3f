//! The values of scalars as the AWS CLI reads them: it gives `--cli-input-yaml` to ruamel.yaml's safe
//! loader (<https://github.com/aws/aws-cli/blob/v2/awscli/customizations/cliinput.py>), which follows the
//! core schema of YAML 1.2, and takes dates, underscores in numbers and binary numbers as well.

use std::ops::RangeInclusive;

use saphyr_parser::{ScalarStyle, Tag};
use serde_json::Number;

use crate::document::node::{Foreign, Value};

/// The value of a scalar: what is quoted or tagged as text is text, the rest is what it looks like. `yes`
/// is a text.
pub(super) fn scalar(text: &str, style: ScalarStyle, tag: Option<&Tag>) -> Value {
    let text_by_tag = tag.is_some_and(|tag| tag.suffix == "str" || tag.suffix.is_empty());
    let value_by_tag = tag
        .is_some_and(|tag| matches!(&*tag.suffix, "int" | "float" | "bool" | "null" | "timestamp"));
    if text_by_tag || style != ScalarStyle::Plain && !value_by_tag {
        return Value::Text(text.into());
    }
    match text {
        "" | "~" | "null" | "Null" | "NULL" => Value::Null,
        "true" | "True" | "TRUE" => Value::Bool(true),
        "false" | "False" | "FALSE" => Value::Bool(false),
        _ if is_date(text) => Value::Foreign(Foreign::Date, text.into()),
        _ if is_not_finite(text) => Value::Foreign(Foreign::NotFinite, text.into()),
        _ => number(text).map_or_else(|| Value::Text(text.into()), Value::Number),
    }
}

fn number(text: &str) -> Option<Number> {
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    for (prefix, radix) in [("0b", 2), ("0o", 8), ("0x", 16)] {
        if let Some(digits) = unsigned.strip_prefix(prefix) {
            return whole(&digits.replace('_', ""), radix, text.starts_with('-'));
        }
    }
    if !is_decimal(unsigned) {
        return None;
    }
    let digits = text.replace('_', "");
    let digits = digits.strip_prefix('+').unwrap_or(&digits);
    match (digits.parse::<i64>(), digits.parse::<u64>()) {
        (Ok(whole), _) => Some(whole.into()),
        (_, Ok(whole)) => Some(whole.into()),
        _ => Number::from_f64(digits.parse().ok()?),
    }
}

fn whole(digits: &str, radix: u32, negative: bool) -> Option<Number> {
    let all_digits = digits.chars().all(|it| it.is_digit(radix));
    let value = i64::from_str_radix(digits, radix).ok().filter(|_| all_digits)?;
    Some(if negative { -value } else { value }.into())
}

/// `12`, `1_000`, `1.5`, `.5`, `1e3`, but not `_1` and `1e`.
fn is_decimal(unsigned: &str) -> bool {
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'_');
    let is_number = |text: &str| text.starts_with(|it: char| it.is_ascii_digit()) && digits(text);
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (unsigned, None),
    };
    let is_mantissa = match mantissa.split_once('.') {
        Some(("", fraction)) => is_number(fraction),
        Some((whole, fraction)) => is_number(whole) && digits(fraction),
        None => is_number(mantissa),
    };
    let is_power = |text: &str| {
        let power = text.strip_prefix(['-', '+']).unwrap_or(text);
        !power.is_empty() && power.bytes().all(|byte| byte.is_ascii_digit())
    };
    is_mantissa && exponent.is_none_or(is_power)
}

fn is_not_finite(text: &str) -> bool {
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    matches!(unsigned, ".inf" | ".Inf" | ".INF") || matches!(text, ".nan" | ".NaN" | ".NAN")
}

/// `2024-01-31`, or a date with a time: `2024-1-31 10:00:00`, `2024-01-31T10:00:00.5+01:00`.
fn is_date(text: &str) -> bool {
    let mut parts = text.splitn(3, '-');
    let (Some(year), Some(month), Some(rest)) = (parts.next(), parts.next(), parts.next()) else {
        return false;
    };
    if !is_number_of(year, 4..=4) {
        return false;
    }
    let Some((day, time)) = rest.split_once(['T', 't', ' ', '\t']) else {
        return is_number_of(month, 2..=2) && is_number_of(rest, 2..=2);
    };
    is_number_of(month, 1..=2) && is_number_of(day, 1..=2) && is_time(time.trim_start())
}

fn is_time(text: &str) -> bool {
    let mut parts = text.splitn(3, ':');
    let (Some(hour), Some(minute), Some(rest)) = (parts.next(), parts.next(), parts.next()) else {
        return false;
    };
    let second = rest.get(..2).unwrap_or_default();
    let after = rest.get(2..).unwrap_or_default();
    is_number_of(hour, 1..=2)
        && is_number_of(minute, 2..=2)
        && is_number_of(second, 2..=2)
        && after.chars().all(|it| it.is_ascii_digit() || ".:+- \tZ".contains(it))
}

fn is_number_of(text: &str, lengths: RangeInclusive<usize>) -> bool {
    lengths.contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
}
