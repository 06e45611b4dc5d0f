//! `sarif`: SARIF 2.1.0 as GitHub's code scanning reads it.
//!
//! What its documentation asks for and this file keeps: rule ids are unique; `security-severity`,
//! `precision`, the tag `security` and a non-empty help text on every rule; paths relative to the root;
//! `primaryLocationLineHash` as the only fingerprint; no more than [`RESULTS_MAX`] results, the worst ones
//! first. What was cut, skipped by failure or interrupted stands in the invocation's notifications.
//!
//! No secret stands in any field, also where secrets are shown elsewhere: such files are uploaded.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::sync::Arc;

use scanner_core::{
    EventSink, Finding, Location, ObjectPath, RuleInfo, ScanEvent, Severity, SinkError, Status,
    Summary,
};
use serde::Serialize;

use crate::record::two_digits;
use crate::units::date_time;
use crate::upload::{GzipMeter, RESULTS_SHOWN_MAX};
use crate::uri::path_uri;
use crate::{Output, PathBase, SinkOptions, UploadNotes};

/// Results that code scanning takes of one run.
pub const RESULTS_MAX: usize = 25_000;

/// Rules that code scanning takes of one run. Where there are more, rules without results are left out.
const RULES_MAX: usize = 25_000;

/// Tags that code scanning takes of a rule.
const TAGS_MAX: usize = 20;

/// Characters that code scanning takes of a rule's full description.
const DESCRIPTION_CHARS_MAX: usize = 1024;

/// Other places given with a result; code scanning shows this many.
const PLACES_MAX: usize = 100;

/// Writes a SARIF log with one run.
#[derive(Debug)]
pub struct SarifSink {
    output: Output,
    base: PathBase,
    version: String,
    /// By id: unique, and in an order that does not depend on the run.
    rules: BTreeMap<String, Arc<RuleInfo>>,
    reported: bool,
    cut: usize,
    upload: Option<UploadNotes>,
}

impl SarifSink {
    /// A sink that writes to `output`. Secrets are never shown.
    pub fn new(output: Output, options: &SinkOptions) -> Self {
        Self {
            output,
            base: options.base.clone(),
            version: String::new(),
            rules: BTreeMap::new(),
            reported: false,
            cut: 0,
            upload: options.upload.clone(),
        }
    }

    fn report(&mut self, findings: &[Finding]) -> Result<(), SinkError> {
        self.reported = true;
        let order = worst_first(findings);
        self.take_rules(findings, &order);
        let indices: BTreeMap<&str, usize> =
            self.rules.keys().enumerate().map(|(index, id)| (id.as_str(), index)).collect();
        let driver = Driver {
            name: "scanner-rs",
            version: &self.version,
            rules: self.rules.values().map(|rule| Descriptor::new(rule)).collect(),
        };
        let base = &self.base;
        let mut meter = self.upload.as_ref().map(|_| GzipMeter::new());
        let mut fits = |bytes: &[u8]| meter.as_mut().map_or(Ok(true), |meter| meter.takes(bytes));
        let mut written = 0;
        self.output.write(|out| {
            let mut text = HEAD.to_vec();
            json(&mut text, &driver)?;
            fits(&text)?;
            out.write_all(&text)?;
            out.write_all(b"},\"columnKind\":\"unicodeCodePoints\",\"results\":[")?;
            for index in &order {
                let finding = &findings[*index];
                text.clear();
                text.extend_from_slice(if written == 0 { b"\n" } else { b",\n" });
                let rule_index = indices[finding.rule.id.as_str()];
                json(&mut text, &ResultRecord::new(finding, rule_index, base))?;
                if !fits(&text)? {
                    break;
                }
                out.write_all(&text)?;
                written += 1;
            }
            Ok(())
        })?;
        self.cut = findings.len() - written;
        self.note(written);
        Ok(())
    }

    /// Tells the user what an upload leaves out.
    fn note(&self, written: usize) {
        let Some(notes) = &self.upload else { return };
        if self.cut > 0 {
            notes.add(format!(
                "sarif: {} of {} findings were cut, the least severe ones: an upload may have {RESULTS_MAX} \
                 results and 10 MB compressed",
                self.cut,
                self.cut + written
            ));
        }
        if written > RESULTS_SHOWN_MAX {
            notes.add(format!(
                "sarif: of {written} results code scanning shows the {RESULTS_SHOWN_MAX} most severe"
            ));
        }
    }

    /// Adds the rules of the results, and drops the others where there are too many.
    fn take_rules(&mut self, findings: &[Finding], order: &[usize]) {
        let used: BTreeMap<String, Arc<RuleInfo>> = order
            .iter()
            .map(|index| &findings[*index].rule)
            .map(|rule| (rule.id.clone(), Arc::clone(rule)))
            .collect();
        if self.rules.len() > RULES_MAX {
            self.rules.clear();
        }
        self.rules.extend(used);
    }

