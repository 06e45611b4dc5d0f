//! All targets. A new one is a function in a file of its topic and a line in [`TARGETS`].

mod archive;
mod cache;
mod decode;

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
];
