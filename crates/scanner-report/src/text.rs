//! `text`: for a person at a terminal. Findings by file, then what was scanned and what was not.
//!
//! Every text that comes from outside is written through an escape of control characters. Context is cut to the width with the
//! secret in view. Sentences are broken between words where the width is less than a usual terminal's; paths and what is to be
//! copied never are.

use std::fmt::{self, Write as _};
use std::io::{self, Write};

use scanner_core::{
    Confidence, DecodeKind, EventSink, Finding, GitPlace, GitReach, ObjectPath, ScanEvent,
    Severity, SinkError, Status, Summary, Validation,
};

use crate::paint::{Palette, Style};
use crate::printable::{Printable, columns, fit};
use crate::units::{bytes, count, counted, date_time, rate, time};
use crate::{Output, SinkOptions};

/// From here on a page is better read than scrolled.
const MANY_FINDINGS: u64 = 30;

/// What to do with findings. No line is wider than a usual terminal.
const ADVICE_FIRST: &str =
    "Revoke and replace each secret; taking it out of the file is not enough.";

/// What else there is; no label where the line before goes on.
const ADVICE: [(&str, &str); 5] = [
    ("Why one is here:", "scanner-rs explain FILE:LINE"),
    ("It is no secret:", "put its ignore line into .scannerignore, or"),
    ("", "gitleaks:allow into a comment on its line"),
    ("Deal with later:", "scanner-rs baseline create . -b .scanner-baseline"),
    ("Other reports:", "-f json (sarif, gitlab, csv, junit), -f html=FILE"),
];

const ADVICE_FOR_MANY: [(&str, &str); 1] =
    [("So many of them:", "the page of -f html=FILE can be filtered and sorted")];

/// Columns from which on sentences are not broken.
const WIDTH_USUAL: usize = 80;

/// Bytes from which on the rate is told.
const RATE_BYTES_MIN: u64 = 1 << 20;

/// Other places listed with a finding; the rest is counted.
const PLACES_SHOWN: usize = 3;

/// Context is not cut to less than this, however narrow the terminal says it is.
const CONTEXT_WIDTH_MIN: usize = 20;

/// Writes for people.
#[derive(Debug)]
pub struct TextSink {
    output: Output,
    palette: Palette,
    width: usize,
    show_secrets: bool,
    tally: Tally,
}

/// What the end of the report says about its findings.
#[derive(Debug, Default)]
struct Tally {
    by_severity: [u64; 4],
    files: u64,
}

impl TextSink {
    /// A sink that writes to `output`.
    pub fn new(output: Output, options: &SinkOptions) -> Self {
        Self {
            output,
            palette: Palette { color: options.color },
            width: options.width,
            show_secrets: options.show_secrets,
            tally: Tally::default(),
        }
    }

    fn report(&mut self, findings: &[Finding]) -> Result<(), SinkError> {
        for finding in findings {
            self.tally.by_severity[finding.rule.severity as usize] += 1;
        }
        let page =
            Page { palette: self.palette, width: self.width, show_secrets: self.show_secrets };
        for group in findings.chunk_by(|a, b| a.path == b.path) {
            self.tally.files += 1;
            self.output.write(|out| page.file(out, group))?;
        }
        Ok(())
    }

    fn finish(&mut self, summary: &Summary) -> Result<(), SinkError> {
        let closing =
            Closing { palette: self.palette, width: self.width, tally: &self.tally, summary };
        self.output.write(|out| closing.write(out))?;
        self.output.finish()
    }
}

impl EventSink for TextSink {
    fn event(&mut self, event: &ScanEvent<'_>) -> Result<(), SinkError> {
        match event {
            ScanEvent::Report(findings) => self.report(findings),
            ScanEvent::Finished(summary) => self.finish(summary),
            _ => Ok(()),
        }
    }
}

/// A path without anything that a terminal acts on.
fn shown_path(path: &ObjectPath) -> String {
    let text = path.to_string();
    let text = if text.is_empty() { "(no name)" } else { &text };
    Printable(text).to_string()
}

/// How findings are laid out.
#[derive(Clone, Copy)]
struct Page {
    palette: Palette,
    width: usize,
    show_secrets: bool,
}

impl Page {
    /// All findings of one file.
    fn file(self, out: &mut dyn Write, group: &[Finding]) -> io::Result<()> {
        let Some(first) = group.first() else { return Ok(()) };
        writeln!(out, "{}", self.palette.paint(Style::PATH, shown_path(&first.path)))?;
        let positions: Vec<String> =
            group.iter().map(|f| format!("{}:{}", f.location.line, f.location.column)).collect();
        let position_width = positions.iter().map(String::len).max().unwrap_or(0);
        for (finding, position) in group.iter().zip(&positions) {
            self.finding(out, finding, position, position_width)?;
            writeln!(out)?;
        }
        Ok(())
    }

