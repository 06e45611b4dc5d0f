//! Reads what an engine reports about its own run, and compares counts with what a definition states.
//!
//! A count that is stated and differs, or is not reported at all, is a complaint: a fast run that
//! skipped half of its work must not look like a good one.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use super::definition::Counts;
use super::engines::CountsSource;

/// Larger reports are not read.
const REPORT_BYTES_MAX: u64 = 256 << 20;

/// Stands for a pointer: the lines of the report are what is counted.
const LINES: &str = "lines";

/// What an engine said about its run.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Reported {
    pub(crate) counts: Counts,
    /// By the engine's own clock.
    pub(crate) seconds: Option<f64>,
}

/// Reads the report in `file` as `source` says.
///
/// # Errors
/// It cannot be read, is too large or not what `source` describes.
pub(crate) fn read(source: &CountsSource, file: &Path) -> Result<Reported> {
    let bytes = std::fs::metadata(file).context("the engine wrote no report")?.len();
    ensure!(bytes <= REPORT_BYTES_MAX, "a report of {bytes} bytes is too large to read");
    let wanted = [&source.files, &source.bytes, &source.findings, &source.seconds];
    let is_json = wanted.iter().any(|key| key.as_ref().is_some_and(|key| key != LINES));
    let lines = lines(file)?;
    let json = if is_json { parse(file)? } else { Value::Null };
    let count = |key: &Option<String>| -> Result<Option<u64>> {
        match key.as_deref() {
            None => Ok(None),
            Some(LINES) => Ok(Some(lines)),
            Some(pointer) => number(&json, pointer).map(Some),
        }
    };
    let seconds = source.seconds.as_deref().map(|pointer| {
        json.pointer(pointer)
            .and_then(Value::as_f64)
            .with_context(|| format!("the report has no number at {pointer}"))
    });
    Ok(Reported {
        counts: Counts {
            files: count(&source.files)?,
            bytes: count(&source.bytes)?,
            findings: count(&source.findings)?,
        },
        seconds: seconds.transpose()?,
    })
}

fn lines(file: &Path) -> Result<u64> {
    let mut lines = 0;
    for line in BufReader::new(File::open(file)?).split(b'\n') {
        lines += u64::from(!line?.is_empty());
    }
    Ok(lines)
}

/// The first JSON value of the file: some engines add a summary of another shape behind it.
fn parse(file: &Path) -> Result<Value> {
    let reader = BufReader::new(File::open(file)?.take(REPORT_BYTES_MAX));
    let mut values = serde_json::Deserializer::from_reader(reader).into_iter();
    values.next().context("the report is empty")?.context("the report is not JSON")
}

fn number(json: &Value, pointer: &str) -> Result<u64> {
    let value = json.pointer(pointer);
    value
        .and_then(|value| value.as_array().map_or_else(|| value.as_u64(), |a| Some(a.len() as u64)))
        .with_context(|| format!("the report has no count at {pointer}"))
}

/// Every count that is stated and not met, as `<who>: files: 3 stated, 2 found`.
pub(crate) fn differences(who: &str, stated: &Counts, found: &Counts) -> Vec<String> {
    [
        ("files", stated.files, found.files),
        ("bytes", stated.bytes, found.bytes),
        ("findings", stated.findings, found.findings),
    ]
    .into_iter()
    .filter_map(|(what, stated, found)| {
        let stated = stated?;
        match found {
            Some(found) if found == stated => None,
            Some(found) => Some(format!("{who}: {what}: {stated} stated, {found} found")),
            None => Some(format!("{who}: {what}: {stated} stated, none reported")),
        }
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::super::engines::ReportPlace;
    use super::*;

    fn source(files: &str, findings: &str) -> CountsSource {
        let some = |key: &str| (!key.is_empty()).then(|| key.to_owned());
        CountsSource {
            from: ReportPlace::Stdout,
            files: some(files),
            bytes: None,
            findings: some(findings),
            seconds: None,
        }
    }

    fn report(text: &str, source: &CountsSource) -> Result<Reported> {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("report");
        std::fs::write(&file, text).unwrap();
        read(source, &file)
    }

    #[test]
    fn numbers_and_lists_are_read_by_pointer() {
        let text = r#"{"summary":{"files":7},"findings":[{},{}]} {"trailing":1}"#;
        let reported = report(text, &source("/summary/files", "/findings")).unwrap();
        assert_eq!((reported.counts.files, reported.counts.findings), (Some(7), Some(2)));
        assert_eq!(reported.counts.bytes, None);
    }

    #[test]
    fn an_engine_that_times_itself_is_read() {
        let mut source = source("", "");
        source.seconds = Some("/seconds".to_owned());
        source.bytes = Some("/bytes".to_owned());
        let reported = report(r#"{"bytes": 3000, "seconds": 0.5}"#, &source).unwrap();
        assert_eq!(reported.seconds, Some(0.5));
        assert_eq!(reported.counts.bytes, Some(3000));
    }

    #[test]
    fn lines_are_counted_without_parsing() {
        assert_eq!(report("a\n\nb\nc", &source("", "lines")).unwrap().counts.findings, Some(3));
        assert_eq!(report("", &source("", "lines")).unwrap().counts.findings, Some(0));
    }

    #[test]
    fn a_report_that_is_not_as_described_is_an_error() {
        for text in ["", "no json", "{}", r#"{"summary":{"files":"7"}}"#] {
            assert!(report(text, &source("/summary/files", "")).is_err(), "{text}");
        }
        assert!(read(&source("", "lines"), Path::new("surely/absent")).is_err());
    }

    #[test]
    fn a_stated_count_must_be_found() {
        let stated = Counts { files: Some(2), bytes: None, findings: Some(1) };
        let found = Counts { files: Some(2), bytes: Some(9), findings: Some(1) };
        assert!(differences("a", &stated, &found).is_empty());
        let wrong = Counts { files: Some(3), bytes: None, findings: None };
        assert_eq!(
            differences("a", &stated, &wrong),
            ["a: files: 2 stated, 3 found", "a: findings: 1 stated, none reported"]
        );
    }
}
