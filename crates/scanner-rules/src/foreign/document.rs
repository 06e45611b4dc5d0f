//! A TOML document whose every value knows its line, read the way the other tools read theirs: keys in any case, a
//! string where a list of one may stand, whole numbers where fractions may.
//!
//! Whoever reads a table takes keys out of it; what is left over is what nobody understood.

use std::collections::BTreeMap;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::error::{RuleError, RuleErrorKind, line_of};

/// A file that is being read.
#[derive(Clone, Copy, Debug)]
pub(super) struct Source<'a> {
    /// As the user named it.
    pub(super) file: &'a str,
    /// All of it.
    pub(super) text: &'a str,
}

impl Source<'_> {
    pub(super) fn line(&self, span: &std::ops::Range<usize>) -> usize {
        line_of(self.text, span.start)
    }

    pub(super) fn error(&self, line: usize, kind: RuleErrorKind) -> RuleError {
        RuleError { file: self.file.to_owned(), line, kind }
    }
}

/// A key's value and where it stands.
struct Entry<'d> {
    written: String,
    line: usize,
    value: &'d DeValue<'d>,
}

/// A table of which keys are taken.
pub(super) struct Table<'d> {
    source: Source<'d>,
    /// The table's own line.
    pub(super) line: usize,
    entries: BTreeMap<String, Entry<'d>>,
}

/// A value with its line.
#[derive(Clone, Debug)]
pub(super) struct At<T> {
    pub(super) line: usize,
    pub(super) value: T,
}

impl<'d> Table<'d> {
    pub(super) fn new(source: Source<'d>, line: usize, table: &'d DeTable<'d>) -> Self {
        let entry = |(key, value): (&Spanned<_>, &'d Spanned<DeValue<'d>>)| {
            let written: &std::borrow::Cow<'_, str> = key.get_ref();
            let written = written.clone().into_owned();
            let line = source.line(&key.span());
            (written.to_ascii_lowercase(), Entry { written, line, value: value.get_ref() })
        };
        Self { source, line, entries: table.iter().map(entry).collect() }
    }

    fn wrong(&self, entry: &Entry<'_>, wanted: &'static str) -> RuleError {
        let (key, found) = (entry.written.clone(), entry.value.type_str());
        self.source.error(entry.line, RuleErrorKind::KeyType { key, wanted, found })
    }

    /// The text of a key.
    pub(super) fn text(&mut self, key: &str) -> Result<Option<At<String>>, RuleError> {
        let Some(entry) = self.entries.remove(key) else { return Ok(None) };
        let value = entry.value.as_str().ok_or_else(|| self.wrong(&entry, "a string"))?;
        Ok(Some(At { line: entry.line, value: value.to_owned() }))
    }

    /// The texts of a key; one text counts as a list of one.
    pub(super) fn texts(&mut self, key: &str) -> Result<Vec<At<String>>, RuleError> {
        let Some(entry) = self.entries.remove(key) else { return Ok(Vec::new()) };
        if let Some(text) = entry.value.as_str() {
            return Ok(vec![At { line: entry.line, value: text.to_owned() }]);
        }
        let fail = || self.wrong(&entry, "a list of strings");
        let list = entry.value.as_array().ok_or_else(fail)?;
        list.iter()
            .map(|item| {
                let line = self.source.line(&item.span());
                let text = item.get_ref().as_str().ok_or_else(fail)?;
                Ok(At { line, value: text.to_owned() })
            })
            .collect()
    }

    /// The number of a key; a string of digits counts.
    pub(super) fn number(&mut self, key: &str) -> Result<Option<At<f64>>, RuleError> {
        let Some(entry) = self.entries.remove(key) else { return Ok(None) };
        let text = match entry.value {
            DeValue::Integer(number) => number.as_str().to_owned(),
            DeValue::Float(number) => number.as_str().to_owned(),
            DeValue::String(text) => text.clone().into_owned(),
            _ => return Err(self.wrong(&entry, "a number")),
        };
        let value: f64 = text.parse().map_err(|_| self.wrong(&entry, "a number"))?;
        Ok(Some(At { line: entry.line, value }))
    }

    /// The switch of a key.
    pub(super) fn flag(&mut self, key: &str) -> Result<Option<At<bool>>, RuleError> {
        let Some(entry) = self.entries.remove(key) else { return Ok(None) };
        let value = entry.value.as_bool().ok_or_else(|| self.wrong(&entry, "true or false"))?;
        Ok(Some(At { line: entry.line, value }))
    }

    /// The tables of a key; one table counts as a list of one.
    pub(super) fn tables(&mut self, key: &str) -> Result<Vec<Table<'d>>, RuleError> {
        let Some(entry) = self.entries.remove(key) else { return Ok(Vec::new()) };
        let source = self.source;
        if let Some(table) = entry.value.as_table() {
            return Ok(vec![Table::new(source, entry.line, table)]);
        }
        let fail = || self.wrong(&entry, "a table");
        let list = entry.value.as_array().ok_or_else(fail)?;
        list.iter()
            .map(|item| {
                let table = item.get_ref().as_table().ok_or_else(fail)?;
                Ok(Table::new(source, source.line(&item.span()), table))
            })
            .collect()
    }

    /// Keys that nobody took, with their lines, as they are written.
    pub(super) fn rest(&self) -> Vec<At<String>> {
        let at = |entry: &Entry<'_>| At { line: entry.line, value: entry.written.clone() };
        self.entries.values().map(at).collect()
    }

    /// The file this stands in.
    pub(super) fn source(&self) -> Source<'d> {
        self.source
    }
}