    fn finish(&mut self, summary: &Summary) -> Result<(), SinkError> {
        if !self.reported {
            self.report(&[])?;
        }
        let invocation = Invocation {
            execution_successful: summary.status == Status::Complete,
            tool_execution_notifications: notifications(summary, self.cut),
        };
        self.output.write(|out| {
            out.write_all(b"\n],\"invocations\":[")?;
            json(out, &invocation)?;
            out.write_all(b"]}]}\n")
        })?;
        self.output.finish()
    }
}

impl EventSink for SarifSink {
    fn event(&mut self, event: &ScanEvent<'_>) -> Result<(), SinkError> {
        match event {
            ScanEvent::Started(run) => {
                self.version.clone_from(&run.version);
                self.rules = run.rules.iter().map(|r| (r.id.clone(), Arc::clone(r))).collect();
                Ok(())
            }
            ScanEvent::Report(findings) => self.report(findings),
            ScanEvent::Finished(summary) => self.finish(summary),
            _ => Ok(()),
        }
    }
}

const HEAD: &[u8] = b"{\"$schema\":\"https://json.schemastore.org/sarif-2.1.0.json\",\
    \"version\":\"2.1.0\",\"runs\":[{\"tool\":{\"driver\":";

fn json(out: &mut dyn Write, value: &impl Serialize) -> io::Result<()> {
    serde_json::to_writer(out, value).map_err(io::Error::from)
}

/// Indices of the findings that are reported, by severity, then confidence, then as they came.
fn worst_first(findings: &[Finding]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..findings.len()).collect();
    order.sort_by_key(|index| {
        let finding = &findings[*index];
        std::cmp::Reverse((finding.rule.severity, finding.confidence))
    });
    order.truncate(RESULTS_MAX);
    order
}

/// What the run did not do.
fn notifications(summary: &Summary, cut: usize) -> Vec<Notification> {
    let mut list = Vec::new();
    if summary.status == Status::Interrupted {
        list.push(Notification::new("interrupted_run", "error", "The scan was interrupted."));
    }
    for (reason, count) in summary.skips.failed() {
        let text = format!("Not scanned completely: {count} ({}).", reason.explain());
        list.push(Notification::new(reason.key(), "error", text));
    }
    if summary.status == Status::Incomplete && list.is_empty() {
        list.push(Notification::new("incomplete_run", "error", "The scan is incomplete."));
    }
    if cut > 0 {
        let text = format!(
            "{cut} findings were left out: a run may have {RESULTS_MAX} results, an upload 10 MB. The \
             ones of the highest severity are here; the other report formats have all of them."
        );
        list.push(Notification::new("results_cut", "warning", text));
    }
    for warning in &summary.warnings {
        list.push(Notification::new("warning", "warning", warning.as_str()));
    }
    list
}

#[derive(Serialize)]
struct Driver<'a> {
    name: &'static str,
    #[serde(skip_serializing_if = "str::is_empty")]
    version: &'a str,
    rules: Vec<Descriptor<'a>>,
}

/// A text as SARIF wraps it.
#[derive(Serialize)]
struct Message {
    text: String,
}

impl Message {
    fn new(text: impl Into<String>) -> Self {
        Self { text: text.into() }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Descriptor<'a> {
    id: &'a str,
    name: &'a str,
    short_description: Message,
    full_description: Message,
    help: Message,
    #[serde(skip_serializing_if = "Option::is_none")]
    help_uri: Option<&'a str>,
    default_configuration: Configuration,
    properties: DescriptorProperties<'a>,
}

#[derive(Serialize)]
struct Configuration {
    level: &'static str,
}

#[derive(Serialize)]
struct DescriptorProperties<'a> {
    tags: Vec<&'a str>,
    precision: &'static str,
    #[serde(rename = "security-severity")]
    security_severity: &'static str,
}

impl<'a> Descriptor<'a> {
    fn new(rule: &'a RuleInfo) -> Self {
        let name = if rule.name.trim().is_empty() { &rule.id } else { &rule.name };
        let description = if rule.description.trim().is_empty() { name } else { &rule.description };
        let full = description.chars().take(DESCRIPTION_CHARS_MAX).collect::<String>();
        let help = format!(
            "{description}\n\nRevoke the credential where it was issued, replace it, and remove it \
             from the file. Removing it alone does not help: whoever saw it can still use it."
        );
        Self {
            id: &rule.id,
            name,
            short_description: Message::new(name),
            full_description: Message::new(full),
            help: Message::new(help),
            help_uri: is_web_address(&rule.reference).then_some(rule.reference.as_str()),
            default_configuration: Configuration { level: level(rule.severity) },
            properties: DescriptorProperties {
                tags: tags(rule),
                precision: precision(rule),
                security_severity: security_severity(rule.severity),
            },
        }
    }
}

/// The tags that code scanning asks for, then the rule's own, each once.
fn tags(rule: &RuleInfo) -> Vec<&str> {
    let mut tags = vec!["security", "external/cwe/cwe-798"];
    for tag in rule.tags.iter().map(String::as_str) {
        if tags.len() < TAGS_MAX && !tag.is_empty() && !tags.contains(&tag) {
            tags.push(tag);
        }
    }
    tags
}

