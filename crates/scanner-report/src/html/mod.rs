//! `html`: one page that needs nothing else: no network, no fonts, no second file.
//!
//! `page.html`, `page.css` and `page.js` are the page; this file puts them together with the findings, which
//! stand in the page as JSON that the script reads. Invariants: what comes from scanned files reaches the page
//! as JSON only, with `<`, `>` and `&` escaped, so that no name ends the element it stands in; the script
//! sets text, never markup; a policy in the head forbids every request. No secret in clear unless asked.

use std::collections::BTreeMap;
use std::io::{self, Write};

use scanner_core::{
    EventSink, Finding, GitPlace, Location, ObjectPath, RuleInfo, RunInfo, ScanEvent, SinkError,
    Summary,
};
use serde::Serialize;

use crate::printable::Printable;
use crate::record::{SummaryRecord, two_digits};
use crate::units::date_time;
use crate::{Output, SinkOptions};

/// Findings that one page takes; of more, the worst. The page says what it left out.
pub const HTML_FINDINGS_MAX: usize = 100_000;

/// Further places given with a finding.
const PLACES_MAX: usize = 100;

const PAGE: &str = include_str!("page.html");
const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

/// Writes the page.
#[derive(Debug)]
pub struct HtmlSink {
    output: Output,
    show_secrets: bool,
    run: RunInfo,
    reported: bool,
}

impl HtmlSink {
    /// A sink that writes to `output`.
    pub fn new(output: Output, options: &SinkOptions) -> Self {
        let show_secrets = options.show_secrets;
        Self { output, show_secrets, run: RunInfo::default(), reported: false }
    }

    fn report(&mut self, findings: &[Finding]) -> Result<(), SinkError> {
        self.reported = true;
        let shown = shown(findings);
        let cut = findings.len() - shown.len();
        let (run, show_secrets) = (RunRecord::new(&self.run, cut), self.show_secrets);
        self.output.write(|out| {
            let (head, _) = parts();
            out.write_all(head[0].as_bytes())?;
            out.write_all(STYLE.as_bytes())?;
            out.write_all(head[1].as_bytes())?;
            out.write_all(b"{\"run\":")?;
            json(out, &run)?;
            out.write_all(b",\"rules\":")?;
            json(out, &rules(&shown))?;
            out.write_all(b",\"findings\":[")?;
            for (count, finding) in shown.into_iter().enumerate() {
                out.write_all(if count == 0 { b"\n" } else { b",\n" })?;
                json(out, &Row::new(finding, show_secrets))?;
            }
            Ok(())
        })
    }

    fn finish(&mut self, summary: &Summary) -> Result<(), SinkError> {
        if !self.reported {
            self.report(&[])?;
        }
        let failed: Vec<String> = summary
            .skips
            .failed()
            .map(|(reason, count)| format!("{count}: {}", reason.explain()))
            .collect();
        self.output.write(|out| {
            let (_, tail) = parts();
            out.write_all(b"\n],\"summary\":")?;
            json(out, &SummaryRecord::new(summary))?;
            out.write_all(b",\"failed\":")?;
            json(out, &failed)?;
            out.write_all(b"}")?;
            out.write_all(tail[0].as_bytes())?;
            out.write_all(SCRIPT.as_bytes())?;
            out.write_all(tail[1].as_bytes())
        })?;
        self.output.finish()
    }
}

impl EventSink for HtmlSink {
    fn event(&mut self, event: &ScanEvent<'_>) -> Result<(), SinkError> {
        match event {
            ScanEvent::Started(run) => {
                self.run = (*run).clone();
                Ok(())
            }
            ScanEvent::Report(findings) => self.report(findings),
            ScanEvent::Finished(summary) => self.finish(summary),
            _ => Ok(()),
        }
    }
}

/// The page cut at its three marks: two pieces before the findings, two after them.
fn parts() -> ([&'static str; 2], [&'static str; 2]) {
    let (head, rest) = PAGE.split_once("/*STYLE*/").expect("page.html has a mark for the style");
    let (body, rest) = rest.split_once("/*DATA*/").expect("page.html has a mark for the findings");
    let (between, end) =
        rest.split_once("/*SCRIPT*/").expect("page.html has a mark for the script");
    ([head, body], [between, end])
}

/// All findings in their order, or where there are too many the worst ones.
fn shown(findings: &[Finding]) -> Vec<&Finding> {
    let mut list: Vec<&Finding> = findings.iter().collect();
    if list.len() > HTML_FINDINGS_MAX {
        list.sort_by_key(|f| std::cmp::Reverse((f.rule.severity, f.confidence)));
        list.truncate(HTML_FINDINGS_MAX);
    }
    list
}

/// What is said of each rule, once: it makes a quarter of a page with many findings.
fn rules(findings: &[&Finding]) -> BTreeMap<String, RuleRow> {
    findings.iter().map(|finding| (finding.rule.id.clone(), RuleRow::new(&finding.rule))).collect()
}

fn json(out: &mut dyn Write, value: &impl Serialize) -> io::Result<()> {
    serde_json::to_writer(ForScript(out), value).map_err(io::Error::from)
}

