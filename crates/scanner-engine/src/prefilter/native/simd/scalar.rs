//! The inner loops in plain Rust: the form that the others are compared with.

use super::BlockMasks;
use crate::anchors::{is_gap_byte, is_operator_byte};

const ALNUM: u8 = 1;
const UNDERSCORE: u8 = 2;
const DASH: u8 = 4;
const DOT: u8 = 8;
const GAP: u8 = 16;
const OPERATOR: u8 = 32;
const BASE64: u8 = 64;

/// The class of every byte.
static CLASSES: [u8; 256] = {
    let mut table = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        let b = byte as u8;
        table[byte] = if is_operator_byte(b) {
            OPERATOR | GAP
        } else if is_gap_byte(b) {
            GAP
        } else {
            match b {
                b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' => ALNUM,
                b'_' => UNDERSCORE,
                b'-' => DASH,
                b'.' => DOT,
                b'+' | b'/' => BASE64,
                _ => 0,
            }
        };
        byte += 1;
    }
    table
};

/// The masks of 64 bytes.
pub(in super::super) fn block_masks(block: &[u8; 64]) -> BlockMasks {
    let mut masks = BlockMasks::default();
    for (bit, byte) in block.iter().enumerate() {
        let class = CLASSES[*byte as usize];
        let set = |wanted: u8| u64::from(class & wanted != 0) << bit;
        masks.start |= set(ALNUM | UNDERSCORE);
        masks.digit |= u64::from(byte.is_ascii_digit()) << bit;
        masks.word |= set(ALNUM | UNDERSCORE | DASH);
        masks.token |= set(ALNUM | UNDERSCORE | DASH | DOT);
        masks.base64 |= set(ALNUM | BASE64);
        masks.gap |= set(GAP);
        masks.operator |= set(OPERATOR);
    }
    masks
}

#[cfg(test)]
mod tests {
    use super::super::{STRIP_BLOCKS, SimdLevel, StripMasks};

    #[test]
    fn vector_masks_are_those_of_plain_rust() {
        let bytes: Vec<u8> = (0..=255).chain((0..=255).rev()).cycle().take(64 * 33 - 10).collect();
        let masks = |level| {
            let mut masks = StripMasks::new();
            masks.fill(level, &bytes, (0, STRIP_BLOCKS));
            format!("{masks:x?}")
        };
        assert_eq!(masks(SimdLevel::detect()), masks(SimdLevel::Scalar));
    }
}
