//! The vector forms of the inner loops, chosen at run time, with scalar twins that tests compare them to.

#[cfg(target_arch = "x86_64")]
pub(super) mod avx2;
pub(super) mod scalar;

/// Which instructions the prefilter uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SimdLevel {
    /// Plain Rust.
    Scalar,
    /// 256-bit vectors. Only [`SimdLevel::detect`] gives it, and only where the processor has them.
    #[cfg(target_arch = "x86_64")]
    #[non_exhaustive]
    Avx2,
}

impl SimdLevel {
    /// The best that this processor has.
    pub fn detect() -> Self {
        #[cfg(target_arch = "x86_64")]
        if std::arch::is_x86_feature_detected!("avx2")
            && std::arch::is_x86_feature_detected!("bmi1")
        {
            return Self::Avx2;
        }
        Self::Scalar
    }

    /// The name used in reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Scalar => "scalar",
            #[cfg(target_arch = "x86_64")]
            Self::Avx2 => "avx2",
        }
    }
}

/// One bit for each of 64 bytes, the first byte at bit 0.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct BlockMasks {
    /// Letters, digits and `_`.
    pub(super) start: u64,
    /// Letters and digits.
    pub(super) alnum: u64,
    /// Digits.
    pub(super) digit: u64,
    /// `-`
    pub(super) dash: u64,
    /// `.`
    pub(super) dot: u64,
}

/// The masks of the 64 bytes at `at`; bytes past the end belong to no class.
#[inline(always)]
pub(super) fn block_masks(level: SimdLevel, bytes: &[u8], at: usize) -> BlockMasks {
    match (level, bytes.get(at..at + 64)) {
        #[cfg(target_arch = "x86_64")]
        (SimdLevel::Avx2, Some(block)) => {
            avx2::block_masks(level, block.try_into().expect("sixty-four bytes"))
        }
        (_, Some(block)) => scalar::block_masks(block.try_into().expect("sixty-four bytes")),
        (_, None) => {
            let rest = bytes.get(at..).unwrap_or_default();
            let mut block = [0; 64];
            block[..rest.len()].copy_from_slice(rest);
            scalar::block_masks(&block)
        }
    }
}
