//! The few settings of a repository's configuration that say how to read it.
//!
//! As git does for these settings, only the repository's own file is read and includes are not followed. Settings that
//! name programs (hooks, filters, pagers, …) are not even looked at.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use crate::oid::ObjectFormat;

/// Extensions that need nothing of a reader of objects and references.
const HARMLESS: [&str; 7] = [
    "noop",
    "noop-v1",
    "preciousobjects",
    "worktreeconfig",
    "relativeworktrees",
    "compatobjectformat",
    "submodulepathconfig",
];

/// What was found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct RepoConfig {
    pub(crate) format: ObjectFormat,
    pub(crate) reftable: bool,
    pub(crate) bare: Option<bool>,
    pub(crate) work_tree: Option<Vec<u8>>,
    pub(crate) partial: bool,
    /// Where hooks are looked for, if it is said; nothing here runs them.
    pub(crate) hooks_path: Option<Vec<u8>>,
    /// Extensions, or values of them, that we do not know.
    pub(crate) unknown: Vec<String>,
}

impl RepoConfig {
    /// Reads the text of a configuration. Lines that make no sense are passed over: git would refuse the whole
    /// repository, we still want its objects.
    pub(crate) fn parse(text: &[u8]) -> Self {
        let mut config = Self::default();
        let mut version = 0_u32;
        let mut extensions = Vec::new();
        for (key, value) in settings(text) {
            match key.as_str() {
                "core.repositoryformatversion" => version = number(&value),
                "core.bare" => config.bare = Some(is_true(&value)),
                "core.worktree" => config.work_tree = Some(value),
                "core.hookspath" => config.hooks_path = Some(value),
                _ => {
                    if let Some(name) = key.strip_prefix("extensions.") {
                        extensions.push((name.to_owned(), value));
                    } else if key.starts_with("remote.") && key.ends_with(".promisor") {
                        config.partial |= is_true(&value);
                    }
                }
            }
        }
        for (name, value) in extensions {
            config.extension(&name, &value, version);
        }
        config
    }

    fn extension(&mut self, name: &str, value: &[u8], version: u32) {
        let known = match name {
            "partialclone" => {
                self.partial = true;
                true
            }
            "objectformat" => ObjectFormat::from_name(value).is_some_and(|format| {
                self.format = format;
                true
            }),
            "refstorage" => {
                self.reftable = value == b"reftable";
                self.reftable || value == b"files"
            }
            // In version 0 git passes over all others.
            other => version == 0 || HARMLESS.contains(&other),
        };
        if !known {
            self.unknown.push(format!("{name} = {}", String::from_utf8_lossy(value)));
        }
    }
}

/// What `safe.directory` lists in the text of a user's or system's configuration; `~/` is the folder `home`.
pub fn safe_directories(text: &[u8], home: Option<&Path>) -> Vec<PathBuf> {
    let mut listed = Vec::new();
    for (key, value) in settings(text) {
        if key != "safe.directory" {
            continue;
        }
        match value.strip_prefix(b"~/") {
            // An empty value takes back what stands before it.
            _ if value.is_empty() => listed.clear(),
            Some(rest) => listed.extend(home.map(|home| home.join(OsStr::from_bytes(rest)))),
            None => listed.push(PathBuf::from(OsStr::from_bytes(&value))),
        }
    }
    listed
}

fn number(value: &[u8]) -> u32 {
    std::str::from_utf8(value).ok().and_then(|text| text.trim().parse().ok()).unwrap_or(0)
}

fn is_true(value: &[u8]) -> bool {
    ["true", "yes", "on", "1", ""].iter().any(|word| value.eq_ignore_ascii_case(word.as_bytes()))
}

