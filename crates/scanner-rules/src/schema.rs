//! What may be written in a detector file. Unknown keys are errors; `docs/detectors.md` explains each key.
//!
//! This module only says what the text may contain. `shape` turns a shape into a pattern, `load` turns a
//! whole file into [`crate::RuleSpec`]s, `lint` judges the result.

use std::collections::BTreeMap;

use scanner_core::{Confidence, Severity};
use serde::Deserialize;
use toml::Spanned;

use crate::checksum::ProofToml;
use crate::spec::Checked;

/// A file of detectors for one service.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DetectorFile {
    /// Kebab-case name of the service.
    pub service: String,
    /// The vendor's page that states the formats.
    #[serde(default)]
    pub reference: String,
    /// What to revoke, and where; one sentence.
    #[serde(default)]
    pub remediation: String,
    /// What the forms were checked against.
    #[serde(default)]
    pub checked: Checked,
    /// The detectors.
    #[serde(default)]
    pub detector: Vec<Spanned<DetectorToml>>,
}

/// One detector, as written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(clippy::struct_excessive_bools, reason = "each is a key of the file")]
pub struct DetectorToml {
    /// Unique, kebab-case.
    pub id: String,
    /// For people.
    pub name: String,
    /// How bad a leak is.
    #[serde(default)]
    pub severity: Severity,
    /// Base confidence; the shape's own where absent.
    pub confidence: Option<ConfidenceToml>,
    /// One or two sentences.
    #[serde(default)]
    pub description: String,
    /// Overrides the file's.
    pub reference: Option<String>,
    /// Overrides the file's.
    pub remediation: Option<String>,
    /// Overrides the file's.
    pub checked: Option<Checked>,
    /// Overrides the file's (for detectors in a configuration file).
    pub service: Option<String>,
    /// Words to select by.
    #[serde(default)]
    pub tags: Vec<String>,

    /// Shape: literal prefix and body.
    pub token: Option<TokenToml>,
    /// Shape: value assigned to a name that contains a service's word.
    pub keyed: Option<KeyedToml>,
    /// Shape: generic credentials.
    pub assignment: Option<AssignmentToml>,
    /// Shape: `scheme://user:secret@host`.
    pub uri: Option<UriToml>,
    /// Shape: multi-line block between markers.
    pub block: Option<BlockToml>,
    /// Shape: anything else.
    pub regex: Option<RegexToml>,
    /// Shape: another shape that needs company.
    pub multi: Option<MultiToml>,

    /// Least Shannon entropy of the secret, bits per byte; 0 turns the shape's default off.
    pub entropy: Option<f32>,
    /// Classes that the secret must contain.
    #[serde(default)]
    pub classes: Vec<CharClassName>,
    /// Digits that the secret must contain.
    pub digits: Option<u8>,
    /// Lower-case letters in the secret, percent, at most.
    pub lower_percent_max: Option<u8>,
    /// Literal that the window must contain.
    pub must_contain: Option<String>,
    /// Literals that the match must contain, all of them.
    #[serde(default)]
    pub all_of: Vec<String>,
    /// Words of which one must stand near the match, case-insensitive.
    #[serde(default)]
    pub near: Vec<String>,
    /// How near.
    pub near_distance: Option<u32>,
    /// Words that a secret does not contain, case-insensitive.
    #[serde(default)]
    pub suppress: Vec<String>,
    /// Whether quotes must stand around the secret.
    #[serde(default)]
    pub quoted: bool,
    /// Whether an assignment operator must stand before the secret on its line.
    #[serde(default)]
    pub assigned: bool,
    /// Whether the secret is a UUID by nature.
    #[serde(default)]
    pub uuid: bool,
    /// Globs of which the object's path must match one.
    #[serde(default)]
    pub paths: Vec<String>,
    /// Pattern that the object's path must match somewhere.
    pub path_pattern: Option<String>,
    /// Whether binary data is left out.
    #[serde(default)]
    pub text_only: bool,
    /// Whether the rule says all that matters, as imported ones do: no list of placeholders has a say, the first group that
    /// took part is the secret, and a pattern without a literal is tried everywhere.
    #[serde(default)]
    pub as_written: bool,
    /// Whether the judge of generic credentials decides between likely and possible, as for passwords that
    /// have no format of their own.
    #[serde(default)]
    pub judged: bool,
    /// Why the pattern has no greatest width; the width is capped then.
    pub unbounded: Option<String>,
    /// Offline proof.
    pub checksum: Option<ProofToml>,
    /// Two-phase confirmation: cheap literals that must stand in the narrow window before the wide one is
    /// looked at.
    pub two_phase: Option<TwoPhaseToml>,
    /// Windows in a MiB that it may open on the text of `rules check --cost`, at most; for a detector whose words are everyday
    /// ones.
    pub budget: Option<u32>,
    /// Least confidence signals (see `docs/detectors.md`); derived from the gates where absent.
    pub min_signals: Option<i8>,

