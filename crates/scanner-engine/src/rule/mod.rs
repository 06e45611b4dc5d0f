//! Rules as the engine holds them: hot data that every window touches apart from cold data that only a
//! finding needs, and gates in pools behind `u32` indices.

mod cold;
mod compiled;
mod pools;

pub use cold::{PathLimit, RuleCold};
pub use compiled::{LazyRegex, NO_GATE, RuleCompiled, RuleMeta};
pub use pools::{CompanionCompiled, EntropyCompiled, GatePools, NearCompiled, TwoPhaseCompiled};
