//! What decides about an anchor.

/// How far from an anchor the bytes stand that decide whether it is reported.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Locality {
    /// Bytes before its first.
    pub before: u32,
    /// Bytes from its first on.
    pub behind: u32,
}
