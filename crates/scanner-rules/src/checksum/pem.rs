//! PEM private keys (RFC 7468, RFC 1421): is the body a key, or dots, words and filler?
//!
//! A key is Structured when its base64 is strict and the outermost structure ends exactly where the
//! body does: the DER SEQUENCE of PKCS#1, PKCS#8 and SEC 1, or the fields of `openssh-key-v1`
//! (OpenSSH's `PROTOCOL.key`). What the numbers inside say ([`super::key`]) goes further: Proven where
//! they prove each other, Disproven where the key is so small that anybody can compute it, Unknown
//! where they contradict each other. A body that its headers or its structure call encrypted is
//! Encrypted; by headers alone it must only look random. Strict base64 of some length whose structure
//! does not fit is Unknown: a key that was cut or altered, and most of a key is as bad as all of it. PGP
//! blocks go to [`super::pgp`]. Unknown: other labels, no END line, too long a block. A key's base64
//! without its marker lines is read as well, but only what is certain counts of it.

use super::Verdict;
use super::armor::{ArmorText, Headers, line_prefix};
use super::base64::{Alphabet, Decoder};
use super::key::{self, Key, State};
use super::pgp;

/// Longest block that is read; a 16384-bit RSA key has some 13 kB.
const BLOCK_BYTES_MAX: usize = 64 * 1024;

/// Fewest bytes of a key: Ed25519 in PKCS#8 has 48.
pub(super) const KEY_BYTES_MIN: usize = 32;

/// Longest key whose numbers are looked at; longer ones are judged by their frame.
const NUMBERS_BYTES_MAX: usize = 12 * 1024;

/// Fewest bytes of a key whose structure does not fit, to be reported without proof.
const DAMAGED_KEY_BYTES_MIN: usize = 96;

/// Fewest different byte values of a key. 32 random bytes have about 30; filler has few.
const VALUES_MIN: u32 = 16;

const LABEL_BYTES_MAX: usize = 64;

/// The first bytes of an OpenSSH key.
const OPENSSH_MAGIC: &[u8] = b"openssh-key-v1\0";

/// Longest tag that OpenSSH's authenticated ciphers put after the private part.
const OPENSSH_TAG_BYTES_MAX: usize = 16;

pub(super) fn verify(block: &[u8]) -> Verdict {
    if block.len() > BLOCK_BYTES_MAX {
        return Verdict::Unknown;
    }
    let Some((kind, body)) = find_body(block) else { return bare(block) };
    let verdict = kind.verify(ArmorText::new(body, b""));
    let prefix = line_prefix(body);
    if verdict == Verdict::Disproven && !prefix.is_empty() {
        return kind.verify(ArmorText::new(body, prefix));
    }
    verdict
}

/// A key without its marker lines: whatever is not certain may be cut, so it is Unknown.
fn bare(text: &[u8]) -> Verdict {
    with_key(text, |key| match judge(key) {
        Verdict::Structured => Verdict::Unknown,
        verdict => verdict,
    })
    .unwrap_or(Verdict::Unknown)
}