    /// Texts in which the detector must find its secret.
    #[serde(default)]
    pub positive: Vec<PositiveToml>,
    /// Texts in which it must not, with the stage that refuses.
    #[serde(default)]
    pub negative: Vec<NegativeToml>,
}

/// Base confidence, as written.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ConfidenceToml {
    /// See [`Confidence::Possible`].
    Possible,
    /// See [`Confidence::Likely`].
    Likely,
    /// See [`Confidence::Certain`].
    Certain,
}

impl From<ConfidenceToml> for Confidence {
    fn from(value: ConfidenceToml) -> Self {
        match value {
            ConfidenceToml::Possible => Self::Possible,
            ConfidenceToml::Likely => Self::Likely,
            ConfidenceToml::Certain => Self::Certain,
        }
    }
}

/// A string or several.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub enum OneOrMany {
    /// One.
    One(String),
    /// Several.
    Many(Vec<String>),
}

impl OneOrMany {
    /// All of them.
    pub fn as_slice(&self) -> &[String] {
        match self {
            Self::One(one) => std::slice::from_ref(one),
            Self::Many(many) => many,
        }
    }
}

/// What may stand next to a token.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Boundary {
    /// No letter, digit or underscore.
    #[default]
    Word,
    /// No letter, digit, underscore or dash.
    Dash,
    /// No letter, digit, underscore, dash, plus or slash, and behind it no `=`: not a part of encoded data.
    Base64,
    /// Anything.
    None,
}

/// A token with a literal prefix; the secret is the whole token.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TokenToml {
    /// Literal, case-sensitive.
    pub prefix: OneOrMany,
    /// Regex fragment of bounded width, no capture groups.
    pub body: String,
    /// Literal behind the body.
    #[serde(default)]
    pub suffix: String,
    /// What may stand before.
    #[serde(default)]
    pub left: Boundary,
    /// What may stand behind.
    #[serde(default)]
    pub right: Boundary,
}

/// A value assigned to a name that contains a service's word; the secret is the value.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeyedToml {
    /// Words, case-insensitive.
    pub keywords: Vec<String>,
    /// Regex fragment of the value, bounded, no capture groups.
    pub value: String,
    /// Characters of the key's name between the word and the operator, at most.
    #[serde(default = "KeyedToml::distance_default")]
    pub distance: u16,
    /// Digits that the value must contain.
    #[serde(default = "KeyedToml::digits_default")]
    pub digits: u8,
    /// What may stand behind the value.
    #[serde(default)]
    pub right: Boundary,
}

impl KeyedToml {
    fn distance_default() -> u16 {
        32
    }

    fn digits_default() -> u8 {
        1
    }
}

/// How a generic credential is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AssignmentStyle {
    /// `name = value`, `"name": "value"`, `name: value`, `<name>value</name>`.
    #[default]
    Key,
    /// `--name value`, `--name=value`.
    Flag,
    /// `Word value`, as in HTTP's `Authorization` header.
    Header,
}

/// A generic credential; the secret is the value.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AssignmentToml {
    /// Words that a name contains, case-insensitive.
    pub keywords: Vec<String>,
    /// Regex fragment of the value; a class of printable characters where absent.
    pub value: Option<String>,
    /// How it is written.
    #[serde(default)]
    pub style: AssignmentStyle,
}

/// Whether a URI needs a user before the password.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum UriUser {
    /// `scheme://user:secret@host`
    #[default]
    Required,
    /// `scheme://:secret@host` as well
    Optional,
}

