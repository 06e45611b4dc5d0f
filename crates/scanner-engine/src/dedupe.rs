//! `DedupKey`: what makes two findings of a chunk the same.

use scanner_core::FindingRec;
use scanner_stdx::hash128;

/// Bits of a rule's number in a key; the variant takes the other eight.
pub(crate) const DEDUP_RULE_ID_BITS: u32 = 24;

/// Largest rule number that a key can hold.
pub(crate) const DEDUP_RULE_ID_MAX: u32 = (1 << DEDUP_RULE_ID_BITS) - 1;

/// Thirty-two bytes, which is what AEGIS-128L absorbs at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(C)]
pub(crate) struct DedupKey {
    file_id: u32,
    rule_id_with_variant: u32,
    span_start: u32,
    span_end: u32,
    root_hint_start: u64,
    root_hint_end: u64,
}

const _: () = assert!(size_of::<DedupKey>() == 32);

impl DedupKey {
    /// The key of a finding. Spans of decoded bytes are left out where the root span is known exactly, since
    /// the same secret may be decoded at different offsets from one chunk to the next.
    pub(crate) fn new(rec: &FindingRec) -> Self {
        debug_assert!(rec.rule_id.raw() <= DEDUP_RULE_ID_MAX);
        Self {
            file_id: rec.file_id.raw(),
            rule_id_with_variant: rec.rule_id.raw() << 8 | rec.variant as u32,
            span_start: 0,
            span_end: 0,
            root_hint_start: rec.root.start,
            root_hint_end: rec.root.end,
        }
    }

    /// 128 bits that stand for the key.
    pub(crate) fn fingerprint(&self) -> u128 {
        let mut bytes = [0; 32];
        bytes[0..4].copy_from_slice(&self.file_id.to_le_bytes());
        bytes[4..8].copy_from_slice(&self.rule_id_with_variant.to_le_bytes());
        bytes[8..12].copy_from_slice(&self.span_start.to_le_bytes());
        bytes[12..16].copy_from_slice(&self.span_end.to_le_bytes());
        bytes[16..24].copy_from_slice(&self.root_hint_start.to_le_bytes());
        bytes[24..32].copy_from_slice(&self.root_hint_end.to_le_bytes());
        hash128(&bytes)
    }
}
