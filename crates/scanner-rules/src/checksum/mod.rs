//! Proofs that need no network: what a credential says about itself, by checksum or by structure.
//!
//! A detector names one [`ChecksumSpec`]; [`verify`] says what it shows of a candidate. Invariants:
//! no allocation, no panic on any bytes, time linear in the input, and every kind states its
//! longest input; what is longer is [`Verdict::Unknown`]. A layout that is not known well enough is
//! `Unknown` as well: only what is certainly wrong is [`Verdict::Disproven`], because that drops
//! the candidate.
//!
//! Not done here: no clock (an expired JWT still parses, see [`jwt_exp`]), no signature is
//! verified, no service is asked.

mod armor;
mod aws_key_id;
mod base32;
mod base58check;
mod base64;
mod bech32;
mod certificate;
mod crc32;
mod curve;
mod describe;
mod gitlab;
mod json;
mod jwt;
mod key;
mod known;
mod luhn;
mod macaroon;
mod nkey;
mod pair;
mod pem;
mod pgp;
mod stellar;

use serde::{Deserialize, Serialize};

use crate::spec::{Checked, ProofSpec};

pub use aws_key_id::aws_account_id;
pub use describe::describe;
pub use jwt::jwt_exp;
pub use known::is_known_sample;
pub use pair::{PublicHalf, certificate_end, holds_public_half, public_half};

/// What [`verify`] found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Verdict {
    /// The checksum is right.
    Proven,
    /// It parses as what it claims to be, but carries no checksum.
    Structured,
    /// As [`Self::Structured`], and it is of no use without a passphrase.
    Encrypted,
    /// As [`Self::Structured`], and its issuer hands out baits: whoever uses it is noticed.
    Canary,
    /// Cannot tell: another layout, too long, or cut short.
    Unknown,
    /// It is certainly not what it claims to be.
    Disproven,
}

/// Which letters follow the ten digits of base62.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DigitOrder {
    /// `0-9A-Za-z`
    #[default]
    UpperFirst,
    /// `0-9a-zA-Z`
    LowerFirst,
}

/// The offline proof of a detector, as the engine and the embedded rules hold it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum ChecksumSpec {
    /// The last `check` characters are the base62 CRC32 of the `payload` characters before them.
    Crc32Base62 {
        /// Characters the checksum covers; 0: all before it, prefix included.
        payload: u8,
        /// Characters of the checksum: 6 or more, fewer cannot hold 32 bits.
        check: u8,
        /// The alphabet.
        order: DigitOrder,
    },
    /// A JSON Web Token (RFC 7519).
    Jwt,
    /// A PEM private key or PGP armor, the whole block.
    Pem,
    /// The last digit is the Luhn digit. Chance alone passes one number in ten.
    Luhn,
    /// An AWS access key id.
    AwsKeyId,
    /// Base58 whose last four bytes are a double SHA-256.
    Base58check,
    /// A `PyPI` API token: a version 2 macaroon.
    PypiMacaroon,
    /// A GitLab routable token.
    GitlabRoutable,
    /// A NATS seed.
    Nkey,
    /// Bech32 with its six characters of checksum: keys of age, Nostr, Cardano.
    Bech32,
    /// The last eight characters are a CRC32.
    Crc32Hex {
        /// Characters before them that it covers, high byte first; 0: Grafana's, of all before the last underscore.
        payload: u8,
    },
    /// A Stellar secret seed.
    Stellar,
}