/// A URI with a password; the secret is the password.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UriToml {
    /// Schemes, case-insensitive.
    pub schemes: Vec<String>,
    /// Whether a user must stand before the password.
    #[serde(default)]
    pub user: UriUser,
}

/// A block between two markers; the secret is the whole block.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BlockToml {
    /// First marker, literal.
    pub begin: OneOrMany,
    /// Last marker, literal.
    pub end: OneOrMany,
    /// Bytes between the markers, at least.
    #[serde(default = "BlockToml::min_default")]
    pub min: u32,
    /// Bytes between the markers, at most.
    #[serde(default = "BlockToml::max_default")]
    pub max: u32,
}

impl BlockToml {
    fn min_default() -> u32 {
        64
    }

    fn max_default() -> u32 {
        16 * 1024
    }
}

/// A pattern of the `regex` crate over bytes, Unicode off.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RegexToml {
    /// The pattern.
    pub pattern: String,
    /// The group that holds the secret; group 1 where there is one, else the whole match.
    pub group: Option<u16>,
}

/// A shape that counts only in company.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MultiToml {
    /// The shape that is the secret.
    pub primary: PrimaryToml,
    /// Patterns that must each match nearby.
    #[serde(default)]
    pub companions: Vec<String>,
    /// The other parts of the credential, which are told with the secret.
    #[serde(default)]
    pub parts: Vec<PartToml>,
    /// Bytes before or behind the match, at most.
    #[serde(default = "MultiToml::distance_default")]
    pub distance: u32,
}

impl MultiToml {
    fn distance_default() -> u32 {
        256
    }
}

/// Another part of a credential.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PartToml {
    /// What it is, in the words of the vendor: `access key id`.
    pub name: String,
    /// How it looks; group 1 where there is one, else the whole match.
    pub pattern: String,
    /// Whether it is an identifier that may be shown whole; what is not is shown redacted.
    #[serde(default)]
    pub public: bool,
    /// Whether the secret counts only beside it; where it need not, it is told where it stands nearby.
    #[serde(default = "PartToml::required_default")]
    pub required: bool,
}

impl PartToml {
    fn required_default() -> bool {
        true
    }
}

/// The shapes that may be a multi-part credential's secret.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "lowercase")]
pub enum PrimaryToml {
    /// See [`TokenToml`].
    Token(TokenToml),
    /// See [`KeyedToml`].
    Keyed(KeyedToml),
    /// See [`UriToml`].
    Uri(UriToml),
    /// See [`RegexToml`].
    Regex(RegexToml),
}

/// A class of characters that a secret must contain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum CharClassName {
    /// `0-9`
    Digit,
    /// `a-z`
    Lower,
    /// `A-Z`
    Upper,
    /// Printable ASCII that is none of the others.
    Special,
}

/// Two-phase confirmation.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TwoPhaseToml {
    /// Any of these must stand within `seed_radius` of the hit.
    pub confirm: Vec<String>,
    /// Bytes around the hit for the first look.
    pub seed_radius: u32,
}

/// A text in which the detector must find its secret.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PositiveToml {
    /// The text; `{secret}` and `{name}` of `parts` are replaced.
    pub text: String,
    /// Parts of the secret, joined when loaded. `{check}` is computed.
    pub secret: Vec<String>,
    /// Other placeholders.
    #[serde(default)]
    pub parts: BTreeMap<String, Vec<String>>,
    /// Findings expected.
    #[serde(default = "PositiveToml::count_default")]
    pub count: usize,
    /// Path of the object.
    pub path: Option<String>,
}

impl PositiveToml {
    fn count_default() -> usize {
        1
    }
}

/// A text in which the detector must find nothing.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NegativeToml {
    /// The text.
    pub text: String,
    /// Parts of what stands for the secret.
    #[serde(default)]
    pub secret: Vec<String>,
    /// Other placeholders.
    #[serde(default)]
    pub parts: BTreeMap<String, Vec<String>>,
    /// The stage that refuses.
    pub stage: String,
    /// Why it is no secret.
    pub why: String,
    /// Path of the object.
    pub path: Option<String>,
}