/// What `see` makes of the key that is written in `text`, with or without marker lines; `None` where its
/// numbers cannot be read.
pub(super) fn with_key<T>(text: &[u8], see: impl FnOnce(&Key<'_>) -> T) -> Option<T> {
    let body = find_body(text).map_or(text, |(_, body)| body);
    with_material(body, |bytes| key::read(bytes).as_ref().map(see)).flatten()
}

/// What `see` makes of the bytes that an armored body holds; `None` where it is no strict base64 or has
/// headers.
pub(super) fn with_material<T>(body: &[u8], see: impl FnOnce(&[u8]) -> T) -> Option<T> {
    let mut buffer = [0; NUMBERS_BYTES_MAX];
    for prefix in [b"".as_slice(), line_prefix(body)] {
        let mut text = ArmorText::new(body, prefix);
        let headers = text.skip_headers();
        if let Some(bytes) = decode(text.base64_chars(), &mut buffer)
            && !headers.encrypted
        {
            return Some(see(bytes));
        }
    }
    None
}

/// The bytes that strict base64 stands for; `None` for anything else, nothing, and what does not fit.
fn decode(chars: impl Iterator<Item = u8>, into: &mut [u8]) -> Option<&[u8]> {
    let mut decoder = Decoder::new(Alphabet::Standard, chars);
    let mut count = 0;
    for byte in decoder.by_ref() {
        *into.get_mut(count)? = byte;
        count += 1;
    }
    into.get(..count).filter(|bytes| decoder.is_strict() && !bytes.is_empty())
}

fn judge(key: &Key<'_>) -> Verdict {
    if key.is_too_small() {
        return Verdict::Disproven;
    }
    match key.state {
        State::Whole => Verdict::Proven,
        State::Plain => Verdict::Structured,
        State::Altered => Verdict::Unknown,
        State::Encrypted => Verdict::Encrypted,
    }
}

#[derive(Clone, Copy)]
enum Kind {
    Der,
    OpenSsh,
    Pgp,
}

impl Kind {
    fn of(label: &[u8]) -> Option<Self> {
        if label == b"OPENSSH PRIVATE KEY" {
            Some(Self::OpenSsh)
        } else if label == b"PGP PRIVATE KEY BLOCK" {
            Some(Self::Pgp)
        } else {
            label.ends_with(b"PRIVATE KEY").then_some(Self::Der)
        }
    }

    fn verify(self, mut text: ArmorText<'_>) -> Verdict {
        let headers = text.skip_headers();
        let cut_after_headers = headers.any && text.clone().base64_chars().next().is_none();
        if cut_after_headers {
            // The lines of the file were joined: headers and body cannot be told apart.
            return Verdict::Unknown;
        }
        match self {
            Self::Pgp => pgp::verify(text.base64_chars()),
            Self::Der | Self::OpenSsh => {
                let verdict = self.verify_key(text.clone().base64_chars(), headers);
                if verdict == Verdict::Structured && !headers.encrypted {
                    return inside(text.base64_chars());
                }
                verdict
            }
        }
    }

    fn verify_key(self, chars: impl Iterator<Item = u8>, headers: Headers) -> Verdict {
        let mut bytes = Tally::new(Decoder::new(Alphabet::Standard, chars));
        let fits = match self {
            Self::OpenSsh => openssh(&mut bytes),
            _ if headers.encrypted => true,
            _ => der(&mut bytes),
        };
        bytes.by_ref().for_each(drop);
        if !bytes.looks_like_a_key() {
            return Verdict::Disproven;
        }
        if fits && bytes.inner.is_strict() {
            return if headers.encrypted { Verdict::Encrypted } else { Verdict::Structured };
        }
        // Cut off, altered or of a kind unknown here: most of a key is as bad as all of it.
        let is_most_of_a_key = bytes.inner.is_whole() && bytes.count >= DAMAGED_KEY_BYTES_MIN;
        if is_most_of_a_key { Verdict::Unknown } else { Verdict::Disproven }
    }
}

/// What the numbers of a key say whose frame is right.
fn inside(chars: impl Iterator<Item = u8>) -> Verdict {
    let mut buffer = [0; NUMBERS_BYTES_MAX];
    let key = decode(chars, &mut buffer).and_then(key::read);
    key.map_or(Verdict::Structured, |key| judge(&key))
}

/// What stands between the first BEGIN line and the END line after it.
fn find_body(block: &[u8]) -> Option<(Kind, &[u8])> {
    let after_begin = after(block, b"-----BEGIN ")?;
    let label_end = position(after_begin.get(..LABEL_BYTES_MAX).unwrap_or(after_begin), b"-----")?;
    let (label, rest) = after_begin.split_at_checked(label_end)?;
    let body = rest.strip_prefix(b"-----")?;
    let body = body.get(..position(body, b"-----END ")?)?;
    Some((Kind::of(label)?, body))
}

fn after<'a>(text: &'a [u8], marker: &[u8]) -> Option<&'a [u8]> {
    text.get(position(text, marker)? + marker.len()..)
}

fn position(text: &[u8], marker: &[u8]) -> Option<usize> {
    text.windows(marker.len()).position(|window| window == marker)
}

/// Whether the bytes are one DER SEQUENCE, no more and no less, that begins as keys do: with an
/// INTEGER (version), a SEQUENCE (algorithm of an encrypted key) or an OBJECT IDENTIFIER (TPM
/// keys).
fn der<I: Iterator<Item = u8>>(bytes: &mut Tally<I>) -> bool {
    let Some(content_bytes) = der_sequence(bytes) else { return false };
    let header_bytes = bytes.count;
    let first = bytes.next();
    bytes.by_ref().for_each(drop);
    matches!(first, Some(0x02 | 0x30 | 0x06)) && bytes.count - header_bytes == content_bytes
}

/// The length that the header of a SEQUENCE states: definite, at most four bytes (X.690).
fn der_sequence(bytes: &mut impl Iterator<Item = u8>) -> Option<usize> {
    bytes.next().filter(|&tag| tag == 0x30)?;
    match bytes.next()? {
        short @ 0..=0x7f => Some(usize::from(short)),
        long @ 0x81..=0x84 => {
            let mut len = 0;
            for _ in 0..long & 0x7f {
                len = len << 8 | usize::from(bytes.next()?);
            }
            Some(len)
        }
        _ => None,
    }
}

