//! bzip2, and the deflate with a window of 64 KiB that Windows writes for large files.

use bzip2::{Decompress, Status};
use deflate64::InflaterManaged;

use super::{Step, Stepwise};
use crate::outcome::Fault;

/// Memory of a bzip2 decoder.
pub(crate) const BZIP2_BYTES: u64 = 4 << 20;
/// Memory of a deflate64 decoder.
pub(crate) const DEFLATE64_BYTES: u64 = 1 << 20;

/// bzip2.
pub(crate) struct Bzip2(Decompress);

impl Bzip2 {
    pub(crate) fn new() -> Self {
        Self(Decompress::new(false))
    }
}

impl Stepwise for Bzip2 {
    fn step(&mut self, input: &[u8], output: &mut [u8]) -> Result<Step, Fault> {
        let (taken, given) = (self.0.total_in(), self.0.total_out());
        let status = self.0.decompress(input, output).map_err(|_| Fault::Damaged)?;
        Ok(Step {
            taken: (self.0.total_in() - taken) as usize,
            given: (self.0.total_out() - given) as usize,
            done: status == Status::StreamEnd,
        })
    }
}

/// deflate64.
pub(crate) struct Deflate64(Box<InflaterManaged>);

impl Deflate64 {
    pub(crate) fn new() -> Self {
        Self(Box::new(InflaterManaged::new()))
    }
}

impl Stepwise for Deflate64 {
    fn step(&mut self, input: &[u8], output: &mut [u8]) -> Result<Step, Fault> {
        let result = self.0.inflate(input, output);
        if result.data_error {
            return Err(Fault::Damaged);
        }
        Ok(Step {
            taken: result.bytes_consumed,
            given: result.bytes_written,
            done: self.0.finished(),
        })
    }
}
