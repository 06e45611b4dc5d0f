//! `cargo xtask corpora`: provides what is measured, outside the repository.
//!
//! `benchmarks/corpora.toml` lists the items with pinned versions; each is made in a folder beside
//! its place and moved there when whole, so that what lies in its place is never half an item. An
//! item that cannot be had is reported and the others go on. Nothing runs an installer's scripts.

mod provide;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result, ensure};
use serde::Deserialize;

use crate::options::Options;
use crate::{bench, place};

const FILE: &str = "benchmarks/corpora.toml";

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct List {
    item: Vec<Item>,
}

/// One thing to provide.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
struct Item {
    name: String,
    about: String,
    #[serde(flatten)]
    source: Source,
}

/// Where an item comes from.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
enum Source {
    /// A source archive inside a Debian package.
    DebianArchive { package: String, version: String, archive: String },
    /// A program inside a Debian package; one on the search path will do as well.
    DebianProgram { package: String, version: String, file: String },
    /// Published packages side by side, each `name@version`.
    NpmTree { packages: Vec<String> },
    /// A folder with nothing in it.
    EmptyFolder,
    /// A mirror of a public repository, with all of its references. Histories grow: it is not pinned.
    GitMirror { url: String },
    /// A small repository with so many files staged.
    StagedFiles { staged: usize },
    /// Made-up text with so many made-up tokens in each of so many files.
    PlantedTree { files: usize, tokens: usize },
    /// Another corpus as one archive, `name.tar` or `name.tar.gz`, in a folder of its own.
    PackedTree { of: String, gzip: bool },
    /// A program inside a Python package.
    PypiProgram { package: String, version: String, file: String },
    /// A program built from a published crate.
    CargoProgram { package: String, version: String },
}

impl Item {
    /// Where the item lies in the data folder.
    fn place(&self, data: &Path) -> PathBuf {
        match self.source {
            Source::DebianArchive { .. }
            | Source::NpmTree { .. }
            | Source::EmptyFolder
            | Source::GitMirror { .. }
            | Source::StagedFiles { .. }
            | Source::PlantedTree { .. }
            | Source::PackedTree { .. } => data.join(&self.name),
            Source::DebianProgram { .. }
            | Source::PypiProgram { .. }
            | Source::CargoProgram { .. } => data.join("peers/bin").join(&self.name),
        }
    }

    /// What lies in its place, in words.
    fn describe(&self, data: &Path) -> Result<String> {
        let place = self.place(data);
        if !place.is_dir() {
            return Ok("there".to_owned());
        }
        let counts = bench::count(&place)?;
        let (files, bytes) = (counts.files.unwrap_or(0), counts.bytes.unwrap_or(0));
        Ok(format!("{files} files, {bytes} bytes"))
    }
}

/// Runs the chore. What cannot be had is reported; the exit code stays 0.
///
/// # Errors
/// The command line or the list cannot be understood, or the data folder cannot be made.
pub(crate) fn command(arguments: &[String]) -> Result<ExitCode> {
    let options = Options::parse(arguments, &["data"], &[])?;
    let text = std::fs::read_to_string(place::repository().join(FILE)).context(FILE)?;
    let items = choose(parse(&text)?, &options.operands)?;
    let data = place::data(options.value("data"))?;
    let repository = place::repository();
    ensure!(!data.starts_with(repository), "corpora belong outside the repository");
    std::fs::create_dir_all(&data).with_context(|| data.display().to_string())?;
    println!("into {}", data.display());
    for item in items {
        match provide(&item, &data) {
            Ok(state) => println!("{:12} {state} ({})", item.name, item.about),
            Err(error) => println!("{:12} cannot be had: {error:#}", item.name),
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn parse(text: &str) -> Result<Vec<Item>> {
    let list: List = toml::from_str(text).context(FILE)?;
    for item in &list.item {
        let plain = item.name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
        ensure!(plain && !item.name.is_empty(), "{:?} is no name for a folder", item.name);
    }
    Ok(list.item)
}

fn choose(items: Vec<Item>, names: &[String]) -> Result<Vec<Item>> {
    for name in names {
        ensure!(items.iter().any(|item| item.name == *name), "{FILE} has no item {name}");
    }
    Ok(items.into_iter().filter(|item| names.is_empty() || names.contains(&item.name)).collect())
}

/// Makes `item` unless it is there.
fn provide(item: &Item, data: &Path) -> Result<String> {
    if item.place(data).exists() {
        return item.describe(data);
    }
    println!("{:12} ...", item.name);
    let work = tempfile::Builder::new().prefix("making-").tempdir_in(data)?;
    let made = provide::make(&item.name, &item.source, work.path())?;
    let place = item.place(data);
    std::fs::create_dir_all(place.parent().expect("a place lies in the data folder"))?;
    std::fs::rename(&made, &place).with_context(|| place.display().to_string())?;
    item.describe(data)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TWO: &str = r#"
[[item]]
name = "nothing"
about = "a"
kind = "empty-folder"
[[item]]
name = "peer"
about = "b"
kind = "cargo-program"
package = "p"
version = "1.0.0"
"#;

    #[test]
    fn the_committed_list_is_understood_and_pinned() {
        let text = std::fs::read_to_string(place::repository().join(FILE)).unwrap();
        let items = parse(&text).unwrap();
        for item in items {
            if let Source::NpmTree { packages } = item.source {
                assert!(packages.len() >= 25);
                assert!(packages.iter().all(|package| package.rfind('@') > Some(0)), "a version");
            }
        }
    }

    #[test]
    fn items_are_chosen_by_name_and_have_their_places() {
        let items = parse(TWO).unwrap();
        let data = Path::new("data");
        assert_eq!(items[0].place(data), Path::new("data/nothing"));
        assert_eq!(items[1].place(data), Path::new("data/peers/bin/peer"));
        assert_eq!(choose(items.clone(), &["peer".to_owned()]).unwrap().len(), 1);
        assert_eq!(choose(items.clone(), &[]).unwrap().len(), 2);
        assert!(choose(items, &["absent".to_owned()]).is_err());
    }

    #[test]
    fn lists_with_other_keys_or_names_are_errors() {
        assert!(parse(&TWO.replace("\"nothing\"", "\"../up\"")).is_err());
        assert!(parse(&TWO.replace("empty-folder", "unknown-kind")).is_err());
        assert!(parse(&TWO.replace("version = \"1.0.0\"\n", "")).is_err());
    }

    #[test]
    fn an_item_is_made_once_and_leaves_no_work_behind() {
        let data = tempfile::tempdir().unwrap();
        let item = &parse(TWO).unwrap()[0];
        assert_eq!(provide(item, data.path()).unwrap(), "0 files, 0 bytes");
        std::fs::write(data.path().join("nothing/added"), "x").unwrap();
        assert_eq!(provide(item, data.path()).unwrap(), "1 files, 1 bytes");
        assert_eq!(std::fs::read_dir(data.path()).unwrap().count(), 1);
    }
}
