//! Values with units on the command line and in configuration files.

use std::time::Duration;

/// A value that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum ValueError {
    /// No number of bytes.
    #[error("`{0}` is no size; write it as in 500K, 10M or 2G")]
    Size(String),
    /// No time.
    #[error("`{0}` is no time; write it as in 30s, 5m, 2h or 90d")]
    Time(String),
}

/// Bytes: `10M`, `64KiB`, `1.5g`, `1000`. Units are powers of 1024.
#[expect(clippy::cast_sign_loss, reason = "`scaled` gives nothing below zero")]
pub(crate) fn bytes(text: &str) -> Result<u64, ValueError> {
    let fail = || ValueError::Size(text.to_owned());
    let (number, unit) = split(text);
    let scale = match unit.to_ascii_lowercase().trim_end_matches("ib").trim_end_matches('b') {
        "" => 1u32,
        "k" => 1 << 10,
        "m" => 1 << 20,
        "g" => 1 << 30,
        _ => return Err(fail()),
    };
    scaled(number, f64::from(scale)).map(|value| value as u64).ok_or_else(fail)
}

/// A time: `30s`, `5m`, `2h`, `90d`, `500ms`, `10` (seconds).
pub(crate) fn duration(text: &str) -> Result<Duration, ValueError> {
    let fail = || ValueError::Time(text.to_owned());
    let (number, unit) = split(text);
    let seconds = match unit {
        "ms" => 0.001,
        "" | "s" => 1.0,
        "m" | "min" => 60.0,
        "h" => 3600.0,
        "d" => 86_400.0,
        _ => return Err(fail()),
    };
    scaled(number, seconds).map(Duration::from_secs_f64).ok_or_else(fail)
}

fn split(text: &str) -> (&str, &str) {
    let text = text.trim();
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    (&text[..end], text[end..].trim())
}

fn scaled(number: &str, scale: f64) -> Option<f64> {
    let value = number.parse::<f64>().ok()? * scale;
    (value.is_finite() && (0.0..1e18).contains(&value)).then_some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_and_times() {
        for (text, want) in
            [("1000", 1000), ("64KiB", 65536), ("1.5m", 1_572_864), ("2GB", 2 << 30)]
        {
            assert_eq!(bytes(text), Ok(want), "{text}");
        }
        for text in ["", "x", "10X", "-5", "1e99"] {
            assert!(bytes(text).is_err(), "{text}");
        }
        assert_eq!(duration("500ms"), Ok(Duration::from_millis(500)));
        assert_eq!(duration("90d"), Ok(Duration::from_hours(90 * 24)));
        assert_eq!(duration("2h"), Ok(Duration::from_hours(2)));
        assert!(duration("soon").is_err());
    }
}
