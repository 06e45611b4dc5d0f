//! Stable identities: BLAKE3 keyed hashes of `domain ‖ NUL ‖ payload`, 32 bytes each.
//!
//! The first byte of every payload is its version, [`PAYLOAD_VERSION`]; numbers are little endian, texts
//! carry their length in front, so that no two inputs give the same payload. No identity takes part of a
//! line number, a column or a time, and none depends on how a scan was cut into chunks.
//!
//! The secret itself never comes here: it is represented by its [`NormHash`], and what is stored is the
//! keyed hash of that.

use std::collections::BTreeMap;
use std::fmt;

use data_encoding::HEXLOWER;
use scanner_core::{DecodeKind, FindingRec, NormHash, RootSpan, Span, Variant};

use crate::keys::Keys;

/// Version of all payloads.
pub const PAYLOAD_VERSION: u8 = 1;

const DOMAIN_RULE: &[u8] = b"scanner.store.identity.v1.rule_fingerprint";
const DOMAIN_SECRET: &[u8] = b"scanner.store.identity.v1.secret_hash";
const DOMAIN_OCCURRENCE: &[u8] = b"scanner.store.identity.v1.occurrence_id";
const DOMAIN_RULE_SET: &[u8] = b"scanner.store.identity.v1.rule_set";

/// Base64 of the same bytes ends up to this many characters later, depending on what follows.
const BASE64_END_SLACK: u64 = 3;

macro_rules! identity {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub [u8; 32]);

        impl $name {
            /// Lower-case hexadecimal, 64 digits.
            pub fn to_hex(&self) -> String {
                HEXLOWER.encode(&self.0)
            }

            /// The identity written as 64 hexadecimal digits.
            pub fn from_hex(text: &str) -> Option<Self> {
                let bytes = HEXLOWER.decode(text.to_ascii_lowercase().as_bytes()).ok()?;
                <[u8; 32]>::try_from(bytes).ok().map(Self)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self.to_hex())
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.to_hex())
            }
        }
    };
}

identity!(
    /// What a rule looks for: changes with every change that can change its findings.
    RuleFingerprint
);
identity!(
    /// Which secret, the same wherever it stands.
    SecretHash
);
identity!(
    /// One secret at one place of one object.
    OccurrenceId
);
identity!(
    /// All rules and settings that decide what a scan of given bytes finds. Not keyed: it only has to tell
    /// rule sets apart, also where keys are ephemeral.
    RuleSetHash
);

/// What can be wrong with an occurrence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum IdentityError {
    /// Flag bits of a newer version.
    #[error("unknown occurrence flags {bits:#06x}")]
    UnknownFlags {
        /// The unknown bits.
        bits: u16,
    },
}

/// Flags of an occurrence; bits that are not named here are refused.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OccurrenceFlags(u16);

impl OccurrenceFlags {
    /// The secret stands in the object as it is.
    pub const ROOT_STEP: Self = Self(1 << 0);
    /// The span in the decoded bytes takes part, because no root span is known.
    pub const SPAN_INCLUDED: Self = Self(1 << 1);
    /// The end of the root span was moved to where the shortest encoding would end.
    pub const END_NORMALISED: Self = Self(1 << 2);
    /// Found in UTF-16, little endian.
    pub const UTF16_LE: Self = Self(1 << 8);
    /// Found in UTF-16, big endian.
    pub const UTF16_BE: Self = Self(1 << 9);

    const KNOWN: u16 = Self::ROOT_STEP.0
        | Self::SPAN_INCLUDED.0
        | Self::END_NORMALISED.0
        | Self::UTF16_LE.0
        | Self::UTF16_BE.0;

    /// The flags with these bits.
    ///
    /// # Errors
    ///
    /// A bit is set that this version does not know.
    pub const fn from_bits(bits: u16) -> Result<Self, IdentityError> {
        match bits & !Self::KNOWN {
            0 => Ok(Self(bits)),
            unknown => Err(IdentityError::UnknownFlags { bits: unknown }),
        }
    }

