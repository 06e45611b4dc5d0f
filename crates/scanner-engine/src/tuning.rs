//! All limits of the engine, in one place, with the relations between them asserted.

/// Sizes and budgets. What happens at each limit stands with it; nothing is lost in silence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tuning {
    /// Windows of one rule that are nearer than this become one.
    pub merge_gap_bytes: u32,
    /// Windows kept per (rule, variant) before they are coalesced into fewer, wider ones.
    pub windows_per_pair_max: u16,
    /// First gap at which windows are coalesced; doubles until they fit.
    pub coalesce_gap_bytes: u32,
    /// Bytes around a match that gates, markers and companions may look at.
    pub context_bytes: u32,
    /// Bytes of UTF-16 decoded at a time; longer windows are decoded in overlapping pieces.
    pub utf16_window_bytes_max: u32,
    /// Findings kept per chunk; more are counted as dropped.
    pub findings_per_chunk_max: u32,
    /// Bytes of secrets kept per chunk; findings beyond are counted as dropped.
    pub secret_bytes_per_chunk_max: u32,
    /// Candidates of one rule looked at per window, for each KiB of it; a window with more is given up
    /// and counted, so that no input makes the work grow faster than its size.
    pub candidates_per_kib_max: u32,
    /// Encodings that are undone one inside the other; 0 decodes nothing.
    pub decode_depth_max: u32,
    /// Bytes that may be decoded of a chunk, at least; a longer chunk may decode to twice as much as it is long.
    pub decode_bytes_min: u32,
    /// Decoded pieces of a chunk, at most.
    pub decode_items_max: u32,
}

impl Tuning {
    /// The values used unless a caller says otherwise.
    pub const DEFAULT: Self = Self {
        merge_gap_bytes: 64,
        windows_per_pair_max: 16,
        coalesce_gap_bytes: 128,
        context_bytes: 1024,
        utf16_window_bytes_max: 64 * 1024,
        findings_per_chunk_max: 8192,
        secret_bytes_per_chunk_max: 384 * 1024,
        candidates_per_kib_max: 256,
        decode_depth_max: 3,
        decode_bytes_min: 512 * 1024,
        decode_items_max: 65_536,
    };

    /// Whether the values fit together; called when an engine is built.
    pub const fn is_valid(&self) -> bool {
        self.windows_per_pair_max >= 2
            && self.coalesce_gap_bytes >= self.merge_gap_bytes
            && self.findings_per_chunk_max > 0
            && self.utf16_window_bytes_max >= 4 * self.context_bytes
            && self.candidates_per_kib_max > 0
    }
}

const _: () = assert!(Tuning::DEFAULT.is_valid());

impl Default for Tuning {
    fn default() -> Self {
        Self::DEFAULT
    }
}
