//! Provenance of decoded bytes: which decoder, over which bytes of its parent.

use crate::{Span, StepId};

/// A way of wrapping bytes that the engine sees through.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum DecodeKind {
    /// UTF-16, little endian.
    Utf16Le,
    /// UTF-16, big endian.
    Utf16Be,
    /// Base64 of any alphabet.
    Base64,
    /// `%41` escapes.
    Percent,
    /// Pairs of hexadecimal digits.
    Hex,
    /// `\u0041`, `\x41` and the like.
    Escape,
    /// `&#65;` and the like.
    HtmlEntity,
    /// `=41` escapes of mail.
    QuotedPrintable,
    /// Literals that program code puts together.
    Join,
    /// Gzip inside another encoding.
    Gzip,
    /// Zlib inside another encoding.
    Zlib,
}

impl DecodeKind {
    /// All of them.
    pub const ALL: [Self; 11] = [
        Self::Utf16Le,
        Self::Utf16Be,
        Self::Base64,
        Self::Percent,
        Self::Hex,
        Self::Escape,
        Self::HtmlEntity,
        Self::QuotedPrintable,
        Self::Join,
        Self::Gzip,
        Self::Zlib,
    ];

    /// The name used in reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Utf16Le => "utf-16le",
            Self::Utf16Be => "utf-16be",
            Self::Base64 => "base64",
            Self::Percent => "percent",
            Self::Hex => "hex",
            Self::Escape => "escape",
            Self::HtmlEntity => "html-entity",
            Self::QuotedPrintable => "quoted-printable",
            Self::Join => "join",
            Self::Gzip => "gzip",
            Self::Zlib => "zlib",
        }
    }
}

/// One link of the chain from decoded bytes back to the object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DecodeStep {
    /// The step that made the parent's bytes, or [`StepId::ROOT`].
    pub parent: StepId,
    /// What was undone.
    pub kind: DecodeKind,
    /// The encoded bytes, in the parent's coordinates.
    pub parent_span: Span,
}