    /// The bits.
    pub const fn bits(self) -> u16 {
        self.0
    }

    /// Whether all of `other` are set.
    pub const fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// Both together.
    #[must_use]
    pub const fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    const fn of_variant(variant: Variant) -> Self {
        match variant {
            Variant::Raw => Self(0),
            Variant::Utf16Le => Self::UTF16_LE,
            Variant::Utf16Be => Self::UTF16_BE,
        }
    }
}

/// Where an occurrence stands, reduced to what does not depend on how the scan was cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OccurrenceSpans {
    flags: OccurrenceFlags,
    variant: Variant,
    root: RootSpan,
    span: Span,
}

impl OccurrenceSpans {
    /// A secret that stands in the object as it is.
    pub const fn at_root(root: RootSpan, variant: Variant) -> Self {
        let flags = OccurrenceFlags::ROOT_STEP.with(OccurrenceFlags::of_variant(variant));
        Self { flags, variant, root, span: Span::new(0, 0) }
    }

    /// A decoded secret of which the encoded bytes are known: the decoded span is left out.
    pub const fn decoded(root: RootSpan, variant: Variant) -> Self {
        let flags = OccurrenceFlags::of_variant(variant);
        Self { flags, variant, root, span: Span::new(0, 0) }
    }

    /// A secret of `decoded_bytes` bytes in base64: the end is moved back to where the shortest encoding
    /// of that many bytes would end, if that is at most three characters away.
    pub const fn decoded_base64(root: RootSpan, decoded_bytes: u64, variant: Variant) -> Self {
        let shortest = root.start.saturating_add(decoded_bytes.saturating_mul(4).div_ceil(3));
        let near = shortest <= root.end && root.end - shortest <= BASE64_END_SLACK;
        let end = if near { shortest } else { root.end };
        let flags = OccurrenceFlags::END_NORMALISED.with(OccurrenceFlags::of_variant(variant));
        Self { flags, variant, root: RootSpan { start: root.start, end }, span: Span::new(0, 0) }
    }

    /// A decoded secret of which only the place in the decoded bytes is known.
    pub const fn unmapped(span: Span, variant: Variant) -> Self {
        let flags = OccurrenceFlags::SPAN_INCLUDED.with(OccurrenceFlags::of_variant(variant));
        Self { flags, variant, root: RootSpan { start: 0, end: 0 }, span }
    }

    /// The spans of a finding of the scan loop. `decode` lists the decoders undone, outermost first, with
    /// or without the UTF-16 step that the variant tells already.
    pub fn of_record(record: &FindingRec, decode: &[DecodeKind]) -> Self {
        if record.step_id.is_root() {
            return Self::at_root(record.root, record.variant);
        }
        if record.root.is_empty() {
            return Self::unmapped(record.span, record.variant);
        }
        let mut steps =
            decode.iter().filter(|kind| !matches!(kind, DecodeKind::Utf16Le | DecodeKind::Utf16Be));
        match (steps.next(), steps.next()) {
            (Some(DecodeKind::Base64), None) => {
                Self::decoded_base64(record.root, u64::from(record.span.len()), record.variant)
            }
            _ => Self::decoded(record.root, record.variant),
        }
    }

    /// The flags.
    pub const fn flags(&self) -> OccurrenceFlags {
        self.flags
    }

    /// The root span as it takes part.
    pub const fn root(&self) -> RootSpan {
        self.root
    }
}

/// Which object, with its source in front: `fs:src/main.rs`, `git:<repository>:<blob>`,
/// `tar:<archive>:<entry>`, `image:<digest>:<path>`, `stdin:`.
///
/// In all parts but the last `%` and `:` are written as `%25` and `%3A`, so that no two objects share a key.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ObjectKey(Vec<u8>);

impl ObjectKey {
    /// A file; the path as seen from the scanned root, so that it is the same on every machine.
    pub fn fs(path: &[u8]) -> Self {
        Self::of(b"fs", &[], path)
    }

