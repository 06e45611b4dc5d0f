//! `html`: one page that needs nothing else: no network, no fonts, no second file.
//!
//! `page.html`, `page.css` and `page.js` are the page; this file puts them together with the findings, which
//! stand in the page as JSON that the script reads: first what the table shows, then the script, which draws it while
//! the browser still reads the rest, a line of details for each finding. Both are lists of values without names, because
//! names would be most of a large page.
//!
//! Invariants: what comes from scanned files reaches the page as JSON only, with `<`, `>` and `&` escaped, so that no
//! name ends the element it stands in; the script sets text, never markup; a policy in the head forbids every request.
//! No secret in clear unless asked.

use std::collections::HashMap;
use std::io::{self, Write};

use scanner_core::{
    EventSink, Finding, GitPlace, Part, Place, RuleInfo, RunInfo, ScanEvent, SinkError, Summary,
};
use serde::Serialize;

use crate::printable::Printable;
use crate::record::{SummaryRecord, two_digits};
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
        let rules = Rules::of(&shown);
        self.output.write(|out| {
            let page = Parts::new();
            out.write_all(page.head.as_bytes())?;
            out.write_all(STYLE.as_bytes())?;
            out.write_all(page.body.as_bytes())?;
            out.write_all(b"{\"run\":")?;
            json(out, &run)?;
            out.write_all(b",\"rules\":")?;
            json(out, &rules.rows)?;
            out.write_all(b",\"findings\":[")?;
            for (count, finding) in shown.iter().enumerate() {
                out.write_all(if count == 0 { b"\n" } else { b",\n" })?;
                json(out, &row(finding, rules.number(finding)))?;
            }
            out.write_all(b"\n]}")?;
            out.write_all(page.before_script.as_bytes())?;
            out.write_all(SCRIPT.as_bytes())?;
            out.write_all(page.before_details.as_bytes())?;
            for finding in shown {
                out.write_all(b"\n")?;
                json(out, &Detail::new(finding, show_secrets))?;
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
            let page = Parts::new();
            out.write_all(page.before_end.as_bytes())?;
            out.write_all(b"{\"summary\":")?;
            json(out, &SummaryRecord::new(summary))?;
            out.write_all(b",\"failed\":")?;
            json(out, &failed)?;
            out.write_all(b"}")?;
            out.write_all(page.tail.as_bytes())
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

/// The page, cut at its marks.
struct Parts {
    head: &'static str,
    body: &'static str,
    before_script: &'static str,
    before_details: &'static str,
    before_end: &'static str,
    tail: &'static str,
}

impl Parts {
    fn new() -> Self {
        let cut = |text: &'static str, mark: &str| {
            text.split_once(mark).expect("page.html has each mark once, in this order")
        };
        let (head, rest) = cut(PAGE, "/*STYLE*/");
        let (body, rest) = cut(rest, "/*TABLE*/");
        let (before_script, rest) = cut(rest, "/*SCRIPT*/");
        let (before_details, rest) = cut(rest, "/*DETAILS*/");
        let (before_end, tail) = cut(rest, "/*END*/");
        Self { head, body, before_script, before_details, before_end, tail }
    }
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
struct Rules<'a> {
    rows: Vec<RuleRow<'a>>,
    numbers: HashMap<&'a str, usize>,
}

impl<'a> Rules<'a> {
    fn of(findings: &[&'a Finding]) -> Self {
        let mut rules = Self { rows: Vec::new(), numbers: HashMap::new() };
        for finding in findings {
            let rule = &*finding.rule;
            rules.numbers.entry(&rule.id).or_insert_with(|| {
                rules.rows.push(RuleRow::new(rule));
                rules.rows.len() - 1
            });
        }
        rules
    }

    fn number(&self, finding: &Finding) -> usize {
        self.numbers[finding.rule.id.as_str()]
    }
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
    /// Seconds since 1970, as all times of the page.
    started: u64,
    cut: usize,
}

impl RunRecord {
    fn new(run: &RunInfo, cut: usize) -> Self {
        Self {
            version: run.version.clone(),
            targets: run.targets.iter().map(|target| printable(target)).collect(),
            started: run.started_unix,
            cut,
        }
    }
}

/// A rule as the script reads it.
#[derive(Serialize)]
struct RuleRow<'a> {
    rule: &'a str,
    severity: &'static str,
    name: String,
    about: String,
}

impl<'a> RuleRow<'a> {
    fn new(rule: &'a RuleInfo) -> Self {
        Self {
            rule: &rule.id,
            severity: rule.severity.name(),
            name: printable(&rule.name),
            about: printable(&rule.description),
        }
    }
}

/// What the table shows of a finding: rule, confidence, source, path, line, secret, date.
type Row = (usize, &'static str, &'static str, String, u64, String, Option<i64>);

fn row(finding: &Finding, rule: usize) -> Row {
    (
        rule,
        finding.confidence.name(),
        finding.source.name(),
        printable(&finding.path.to_string()),
        finding.location.line,
        printable(&finding.secret.redacted()),
        finding.git.as_ref().and_then(|git| git.author_time),
    )
}

/// What else is known of a finding. The order of the fields is the script's, in `whole`.
#[derive(Serialize)]
struct Detail<'a>(
    /// Column, change of the archive's entry, history.
    (u64, Option<i64>, Option<GitFacts<'a>>),
    /// Score.
    f64,
    /// Proof.
    &'static str,
    /// Encodings, from the outermost to the innermost.
    Vec<&'static str>,
    /// Context.
    String,
    /// Hash of the secret.
    &'a str,
    /// The line that would ignore it.
    &'a str,
    /// Further places, and how many there are beyond those.
    Vec<PlaceFacts<'a>>,
    usize,
    /// The other parts of the credential.
    Vec<PartFacts>,
    /// The secret, where it is shown.
    #[serde(skip_serializing_if = "Option::is_none")]
    Option<String>,
);

/// Another part of the credential: what it is, what is shown of it, line, column.
type PartFacts = (String, String, u64, u64);

fn part_facts(part: &Part) -> PartFacts {
    let (line, column) = (part.location.line, part.location.column);
    (printable(&part.name), printable(&part.shown), line, column)
}

/// A further place: path, line, column, change of the archive's entry, history.
type PlaceFacts<'a> = (String, u64, u64, Option<i64>, Option<GitFacts<'a>>);

/// What a history tells of a place: commit, date, what reaches it, object, author, whether it is in the files of today.
type GitFacts<'a> =
    (Option<&'a str>, Option<i64>, &'static str, &'a str, Option<String>, Option<bool>);

impl<'a> Detail<'a> {
    fn new(finding: &'a Finding, show_secrets: bool) -> Self {
        let places = finding.places.iter().take(PLACES_MAX);
        Self(
            (finding.location.column, finding.modified, finding.git.as_deref().map(git_facts)),
            two_digits(finding.score),
            finding.validation.name(),
            finding.decode.iter().map(|kind| kind.name()).collect(),
            printable(finding.context.trim_end()),
            &finding.secret_hash,
            &finding.ignore_id,
            places.map(place_facts).collect(),
            finding.places.len().saturating_sub(PLACES_MAX),
            finding.parts.iter().map(part_facts).collect(),
            // Exposed because the user asked for secrets in clear.
            show_secrets.then(|| String::from_utf8_lossy(finding.secret.expose()).into_owned()),
        )
    }
}

fn place_facts(place: &Place) -> PlaceFacts<'_> {
    let (path, at) = (printable(&place.path.to_string()), place.location);
    (path, at.line, at.column, place.modified, place.git.as_deref().map(git_facts))
}

fn git_facts(git: &GitPlace) -> GitFacts<'_> {
    (
        git.commit.as_deref(),
        git.author_time,
        git.reach.name(),
        &git.object,
        git.author.as_deref().map(printable),
        git.in_worktree,
    )
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
        Parts::new();
        for text in [PAGE, STYLE, SCRIPT] {
            for word in ["http:", "https:", "@import", "fetch(", "innerHTML", "eval("] {
                assert!(!text.contains(word), "{word}");
            }
        }
        assert!(PAGE.contains("default-src 'none'"));
        assert!(!SCRIPT.contains("</script"));
    }
}
