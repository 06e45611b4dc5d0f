//! Findings: the compact record of the scan loop and the full one that sinks receive.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::{
    DecodeKind, FileId, GitPlace, NormHash, ObjectPath, RootSpan, RuleId, RuleInfo, SecretBytes,
    SourceKind, Span, StepId,
};

/// The encoding in which the bytes of a finding stood. The order is stable: it indexes tables, and its
/// value is part of occurrence identities (0 none, 1 LE, 2 BE).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Variant {
    /// Bytes as they are (ASCII, UTF-8, Latin-1).
    #[default]
    Raw = 0,
    /// UTF-16, little endian.
    Utf16Le = 1,
    /// UTF-16, big endian.
    Utf16Be = 2,
}

impl Variant {
    /// All three, in index order.
    pub const ALL: [Self; 3] = [Self::Raw, Self::Utf16Le, Self::Utf16Be];

    /// The stable index.
    pub const fn idx(self) -> usize {
        self as usize
    }

    /// Bytes of the object per byte of ASCII text.
    pub const fn scale(self) -> u32 {
        match self {
            Self::Raw => 1,
            Self::Utf16Le | Self::Utf16Be => 2,
        }
    }

    /// The decode step that outputs name, where there is one.
    pub const fn decode_kind(self) -> Option<DecodeKind> {
        match self {
            Self::Raw => None,
            Self::Utf16Le => Some(DecodeKind::Utf16Le),
            Self::Utf16Be => Some(DecodeKind::Utf16Be),
        }
    }
}

/// How sure we are. The order is meaningful.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "lowercase")]
pub enum Confidence {
    /// Looks like one; shown only when asked for.
    #[default]
    Possible,
    /// A person would take it for one.
    Likely,
    /// Proven offline, or of a form that nothing else has.
    Certain,
}

impl Confidence {
    /// All of them, the least sure first.
    pub const ALL: [Self; 3] = [Self::Possible, Self::Likely, Self::Certain];

    /// The word used in reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Possible => "possible",
            Self::Likely => "likely",
            Self::Certain => "certain",
        }
    }
}

/// What offline validation said.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Validation {
    /// The format proves nothing.
    #[default]
    None,
    /// The token's own checksum is right.
    ChecksumOk,
    /// The structure parses (JWT, PEM, account id inside a key id).
    StructureOk,
    /// It parses and says itself that its time is over.
    Expired,
    /// A private key that is of no use without its passphrase.
    Encrypted,
    /// A private key whose public half stands in the same object.
    PairOk,
    /// The same, and the certificates in that object that belong to it have all ended.
    PairExpired,
    /// Its issuer hands out baits (honeytokens): whoever uses it is noticed.
    Canary,
}

impl Validation {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::None,
        Self::ChecksumOk,
        Self::StructureOk,
        Self::Expired,
        Self::Encrypted,
        Self::PairOk,
        Self::PairExpired,
        Self::Canary,
    ];

    /// The word used in reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::ChecksumOk => "checksum-ok",
            Self::StructureOk => "structure-ok",
            Self::Expired => "expired",
            Self::Encrypted => "encrypted",
            Self::PairOk => "pair-ok",
            Self::PairExpired => "pair-expired",
            Self::Canary => "canary",
        }
    }
}

/// A finding as the scan loop writes it: fixed size, no heap.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FindingRec {
    /// The object.
    pub file_id: FileId,
    /// The rule.
    pub rule_id: RuleId,
    /// The secret, in the coordinates of the bytes it was found in (see `step_id`).
    pub span: Span,
    /// Where the secret (or what encodes it) stands in the object.
    pub root: RootSpan,
    /// The whole match, in the object.
    pub root_match: RootSpan,
    /// How the bytes were decoded; root when they were not.
    pub step_id: StepId,
    /// The encoding.
    pub variant: Variant,
    /// How sure.
    pub confidence: Confidence,
    /// What offline validation said.
    pub validation: Validation,
    /// 0 to 100.
    pub score: u8,
}

/// A place in a text, for people. Lines and columns count from 1; columns in Unicode scalar values;
/// `end_column` is exclusive. `offset` and `length` are bytes of the outermost object.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub struct Location {
    /// First line.
    pub line: u64,
    /// First column.
    pub column: u64,
    /// Line of the last character.
    pub end_line: u64,
    /// One past the last column.
    pub end_column: u64,
    /// First byte.
    pub offset: u64,
    /// Bytes.
    pub length: u64,
}

/// Another place where the same secret stands.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The object.
    pub path: ObjectPath,
    /// Where in it.
    pub location: Location,
    /// When the object last changed (seconds since 1970), as the archive around it says; `None` for what is no entry of an
    /// archive, and where that states no time or a meaningless one.
    pub modified: Option<i64>,
    /// Where in history, for a place in a git repository.
    pub git: Option<Arc<GitPlace>>,
}

/// The other part of a credential that is made of several: the key id beside a secret key. Its place is in the object of
/// the finding, in its outermost bytes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Part {
    /// What it is, as its detector calls it.
    pub name: String,
    /// Where it stands.
    pub location: Location,
    /// What may be shown of it: all of an identifier that is no secret, the redacted form of anything else.
    pub shown: String,
}

/// A finding as sinks receive it.
#[derive(Clone, Debug)]
pub struct Finding {
    /// The rule.
    pub rule: Arc<RuleInfo>,
    /// How sure.
    pub confidence: Confidence,
    /// 0.0 to 1.0.
    pub score: f32,
    /// What offline validation said.
    pub validation: Validation,
    /// The object.
    pub path: ObjectPath,
    /// What kind of source.
    pub source: SourceKind,
    /// Where in the object.
    pub location: Location,
    /// When the object last changed, as the archive around it says; see [`Place::modified`].
    pub modified: Option<i64>,
    /// The decoders undone, outermost first.
    pub decode: Vec<DecodeKind>,
    /// The secret itself.
    pub secret: SecretBytes,
    /// Unkeyed hash of the secret, for use inside the process only.
    pub norm_hash: NormHash,
    /// Keyed hash of the secret, hexadecimal; stable across runs where a key is configured.
    pub secret_hash: String,
    /// Keyed hash of rule, secret and place in an object, hexadecimal.
    pub occurrence_id: String,
    /// The line to put into `.scannerignore`.
    pub ignore_id: String,
    /// The first line of the finding with the secret redacted and cut to a readable width, for people.
    pub context: String,
    /// `primaryLocationLineHash` of the line (the form that code scanning uses), or empty where unknown.
    pub line_hash: String,
    /// The other parts of the credential beside this place, in the order in which the detector names them; empty where it has
    /// none.
    pub parts: Vec<Part>,
    /// Where in history the earliest of its places in a git repository stands, if it has any there.
    pub git: Option<Arc<GitPlace>>,
    /// Other places of the same secret and rule, sorted; empty when duplicates are reported on their own.
    pub places: Vec<Place>,
}

impl Finding {
    /// The order in which reports list findings: by path, place, rule.
    pub fn sort_key(&self) -> (&ObjectPath, Location, &str, &NormHash) {
        (&self.path, self.location, &self.rule.id, &self.norm_hash)
    }

    /// Which of several places of a secret is told first: what can be changed before what is history, then the
    /// earliest commit, then the order of reports.
    pub fn precedence_key(&self) -> impl Ord + '_ {
        let is_history = self.source == SourceKind::Git;
        (is_history, self.git.as_deref().filter(|_| is_history), &self.path, self.location)
    }
}
