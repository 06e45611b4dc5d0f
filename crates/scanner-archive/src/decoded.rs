//! What a decoder gives out, as a source of its own: counted, buffered, and with its fault at the end.

use crate::budget::Budget;
use crate::outcome::Fault;
use crate::source::{Buffer, Source};

/// Undoes one encoding. Takes what it needs from its input, so that what follows the encoded data stays there.
pub(crate) trait Codec {
    /// Decodes into `output`, which is not empty, and returns how many bytes; 0 only at the end.
    fn read(&mut self, input: &mut dyn Source, output: &mut [u8]) -> Result<usize, Fault>;
}

/// Gives out what did not fit before, and says how many bytes; `None` where nothing is pending.
pub(crate) fn give(pending: &mut Vec<u8>, output: &mut [u8]) -> Option<usize> {
    if pending.is_empty() {
        return None;
    }
    let count = pending.len().min(output.len());
    output[..count].copy_from_slice(&pending[..count]);
    pending.drain(..count);
    Some(count)
}

/// The decoded bytes.
pub(crate) struct Decoded<'a, 's, C> {
    input: &'a mut dyn Source,
    codec: C,
    budget: &'a Budget<'s>,
    buffer: Buffer<'a>,
    /// How it ended: with a fault that is reported once what was decoded before is used up, or well.
    end: Option<Result<(), Fault>>,
    /// Whether what comes out counts as expansion.
    counts: bool,
}

impl<'a, 's, C: Codec> Decoded<'a, 's, C> {
    pub(crate) fn new(
        input: &'a mut dyn Source,
        codec: C,
        budget: &'a Budget<'s>,
        buffer: Buffer<'a>,
    ) -> Self {
        Self { input, codec, budget, buffer, end: None, counts: true }
    }

    /// For a codec whose output is no longer than its input.
    pub(crate) fn uncounted(self) -> Self {
        Self { counts: false, ..self }
    }

    /// Whether the encoded data were read to their end and were right.
    pub(crate) fn ended_well(&self) -> bool {
        self.end == Some(Ok(())) && self.buffer.len() == 0
    }

    fn step(&mut self) -> Result<(), Fault> {
        if self.counts {
            // Nothing is decoded for a container that has used up its allowance already.
            self.budget.has_room()?;
        }
        let got = self.codec.read(self.input, self.buffer.space())?;
        if got == 0 {
            self.end = Some(Ok(()));
        }
        // What is beyond the allowance is not given out: it might be an archive in its turn.
        if self.counts {
            self.budget.expand(got as u64)?;
        } else {
            self.budget.worked(got as u64)?;
        }
        self.buffer.grown(got);
        Ok(())
    }
}

impl<C: Codec> Source for Decoded<'_, '_, C> {
    fn fill(&mut self, at_least: usize) -> Result<&[u8], Fault> {
        while self.buffer.len() < at_least && self.end.is_none() {
            if let Err(fault) = self.step() {
                self.end = Some(Err(fault));
            }
        }
        match self.end {
            Some(Err(fault)) if self.buffer.len() == 0 => Err(fault),
            _ => Ok(self.buffer.data()),
        }
    }

    fn consume(&mut self, count: usize) {
        self.buffer.consume(count);
    }
}
