//! What one worker's scans write to: one scratch, grown to the largest of the databases, and a stream for each of
//! those that are scanned piece by piece. Streams are reset, not opened anew.

use std::sync::Arc;

use scanner_vectorscan::{Database, Scratch, Stream, Streaming, VsError};

/// The memory of one worker.
#[derive(Debug, Default)]
pub struct VsSlots {
    pub(super) scratch: Scratch,
    pub(super) gate: Option<Stream>,
    pub(super) stream: Option<Stream>,
    pub(super) utf16_stream: Option<Stream>,
}

/// A stream over `database` that has seen nothing, and a scratch that fits it. What an engine of before left is
/// replaced.
pub(super) fn fresh<'s>(
    slot: &'s mut Option<Stream>,
    database: &Arc<Database<Streaming>>,
    scratch: &mut Scratch,
) -> Result<&'s mut Stream, VsError> {
    scratch.fit(database)?;
    let known = slot.take().filter(|stream| stream.is_of(database));
    let stream = match known {
        Some(mut stream) => {
            stream.reset()?;
            stream
        }
        None => Stream::open(database)?,
    };
    Ok(slot.insert(stream))
}
