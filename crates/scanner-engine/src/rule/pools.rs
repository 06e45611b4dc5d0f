//! Compiled gates, pooled by kind; rules refer to them by index.

use scanner_rules::{CharClassSpec, LocalContextSpec, PartSpec, ProofSpec};

use super::LazyRegex;
use crate::packed::PackedPatterns;

/// Least entropy of a secret.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct EntropyCompiled {
    /// Bits per byte.
    pub bits_min: f32,
}

const _: () = assert!(size_of::<EntropyCompiled>() <= 32);

/// Words of which one must stand near the match.
#[derive(Clone, Debug)]
pub struct NearCompiled {
    /// Lower-case.
    pub words: PackedPatterns,
    /// Bytes before or behind the match.
    pub distance: u32,
}

/// Patterns that must each match near the match.
#[derive(Debug)]
pub struct CompanionCompiled {
    /// Texts of the patterns.
    pub patterns: Box<[Box<str>]>,
    /// Compiled at first use.
    pub regexes: Box<[LazyRegex]>,
    /// What findings tell of the first patterns.
    pub parts: Box<[PartSpec]>,
    /// Bytes before or behind the match.
    pub distance: u32,
}

/// Literals that must stand near the hit before the window is searched.
#[derive(Clone, Debug)]
pub struct TwoPhaseCompiled {
    /// Any of these.
    pub confirm: PackedPatterns,
    /// Bytes around the anchor.
    pub seed_radius: u32,
}

/// All gates of all rules.
#[derive(Debug, Default)]
pub struct GatePools {
    /// Single literals.
    pub must_contain: Vec<Box<[u8]>>,
    /// Literals that follow from the pattern.
    pub implied: Vec<PackedPatterns>,
    /// All-of literals.
    pub confirm_all: Vec<PackedPatterns>,
    /// Words nearby.
    pub keywords: Vec<NearCompiled>,
    /// Lower-case words that refuse a secret.
    pub value_suppressors: Vec<PackedPatterns>,
    /// Entropy.
    pub entropy: Vec<EntropyCompiled>,
    /// Character classes.
    pub char_class: Vec<CharClassSpec>,
    /// Surroundings.
    pub local_context: Vec<LocalContextSpec>,
    /// Two-phase.
    pub two_phase: Vec<TwoPhaseCompiled>,
    /// Offline validation.
    pub offline: Vec<ProofSpec>,
    /// Companions.
    pub companion: Vec<CompanionCompiled>,
}
