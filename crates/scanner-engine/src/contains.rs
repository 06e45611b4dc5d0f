//! Whether a text holds a literal, for texts that are mostly a line or a window long.

/// Bytes from which preparing a search pays.
const LONG: usize = 1024;

/// Whether `literal` stands in `text`. A short text is searched for the literal's first byte, which costs less
/// than preparing a faster search.
pub(crate) fn contains(text: &[u8], literal: &[u8]) -> bool {
    let Some((&first, _)) = literal.split_first() else { return true };
    if text.len() >= LONG {
        return memchr::memmem::find(text, literal).is_some();
    }
    let Some(last) = text.len().checked_sub(literal.len()) else { return false };
    memchr::memchr_iter(first, &text[..=last]).any(|at| text[at..].starts_with(literal))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn says_what_memmem_says(
            text in prop::collection::vec(prop::sample::select(b"ab".to_vec()), 0..40),
            literal in prop::collection::vec(prop::sample::select(b"ab".to_vec()), 0..6),
            padding in prop::sample::select(vec![0, LONG]),
        ) {
            let text = [vec![b'x'; padding], text].concat();
            prop_assert_eq!(contains(&text, &literal), memchr::memmem::find(&text, &literal).is_some());
        }
    }
}
