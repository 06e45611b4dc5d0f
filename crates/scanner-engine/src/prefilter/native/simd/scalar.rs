//! The inner loops in plain Rust: the form that the others are compared with.

use super::BlockMasks;
use crate::build::anchors::{is_gap_byte, is_operator_byte};

const LETTER: u8 = 1;
const DIGIT: u8 = 2;
const UNDERSCORE: u8 = 4;
const DASH: u8 = 8;
const DOT: u8 = 16;
const GAP: u8 = 32;
const OPERATOR: u8 = 64;
const SLASH: u8 = 128;

/// The class of every byte.
static CLASSES: [u8; 256] = {
    let mut table = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        let b = byte as u8;
        table[byte] = if b.is_ascii_alphabetic() {
            LETTER
        } else if b.is_ascii_digit() {
            DIGIT
        } else if is_operator_byte(b) {
            OPERATOR | GAP
        } else if is_gap_byte(b) {
            GAP
        } else {
            match b {
                b'_' => UNDERSCORE,
                b'-' => DASH,
                b'.' => DOT,
                b'/' => SLASH,
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
        masks.start |= set(LETTER | DIGIT | UNDERSCORE);
        masks.alnum |= set(LETTER | DIGIT);
        masks.digit |= set(DIGIT);
        masks.word |= set(LETTER | DIGIT | UNDERSCORE | DASH);
        masks.token |= set(LETTER | DIGIT | UNDERSCORE | DASH | DOT);
        masks.base64 |= set(LETTER | DIGIT | SLASH) | u64::from(*byte == b'+') << bit;
        masks.gap |= set(GAP);
        masks.operator |= set(OPERATOR);
        masks.colon |= u64::from(*byte == b':') << bit;
        masks.slash |= set(SLASH);
    }
    masks
}

#[cfg(test)]
mod tests {
    use super::super::{SimdLevel, fill_masks};
    use super::block_masks;

    #[test]
    fn vector_masks_are_those_of_plain_rust() {
        let bytes: Vec<u8> = (0..=255).chain((0..=255).rev()).collect();
        let mut masks = [super::BlockMasks::default(); 8];
        fill_masks(SimdLevel::detect(), &bytes, 0, &mut masks);
        for (block, masks) in bytes.chunks(64).zip(masks) {
            assert_eq!(masks, block_masks(block.try_into().unwrap()));
        }
    }
}
