//! How wide the matches of an expression are, asked of the library.

use std::ffi::CString;
use std::ptr;

use crate::error::VsError;
use crate::pattern::{ExpressionWidth, Pattern};
use crate::sys::{self, CompileError, Handed};

/// Shortest and widest match of a pattern. Says also whether the library understands it at all.
///
/// # Errors
///
/// It does not, and says why.
#[expect(unsafe_code, reason = "a C function")]
pub fn expression_width(pattern: &Pattern) -> Result<ExpressionWidth, VsError> {
    let id = pattern.id();
    let expression = CString::new(pattern.expression()).map_err(|_| VsError::Nul { id })?;
    let (mut info, mut error) = (ptr::null_mut(), ptr::null_mut());
    // SAFETY: the expression ends with a zero byte and outlives the call; the other pointers are to our own
    // variables, of which the call writes one.
    let code = unsafe {
        sys::hs_expression_info(
            expression.as_ptr(),
            pattern.flags().bits(),
            &raw mut info,
            &raw mut error,
        )
    };
    // SAFETY: null, or allocated by the call for its caller to free.
    let info = unsafe { Handed::<sys::hs_expr_info_t>::new(info) };
    let Some(info) = info.filter(|_| code == sys::HS_SUCCESS.cast_signed()) else {
        // SAFETY: null, or written by the call that has just failed.
        let CompileError { message, .. } = unsafe { CompileError::take(error) };
        return Err(VsError::Pattern { id, message });
    };
    // SAFETY: the call succeeded, so this is a whole structure, and we own it.
    let facts = unsafe { &*info.pointer() };
    Ok(ExpressionWidth::from_reported(facts.min_width, facts.max_width))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pattern::Flags;

    fn width(expression: &str) -> Result<(u32, Option<u32>), VsError> {
        let pattern = Pattern::new(9, Flags::PREFILTER, expression)?;
        expression_width(&pattern).map(|width| (width.min, width.max()))
    }

    #[test]
    fn bounded_and_unbounded_expressions() {
        assert_eq!(width("abc"), Ok((3, Some(3))));
        assert_eq!(width("ab{2,7}"), Ok((3, Some(8))));
        assert_eq!(width("ab+"), Ok((2, None)));
        assert_eq!(width("ab.*c"), Ok((3, None)));
    }

    #[test]
    fn what_the_library_does_not_understand_is_named() {
        for expression in ["a(b", "a**b", "[z-a]"] {
            let error = width(expression).unwrap_err();
            assert!(matches!(error, VsError::Pattern { id: 9, .. }), "{expression}: {error}");
        }
    }
}
