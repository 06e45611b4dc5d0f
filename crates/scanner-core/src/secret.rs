//! Secret bytes that do not show themselves, and the hash that stands for them.

use std::fmt;

/// The bytes of a secret. `Debug` and `Display` show a redacted form; who needs the bytes writes
/// [`SecretBytes::expose`], which is easy to find in a review.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SecretBytes {
    bytes: Box<[u8]>,
    /// The redacted form where the bytes are not known.
    withheld: Option<Box<str>>,
}

/// Characters shown at either end of a redacted secret, at most.
const SHOWN_CHARS_MAX: usize = 4;

impl SecretBytes {
    /// Takes a copy of the bytes.
    pub fn new(bytes: &[u8]) -> Self {
        Self { bytes: bytes.into(), withheld: None }
    }

    /// A secret of which only the redacted form is known, as a store keeps it. It has no bytes to expose.
    pub fn withheld(redacted: &str) -> Self {
        Self { bytes: Box::default(), withheld: Some(redacted.into()) }
    }

    /// The bytes in clear. Say at the call why they are needed.
    pub fn expose(&self) -> &[u8] {
        &self.bytes
    }

    /// How many bytes there are.
    pub fn len(&self) -> usize {
        self.bytes.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// A form that tells secrets apart without giving them away: a quarter of it at most, four characters
    /// at either end at most, nothing of a secret shorter than twelve characters, and of one over several
    /// lines only the first line's beginning.
    pub fn redacted(&self) -> String {
        if let Some(text) = &self.withheld {
            return text.to_string();
        }
        if self.bytes.is_ascii() {
            return self.redacted_ascii();
        }
        let text = String::from_utf8_lossy(&self.bytes);
        let chars: Vec<char> = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        let shown = (chars.len() / 8).min(SHOWN_CHARS_MAX);
        if chars.len() < 12 || shown == 0 {
            return "…".to_owned();
        }
        let head: String = chars[..shown].iter().collect();
        let tail: String = chars[chars.len() - shown..].iter().collect();
        format!("{head}…{tail}")
    }

    /// The same where each byte is a character, as nearly always: every finding passes here once for each report.
    fn redacted_ascii(&self) -> String {
        let shown = (self.bytes.len() / 8).min(SHOWN_CHARS_MAX);
        if self.bytes.len() < 12 {
            return "…".to_owned();
        }
        let clean = |byte: &u8| if byte.is_ascii_control() { ' ' } else { char::from(*byte) };
        let mut text = String::with_capacity(2 * SHOWN_CHARS_MAX + '…'.len_utf8());
        text.extend(self.bytes[..shown].iter().map(clean));
        text.push('…');
        text.extend(self.bytes[self.bytes.len() - shown..].iter().map(clean));
        text
    }
}

impl fmt::Debug for SecretBytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SecretBytes({})", self.redacted())
    }
}

impl fmt::Display for SecretBytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.redacted())
    }
}

/// BLAKE3 of the secret bytes: two findings with the same one are the same secret. It is not keyed, so it
/// stays inside the process; what leaves is the keyed hash of `scanner-store`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NormHash(pub [u8; 32]);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_secret_shows_nothing() {
        assert_eq!(SecretBytes::new(b"hunter2secr").redacted(), "…");
    }

    #[test]
    fn a_long_secret_shows_four_at_either_end() {
        let text = format!("abcd{}wxyz", "0".repeat(60));
        assert_eq!(SecretBytes::new(text.as_bytes()).redacted(), "abcd…wxyz");
    }

    #[test]
    fn text_of_one_byte_characters_is_shown_as_any_other() {
        let secret = SecretBytes::new(b"a\nb456789012345678901x\0z");
        assert_eq!(secret.redacted(), "a b…x z");
        let secret = SecretBytes::new("ä\nb456789012345678901x\0z".as_bytes());
        assert_eq!(secret.redacted(), "ä b…x z");
    }

    #[test]
    fn debug_and_display_do_not_leak() {
        let secret = SecretBytes::new(b"correct-horse-battery-staple");
        assert!(!format!("{secret:?} {secret}").contains("horse"));
    }

    #[test]
    fn what_is_withheld_shows_its_redacted_form_and_has_no_bytes() {
        let secret = SecretBytes::withheld("abcd…wxyz");
        assert_eq!(secret.redacted(), "abcd…wxyz");
        assert!(secret.is_empty() && secret.expose().is_empty());
    }

    #[test]
    fn at_most_a_quarter_is_shown() {
        for len in 0..100 {
            let secret = SecretBytes::new("x".repeat(len).as_bytes());
            let shown = secret.redacted().chars().filter(|c| *c == 'x').count();
            assert!(shown * 4 <= len, "{shown} of {len}");
        }
    }
}
