//! `csv`: one row a place, for spreadsheets; the columns are in [`COLUMNS`].
//!
//! RFC 4180: quoted where needed, lines end with CRLF, UTF-8. A field that a spreadsheet would take for a
//! formula gets an apostrophe in front, so that a hostile file name computes nothing. What belongs to the run
//! rather than to a finding (skips, failures) is not here; the other formats and the exit code tell it.

use std::io::{self, Write};

use scanner_core::{EventSink, Finding, Part, Place, ScanEvent, SinkError};

use crate::record::two_digits;
use crate::units::date_time;
use crate::{Output, SinkOptions};

/// Names of the columns; with secrets shown a last one, `secret`, follows.
const COLUMNS: [&str; 22] = [
    "severity",
    "confidence",
    "score",
    "rule",
    "name",
    "path",
    "line",
    "column",
    "end_line",
    "end_column",
    "source",
    "decode",
    "validation",
    "redacted",
    "secret_hash",
    "occurrence_id",
    "place",
    "commit",
    "date",
    "in_worktree",
    "modified",
    "parts",
];

/// Writes rows.
#[derive(Debug)]
pub struct CsvSink {
    output: Output,
    show_secrets: bool,
    reported: bool,
}

impl CsvSink {
    /// A sink that writes to `output`.
    pub fn new(output: Output, options: &SinkOptions) -> Self {
        Self { output, show_secrets: options.show_secrets, reported: false }
    }

    fn report(&mut self, findings: &[Finding]) -> Result<(), SinkError> {
        self.reported = true;
        let show_secrets = self.show_secrets;
        self.output.write(|out| {
            let mut names: Vec<String> = COLUMNS.iter().map(|&name| name.to_owned()).collect();
            if show_secrets {
                names.push("secret".to_owned());
            }
            row(out, &names)?;
            for finding in findings {
                let first = Place {
                    path: finding.path.clone(),
                    location: finding.location,
                    modified: finding.modified,
                    git: finding.git.clone(),
                };
                place_row(out, (finding, show_secrets), 1, &first)?;
                for (index, place) in finding.places.iter().enumerate() {
                    place_row(out, (finding, show_secrets), index + 2, place)?;
                }
            }
            Ok(())
        })
    }

    fn finish(&mut self) -> Result<(), SinkError> {
        if !self.reported {
            self.report(&[])?;
        }
        self.output.finish()
    }
}

impl EventSink for CsvSink {
    fn event(&mut self, event: &ScanEvent<'_>) -> Result<(), SinkError> {
        match event {
            ScanEvent::Report(findings) => self.report(findings),
            ScanEvent::Finished(_) => self.finish(),
            _ => Ok(()),
        }
    }
}

fn place_row(
    out: &mut dyn Write,
    (finding, show_secrets): (&Finding, bool),
    number: usize,
    place: &Place,
) -> io::Result<()> {
    let (at, git) = (place.location, place.git.as_deref());
    let decode: Vec<&str> = finding.decode.iter().map(|kind| kind.name()).collect();
    let mut fields = vec![
        finding.rule.severity.name().to_owned(),
        finding.confidence.name().to_owned(),
        two_digits(finding.score).to_string(),
        finding.rule.id.clone(),
        finding.rule.name.clone(),
        place.path.to_string(),
        at.line.to_string(),
        at.column.to_string(),
        at.end_line.to_string(),
        at.end_column.to_string(),
        finding.source.name().to_owned(),
        decode.join(" "),
        finding.validation.name().to_owned(),
        finding.secret.redacted(),
        finding.secret_hash.clone(),
        if number == 1 { finding.occurrence_id.clone() } else { String::new() },
        number.to_string(),
        git.and_then(|git| git.commit.clone()).unwrap_or_default(),
        git.and_then(|git| git.author_time).map(date_time).unwrap_or_default(),
        git.and_then(|git| git.in_worktree).map(|known| known.to_string()).unwrap_or_default(),
        place.modified.map(date_time).unwrap_or_default(),
        if number == 1 { parts(finding) } else { String::new() },
    ];
    if show_secrets {
        // Exposed because the user asked for secrets in clear.
        fields.push(String::from_utf8_lossy(finding.secret.expose()).into_owned());
    }
    row(out, &fields)
}

/// The other parts of the credential, each with its place: `name shown line:column`.
fn parts(finding: &Finding) -> String {
    let part = |part: &Part| {
        let Part { name, location, shown } = part;
        format!("{name} {shown} {}:{}", location.line, location.column)
    };
    finding.parts.iter().map(part).collect::<Vec<_>>().join("; ")
}

fn row(out: &mut dyn Write, fields: &[String]) -> io::Result<()> {
    for (index, field) in fields.iter().enumerate() {
        if index > 0 {
            out.write_all(b",")?;
        }
        write_field(out, field)?;
    }
    out.write_all(b"\r\n")
}

fn write_field(out: &mut dyn Write, field: &str) -> io::Result<()> {
    let formula = field.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let mut text = if formula { format!("'{field}") } else { field.to_owned() };
    // Control characters, of a hostile rule's name say, would move the cursor of who prints the file.
    if text.contains(|c: char| c.is_control()) {
        text = text.replace(|c: char| c.is_control() && !"\t\r\n".contains(c), "\u{fffd}");
    }
    if text.contains([',', '"', '\r', '\n']) {
        write!(out, "\"{}\"", text.replace('"', "\"\""))
    } else {
        out.write_all(text.as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_quoted_and_compute_nothing() {
        for (field, want) in [
            ("plain", "plain"),
            ("", ""),
            ("a,b", "\"a,b\""),
            ("say \"hi\"", "\"say \"\"hi\"\"\""),
            ("a\nb", "\"a\nb\""),
            ("a\u{1b}[2J", "a\u{fffd}[2J"),
            ("=1+1", "'=1+1"),
            ("-----BEGIN", "'-----BEGIN"),
            ("@x,\"y\"", "\"'@x,\"\"y\"\"\""),
        ] {
            let mut out = Vec::new();
            write_field(&mut out, field).unwrap();
            assert_eq!(String::from_utf8(out).unwrap(), want);
        }
    }
}
