//! A chunk: a run of an object's bytes with the overlap of the previous chunk in front.

use crate::FileId;

/// What the engine scans at a time. It borrows its bytes; who owns them is the caller's affair.
///
/// Invariant: `prefix_len <= data.len()`; the prefix was the tail of the chunk before.
#[derive(Clone, Copy, Debug)]
pub struct Chunk<'a> {
    /// Which object this is; a new id means that everything about the previous object is over.
    pub file_id: FileId,
    /// Offset of `data[0]` in the object.
    pub base_offset: u64,
    /// How many bytes at the front were in the previous chunk as well.
    pub prefix_len: u32,
    /// Whether the object ends with this chunk: nothing is held back then.
    pub is_last: bool,
    /// Prefix and payload.
    pub data: &'a [u8],
}

impl<'a> Chunk<'a> {
    /// A whole object in one chunk.
    pub const fn whole(file_id: FileId, data: &'a [u8]) -> Self {
        Self { file_id, base_offset: 0, prefix_len: 0, is_last: true, data }
    }

    /// The bytes that no chunk before this one had.
    pub fn payload(&self) -> &'a [u8] {
        &self.data[self.prefix_len as usize..]
    }

    /// Object offset of the first byte of the payload.
    pub const fn payload_offset(&self) -> u64 {
        self.base_offset + self.prefix_len as u64
    }

    /// Object offset one past the last byte.
    pub const fn end_offset(&self) -> u64 {
        self.base_offset + self.data.len() as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn payload_leaves_out_the_prefix() {
        let chunk = Chunk {
            file_id: FileId::new(1),
            base_offset: 10,
            prefix_len: 3,
            is_last: false,
            data: b"abcdef",
        };
        assert_eq!(chunk.payload(), b"def");
        assert_eq!(chunk.payload_offset(), 13);
        assert_eq!(chunk.end_offset(), 16);
    }
}
