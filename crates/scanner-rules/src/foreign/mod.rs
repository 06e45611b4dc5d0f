//! Rule files of gitleaks and betterleaks: read, put into our terms, and told what could not be.
//!
//! A rule of theirs is taken as it is written ([`RuleSpec::as_written`]): its pattern, its entropy, its words and its
//! allow lists decide, and nothing of ours does. What has no counterpart is left out so that more is found and not less, and
//! each such key is a [`Note`] with file and line. What cannot mean anything (a pattern that cannot be read, two rules of one
//! name) is an error, as it is for a file of our own.
//!
//! Reading never touches the disk: who calls gives the files that a file extends.

mod allow;
mod document;
mod expression;
mod names;
mod native;
mod pattern;
mod rule;

use std::collections::BTreeMap;

use toml::de::DeTable;

use crate::error::{RuleError, RuleErrorKind, from_toml};
use crate::spec::RuleSpec;

pub use allow::AllowList;
pub use native::to_toml;

use document::{Source, Table};
use rule::Draft;

/// Files that extend each other, at most.
const EXTEND_DEPTH_MAX: usize = 8;

/// A rule with the place it was written at.
#[derive(Clone, Debug, PartialEq)]
pub struct ForeignRule {
    /// The file it came from.
    pub file: String,
    /// The line of its table.
    pub line: usize,
    /// What the engine takes.
    pub spec: RuleSpec,
}

/// Whether something of a file is missing, or only not exactly what it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum NoteKind {
    /// It has no counterpart and was left out.
    Dropped,
    /// It was put into words that say nearly the same.
    Approximated,
}

/// What a reader of the report should know of one key.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Note {
    /// The file.
    pub file: String,
    /// The line.
    pub line: usize,
    /// Left out, or approximated.
    pub kind: NoteKind,
    /// What it is about, as in ``rule `x` ``; empty for the file itself.
    pub about: String,
    /// The key.
    pub key: String,
    /// Why, and what is done in its place.
    pub why: String,
}

impl std::fmt::Display for Note {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let kind = match self.kind {
            NoteKind::Dropped => "left out",
            NoteKind::Approximated => "approximated",
        };
        write!(f, "{}:{}: ", self.file, self.line)?;
        if !self.about.is_empty() {
            write!(f, "{}: ", self.about)?;
        }
        write!(f, "`{}` {kind}: {}", self.key, self.why)
    }
}

impl Note {
    fn new(kind: NoteKind, (file, line): (&str, usize), about: &str, key: &str) -> Self {
        let (file, about, key) = (file.to_owned(), about.to_owned(), key.to_owned());
        Self { file, line, kind, about, key, why: String::new() }
    }

    fn dropped(file: &str, line: usize, about: &str, key: &str) -> Self {
        Self::new(NoteKind::Dropped, (file, line), about, key)
    }

    fn approximated(file: &str, line: usize, about: &str, key: &str) -> Self {
        Self::new(NoteKind::Approximated, (file, line), about, key)
    }

    fn because(mut self, why: impl Into<String>) -> Self {
        self.why = why.into();
        self
    }
}

/// What a file of another tool says, in our terms.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Imported {
    /// Whether the built-in rules take part; they do where the file does not say otherwise.
    pub use_default: bool,
    /// Built-in rules that it turns off, by their names here.
    pub disabled: Vec<String>,
    /// Its rules, in the order of the files.
    pub rules: Vec<ForeignRule>,
    /// Its allow lists, those of single rules among them.
    pub allow: Vec<AllowList>,
    /// What could not be taken over as it is.
    pub notes: Vec<Note>,
    /// What is wrong with it; a file with errors is not used.
    pub errors: Vec<RuleError>,
}

/// Gives the name and text of a file that another one extends.
pub type Extended<'a> = dyn Fn(&str) -> std::io::Result<(String, String)> + 'a;

/// Whether a configuration is written for gitleaks or betterleaks: by what only theirs or only ours have.
pub fn is_foreign(text: &str) -> bool {
    let (table, _) = DeTable::parse_recoverable(text);
    let table = table.get_ref();
    let has = |key: &str| table.iter().any(|(k, _)| k.get_ref().eq_ignore_ascii_case(key));
    if ["detector", "scan", "allow"].into_iter().any(has) {
        return false;
    }
    let theirs = ["rules", "allowlist", "allowlists", "title", "minversion", "filter", "prefilter"];
    let extends = table.iter().find(|(key, _)| key.get_ref().eq_ignore_ascii_case("extend"));
    let theirs_extend =
        extends.and_then(|(_, value)| value.get_ref().as_table()).is_some_and(|e| {
            let is_theirs =
                |key: &str| ["usedefault", "path", "url", "disabledrules"].contains(&key);
            e.iter().any(|(key, _)| is_theirs(&key.get_ref().to_ascii_lowercase()))
        });
    theirs.into_iter().any(has) || theirs_extend
}

/// Reads a file of gitleaks or betterleaks.
pub fn import(file: &str, text: &str, extended: &Extended<'_>) -> Imported {
    let mut reader = Reader::default();
    let read = reader.read(file, text, extended, 0);
    let mut imported = Imported { use_default: true, ..Imported::default() };
    match read {
        Ok(document) => rule::finish(&mut reader, document, &mut imported),
        Err(error) => reader.errors.push(error),
    }
    imported.notes = std::mem::take(&mut reader.notes);
    imported.errors = reader.errors;
    imported.errors.sort_by(|a, b| (&a.file, a.line).cmp(&(&b.file, b.line)));
    imported
}