/// Keys (`section.subsection.name`, lower case but for the subsection) and values in order.
fn settings(text: &[u8]) -> Vec<(String, Vec<u8>)> {
    let mut section = String::new();
    let mut found = Vec::new();
    let mut lines = text.split(|byte| *byte == b'\n');
    while let Some(line) = lines.next() {
        let mut line = line.trim_ascii();
        if line.first() == Some(&b'[') {
            let Some((name, rest)) = section_name(line) else { continue };
            section = name;
            line = rest.trim_ascii();
        }
        if line.is_empty() || matches!(line[0], b'#' | b';') {
            continue;
        }
        let (name, value) = match line.iter().position(|byte| *byte == b'=') {
            Some(at) => (&line[..at], line[at + 1..].to_vec()),
            None => (line, Vec::new()),
        };
        let mut value = value;
        // A backslash at the end goes on with the next line.
        while value.last() == Some(&b'\\') {
            value.pop();
            let Some(more) = lines.next() else { break };
            value.extend_from_slice(more.strip_suffix(b"\r").unwrap_or(more));
        }
        let name = String::from_utf8_lossy(name.trim_ascii()).to_ascii_lowercase();
        found.push((format!("{section}.{name}"), unquoted(&value)));
    }
    found
}

/// The name in `[section "sub"]`, and what stands behind it.
fn section_name(line: &[u8]) -> Option<(String, &[u8])> {
    let mut quoted = false;
    let mut escaped = false;
    let mut name = Vec::new();
    for (at, byte) in line.iter().enumerate().skip(1) {
        match byte {
            _ if escaped => {
                name.push(*byte);
                escaped = false;
            }
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            b']' if !quoted => {
                let name = String::from_utf8_lossy(&name).into_owned();
                return Some((name, &line[at + 1..]));
            }
            b' ' | b'\t' if !quoted => name.push(b'.'),
            _ if quoted => name.push(*byte),
            _ => name.push(byte.to_ascii_lowercase()),
        }
    }
    None
}

/// A value without quotes and comments, its escapes resolved.
fn unquoted(value: &[u8]) -> Vec<u8> {
    let mut result = Vec::new();
    let mut quoted = false;
    let mut bytes = value.trim_ascii().iter();
    // Blanks at the end count only inside of quotes.
    let mut keep = 0;
    while let Some(byte) = bytes.next() {
        match byte {
            b'"' => quoted = !quoted,
            b'#' | b';' if !quoted => break,
            b'\\' => match bytes.next() {
                Some(b'n') => result.push(b'\n'),
                Some(b't') => result.push(b'\t'),
                Some(b'b') => result.push(8),
                Some(other) => result.push(*other),
                None => {}
            },
            other => result.push(*other),
        }
        if quoted || !byte.is_ascii_whitespace() {
            keep = result.len();
        }
    }
    result.truncate(keep);
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn directories_that_are_safe() {
        let text = b"[safe]\n directory = /a\n directory =\n[Safe]\n\tDirectory = *\n directory = ~/b\n[core]\n directory = /c\n";
        assert_eq!(
            safe_directories(text, Some(Path::new("/h/x"))),
            [PathBuf::from("*"), PathBuf::from("/h/x/b")]
        );
        assert_eq!(safe_directories(text, None), [PathBuf::from("*")]);
        assert!(safe_directories(b"\xff[", None).is_empty());
    }

    #[test]
    fn what_git_writes() {
        let text = b"[core]\n\trepositoryformatversion = 1\n\tbare = true ; no\n\tworktree = \"a b \" # x\n\
            [extensions]\n\tobjectFormat = sha256\n\trefStorage = reftable\n\tfuture = 1\n\
            [remote \"o.r\\\"igin\"] promisor = true\n";
        let config = RepoConfig::parse(text);
        assert_eq!(config.format, ObjectFormat::Sha256);
        assert!(config.reftable && config.partial);
        assert_eq!(config.bare, Some(true));
        assert_eq!(config.work_tree.as_deref(), Some(&b"a b "[..]));
        assert_eq!(config.unknown, ["future = 1"]);
    }

    #[test]
    fn values_go_on_behind_a_backslash() {
        let config = RepoConfig::parse(b"[CORE]\nworkTree = /a\\\n/b\nbare");
        assert_eq!(config.work_tree.as_deref(), Some(&b"/a/b"[..]));
        assert_eq!(config.bare, Some(true));
    }

    #[test]
    fn nonsense_is_passed_over() {
        for text in [&b"[core"[..], b"[", b"]\n=\n", b"\\", b"[a \"b\\", b"\xff=\xff\n[\xff]"] {
            assert_eq!(RepoConfig::parse(text), RepoConfig::default());
        }
    }
}
