//! The nouns of secret scanning: what every other crate of the workspace talks about.
//!
//! # Glossary
//!
//! | word | meaning |
//! |---|---|
//! | object | one thing that has bytes: a file, an archive entry, a git blob, standard input |
//! | chunk | a run of an object's bytes handed to the engine, with the overlap of the one before as prefix |
//! | hit | a place where the prefilter thinks that a rule might match |
//! | window | a hit widened by what the rule may look at |
//! | candidate | a regex match in a window, before the gates |
//! | finding | a candidate that passed every gate |
//! | secret | the bytes of a finding that give access; never shown unless asked |
//! | root span | half-open byte range in the outermost object (not in decoded bytes) |
//! | span | half-open byte range in the bytes it was found in (decoded or root) |
//! | evidence | everything that a decision about a candidate looked at, as a byte range |
//!
//! This crate knows no rule, no file system and no output format; it holds no logic beyond what keeps
//! these nouns valid.

mod chunk;
mod event;
mod finding;
mod git_place;
mod ids;
mod object;
mod rule_info;
mod secret;
mod skip;
mod span;
mod step;
mod store;
mod summary;

pub use chunk::Chunk;
pub use event::{EventSink, ScanEvent, SinkError};
pub use finding::{Confidence, Finding, FindingRec, Location, Part, Place, Validation, Variant};
pub use git_place::{GitPlace, GitReach};
pub use ids::{FileId, RuleId, StepId, WorkerId};
pub use object::{ObjectPath, SourceKind};
pub use rule_info::{RuleInfo, Severity};
pub use secret::{NormHash, SecretBytes};
pub use skip::{SkipCounts, SkipReason};
pub use span::{RootSpan, Span};
pub use step::{DecodeKind, DecodeStep};
pub use store::{FileState, ObjectBatch, StoreLosses, StoreProducer, StoredFinding};
pub use summary::{RunInfo, Status, Summary};
