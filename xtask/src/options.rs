//! Reads `--name value`, `--name=value` and bare switches; everything else is an operand.
//!
//! The chores have a dozen options between them: a parser of thirty lines keeps `cargo xtask` quick
//! to build. It does no abbreviations and no short options.

use anyhow::{Result, bail};

/// What stood on a command line after the chore's name.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Options {
    valued: Vec<(String, String)>,
    switches: Vec<String>,
    /// The words that belong to no option, in their order.
    pub(crate) operands: Vec<String>,
}

impl Options {
    /// Sorts `arguments` into options, switches and operands; names are given without dashes.
    ///
    /// # Errors
    /// An option that is in neither list, or one of `valued` without its value.
    pub(crate) fn parse(arguments: &[String], valued: &[&str], switches: &[&str]) -> Result<Self> {
        let mut options = Self::default();
        let mut rest = arguments.iter();
        while let Some(word) = rest.next() {
            let Some(name) = word.strip_prefix("--") else {
                options.operands.push(word.clone());
                continue;
            };
            if let Some((name, value)) = name.split_once('=').filter(|(n, _)| valued.contains(n)) {
                options.valued.push((name.to_owned(), value.to_owned()));
            } else if valued.contains(&name) {
                let Some(value) = rest.next() else { bail!("--{name} needs a value") };
                options.valued.push((name.to_owned(), value.clone()));
            } else if switches.contains(&name) {
                options.switches.push(name.to_owned());
            } else {
                bail!("no option is called --{name}");
            }
        }
        Ok(options)
    }

    /// The last value given for `name`.
    pub(crate) fn value(&self, name: &str) -> Option<&str> {
        self.valued.iter().rev().find(|(n, _)| n == name).map(|(_, value)| value.as_str())
    }

    /// Every value given for `name`, in order.
    pub(crate) fn values<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.valued.iter().filter(move |(n, _)| n == name).map(|(_, value)| value.as_str())
    }

    /// Whether the switch `name` was given.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.switches.iter().any(|switch| switch == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(line: &str) -> Vec<String> {
        line.split_whitespace().map(str::to_owned).collect()
    }

    #[test]
    fn both_spellings_of_a_value_are_read() {
        let options =
            Options::parse(&words("--record a --record=b --quick x"), &["record"], &["quick"])
                .unwrap();
        assert_eq!(options.value("record"), Some("b"));
        assert_eq!(options.values("record").collect::<Vec<_>>(), ["a", "b"]);
        assert!(options.has("quick"));
        assert_eq!(options.operands, ["x"]);
    }

    #[test]
    fn unknown_and_unfinished_options_are_errors() {
        assert!(Options::parse(&words("--nope"), &["record"], &[]).is_err());
        assert!(Options::parse(&words("--record"), &["record"], &[]).is_err());
        assert!(Options::parse(&words("--quick=1"), &[], &["quick"]).is_err());
    }
}