    /// An object of a repository.
    pub fn git(repository: &str, object_id_hex: &str) -> Self {
        Self::of(b"git", &[repository.as_bytes()], object_id_hex.as_bytes())
    }

    /// An entry of an archive; entries of inner archives keep their `!` in `entry`.
    pub fn archive(archive: &[u8], entry: &[u8]) -> Self {
        Self::of(b"tar", &[archive], entry)
    }

    /// A file of a container image.
    pub fn image(digest: &str, path: &[u8]) -> Self {
        Self::of(b"image", &[digest.as_bytes()], path)
    }

    /// Standard input.
    pub fn stdin() -> Self {
        Self::of(b"stdin", &[], b"")
    }

    /// The bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    fn of(scheme: &[u8], parts: &[&[u8]], last: &[u8]) -> Self {
        let mut key = scheme.to_vec();
        key.push(b':');
        for byte in parts.iter().flat_map(|part| part.iter().map(Some).chain([None])) {
            match byte {
                Some(b'%') => key.extend_from_slice(b"%25"),
                Some(b':') => key.extend_from_slice(b"%3A"),
                Some(byte) => key.push(*byte),
                None => key.push(b':'),
            }
        }
        key.extend_from_slice(last);
        Self(key)
    }
}

/// A rule as bytes: named fields in any order, lists as sets.
///
/// ```
/// use scanner_store::RuleEncoding;
///
/// let a = RuleEncoding::new("demo").text("pattern", "x+").list("keywords", ["b", "a"]);
/// let b = RuleEncoding::new("demo").list("keywords", ["a", "b"]).text("pattern", "x+");
/// assert_eq!(a, b);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleEncoding(BTreeMap<String, Vec<u8>>);

impl RuleEncoding {
    /// A rule with nothing but its id.
    pub fn new(id: &str) -> Self {
        Self(BTreeMap::new()).text("id", id)
    }

    /// Adds a text; a second field of the same name replaces the first.
    #[must_use]
    pub fn text(self, name: &str, value: &str) -> Self {
        self.field(name, b't', value.as_bytes())
    }

    /// Adds bytes.
    #[must_use]
    pub fn bytes(self, name: &str, value: &[u8]) -> Self {
        self.field(name, b'b', value)
    }

    /// Adds a number.
    #[must_use]
    pub fn number(self, name: &str, value: i64) -> Self {
        self.field(name, b'n', &value.to_le_bytes())
    }

    /// Adds a switch.
    #[must_use]
    pub fn flag(self, name: &str, value: bool) -> Self {
        self.field(name, b'f', &[u8::from(value)])
    }

    /// Adds a set of texts: order and repetition do not matter.
    #[must_use]
    pub fn list<'a>(self, name: &str, values: impl IntoIterator<Item = &'a str>) -> Self {
        let mut values: Vec<&str> = values.into_iter().collect();
        values.sort_unstable();
        values.dedup();
        let mut bytes = Vec::new();
        for value in values {
            push_bytes(&mut bytes, value.as_bytes());
        }
        self.field(name, b'l', &bytes)
    }

    fn field(mut self, name: &str, kind: u8, value: &[u8]) -> Self {
        let mut bytes = Vec::with_capacity(value.len() + 1);
        bytes.push(kind);
        bytes.extend_from_slice(value);
        self.0.insert(name.to_owned(), bytes);
        self
    }

    fn payload(&self) -> Vec<u8> {
        let mut payload = vec![PAYLOAD_VERSION];
        for (name, value) in &self.0 {
            push_bytes(&mut payload, name.as_bytes());
            push_bytes(&mut payload, value);
        }
        payload
    }
}

/// The fingerprint of a rule.
pub fn rule_fingerprint(keys: &Keys, rule: &RuleEncoding) -> RuleFingerprint {
    RuleFingerprint(keyed(keys.identity(), DOMAIN_RULE, &rule.payload()))
}

