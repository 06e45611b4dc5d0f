//! Credentials that stand in public documentation: finding one is no incident.
//!
//! The table holds hashes, so no whole sample stands in this repository. A sample is added by
//! hashing it with [`hash`] and naming its source below; entries are sorted.
//!
//! Sources, by the word beside each hash:
//! - AWS: key ids and secrets of the IAM User Guide and the CLI and S3 references
//!   (`AKIAIOSFODNN7…`, `wJalrX…`, `je7MtG…`). Other ids and secrets of that documentation end in
//!   EXAMPLE and EXAMPLEKEY: told by [`is_aws_example`], no table needed.
//! - JWT: the token that the debugger at jwt.io shows first, its three editions; RFC 7515, appendix
//!   A.1.
//! - Stripe: the test keys that docs.stripe.com shows to visitors without an account.
//! - GitHub: tokens in the answers of the REST and OAuth documentation (docs.github.com).
//! - Azure: the fixed keys of the storage emulator (Azurite) and of the Cosmos DB emulator
//!   (learn.microsoft.com).
//! - Slack: the token of "Sign in with Slack" (api.slack.com).
//! - Mailgun: the key of the first edition of its documentation.
//! - Google: the API key of the Workspace guide "Create access credentials"; reCAPTCHA's keys for
//!   automated tests (its FAQ).
//! - `MinIO`: the public play.min.io server (min.io/docs).
//! - Twitter: keys and tokens of "Creating a signature" (OAuth 1.0a).
//! - Hardhat: the first three accounts of Hardhat Network and Anvil, with and without `0x`.
//! - Bitcoin: "Wallet import format" (Bitcoin wiki); BIP 32, test vector 1.
//! - OAuth: tokens of RFC 5849, RFC 6749 and RFC 6750, credentials of RFC 7617.
//! - OTP: the seeds of "Key Uri Format" (Google Authenticator's wiki) and of RFC 6238 in base32.
//! - JOSE: the symmetric key of RFC 7515, appendix A.1.
//! - Nostr: the key of NIP-19.
//! - Telegram: tokens of the Bot API's pages (core.telegram.org). Discord: the bot token of its API reference.
//! - `FastAPI` and Flask: the keys that their tutorials sign with. Symfony: the secret of its first edition.
//! - Datadog, `OpenWeather`, Braintree: keys that their API references call with.
//! - Digest: answers and HA1 of RFC 2617, section 3.5, and RFC 7616, section 3.9.
//! - Algolia: the search key of the demonstration that `InstantSearch` shows in its examples. Cloudflare: the key that its
//!   API reference called with. `SendGrid`: the key of its API reference.
//! - UUID: the name spaces of RFC 9562.
//! - Vectors: keys of test vectors, in both cases: AES of NIST SP 800-38A, its GCM, RFC 8032 and RFC 7748.
//! - Vagrant: the insecure key that every base box trusts (`keys/vagrant` of its source).

