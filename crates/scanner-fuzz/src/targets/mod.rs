//! All targets. A new one is a function in a file of its topic and a line in [`TARGETS`].

mod archive;
mod cache;
mod decode;
mod git;
mod store;
mod text;

use std::path::Path;

use tempfile::TempDir;

use crate::Target;

/// Every target, in the order in which they run.
pub const TARGETS: &[Target] = &[
    decode::BASE64,
    decode::HEX,
    decode::PERCENT,
    decode::ESCAPE,
    decode::HTML,
    decode::QUOTED,
    decode::GZIP,
    decode::ZLIB,
    decode::FIND,
    decode::REFERENCE,
    archive::ARCHIVE,
    archive::IMAGE,
    cache::VSDB,
    text::RULES,
    text::FOREIGN,
    text::CONFIGURATION,
    text::BASELINE,
    text::IGNORES,
    text::PROOFS,
    store::JOURNAL,
    git::CONFIG,
    git::FILES,
    git::PACKED_REFS,
    git::REFTABLE,
    git::INDEX,
    git::PACK,
    git::IDX,
    git::MIDX,
    git::BUNDLE,
    git::DELTA,
    git::LOOSE,
    git::OBJECTS,
    git::WORDS,
];

/// A folder for one input: in memory where the system has a place for that, because a disk takes ten times as long.
fn folder() -> TempDir {
    let memory = Path::new("/dev/shm");
    let made = tempfile::tempdir_in(memory).or_else(|_| tempfile::tempdir());
    made.expect("a temporary folder")
}