/// The keyed hash of a secret.
pub fn secret_hash(keys: &Keys, norm_hash: &NormHash) -> SecretHash {
    let mut payload = [0; 33];
    payload[0] = PAYLOAD_VERSION;
    payload[1..].copy_from_slice(&norm_hash.0);
    SecretHash(keyed(keys.secret(), DOMAIN_SECRET, &payload))
}

/// The id of an occurrence.
pub fn occurrence_id(
    keys: &Keys,
    object: &ObjectKey,
    rule: &RuleFingerprint,
    secret: &SecretHash,
    spans: &OccurrenceSpans,
) -> OccurrenceId {
    let mut payload = Vec::with_capacity(128 + object.0.len());
    payload.push(PAYLOAD_VERSION);
    push_bytes(&mut payload, &object.0);
    payload.extend_from_slice(&rule.0);
    payload.extend_from_slice(&secret.0);
    payload.extend_from_slice(&spans.flags.bits().to_le_bytes());
    payload.push(spans.variant as u8);
    payload.extend_from_slice(&spans.root.start.to_le_bytes());
    payload.extend_from_slice(&spans.root.end.to_le_bytes());
    payload.extend_from_slice(&spans.span.start.to_le_bytes());
    payload.extend_from_slice(&spans.span.end.to_le_bytes());
    OccurrenceId(keyed(keys.identity(), DOMAIN_OCCURRENCE, &payload))
}

/// The hash of a set of rules and of the settings that decide what they find (decode depth, size limits,
/// the version of the engine). The order of the rules does not matter.
pub fn rule_set_hash<'a>(
    rules: impl IntoIterator<Item = &'a RuleEncoding>,
    settings: &RuleEncoding,
) -> RuleSetHash {
    let mut hashes: Vec<[u8; 32]> =
        rules.into_iter().map(|rule| *blake3::hash(&rule.payload()).as_bytes()).collect();
    hashes.sort_unstable();
    let mut hasher = blake3::Hasher::new();
    hasher.update(DOMAIN_RULE_SET);
    hasher.update(&[0]);
    hasher.update(&settings.payload());
    for hash in &hashes {
        hasher.update(hash);
    }
    RuleSetHash(*hasher.finalize().as_bytes())
}

fn keyed(key: &[u8; 32], domain: &[u8], payload: &[u8]) -> [u8; 32] {
    let mut hasher = blake3::Hasher::new_keyed(key);
    hasher.update(domain).update(&[0]).update(payload);
    *hasher.finalize().as_bytes()
}

fn push_bytes(out: &mut Vec<u8>, bytes: &[u8]) {
    out.extend_from_slice(&(bytes.len() as u64).to_le_bytes());
    out.extend_from_slice(bytes);
}

#[cfg(test)]
mod tests {
    use super::*;
    use scanner_core::{Confidence, FileId, RuleId, StepId, Validation};

    fn keys() -> Keys {
        Keys::from_bytes(&std::array::from_fn(|i| i as u8))
    }

    fn rule() -> RuleEncoding {
        RuleEncoding::new("demo-token")
            .text("pattern", "demo_[a-z]{20}")
            .list("keywords", ["demo", "token"])
            .number("entropy", 35)
            .flag("multi_line", false)
    }

    fn norm() -> NormHash {
        NormHash(std::array::from_fn(|i| 0xa0 + i as u8))
    }

    fn root(start: u64, end: u64) -> RootSpan {
        RootSpan { start, end }
    }

    fn id_of(object: &ObjectKey, spans: &OccurrenceSpans) -> String {
        let (keys, rule) = (keys(), rule());
        let fingerprint = rule_fingerprint(&keys, &rule);
        occurrence_id(&keys, object, &fingerprint, &secret_hash(&keys, &norm()), spans).to_hex()
    }

