//! `VsGateDb`: whether decoded bytes hold any anchor at all. Most hold none, and nothing else looks at them.

use std::ops::ControlFlow;
use std::sync::Arc;

use scanner_vectorscan::{Database, Flags, Scanned, Streaming, VsError};

use super::anchors::{Anchor, AnchorTable};
use super::builder::{Builder, VsDbError};
use super::slots::{VsSlots, fresh};

const KIND: &str = "vs-gate-db:stream";

/// Anchors of which the first match is enough.
#[derive(Debug)]
pub struct VsGateDb {
    databases: Vec<Arc<Database<Streaming>>>,
}

impl VsGateDb {
    /// A gate for the anchors; empty ones are left out.
    ///
    /// # Errors
    ///
    /// All are empty.
    pub fn try_new_gate(anchors: &[Anchor], builder: &Builder) -> Result<Self, VsDbError> {
        let anchors = AnchorTable::new(0, anchors);
        if anchors.is_empty() {
            return Err(VsDbError::Nothing { kind: "gate", refused: Vec::new() });
        }
        let databases = builder.single(KIND, &anchors.patterns(Flags::SINGLEMATCH)?)?.databases;
        Ok(Self { databases: databases.into_iter().map(Arc::new).collect() })
    }

    /// Whether an anchor stands in the bytes, which go through a stream in pieces of so many.
    ///
    /// # Errors
    ///
    /// The library fails.
    pub fn is_present(
        &self,
        bytes: &[u8],
        piece_bytes: usize,
        slots: &mut VsSlots,
    ) -> Result<bool, VsError> {
        for database in &self.databases {
            let VsSlots { scratch, gate, .. } = &mut *slots;
            let stream = fresh(gate, database, scratch)?;
            for piece in bytes.chunks(piece_bytes) {
                // The first hit answers the question, so the stream is ended there.
                if stream.scan(piece, scratch, |_| ControlFlow::Break(()))? == Scanned::Stopped {
                    return Ok(true);
                }
            }
        }
        Ok(false)
    }
}
