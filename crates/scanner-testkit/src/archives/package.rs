//! ar, cpio in its three forms, and RPM.

/// An ar archive; names over 15 bytes go into a table.
pub fn ar(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut table = Vec::new();
    let mut members = Vec::new();
    for (name, content) in files {
        let short = if name.len() < 16 {
            format!("{name}/")
        } else {
            let at = table.len();
            table.extend_from_slice(format!("{name}/\n").as_bytes());
            format!("/{at}")
        };
        ar_member(&mut members, &short, content);
    }
    let mut out = b"!<arch>\n".to_vec();
    if !table.is_empty() {
        ar_member(&mut out, "//", &table);
    }
    out.extend_from_slice(&members);
    out
}

fn ar_member(out: &mut Vec<u8>, name: &str, content: &[u8]) {
    let header = format!(
        "{name:<16}{:<12}{:<6}{:<6}{:<8}{:<10}`\n",
        1_600_000_000,
        0,
        0,
        100_644,
        content.len()
    );
    out.extend_from_slice(header.as_bytes());
    out.extend_from_slice(content);
    if content.len() % 2 == 1 {
        out.push(b'\n');
    }
}

/// A cpio archive in the new ASCII form.
pub fn cpio_new(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut out = Vec::new();
    for (name, content) in files.iter().chain([&("TRAILER!!!", b"".as_slice())]) {
        let (mode, size, name_bytes) = (0o100_644, content.len(), name.len() + 1);
        out.extend_from_slice(b"070701");
        for value in [1, mode, 0, 0, 1, 1_600_000_000, size, 0, 0, 0, 0, name_bytes, 0] {
            out.extend_from_slice(format!("{value:08X}").as_bytes());
        }
        out.extend_from_slice(name.as_bytes());
        out.push(0);
        out.resize(out.len().next_multiple_of(4), 0);
        out.extend_from_slice(content);
        out.resize(out.len().next_multiple_of(4), 0);
    }
    out
}

/// A cpio archive in the old ASCII form.
pub fn cpio_old(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut out = Vec::new();
    for (name, content) in files.iter().chain([&("TRAILER!!!", b"".as_slice())]) {
        let head = format!(
            "070707{:06o}{:06o}{:06o}{:06o}{:06o}{:06o}{:06o}{:011o}{:06o}{:011o}{name}\0",
            1,
            1,
            0o100_644,
            0,
            0,
            1,
            0,
            1_600_000_000,
            name.len() + 1,
            content.len()
        );
        out.extend_from_slice(head.as_bytes());
        out.extend_from_slice(content);
    }
    out
}

/// A cpio archive in the binary form, low byte first.
pub fn cpio_binary(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut out = Vec::new();
    for (name, content) in files.iter().chain([&("TRAILER!!!", b"".as_slice())]) {
        let (size, name_bytes) = (content.len(), name.len() + 1);
        let words = [
            0o070_707,
            1,
            1,
            0o100_644,
            0,
            0,
            1,
            0,
            0x5f5e,
            0x1000,
            name_bytes,
            size >> 16,
            size & 0xffff,
        ];
        for word in words {
            out.extend_from_slice(&(word as u16).to_le_bytes());
        }
        out.extend_from_slice(name.as_bytes());
        out.push(0);
        out.resize(out.len().next_multiple_of(2), 0);
        out.extend_from_slice(content);
        out.resize(out.len().next_multiple_of(2), 0);
    }
    out
}

/// An RPM package around a payload; the header's text is `header`.
pub fn rpm(header: &[u8], payload: &[u8]) -> Vec<u8> {
    let mut out = b"\xed\xab\xee\xdb\x03\x00".to_vec();
    out.resize(96, 0);
    for (text, align) in [(b"sig".as_slice(), 8), (header, 1)] {
        out.extend_from_slice(b"\x8e\xad\xe8\x01\0\0\0\0");
        out.extend_from_slice(&1_u32.to_be_bytes());
        out.extend_from_slice(&(text.len() as u32).to_be_bytes());
        out.extend_from_slice(&[0; 16]);
        out.extend_from_slice(text);
        out.resize(out.len().next_multiple_of(align), 0);
    }
    out.extend_from_slice(payload);
    out
}
