//! The inner loops in plain Rust: the form that the others are compared with.

use super::BlockMasks;

const LETTER: u8 = 1;
const DIGIT: u8 = 2;
const UNDERSCORE: u8 = 4;
const DASH: u8 = 8;
const DOT: u8 = 16;

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
        } else {
            match b {
                b'_' => UNDERSCORE,
                b'-' => DASH,
                b'.' => DOT,
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
        masks.dash |= set(DASH);
        masks.dot |= set(DOT);
    }
    masks
}
