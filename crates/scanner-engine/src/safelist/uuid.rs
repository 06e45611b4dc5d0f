//! The canonical form of a UUID: 8-4-4-4-12 hexadecimal digits with hyphens.

/// Whether the bytes are a UUID in canonical form.
pub(crate) fn is_uuid_format(bytes: &[u8]) -> bool {
    bytes.len() == 36
        && bytes.iter().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => *byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_canonical_form_counts() {
        for (text, ok) in [
            ("0b5e3f2a-9c1d-4e8f-a7b6-5c4d3e2f1a0b", true),
            ("0B5E3F2A-9C1D-4E8F-A7B6-5C4D3E2F1A0B", true),
            ("0b5e3f2a9c1d-4e8f-a7b6-5c4d3e2f1a0b-", false),
            ("0b5e3f2a-9c1d-4e8f-a7b6-5c4d3e2f1a0g", false),
            ("0b5e3f2a-9c1d-4e8f-a7b6-5c4d3e2f1a0", false),
        ] {
            assert_eq!(is_uuid_format(text.as_bytes()), ok, "{text}");
        }
    }
}
