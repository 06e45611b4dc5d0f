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
            && std::arch::is_x86_feature_detected!("bmi2")
            && std::arch::is_x86_feature_detected!("popcnt")
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
    /// Digits.
    pub(super) digit: u64,
    /// Letters, digits, `_` and `-`.
    pub(super) word: u64,
    /// Letters, digits, `_`, `-` and `.`.
    pub(super) token: u64,
    /// Letters, digits, `+` and `/`.
    pub(super) base64: u64,
    /// What may stand between an operator and its value; operators too.
    pub(super) gap: u64,
    /// Operators.
    pub(super) operator: u64,
}

/// The masks of the blocks from `at` on, one for each of `out`; bytes past the end belong to no class.
pub(super) fn fill_masks(level: SimdLevel, bytes: &[u8], at: usize, out: &mut [BlockMasks]) {
    let mut done = 0;
    #[cfg(target_arch = "x86_64")]
    if level == SimdLevel::Avx2 {
        done = avx2::fill_masks(level, bytes, at, out);
    }
    for (index, masks) in out.iter_mut().enumerate().skip(done) {
        let rest = bytes.get(at + 64 * index..).unwrap_or_default();
        let len = rest.len().min(64);
        let mut block = [0; 64];
        block[..len].copy_from_slice(&rest[..len]);
        *masks = scalar::block_masks(&block);
    }
}