/// A [`ChecksumSpec`] as a detector file writes it: `{ kind = "crc32-base62", payload = 30, check =
/// 6 }`.
///
/// A type of its own because postcard cannot carry internally tagged enums. The variants without
/// fields are written `{}`: serde refuses unknown keys only in those.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
pub enum ChecksumToml {
    /// See [`ChecksumSpec::Crc32Base62`].
    Crc32Base62 {
        /// Characters the checksum covers; all before it where absent.
        #[serde(default)]
        payload: u8,
        /// Characters of the checksum.
        check: u8,
        /// The alphabet.
        #[serde(default)]
        order: DigitOrder,
    },
    /// See [`ChecksumSpec::Jwt`].
    Jwt {},
    /// See [`ChecksumSpec::Pem`].
    Pem {},
    /// See [`ChecksumSpec::Luhn`].
    Luhn {},
    /// See [`ChecksumSpec::AwsKeyId`].
    AwsKeyId {},
    /// See [`ChecksumSpec::Base58check`].
    Base58check {},
    /// See [`ChecksumSpec::PypiMacaroon`].
    PypiMacaroon {},
    /// See [`ChecksumSpec::GitlabRoutable`].
    GitlabRoutable {},
    /// See [`ChecksumSpec::Nkey`].
    Nkey {},
    /// See [`ChecksumSpec::Bech32`].
    Bech32 {},
    /// See [`ChecksumSpec::Crc32Hex`].
    Crc32Hex {
        /// Characters the checksum covers; Grafana's layout where absent.
        #[serde(default)]
        payload: u8,
    },
    /// See [`ChecksumSpec::Stellar`].
    Stellar {},
}

/// The `checksum` of a detector file: the kind with its numbers, and what it is known from that these credentials carry it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ProofToml {
    /// What is computed.
    pub checksum: ChecksumToml,
    /// What it is known from, where the file says it.
    pub checked: Option<Checked>,
}

impl ProofToml {
    /// With the default: a format that is nothing without its structure is known by its name, arithmetic is not.
    pub fn spec(self) -> ProofSpec {
        let checksum: ChecksumSpec = self.checksum.into();
        let checked = self.checked.unwrap_or(if checksum.is_a_format() {
            Checked::VendorDocs
        } else {
            Checked::Unverified
        });
        ProofSpec { checksum, checked }
    }
}

impl<'de> Deserialize<'de> for ProofToml {
    /// In two steps: serde cannot put a key beside those of an enum and refuse unknown ones.
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        use serde::de::Error as _;
        let mut table = toml::Table::deserialize(deserializer)?;
        let checked = table.remove("checked").map(Checked::deserialize).transpose();
        let checksum = ChecksumToml::deserialize(toml::Value::Table(table));
        let told = |error: toml::de::Error| D::Error::custom(error.message());
        Ok(Self { checksum: checksum.map_err(told)?, checked: checked.map_err(told)? })
    }
}

impl ChecksumSpec {
    /// Whether a credential of this kind is nothing without the structure: a key, a JSON Web Token. The others are
    /// arithmetic that a detector claims of its tokens, and may be wrong about.
    pub const fn is_a_format(self) -> bool {
        !matches!(
            self,
            Self::Crc32Base62 { .. }
                | Self::Crc32Hex { .. }
                | Self::Luhn
                | Self::Base58check
                | Self::Bech32
        )
    }
}

impl From<ChecksumToml> for ChecksumSpec {
    fn from(toml: ChecksumToml) -> Self {
        match toml {
            ChecksumToml::Crc32Base62 { payload, check, order } => {
                Self::Crc32Base62 { payload, check, order }
            }
            ChecksumToml::Jwt {} => Self::Jwt,
            ChecksumToml::Pem {} => Self::Pem,
            ChecksumToml::Luhn {} => Self::Luhn,
            ChecksumToml::AwsKeyId {} => Self::AwsKeyId,
            ChecksumToml::Base58check {} => Self::Base58check,
            ChecksumToml::PypiMacaroon {} => Self::PypiMacaroon,
            ChecksumToml::GitlabRoutable {} => Self::GitlabRoutable,
            ChecksumToml::Nkey {} => Self::Nkey,
            ChecksumToml::Bech32 {} => Self::Bech32,
            ChecksumToml::Crc32Hex { payload } => Self::Crc32Hex { payload },
            ChecksumToml::Stellar {} => Self::Stellar,
        }
    }
}

