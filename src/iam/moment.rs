//! Dates as conditions have them: ISO 8601 in the forms of the W3C, or seconds since 1970
//! (<https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html>).

use time::{Date, Month};

/// A point in time, in nanoseconds since 1970.
pub(super) type Moment = i128;

const SECOND: Moment = 1_000_000_000;

/// Reads a date: `2026`, `2026-11`, `2026-11-22`, `2026-11-22T12:00Z`, `2026-11-22T12:00:00.5+01:00`,
/// or digits for the seconds since 1970. Four digits are a year, as the W3C has it.
pub(super) fn read(text: &str) -> Option<Moment> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    if digits.len() != 4 && !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit()) {
        return text.parse::<i64>().ok().map(|seconds| Moment::from(seconds) * SECOND);
    }
    let (date, time) = match text.split_once(['T', 't']) {
        Some((date, time)) => (date, Some(time)),
        None => (text, None),
    };
    let mut fields = date.split('-');
    let year = number(fields.next()?, 4)?;
    let month = fields.next().map_or(Some(1), |field| number(field, 2))?;
    let day = fields.next().map_or(Some(1), |field| number(field, 2))?;
    if fields.next().is_some() || (time.is_some() && date.len() != 10) {
        return None;
    }
    let midnight = Moment::from(midnight(year, month, day)?) * SECOND;
    Some(midnight + time.map_or(Some(0), time_of_day)?)
}

/// The seconds from 1970 to the beginning of a day, if there is such a day.
fn midnight(year: i64, month: i64, day: i64) -> Option<i64> {
    let month = Month::try_from(u8::try_from(month).ok()?).ok()?;
    let year = i32::try_from(year).ok()?;
    let date = Date::from_calendar_date(year, month, u8::try_from(day).ok()?).ok()?;
    Some(date.midnight().assume_utc().unix_timestamp())
}

/// The time since midnight in UTC; the zone must be there.
fn time_of_day(text: &str) -> Option<Moment> {
    let zone_at = text.find(['Z', 'z', '+', '-'])?;
    let (clock, zone) = text.split_at(zone_at);
    let mut fields = clock.split(':');
    let hour = number(fields.next()?, 2).filter(|hour| *hour <= 23)?;
    let minute = number(fields.next()?, 2).filter(|minute| *minute <= 59)?;
    let seconds = fields.next().map_or(Some(0), seconds_of)?;
    if fields.next().is_some() {
        return None;
    }
    let offset = match zone {
        "Z" | "z" => 0,
        zone => {
            let (hours, minutes) = zone[1..].split_once(':')?;
            let minutes = number(hours, 2)? * 60 + number(minutes, 2)?;
            if zone.starts_with('-') { -minutes } else { minutes }
        }
    };
    Some(Moment::from(hour * 60 + minute - offset) * 60 * SECOND + seconds)
}

/// Seconds, which may have a fraction. Digits beyond the nanosecond are cut off.
fn seconds_of(text: &str) -> Option<Moment> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let whole = number(whole, 2).filter(|second| *second <= 60)?;
    if fraction.is_empty() || !fraction.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let nanoseconds: String = fraction.chars().chain("000000000".chars()).take(9).collect();
    Some(Moment::from(whole) * SECOND + nanoseconds.parse::<Moment>().ok()?)
}

/// A number of exactly so many digits.
fn number(text: &str, digits: usize) -> Option<i64> {
    let well_formed = text.len() == digits && text.bytes().all(|b| b.is_ascii_digit());
    well_formed.then(|| text.parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_read_in_every_documented_form() {
        let cases = [
            ("1970-01-01T00:00:00Z", 0),
            ("1970", 0),
            ("1970-02", 31 * 86_400),
            ("2000-03-01", 951_868_800),
            ("0000-03-01", -62_162_035_200),
            ("1900-03-01", -2_203_891_200),
            ("2024-02-29", 1_709_164_800),
            ("9999-12-31T23:59:60Z", 253_402_300_800),
            ("2026-11-22T12:00:00Z", 1_795_348_800),
            ("2026-11-22T13:00+01:00", 1_795_348_800),
            ("2026-11-22T11:30:00-00:30", 1_795_348_800),
            ("1795348800", 1_795_348_800),
            ("-1", -1),
            ("1969-12-31T23:59:59Z", -1),
        ];
        for (text, seconds) in cases {
            assert_eq!(read(text), Some(seconds * SECOND), "{text}");
        }
        assert_eq!(read("1970-01-01T00:00:00.25Z"), Some(SECOND / 4));
    }

    #[test]
    fn what_is_no_date_is_none() {
        for text in [
            "",
            "-",
            "today",
            "2026-13",
            "2026-00-01",
            "2026-04-31",
            "2026-02-29",
            "1900-02-29",
            "2026-11-22T12:00:00",
            "2026-11-22T24:00Z",
            "2026-11T10:00Z",
            "26-11-22",
            "2026-11-22T12:00:00.Z",
            "2026-11-22T12:00+1",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