/// What was read of a file and of those that it extends.
#[derive(Default)]
struct Document {
    use_default: Option<bool>,
    disabled: Vec<Disabled>,
    drafts: Vec<Draft>,
    allow: Vec<AllowList>,
}

/// A rule that is turned off, and where.
#[derive(Clone)]
struct Disabled {
    file: String,
    line: usize,
    id: String,
}

/// Collects what is to be told.
#[derive(Default)]
struct Reader {
    notes: Vec<Note>,
    errors: Vec<RuleError>,
}

impl Reader {
    fn note(&mut self, note: Note) {
        self.notes.push(note);
    }

    /// Tells of keys that nobody understood.
    fn leftover(&mut self, about: &str, table: &Table<'_>) {
        for key in table.rest() {
            let note = Note::dropped(table.source().file, key.line, about, &key.value);
            self.note(note.because("the key is not known"));
        }
    }

    fn read(
        &mut self,
        file: &str,
        text: &str,
        extended: &Extended<'_>,
        depth: usize,
    ) -> Result<Document, RuleError> {
        let source = Source { file, text };
        let parsed = DeTable::parse(text).map_err(|error| from_toml(file, text, &error))?;
        let mut table = Table::new(source, 1, parsed.get_ref());
        for key in ["title", "description", "minversion", "betterleaksminversion"] {
            table.text(key)?;
        }
        let mut document = Document::default();
        let bases = self.extend(&mut table, &mut document)?;
        for key in ["prefilter", "filter"] {
            if let Some(text) = table.text(key)? {
                let lists = self.global_filter(file, text.line, key, &text.value);
                document.allow.extend(lists);
            }
        }
        for key in ["allowlist", "allowlists"] {
            for mut list in table.tables(key)? {
                let list = allow::read(self, "the global allow list", &mut list)?;
                document.allow.extend(Some(list).filter(|list| !list.is_empty()));
            }
        }
        for table in table.tables("rules")? {
            match rule::read(self, table) {
                Ok(draft) => document.drafts.push(draft),
                Err(error) => self.errors.push(error),
            }
        }
        self.refuse_duplicates(&document.drafts);
        self.leftover("", &table);
        for (line, base) in bases {
            let fail = |message: String| {
                let kind = RuleErrorKind::Extended { path: base.clone(), message };
                RuleError { file: file.to_owned(), line, kind }
            };
            if depth >= EXTEND_DEPTH_MAX {
                return Err(fail(format!("files extend each other more than {depth} deep")));
            }
            let (name, text) = extended(&base).map_err(|error| fail(error.to_string()))?;
            let base = self.read(&name, &text, extended, depth + 1)?;
            document = rule::extend(document, base);
        }
        Ok(document)
    }

    /// `[extend]`; gives the files that it names.
    fn extend(
        &mut self,
        table: &mut Table<'_>,
        document: &mut Document,
    ) -> Result<Vec<(usize, String)>, RuleError> {
        let mut bases = Vec::new();
        for mut extend in table.tables("extend")? {
            if let Some(flag) = extend.flag("usedefault")? {
                document.use_default = Some(flag.value);
            }
            if let Some(path) = extend.text("path")?.filter(|path| !path.value.is_empty()) {
                bases.push((path.line, path.value));
            }
            if let Some(url) = extend.text("url")?.filter(|url| !url.value.is_empty()) {
                let note = Note::dropped(extend.source().file, url.line, "extend", "url");
                self.note(note.because("nothing is fetched; save the file and name it as `path`"));
            }
            for id in extend.texts("disabledrules")? {
                let file = extend.source().file.to_owned();
                document.disabled.push(Disabled { file, line: id.line, id: id.value });
            }
            self.leftover("extend", &extend);
        }
        Ok(bases)
    }

    /// A filter for all rules.
    fn global_filter(&mut self, file: &str, line: usize, key: &str, text: &str) -> Vec<AllowList> {
        let filter = expression::read(text);
        let entropy = filter.entropy.map(|_| "an entropy for all rules".to_owned());
        for why in filter.left_out.into_iter().chain(entropy) {
            self.note(Note::dropped(file, line, "", key).because(why));
        }
        filter.lists
    }

    fn refuse_duplicates(&mut self, drafts: &[Draft]) {
        let mut lines: BTreeMap<&str, usize> = BTreeMap::new();
        for draft in drafts {
            if let Some(first) = lines.insert(&draft.id, draft.line) {
                let kind = RuleErrorKind::ForeignDuplicate { id: draft.id.clone(), first };
                self.errors.push(RuleError { file: draft.file.clone(), line: draft.line, kind });
            }
        }
    }
}

/// The parser's sentence, without its drawing of the place.
fn last_line(error: &regex_syntax::Error) -> String {
    let text = error.to_string();
    let last = text.lines().last().unwrap_or_default().trim();
    last.trim_start_matches("error: ").to_owned()
}

#[cfg(test)]
mod tests;
