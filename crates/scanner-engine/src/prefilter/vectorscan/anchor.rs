//! `VsAnchorDb`: anchors in UTF-16 of either byte order, over an object's bytes.

use std::ops::ControlFlow;

use scanner_vectorscan::{Block, Database, Flags, Match, Scratch, VsError};

use super::anchors::{Anchor, AnchorTable};
use super::builder::{Builder, VsDbError};
use crate::prefilter::HitSink;

const KIND: &str = "vs-anchor-db:block";

/// Anchors as literals, each with those it stands for.
#[derive(Debug)]
pub struct VsAnchorDb {
    databases: Vec<Database<Block>>,
    anchors: AnchorTable,
}

impl VsAnchorDb {
    /// A database of the anchors; empty ones are left out.
    ///
    /// # Errors
    ///
    /// All are empty.
    pub fn try_new_utf16(anchors: &[Anchor], builder: &Builder) -> Result<Self, VsDbError> {
        let anchors = AnchorTable::new(0, anchors);
        if anchors.is_empty() {
            return Err(VsDbError::Nothing { kind: "utf16", refused: Vec::new() });
        }
        let databases = builder.single(KIND, &anchors.patterns(Flags::NONE)?)?.databases;
        Ok(Self { databases, anchors })
    }

    /// Files a window for each anchor and each rule that it stands for; whether any was UTF-16.
    ///
    /// # Errors
    ///
    /// The bytes are 4 GiB or more, or the library fails.
    pub fn scan_utf16(
        &self,
        bytes: &[u8],
        scratch: &mut Scratch,
        sink: &mut HitSink<'_>,
    ) -> Result<bool, VsError> {
        let mut saw_utf16 = false;
        for database in &self.databases {
            scratch.fit(database)?;
            database.scan(bytes, scratch, |Match { id, to }| {
                saw_utf16 |= self.anchors.report(id, to, bytes, sink);
                ControlFlow::Continue(())
            })?;
        }
        Ok(saw_utf16)
    }

    pub(super) fn facts(&self) -> Vec<(&'static str, String)> {
        let (shortest, longest, zeros) = self.anchors.shape();
        vec![
            ("utf16-anchors", self.anchors.len().to_string()),
            ("utf16-bytes-min", shortest.to_string()),
            ("utf16-bytes-max", longest.to_string()),
            ("utf16-leading-nul", zeros.to_string()),
        ]
    }
}
