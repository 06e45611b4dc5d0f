//! Values with units on the command line and in configuration files.

use std::fmt::Display;
use std::num::NonZeroUsize;
use std::time::Duration;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer};

/// A value that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum ValueError {
    /// No number of bytes.
    #[error("`{0}` is no size; write it as in 500K, 10M or 2G")]
    Size(String),
    /// No number of threads.
    #[error("`{0}` is no number of threads; write a number from 1")]
    Threads(String),
    /// No depth, or one that is too great.
    #[error("`{0}` is no depth; write a number from 0 to {1}")]
    Depth(String, u32),
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

/// A number of threads.
pub(crate) fn threads(text: &str) -> Result<NonZeroUsize, ValueError> {
    text.trim().parse().map_err(|_| ValueError::Threads(text.to_owned()))
}

/// [`bytes`] in a configuration file, where a plain number will do.
pub(crate) fn file_bytes<'de, D: Deserializer<'de>>(file: D) -> Result<Option<u64>, D::Error> {
    in_file(file, bytes)
}

/// [`duration`] in a configuration file.
pub(crate) fn file_duration<'de, D>(file: D) -> Result<Option<Duration>, D::Error>
where
    D: Deserializer<'de>,
{
    in_file(file, duration)
}

/// [`threads`] in a configuration file.
pub(crate) fn file_threads<'de, D>(file: D) -> Result<Option<NonZeroUsize>, D::Error>
where
    D: Deserializer<'de>,
{
    in_file(file, threads)
}

/// A depth in a configuration file: at most `MAX`.
pub(crate) fn file_depth<'de, const MAX: u32, D>(file: D) -> Result<Option<u32>, D::Error>
where
    D: Deserializer<'de>,
{
    in_file(file, |text| {
        let depth = text.parse().ok().filter(|depth| *depth <= MAX);
        depth.ok_or_else(|| ValueError::Depth(text.to_owned(), MAX))
    })
}

fn in_file<'de, D: Deserializer<'de>, T, E: Display>(
    file: D,
    read: impl Fn(&str) -> Result<T, E>,
) -> Result<Option<T>, D::Error> {
    // Numbers may stand there without quotes.
    let text = match toml::Value::deserialize(file)? {
        toml::Value::String(text) => text,
        other => other.to_string(),
    };
    read(&text).map(Some).map_err(D::Error::custom)
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