    #[test]
    fn known_answers() {
        let object = ObjectKey::fs(b"src/main.rs");
        let known = [
            rule_fingerprint(&keys(), &rule()).to_hex(),
            secret_hash(&keys(), &norm()).to_hex(),
            rule_set_hash([&rule()], &RuleEncoding::new("settings")).to_hex(),
            id_of(&object, &OccurrenceSpans::at_root(root(100, 140), Variant::Raw)),
            id_of(&object, &OccurrenceSpans::at_root(root(100, 180), Variant::Utf16Le)),
            id_of(&object, &OccurrenceSpans::at_root(root(100, 180), Variant::Utf16Be)),
            id_of(&object, &OccurrenceSpans::decoded(root(100, 140), Variant::Raw)),
            id_of(&object, &OccurrenceSpans::decoded_base64(root(100, 154), 40, Variant::Raw)),
            id_of(&object, &OccurrenceSpans::unmapped(Span::new(3, 43), Variant::Raw)),
        ];
        let expected: [&str; 9] = [
            "1345b19d1f599ccfd9b27765d39ab08ee144dd4c73158da825e8870871426399",
            "9fee60a5d24d0c8875c30f5221ba3776a1963819f618f218bc2b8addce9da908",
            "9a0909342b3f9b646a698d3953645f0e2b72b92f103da5dddfde574aa4ae8b00",
            "4f9efa66ad615703126059e49be7439ef2368d66d76503caab3d164bd4daf65b",
            "735f2753a2458af316370db913b5285e1ab2bc6b707f39bbdd8c712f5bf41b61",
            "f9aea8fbb68032646abe492da430b247e34cb5b6fe281d09512e4b60788b2190",
            "1aa45769fa853ff4d9d236cb9fe489f58f1c081b955a0e7ca824a5adba4117e6",
            "d3b6e0c151669f158188d0d12e549895ca228cd744516e82fa97c9007f18b954",
            "0b78bad7ba37515297ea8f670647d765b08ef3e450bbf5b832b8713c736cc072",
        ];
        assert_eq!(known, expected);
    }

    #[test]
    fn a_rule_is_the_same_in_any_order_and_another_with_any_change() {
        let keys = keys();
        let first = rule_fingerprint(&keys, &rule());
        let reordered = RuleEncoding::new("demo-token")
            .flag("multi_line", false)
            .number("entropy", 35)
            .list("keywords", ["token", "demo", "token"])
            .text("pattern", "demo_[a-z]{20}");
        assert_eq!(rule_fingerprint(&keys, &reordered), first);
        for changed in [
            rule().flag("multi_line", true),
            rule().number("entropy", 36),
            rule().list("keywords", ["demotoken"]),
            rule().text("entropy", "35"),
            rule().text("", ""),
        ] {
            assert_ne!(rule_fingerprint(&keys, &changed), first, "{changed:?}");
        }
    }

    #[test]
    fn the_rule_set_does_not_know_an_order() {
        let (a, b) = (RuleEncoding::new("a"), RuleEncoding::new("b"));
        let settings = RuleEncoding::new("settings").number("decode_depth", 3);
        assert_eq!(rule_set_hash([&a, &b], &settings), rule_set_hash([&b, &a], &settings));
        assert_ne!(rule_set_hash([&a], &settings), rule_set_hash([&a, &b], &settings));
        let other = settings.clone().number("decode_depth", 4);
        assert_ne!(rule_set_hash([&a], &settings), rule_set_hash([&a], &other));
    }

    #[test]
    fn keys_separate_everything() {
        let other = Keys::from_bytes(&[9; 32]);
        assert_ne!(secret_hash(&keys(), &norm()), secret_hash(&other, &norm()));
        assert_ne!(rule_fingerprint(&keys(), &rule()), rule_fingerprint(&other, &rule()));
    }

