//! Colours of a terminal, where the caller wants them.

use std::fmt::{self, Display};

use scanner_core::Severity;

/// A look, as the parameters of the escape sequence "select graphic rendition".
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Style(&'static str);

impl Style {
    pub(crate) const BOLD: Self = Self("1");
    pub(crate) const DIM: Self = Self("2");
    pub(crate) const PATH: Self = Self("1;4");
    pub(crate) const GOOD: Self = Self("1;32");
    pub(crate) const WARNING: Self = Self("1;33");
    pub(crate) const BAD: Self = Self("1;31");

    pub(crate) const fn of(severity: Severity) -> Self {
        match severity {
            Severity::Critical => Self("1;35"),
            Severity::High => Self("1;31"),
            Severity::Medium => Self("1;33"),
            Severity::Low => Self("1;36"),
        }
    }
}

/// Whether there are colours.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Palette {
    pub(crate) color: bool,
}

impl Palette {
    /// `content` in a style; as it is where there are no colours.
    pub(crate) fn paint<T: Display>(self, style: Style, content: T) -> Painted<T> {
        Painted { style: self.color.then_some(style), content }
    }
}

/// Text in a style.
pub(crate) struct Painted<T> {
    style: Option<Style>,
    content: T,
}

impl<T: Display> Display for Painted<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.style {
            None => self.content.fmt(f),
            Some(Style(parameters)) => {
                write!(f, "\x1b[{parameters}m")?;
                self.content.fmt(f)?;
                f.write_str("\x1b[0m")
            }
        }
    }
}
