//! Findings as the writer's thread owns them, and the words under which their fields stand in tables.
//!
//! The secret itself does not come along: only its keyed hash, its sealed hash and its redacted form do.

use std::sync::Arc;

use data_encoding::HEXLOWER;
use scanner_core::{
    Confidence, DecodeKind, GitPlace, GitReach, Location, ObjectBatch, RuleInfo, Severity,
    SourceKind, StoredFinding, Validation,
};

use serde::{Deserialize, Serialize};

use crate::Keys;

/// A finding, copied.
#[derive(Clone, Debug)]
pub(crate) struct OwnedFinding {
    pub(crate) rule: Arc<RuleInfo>,
    pub(crate) occurrence: [u8; 32],
    pub(crate) secret: [u8; 32],
    pub(crate) sealed: [u8; 32],
    pub(crate) redacted: String,
    pub(crate) path: Box<[u8]>,
    pub(crate) source: SourceKind,
    pub(crate) location: Location,
    pub(crate) modified: Option<i64>,
    pub(crate) confidence: Confidence,
    pub(crate) score: f32,
    pub(crate) validation: Validation,
    pub(crate) decode: String,
    pub(crate) context: String,
    pub(crate) line_hash: String,
    pub(crate) origin: String,
    pub(crate) silenced: bool,
}

/// The findings of an object, or some of them, copied.
#[derive(Debug)]
pub(crate) struct OwnedObject {
    pub(crate) path: Box<[u8]>,
    /// Set in the last part of an object that later runs may recognise.
    pub(crate) state: Option<[u8; 16]>,
    pub(crate) bytes: u64,
    pub(crate) suppressed: u64,
    pub(crate) findings: Vec<OwnedFinding>,
}

impl OwnedFinding {
    fn copy(stored: &StoredFinding<'_>, at: usize, keys: &Keys) -> Option<Self> {
        let finding = stored.finding;
        let secret = hash_of(&finding.secret_hash)?;
        Some(Self {
            rule: Arc::clone(&finding.rule),
            occurrence: hash_of(&finding.occurrence_id)?,
            secret,
            sealed: keys.seal(&finding.norm_hash.0, &secret),
            redacted: finding.secret.redacted(),
            path: stored.path.as_bytes().into(),
            source: finding.source,
            location: finding.location,
            modified: finding.modified,
            confidence: finding.confidence,
            score: finding.score,
            validation: finding.validation,
            decode: finding.decode.iter().map(|kind| kind.name()).collect::<Vec<_>>().join(","),
            context: finding.context.clone(),
            line_hash: finding.line_hash.clone(),
            origin: finding.git.as_deref().map(|git| origin_of(git, at)).unwrap_or_default(),
            silenced: stored.silenced,
        })
    }
}

/// The batch in parts of at most `findings_max`, and the number of findings that have no identity.
pub(crate) fn copy_batch(
    batch: &ObjectBatch<'_>,
    keys: &Keys,
    findings_max: usize,
) -> (Vec<OwnedObject>, u64) {
    let mut findings = Vec::with_capacity(batch.findings.len());
    let stored = batch.findings.iter().enumerate();
    findings.extend(stored.filter_map(|(at, finding)| OwnedFinding::copy(finding, at, keys)));
    let lost = (batch.findings.len() - findings.len()) as u64;
    let object = |findings| OwnedObject {
        path: batch.object.as_bytes().into(),
        state: None,
        bytes: batch.bytes,
        suppressed: batch.suppressed,
        findings,
    };
    let mut parts = Vec::with_capacity(1);
    while findings.len() > findings_max {
        let rest = findings.split_off(findings_max);
        parts.push(object(std::mem::replace(&mut findings, rest)));
    }
    let mut last = object(findings);
    last.state = batch.state.filter(|_| lost == 0).map(|state| state.0);
    parts.push(last);
    (parts, lost)
}

fn hash_of(hex: &str) -> Option<[u8; 32]> {
    let mut hash = [0; 32];
    (hex.len() == 64).then_some(())?;
    HEXLOWER.decode_mut(hex.as_bytes(), &mut hash).ok()?;
    Some(hash)
}

/// What git knows of a place, as JSON, and its place among those of its finding. Names of authors are not kept.
fn origin_of(git: &GitPlace, at: usize) -> String {
    let origin = Origin {
        at,
        reach: git.reach,
        object: git.object.clone(),
        author_time: git.author_time,
        commit: git.commit.clone(),
        last_commit: git.last_commit.clone(),
        in_worktree: git.in_worktree,
    };
    serde_json::to_string(&origin).unwrap_or_default()
}

/// The place of an origin among those of its finding.
pub(crate) fn order_of(origin: &str) -> usize {
    serde_json::from_str(origin).map_or(0, |origin: Origin| origin.at)
}

/// What git knows, read back.
pub(crate) fn git_of(origin: &str) -> Option<Arc<GitPlace>> {
    let origin: Origin = serde_json::from_str(origin).ok()?;
    Some(Arc::new(GitPlace {
        reach: origin.reach,
        author_time: origin.author_time,
        commit: origin.commit,
        last_commit: origin.last_commit,
        object: origin.object,
        author: None,
        in_worktree: origin.in_worktree,
    }))
}

#[derive(Serialize, Deserialize)]
struct Origin {
    #[serde(default)]
    at: usize,
    reach: GitReach,
    object: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    author_time: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    commit: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    last_commit: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    in_worktree: Option<bool>,
}

/// The source of this name.
pub(crate) fn source_of(name: &str) -> SourceKind {
    SourceKind::ALL.into_iter().find(|kind| kind.name() == name).unwrap_or(SourceKind::Fs)
}

/// The validation of this name.
pub(crate) fn validation_of(name: &str) -> Validation {
    Validation::ALL.into_iter().find(|kind| kind.name() == name).unwrap_or_default()
}

/// The confidence of this rank.
pub(crate) fn confidence_of(rank: i64) -> Confidence {
    Confidence::ALL.into_iter().find(|kind| *kind as i64 == rank).unwrap_or_default()
}

/// The severity of this rank.
pub(crate) fn severity_of(rank: i64) -> Severity {
    Severity::ALL.into_iter().find(|kind| *kind as i64 == rank).unwrap_or_default()
}

/// The decoders of a list of names.
pub(crate) fn decode_of(names: &str) -> Vec<DecodeKind> {
    let known = |name: &str| DecodeKind::ALL.into_iter().find(|kind| kind.name() == name);
    names.split(',').filter_map(known).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_git_knows_is_read_back_without_names() {
        let git = GitPlace {
            reach: GitReach::Reflog,
            author_time: Some(7),
            commit: Some("c".into()),
            last_commit: None,
            object: "o".into(),
            author: Some("a person".into()),
            in_worktree: Some(false),
        };
        let origin = origin_of(&git, 3);
        let back = git_of(&origin).unwrap();
        assert_eq!(order_of(&origin), 3);
        assert_eq!(*back, GitPlace { author: None, ..git });
        assert!(git_of("").is_none());
    }

    #[test]
    fn words_are_read_back() {
        for kind in SourceKind::ALL {
            assert_eq!(source_of(kind.name()), kind);
        }
        for kind in Validation::ALL {
            assert_eq!(validation_of(kind.name()), kind);
        }
        for kind in Confidence::ALL {
            assert_eq!(confidence_of(kind as i64), kind);
        }
        for kind in Severity::ALL {
            assert_eq!(severity_of(kind as i64), kind);
        }
        assert_eq!(decode_of("base64,gzip"), [DecodeKind::Base64, DecodeKind::Gzip]);
        assert!(decode_of("").is_empty());
    }
}
