//! Flags about what lies inside archives.

use clap::Args;

use super::ARCHIVE_DEPTH_MAX;

/// How archives are read.
#[derive(Debug, Args)]
pub(crate) struct ArchiveArgs {
    /// Scan archives and documents as they are, without opening them
    #[arg(long, conflicts_with = "max_archive_depth")]
    pub(crate) no_archives: bool,

    /// Open so many archives one inside the other; 0 for none [default: 8]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(0..=i64::from(ARCHIVE_DEPTH_MAX)))]
    pub(crate) max_archive_depth: Option<u32>,

    /// Leave out these layers of images: a digest, or a file with one a line; repeat for several
    #[arg(long, value_name = "FILE|DIGEST")]
    pub(crate) exclude_layers: Vec<String>,
}