    fn finding(
        self,
        out: &mut dyn Write,
        finding: &Finding,
        position: &str,
        position_width: usize,
    ) -> io::Result<()> {
        let Self { palette, .. } = self;
        let rule = &finding.rule;
        let style = Style::of(rule.severity);
        let indent = position_width + 4;
        let name = Printable(&rule.name).to_string();
        let name = broken(&name, self.width, (indent + SEVERITY_WIDTH + 2, indent));
        writeln!(
            out,
            "  {position:>position_width$}  {:<SEVERITY_WIDTH$}  {}",
            palette.paint(style, rule.severity.name()),
            palette.paint(Style::BOLD, name),
        )?;
        self.context(out, finding, indent)?;
        let verdict = broken(&Verdict(finding).to_string(), self.width, (indent, indent + 2));
        writeln!(out, "{:indent$}{}", "", palette.paint(Style::DIM, verdict))?;
        if let Some(time) = finding.modified {
            // The time of day would say more than it is worth: zones are often unknown.
            let date = date_time(time);
            let date = date.get(..10).unwrap_or(&date);
            self.field(out, indent, "changed", format_args!("{date}, as the archive says"))?;
        }
        if let Some(git) = finding.git.as_deref() {
            self.field(out, indent, "history", History(git))?;
        }
        for (index, part) in finding.parts.iter().enumerate() {
            let label = if index == 0 { "with" } else { "" };
            let (name, shown) = (Printable(&part.name), Printable(&part.shown));
            let at = part.location;
            let part = format_args!("{name} {shown}, {}:{}", at.line, at.column);
            self.field(out, indent, label, part)?;
        }
        self.places(out, finding, indent)?;
        if self.show_secrets {
            // Exposed because the user asked for secrets in clear.
            let clear = String::from_utf8_lossy(finding.secret.expose());
            self.field(out, indent, "secret", Printable(&clear))?;
        }
        if !finding.ignore_id.is_empty() {
            self.field(out, indent, "ignore", Printable(&finding.ignore_id))?;
        }
        Ok(())
    }

    /// The line with the redacted secret, which stands out.
    fn context(self, out: &mut dyn Write, finding: &Finding, indent: usize) -> io::Result<()> {
        let redacted = Printable(&finding.secret.redacted()).to_string();
        let line = Printable(&finding.context).to_string();
        let line = if line.is_empty() { redacted.clone() } else { line };
        let keep = line.find(&redacted).map_or(0..0, |at| at..at + redacted.len());
        let width = self.width.saturating_sub(indent).max(CONTEXT_WIDTH_MIN);
        let cut = fit(&line, keep, width);
        match cut.split_once(&redacted) {
            None => writeln!(out, "{:indent$}{cut}", ""),
            Some((before, after)) => {
                let style = Style::of(finding.rule.severity);
                let secret = self.palette.paint(style, &redacted);
                writeln!(out, "{:indent$}{before}{secret}{after}", "")
            }
        }
    }

    fn places(self, out: &mut dyn Write, finding: &Finding, indent: usize) -> io::Result<()> {
        for (index, place) in finding.places.iter().take(PLACES_SHOWN).enumerate() {
            let label = if index == 0 { "also at" } else { "" };
            let (path, at) = (shown_path(&place.path), place.location);
            let commit = place.git.as_deref().map(Commit);
            let commit = commit.map(|commit| format!(" ({commit})")).unwrap_or_default();
            let at = format_args!("{path}:{}:{}{commit}", at.line, at.column);
            self.field(out, indent, label, at)?;
        }
        let more = finding.places.len().saturating_sub(PLACES_SHOWN);
        if more > 0 {
            self.field(out, indent, "", format_args!("and {} more", count(more as u64)))?;
        }
        Ok(())
    }

    fn field(
        self,
        out: &mut dyn Write,
        indent: usize,
        label: &str,
        value: impl fmt::Display,
    ) -> io::Result<()> {
        let label = self.palette.paint(Style::DIM, label);
        writeln!(out, "{:indent$}{label:<8} {value}", "")
    }
}

/// A sentence broken between words so that no line is wider than `width`, where that is less than usual. The first line has
/// `first` columns in front, the others are indented by `others`.
fn broken(text: &str, width: usize, (first, others): (usize, usize)) -> String {
    if width >= WIDTH_USUAL || first + columns(text) <= width {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len() + 64);
    let mut column = first;
    for (index, word) in text.split(' ').enumerate() {
        let wide = columns(word);
        if index > 0 && column + 1 + wide > width && column > others {
            let _ = write!(out, "\n{:others$}", "");
            column = others;
        } else if index > 0 {
            out.push(' ');
            column += 1;
        }
        out.push_str(word);
        column += wide;
    }
    out
}

