//! Deflated data, raw or in the frame of zlib.

use flate2::{Decompress, FlushDecompress, Status};

use super::{Step, Stepped, Stepwise};
use crate::outcome::Fault;

/// Inflates.
pub(crate) struct Inflate(Decompress);

impl Inflate {
    /// Without a frame.
    pub(crate) fn raw() -> Self {
        Self(Decompress::new(false))
    }

    /// In the frame of zlib.
    pub(crate) fn zlib() -> Self {
        Self(Decompress::new(true))
    }
}

impl Stepped<Inflate> {
    /// Starts again with the next stream of raw data.
    pub(crate) fn restart(&mut self) {
        self.decoder.0.reset(false);
        self.done = false;
    }
}

impl Stepwise for Inflate {
    fn step(&mut self, input: &[u8], output: &mut [u8]) -> Result<Step, Fault> {
        let (taken, given) = (self.0.total_in(), self.0.total_out());
        let status =
            self.0.decompress(input, output, FlushDecompress::None).map_err(|_| Fault::Damaged)?;
        Ok(Step {
            taken: (self.0.total_in() - taken) as usize,
            given: (self.0.total_out() - given) as usize,
            done: status == Status::StreamEnd,
        })
    }
}
