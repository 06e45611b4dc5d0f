//! What is found in joined literals counts only where it lies across a join: all else stands in the text itself, and near
//! the ends of what was read around a join it may be cut.

use std::ops::Range;

use scanner_core::{DecodeKind, StepId};

use super::DecodeSlab;

impl DecodeSlab {
    /// Whether a range of what an item decoded to lies across a join wherever literals were joined for it. In files of
    /// commands, where literals that stand side by side are arguments of their own, only lines are joined.
    pub(super) fn is_whole(
        &self,
        (chunk, separates): (&[u8], bool),
        index: usize,
        range: Range<usize>,
    ) -> bool {
        let (mut index, mut range) = (index, range);
        loop {
            let item = &self.items[index];
            let last = range.end.saturating_sub(1).max(range.start);
            let parent =
                self.origin(chunk, index, range.start).0..self.origin(chunk, index, last).1;
            if self.steps.kind(item.step) == Some(DecodeKind::Join) {
                let text = item
                    .parent
                    .map_or(chunk, |parent| &self.decoded.bytes[self.items[parent].bytes.clone()]);
                let joins = (range.start..last).filter_map(|at| {
                    let gap = self.origin(chunk, index, at).1..self.origin(chunk, index, at + 1).0;
                    (!gap.is_empty()).then(|| &text[gap])
                });
                let is_quoted = |gap: &[u8]| gap.iter().any(|byte| b"\"'`".contains(byte));
                if !joins.into_iter().any(|gap| !separates || !is_quoted(gap)) {
                    return false;
                }
            }
            let Some(parent_index) = item.parent else { return true };
            (index, range) = (parent_index, parent);
        }
    }

    /// Whether nothing but joins were undone for this step: what is found then stands in the text as good as plainly.
    pub(crate) fn is_joined_only(&self, step: StepId) -> bool {
        self.steps.all(step, DecodeKind::Join)
    }
}
