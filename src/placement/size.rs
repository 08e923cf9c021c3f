//! Task sizes, in the forms that `cpu` and `memory` of a task definition accept
//! (<https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_definition_parameters.html#task_size>).

use std::fmt;
use std::str::FromStr;

/// CPU units: 1024 make one vCPU.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CpuUnits(pub u64);

/// Memory in MiB.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MemoryMib(pub u64);

/// A size in a form that ECS does not document. What ECS makes of it is not known.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SizeError {
    /// A cpu that cannot be read.
    #[error("cpu `{0}` cannot be read; write CPU units such as 1024, or vCPUs such as `1 vCPU`")]
    Cpu(String),
    /// A memory that cannot be read.
    #[error("memory `{0}` cannot be read; write MiB such as 2048, or GB such as `2 GB`")]
    Memory(String),
}

impl FromStr for CpuUnits {
    type Err = SizeError;

    fn from_str(text: &str) -> Result<CpuUnits, SizeError> {
        read(text, "vcpu").map(CpuUnits).ok_or_else(|| SizeError::Cpu(text.to_owned()))
    }
}

impl FromStr for MemoryMib {
    type Err = SizeError;

    fn from_str(text: &str) -> Result<MemoryMib, SizeError> {
        read(text, "gb").map(MemoryMib).ok_or_else(|| SizeError::Memory(text.to_owned()))
    }
}

/// A bare whole number, or a decimal number of units that are worth 1024 each.
fn read(text: &str, unit: &str) -> Option<u64> {
    let number_and_unit = text
        .len()
        .checked_sub(unit.len())
        .and_then(|at| text.split_at_checked(at))
        .filter(|(_, end)| end.eq_ignore_ascii_case(unit));
    match number_and_unit {
        Some((number, _)) => times_1024(number.trim_end_matches(' ')),
        None => digits(text),
    }
}

/// A decimal number times 1024, if the product is whole. In integers, so that nothing is rounded.
fn times_1024(decimal: &str) -> Option<u64> {
    let Some((whole, fraction)) = decimal.split_once('.') else {
        return digits(decimal)?.checked_mul(1024);
    };
    let whole = if whole.is_empty() { 0 } else { digits(whole)? };
    let scale = 10_u64.checked_pow(u32::try_from(fraction.len()).ok()?)?;
    let parts = digits(fraction)?.checked_mul(1024)?;
    if parts % scale != 0 {
        return None;
    }
    whole.checked_mul(1024)?.checked_add(parts / scale)
}

/// A whole number without a sign, which `parse` would take.
fn digits(text: &str) -> Option<u64> {
    text.bytes().all(|b| b.is_ascii_digit()).then(|| text.parse().ok())?
}

impl fmt::Display for CpuUnits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Display for MemoryMib {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn cpu_is_read_in_units_and_in_vcpus() {
        let cases = [
            ("256", 256),
            ("0", 0),
            (".25 vCPU", 256),
            ("0.25 vcpu", 256),
            ("1 vCPU", 1024),
            ("1vCPU", 1024),
            ("1.5 VCPU", 1536),
            ("16 vCPU", 16384),
        ];
        for (text, units) in cases {
            assert_eq!(text.parse(), Ok(CpuUnits(units)), "{text}");
        }
    }

    #[test]
    fn memory_is_read_in_mib_and_in_gb() {
        for (text, mib) in
            [("512", 512), ("0.5GB", 512), ("2 gb", 2048), ("1.5 GB", 1536), ("120GB", 122_880)]
        {
            assert_eq!(text.parse(), Ok(MemoryMib(mib)), "{text}");
        }
    }

    #[test]
    fn other_forms_are_not_guessed_at() {
        for text in [
            "", " ", "vCPU", ".", ". vCPU", "1. vCPU", "-1", "+1", "1e3", "1024 ", "0.3 vCPU",
            "1 GB", "1,5 vCPU",
        ] {
            assert_eq!(text.parse::<CpuUnits>(), Err(SizeError::Cpu(text.into())));
        }
        for text in ["", "GB", "1 GiB", "512MB", "512 MiB", "1 vCPU", "0.5", "99999999999999999999"]
        {
            assert_eq!(text.parse::<MemoryMib>(), Err(SizeError::Memory(text.into())));
        }
    }

    proptest! {
        #[test]
        fn both_ways_to_write_a_size_agree(quarters in 0_u64..1000) {
            let vcpus = format!("{}.{:02} vCPU", quarters / 4, quarters % 4 * 25);
            prop_assert_eq!(vcpus.parse(), Ok(CpuUnits(quarters * 256)));
        }

        #[test]
        fn any_text_is_read_or_refused(text in "[0-9. vcpugbVCPUGBé]{0,30}") {
            if let Err(error) = text.parse::<CpuUnits>() {
                prop_assert_eq!(error, SizeError::Cpu(text.clone()));
            }
            if let Err(error) = text.parse::<MemoryMib>() {
                prop_assert_eq!(error, SizeError::Memory(text));
            }
        }
    }
}
