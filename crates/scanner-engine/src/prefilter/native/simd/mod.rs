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

/// Blocks of a strip: as many as have their masks made at a time.
pub(super) const STRIP_BLOCKS: usize = 32;

/// The masks of a strip, an array for each kind, with those of the block behind it. See [`BlockMasks`].
#[derive(Debug)]
pub(super) struct StripMasks {
    /// Begins with the block before the strip.
    pub(super) start: [u64; STRIP_BLOCKS + 2],
    pub(super) digit: [u64; STRIP_BLOCKS + 1],
    pub(super) word: [u64; STRIP_BLOCKS + 1],
    pub(super) token: [u64; STRIP_BLOCKS + 1],
    pub(super) base64: [u64; STRIP_BLOCKS + 1],
    pub(super) gap: [u64; STRIP_BLOCKS + 1],
    pub(super) operator: [u64; STRIP_BLOCKS + 1],
}

impl StripMasks {
    /// No bit set.
    pub(super) fn new() -> Self {
        const NONE: [u64; STRIP_BLOCKS + 1] = [0; STRIP_BLOCKS + 1];
        Self {
            start: [0; STRIP_BLOCKS + 2],
            digit: NONE,
            word: NONE,
            token: NONE,
            base64: NONE,
            gap: NONE,
            operator: NONE,
        }
    }

    /// Makes the masks of so many blocks of the strip at `at` and of the one behind them; bytes past the end belong to no
    /// class.
    #[inline(always)]
    pub(super) fn fill(&mut self, level: SimdLevel, bytes: &[u8], (at, blocks): (usize, usize)) {
        let mut done = 0;
        #[cfg(target_arch = "x86_64")]
        if level == SimdLevel::Avx2 {
            done = avx2::fill_masks(level, bytes, (at, blocks), self);
        }
        for index in done..=blocks {
            let rest = bytes.get(at + 64 * index..).unwrap_or_default();
            if rest.is_empty() {
                self.set(index, BlockMasks::default());
                continue;
            }
            let len = rest.len().min(64);
            let mut block = [0; 64];
            block[..len].copy_from_slice(&rest[..len]);
            #[cfg(target_arch = "x86_64")]
            if level == SimdLevel::Avx2 {
                self.set(index, avx2::block_masks(level, &block));
                continue;
            }
            self.set(index, scalar::block_masks(&block));
        }
    }

    #[inline(always)]
    fn set(&mut self, index: usize, masks: BlockMasks) {
        self.start[index + 1] = masks.start;
        self.digit[index] = masks.digit;
        self.word[index] = masks.word;
        self.token[index] = masks.token;
        self.base64[index] = masks.base64;
        self.gap[index] = masks.gap;
        self.operator[index] = masks.operator;
    }
}
