//! What the engine takes: a detector with everything derived and nothing left to default.
//!
//! A spec is plain data: it is written by the build script for the built-in set and made by `load` for a
//! user's files; both go through the same code.

use scanner_core::{Confidence, RuleInfo, Severity};
use serde::{Deserialize, Serialize};

use crate::checksum::ChecksumSpec;

/// What the form of a credential (prefix, alphabet, length) was checked against.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Checked {
    /// Documentation of the vendor, or the standard, that states the form or shows it on an example.
    VendorDocs,
    /// Code of the vendor: a validation, a generator, a test value.
    VendorCode,
    /// Public examples of others: code, threads, lists of formats.
    PublicExamples,
    /// Nothing that could be looked at; it may be too wide or too narrow.
    #[default]
    Unverified,
}

impl Checked {
    /// The word used in files.
    pub const fn name(self) -> &'static str {
        match self {
            Self::VendorDocs => "vendor-docs",
            Self::VendorCode => "vendor-code",
            Self::PublicExamples => "public-examples",
            Self::Unverified => "unverified",
        }
    }
}

/// The shape a detector was written in; decides defaults and the base score.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Shape {
    /// Literal prefix and body.
    Token,
    /// Value assigned to a name with a service's word.
    Keyed,
    /// Generic credential.
    Assignment,
    /// Password inside a URI.
    Uri,
    /// Multi-line block.
    Block,
    /// Anything else.
    Regex,
}

impl Shape {
    /// The word used in files.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Token => "token",
            Self::Keyed => "keyed",
            Self::Assignment => "assignment",
            Self::Uri => "uri",
            Self::Block => "block",
            Self::Regex => "regex",
        }
    }

    /// Base confidence where the detector states none.
    pub const fn confidence(self) -> Confidence {
        match self {
            Self::Assignment => Confidence::Possible,
            _ => Confidence::Likely,
        }
    }
}

/// Classes that a secret must contain, as bits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CharClasses(pub u8);

impl CharClasses {
    /// `0-9`
    pub const DIGIT: u8 = 1;
    /// `a-z`
    pub const LOWER: u8 = 2;
    /// `A-Z`
    pub const UPPER: u8 = 4;
    /// Printable ASCII that is none of the others.
    pub const SPECIAL: u8 = 8;

    /// The bit of one byte; 0 for what is not printable ASCII.
    pub const fn of(byte: u8) -> u8 {
        match byte {
            b'0'..=b'9' => Self::DIGIT,
            b'a'..=b'z' => Self::LOWER,
            b'A'..=b'Z' => Self::UPPER,
            b'!'..=b'~' => Self::SPECIAL,
            _ => 0,
        }
    }
}

/// Limits on the characters of a secret.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CharClassSpec {
    /// Classes that must occur.
    pub required: CharClasses,
    /// Digits, at least.
    pub digits_min: u8,
    /// Lower-case letters in percent, at most (100 = no limit).
    pub lower_percent_max: u8,
}

impl CharClassSpec {
    /// Whether nothing is asked.
    pub const fn is_empty(self) -> bool {
        self.required.0 == 0 && self.digits_min == 0 && self.lower_percent_max >= 100
    }
}

/// Words of which one must stand near the match.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NearSpec {
    /// Lower-case words.
    pub any: Vec<String>,
    /// Bytes before or behind the match.
    pub distance: u32,
}

/// An offline proof, and what it is known from that these credentials carry it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProofSpec {
    /// What is computed.
    pub checksum: ChecksumSpec,
    /// What that rests on.
    pub checked: Checked,
}

impl ProofSpec {
    /// Whether a wrong checksum drops a candidate. One that is only supposed, by analogy or after a single sample, may
    /// prove, since chance hardly does; what it says against a token may be the supposition's mistake.
    pub fn may_disprove(self) -> bool {
        self.checked != Checked::Unverified
    }
}

/// Another part of a credential, as findings tell it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartSpec {
    /// What it is.
    pub name: String,
    /// Whether it may be shown whole.
    pub public: bool,
    /// Whether the secret counts only beside it.
    pub required: bool,
}

/// Parts that one detector may name; each finding has room for as many.
pub const PARTS_MAX: usize = 2;

