//! The fields of findings and summaries in `json` and `jsonl`; `docs/report-schema.json` describes them.
//!
//! Fields may be added under the same schema number; a field that changes or goes needs a new one.

use std::collections::BTreeMap;

use data_encoding::BASE64;
use scanner_core::{Finding, GitPlace, Location, Part, Place, RunInfo, Summary};
use serde::Serialize;

use crate::units::date_time;

/// Number of the schema that the records follow.
pub(crate) const SCHEMA: u32 = 1;

#[derive(Serialize)]
#[serde(tag = "type", rename = "run")]
pub(crate) struct RunRecord<'a> {
    schema: u32,
    version: &'a str,
    rules: usize,
    stable_identities: bool,
}

impl<'a> RunRecord<'a> {
    pub(crate) fn new(run: &'a RunInfo) -> Self {
        Self {
            schema: SCHEMA,
            version: &run.version,
            rules: run.rules.len(),
            stable_identities: run.stable_identities,
        }
    }
}

#[derive(Serialize)]
#[serde(tag = "type", rename = "finding")]
pub(crate) struct FindingRecord<'a> {
    rule: &'a str,
    name: &'a str,
    severity: &'static str,
    confidence: &'static str,
    score: f64,
    path: String,
    source: &'static str,
    #[serde(flatten)]
    location: Location,
    #[serde(skip_serializing_if = "Option::is_none")]
    modified: Option<String>,
    decode: Vec<&'static str>,
    redacted: String,
    secret_hash: &'a str,
    occurrence_id: &'a str,
    validation: &'static str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    parts: Vec<PartFields<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    places: Option<Vec<PlaceFields>>,
    #[serde(flatten)]
    git: Option<GitFields>,
    #[serde(flatten)]
    secret: Option<ClearSecret>,
}

impl<'a> FindingRecord<'a> {
    /// A finding with all its places.
    pub(crate) fn new(finding: &'a Finding, show_secrets: bool) -> Self {
        Self {
            rule: &finding.rule.id,
            name: &finding.rule.name,
            severity: finding.rule.severity.name(),
            confidence: finding.confidence.name(),
            score: two_digits(finding.score),
            path: finding.path.lossy().into_owned(),
            source: finding.source.name(),
            location: finding.location,
            modified: finding.modified.map(date_time),
            decode: finding.decode.iter().map(|kind| kind.name()).collect(),
            redacted: finding.secret.redacted(),
            secret_hash: &finding.secret_hash,
            occurrence_id: &finding.occurrence_id,
            validation: finding.validation.name(),
            parts: finding.parts.iter().map(PartFields::new).collect(),
            places: Some(finding.places.iter().map(PlaceFields::new).collect()),
            git: finding.git.as_deref().map(GitFields::new),
            secret: show_secrets.then(|| ClearSecret::new(finding)),
        }
    }

    /// A finding whose further places are not known yet and follow on their own.
    pub(crate) fn live(finding: &'a Finding, show_secrets: bool) -> Self {
        Self { places: None, ..Self::new(finding, show_secrets) }
    }
}

/// The secret itself.
#[derive(Serialize)]
struct ClearSecret {
    secret: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    secret_encoding: Option<&'static str>,
}

impl ClearSecret {
    fn new(finding: &Finding) -> Self {
        // Exposed because the user asked for secrets in clear.
        let bytes = finding.secret.expose();
        match std::str::from_utf8(bytes) {
            Ok(text) => Self { secret: text.to_owned(), secret_encoding: None },
            Err(_) => Self { secret: BASE64.encode(bytes), secret_encoding: Some("base64") },
        }
    }
}

/// Another part of the credential.
#[derive(Serialize)]
struct PartFields<'a> {
    name: &'a str,
    shown: &'a str,
    #[serde(flatten)]
    location: Location,
}

impl<'a> PartFields<'a> {
    fn new(part: &'a Part) -> Self {
        Self { name: &part.name, shown: &part.shown, location: part.location }
    }
}

#[derive(Serialize)]
struct PlaceFields {
    path: String,
    #[serde(flatten)]
    location: Location,
    #[serde(skip_serializing_if = "Option::is_none")]
    modified: Option<String>,
    #[serde(flatten)]
    git: Option<GitFields>,
}

impl PlaceFields {
    fn new(place: &Place) -> Self {
        Self {
            path: place.path.lossy().into_owned(),
            location: place.location,
            modified: place.modified.map(date_time),
            git: place.git.as_deref().map(GitFields::new),
        }
    }
}

/// What git knows of a place.
#[derive(Serialize)]
struct GitFields {
    object: String,
    reach: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    commit: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    date: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_commit: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    author: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    in_worktree: Option<bool>,
}

impl GitFields {
    fn new(place: &GitPlace) -> Self {
        Self {
            object: place.object.clone(),
            reach: place.reach.name(),
            commit: place.commit.clone(),
            date: place.author_time.map(date_time),
            last_commit: place.last_commit.clone(),
            author: place.author.clone(),
            in_worktree: place.in_worktree,
        }
    }
}

/// A further place of a finding that was written before.
#[derive(Serialize)]
#[serde(tag = "type", rename = "place")]
pub(crate) struct PlaceRecord<'a> {
    rule: &'a str,
    secret_hash: &'a str,
    #[serde(flatten)]
    place: PlaceFields,
}

impl<'a> PlaceRecord<'a> {
    pub(crate) fn new(finding: &'a Finding, place: &Place) -> Self {
        Self {
            rule: &finding.rule.id,
            secret_hash: &finding.secret_hash,
            place: PlaceFields::new(place),
        }
    }
}

#[derive(Serialize)]
#[serde(tag = "type", rename = "summary")]
pub(crate) struct SummaryRecord<'a> {
    status: &'static str,
    rules: u64,
    files: u64,
    git_objects: u64,
    #[serde(skip_serializing_if = "is_none")]
    archive_entries: u64,
    bytes: u64,
    findings: u64,
    suppressed: u64,
    #[serde(skip_serializing_if = "is_none")]
    reused: u64,
    skipped: BTreeMap<&'static str, u64>,
    failed: BTreeMap<&'static str, u64>,
    elapsed_ms: u64,
    warnings: &'a [String],
}

impl<'a> SummaryRecord<'a> {
    pub(crate) fn new(summary: &'a Summary) -> Self {
        Self {
            status: summary.status.name(),
            rules: summary.rules,
            files: summary.files,
            git_objects: summary.git_objects,
            archive_entries: summary.archive_entries,
            bytes: summary.bytes,
            findings: summary.findings,
            suppressed: summary.suppressed,
            reused: summary.reused,
            skipped: summary.skips.skipped().map(|(reason, n)| (reason.key(), n)).collect(),
            failed: summary.skips.failed().map(|(reason, n)| (reason.key(), n)).collect(),
            elapsed_ms: u64::try_from(summary.elapsed.as_millis()).unwrap_or(u64::MAX),
            warnings: &summary.warnings,
        }
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks so")]
fn is_none(count: &u64) -> bool {
    *count == 0
}

/// A score as reports show it; what is no number counts as none.
pub(crate) fn two_digits(score: f32) -> f64 {
    if score.is_finite() { (f64::from(score) * 100.0).round() / 100.0 } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scores_have_two_digits() {
        assert_eq!(serde_json::to_string(&two_digits(0.987_654)).unwrap(), "0.99");
        assert_eq!(serde_json::to_string(&two_digits(0.7)).unwrap(), "0.7");
        assert_eq!(serde_json::to_string(&two_digits(f32::NAN)).unwrap(), "0.0");
    }
}
