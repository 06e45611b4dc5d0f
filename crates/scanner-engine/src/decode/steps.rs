//! `StepArena`: how each piece of a chunk was decoded, as links that lead back to the chunk.

use scanner_core::{DecodeKind, DecodeStep, StepId};

/// Steps of decoding, each naming the one before; only ever added to until the next chunk.
#[derive(Debug, Default)]
pub(crate) struct StepArena {
    steps: Vec<DecodeStep>,
}

impl StepArena {
    /// Forgets all steps and keeps the memory.
    pub(super) fn clear(&mut self) {
        self.steps.clear();
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.steps.len()
    }

    /// Forgets all but the first `len`.
    pub(super) fn truncate(&mut self, len: usize) {
        self.steps.truncate(len);
    }

    /// Adds a step.
    pub(super) fn push(&mut self, step: DecodeStep) -> StepId {
        let id = StepId::new(self.steps.len() as u32);
        self.steps.push(step);
        id
    }

    /// What a step undid.
    pub(super) fn kind(&self, step: StepId) -> Option<DecodeKind> {
        self.steps.get(step.index()).filter(|_| !step.is_root()).map(|link| link.kind)
    }

    /// Whether one of the steps up to this one undid `kind`.
    pub(super) fn any(&self, step: StepId, kind: DecodeKind) -> bool {
        self.links(step).any(|known| known == kind)
    }

    /// Whether each of the steps up to this one undid `kind`.
    pub(super) fn all(&self, step: StepId, kind: DecodeKind) -> bool {
        self.links(step).all(|known| known == kind)
    }

    /// The encodings undone, outermost first.
    pub(super) fn chain(&self, step: StepId) -> Vec<DecodeKind> {
        let mut chain: Vec<DecodeKind> = self.links(step).collect();
        chain.reverse();
        chain
    }

    /// The encodings undone, innermost first.
    fn links(&self, step: StepId) -> impl Iterator<Item = DecodeKind> {
        let link = |step: StepId| self.steps.get(step.index()).filter(|_| !step.is_root());
        std::iter::successors(link(step), move |known| link(known.parent)).map(|link| link.kind)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use scanner_core::Span;

    #[test]
    fn a_chain_is_told_from_the_outside_in() {
        let mut arena = StepArena::default();
        let add = |arena: &mut StepArena, parent, kind| {
            arena.push(DecodeStep { parent, kind, parent_span: Span::new(0, 1) })
        };
        let outer = add(&mut arena, StepId::ROOT, DecodeKind::Base64);
        let _ = add(&mut arena, StepId::ROOT, DecodeKind::Percent);
        let inner = add(&mut arena, outer, DecodeKind::Gzip);
        assert_eq!(arena.chain(inner), [DecodeKind::Base64, DecodeKind::Gzip]);
        assert_eq!(arena.chain(StepId::ROOT), []);
        assert_eq!(arena.kind(inner), Some(DecodeKind::Gzip));
        assert!(arena.all(outer, DecodeKind::Base64) && !arena.all(inner, DecodeKind::Gzip));
        arena.clear();
        assert_eq!(arena.chain(inner), []);
    }
}
