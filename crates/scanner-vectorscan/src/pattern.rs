//! An expression, its flags, and the number that its matches carry.

use std::fmt::{self, Write as _};
use std::num::NonZeroU32;
use std::ops::BitOr;

use crate::error::VsError;
use crate::limits::EXPRESSION_BYTES_MAX;

/// How an expression is matched. The values are those of the library's header.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Flags(u32);

impl Flags {
    /// Nothing special.
    pub const NONE: Self = Self(0);
    /// ASCII case is ignored (`HS_FLAG_CASELESS`).
    pub const CASELESS: Self = Self(1);
    /// `.` matches a line feed (`HS_FLAG_DOTALL`).
    pub const DOTALL: Self = Self(2);
    /// Only the first match is reported (`HS_FLAG_SINGLEMATCH`).
    pub const SINGLEMATCH: Self = Self(8);
    /// What the library cannot match exactly is matched too often (`HS_FLAG_PREFILTER`).
    pub const PREFILTER: Self = Self(128);

    /// The bits.
    pub const fn bits(self) -> u32 {
        self.0
    }
}

impl BitOr for Flags {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

/// One expression to be compiled. It holds no zero byte and is not too long.
#[derive(Clone, PartialEq, Eq)]
pub struct Pattern {
    id: u32,
    flags: Flags,
    expression: Vec<u8>,
}

impl Pattern {
    /// An expression in the library's syntax.
    ///
    /// # Errors
    ///
    /// It holds a zero byte or is longer than [`EXPRESSION_BYTES_MAX`].
    pub fn new(id: u32, flags: Flags, expression: impl Into<Vec<u8>>) -> Result<Self, VsError> {
        let expression = expression.into();
        if expression.contains(&0) {
            return Err(VsError::Nul { id });
        }
        if expression.len() > EXPRESSION_BYTES_MAX {
            let bytes = expression.len();
            return Err(VsError::TooLong { id, bytes, most: EXPRESSION_BYTES_MAX });
        }
        Ok(Self { id, flags, expression })
    }

    /// Exactly these bytes, each written as `\xNN`, so that none of them means anything.
    ///
    /// # Errors
    ///
    /// They are too many.
    pub fn literal(id: u32, flags: Flags, bytes: &[u8]) -> Result<Self, VsError> {
        let mut expression = String::with_capacity(4 * bytes.len());
        for byte in bytes {
            let _ = write!(expression, "\\x{byte:02x}");
        }
        Self::new(id, flags, expression)
    }

    /// The number that matches carry.
    pub fn id(&self) -> u32 {
        self.id
    }

    /// How it is matched.
    pub fn flags(&self) -> Flags {
        self.flags
    }

    /// The expression, without a zero byte at the end.
    pub fn expression(&self) -> &[u8] {
        &self.expression
    }
}

impl fmt::Debug for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = String::from_utf8_lossy(&self.expression);
        write!(f, "Pattern({}, /{text}/, {:#x})", self.id, self.flags.0)
    }
}

/// How wide the matches of an expression are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ExpressionWidth {
    /// Bytes of the shortest match.
    pub min: u32,
    /// Bytes of the widest; `None` where there is no such bound, which C says with 0 or the largest number.
    max: Option<NonZeroU32>,
}

impl ExpressionWidth {
    /// From what the library reports.
    pub const fn from_reported(min: u32, max: u32) -> Self {
        let max = if max == u32::MAX { None } else { NonZeroU32::new(max) };
        Self { min, max }
    }

    /// Bytes of the widest match; `None` where there is no bound.
    pub fn max(self) -> Option<u32> {
        self.max.map(NonZeroU32::get)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn literals_are_written_byte_by_byte_and_may_hold_nul() {
        let literal = Pattern::literal(3, Flags::CASELESS, b"a.\0\xff").unwrap();
        assert_eq!(literal.expression(), br"\x61\x2e\x00\xff");
        assert_eq!((literal.id(), literal.flags()), (3, Flags::CASELESS));
    }

    #[test]
    fn expressions_with_nul_and_over_long_ones_are_refused_by_name() {
        assert_eq!(Pattern::new(7, Flags::NONE, "a\0b"), Err(VsError::Nul { id: 7 }));
        let most = EXPRESSION_BYTES_MAX;
        assert!(Pattern::new(8, Flags::NONE, vec![b'a'; most]).is_ok());
        let error = Pattern::new(8, Flags::NONE, vec![b'a'; most + 1]).unwrap_err();
        assert_eq!(error, VsError::TooLong { id: 8, bytes: most + 1, most });
    }

    #[test]
    fn no_width_and_the_largest_width_are_no_bound() {
        assert_eq!(ExpressionWidth::from_reported(3, 9).max(), Some(9));
        assert_eq!(ExpressionWidth::from_reported(3, 0).max(), None);
        assert_eq!(ExpressionWidth::from_reported(3, u32::MAX).max(), None);
    }
}
