//! A prefilter for rules of which some have no anchor: those are tried over the whole buffer, the others as ever.
//!
//! Built-in rules never need it. A rule of another tool's file may be a pattern without a literal; it costs a search of all
//! bytes, as it does there.

use scanner_core::RuleId;

use super::native::NativePrefilter;
use super::{HitSink, Prefilter};

/// The native prefilter, and rules that have one window: the whole buffer.
#[derive(Debug)]
pub struct Everywhere {
    anchored: NativePrefilter,
    rules: Vec<RuleId>,
}

impl Everywhere {
    /// `rules` beside those of the native prefilter.
    pub fn beside(anchored: NativePrefilter, rules: Vec<RuleId>) -> Self {
        Self { anchored, rules }
    }
}

impl Prefilter for Everywhere {
    fn scan_block(&self, bytes: &[u8], sink: &mut HitSink<'_>) {
        self.anchored.scan_block(bytes, sink);
        if !bytes.is_empty() {
            self.rules.iter().for_each(|rule| sink.whole(*rule));
        }
    }

    fn is_present(&self, bytes: &[u8]) -> bool {
        !bytes.is_empty()
    }

    fn name(&self) -> &'static str {
        "native, and rules that are tried everywhere"
    }

    fn anchors(&self) -> Vec<(char, String, Vec<RuleId>)> {
        self.anchored.anchors()
    }
}
