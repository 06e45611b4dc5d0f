//! The other parts of a credential, from what the engine gives to what findings tell. Which part is told is the engine's
//! decision; whether it may be shown whole is the detector's.

use scanner_core::{Location, Part, RootSpan, SecretBytes};
use scanner_engine::FindingRef;
use scanner_rules::PartSpec;

/// Characters shown of a part that is no secret, at most.
const SHOWN_CHARS_MAX: usize = 128;

/// What each part is, where it stands, and what may be shown of it.
pub(crate) fn told(specs: &[PartSpec], found: &FindingRef<'_>) -> Vec<(String, RootSpan, String)> {
    let parts = specs.iter().zip(found.parts);
    let told = |(spec, part): (&PartSpec, Option<_>)| {
        let part: scanner_engine::PartRef<'_> = part?;
        Some((spec.name.clone(), part.root, shown(part.bytes, spec.public)))
    };
    parts.filter_map(told).collect()
}

/// The same with lines and columns.
pub(crate) fn located(
    parts: &[(String, RootSpan, String)],
    mut locate: impl FnMut(RootSpan) -> Location,
) -> Vec<Part> {
    let part = |(name, root, shown): &(String, RootSpan, String)| Part {
        name: name.clone(),
        location: locate(*root),
        shown: shown.clone(),
    };
    parts.iter().map(part).collect()
}

fn shown(bytes: &[u8], is_public: bool) -> String {
    if !is_public {
        return SecretBytes::new(bytes).redacted();
    }
    let text = String::from_utf8_lossy(bytes);
    let clean = text.chars().map(|c| if c.is_control() { ' ' } else { c });
    let mut shown: String = clean.clone().take(SHOWN_CHARS_MAX).collect();
    if clean.count() > SHOWN_CHARS_MAX {
        shown.push('…');
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_public_is_shown_whole() {
        let id = ["AKID", "7Qm2Zt9RkX4bLwDs8NfJ"].concat();
        assert_eq!(shown(id.as_bytes(), true), id);
        assert_eq!(shown(id.as_bytes(), false), "AKI…NfJ");
        assert_eq!(shown(b"a\x1bb\xff", true), "a b\u{fffd}");
        let long = shown(&[b'x'; 300], true);
        assert_eq!(long.chars().count(), SHOWN_CHARS_MAX + 1);
    }
}
