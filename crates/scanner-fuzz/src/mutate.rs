//! Changes inputs: bytes, numbers, stretches, words of the format, pieces of other inputs.
//!
//! Everything follows from the seed of [`Random`], so a run can be repeated.

/// A small generator of random numbers (`SplitMix64`).
#[derive(Clone, Debug)]
pub struct Random(u64);

impl Random {
    /// The generator of this seed.
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// Any number.
    pub fn any(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `bound`; 0 where that is 0.
    pub fn below(&mut self, bound: usize) -> usize {
        if bound == 0 { 0 } else { (self.any() % bound as u64) as usize }
    }

    /// One of `all`.
    pub fn one<'a, T>(&mut self, all: &'a [T]) -> Option<&'a T> {
        all.get(self.below(all.len()))
    }

    /// A stretch of `len` bytes, mostly short.
    fn stretch(&mut self, len: usize) -> std::ops::Range<usize> {
        let start = self.below(len + 1);
        let longest = if self.below(4) == 0 { len } else { 16 };
        start..(start + self.below(longest.min(len - start) + 1))
    }
}

/// Bytes at which parsers change their mind.
const BYTES: [u8; 12] = [0, 1, 0x7f, 0x80, 0xff, b'\n', b' ', b'"', b'=', b'%', b'\\', b'A'];

/// Numbers at which sizes overflow.
const NUMBERS: [u64; 12] = [
    0,
    1,
    0x7f,
    0xff,
    0x7fff,
    0xffff,
    0x1_0000,
    0x7fff_ffff,
    0xffff_ffff,
    0x1_0000_0000,
    0x7fff_ffff_ffff_ffff,
    u64::MAX,
];

/// What changes are made of.
#[derive(Clone, Copy, Debug)]
pub struct Material<'a> {
    /// Words of the format.
    pub words: &'a [&'a [u8]],
    /// Other inputs.
    pub others: &'a [Vec<u8>],
    /// Bytes of an input, at most.
    pub bytes_max: usize,
}

/// Makes one to eight changes.
pub fn mutate(input: &mut Vec<u8>, random: &mut Random, material: &Material<'_>) {
    for _ in 0..=random.below(8) {
        change(input, random, material);
        input.truncate(material.bytes_max);
    }
}

fn change(input: &mut Vec<u8>, random: &mut Random, material: &Material<'_>) {
    let place = random.below(input.len());
    match random.below(12) {
        0 => set(input, place, |byte| byte ^ (1 << (place % 8))),
        1 => {
            let byte = random.any() as u8;
            set(input, place, |_| byte);
        }
        2 => {
            let byte = BYTES[random.below(BYTES.len())];
            set(input, place, |_| byte);
        }
        3 => {
            let step = random.below(16) as u8;
            set(input, place, |byte| byte.wrapping_add(step).wrapping_sub(8));
        }
        4 => number(input, place, random),
        5 => drop(input.drain(random.stretch(input.len()))),
        6 => {
            let piece = input[random.stretch(input.len())].to_vec();
            insert(input, place, &piece);
        }
        7 => {
            let piece = input[random.stretch(input.len())].to_vec();
            let times_max = if random.below(8) == 0 { 200 } else { 4 };
            let times = 1 + random.below(times_max);
            let room = material.bytes_max.checked_div(piece.len()).unwrap_or(0);
            insert(input, place, &piece.repeat(times.min(room)));
        }
        8 | 9 => {
            if let Some(word) = random.one(material.words) {
                overwrite_or_insert(input, place, word, random);
            }
        }
        10 => {
            if let Some(other) = random.one(material.others) {
                let piece = other[random.stretch(other.len())].to_vec();
                overwrite_or_insert(input, place, &piece, random);
            }
        }
        _ => input.truncate(place),
    }
}

fn set(input: &mut [u8], place: usize, new: impl Fn(u8) -> u8) {
    if let Some(byte) = input.get_mut(place) {
        *byte = new(*byte);
    }
}

fn insert(input: &mut Vec<u8>, place: usize, piece: &[u8]) {
    input.splice(place..place, piece.iter().copied());
}

fn overwrite_or_insert(input: &mut Vec<u8>, place: usize, piece: &[u8], random: &mut Random) {
    let end = (place + piece.len()).min(input.len());
    let replaced = if random.below(2) == 0 { place..end } else { place..place };
    input.splice(replaced, piece.iter().copied());
}

/// Writes a number where a size may stand: binary of either byte order, or decimal, octal, hexadecimal digits.
fn number(input: &mut Vec<u8>, place: usize, random: &mut Random) {
    let number = match random.below(3) {
        0 => input.len() as u64,
        1 => random.any() >> random.below(64),
        _ => NUMBERS[random.below(NUMBERS.len())],
    };
    let width = [1, 2, 4, 8][random.below(4)];
    let text = match random.below(5) {
        0 => number.to_le_bytes()[..width].to_vec(),
        1 => number.to_be_bytes()[8 - width..].to_vec(),
        2 => number.to_string().into_bytes(),
        3 => format!("{number:o}").into_bytes(),
        _ => format!("{number:x}").into_bytes(),
    };
    let end = (place + text.len()).min(input.len());
    input.splice(place..end, text);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_makes_the_same_changes_within_bounds() {
        let others = [b"another input".to_vec()];
        let material = Material { words: &[b"word"], others: &others, bytes_max: 300 };
        let all = |seed| {
            let mut random = Random::new(seed);
            let mut input = b"an input to begin with".to_vec();
            let mut made = Vec::new();
            for _ in 0..2000 {
                mutate(&mut input, &mut random, &material);
                assert!(input.len() <= 300);
                made.push(input.clone());
            }
            made
        };
        assert_eq!(all(7), all(7));
        assert_ne!(all(7), all(8));
    }
}
