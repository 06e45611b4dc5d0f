//! Allow lists: which findings are dropped although a rule took them.

use super::document::{At, Table};
use super::expression::Target;
use super::pattern::{Ends, Untranslatable, translate};
use super::{Note, Reader};
use crate::error::{RuleError, RuleErrorKind};
use crate::lint::parse_pattern;

/// What findings are dropped: those for which one of the criteria that are stated holds, or all of them.
///
/// Patterns are in the syntax of the `regex` crate over bytes and may match anywhere in what they look at.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AllowList {
    /// For people.
    pub description: String,
    /// Rules whose findings are looked at; all where there are none.
    pub rules: Vec<String>,
    /// Whether all criteria must hold, and not only one.
    pub all: bool,
    /// Commits, in full and lower case.
    pub commits: Vec<String>,
    /// Patterns of paths.
    pub paths: Vec<String>,
    /// Patterns of secrets.
    pub secrets: Vec<String>,
    /// Patterns of whole matches.
    pub matches: Vec<String>,
    /// Patterns of the lines in which a match stands.
    pub lines: Vec<String>,
    /// Words that the secret contains, in any case.
    pub words: Vec<String>,
}

impl AllowList {
    /// Whether it has no criterion at all.
    pub fn is_empty(&self) -> bool {
        [&self.commits, &self.paths, &self.secrets, &self.matches, &self.lines, &self.words]
            .iter()
            .all(|list| list.is_empty())
    }

    /// The patterns that look at a target.
    pub(super) fn patterns_of(&mut self, target: Target) -> &mut Vec<String> {
        match target {
            Target::Secret => &mut self.secrets,
            Target::Match => &mut self.matches,
            Target::Line => &mut self.lines,
            Target::Path => &mut self.paths,
            Target::Commit => &mut self.commits,
        }
    }
}

/// Reads `[[allowlists]]`, `[allowlist]` and those of a rule.
pub(super) fn read(
    reader: &mut Reader,
    about: &str,
    table: &mut Table<'_>,
) -> Result<AllowList, RuleError> {
    let line = table.line;
    let mut list = AllowList::default();
    if let Some(text) = table.text("description")? {
        list.description = text.value;
    }
    if let Some(condition) = table.text("condition")? {
        list.all = match condition.value.to_ascii_uppercase().as_str() {
            "" | "OR" | "||" => false,
            "AND" | "&&" => true,
            _ => return Err(word(table, &condition, "condition", &["AND", "OR"])),
        };
    }
    let target = match table.text("regextarget")? {
        None => Target::Secret,
        Some(text) => match text.value.to_ascii_lowercase().as_str() {
            "" | "secret" => Target::Secret,
            "match" => Target::Match,
            "line" => Target::Line,
            _ => return Err(word(table, &text, "regexTarget", &["secret", "match", "line"])),
        },
    };
    list.rules = table.texts("targetrules")?.into_iter().map(|rule| rule.value).collect();
    list.commits =
        table.texts("commits")?.into_iter().map(|c| c.value.to_ascii_lowercase()).collect();
    list.words = table.texts("stopwords")?.into_iter().map(|w| w.value).collect();
    list.paths = patterns(reader, about, table, "paths")?;
    *list.patterns_of(target) = patterns(reader, about, table, "regexes")?;
    reader.leftover(about, table);
    if list.is_empty() {
        reader.note(
            Note::dropped(table.source().file, line, about, "allowlist")
                .because("it states no commits, paths, regexes or stopwords"),
        );
    }
    Ok(list)
}

fn word(
    table: &Table<'_>,
    text: &At<String>,
    key: &str,
    known: &'static [&'static str],
) -> RuleError {
    let kind = RuleErrorKind::UnknownWord { key: key.to_owned(), word: text.value.clone(), known };
    table.source().error(text.line, kind)
}

/// The patterns of a key, in our syntax.
fn patterns(
    reader: &mut Reader,
    about: &str,
    table: &mut Table<'_>,
    key: &'static str,
) -> Result<Vec<String>, RuleError> {
    let mut out = Vec::new();
    for text in table.texts(key)? {
        let source = table.source();
        match whole_text_pattern(&text.value) {
            Ok((pattern, approximated)) => {
                for why in approximated {
                    reader
                        .note(Note::approximated(source.file, text.line, about, key).because(why));
                }
                out.push(pattern);
            }
            Err(message) => {
                let kind = RuleErrorKind::ForeignPattern {
                    about: about.to_owned(),
                    key: key.to_owned(),
                    message: message.to_string(),
                };
                return Err(source.error(text.line, kind));
            }
        }
    }
    Ok(out)
}

/// Why a pattern cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum PatternError {
    /// It has no counterpart.
    #[error(transparent)]
    Untranslatable(#[from] Untranslatable),
    /// It cannot be read; what the parser says.
    #[error("{0}")]
    Syntax(String),
}

/// A pattern that is tried on a whole text, checked, and what it only approximates; or what is wrong with it.
pub(super) fn whole_text_pattern(text: &str) -> Result<(String, Vec<&'static str>), PatternError> {
    let translated = translate(text, Ends::Text)?;
    parse_pattern(&translated.pattern)
        .map_err(|error| PatternError::Syntax(super::last_line(&error)))?;
    Ok((translated.pattern, translated.approximated))
}
