//! `junit`: the XML that CI systems show as test results. A finding is a failed test case named after its
//! place; a run that missed something has a test case with an error; a run without either has one that passed.
//!
//! What XML cannot hold (most control characters) is written as U+FFFD. No secret stands here in clear unless asked.

use std::io::{self, Write};

use scanner_core::{EventSink, Finding, ScanEvent, SinkError, Status, Summary};

use crate::{Output, SinkOptions};

/// Writes one test suite.
#[derive(Debug)]
pub struct JunitSink {
    output: Output,
    show_secrets: bool,
    /// Test cases of the findings; they follow the counts, which are known at the end.
    cases: Vec<u8>,
    failures: usize,
}

impl JunitSink {
    /// A sink that writes to `output`.
    pub fn new(output: Output, options: &SinkOptions) -> Self {
        Self { output, show_secrets: options.show_secrets, cases: Vec::new(), failures: 0 }
    }

    fn report(&mut self, findings: &[Finding]) -> Result<(), SinkError> {
        self.failures = findings.len();
        let (cases, show_secrets) = (&mut self.cases, self.show_secrets);
        self.output.write(|_| findings.iter().try_for_each(|f| case(cases, f, show_secrets)))
    }

    fn finish(&mut self, summary: &Summary) -> Result<(), SinkError> {
        let complete = summary.status == Status::Complete;
        let (failures, cases) = (self.failures, &self.cases);
        let errors = usize::from(!complete);
        let tests = (failures + errors).max(1);
        let seconds = summary.elapsed.as_secs_f64();
        self.output.write(|out| {
            let counts = format!(
                "name=\"scanner-rs\" tests=\"{tests}\" failures=\"{failures}\" \
                 errors=\"{errors}\" time=\"{seconds:.3}\""
            );
            writeln!(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>")?;
            writeln!(out, "<testsuites {counts}>\n<testsuite {counts}>")?;
            out.write_all(cases)?;
            if !complete {
                unfinished(out, summary)?;
            } else if failures == 0 {
                writeln!(out, "<testcase classname=\"scanner-rs\" name=\"no secrets found\"/>")?;
            }
            writeln!(out, "</testsuite>\n</testsuites>")
        })?;
        self.output.finish()
    }
}

impl EventSink for JunitSink {
    fn event(&mut self, event: &ScanEvent<'_>) -> Result<(), SinkError> {
        match event {
            ScanEvent::Report(findings) => self.report(findings),
            ScanEvent::Finished(summary) => self.finish(summary),
            _ => Ok(()),
        }
    }
}

fn case(out: &mut Vec<u8>, finding: &Finding, show_secrets: bool) -> io::Result<()> {
    let rule = &finding.rule;
    let path = xml(&finding.path.to_string());
    let at = format!("{}:{}", finding.location.line, finding.location.column);
    let id = xml(&rule.id);
    writeln!(
        out,
        "<testcase classname=\"{id}\" name=\"{path}:{at} {id}\" file=\"{path}\" line=\"{}\">",
        finding.location.line
    )?;
    let message = xml(&format!("{}: {}", rule.name, finding.secret.redacted()));
    write!(out, "<failure type=\"{}\" message=\"{message}\">", rule.severity.name())?;
    let grade = format!("{}, {}", rule.severity.name(), finding.confidence.name());
    let mut lines = vec![grade, finding.context.trim_end().to_owned()];
    lines.extend(finding.parts.iter().map(|part| {
        let at = part.location;
        format!("with {} {}, {}:{}", part.name, part.shown, at.line, at.column)
    }));
    lines.extend(finding.places.iter().map(|at| format!("also {}:{}", at.path, at.location.line)));
    if let Some(commit) = finding.git.as_ref().and_then(|git| git.commit.as_deref()) {
        lines.push(format!("since commit {commit}"));
    }
    if show_secrets {
        // Exposed because the user asked for secrets in clear.
        lines.push(format!("secret {}", String::from_utf8_lossy(finding.secret.expose())));
    }
    writeln!(out, "{}</failure>\n</testcase>", xml(&lines.join("\n")))
}

fn unfinished(out: &mut dyn Write, summary: &Summary) -> io::Result<()> {
    let status = summary.status.name();
    writeln!(out, "<testcase classname=\"scanner-rs\" name=\"scan is complete\">")?;
    write!(out, "<error type=\"{status}\" message=\"The scan is {status}.\">")?;
    for (reason, count) in summary.skips.failed() {
        writeln!(out, "{}", xml(&format!("{count}: {}", reason.explain())))?;
    }
    for warning in &summary.warnings {
        writeln!(out, "{}", xml(warning))?;
    }
    writeln!(out, "</error>\n</testcase>")
}

/// Text for attributes and elements.
fn xml(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out += "&amp;",
            '<' => out += "&lt;",
            '>' => out += "&gt;",
            '"' => out += "&quot;",
            '\n' | '\t' => out.push(c),
            '\u{fffe}' | '\u{ffff}' => out.push('\u{fffd}'),
            c if c.is_control() => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_and_what_xml_cannot_hold() {
        assert_eq!(xml("<a b=\"&\">"), "&lt;a b=&quot;&amp;&quot;&gt;");
        assert_eq!(xml("a\u{1b}b\0c\nd\u{ffff}"), "a\u{fffd}b\u{fffd}c\nd\u{fffd}");
    }
}