impl From<ChecksumSpec> for ChecksumToml {
    fn from(spec: ChecksumSpec) -> Self {
        match spec {
            ChecksumSpec::Crc32Base62 { payload, check, order } => {
                Self::Crc32Base62 { payload, check, order }
            }
            ChecksumSpec::Jwt => Self::Jwt {},
            ChecksumSpec::Pem => Self::Pem {},
            ChecksumSpec::Luhn => Self::Luhn {},
            ChecksumSpec::AwsKeyId => Self::AwsKeyId {},
            ChecksumSpec::Base58check => Self::Base58check {},
            ChecksumSpec::PypiMacaroon => Self::PypiMacaroon {},
            ChecksumSpec::GitlabRoutable => Self::GitlabRoutable {},
            ChecksumSpec::Nkey => Self::Nkey {},
            ChecksumSpec::Bech32 => Self::Bech32 {},
            ChecksumSpec::Crc32Hex { payload } => Self::Crc32Hex { payload },
            ChecksumSpec::Stellar => Self::Stellar {},
        }
    }
}

/// What `spec` shows of `secret`.
pub fn verify(spec: ChecksumSpec, secret: &[u8]) -> Verdict {
    match spec {
        ChecksumSpec::Crc32Base62 { payload, check, order } => {
            crc32::verify(payload, check, order, secret)
        }
        ChecksumSpec::Jwt => jwt::verify(secret),
        ChecksumSpec::Pem => pem::verify(secret),
        ChecksumSpec::Luhn => luhn::verify(secret),
        ChecksumSpec::AwsKeyId => aws_key_id::verify(secret),
        ChecksumSpec::Base58check => base58check::verify(secret),
        ChecksumSpec::PypiMacaroon => macaroon::verify(secret),
        ChecksumSpec::GitlabRoutable => gitlab::verify(secret),
        ChecksumSpec::Nkey => nkey::verify(secret),
        ChecksumSpec::Bech32 => bech32::verify(secret),
        ChecksumSpec::Crc32Hex { payload } => crc32::verify_hex(payload, secret),
        ChecksumSpec::Stellar => stellar::verify(secret),
    }
}

/// What must follow `secret_without_check` so that [`verify`] proves the whole: the `{check}` of
/// examples.
///
/// None for kinds without a checksum at the end, and for a text the kind cannot end. What it
/// appends: `crc32-base62` its `check` characters, `luhn` one digit, `base58check` six characters,
/// `gitlab-routable` seven (the text ends with the two characters of the payload's length), `nkey` and
/// `stellar` four, `bech32` six, `crc32-hex` eight (without a payload the text ends with an underscore).
pub fn fill_check(spec: ChecksumSpec, secret_without_check: &str) -> Option<String> {
    let text = secret_without_check.as_bytes();
    match spec {
        ChecksumSpec::Crc32Base62 { payload, check, order } => {
            crc32::fill(payload, check, order, text)
        }
        ChecksumSpec::Luhn => luhn::fill(text),
        ChecksumSpec::Base58check => base58check::fill(text),
        ChecksumSpec::GitlabRoutable => gitlab::fill(text),
        ChecksumSpec::Nkey => nkey::fill(text),
        ChecksumSpec::Bech32 => bech32::fill(text),
        ChecksumSpec::Crc32Hex { payload } => crc32::fill_hex(payload, text),
        ChecksumSpec::Stellar => stellar::fill(text),
        ChecksumSpec::Jwt
        | ChecksumSpec::Pem
        | ChecksumSpec::AwsKeyId
        | ChecksumSpec::PypiMacaroon => None,
    }
}

