//! The workspace as `cargo metadata` tells it: our crates, and which of ours each depends on.
//!
//! Only normal and build dependences count as arrows; `[dev-dependencies]` may close a circle.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};
use serde::Deserialize;

use crate::tool;

/// One crate of the workspace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Crate {
    pub(crate) name: String,
    /// `Cargo.toml`, relative to the root.
    pub(crate) manifest: String,
    /// Our crates it depends on, each with its line in the manifest.
    pub(crate) ours: Vec<(String, usize)>,
}

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
}

#[derive(Deserialize)]
struct Package {
    name: String,
    manifest_path: String,
    dependencies: Vec<Dependency>,
}

#[derive(Deserialize)]
struct Dependency {
    name: String,
    kind: Option<String>,
}

/// Asks cargo for the crates of the workspace at `root`.
///
/// # Errors
/// Cargo cannot answer or a manifest cannot be read.
pub(crate) fn crates(root: &Path) -> Result<Vec<Crate>> {
    let mut command = Command::new("cargo");
    command.current_dir(root).args(["metadata", "--no-deps", "--format-version", "1"]);
    let answer = tool::answer(&mut command)?;
    let metadata: Metadata = serde_json::from_slice(&answer).context("cargo metadata")?;
    let ours: BTreeSet<&str> = metadata.packages.iter().map(|package| &*package.name).collect();
    metadata.packages.iter().map(|package| read(root, package, &ours)).collect()
}

fn read(root: &Path, package: &Package, ours: &BTreeSet<&str>) -> Result<Crate> {
    let path = Path::new(&package.manifest_path);
    let text = std::fs::read_to_string(path).with_context(|| package.manifest_path.clone())?;
    let arrows = package
        .dependencies
        .iter()
        .filter(|dependency| dependency.kind.as_deref() != Some("dev"))
        .filter(|dependency| ours.contains(&*dependency.name))
        .map(|dependency| (dependency.name.clone(), line_of(&text, &dependency.name)))
        .collect();
    Ok(Crate {
        name: package.name.clone(),
        manifest: path.strip_prefix(root).unwrap_or(path).to_string_lossy().into_owned(),
        ours: arrows,
    })
}

/// The first line of a manifest that names `dependency` as a key; 1 where a rename hides it.
fn line_of(text: &str, dependency: &str) -> usize {
    let is_key = |line: &str| {
        line.trim_start()
            .strip_prefix(dependency)
            .is_some_and(|rest| rest.starts_with(['.', ' ', '=']))
    };
    text.lines().position(is_key).map_or(1, |index| index + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_of_a_dependence_is_found_by_its_whole_name() {
        let text = "[dependencies]\nscanner-core-more = \"1\"\nscanner-core.workspace = true\n";
        assert_eq!(line_of(text, "scanner-core"), 3);
        assert_eq!(line_of(text, "absent"), 1);
    }

    #[test]
    fn this_crate_is_in_the_workspace_and_depends_on_none_of_ours() {
        let crates = crates(crate::place::repository()).unwrap();
        let xtask = crates.iter().find(|c| c.name == "xtask").unwrap();
        assert_eq!(xtask.manifest, "xtask/Cargo.toml");
        assert!(xtask.ours.is_empty());
    }
}