/// Whether the bytes are the fields of an OpenSSH key: magic, cipher, key derivation and its
/// options, number of keys, that many public keys, the private part, perhaps a tag.
fn openssh<I: Iterator<Item = u8>>(bytes: &mut Tally<I>) -> bool {
    let mut fields = || {
        for &expected in OPENSSH_MAGIC {
            bytes.next().filter(|&byte| byte == expected)?;
        }
        for _ in 0..3 {
            skip_string(bytes)?;
        }
        for _ in 0..big_endian_32(bytes)? {
            skip_string(bytes)?;
        }
        skip_string(bytes)
    };
    fields().is_some() && bytes.count() <= OPENSSH_TAG_BYTES_MAX
}

/// A string with its length before it (RFC 4251). Ends with the bytes, whatever the length says.
fn skip_string(bytes: &mut impl Iterator<Item = u8>) -> Option<()> {
    for _ in 0..big_endian_32(bytes)? {
        bytes.next()?;
    }
    Some(())
}

fn big_endian_32(bytes: &mut impl Iterator<Item = u8>) -> Option<u32> {
    (0..4).try_fold(0, |value, _| bytes.next().map(|byte| value << 8 | u32::from(byte)))
}

/// Counts bytes and their different values on the way.
pub(super) struct Tally<I> {
    pub(super) inner: I,
    count: usize,
    seen: [u64; 4],
}

impl<I: Iterator<Item = u8>> Tally<I> {
    pub(super) fn new(inner: I) -> Self {
        Self { inner, count: 0, seen: [0; 4] }
    }

    /// Long enough and varied enough, as far as it was read.
    pub(super) fn looks_like_a_key(&self) -> bool {
        let values: u32 = self.seen.iter().map(|word| word.count_ones()).sum();
        self.count >= KEY_BYTES_MIN && values >= VALUES_MIN
    }
}

impl<I: Iterator<Item = u8>> Iterator for Tally<I> {
    type Item = u8;

    fn next(&mut self) -> Option<u8> {
        let byte = self.inner.next()?;
        self.count += 1;
        if let Some(word) = self.seen.get_mut(usize::from(byte >> 6)) {
            *word |= 1 << (byte & 63);
        }
        Some(byte)
    }
}

/// For tests: bytes that look random.
#[cfg(test)]
pub(super) fn random_bytes(count: usize) -> Vec<u8> {
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let step = || {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 56) as u8
    };
    std::iter::repeat_with(step).take(count).collect()
}

#[cfg(test)]
mod tests {
    use super::super::base64::encode;
    use super::*;

    fn base64(bytes: &[u8]) -> String {
        let mut text = encode(Alphabet::Standard, bytes);
        while !text.len().is_multiple_of(4) {
            text.push('=');
        }
        text
    }

    fn lines(text: &str) -> String {
        text.as_bytes()
            .chunks(64)
            .map(|line| String::from_utf8_lossy(line).into_owned() + "\n")
            .collect()
    }

    fn block(label: &str, body: &str) -> String {
        format!("-----BEGIN {label}-----\n{body}-----END {label}-----")
    }

    fn key(content: usize) -> Vec<u8> {
        let mut bytes = match content {
            0..0x80 => vec![0x30, content as u8],
            0x80..0x100 => vec![0x30, 0x81, content as u8],
            _ => vec![0x30, 0x82, (content >> 8) as u8, content as u8],
        };
        bytes.extend([0x02, 0x01, 0x00]);
        bytes.extend(random_bytes(content - 3));
        bytes
    }

    fn openssh_key(tag: usize) -> Vec<u8> {
        let string = |bytes: &[u8]| [&(bytes.len() as u32).to_be_bytes()[..], bytes].concat();
        let keys =
            [string(&random_bytes(51)), string(&random_bytes(144)), random_bytes(tag)].concat();
        [OPENSSH_MAGIC, &string(b"none"), &string(b"none"), &string(b""), &[0, 0, 0, 1], &keys]
            .concat()
    }

    fn check(block: &str, expected: Verdict) {
        assert_eq!(verify(block.as_bytes()), expected, "{block}");
    }

    #[test]
    fn der_keys() {
        for (label, content) in [
            ("RSA PRIVATE KEY", 1188),
            ("PRIVATE KEY", 46),
            ("EC PRIVATE KEY", 119),
            ("ENCRYPTED PRIVATE KEY", 200),
        ] {
            check(&block(label, &lines(&base64(&key(content)))), Verdict::Structured);
        }
    }

    #[test]
    fn der_that_does_not_fit() {
        let label = "RSA PRIVATE KEY";
        let right = key(600);
        let mut tag = right.clone();
        tag[0] = 0x31;
        let mut inner = right.clone();
        inner[4] = 0x04;
        let mut indefinite = right.clone();
        indefinite[1] = 0x80;
        let longer = [right.as_slice(), &[1]].concat();
        let filler = [&right[..7], &[b'x'; 597]].concat();
        for damaged in [&tag, &inner, &indefinite, &longer, &right[..500].to_vec()] {
            check(&block(label, &lines(&base64(damaged))), Verdict::Unknown);
        }
        for wrong in [&filler, &key(29), &longer[..80].to_vec()] {
            check(&block(label, &lines(&base64(wrong))), Verdict::Disproven);
        }
    }