/// `value` in `radix` digits of `alphabet`, padded on the left with its zero to `width`; None if it
/// needs more. Makes the text of [`fill_check`], so it may allocate.
fn encode_radix(mut value: u64, alphabet: &[u8], width: usize) -> Option<String> {
    let radix = alphabet.len() as u64;
    let mut text = vec![*alphabet.first()?; width];
    for slot in text.iter_mut().rev() {
        *slot = *alphabet.get((value % radix) as usize)?;
        value /= radix;
    }
    if value == 0 { String::from_utf8(text).ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const GITHUB: ChecksumSpec =
        ChecksumSpec::Crc32Base62 { payload: 30, check: 6, order: DigitOrder::UpperFirst };
    const GRAFANA: ChecksumSpec = ChecksumSpec::Crc32Hex { payload: 0 };
    const CLOUDFLARE: ChecksumSpec = ChecksumSpec::Crc32Hex { payload: 40 };
    const ALL: [ChecksumSpec; 12] = [
        GITHUB,
        ChecksumSpec::Jwt,
        ChecksumSpec::Pem,
        ChecksumSpec::Luhn,
        ChecksumSpec::AwsKeyId,
        ChecksumSpec::Base58check,
        ChecksumSpec::PypiMacaroon,
        ChecksumSpec::GitlabRoutable,
        ChecksumSpec::Nkey,
        ChecksumSpec::Bech32,
        GRAFANA,
        ChecksumSpec::Stellar,
    ];

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Holder {
        checksum: ChecksumToml,
    }

    fn read(text: &str) -> Result<ChecksumSpec, toml::de::Error> {
        toml::from_str::<Holder>(text).map(|holder| holder.checksum.into())
    }

    #[test]
    fn toml_names_every_kind() {
        let text = r#"checksum = { kind = "crc32-base62", payload = 30, check = 6 }"#;
        assert_eq!(read(text).unwrap(), GITHUB);
        let text = r#"checksum = { kind = "crc32-base62", check = 6, order = "lower-first" }"#;
        let order = DigitOrder::LowerFirst;
        assert_eq!(read(text).unwrap(), ChecksumSpec::Crc32Base62 { payload: 0, check: 6, order });
        let text = r#"checksum = { kind = "crc32-hex", payload = 40 }"#;
        assert_eq!(read(text).unwrap(), CLOUDFLARE);
        let names = [
            "jwt",
            "pem",
            "luhn",
            "aws-key-id",
            "base58check",
            "pypi-macaroon",
            "gitlab-routable",
            "nkey",
            "bech32",
            "crc32-hex",
            "stellar",
        ];
        for (name, spec) in names.iter().zip(&ALL[1..]) {
            assert_eq!(read(&format!("checksum = {{ kind = \"{name}\" }}")).unwrap(), *spec);
        }
        for spec in ALL {
            let text = toml::to_string(&Holder { checksum: spec.into() }).unwrap();
            assert_eq!(read(&text).unwrap(), spec);
        }
    }

    #[test]
    fn a_proof_says_what_it_is_known_from() {
        #[derive(Debug, Deserialize)]
        struct Detector {
            checksum: ProofToml,
        }
        let proof = |text: &str| {
            let read = toml::from_str::<Detector>(&format!("checksum = {{ {text} }}"));
            read.map(|detector| detector.checksum.spec())
        };
        for (text, checked) in [
            ("kind = 'crc32-hex'", Checked::Unverified),
            ("kind = 'crc32-hex', checked = 'unverified'", Checked::Unverified),
            ("kind = 'crc32-hex', checked = 'public-examples'", Checked::PublicExamples),
            ("checked = 'vendor-code', kind = 'crc32-base62', check = 6", Checked::VendorCode),
            ("kind = 'luhn'", Checked::Unverified),
            ("kind = 'pem'", Checked::VendorDocs),
            ("kind = 'pypi-macaroon', checked = 'unverified'", Checked::Unverified),
        ] {
            let spec = proof(text).unwrap();
            assert_eq!(spec.checked, checked, "{text}");
            assert_eq!(spec.may_disprove(), checked != Checked::Unverified, "{text}");
        }
        let unknown = proof("kind = 'jwt', checkd = 'vendor-docs'").unwrap_err().to_string();
        assert!(unknown.contains("checkd"), "{unknown}");
        let word = proof("kind = 'jwt', checked = 'hearsay'").unwrap_err().to_string();
        assert!(word.contains("vendor-docs"), "{word}");
    }

    #[test]
    fn toml_refuses_what_it_does_not_know() {
        for text in [
            r#"checksum = { kind = "jwt", payload = 3 }"#,
            r#"checksum = { kind = "crc32-base62", payload = 30 }"#,
            r#"checksum = { kind = "crc32-base62", payload = 30, check = 6, width = 1 }"#,
            r#"checksum = { kind = "crc32-base62", payload = 300, check = 6 }"#,
            r#"checksum = { kind = "crc32-base62", check = 6, order = "digits-first" }"#,
            r#"checksum = { kind = "crc32-hex", check = 8 }"#,
            r#"checksum = { kind = "md5" }"#,
            r"checksum = { payload = 30, check = 6 }",
        ] {
            assert!(read(text).is_err(), "{text}");
        }
    }

    #[test]
    fn postcard_carries_every_kind() {
        for spec in ALL {
            let bytes = postcard::to_allocvec(&spec).unwrap();
            assert_eq!(postcard::from_bytes::<ChecksumSpec>(&bytes).unwrap(), spec);
        }
    }

    #[test]
    fn no_kind_proves_nothing() {
        for spec in ALL {
            assert_ne!(verify(spec, b""), Verdict::Proven, "{spec:?}");
            assert_ne!(verify(spec, b""), Verdict::Structured, "{spec:?}");
        }
    }

    proptest! {
        #[test]
        fn never_panics_on_bytes(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
            for spec in ALL {
                verify(spec, &bytes);
            }
            is_known_sample(&bytes);
            jwt_exp(&bytes);
            aws_account_id(&bytes);
        }

        #[test]
        fn never_panics_on_any_sizes(
            payload in any::<u8>(), check in any::<u8>(), text in "\\PC{0,80}",
        ) {
            for order in [DigitOrder::UpperFirst, DigitOrder::LowerFirst] {
                let spec = ChecksumSpec::Crc32Base62 { payload, check, order };
                verify(spec, text.as_bytes());
                fill_check(spec, &text);
            }
            let spec = ChecksumSpec::Crc32Hex { payload };
            verify(spec, text.as_bytes());
            fill_check(spec, &text);
        }

        #[test]
        fn never_panics_near_the_formats(
            start in prop::sample::select(vec![
                "eyJ", "-----BEGIN RSA PRIVATE KEY-----\n", "-----BEGIN OPENSSH PRIVATE KEY-----",
                "-----BEGIN PGP PRIVATE KEY BLOCK-----\n\n", "pypi-Ag", "glpat-", "AKIA", "5K", "",
            ]),
            middle in "[-A-Za-z0-9+/=_.:\\\\\"'\n %&#;{}]{0,200}",
            end in prop::sample::select(vec![
                "", "\n-----END RSA PRIVATE KEY-----", "-----END", ".01.1o",
            ]),
        ) {
            let text = format!("{start}{middle}{end}");
            for spec in ALL {
                verify(spec, text.as_bytes());
                fill_check(spec, &text);
            }
            jwt_exp(text.as_bytes());
        }

        #[test]
        fn filled_checks_are_proven(
            body in "[0-9A-Za-z]{30}",
            digits in "[0-9]{3,18}",
            base58 in "[1-9A-HJ-NP-Za-km-z]{1,120}",
        ) {
            let texts = [
                (GITHUB, format!("ghp_{body}")),
                (ChecksumSpec::Luhn, format!("{digits}1")),
                (ChecksumSpec::Base58check, format!("{base58}z")),
                (ChecksumSpec::GitlabRoutable, format!("glpat-{body}.01.0u")),
                (GRAFANA, format!("glsa_{body}_")),
                (CLOUDFLARE, format!("cfut_{body}0123456789")),
                (ChecksumSpec::Bech32, format!("nsec1{}", "qpzry9x8gf2tvdw0".repeat(3))),
            ];
            for (spec, text) in texts {
                let check = fill_check(spec, &text).unwrap();
                let whole = format!("{text}{check}");
                prop_assert_eq!(verify(spec, whole.as_bytes()), Verdict::Proven);
            }
        }
    }
}