/// FNV-1a hashes of the samples, in order.
const KNOWN: &[u64] = &[
    0x0a98_c8d5_3a73_c9c4, // Vagrant
    0x0ab5_0e41_2ab9_81a4, // OAuth
    0x0b89_d8ab_b8cb_ff84, // Hardhat
    0x0ca8_fec4_34c4_fe4c, // OpenWeather
    0x0d28_11a9_faa9_0f8c, // UUID
    0x0e62_7699_b983_76d0, // AWS
    0x105e_4dd7_63a8_12bc, // OAuth
    0x15f8_7945_422c_bea3, // JWT
    0x1794_84c6_f508_b654, // Hardhat
    0x1873_1375_c8ed_990f, // Digest
    0x1c6d_b9cb_db75_2945, // Vectors
    0x1eaa_a128_dbc5_4858, // Digest
    0x202d_82ed_b5b5_d126, // Datadog
    0x2249_e29c_3f7c_5bbb, // Stripe
    0x224d_3dec_f453_39ec, // Digest
    0x2860_c44a_5b4a_24b1, // Digest
    0x2e23_80ac_3dc2_ea0b, // JWT
    0x30aa_8188_bb02_3e35, // OAuth
    0x3367_fe8c_16b6_73d2, // Telegram
    0x33e1_cde2_a6c2_427e, // Vectors
    0x36ec_79cf_e49d_42fa, // OAuth
    0x37b7_daef_2801_f15e, // UUID
    0x3be9_55b1_8f32_adbe, // OAuth
    0x3c0d_8e9d_b0e6_bea8, // OAuth
    0x3d02_0707_12a6_9be2, // Nostr
    0x3f9d_1c99_6e62_0b67, // Azure
    0x404d_0a45_f079_7bc9, // AWS
    0x425a_29c9_b5b2_8b29, // Hardhat
    0x43f6_2e8b_cdd8_4601, // Stripe
    0x47e0_84a1_e49d_e508, // AWS
    0x4887_37a0_1bdb_3618, // Vectors
    0x4a8c_de35_5b4a_bffa, // AWS
    0x4b81_4e2c_7456_0377, // Stripe
    0x526c_039c_7f00_4858, // Vectors
    0x52b3_e7e4_164f_a6d3, // Digest
    0x53a9_4b71_fe14_d111, // Vectors
    0x5924_ff5c_475b_0cd8, // Hardhat
    0x60bc_a9a8_e7e7_80a0, // OAuth
    0x6751_96d0_d19f_f51c, // Stripe
    0x67e7_33c2_f903_5757, // Stripe
    0x695f_9ce0_69fc_dff2, // MinIO
    0x6a8c_d541_79ee_73cf, // Twitter
    0x6f26_bf24_ac3a_6e5e, // Vectors
    0x71d4_45b5_de16_8d8c, // Google
    0x7611_593f_7ef2_eb68, // Braintree
    0x7665_591b_3560_188f, // Cloudflare
    0x7699_c294_beeb_ad32, // AWS
    0x76f0_7e1e_430f_318e, // OAuth
    0x7bac_618b_05c0_d7a6, // Flask
    0x7c80_a46c_ad6b_edf1, // OpenWeather
    0x7cc0_ebcb_263a_834c, // OTP
    0x7da4_539f_17de_7061, // AWS
    0x846b_2a1e_2fad_7fcb, // OAuth
    0x87b0_6e07_b2e9_3355, // Vectors
    0x8959_d21b_97c6_b870, // Telegram
    0x8bfc_45a4_596e_dcb4, // Vectors
    0x8d1d_cf7b_3a20_d9e7, // Algolia
    0x8f63_5ee3_a1e6_f45d, // AWS
    0x95c3_261d_f329_9471, // Vectors
    0x95cb_4c52_2e36_54a8, // Hardhat
    0x9617_ea56_85ae_57ea, // OAuth
    0x961d_1599_2b9f_eb22, // JOSE
    0x9786_1641_3c7a_37b9, // Vectors
    0x9808_5e70_f2b3_dc4e, // SendGrid
    0x9978_d89a_4ce4_9339, // Hardhat
    0x9aa6_3f3b_c699_17ad, // JWT
    0x9bb9_3d89_924c_f35d, // OAuth
    0x9cba_2b6f_12fd_10a4, // Stripe
    0x9d18_acdc_dd4f_e44e, // Flask
    0x9f19_20c6_cd48_4714, // Azure
    0x9fec_ef63_1639_2406, // Twitter
    0xa4a3_ec87_c26e_46f0, // Telegram
    0xa704_e0c5_1f1b_6b61, // OTP
    0xa75d_dad0_eebf_6abb, // MinIO
    0xaa30_7395_694b_a02f, // UUID
    0xac1e_f6d2_5b4e_4337, // FastAPI
    0xad05_fd90_5956_3830, // UUID
    0xad6a_3d7d_7e03_6725, // Vectors
    0xb664_5180_3035_24be, // Slack
    0xb889_b508_2305_d321, // Vectors
    0xbb65_956c_4b8b_34bf, // OAuth
    0xc18a_cb85_b3d5_bf75, // Vectors
    0xc358_cb21_c35a_1b3d, // GitHub
    0xc860_f3f8_a6cd_87c5, // Discord
    0xc9b6_9149_9b62_e847, // Google
    0xcb16_0c5e_bf07_2178, // Google
    0xce68_431b_ed00_033e, // JWT
    0xd1d4_07fe_9b0d_9c34, // OTP
    0xd7ba_480f_b3bb_167e, // OAuth
    0xd944_2823_34e8_ee5a, // Bitcoin
    0xda65_8fd7_8e4a_3af9, // Vectors
    0xda97_4e4b_e9cf_a38b, // GitHub
    0xdb0a_601b_f32c_3554, // Vectors
    0xdb9b_ede1_a832_88bb, // GitHub
    0xdc8d_8ca0_6454_72e9, // OAuth
    0xdcb5_3d39_ae3d_beb0, // Mailgun
    0xdd07_72d8_436a_0e14, // Datadog
    0xddd1_9c48_6d09_5d84, // Stripe
    0xe49c_640a_a227_dc2f, // GitHub
    0xe534_be17_0908_c3ce, // Slack
    0xe869_d872_48eb_48b6, // AWS
    0xe997_0869_85b9_9cf7, // Twitter
    0xea9f_3f8a_bc62_7130, // Symfony
    0xeb1d_89bb_a604_4f75, // Bitcoin
    0xecc1_a447_4851_bc28, // OAuth
    0xf40e_2e02_6c9a_c885, // OAuth
    0xf6ca_d54e_10eb_31ac, // GitHub
    0xf9a5_c07a_9fe2_5756, // Twitter
    0xf9f8_54ed_e581_c001, // Vectors
];

