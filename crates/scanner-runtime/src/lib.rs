//! The one crate that introduces sources, engine and sinks to each other.
//!
//! [`scan`] takes a [`ScanRequest`] in which everything is resolved, sends events to the sinks, and returns
//! the summary. [`explain()`] and [`test_rules`] are the same engine asked other questions.
//!
//! ```text
//! scanner-fs ─► pipeline (one visitor a worker) ─► object (chunks, engine, findings) ─► collect ─► sinks
//! a stream   ─► pipeline (one thread)           ─┤
//! scanner-git ─► git (one detector a worker, then origins, then object for what is reported) ─┘
//! ```

mod allow;
mod archive;
mod baselines;
mod chunk;
mod collect;
mod config;
mod control;
mod cost;
mod cost_text;
mod decided;
mod entry_paths;
mod explain;
mod git;
mod identity;
mod ignore_file;
mod image;
mod key_paths;
mod ledger;
mod markers;
mod object;
mod parts;
mod pipeline;
mod proof;
mod rule_test;
mod run_engine;
mod share;
mod storing;

pub use allow::{AllowError, AllowSubject, Allowlists, Around, AroundFacts, RuleAllow};
pub use archive::ArchiveOptions;
pub use baselines::Baselines;
pub use config::{CHUNK_BYTES, CHUNK_BYTES_DEFAULT, Filters, ScanRequest, Source, fit_memory};
pub use control::{Control, Progress};
pub use cost::{BUDGET_DEFAULT, RuleCost, costs};
pub use decided::Decided;
pub use entry_paths::EntryPaths;
pub use explain::{ExplainLine, explain};
pub use git::{
    GitMode, GitSelection, GitSource, MemorySeen, NothingSeenYet, OpenedAhead, SeenObjects,
};
pub use identity::{Candidate, Identities, IgnoreChain, Ignores, NoIgnores};
pub use ignore_file::{IgnoreError, IgnoreErrorKind, IgnoreFile, is_date};
pub use key_paths::{KeyPaths, repository_root};
pub use ledger::{Dropped, DroppedBy, Ledger};
pub use pipeline::{RuntimeError, scan};
pub use rule_test::{TestReport, test_rules};
pub use run_engine::{NoEngine, RunEngine};
pub use storing::{Recalled, RunScope, StoreSession};

pub use scanner_archive as archives;
pub use scanner_engine as engine;
pub use scanner_fs as fs;
pub use scanner_git;
pub use scanner_rules as rules;
pub use scanner_store as store;
