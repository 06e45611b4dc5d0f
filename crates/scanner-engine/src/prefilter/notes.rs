//! What a prefilter sees on its way and the search for encoded text would have to look for again: where long runs of
//! base64 begin.
//!
//! Notes belong to the bytes that were scanned last. A prefilter that makes none leaves them unknown, and so does a buffer
//! with more long runs than there is room for: then whoever needs them looks for himself.

/// Characters in a row that are noted: any fewer are nothing that the search for encoded text notices.
pub(crate) const NOTED_RUN_MIN: usize = 24;

/// Stretches that there is room for in any buffer: 24 KiB, and a worker has two such lists.
const STRETCHES_MIN: usize = 1536;

/// Bytes of a longer buffer for each further one: JavaScript on one line has a long name every few lines.
const BYTES_PER_STRETCH: usize = 256;

/// Bytes of a block.
const BLOCK: usize = 64;

/// Blocks of 64 bytes one behind the other, in which such runs begin at the same places: at all of them where there is more
/// than one, as it is inside of encoded data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct NotedBlocks {
    /// Where the first block stands.
    at: u32,
    /// How many there are.
    count: u32,
    /// The places in each, a bit for each byte.
    places: u64,
}

impl NotedBlocks {
    /// One block.
    pub(crate) fn one(at: usize, places: u64) -> Self {
        Self { at: u32::try_from(at).expect("chunks are smaller than 4 GiB"), count: 1, places }
    }

    /// The blocks one by one.
    pub(crate) fn iter(self) -> impl Iterator<Item = (usize, u64)> {
        (0..self.count as usize).map(move |index| (self.at as usize + index * BLOCK, self.places))
    }
}

/// Where [`NOTED_RUN_MIN`] characters of standard base64 in a row begin in a buffer.
#[derive(Debug, Default)]
pub(crate) struct RunNotes {
    /// From front to back.
    blocks: Vec<NotedBlocks>,
    /// Stretches that there is room for.
    room: usize,
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
        self.room = STRETCHES_MIN.max(len / BYTES_PER_STRETCH);
        self.blocks.reserve_exact(self.room);
        self.of = Some(len);
    }

    /// Notes a block.
    #[inline]
    pub(crate) fn add(&mut self, at: usize, places: u64) {
        if places == u64::MAX
            && let Some(last) = self.blocks.last_mut()
            && last.places == u64::MAX
            && last.at as usize + last.count as usize * BLOCK == at
        {
            last.count += 1;
        } else if self.blocks.len() < self.room {
            self.blocks.push(NotedBlocks::one(at, places));
        } else {
            self.of = None;
        }
    }

    /// The blocks with runs of the buffer that was scanned last, which has `len` bytes.
    pub(crate) fn blocks(&self, len: usize) -> Option<&[NotedBlocks]> {
        (self.of == Some(len)).then_some(&self.blocks)
    }
}