/// Whether `secret` is a sample that its vendor publishes: exact, but for white space and `\n`
/// escapes; or a JSON Web Token that says what those of tutorials say.
pub fn is_known_sample(secret: &[u8]) -> bool {
    is_aws_example(secret)
        || KNOWN.binary_search(&hash(secret)).is_ok()
        || super::jwt::is_sample(secret)
}

/// AWS ends its made-up ids and secrets in a word. By chance a real id would once in 32⁷.
fn is_aws_example(secret: &[u8]) -> bool {
    let id = secret.len() == 20
        && secret.ends_with(b"EXAMPLE")
        && secret.starts_with(b"A")
        && secret.iter().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit());
    id || (secret.len() == 40 && secret.ends_with(b"EXAMPLEKEY"))
}

/// FNV-1a, 64 bits, of all but white space and the escapes `\n` and `\r`: a key block is the same
/// key however its lines end.
fn hash(secret: &[u8]) -> u64 {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    let mut bytes = secret.iter().copied().peekable();
    while let Some(byte) = bytes.next() {
        let escape = byte == b'\\' && bytes.next_if(|next| b"nr".contains(next)).is_some();
        if !escape && !matches!(byte, b' ' | b'\t' | b'\r' | b'\n') {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
    hash
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn table_is_sorted() {
        assert!(KNOWN.is_sorted_by(|a, b| a < b));
    }

    #[test]
    fn hash_is_fnv_1a() {
        // Vectors of the FNV reference code.
        assert_eq!(hash(b""), 0xcbf2_9ce4_8422_2325);
        assert_eq!(hash(b"a"), 0xaf63_dc4c_8601_ec8c);
        assert_eq!(hash(b"foobar"), 0x8594_4171_f739_67e8);
        assert_eq!(hash(b" f\\noo\r\nb\\rar\t"), hash(b"foobar"));
        assert_ne!(hash(b"foo\\bar"), hash(b"foobar"));
    }

    #[test]
    fn published_samples() {
        for parts in [
            ["AKIAIOSFODNN7", "EXAMPLE"],
            ["ASIAIOSFODNN7", "EXAMPLE"],
            ["AKIAI44QH8DHB", "EXAMPLE"],
            ["wJalrXUtnFEMI/K7MDENG/", "bPxRfiCYEXAMPLEKEY"],
            ["wJalrXUtnFEMI/K7MDENG/", "bPxRfiCYzEXAMPLEKEY"],
            ["je7MtGbClwBF/2Zp9Utk/", "h3yCo8nvbEXAMPLEKEY"],
            ["sk_test_4eC39Hq", "LyjWDarjtT1zdp7dc"],
            ["sk_test_BQokikJ", "OvBiI2HlWgH4olfQ2"],
            ["ghp_16C7e42F292c6912", "E7710c838347Ae178B4a"],
            [
                "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFs",
                "uFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==",
            ],
            ["6LeIxAcTAAAAAGG-vFI1", "TnRWxMZNFuojJ4WifJWe"],
            ["key-3ax6xnjp29jd6f", "ds4gc373sgvjxteol0"],
            ["0xac0974bec39a17e36ba4a6b4d238ff94", "4bacb478cbed5efcae784d7bf4f2ff80"],
            ["5HueCGU8rMjxEXxiPuD5BDku", "4MkFqeZyd4dZ1jvhTVqvbTLvyTJ"],
            ["zuf+tfteSlswRu7BJ86w", "ekitnifILbZam1KYY3TG"],
        ] {
            let mut secret = parts.concat().into_bytes();
            assert!(is_known_sample(&secret), "{parts:?}");
            secret.swap(5, 6);
            if let Some(last) = secret.last_mut() {
                *last = b'#';
            }
            assert!(!is_known_sample(&secret), "{parts:?}");
        }
    }

    #[test]
    fn tokens_of_jwt_io() {
        let header = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9";
        let name = "eyJzdWIiOiIxMjM0NTY3ODkwIiwibmFtZSI6IkpvaG4gRG9l";
        for (claims, signature) in [
            ("IiwiaWF0IjoxNTE2MjM5MDIyfQ", "SflKxwRJSMeKKF2QT4fwpMeJf36POk6yJV_adQssw5c"),
            ("IiwiYWRtaW4iOnRydWV9", "TJVA95OrM7E2cBab30RMHrHDcEfxjoYZgeFONFh7HgQ"),
            (
                "IiwiYWRtaW4iOnRydWUsImlhdCI6MTUxNjIzOTAyMn0",
                "KMUFsIDTnFmyG3nMiGM6H9FNFUROf3wh7SmqJp-QV30",
            ),
        ] {
            let token = format!("{header}.{name}{claims}.{signature}");
            assert!(is_known_sample(token.as_bytes()), "{token}");
            // Whoever signed it.
            assert!(is_known_sample(format!("{header}.{name}{claims}.{name}").as_bytes()));
            let other = "eyJzdWIiOiI4MjE3NDMxIiwibmFtZSI6IkEuIEIuIn0";
            assert!(!is_known_sample(format!("{header}.{other}.{signature}").as_bytes()));
        }
    }

    #[test]
    fn examples_of_aws_only() {
        let id = |start: &str| [start, "EXAMPLE"].concat().into_bytes();
        assert!(is_known_sample(&id("AKIACKCEVSQ6C")));
        assert!(!is_known_sample(&id("AKIACKCEVSQ6C2")));
        assert!(!is_known_sample(&id("akiackcevsq6c")));
        assert!(!is_known_sample(&id("password-is-a")));
        assert!(!is_known_sample(b""));
    }

    proptest! {
        #[test]
        fn random_values_are_not_known(text in "[0-9A-Za-z]{21,39}") {
            prop_assert!(!is_known_sample(text.as_bytes()));
        }
    }
}
