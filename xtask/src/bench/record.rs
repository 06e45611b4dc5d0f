//! Writes what was measured: a JSON file a definition, and a page that shows all of a folder.
//!
//! The page is made anew from the JSON files beside it, so that definitions may be run one by one.

use std::fmt::Write as _;
use std::path::Path;

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};

use super::definition::{Counts, Definition};
use super::figures::{self, Figures, Judged};
use super::machine::Machine;
use super::table;

/// The page's name in a folder of records.
const PAGE: &str = "README.md";

/// One definition, measured.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Record {
    pub(crate) date: String,
    pub(crate) machine: Machine,
    /// Few runs: to try things, not to cite.
    pub(crate) quick: bool,
    pub(crate) definition: Definition,
    pub(crate) corpus: Counts,
    pub(crate) absent: Vec<String>,
    pub(crate) figures: Vec<Figures>,
    pub(crate) bars: Vec<Judged>,
}

impl Record {
    /// Table and bars of this definition, as Markdown.
    pub(crate) fn section(&self) -> String {
        let definition = &self.definition;
        let mut text = format!("## {}\n\n{}\n\n", definition.name, definition.about);
        let pin = definition.pin.as_deref().unwrap_or("none");
        let _ = writeln!(
            text,
            "Corpus {}: {} files, {} bytes. Runs: {} after {}. Workers: {}, pinned to {pin}.{}\n",
            definition.corpus,
            self.corpus.files.unwrap_or(0),
            self.corpus.bytes.unwrap_or(0),
            definition.runs,
            definition.warmup,
            definition.jobs,
            if self.quick { " Quick: not to be cited." } else { "" },
        );
        text.push_str(&table::of(definition, &self.figures));
        text.push('\n');
        for bar in &self.bars {
            let _ = writeln!(text, "- {}", bar.line());
        }
        for one in &self.figures {
            if let Some(percent) = figures::noise_percent(one) {
                let _ = writeln!(text, "- noisy: runs of {} differ by {percent:.0} %", one.engine);
            }
        }
        for name in &self.absent {
            let _ = writeln!(text, "- {name} is not on this machine");
        }
        text
    }

    /// Writes the record into `folder` and makes the folder's page anew.
    ///
    /// # Errors
    /// The folder cannot be written, or holds a JSON file that is no record.
    pub(crate) fn write(&self, folder: &Path) -> Result<()> {
        std::fs::create_dir_all(folder).with_context(|| folder.display().to_string())?;
        let file = folder.join(format!("{}.json", self.definition.name));
        let json = serde_json::to_string_pretty(self)?;
        std::fs::write(&file, json + "\n").with_context(|| file.display().to_string())?;
        std::fs::write(folder.join(PAGE), page(&read_all(folder)?))?;
        Ok(())
    }
}

/// The records of a folder, by the definition's name.
fn read_all(folder: &Path) -> Result<Vec<Record>> {
    let mut records: Vec<Record> = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "json") {
            let text = std::fs::read_to_string(&path)?;
            let record = serde_json::from_str(&text);
            records.push(record.with_context(|| path.display().to_string())?);
        }
    }
    records.sort_by(|a, b| a.definition.name.cmp(&b.definition.name));
    Ok(records)
}

fn page(records: &[Record]) -> String {
    let Some(first) = records.first() else { return String::new() };
    let mut text = format!("# Measured on {}\n\n", first.date);
    let mut shown: Option<&Machine> = None;
    for record in records {
        // Facts are repeated only where they changed: another commit, another load.
        if shown != Some(&record.machine) {
            let _ = writeln!(text, "{}", record.machine.lines());
            shown = Some(&record.machine);
        }
        let _ = writeln!(text, "{}", record.section());
    }
    text.truncate(text.trim_end().len());
    text.push('\n');
    text
}

#[cfg(test)]
mod tests {
    use super::super::definition::tests::SMALL;
    use super::super::figures::{judge, tests::engine};
    use super::*;

    fn record(name: &str) -> Record {
        let text = format!(
            "{SMALL}[[bar]]\nengine = \"ours\"\nagainst = \"floor\"\nmetric = \"wall-ms\"\nat_most = 3.0\n"
        );
        let definition =
            Definition::parse(&text.replace("\"small\"", &format!("{name:?}"))).unwrap();
        let figures = vec![engine("ours", &[20.0, 22.0]), engine("floor", &[10.0])];
        Record {
            date: "2026-01-02".to_owned(),
            machine: Machine {
                cpu: "Made CPU".to_owned(),
                processors: 4,
                memory_gib: 16,
                kernel: "6.1".to_owned(),
                rustc: "rustc 1".to_owned(),
                commit: "abc".to_owned(),
                load: "0.10".to_owned(),
                pinning: true,
            },
            quick: false,
            bars: definition.bars.iter().map(|bar| judge(bar, &figures)).collect(),
            definition,
            corpus: Counts { files: Some(2), bytes: Some(8), findings: None },
            absent: vec!["peer".to_owned()],
            figures,
        }
    }

    #[test]
    fn a_record_is_read_back_as_it_was_written() {
        let folder = tempfile::tempdir().unwrap();
        let first = record("first");
        first.write(folder.path()).unwrap();
        assert_eq!(read_all(folder.path()).unwrap(), [first]);
    }

    #[test]
    fn the_page_shows_every_definition_of_the_folder() {
        let folder = tempfile::tempdir().unwrap();
        record("second").write(folder.path()).unwrap();
        record("first").write(folder.path()).unwrap();
        let page = std::fs::read_to_string(folder.path().join(PAGE)).unwrap();
        let first = page.find("## first").unwrap();
        assert!(first < page.find("## second").unwrap());
        assert_eq!(page.matches("Made CPU").count(), 1);
        assert!(page.contains("ours wall / floor: 2.10 x, at most 3 x: kept"), "{page}");
        assert!(page.contains("peer is not on this machine"), "{page}");
    }

    #[test]
    fn a_quick_record_says_so() {
        let mut quick = record("quick");
        quick.quick = true;
        assert!(quick.section().contains("not to be cited"));
    }
}
