//! Detectors as data: what may be written ([`schema`]), what the engine takes ([`spec`]), how the one
//! becomes the other ([`load`], [`shape`]), what is wrong with a set ([`lint`]), and the proofs that need no
//! network ([`checksum`]). Rule files of other tools are read by [`foreign`].
//!
//! The crate knows no engine: a pattern is a string here. Examples become texts in [`example`].

pub mod builtin;
pub mod checksum;
pub mod error;
pub mod example;
pub mod foreign;
pub mod lint;
pub mod load;
mod never;
pub mod schema;
pub mod shape;
pub mod spec;

pub use error::{RuleError, RuleErrorKind};
pub use load::{FileDefaults, LoadedDetector, load_detector, load_file};
pub use spec::{
    CharClassSpec, CharClasses, Checked, CompanionSpec, GateSpecs, LocalContextSpec, NearSpec,
    PARTS_MAX, PartSpec, ProofSpec, RuleSpec, Shape, TwoPhaseSpec, WidthCap,
};
