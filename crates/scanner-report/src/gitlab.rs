//! `gitlab`: GitLab's security report of type `secret_detection`, format 15.
//!
//! What the format asks for and this file keeps: ids are UUIDs, made from the stable identity; every location
//! has a commit (seven zeros where none is known, as GitLab's own analyzer writes); times have no zone; a
//! name tells the kind of secret and nothing of the finding. No secret stands in any field, also where
//! secrets are shown elsewhere: such files are uploaded.

use std::io;

use scanner_core::{EventSink, Finding, RunInfo, ScanEvent, Severity, SinkError, Status, Summary};
use serde::Serialize;

use crate::units::date_time;
use crate::uri::path_text;
use crate::{Output, PathBase, SinkOptions};

/// The version of the format.
const VERSION: &str = "15.0.7";

/// Characters of a vulnerability's name.
const NAME_CHARS_MAX: usize = 255;

/// Characters of a description.
const DESCRIPTION_CHARS_MAX: usize = 1_048_576;

/// The commit of what is in no commit.
const NO_COMMIT: &str = "0000000";

/// Other places named in a description.
const PLACES_MAX: usize = 20;

/// Writes one report.
#[derive(Debug)]
pub struct GitlabSink {
    output: Output,
    base: PathBase,
    version: String,
    started_unix: u64,
    reported: bool,
}

impl GitlabSink {
    /// A sink that writes to `output`. Secrets are never shown.
    pub fn new(output: Output, options: &SinkOptions) -> Self {
        Self {
            output,
            base: options.base.clone(),
            version: String::new(),
            started_unix: 0,
            reported: false,
        }
    }

    fn start(&mut self, run: &RunInfo) {
        self.version.clone_from(&run.version);
        self.started_unix = run.started_unix;
    }

    fn report(&mut self, findings: &[Finding]) -> Result<(), SinkError> {
        self.reported = true;
        let base = &self.base;
        self.output.write(|out| {
            write!(out, "{{\"version\":\"{VERSION}\",\"vulnerabilities\":[")?;
            for (index, finding) in findings.iter().enumerate() {
                out.write_all(if index == 0 { b"\n" } else { b",\n" })?;
                serde_json::to_writer(&mut *out, &Vulnerability::new(finding, base))
                    .map_err(io::Error::from)?;
            }
            out.write_all(b"\n]")
        })
    }

    fn finish(&mut self, summary: &Summary) -> Result<(), SinkError> {
        if !self.reported {
            self.report(&[])?;
        }
        let scan = Scan::new(&self.version, self.started_unix, summary);
        self.output.write(|out| {
            out.write_all(b",\"scan\":")?;
            serde_json::to_writer(&mut *out, &scan).map_err(io::Error::from)?;
            out.write_all(b"}\n")
        })?;
        self.output.finish()
    }
}

impl EventSink for GitlabSink {
    fn event(&mut self, event: &ScanEvent<'_>) -> Result<(), SinkError> {
        match event {
            ScanEvent::Started(run) => {
                self.start(run);
                Ok(())
            }
            ScanEvent::Report(findings) => self.report(findings),
            ScanEvent::Finished(summary) => self.finish(summary),
            _ => Ok(()),
        }
    }
}

#[derive(Serialize)]
struct Vulnerability<'a> {
    id: String,
    name: String,
    description: String,
    severity: &'static str,
    solution: &'static str,
    raw_source_code_extract: String,
    identifiers: [Identifier<'a>; 1],
    #[serde(skip_serializing_if = "Option::is_none")]
    links: Option<[Link<'a>; 1]>,
    location: LocationRecord<'a>,
}

#[derive(Serialize)]
struct Identifier<'a> {
    r#type: &'static str,
    name: &'a str,
    value: &'a str,
}

#[derive(Serialize)]
struct Link<'a> {
    url: &'a str,
}

#[derive(Serialize)]
struct LocationRecord<'a> {
    file: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    start_line: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    end_line: Option<u64>,
    commit: Commit<'a>,
}

#[derive(Serialize)]
struct Commit<'a> {
    sha: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    date: Option<String>,
}

impl<'a> Vulnerability<'a> {
    fn new(finding: &'a Finding, base: &PathBase) -> Self {
        let rule = &finding.rule;
        let name = if rule.name.trim().is_empty() { &rule.id } else { &rule.name };
        let at = finding.location;
        let git = finding.git.as_deref();
        Self {
            id: uuid(&finding.occurrence_id),
            name: name.chars().take(NAME_CHARS_MAX).collect(),
            description: description(finding),
            severity: severity(rule.severity),
            solution: "Revoke the credential where it was issued, replace it, and remove it from the file.",
            raw_source_code_extract: finding.secret.redacted(),
            identifiers: [Identifier {
                r#type: "scanner_rs_rule_id",
                name: &rule.id,
                value: &rule.id,
            }],
            links: is_link(&rule.reference).then_some([Link { url: &rule.reference }]),
            location: LocationRecord {
                file: path_text(&finding.path, base),
                // A location without lines (line 0) names the file only.
                start_line: (at.line > 0).then_some(at.line),
                end_line: (at.line > 0).then_some(at.end_line.max(at.line)),
                commit: Commit {
                    sha: git.and_then(|git| git.commit.as_deref()).unwrap_or(NO_COMMIT),
                    date: git.and_then(|git| git.author_time).map(date_time),
                },
            },
        }
    }
}