/// Rules that know a format are right more often than those that judge by a variable's name.
fn precision(rule: &RuleInfo) -> &'static str {
    if rule.tags.iter().any(|tag| tag == "generic") { "medium" } else { "high" }
}

/// The middle of the band that code scanning shows as the same word.
const fn security_severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "9.5",
        Severity::High => "8.0",
        Severity::Medium => "5.5",
        Severity::Low => "2.0",
    }
}

const fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical | Severity::High => "error",
        Severity::Medium => "warning",
        Severity::Low => "note",
    }
}

/// Whether a reference can stand where a URI is asked for.
fn is_web_address(text: &str) -> bool {
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    rest.is_some_and(|rest| {
        !rest.is_empty()
            && rest.bytes().all(|b| b.is_ascii_graphic() && !b"\"<>\\^`{|}".contains(&b))
    })
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ResultRecord<'a> {
    rule_id: &'a str,
    rule_index: usize,
    level: &'static str,
    rank: f64,
    message: Message,
    locations: [LocationRecord; 1],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    related_locations: Vec<LocationRecord>,
    #[serde(skip_serializing_if = "Option::is_none")]
    partial_fingerprints: Option<Fingerprints<'a>>,
    properties: ResultProperties<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Fingerprints<'a> {
    primary_location_line_hash: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ResultProperties<'a> {
    confidence: &'static str,
    validation: &'static str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    decode: Vec<&'static str>,
    secret_hash: &'a str,
    occurrence_id: &'a str,
    places: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    modified: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    commit: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    in_worktree: Option<bool>,
}

impl<'a> ResultRecord<'a> {
    fn new(finding: &'a Finding, rule_index: usize, base: &PathBase) -> Self {
        let rule = &finding.rule;
        let line_hash = finding.line_hash.as_str();
        let related = finding.places.iter().take(PLACES_MAX).enumerate().map(|(index, place)| {
            LocationRecord {
                id: Some(finding.parts.len() + index + 1),
                message: Some(Message::new("The same secret")),
                ..LocationRecord::new(&place.path, &place.location, base)
            }
        });
        let parts = finding.parts.iter().enumerate().map(|(index, part)| LocationRecord {
            id: Some(index + 1),
            message: Some(Message::new(format!("{}: {}", part.name, part.shown))),
            ..LocationRecord::new(&finding.path, &part.location, base)
        });
        Self {
            rule_id: &rule.id,
            rule_index,
            level: level(rule.severity),
            rank: two_digits(finding.score.clamp(0.0, 1.0) * 100.0),
            message: Message::new(format!(
                "{} ({}): {}",
                rule.name,
                rule.id,
                finding.secret.redacted()
            )),
            locations: [LocationRecord::new(&finding.path, &finding.location, base)],
            related_locations: parts.chain(related).collect(),
            partial_fingerprints: (!line_hash.is_empty())
                .then_some(Fingerprints { primary_location_line_hash: line_hash }),
            properties: ResultProperties {
                confidence: finding.confidence.name(),
                validation: finding.validation.name(),
                decode: finding.decode.iter().map(|kind| kind.name()).collect(),
                secret_hash: &finding.secret_hash,
                occurrence_id: &finding.occurrence_id,
                places: finding.places.len() + 1,
                modified: finding.modified.map(date_time),
                commit: finding.git.as_ref().and_then(|git| git.commit.as_deref()),
                in_worktree: finding.git.as_ref().and_then(|git| git.in_worktree),
            },
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct LocationRecord {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<usize>,
    physical_location: PhysicalLocation,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<Message>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PhysicalLocation {
    artifact_location: ArtifactLocation,
    #[serde(skip_serializing_if = "Option::is_none")]
    region: Option<Region>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ArtifactLocation {
    uri: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    uri_base_id: Option<&'static str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Region {
    start_line: u64,
    start_column: u64,
    end_line: u64,
    end_column: u64,
    byte_offset: u64,
    byte_length: u64,
}

impl LocationRecord {
    fn new(path: &ObjectPath, location: &Location, base: &PathBase) -> Self {
        let uri = path_uri(path, base);
        // A location without lines (line 0) names the file only.
        let region = (location.line > 0).then_some(Region {
            start_line: location.line,
            start_column: location.column.max(1),
            end_line: location.end_line.max(location.line),
            end_column: location.end_column.max(1),
            byte_offset: location.offset,
            byte_length: location.length,
        });
        Self {
            id: None,
            physical_location: PhysicalLocation {
                artifact_location: ArtifactLocation {
                    uri: uri.text,
                    uri_base_id: uri.relative.then_some("%SRCROOT%"),
                },
                region,
            },
            message: None,
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Invocation {
    execution_successful: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tool_execution_notifications: Vec<Notification>,
}

#[derive(Serialize)]
struct Notification {
    level: &'static str,
    message: Message,
    descriptor: NotificationDescriptor,
}

#[derive(Serialize)]
struct NotificationDescriptor {
    id: &'static str,
}

impl Notification {
    fn new(id: &'static str, level: &'static str, text: impl Into<String>) -> Self {
        Self { level, message: Message::new(text), descriptor: NotificationDescriptor { id } }
    }
}
