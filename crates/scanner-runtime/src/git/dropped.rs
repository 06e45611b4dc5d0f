//! What the ledger hears of git objects. They are scanned before anybody knows their paths, so what is dropped of them is kept
//! as small records until their homes are known, and told under their paths then.
//!
//! Versions of a file repeat most of what is dropped: one rule that one stage refused for one value at one path has one line,
//! that of the smallest place.

use std::collections::BTreeMap;
use std::sync::Arc;

use scanner_core::{Chunk, Location, ObjectPath, RuleId};
use scanner_git::{Blob, ObjectKind, Oid};

use super::GitRun;
use super::detect::{Detector, Occurrence};
use super::fold::made_up_path;
use super::opened::Inner;
use super::origin::Homes;
use crate::ledger::{self, Dropped, DroppedBy, LINES_MAX};

/// Something that was dropped of an object.
#[derive(Clone, Debug)]
pub(super) struct DroppedHere {
    pub(super) oid: Oid,
    kind: ObjectKind,
    /// Path inside the object, if it is an archive.
    inner: Option<Arc<Inner>>,
    location: Location,
    rule: RuleId,
    by: DroppedBy,
    redacted: String,
}

/// What one worker dropped, and how many there was no room for.
#[derive(Debug, Default)]
pub(super) struct DroppedAll {
    pub(super) records: Vec<DroppedHere>,
    beyond: u64,
}

impl DroppedAll {
    pub(super) fn merge(&mut self, other: Self) {
        let room = LINES_MAX.saturating_sub(self.records.len());
        self.beyond += other.beyond + other.records.len().saturating_sub(room) as u64;
        self.records.extend(other.records.into_iter().take(room));
    }

    fn push(&mut self, record: DroppedHere) {
        if self.records.len() < LINES_MAX {
            self.records.push(record);
        } else {
            self.beyond += 1;
        }
    }
}

impl Detector<'_> {
    /// Keeps what the engine refused of a chunk, where somebody asks for it. An object that is scanned again, with its path
    /// known, was heard of before.
    pub(super) fn keep_refused(
        &mut self,
        blob: &Blob<'_>,
        inner: Option<&Arc<Inner>>,
        chunk: &Chunk<'_>,
    ) {
        if self.run.request.ledger.is_none() || self.named.is_some() {
            return;
        }
        let trace = self.scratch.take_trace();
        self.scratch.start_trace();
        let context = self.run.request.engine.context_bytes();
        for (place, rule, stage) in ledger::refused(trace, chunk, context) {
            self.found.dropped.push(DroppedHere {
                oid: blob.oid,
                kind: blob.kind,
                inner: inner.cloned(),
                location: self.lines.locate(chunk.data, place),
                rule,
                by: DroppedBy::Stage(stage),
                redacted: ledger::redacted(chunk, place),
            });
        }
    }

    /// Keeps a finding that the settings leave out.
    pub(super) fn keep_left_out(&mut self, blob: &Blob<'_>, of: LeftOut<'_>) {
        if self.run.request.ledger.is_none() || self.named.is_some() {
            return;
        }
        self.found.dropped.push(DroppedHere {
            oid: blob.oid,
            kind: blob.kind,
            inner: of.inner.cloned(),
            location: of.location,
            rule: of.rule,
            by: of.by,
            redacted: of.redacted,
        });
    }
}

/// A finding that the settings leave out.
pub(super) struct LeftOut<'a> {
    pub(super) inner: Option<&'a Arc<Inner>>,
    pub(super) location: Location,
    pub(super) rule: RuleId,
    pub(super) by: DroppedBy,
    pub(super) redacted: String,
}

/// What has one line: path, rule, who dropped it, and what.
type Same = (Vec<u8>, RuleId, DroppedBy, String);

/// Tells the ledger what was dropped, under the paths of the objects.
pub(super) fn tell(run: &GitRun<'_>, homes: &Homes, dropped: DroppedAll) {
    let Some(ledger) = &run.request.ledger else { return };
    ledger.add_beyond(dropped.beyond);
    let mut lines: BTreeMap<Same, (u64, u64)> = BTreeMap::new();
    for record in dropped.records {
        let made_up = [made_up_path(record.kind, &record.oid)];
        let known = homes.get(&record.oid).map_or(&[][..], |home| &home.paths);
        for outer in if known.is_empty() { &made_up[..] } else { known } {
            if !run.source.paths.takes(outer) {
                continue;
            }
            let inner: &[u8] = record.inner.as_ref().map_or(b"", |inner| &inner.path);
            let path = [run.prefix, outer.as_slice(), inner].concat();
            let place = (record.location.line, record.location.column);
            let line = lines
                .entry((path, record.rule, record.by, record.redacted.clone()))
                .or_insert(place);
            *line = place.min(*line);
        }
    }
    let engine = &run.request.engine;
    let told = lines.into_iter().map(|((path, rule, by, redacted), (line, column))| Dropped {
        path: ObjectPath::new(&path),
        line,
        column,
        rule: engine.rule_info(rule).id.clone(),
        by,
        redacted,
    });
    ledger.add(told.collect());
}

/// Tells the ledger of an occurrence that an allow list or a decision takes at one path.
pub(super) fn tell_one(
    run: &GitRun<'_>,
    (occurrence, path): (&Occurrence, &[u8]),
    (by, redacted): (DroppedBy, String),
) {
    if let Some(ledger) = &run.request.ledger {
        ledger.add(vec![Dropped {
            path: ObjectPath::new(&[run.prefix, path].concat()),
            line: occurrence.location.line,
            column: occurrence.location.column,
            rule: run.request.engine.rule_info(occurrence.rec.rule_id).id.clone(),
            by,
            redacted,
        }]);
    }
}