/// Passes JSON on with the characters escaped that mean something to a reader of HTML. In JSON they stand in
/// strings only, where the escape means the same.
struct ForScript<'a>(&'a mut dyn Write);

impl Write for ForScript<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut rest = bytes;
        while let Some(at) = rest.iter().position(|byte| b"<>&".contains(byte)) {
            self.0.write_all(&rest[..at])?;
            write!(self.0, "\\u{:04x}", rest[at])?;
            rest = &rest[at + 1..];
        }
        self.0.write_all(rest)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

#[derive(Serialize)]
struct RunRecord {
    version: String,
    targets: Vec<String>,
    started: String,
    cut: usize,
}

impl RunRecord {
    fn new(run: &RunInfo, cut: usize) -> Self {
        Self {
            version: run.version.clone(),
            targets: run.targets.iter().map(|target| printable(target)).collect(),
            started: date_time(i64::try_from(run.started_unix).unwrap_or(i64::MAX)),
            cut,
        }
    }
}

/// A rule as the script reads it.
#[derive(Serialize)]
struct RuleRow {
    severity: &'static str,
    name: String,
    about: String,
}

impl RuleRow {
    fn new(rule: &RuleInfo) -> Self {
        Self {
            severity: rule.severity.name(),
            name: printable(&rule.name),
            about: printable(&rule.description),
        }
    }
}

/// A finding as the script reads it; what its rule says of every finding is not repeated.
#[derive(Serialize)]
struct Row<'a> {
    confidence: &'static str,
    score: f64,
    rule: &'a str,
    source: &'static str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    decode: Vec<&'static str>,
    validation: &'static str,
    redacted: String,
    context: String,
    hash: &'a str,
    ignore: &'a str,
    #[serde(flatten)]
    place: PlaceRow,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    places: Vec<PlaceRow>,
    #[serde(skip_serializing_if = "is_zero")]
    more: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    secret: Option<String>,
}

/// A place of a finding.
#[derive(Serialize)]
struct PlaceRow {
    path: String,
    line: u64,
    column: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    modified: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    commit: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    date: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reach: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    object: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    author: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    in_worktree: Option<bool>,
}

impl<'a> Row<'a> {
    fn new(finding: &'a Finding, show_secrets: bool) -> Self {
        let places = finding.places.iter().take(PLACES_MAX);
        Self {
            confidence: finding.confidence.name(),
            score: two_digits(finding.score),
            rule: &finding.rule.id,
            source: finding.source.name(),
            decode: finding.decode.iter().map(|kind| kind.name()).collect(),
            validation: finding.validation.name(),
            redacted: printable(&finding.secret.redacted()),
            context: printable(finding.context.trim_end()),
            hash: &finding.secret_hash,
            ignore: &finding.ignore_id,
            place: PlaceRow::new(
                (&finding.path, finding.location),
                finding.modified,
                finding.git.as_deref(),
            ),
            places: places
                .map(|at| PlaceRow::new((&at.path, at.location), at.modified, at.git.as_deref()))
                .collect(),
            more: finding.places.len().saturating_sub(PLACES_MAX),
            // Exposed because the user asked for secrets in clear.
            secret: show_secrets
                .then(|| String::from_utf8_lossy(finding.secret.expose()).into_owned()),
        }
    }
}

impl PlaceRow {
    fn new(
        (path, at): (&ObjectPath, Location),
        modified: Option<i64>,
        git: Option<&GitPlace>,
    ) -> Self {
        Self {
            path: printable(&path.to_string()),
            line: at.line,
            column: at.column,
            modified: modified.map(date_time),
            commit: git.and_then(|git| git.commit.clone()),
            date: git.and_then(|git| git.author_time).map(date_time),
            reach: git.map(|git| git.reach.name()),
            object: git.map(|git| git.object.clone()),
            author: git.and_then(|git| git.author.as_deref()).map(printable),
            in_worktree: git.and_then(|git| git.in_worktree),
        }
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands over a reference")]
fn is_zero(number: &usize) -> bool {
    *number == 0
}

/// Without what would turn the direction of writing or not be seen.
fn printable(text: &str) -> String {
    Printable(text).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_in_the_page_ends_no_element() {
        let mut out = Vec::new();
        json(&mut out, &"</script><!-- & -->").unwrap();
        let text = String::from_utf8(out).unwrap();
        assert_eq!(text, r#""\u003c/script\u003e\u003c!-- \u0026 --\u003e""#);
        assert_eq!(serde_json::from_str::<String>(&text).unwrap(), "</script><!-- & -->");
    }

    #[test]
    fn the_page_has_its_marks_and_no_address_to_load() {
        parts();
        for text in [PAGE, STYLE, SCRIPT] {
            for word in ["http:", "https:", "@import", "fetch(", "innerHTML", "eval("] {
                assert!(!text.contains(word), "{word}");
            }
        }
        assert!(PAGE.contains("default-src 'none'"));
        assert!(!SCRIPT.contains("</script"));
    }
}
