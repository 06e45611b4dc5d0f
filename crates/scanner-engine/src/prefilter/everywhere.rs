//! A prefilter for rules of which some have no anchor: those are tried over the whole buffer, the others as ever.
//!
//! Built-in rules never need it. A rule of another tool's file may be a pattern without a literal; it costs a search of all
//! bytes, as it does there.

use scanner_core::RuleId;

use super::{HitSink, Prefilter, PrefilterScratch};

/// A prefilter, and rules that have one window: the whole buffer.
#[derive(Debug)]
pub struct Everywhere {
    anchored: Box<dyn Prefilter>,
    rules: Vec<RuleId>,
}

impl Everywhere {
    /// `rules` beside those of another prefilter; that prefilter alone where there are none.
    pub fn beside(anchored: Box<dyn Prefilter>, rules: Vec<RuleId>) -> Box<dyn Prefilter> {
        if rules.is_empty() { anchored } else { Box::new(Self { anchored, rules }) }
    }
}

impl Prefilter for Everywhere {
    fn scan_block(&self, bytes: &[u8], scratch: &mut PrefilterScratch, sink: &mut HitSink<'_>) {
        self.anchored.scan_block(bytes, scratch, sink);
        if !bytes.is_empty() {
            self.rules.iter().for_each(|rule| sink.whole(*rule));
        }
    }

    fn name(&self) -> &'static str {
        "anchored, and rules that are tried everywhere"
    }

    fn facts(&self) -> Vec<(&'static str, String)> {
        self.anchored.facts()
    }

    fn refused(&self) -> Vec<(RuleId, String)> {
        self.anchored.refused()
    }

    fn settle(&self) {
        self.anchored.settle();
    }

    fn join(&self) {
        self.anchored.join();
    }

    fn anchors(&self) -> Vec<(char, String, Vec<RuleId>)> {
        self.anchored.anchors()
    }
}