/// Columns of the longest name of a severity.
const SEVERITY_WIDTH: usize = 8;

/// Digits of an id that people are shown.
const ID_DIGITS: usize = 10;

fn short_id(id: &str) -> &str {
    id.get(..ID_DIGITS).unwrap_or(id)
}

/// The commit that introduced a place, in few words.
struct Commit<'a>(&'a GitPlace);

impl fmt::Display for Commit<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = self.0;
        match (&place.commit, place.reach) {
            (Some(commit), _) => write!(f, "commit {}", short_id(commit))?,
            (None, GitReach::Index) => f.write_str("staged, not committed")?,
            (None, _) => write!(f, "object {}, in no commit", short_id(&place.object))?,
        }
        if let Some(time) = place.author_time {
            let date = date_time(time);
            write!(f, " of {}", date.get(..10).unwrap_or(&date))?;
        }
        Ok(())
    }
}

/// Everything that git knows of a finding's earliest place.
struct History<'a>(&'a GitPlace);

impl fmt::Display for History<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = self.0;
        write!(f, "{}", Commit(place))?;
        if let Some(author) = &place.author {
            write!(f, " by {}", Printable(author))?;
        }
        if let Some(last) =
            place.last_commit.as_ref().filter(|last| Some(*last) != place.commit.as_ref())
        {
            write!(f, ", last in {}", short_id(last))?;
        }
        match place.reach {
            GitReach::Reflog => f.write_str(", known to reflogs only")?,
            GitReach::Unreachable => f.write_str(", unreachable")?,
            GitReach::Refs | GitReach::Index => {}
        }
        match place.in_worktree {
            Some(true) => f.write_str(", still there"),
            Some(false) => f.write_str(", in history only"),
            None => Ok(()),
        }
    }
}

/// Which rule, how sure, why, and through which encodings.
struct Verdict<'a>(&'a Finding);

impl fmt::Display for Verdict<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let finding = self.0;
        write!(f, "{} · ", Printable(&finding.rule.id))?;
        f.write_str(match finding.confidence {
            Confidence::Certain => "certainly a secret",
            Confidence::Likely => "likely a secret",
            Confidence::Possible => "possibly a secret",
        })?;
        match finding.validation {
            Validation::None => {}
            Validation::ChecksumOk => f.write_str(" · it proves itself")?,
            Validation::StructureOk => f.write_str(" · its structure is right")?,
            Validation::Expired => f.write_str(" · expired")?,
            Validation::Encrypted => f.write_str(" · encrypted with a passphrase")?,
            Validation::PairExpired => f.write_str(
                " · its certificate is in the same file and has expired; the key may still open what it was used for",
            )?,
            Validation::PairOk => f.write_str(" · its public half is in the same file")?,
            Validation::Canary => f.write_str(" · a canary: its issuer notices its use")?,
            other => write!(f, " · {}", other.name())?,
        }
        for (index, kind) in finding.decode.iter().enumerate() {
            f.write_str(if index == 0 { " · inside " } else { " › " })?;
            f.write_str(if *kind == DecodeKind::Join { "joined literals" } else { kind.name() })?;
        }
        Ok(())
    }
}

/// The last block.
struct Closing<'a> {
    palette: Palette,
    width: usize,
    tally: &'a Tally,
    summary: &'a Summary,
}

