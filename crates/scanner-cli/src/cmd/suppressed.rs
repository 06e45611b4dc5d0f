//! `--show-suppressed`: what a scan dropped, for people on stderr or as JSON Lines in a file.

use std::fmt::Write as _;
use std::path::Path;

use anyhow::Context as _;
use scanner_runtime::Ledger;
use serde_json::json;

use crate::messages;

/// Whether the ledger can be written where the flag says; to be known before the scan.
pub(super) fn check(place: &Path) -> anyhow::Result<()> {
    if place == Path::new("-") {
        return Ok(());
    }
    let opened = std::fs::OpenOptions::new().write(true).create(true).truncate(false).open(place);
    opened.map(drop).with_context(|| format!("{} cannot be written", place.display()))
}

/// Writes the ledger where the flag says; `-` is stderr.
pub(super) fn tell(ledger: &Ledger, place: &Path) -> anyhow::Result<()> {
    let (lines, beyond) = ledger.take();
    let to_file = place != Path::new("-");
    let mut text = String::new();
    for line in &lines {
        let (path, rule) = (line.path.to_string(), &line.rule);
        let (by, why) = (line.by.name(), line.by.explain());
        if to_file {
            let object = json!({
                "type": "suppressed",
                "path": path,
                "line": line.line,
                "column": line.column,
                "rule": rule,
                "stage": by,
                "why": why,
                "redacted": line.redacted,
            });
            let _ = writeln!(text, "{object}");
        } else {
            let (line, column, redacted) = (line.line, line.column, &line.redacted);
            let _ = writeln!(text, "{path}:{line}:{column}  {rule}  {redacted}\n    {by}: {why}");
        }
    }
    if beyond > 0 {
        messages::note(&format!("{beyond} more were dropped than the ledger has lines"));
    }
    if !to_file {
        messages::note(&format!("{text}{} dropped", lines.len()));
        return Ok(());
    }
    std::fs::write(place, text).with_context(|| format!("{} cannot be written", place.display()))
}
