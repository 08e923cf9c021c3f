//! Dates as conditions have them: ISO 8601 in the forms of the W3C, or seconds since 1970
//! (<https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html>).

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
    if fields.next().is_some() || !(1..=12).contains(&month) {
        return None;
    }
    if !(1..=days_of(year, month)).contains(&day) || (time.is_some() && date.len() != 10) {
        return None;
    }
    let midnight = Moment::from(days_since_1970(year, month, day)) * 86_400 * SECOND;
    Some(midnight + time.map_or(Some(0), time_of_day)?)
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

fn is_leap(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

fn days_of(year: i64, month: i64) -> i64 {
    match month {
        2 if is_leap(year) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

fn days_since_1970(year: i64, month: i64, day: i64) -> i64 {
    let leap_days_before = |year: i64| {
        let past = year - 1;
        past.div_euclid(4) - past.div_euclid(100) + past.div_euclid(400)
    };
    let years = (year - 1970) * 365 + leap_days_before(year) - leap_days_before(1970);
    years + (1..month).map(|month| days_of(year, month)).sum::<i64>() + day - 1
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
            "2026-02-29",
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
