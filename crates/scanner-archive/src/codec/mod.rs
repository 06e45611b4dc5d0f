//! One file a compression method: foreign decoders behind [`Codec`], with the memory they take.

use crate::decoded::Codec;
use crate::outcome::Fault;
use crate::source::Source;

pub(crate) mod block;
pub(crate) mod inflate;
pub(crate) mod lz4;
pub(crate) mod lzma;
pub(crate) mod zstd;

/// What one step of a decoder did.
pub(crate) struct Step {
    pub(crate) taken: usize,
    pub(crate) given: usize,
    /// Whether the encoded data are complete.
    pub(crate) done: bool,
}

/// A decoder that is given pieces of its input and room for its output.
pub(crate) trait Stepwise {
    /// One step; `input` is empty only at its end.
    fn step(&mut self, input: &[u8], output: &mut [u8]) -> Result<Step, Fault>;
}

/// Drives a [`Stepwise`] decoder.
pub(crate) struct Stepped<S> {
    pub(crate) decoder: S,
    pub(crate) done: bool,
}

impl<S: Stepwise> Stepped<S> {
    pub(crate) fn new(decoder: S) -> Self {
        Self { decoder, done: false }
    }
}

impl<S: Stepwise> Codec for Stepped<S> {
    fn read(&mut self, input: &mut dyn Source, output: &mut [u8]) -> Result<usize, Fault> {
        while !self.done {
            // Enough to see the magic number of what follows.
            let lent = input.fill(8)?;
            let is_over = lent.is_empty();
            let step = self.decoder.step(lent, output)?;
            input.consume(step.taken);
            self.done = step.done;
            if step.given > 0 {
                return Ok(step.given);
            }
            if !self.done && is_over {
                return Err(Fault::Truncated);
            }
            if !self.done && step.taken == 0 {
                return Err(Fault::Damaged);
            }
        }
        Ok(0)
    }
}

/// Streams of one kind, one behind the other, as `cat a.xz b.xz` makes them.
pub(crate) struct Repeated<S, F> {
    stream: Stepped<S>,
    magic: &'static [u8],
    again: F,
}

impl<S: Stepwise, F: FnMut() -> Result<S, Fault>> Repeated<S, F> {
    /// Each stream begins with `magic` and needs a decoder of its own.
    pub(crate) fn new(magic: &'static [u8], mut again: F) -> Result<Self, Fault> {
        Ok(Self { stream: Stepped::new(again()?), magic, again })
    }
}

impl<S: Stepwise, F: FnMut() -> Result<S, Fault>> Codec for Repeated<S, F> {
    fn read(&mut self, input: &mut dyn Source, output: &mut [u8]) -> Result<usize, Fault> {
        loop {
            let given = self.stream.read(input, output)?;
            if given > 0 || !input.fill(self.magic.len())?.starts_with(self.magic) {
                return Ok(given);
            }
            self.stream = Stepped::new((self.again)()?);
        }
    }
}
