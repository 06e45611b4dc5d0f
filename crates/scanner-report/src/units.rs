//! Numbers, sizes and times in words that people read at a glance.

use std::time::Duration;

/// With a comma every three digits.
pub(crate) fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// `1 file`, `2 files`.
pub(crate) fn counted(number: u64, singular: &str, plural: &str) -> String {
    format!("{} {}", count(number), if number == 1 { singular } else { plural })
}

/// In units of 1024 with one decimal.
pub(crate) fn bytes(number: u64) -> String {
    const UNITS: [&str; 6] = ["KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];
    if number < 1024 {
        return counted(number, "byte", "bytes");
    }
    let mut value = to_f64(number);
    let mut unit = "";
    for name in UNITS {
        // What would be shown as 1024.0 belongs to the next unit.
        if value < 1023.95 && !unit.is_empty() {
            break;
        }
        value /= 1024.0;
        unit = name;
    }
    format!("{value:.1} {unit}")
}

/// Bytes a second, or nothing where the time is too short to tell.
pub(crate) fn rate(number: u64, elapsed: Duration) -> Option<String> {
    let seconds = elapsed.as_secs_f64();
    if seconds < 0.001 || number == 0 {
        return None;
    }
    let per_second = (to_f64(number) / seconds).round();
    #[expect(clippy::cast_sign_loss, reason = "a quotient of two positive numbers")]
    let per_second = per_second as u64;
    Some(format!("{}/s", bytes(per_second)))
}

/// A time in seconds since 1970 as `2027-01-31T08:30:00Z`; times beyond the years 0 to 9999 are cut to them.
pub(crate) fn date_time(unix: i64) -> String {
    const FIRST: i64 = -62_167_219_200;
    const LAST: i64 = 253_402_300_799;
    let unix = unix.clamp(FIRST, LAST);
    let (days, second) = (unix.div_euclid(86_400), unix.rem_euclid(86_400));
    let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
    format!("{}T{hour:02}:{minute:02}:{second:02}Z", date(days))
}

/// The date of a day counted from 1970-01-01, in the proleptic Gregorian calendar.
pub fn date(days: i64) -> String {
    // Counted in eras of 400 years that begin in March, so that the leap day is a year's last.
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    format!("{year:04}-{month:02}-{day:02}")
}

/// In the two units that matter.
pub(crate) fn time(elapsed: Duration) -> String {
    let seconds = elapsed.as_secs();
    match seconds {
        0 if elapsed.as_millis() == 0 => "less than 1 ms".to_owned(),
        0 => format!("{} ms", elapsed.as_millis()),
        1..60 => format!("{}.{} s", seconds, elapsed.subsec_millis() / 100),
        60..3600 => format!("{} min {} s", seconds / 60, seconds % 60),
        _ => format!("{} h {} min", count(seconds / 3600), seconds % 3600 / 60),
    }
}

#[expect(clippy::cast_precision_loss, reason = "shown with a few digits")]
fn to_f64(number: u64) -> f64 {
    number as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_since_1970_become_dates() {
        for (days, want) in
            [(0, "1970-01-01"), (59, "1970-03-01"), (11_016, "2000-02-29"), (20_778, "2026-11-21")]
        {
            assert_eq!(date(days), want);
        }
        for (unix, want) in [
            (0, "1970-01-01T00:00:00Z"),
            (1_600_000_000, "2020-09-13T12:26:40Z"),
            (-1, "1969-12-31T23:59:59Z"),
            (i64::MAX, "9999-12-31T23:59:59Z"),
            (i64::MIN, "0000-01-01T00:00:00Z"),
        ] {
            assert_eq!(date_time(unix), want);
        }
    }

    #[test]
    fn counts_have_commas() {
        let shown: Vec<String> = [0, 999, 1000, 1_234_567].into_iter().map(count).collect();
        assert_eq!(shown, ["0", "999", "1,000", "1,234,567"]);
        assert_eq!(counted(1, "file", "files"), "1 file");
        assert_eq!(counted(0, "file", "files"), "0 files");
    }

    #[test]
    fn sizes_have_units() {
        let shown: Vec<String> =
            [1, 1023, 1024, 1536, 1_048_575, 1 << 20, 5 << 30, u64::MAX].map(bytes).to_vec();
        let expected = [
            "1 byte",
            "1,023 bytes",
            "1.0 KiB",
            "1.5 KiB",
            "1.0 MiB",
            "1.0 MiB",
            "5.0 GiB",
            "16.0 EiB",
        ];
        assert_eq!(shown, expected);
    }

    #[test]
    fn times_have_units() {
        let shown = [0, 12, 1340, 125_000, 7_500_000].map(|ms| time(Duration::from_millis(ms)));
        assert_eq!(shown, ["less than 1 ms", "12 ms", "1.3 s", "2 min 5 s", "2 h 5 min"]);
        assert_eq!(rate(10 << 20, Duration::from_secs(2)).as_deref(), Some("5.0 MiB/s"));
        assert_eq!(rate(10 << 20, Duration::ZERO), None);
    }
}