/// What the rule says, and where else the secret stands.
fn description(finding: &Finding) -> String {
    let mut lines = vec![finding.rule.description.clone()];
    lines.extend(finding.parts.iter().map(|part| {
        format!("Beside it: {} {}, line {}.", part.name, part.shown, part.location.line)
    }));
    let named = finding.places.iter().take(PLACES_MAX);
    lines.extend(named.map(|at| format!("Also in {}, line {}.", at.path, at.location.line)));
    if finding.places.len() > PLACES_MAX {
        lines.push(format!("And in {} more places.", finding.places.len() - PLACES_MAX));
    }
    lines.join("\n").chars().take(DESCRIPTION_CHARS_MAX).collect()
}

/// Whether the format takes a text as a link.
fn is_link(text: &str) -> bool {
    ["http://", "https://", "ftp://"]
        .iter()
        .any(|scheme| text.strip_prefix(scheme).is_some_and(|rest| !rest.is_empty()))
}

const fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "Critical",
        Severity::High => "High",
        Severity::Medium => "Medium",
        Severity::Low => "Low",
    }
}

/// An identity as a UUID of version 8 (of one's own making): its first 122 bits. Shorter ones are repeated.
fn uuid(identity: &str) -> String {
    let digits: Vec<char> = identity.chars().filter(char::is_ascii_hexdigit).collect();
    let mut hex: Vec<char> = match digits.as_slice() {
        [] => vec!['0'; 32],
        some => some.iter().copied().cycle().take(32).collect(),
    };
    hex[12] = '8';
    hex[16] = 'a';
    let part = |from: usize, to: usize| hex[from..to].iter().collect::<String>();
    [part(0, 8), part(8, 12), part(12, 16), part(16, 20), part(20, 32)].join("-").to_lowercase()
}

#[derive(Serialize)]
struct Scan<'a> {
    analyzer: Tool<'a>,
    scanner: Tool<'a>,
    r#type: &'static str,
    start_time: String,
    end_time: String,
    status: &'static str,
    messages: Vec<ScanMessage>,
}

#[derive(Clone, Serialize)]
struct Tool<'a> {
    id: &'static str,
    name: &'static str,
    version: &'a str,
    vendor: Vendor,
}

#[derive(Clone, Serialize)]
struct Vendor {
    name: &'static str,
}

#[derive(Serialize)]
struct ScanMessage {
    level: &'static str,
    value: String,
}

impl<'a> Scan<'a> {
    fn new(version: &'a str, started_unix: u64, summary: &Summary) -> Self {
        let version = if version.is_empty() { "unknown" } else { version };
        let vendor = Vendor { name: "scanner-rs" };
        let tool = Tool { id: "scanner-rs", name: "scanner-rs", version, vendor };
        let ended = started_unix.saturating_add(summary.elapsed.as_secs());
        Self {
            analyzer: tool.clone(),
            scanner: tool,
            r#type: "secret_detection",
            start_time: without_zone(started_unix),
            end_time: without_zone(ended),
            status: if summary.status == Status::Complete { "success" } else { "failure" },
            messages: messages(summary),
        }
    }
}

fn without_zone(unix: u64) -> String {
    let mut text = date_time(i64::try_from(unix).unwrap_or(i64::MAX));
    text.pop();
    text
}

/// What the run did not do.
fn messages(summary: &Summary) -> Vec<ScanMessage> {
    let mut list = Vec::new();
    if summary.status != Status::Complete {
        let value = format!("The scan is {}.", summary.status.name());
        list.push(ScanMessage { level: "fatal", value });
    }
    for (reason, count) in summary.skips.failed() {
        let value = format!("Not scanned completely: {count} ({}).", reason.explain());
        list.push(ScanMessage { level: "warn", value });
    }
    for warning in summary.warnings.iter().filter(|warning| !warning.is_empty()) {
        list.push(ScanMessage { level: "warn", value: warning.clone() });
    }
    list
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identities_become_uuids() {
        assert_eq!(uuid(&"0123456789abcdef".repeat(4)), "01234567-89ab-8def-a123-456789abcdef");
        assert_eq!(uuid("AB"), "abababab-abab-8bab-abab-abababababab");
        assert_eq!(uuid(""), "00000000-0000-8000-a000-000000000000");
    }
}
