//! What a caller decides about a report: everything that depends on the terminal or the command line.

use std::path::PathBuf;

use crate::UploadNotes;

/// Choices that hold for all formats; a format looks at those that concern it.
#[derive(Clone, Debug)]
pub struct SinkOptions {
    /// Whether secrets are shown in clear. The caller knows that the user asked for it.
    pub show_secrets: bool,
    /// Whether `text` uses colours.
    pub color: bool,
    /// Columns of the terminal that `text` is made for.
    pub width: usize,
    /// What paths are made relative to in formats that need it (`sarif`).
    pub base: PathBase,
    /// Whether `sarif` stays below the size that code scanning takes, and where it says what it cut.
    pub upload: Option<UploadNotes>,
}

impl Default for SinkOptions {
    fn default() -> Self {
        Self {
            show_secrets: false,
            color: false,
            width: 100,
            base: PathBase::default(),
            upload: None,
        }
    }
}

/// Where paths are counted from.
#[derive(Clone, Debug, Default)]
pub struct PathBase {
    /// Absolute path of the repository's root. Without it, paths stay as they were given.
    pub root: Option<PathBuf>,
    /// Absolute path that relative paths start from.
    pub working_dir: Option<PathBuf>,
}
