//! Inline markers: what every tool of this kind writes into a line to silence a finding.

/// Markers that silence findings on their own line. Case does not matter.
const SAME_LINE: &[&[u8]] = &[
    b"scanner-rs:allow",
    b"gitleaks:allow",
    b"betterleaks:allow",
    b"trufflehog:ignore",
    b"kingfisher:ignore",
    b"keyhog:ignore",
    b"pragma: allowlist secret",
    b"pragma: whitelist secret",
    b"pragma:allowlist secret",
    b"ggignore",
    b"nosemgrep",
];

/// Markers that silence findings on the next line.
const NEXT_LINE: &[&[u8]] = &[
    b"pragma: allowlist nextline secret",
    b"pragma: whitelist nextline secret",
    b"pragma:allowlist nextline secret",
];

/// Whether a marker silences what stands at `start..end` of `text`, looking at most `reach` bytes to either
/// side. UTF-16 is read by leaving its zero bytes out.
pub(crate) fn silences(text: &[u8], start: usize, end: usize, reach: usize) -> bool {
    let from = start.saturating_sub(reach);
    let to = end.saturating_add(reach).min(text.len());
    let before = &text[from..start.min(to)];
    let behind = &text[end.min(to)..to];
    let behind = memchr::memchr(b'\n', behind).map_or(behind, |at| &behind[..at]);
    let (previous, before) = match memchr::memrchr(b'\n', before) {
        Some(at) => (last_line(&before[..at]), &before[at + 1..]),
        None => (&[][..], before),
    };
    has_any(before, SAME_LINE) || has_any(behind, SAME_LINE) || has_any(previous, NEXT_LINE)
}

fn last_line(text: &[u8]) -> &[u8] {
    memchr::memrchr(b'\n', text).map_or(text, |at| &text[at + 1..])
}

fn has_any(line: &[u8], markers: &[&[u8]]) -> bool {
    // Every marker has one of these letters; most lines end here or at the first comparison.
    if line.len() < 8 {
        return false;
    }
    if line.contains(&0) {
        let narrow: Vec<u8> = line.iter().copied().filter(|byte| *byte != 0).collect();
        return has_any_of(&narrow, markers);
    }
    has_any_of(line, markers)
}

fn has_any_of(line: &[u8], markers: &[&[u8]]) -> bool {
    markers
        .iter()
        .any(|marker| line.windows(marker.len()).any(|window| window.eq_ignore_ascii_case(marker)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_marker_silences_its_line_and_no_other() {
        for marker in SAME_LINE {
            let marker = String::from_utf8_lossy(marker);
            let text = format!("a\nkey = SECRET # {marker}\nb SECRET");
            let first = text.find("SECRET").unwrap();
            let second = text.rfind("SECRET").unwrap();
            assert!(silences(text.as_bytes(), first, first + 6, 1000), "{marker}");
            assert!(!silences(text.as_bytes(), second, second + 6, 1000), "{marker}");
            let wide: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
            assert!(silences(&wide, 2 * first, 2 * first + 12, 1000), "{marker}");
        }
    }

    #[test]
    fn nextline_markers_silence_the_next_line_only() {
        for marker in NEXT_LINE {
            let marker = String::from_utf8_lossy(marker);
            let text = format!("# {marker}\nkey = SECRET\nkey = SECRET");
            let first = text.find("SECRET").unwrap();
            let second = text.rfind("SECRET").unwrap();
            assert!(silences(text.as_bytes(), first, first + 6, 1000), "{marker}");
            assert!(!silences(text.as_bytes(), second, second + 6, 1000), "{marker}");
        }
    }

    #[test]
    fn ordinary_lines_are_not_silenced() {
        assert!(!silences(b"key = SECRET # allow list", 6, 12, 1000));
        assert!(!silences(b"SECRET", 0, 6, 1000));
    }
}
