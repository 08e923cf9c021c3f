//! Dates of `registeredAt`, such as `2018-06-18`, `2018-06-18T22:28:28`, `…Z` and `…+00:00`.

/// Seconds since 1970. A date alone is its midnight, and a time without an offset is in UTC.
pub fn read(text: &str) -> Option<i64> {
    let (date, time) = match text.split_once('T') {
        Some((date, time)) => (date, Some(time)),
        None => (text, None),
    };
    let [year, month, day] = numbers(date, '-', [4, 2, 2])?;
    if !(1..=12).contains(&month) || !(1..=days_of(year, month)).contains(&day) {
        return None;
    }
    let seconds = days_since_1970(year, month, day) * 86_400;
    Some(seconds + time.map_or(Some(0), clock)?)
}

/// Whether the text names a day without a time.
pub(super) fn is_day(text: &str) -> bool {
    !text.contains('T')
}

fn clock(text: &str) -> Option<i64> {
    let (clock, offset) = match text.find(['Z', '+', '-']) {
        Some(at) => text.split_at(at),
        None => (text, "Z"),
    };
    let clock = clock.split_once('.').map_or(clock, |(whole, _)| whole);
    let [hour, minute, second] = numbers(clock, ':', [2, 2, 2])?;
    if hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let ahead = match offset {
        "Z" => 0,
        _ => {
            let [hours, minutes] = numbers(offset.get(1..)?, ':', [2, 2])?;
            let ahead = hours * 3600 + minutes * 60;
            if offset.starts_with('-') { -ahead } else { ahead }
        }
    };
    Some(hour * 3600 + minute * 60 + second - ahead)
}

/// Numbers of so many digits each.
fn numbers<const N: usize>(text: &str, between: char, digits: [usize; N]) -> Option<[i64; N]> {
    let mut parts = text.split(between);
    let mut numbers = [0; N];
    for (number, digits) in numbers.iter_mut().zip(digits) {
        let part = parts.next()?;
        let is_number = part.len() == digits && part.bytes().all(|it| it.is_ascii_digit());
        *number = is_number.then(|| part.parse().ok())??;
    }
    parts.next().is_none().then_some(numbers)
}

fn days_of(year: i64, month: i64) -> i64 {
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// The years begin in March here, so that the leap day is the last.
fn days_since_1970(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let month_from_march = (month + 9) % 12;
    let day_of_year = (153 * month_from_march + 2) / 5 + day - 1;
    let leap_days = year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
    365 * year + leap_days + day_of_year - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_read_to_the_second() {
        for (text, expected) in [
            ("1970-01-01", Some(0)),
            ("2018-02-13", Some(1_518_480_000)),
            ("2024-02-29T12:00:00", Some(1_709_208_000)),
            ("2026-03-01T08:30:00Z", Some(1_772_353_800)),
            ("2026-03-01T09:30:00+01:00", Some(1_772_353_800)),
            ("2026-03-01T03:00:00.250-05:30", Some(1_772_353_800)),
            ("2023-02-29", None),
            ("2026-13-01", None),
            ("2026-3-1", None),
            ("2026-03-01T24:00:00", None),
            ("2026-03-01T08:30", None),
            ("2026-03-01T08:30:00+", None),
            ("yesterday", None),
        ] {
            assert_eq!(read(text), expected, "{text}");
        }
    }
}