    #[test]
    fn base64_ends_within_three_characters_are_one_occurrence() {
        // 40 bytes need 54 characters at least.
        let ends: Vec<_> = (154..=157)
            .map(|end| OccurrenceSpans::decoded_base64(root(100, end), 40, Variant::Raw))
            .collect();
        assert!(ends.iter().all(|spans| *spans == ends[0] && spans.root() == root(100, 154)));
        let far = OccurrenceSpans::decoded_base64(root(100, 158), 40, Variant::Raw);
        assert_eq!(far.root(), root(100, 158));
        let short = OccurrenceSpans::decoded_base64(root(100, 120), 40, Variant::Raw);
        assert_eq!(short.root(), root(100, 120));
        let huge =
            OccurrenceSpans::decoded_base64(root(u64::MAX, u64::MAX), u64::MAX, Variant::Raw);
        assert_eq!(huge.root(), root(u64::MAX, u64::MAX));
    }

    #[test]
    fn spans_of_a_record_do_not_depend_on_the_chunk() {
        let record = |step_id, span, root| FindingRec {
            file_id: FileId::new(1),
            rule_id: RuleId::new(2),
            span,
            root,
            root_match: root,
            step_id,
            variant: Variant::Raw,
            confidence: Confidence::Likely,
            validation: Validation::None,
            score: 50,
        };
        let (near, far) = (Span::new(5, 45), Span::new(905, 945));
        let place = root(1000, 1054);
        let of = OccurrenceSpans::of_record;
        let at_root = of(&record(StepId::ROOT, near, place), &[]);
        assert_eq!(at_root, of(&record(StepId::ROOT, far, place), &[]));
        assert!(at_root.flags().contains(OccurrenceFlags::ROOT_STEP));

        let step = StepId::new(0);
        let base64 = [DecodeKind::Base64];
        let decoded = of(&record(step, near, place), &base64);
        assert_eq!(decoded, of(&record(step, far, root(1000, 1056)), &base64));
        assert!(decoded.flags().contains(OccurrenceFlags::END_NORMALISED));

        let chain = [DecodeKind::Base64, DecodeKind::Gzip];
        assert_eq!(of(&record(step, near, place), &chain), of(&record(step, far, place), &chain));

        let nowhere = root(0, 0);
        let unmapped = of(&record(step, near, nowhere), &chain);
        assert_ne!(unmapped, of(&record(step, far, nowhere), &chain));
        assert!(unmapped.flags().contains(OccurrenceFlags::SPAN_INCLUDED));
    }

    #[test]
    fn unknown_flags_are_refused() {
        assert_eq!(
            OccurrenceFlags::from_bits(0b11_0000_0111).map(OccurrenceFlags::bits),
            Ok(0x307)
        );
        assert_eq!(
            OccurrenceFlags::from_bits(0x0309),
            Err(IdentityError::UnknownFlags { bits: 0x0008 })
        );
    }

    #[test]
    fn object_keys_name_their_source_and_never_collide() {
        let text = |key: ObjectKey| String::from_utf8(key.0).unwrap();
        assert_eq!(text(ObjectKey::fs(b"src/main.rs")), "fs:src/main.rs");
        assert_eq!(text(ObjectKey::git("r1", "ab12")), "git:r1:ab12");
        assert_eq!(text(ObjectKey::archive(b"a:b.tar", b"c:d")), "tar:a%3Ab.tar:c:d");
        assert_eq!(text(ObjectKey::image("sha256:aa", b"etc/x")), "image:sha256%3Aaa:etc/x");
        assert_eq!(text(ObjectKey::stdin()), "stdin:");
        assert_ne!(ObjectKey::archive(b"a:b", b"c"), ObjectKey::archive(b"a", b"b:c"));
        assert_ne!(ObjectKey::archive(b"a%3Ab", b"c"), ObjectKey::archive(b"a:b", b"c"));
    }

    #[test]
    fn identities_are_read_back_from_hex() {
        let hash = secret_hash(&keys(), &norm());
        assert_eq!(SecretHash::from_hex(&hash.to_hex()), Some(hash));
        assert_eq!(SecretHash::from_hex("12"), None);
        assert_eq!(SecretHash::from_hex(&"g".repeat(64)), None);
    }
}