    #[test]
    fn a_key_whose_last_character_was_altered() {
        // 592 bytes end in a group of two characters and padding, whose four spare bits are set here.
        let text = base64(&key(588));
        let (body, end) = text.split_at(text.len() - 4);
        let mut end: Vec<u8> = end.bytes().collect();
        end[1] = b'x';
        let altered = format!("{body}{}", String::from_utf8(end).unwrap());
        assert!(altered.ends_with("x=="), "{altered}");
        check(&block("RSA PRIVATE KEY", &lines(&altered)), Verdict::Unknown);
    }

    #[test]
    fn bodies_that_are_no_keys() {
        for body in [
            "",
            "...\n",
            "MIIE...\n",
            "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\n",
            "this is where your private key goes\n",
            "<your key here>\n",
            "{{ private_key }}\n",
            "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n",
            "[REDACTED]\n",
            "${KEY}\n",
        ] {
            for label in
                ["RSA PRIVATE KEY", "PRIVATE KEY", "OPENSSH PRIVATE KEY", "PGP PRIVATE KEY BLOCK"]
            {
                check(&block(label, body), Verdict::Disproven);
            }
        }
        let legacy = "Proc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00\n\n";
        check(
            &block("RSA PRIVATE KEY", &format!("{legacy}{}\n", "A".repeat(64))),
            Verdict::Disproven,
        );
    }

    #[test]
    fn encrypted_by_header() {
        let legacy =
            "Proc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00112233445566778899AABBCCDDEEFF\n\n";
        let body = lines(&base64(&random_bytes(600)));
        check(&block("RSA PRIVATE KEY", &format!("{legacy}{body}")), Verdict::Encrypted);
        check(&block("RSA PRIVATE KEY", &body), Verdict::Unknown);
        let joined = format!("{legacy}{body}").replace('\n', " ");
        check(&block("RSA PRIVATE KEY", &joined), Verdict::Unknown);
    }

    #[test]
    fn written_in_other_files() {
        let whole = block("RSA PRIVATE KEY", &lines(&base64(&key(600))));
        check(&whole.replace('\n', "\r\n"), Verdict::Structured);
        check(&whole.replace('\n', "\\n"), Verdict::Structured);
        check(&whole.replace('\n', "\\\\n").replace('/', "\\/"), Verdict::Structured);
        check(&whole.replace('\n', " "), Verdict::Structured);
        check(&whole.replace('\n', ""), Verdict::Structured);
        check(&whole.replace('\n', "&#10;"), Verdict::Structured);
        check(&whole.replace('\n', "\\n\" +\n        \""), Verdict::Structured);
        check(&whole.replace('\n', "\n      "), Verdict::Structured);
        check(&whole.replace('\n', "\n+"), Verdict::Structured);
        check(&whole.replace('\n', "\n> "), Verdict::Structured);
        check(&whole.replace('\n', "\n# "), Verdict::Structured);
        check(&format!("key: |\n{whole}\nother: 1"), Verdict::Structured);
    }

    #[test]
    fn openssh_keys() {
        let label = "OPENSSH PRIVATE KEY";
        check(&block(label, &lines(&base64(&openssh_key(0)))), Verdict::Structured);
        check(&block(label, &lines(&base64(&openssh_key(16)))), Verdict::Structured);
        check(&block(label, &lines(&base64(&openssh_key(17)))), Verdict::Unknown);
        let cut = &openssh_key(0)[..150];
        check(&block(label, &lines(&base64(cut))), Verdict::Unknown);
        let mut count = openssh_key(0);
        count[35..39].fill(0xff);
        check(&block(label, &lines(&base64(&count))), Verdict::Unknown);
        check(&block(label, &lines(&base64(&key(600)))), Verdict::Unknown);
    }

    #[test]
    fn what_cannot_be_told() {
        let body = lines(&base64(&key(600)));
        check("", Verdict::Unknown);
        check("-----BEGIN RSA PRIVATE KEY-----", Verdict::Unknown);
        check(&format!("-----BEGIN RSA PRIVATE KEY-----\n{body}"), Verdict::Unknown);
        check(&block("OpenVPN Static key V1", &body), Verdict::Unknown);
        check(&block(&"A".repeat(LABEL_BYTES_MAX), &body), Verdict::Unknown);
        check(&block("RSA PRIVATE KEY", &" ".repeat(BLOCK_BYTES_MAX)), Verdict::Unknown);
    }
}
