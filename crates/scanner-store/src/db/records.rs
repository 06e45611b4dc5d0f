//! The words under which the fields of findings stand in tables and journals, and back.

use std::sync::Arc;

use scanner_core::{
    Confidence, DecodeKind, GitPlace, GitReach, Part, Severity, SourceKind, Validation,
};
use serde::{Deserialize, Serialize};

/// What git knows of a place, as JSON, and its place among those of its finding. Names of authors are not kept.
pub(super) fn origin_of(git: &GitPlace, at: usize) -> String {
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

/// The other parts of a credential, as JSON; empty where there are none.
pub(crate) fn text_of_parts(parts: &[Part]) -> String {
    if parts.is_empty() { String::new() } else { serde_json::to_string(parts).unwrap_or_default() }
}

/// The parts, read back.
pub(crate) fn parts_of(text: &str) -> Vec<Part> {
    serde_json::from_str(text).unwrap_or_default()
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
    fn parts_are_read_back() {
        let location = scanner_core::Location { line: 3, column: 9, ..Default::default() };
        let part = Part { name: "key id".into(), location, shown: "AKI…\"7".into() };
        let parts = [part.clone(), Part { name: "realm".into(), ..part }];
        assert_eq!(parts_of(&text_of_parts(&parts)), parts);
        assert_eq!(text_of_parts(&[]), "");
        assert!(parts_of("").is_empty() && parts_of("[{]").is_empty());
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
