//! What a service takes of an uploaded report, and what is said to the user where more was found.
//!
//! The size is measured as the bytes go by; no second copy is made. How the uploader compresses is not known,
//! so [`RESERVE_BYTES`] are left free.

use std::io::{self, Write};
use std::sync::{Arc, Mutex, PoisonError};

use flate2::Compression;
use flate2::write::GzEncoder;

/// Bytes that code scanning takes of a compressed file.
const GZIP_BYTES_MAX: u64 = 10_000_000;

/// Left free for what the compressor holds back, for the end of the file and for other compressors.
const RESERVE_BYTES: u64 = 500_000;

/// Results that code scanning shows, by severity.
pub const RESULTS_SHOWN_MAX: usize = 5_000;

/// What sinks have to tell the user when the run is over. Clones share their sentences.
#[derive(Clone, Debug, Default)]
pub struct UploadNotes(Arc<Mutex<Vec<String>>>);

impl UploadNotes {
    pub(crate) fn add(&self, sentence: String) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(sentence);
    }

    /// The sentences so far; they are told once.
    pub fn take(&self) -> Vec<String> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Measures the compressed size of what is written.
pub(crate) struct GzipMeter {
    encoder: GzEncoder<Count>,
    bytes_max: u64,
}

impl GzipMeter {
    pub(crate) fn new() -> Self {
        let encoder = GzEncoder::new(Count(0), Compression::default());
        Self { encoder, bytes_max: GZIP_BYTES_MAX - RESERVE_BYTES }
    }

    /// Adds the bytes; false from the moment when there are too many.
    pub(crate) fn takes(&mut self, bytes: &[u8]) -> io::Result<bool> {
        self.encoder.write_all(bytes)?;
        Ok(self.encoder.get_ref().0 <= self.bytes_max)
    }
}

/// Counts and keeps nothing.
struct Count(u64);

impl Write for Count {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 += bytes.len() as u64;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_compressed_size_counts() {
        let mut meter = GzipMeter { bytes_max: 200_000, ..GzipMeter::new() };
        assert!(meter.takes(&vec![b'a'; 1 << 20]).unwrap());
        let mut state = 1_u64;
        let noise: Vec<u8> = (0..400_000)
            .map(|_| {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                (state >> 56) as u8
            })
            .collect();
        assert!(!meter.takes(&noise).unwrap());
    }
}
