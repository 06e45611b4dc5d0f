//! The view of a window of plain bytes.

use scanner_core::{Chunk, Variant};

use super::{Origin, WindowView};
use crate::hits::SpanU32;

/// The window as it stands in the chunk.
pub(crate) fn raw_view<'a>(chunk: &Chunk<'a>, window: SpanU32) -> WindowView<'a> {
    WindowView {
        bytes: chunk.data,
        search: window.start as usize..window.end as usize,
        hint: window.anchor_hint as usize,
        variant: Variant::Raw,
        origin: Origin::Raw { base: chunk.base_offset },
        file_id: chunk.file_id,
    }
}
