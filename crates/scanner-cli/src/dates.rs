//! Dates on the command line: `2027-01-31`, `2027-01-31T08:30:00Z`, `@1800000000`, and times ago as in `14d`.

use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::bail;

/// Seconds since 1970.
pub(crate) fn now() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |time| time.as_secs().cast_signed())
}

/// Today (UTC) as in 2027-01-31.
pub(crate) fn today() -> String {
    scanner_report::date(now() / 86_400)
}

/// The time that `text` names, in seconds since 1970 (UTC); `None` if it does not look like a date, so that it may be
/// the name of a commit.
///
/// # Errors
///
/// It looks like a date and is none.
pub(crate) fn parse(text: &str, now: i64) -> anyhow::Result<Option<i64>> {
    if let Some(seconds) = text.strip_prefix('@')
        && let Ok(unix) = seconds.parse()
    {
        return Ok(Some(unix));
    }
    if let Some(ago) = ago(text) {
        return Ok(Some(now.saturating_sub(ago)));
    }
    let looks_like_a_date = text.len() >= 10
        && text.bytes().take(10).enumerate().all(|(at, byte)| match at {
            4 | 7 => byte == b'-',
            _ => byte.is_ascii_digit(),
        });
    if !looks_like_a_date {
        return Ok(None);
    }
    match (day(&text[..10]), text.get(10..).and_then(time_of_day)) {
        (Some(day), Some(second)) => Ok(Some(day * 86_400 + second)),
        _ => bail!("`{text}` is no date; write it as in 2027-01-31 or 2027-01-31T08:30:00Z"),
    }
}

/// Days since 1970-01-01.
fn day(text: &str) -> Option<i64> {
    let year: i64 = text[..4].parse().ok()?;
    let month: i64 = text[5..7].parse().ok()?;
    let day: i64 = text[8..10].parse().ok()?;
    let is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let last = match month {
        2 => 28 + i64::from(is_leap),
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return None,
    };
    if !(1..=last).contains(&day) {
        return None;
    }
    // Years begin in March, so that the leap day is the last.
    let year = if month <= 2 { year - 1 } else { year };
    let month = (month + 9) % 12;
    let day_of_year = (153 * month + 2) / 5 + day - 1;
    Some(365 * year + year / 4 - year / 100 + year / 400 + day_of_year - 719_468)
}

/// Seconds of the day in `T08:30`, `T08:30:15`, with or without a `Z`; nothing is midnight.
fn time_of_day(text: &str) -> Option<i64> {
    if text.is_empty() {
        return Some(0);
    }
    let text = text.strip_prefix(['T', ' '])?;
    let text = text.strip_suffix('Z').unwrap_or(text);
    let mut parts = text.split(':');
    let mut next = |limit: i64| -> Option<i64> {
        let part = parts.next()?;
        let is_number = part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_digit());
        part.parse().ok().filter(|value| is_number && *value < limit)
    };
    let (hour, minute) = (next(24)?, next(60)?);
    let second = if text.len() > 5 { next(60)? } else { 0 };
    parts.next().is_none().then_some(hour * 3600 + minute * 60 + second)
}

/// Seconds in `14d`, `2w`, `36h`.
fn ago(text: &str) -> Option<i64> {
    let (number, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
    let seconds = match unit {
        "h" => 3600,
        "d" => 86_400,
        "w" => 7 * 86_400,
        _ => return None,
    };
    let is_number = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    number.parse::<i64>().ok().filter(|_| is_number)?.checked_mul(seconds)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_and_names() {
        for (text, want) in [
            ("1970-01-01", Some(0)),
            ("2020-09-13T12:26:40Z", Some(1_600_000_000)),
            ("2020-09-13 12:26", Some(1_600_000_000 - 40)),
            ("2000-02-29", Some(951_782_400)),
            ("@17", Some(17)),
            ("2d", Some(1_000_000 - 172_800)),
            ("v1.2", None),
            ("main", None),
            ("d", None),
            ("c0ffee", None),
            ("", None),
            ("ä", None),
        ] {
            assert_eq!(parse(text, 1_000_000).unwrap(), want, "{text}");
        }
        for text in
            ["2027-02-29", "2027-13-01", "2027-01-31T25:00", "2027-01-31x", "2027-01-31T08:3"]
        {
            assert!(parse(text, 0).is_err(), "{text}");
        }
    }
}
