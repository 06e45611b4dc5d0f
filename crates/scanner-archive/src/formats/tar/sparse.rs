//! Files with holes. Only their data are stored; a hole is given as at most [`HOLE_BYTES`] zeros, so that what
//! stands on its two sides stays apart and a hole of a terabyte costs nothing.

use crate::decoded::Codec;
use crate::outcome::Fault;
use crate::source::Source;

/// The most that is given of a hole.
pub(crate) const HOLE_BYTES: u64 = 512;
/// Stretches kept of one file; data behind the last one kept are given without holes.
const STRETCHES_MAX: usize = 1 << 16;

/// Where the stored data belong: offset and length, in order.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Stretches(Vec<(u64, u64)>);

impl Stretches {
    pub(crate) fn push(&mut self, offset: u64, len: u64) {
        if self.0.len() < STRETCHES_MAX {
            self.0.push((offset, len));
        }
    }

    pub(crate) fn extend(&mut self, more: &[(u64, u64)]) {
        for &(offset, len) in more {
            self.push(offset, len);
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    #[cfg(test)]
    pub(crate) fn as_slice(&self) -> &[(u64, u64)] {
        &self.0
    }
}

/// Puts holes between the stored data.
pub(crate) struct Holes {
    stretches: std::vec::IntoIter<(u64, u64)>,
    /// Where the stretch at hand ends in the file.
    end: u64,
    zeros: u64,
    data: u64,
}

impl Holes {
    pub(crate) fn new(stretches: Stretches) -> Self {
        Self { stretches: stretches.0.into_iter(), end: 0, zeros: 0, data: 0 }
    }

    fn step(&mut self) {
        match self.stretches.next() {
            Some((offset, len)) => {
                self.zeros = offset.saturating_sub(self.end).min(HOLE_BYTES);
                self.data = len;
                self.end = offset.saturating_add(len);
            }
            None => self.data = u64::MAX,
        }
    }
}

impl Codec for Holes {
    fn read(&mut self, input: &mut dyn Source, output: &mut [u8]) -> Result<usize, Fault> {
        while self.zeros == 0 && self.data == 0 {
            self.step();
        }
        if self.zeros > 0 {
            let count = output.len().min(self.zeros as usize);
            output[..count].fill(0);
            self.zeros -= count as u64;
            return Ok(count);
        }
        let lent = input.fill(1)?;
        let left = usize::try_from(self.data).unwrap_or(usize::MAX);
        let count = lent.len().min(output.len()).min(left);
        output[..count].copy_from_slice(&lent[..count]);
        input.consume(count);
        self.data -= count as u64;
        Ok(count)
    }
}
