//! The names of the formats, and a sink for each.

use std::fmt;
use std::path::Path;
use std::str::FromStr;

use scanner_core::{EventSink, SinkError};

use crate::{
    CsvSink, GitlabSink, HtmlSink, JsonSink, JsonlSink, JunitSink, Output, SarifSink, SinkOptions,
    TextSink,
};

/// A report format.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Format {
    /// For a person.
    Text,
    /// One JSON object a line, as things happen.
    Jsonl,
    /// One JSON object.
    Json,
    /// SARIF 2.1.0.
    Sarif,
    /// GitLab's `secret_detection`.
    Gitlab,
    /// One row a place.
    Csv,
    /// The XML of test results.
    Junit,
    /// One page for a browser.
    Html,
}

impl Format {
    /// All formats, in the order in which help lists them.
    pub const ALL: [Self; 8] = [
        Self::Text,
        Self::Jsonl,
        Self::Json,
        Self::Sarif,
        Self::Gitlab,
        Self::Csv,
        Self::Junit,
        Self::Html,
    ];

    /// The word used on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Jsonl => "jsonl",
            Self::Json => "json",
            Self::Sarif => "sarif",
            Self::Gitlab => "gitlab",
            Self::Csv => "csv",
            Self::Junit => "junit",
            Self::Html => "html",
        }
    }

    /// A sink that writes this format to `output`.
    pub fn sink(self, output: Output, options: &SinkOptions) -> Box<dyn EventSink> {
        match self {
            Self::Text => Box::new(TextSink::new(output, options)),
            Self::Jsonl => Box::new(JsonlSink::new(output, options)),
            Self::Json => Box::new(JsonSink::new(output, options)),
            Self::Sarif => Box::new(SarifSink::new(output, options)),
            Self::Gitlab => Box::new(GitlabSink::new(output, options)),
            Self::Csv => Box::new(CsvSink::new(output, options)),
            Self::Junit => Box::new(JunitSink::new(output, options)),
            Self::Html => Box::new(HtmlSink::new(output, options)),
        }
    }

    /// A sink that writes this format to a file: streamed formats as the run goes, the others as a whole
    /// that takes the place of an older report when it is complete.
    ///
    /// # Errors
    ///
    /// The file cannot be created.
    pub fn file_sink(
        self,
        path: &Path,
        options: &SinkOptions,
    ) -> Result<Box<dyn EventSink>, SinkError> {
        let output = match self {
            Self::Jsonl => Output::growing_file(path, options.show_secrets)?,
            _ => Output::file(path, options.show_secrets)?,
        };
        Ok(self.sink(output, options))
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// There is no format of that name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "unknown report format {name:?}; there are text, jsonl, json, sarif, gitlab, csv, junit and html"
)]
pub struct UnknownFormat {
    /// What was asked for.
    pub name: String,
}

impl FromStr for Format {
    type Err = UnknownFormat;

    fn from_str(name: &str) -> Result<Self, UnknownFormat> {
        Self::ALL
            .into_iter()
            .find(|format| format.name() == name)
            .ok_or_else(|| UnknownFormat { name: name.to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_read_back_and_named_in_the_error() {
        let error = "yaml".parse::<Format>().unwrap_err().to_string();
        for format in Format::ALL {
            assert_eq!(format.to_string().parse(), Ok(format));
            assert!(error.contains(format.name()), "{error}");
        }
    }
}