impl Closing<'_> {
    fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        let summary = self.summary;
        self.headline(out)?;
        writeln!(out)?;
        self.field(out, "scanned", Style::DIM, &self.scanned())?;
        if summary.reused > 0 {
            let text = format!("{} files, as the store knows them", count(summary.reused));
            self.field(out, "unchanged", Style::DIM, &text)?;
        }
        if summary.suppressed > 0 {
            let text = format!("{} by baseline, ignore file or marker", count(summary.suppressed));
            self.field(out, "silenced", Style::DIM, &text)?;
        }
        self.reasons(out, "skipped", Style::DIM, summary.skips.skipped())?;
        self.reasons(out, "failed", Style::BAD, summary.skips.failed())?;
        match summary.status {
            Status::Complete if summary.looked_at_nothing() => {
                self.field(out, "status", Style::WARNING, "there was nothing to scan")?;
            }
            Status::Complete => self.field(out, "status", Style::DIM, "complete")?,
            Status::Incomplete => {
                let text = "incomplete: something that should have been scanned was not";
                self.field(out, "status", Style::BAD, text)?;
            }
            Status::Interrupted => {
                let text = "interrupted: what is above is what was found until then";
                self.field(out, "status", Style::BAD, text)?;
            }
        }
        for (index, warning) in summary.warnings.iter().enumerate() {
            let label = if index == 0 { "warning" } else { "" };
            self.field(out, label, Style::WARNING, &Printable(warning).to_string())?;
        }
        self.advice(out)
    }

    /// What counts most, in one line.
    fn headline(&self, out: &mut dyn Write) -> io::Result<()> {
        let summary = self.summary;
        let palette = self.palette;
        let found: u64 = self.tally.by_severity.iter().sum();
        if found == 0 {
            let (style, text) = self.nothing_found();
            return writeln!(out, "{}", palette.paint(style, text));
        }
        let headline = format!(
            "{} in {}",
            counted(found, "secret", "secrets"),
            counted(self.tally.files, "file", "files")
        );
        write!(out, "{}", palette.paint(Style::BOLD, headline))?;
        let severities = [Severity::Critical, Severity::High, Severity::Medium, Severity::Low];
        let mut separator = ": ";
        for severity in severities {
            let number = self.tally.by_severity[severity as usize];
            if number > 0 {
                let text = format!("{} {}", count(number), severity.name());
                write!(out, "{separator}{}", palette.paint(Style::of(severity), text))?;
                separator = ", ";
            }
        }
        if summary.status != Status::Complete {
            let text = format!("; the scan is {}", self.status_word());
            write!(out, "{}", palette.paint(Style::BAD, text))?;
        }
        writeln!(out)
    }

    fn status_word(&self) -> &'static str {
        match self.summary.status {
            Status::Complete => "complete",
            Status::Incomplete => "incomplete",
            Status::Interrupted => "not finished",
        }
    }

    /// No findings is good news only where something was looked at, and completely.
    fn nothing_found(&self) -> (Style, String) {
        let summary = self.summary;
        if summary.files == 0 || summary.looked_at_nothing() {
            (Style::WARNING, "Nothing was scanned".to_owned())
        } else if summary.status != Status::Complete {
            let word = self.status_word();
            (Style::WARNING, format!("No secrets in what was scanned, but the scan is {word}"))
        } else {
            (Style::GOOD, "No secrets found".to_owned())
        }
    }

    fn scanned(&self) -> String {
        let summary = self.summary;
        let (objects, entries) = (summary.git_objects, summary.archive_entries);
        let files = summary.files.saturating_sub(objects).saturating_sub(entries);
        let mut parts = Vec::new();
        if files > 0 || objects + entries == 0 {
            parts.push(counted(files, "file", "files"));
        }
        if entries > 0 {
            parts.push(counted(entries, "archive entry", "archive entries"));
        }
        if objects > 0 {
            parts.push(counted(objects, "git object", "git objects"));
        }
        let what = match parts.as_slice() {
            [most @ .., last] if !most.is_empty() => format!("{} and {last}", most.join(", ")),
            _ => parts.concat(),
        };
        let mut text = format!("{what}, {} in {}", bytes(summary.bytes), time(summary.elapsed));
        // Of little that is over at once a rate tells nothing.
        let rate = rate(summary.bytes, summary.elapsed);
        if let Some(rate) = rate.filter(|_| summary.bytes >= RATE_BYTES_MIN) {
            text = format!("{text} ({rate})");
        }
        format!("{text} with {}", counted(summary.rules, "rule", "rules"))
    }

    fn reasons(
        &self,
        out: &mut dyn Write,
        label: &str,
        style: Style,
        reasons: impl Iterator<Item = (scanner_core::SkipReason, u64)>,
    ) -> io::Result<()> {
        let mut reasons: Vec<_> = reasons.collect();
        // Most frequent first; what is equally frequent stays in its order.
        reasons.sort_by_key(|(_, number)| std::cmp::Reverse(*number));
        for (index, (reason, number)) in reasons.iter().enumerate() {
            let label = if index == 0 { label } else { "" };
            self.field(out, label, style, &format!("{} {}", count(*number), reason.explain()))?;
        }
        Ok(())
    }

    /// What to do next, in the order in which it is done.
    fn advice(&self, out: &mut dyn Write) -> io::Result<()> {
        let found = self.tally.by_severity.iter().sum::<u64>();
        if found == 0 {
            return Ok(());
        }
        let many = ADVICE_FOR_MANY.iter().filter(|_| found >= MANY_FINDINGS);
        let mut lines = format!("\n  {}", broken(ADVICE_FIRST, self.width, (2, 2)));
        for (label, text) in ADVICE.iter().chain(many) {
            if self.width < WIDTH_USUAL {
                let label = if label.is_empty() { "" } else { &format!("\n  {label}") };
                let _ = write!(lines, "{label}\n    {}", broken(text, self.width, (4, 4)));
            } else {
                let _ = write!(lines, "\n  {label:<19} {text}");
            }
        }
        writeln!(out, "{}", self.palette.paint(Style::DIM, lines))
    }

    fn field(&self, out: &mut dyn Write, label: &str, style: Style, text: &str) -> io::Result<()> {
        let text = broken(text, self.width, (11, 11));
        writeln!(out, "  {:<8} {text}", self.palette.paint(style, label))
    }
}