/// Patterns that are looked for near the match; those of parts that are not required need not stand there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CompanionSpec {
    /// Patterns over bytes, Unicode off; those of the parts first.
    pub patterns: Vec<String>,
    /// What findings tell of the first patterns.
    pub parts: Vec<PartSpec>,
    /// Bytes before or behind the match.
    pub distance: u32,
}

/// Cheap literals that must stand in a narrow window before the wide one is looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TwoPhaseSpec {
    /// Any of these.
    pub confirm: Vec<String>,
    /// Bytes around the hit.
    pub seed_radius: u32,
}

/// What must stand around a secret on its line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LocalContextSpec {
    /// A quote before and a quote behind.
    pub quoted: bool,
}

/// Least and greatest length of a whole match where the pattern itself has no greatest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WidthCap {
    /// Bytes, at least.
    pub min: u32,
    /// Bytes, at most; windows are made for this width.
    pub max: u32,
}

/// Everything that may refuse a candidate. Order of evaluation is the engine's.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[expect(clippy::struct_excessive_bools, reason = "each is a gate that is on or off")]
pub struct GateSpecs {
    /// Literal that the window must contain.
    pub must_contain: Option<String>,
    /// Literals that the match must contain, all of them.
    pub confirm_all: Vec<String>,
    /// Words near the match.
    pub near: Option<NearSpec>,
    /// Patterns near the match.
    pub companion: Option<CompanionSpec>,
    /// Least Shannon entropy of the secret, bits per byte.
    pub entropy_min: Option<f32>,
    /// Characters of the secret.
    pub char_class: CharClassSpec,
    /// Surroundings of the secret.
    pub local_context: LocalContextSpec,
    /// Whether an assignment operator must stand before the secret.
    pub assignment_shape: bool,
    /// Whether the judge of generic values decides (shape `assignment`).
    pub generic_value: bool,
    /// Lower-case words that a secret does not contain.
    pub suppress: Vec<String>,
    /// Two-phase confirmation.
    pub two_phase: Option<TwoPhaseSpec>,
    /// Offline proof.
    pub checksum: Option<ProofSpec>,
    /// Whether the secret is a UUID by nature.
    pub uuid: bool,
    /// Globs of which the path must match one.
    pub paths: Vec<String>,
    /// Pattern that the path must match somewhere.
    pub path_pattern: Option<String>,
    /// Whether binary data is left out.
    pub text_only: bool,
    /// Least confidence signals; derived where absent.
    pub min_signals: Option<i8>,
}

/// A detector ready for the engine.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RuleSpec {
    /// Unique, kebab-case.
    pub id: String,
    /// For people.
    pub name: String,
    /// Kebab-case.
    pub service: String,
    /// For people; never empty.
    pub description: String,
    /// The vendor's page; may be empty.
    pub reference: String,
    /// What the form was checked against.
    pub checked: Checked,
    /// Words to select by.
    pub tags: Vec<String>,
    /// How bad a leak is.
    pub severity: Severity,
    /// What it was written as.
    pub shape: Shape,
    /// The whole pattern, for the `regex` crate over bytes with Unicode off.
    pub pattern: String,
    /// Where the pattern is what [`crate::shape::assignment`] writes for a generic key and any value: the words
    /// of keys, ASCII. Whoever finds it by other means than the pattern finds the same.
    pub assignment_words: Vec<String>,
    /// The group of the secret; group 1 where there is one, else the whole match.
    pub secret_group: Option<u16>,
    /// Where the pattern has no greatest width.
    pub width_cap: Option<WidthCap>,
    /// Base confidence.
    pub confidence: Confidence,
    /// Whether the rule says all that matters, as rules of other tools do: no list of placeholders has a say, the first
    /// group that took part is the secret, and a pattern without a literal is tried everywhere.
    pub as_written: bool,
    /// Everything that may refuse.
    pub gates: GateSpecs,
}

impl RuleSpec {
    /// All of the rule as bytes: equal where the rules are. They mean nothing to another version of the program.
    ///
    /// # Panics
    ///
    /// Never: a specification is plain data.
    pub fn to_bytes(&self) -> Vec<u8> {
        postcard::to_allocvec(self).expect("a specification is plain data")
    }

    /// What outputs need.
    pub fn info(&self) -> RuleInfo {
        RuleInfo {
            id: self.id.clone(),
            name: self.name.clone(),
            service: self.service.clone(),
            description: self.description.clone(),
            reference: self.reference.clone(),
            severity: self.severity,
            tags: self.tags.clone(),
        }
    }
}
