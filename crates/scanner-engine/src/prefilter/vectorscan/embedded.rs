//! The built-in patterns in the library's syntax, made by the build script: reading and writing hundreds of patterns is
//! what takes longest at a start whose databases are in the cache.

use std::borrow::Cow;
use std::sync::LazyLock;

use super::expression::{Embedded, expression_of, name_of};

static BYTES: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/expressions.bin"));

/// Sorted by name.
static EXPRESSIONS: LazyLock<Vec<Embedded<'static>>> = LazyLock::new(|| {
    postcard::from_bytes(BYTES).expect("the build script wrote these bytes with the same types")
});

/// As [`expression_of`]; a built-in pattern is not read for it.
pub(super) fn expression(pattern: &str) -> Option<Cow<'static, str>> {
    let name = name_of(pattern);
    match EXPRESSIONS.binary_search_by_key(&name, |known| known.0) {
        Ok(index) => Some(Cow::Borrowed(EXPRESSIONS[index].1)),
        Err(_) => expression_of(pattern).map(Cow::Owned),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_embedded_is_what_the_patterns_say() {
        let mut known = 0;
        for spec in scanner_rules::builtin::specs() {
            let expression = expression(&spec.pattern);
            assert_eq!(expression.as_deref(), expression_of(&spec.pattern).as_deref());
            known += usize::from(matches!(expression, Some(Cow::Borrowed(_))));
        }
        assert!(known > 900, "{known}");
        assert!(matches!(expression("no built-in pattern"), Some(Cow::Owned(_))));
    }
}
