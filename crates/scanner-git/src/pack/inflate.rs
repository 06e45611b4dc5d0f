//! Inflating one pack entry whose size is known.
//!
//! `libdeflate` inflates whole buffers only, which is what packs are made of: the entry header tells the size. `zlib-rs`
//! takes 1.65 times as long for a pack of 297 MB (`examples/inflate.rs`). It never writes beyond the output, and the
//! checksum is verified.

use libdeflater::{DecompressionError, Decompressor};

use crate::damage::Damage;

/// No deflate stream grows by more than this factor: 258 bytes from two bits, rounded up.
const RATIO_MAX: u64 = 1032;

/// Inflates zlib streams; one for each worker.
pub(crate) struct Inflater {
    deflate: Decompressor,
}

impl Inflater {
    pub(crate) fn new() -> Self {
        Self { deflate: Decompressor::new() }
    }

    /// Fills `output` exactly from the zlib stream at the start of `input`; bytes after the stream do not matter.
    pub(crate) fn inflate(&mut self, input: &[u8], output: &mut [u8]) -> Result<(), Damage> {
        match self.deflate.zlib_decompress(input, output) {
            Ok(written) if written == output.len() => Ok(()),
            Ok(_) | Err(DecompressionError::InsufficientSpace) => Err(Damage::WrongSize),
            Err(_) => Err(Damage::CorruptZlib),
        }
    }
}

/// Whether `output_bytes` can come out of `input_bytes` at all: asked before memory is taken for it.
pub(crate) fn is_possible(input_bytes: usize, output_bytes: u64) -> bool {
    output_bytes <= (input_bytes as u64).saturating_mul(RATIO_MAX)
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn deflated(bytes: &[u8]) -> Vec<u8> {
        let mut encoder =
            flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::default());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn sizes_must_be_exact() {
        let mut input = deflated(b"some words, some words, some words");
        input.extend_from_slice(b"the next entry");
        let mut inflater = Inflater::new();
        let mut output = [0; 34];
        assert_eq!(inflater.inflate(&input, &mut output), Ok(()));
        assert_eq!(&output, b"some words, some words, some words");
        assert_eq!(inflater.inflate(&input, &mut [0; 33]), Err(Damage::WrongSize));
        assert_eq!(inflater.inflate(&input, &mut [0; 35]), Err(Damage::WrongSize));
        input[5] ^= 0x55;
        assert!(inflater.inflate(&input, &mut output).is_err());
        assert_eq!(inflater.inflate(&[], &mut output), Err(Damage::CorruptZlib));
    }

    #[test]
    fn nothing_is_a_size_too() {
        assert_eq!(Inflater::new().inflate(&deflated(b""), &mut []), Ok(()));
    }

    #[test]
    fn the_ratio_admits_the_most_compressible_bytes() {
        let zeros = vec![0; 1 << 20];
        assert!(is_possible(deflated(&zeros).len(), 1 << 20));
        assert!(!is_possible(100, 1 << 20));
    }
}
