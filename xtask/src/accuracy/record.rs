//! What was measured, as a page and as JSON, under `benchmarks/accuracy/`.

use std::fmt::Write as _;
use std::path::Path;

use anyhow::{Context, Result};
use serde::Serialize;

use super::scanner::Scanner;
use super::score::{Counts, Table, markdown};
use crate::bench::machine;
use crate::place;

/// A figure that must be reached.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Bar {
    name: String,
    value: f64,
    limit: f64,
    is_ceiling: bool,
}

impl Bar {
    /// The value must not be less.
    pub(crate) fn at_least(name: &str, value: f64, limit: f64) -> Self {
        Self { name: name.to_owned(), value, limit, is_ceiling: false }
    }

    /// The value must not be more.
    pub(crate) fn at_most(name: &str, value: f64, limit: f64) -> Self {
        Self { name: name.to_owned(), value, limit, is_ceiling: true }
    }

    /// Whether it is not reached.
    pub(crate) fn is_missed(&self) -> bool {
        if self.is_ceiling { self.value > self.limit } else { self.value < self.limit }
    }

    fn line(&self) -> String {
        let sign = if self.is_ceiling { "<=" } else { ">=" };
        let verdict = if self.is_missed() { "MISSED" } else { "reached" };
        format!("{}: {:.4} {sign} {}: {verdict}", self.name, self.value, self.limit)
    }
}

/// One run of the suite.
#[derive(Debug, Serialize)]
pub(crate) struct Record {
    date: String,
    version: String,
    revision: String,
    figures: Vec<(String, Counts)>,
    tables: Vec<(String, Table)>,
    notes: Vec<String>,
    pub(crate) bars: Vec<Bar>,
}

impl Record {
    /// An empty record of today, or of the day given.
    ///
    /// # Errors
    /// The day is none, or the scanner does not say its version.
    pub(crate) fn new(scanner: &Scanner, date: Option<&str>) -> Result<Self> {
        Ok(Self {
            date: date.map_or_else(machine::today, machine::date)?,
            version: scanner.version()?,
            revision: machine::commit(place::repository()),
            figures: Vec::new(),
            tables: Vec::new(),
            notes: Vec::new(),
            bars: Vec::new(),
        })
    }

    /// Something that could not be measured.
    pub(crate) fn absent(&mut self, name: &str, why: &str) {
        self.notes.push(format!("{name} was not measured: {why}"));
    }

    /// A sentence.
    pub(crate) fn note(&mut self, text: String) {
        self.notes.push(text);
    }

    /// A figure.
    pub(crate) fn figure(&mut self, name: &str, counts: Counts) {
        self.figures.push((name.to_owned(), counts));
    }

    /// A table by category.
    pub(crate) fn table(&mut self, name: &str, table: Table) {
        self.tables.push((name.to_owned(), table));
    }

    /// All of it as Markdown.
    pub(crate) fn page(&self) -> String {
        let mut text = format!(
            "# Accuracy, {}\n\n{}, revision {}. Made by `cargo xtask accuracy`; see `benchmarks/README.md`.\n\n",
            self.date, self.version, self.revision
        );
        for bar in &self.bars {
            let _ = writeln!(text, "- {}", bar.line());
        }
        text.push('\n');
        for (name, counts) in &self.figures {
            let _ = writeln!(text, "- {name}: {}", counts.line());
        }
        for note in &self.notes {
            let _ = writeln!(text, "- {note}");
        }
        for (name, table) in &self.tables {
            let _ = writeln!(text, "\n## {name}, by category\n\n{}", markdown(table));
        }
        text
    }

    /// Writes page and JSON into `folder`, in place of those of the same day.
    ///
    /// # Errors
    /// The folder cannot be written.
    pub(crate) fn write(&self, folder: &Path) -> Result<()> {
        std::fs::create_dir_all(folder).with_context(|| folder.display().to_string())?;
        let place = folder.join(&self.date);
        std::fs::write(place.with_extension("md"), self.page())?;
        std::fs::write(place.with_extension("json"), serde_json::to_string_pretty(self)? + "\n")?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_know_their_direction() {
        assert!(Bar::at_least("a", 0.7, 0.75).is_missed());
        assert!(!Bar::at_most("a", 0.04, 0.05).is_missed());
    }
}
