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
