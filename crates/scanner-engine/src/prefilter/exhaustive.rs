//! The prefilter that rules nothing out: every rule has one window, the whole buffer.
//!
//! With it the engine runs every pattern over every byte, which is slow and obviously right: it is the oracle
//! that tests hold the real prefilters, windows and chunks to.

use scanner_core::RuleId;

use super::{HitSink, Prefilter, PrefilterScratch};

/// Admits everything.
#[derive(Clone, Copy, Debug)]
pub struct Exhaustive {
    rules: u32,
}

impl Exhaustive {
    /// For an engine of so many rules.
    pub fn new(rules: usize) -> Self {
        Self { rules: u32::try_from(rules).unwrap_or(u32::MAX) }
    }
}

impl Prefilter for Exhaustive {
    fn scan_block(&self, bytes: &[u8], _: &mut PrefilterScratch, sink: &mut HitSink<'_>) {
        if !bytes.is_empty() {
            (0..self.rules).for_each(|rule| sink.whole(RuleId::new(rule)));
        }
    }

    fn name(&self) -> &'static str {
        "exhaustive"
    }
}
