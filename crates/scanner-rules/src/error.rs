//! What can be wrong with a detector file, always with its name and line.

/// A detector file that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file}:{line}: {kind}")]
pub struct RuleError {
    /// The file, as the user named it.
    pub file: String,
    /// Line, from 1.
    pub line: usize,
    /// What is wrong.
    pub kind: RuleErrorKind,
}

/// What is wrong with a detector file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RuleErrorKind {
    /// Not TOML, or a key of the wrong type, or an unknown key.
    #[error("{message}{}", suggestion.as_ref().map(|s| format!("; did you mean `{s}`?")).unwrap_or_default())]
    Toml {
        /// What the parser says.
        message: String,
        /// The nearest known key.
        suggestion: Option<String>,
    },
    /// A detector has no shape or more than one.
    #[error(
        "detector `{id}` states {count} shapes; exactly one of token, keyed, assignment, uri, block, regex, multi is needed"
    )]
    ShapeCount {
        /// The detector.
        id: String,
        /// How many shapes it states.
        count: usize,
    },
    /// A key that a detector needs is empty.
    #[error("detector `{id}`: `{key}` must not be empty")]
    Empty {
        /// The detector.
        id: String,
        /// The key.
        key: &'static str,
    },
    /// A detector names more parts than a finding has room for.
    #[error(
        "detector `{id}` names {count} parts; at most {most} are told, the others can be `companions`"
    )]
    TooManyParts {
        /// The detector.
        id: String,
        /// How many it names.
        count: usize,
        /// How many it may name.
        most: usize,
    },
    /// A key of another tool's file has a value of the wrong kind.
    #[error("`{key}` must be {wanted}, not {found}")]
    KeyType {
        /// The key.
        key: String,
        /// What it must be.
        wanted: &'static str,
        /// What it is.
        found: &'static str,
    },
    /// A key of another tool's file has a word that means nothing.
    #[error("`{word}` is no {key}; known are {}", known.join(", "))]
    UnknownWord {
        /// The key.
        key: String,
        /// The word.
        word: String,
        /// What is known.
        known: &'static [&'static str],
    },
    /// A pattern of another tool's file cannot be used.
    #[error("{about}: `{key}` cannot be used: {message}")]
    ForeignPattern {
        /// What it belongs to.
        about: String,
        /// The key.
        key: String,
        /// What is wrong with it.
        message: String,
    },
    /// Two rules of another tool's file have one id.
    #[error("the id `{id}` is used twice, first in line {first}; rename one of them")]
    ForeignDuplicate {
        /// The id.
        id: String,
        /// The line of the first.
        first: usize,
    },
    /// A rule of another tool's file has neither id nor description.
    #[error("a rule needs an `id`")]
    ForeignNameless,
    /// A file that another one extends cannot be read.
    #[error("the file `{path}` that is extended cannot be read: {message}")]
    Extended {
        /// As it is written.
        path: String,
        /// Why.
        message: String,
    },
    /// A detector in a configuration file names no service.
    #[error("detector `{id}` needs a `service`")]
    NoService {
        /// The detector.
        id: String,
    },
}

/// The line (from 1) of a byte offset in a text.
pub(crate) fn line_of(text: &str, offset: usize) -> usize {
    text[..text.floor_char_boundary(offset)].matches('\n').count() + 1
}

/// Counts the lines of a text from front to back: places that are asked for in order cost one pass together.
#[derive(Clone, Copy, Debug)]
pub struct Lines<'a> {
    text: &'a str,
    offset: usize,
    line: usize,
}

impl<'a> Lines<'a> {
    /// Begins at the start of a text.
    pub fn new(text: &'a str) -> Self {
        Self { text, offset: 0, line: 1 }
    }

    /// The line (from 1) of a byte offset.
    pub fn line_of(&mut self, offset: usize) -> usize {
        let offset = self.text.floor_char_boundary(offset);
        if offset < self.offset {
            *self = Self::new(self.text);
        }
        self.line += self.text[self.offset..offset].matches('\n').count();
        self.offset = offset;
        self.line
    }
}

/// Turns the parser's error into ours: with the line, and for an unknown key the nearest known one.
pub fn from_toml(file: &str, text: &str, error: &toml::de::Error) -> RuleError {
    let message = error.message().to_owned();
    let suggestion = suggest(&message);
    RuleError {
        file: file.to_owned(),
        line: error.span().map_or(1, |span| line_of(text, span.start)),
        kind: RuleErrorKind::Toml { message, suggestion },
    }
}

/// The known key nearest to the unknown one; both stand in back-quotes in the parser's message.
fn suggest(message: &str) -> Option<String> {
    if !message.starts_with("unknown ") {
        return None;
    }
    let mut quoted = message.split('`').skip(1).step_by(2);
    let unknown = quoted.next()?;
    quoted
        .map(|known| (strsim::jaro_winkler(unknown, known), known))
        .filter(|(likeness, _)| *likeness > 0.75)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, known)| known.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_counted_in_any_order() {
        let mut lines = Lines::new("a\nb\n\u{e9}\n");
        for (offset, line) in [(0, 1), (1, 1), (2, 2), (4, 3), (5, 3), (3, 2), (99, 4), (0, 1)] {
            assert_eq!(lines.line_of(offset), line, "{offset}");
        }
    }

    #[test]
    fn the_nearest_key_is_suggested() {
        let message = "unknown field `sevirity`, expected one of `id`, `severity`, `service`";
        assert_eq!(suggest(message).as_deref(), Some("severity"));
        assert_eq!(suggest("unknown field `zzz`, expected `id` or `name`"), None);
        assert_eq!(suggest("invalid type: `x`"), None);
    }
}
