//! What a prefilter sees on its way and the search for encoded text would have to look for again: where long runs of
//! base64 begin.
//!
//! Notes belong to the bytes that were scanned last. A prefilter that makes none leaves them unknown, and so does a buffer
//! with more long runs than there is room for: then whoever needs them looks for himself.

/// Characters in a row that are noted: any fewer are nothing that the search for encoded text notices.
pub(crate) const NOTED_RUN_MIN: usize = 24;

/// Blocks that there is room for: 24 KiB, and a worker has two such lists.
const BLOCKS_MAX: usize = 1536;

/// Where [`NOTED_RUN_MIN`] characters of standard base64 in a row begin in a buffer.
#[derive(Debug, Default)]
pub(crate) struct RunNotes {
    /// Where a block of 64 bytes stands, and the places in it, a bit for each byte. From front to back.
    blocks: Vec<(usize, u64)>,
    /// The length of the buffer, once it is known that all are noted.
    of: Option<usize>,
}

impl RunNotes {
    /// Nothing is known.
    pub(crate) fn forget(&mut self) {
        self.of = None;
    }

    /// The runs of a buffer of `len` bytes follow.
    pub(crate) fn begin(&mut self, len: usize) {
        self.blocks.clear();
        self.blocks.reserve_exact(BLOCKS_MAX);
        self.of = Some(len);
    }

    /// Notes a block.
    #[inline]
    pub(crate) fn add(&mut self, at: usize, places: u64) {
        if self.blocks.len() < BLOCKS_MAX {
            self.blocks.push((at, places));
        } else {
            self.of = None;
        }
    }

    /// The blocks with runs of the buffer that was scanned last, which has `len` bytes.
    pub(crate) fn blocks(&self, len: usize) -> Option<&[(usize, u64)]> {
        (self.of == Some(len)).then_some(&self.blocks)
    }
}
