//! Where things lie: the repository, and the folder outside it that holds corpora and peers.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use crate::tool;

/// Names the folder of corpora and peers when no `--data` is given.
const DATA_VARIABLE: &str = "SCANNER_BENCH_DATA";

/// The root of the repository: the folder above this crate's.
pub(crate) fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("this crate lies one folder below the root of the repository")
}

/// The folder of corpora and peers: `given`, else the environment's, else one in the cache folder.
///
/// # Errors
/// Neither is given and there is no home folder.
#[expect(clippy::disallowed_methods, reason = "a chore has no configuration but its environment")]
pub(crate) fn data(given: Option<&str>) -> Result<PathBuf> {
    let chosen =
        given.map(PathBuf::from).or_else(|| std::env::var_os(DATA_VARIABLE).map(Into::into));
    let folder = match chosen {
        Some(folder) => folder,
        None => PathBuf::from(std::env::var_os("HOME").context("no HOME: give --data DIR")?)
            .join(".cache/scanner-rs-bench"),
    };
    std::path::absolute(&folder).with_context(|| format!("{} is no path", folder.display()))
}

/// Cargo's target folder.
///
/// # Errors
/// Cargo does not say.
pub(crate) fn target() -> Result<PathBuf> {
    let mut command = Command::new("cargo");
    command.current_dir(repository()).args(["metadata", "--no-deps", "--format-version", "1"]);
    let metadata: serde_json::Value = serde_json::from_slice(&tool::answer(&mut command)?)?;
    let folder = metadata["target_directory"].as_str().context("cargo metadata has no target")?;
    Ok(PathBuf::from(folder))
}

/// The first executable file called `name` on the search path.
#[expect(clippy::disallowed_methods, reason = "the search path is the environment's to give")]
pub(crate) fn on_path(name: &str) -> Option<PathBuf> {
    let folders = std::env::var_os("PATH")?;
    std::env::split_paths(&folders).map(|folder| folder.join(name)).find(|file| file.is_file())
}
