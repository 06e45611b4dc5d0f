//! Whether the two halves of a key on a curve belong together: the public point must be the private number times the
//! base point. P-256, P-384, secp256k1 and Ed25519; of other curves, and of keys without their public half, nothing is
//! said.
//!
//! One multiplication a key, some tenths of a millisecond: only keys whose frame is right come here.

use sha2::{Digest as _, Sha512};

/// A curve whose arithmetic is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Curve {
    P256,
    P384,
    Secp256k1,
    Ed25519,
}

impl Curve {
    /// The curve of a name (SEC 2), if it is one of these.
    pub(super) fn named(name: &[u8]) -> Option<Self> {
        match name {
            [0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07] => Some(Self::P256),
            [0x2b, 0x81, 0x04, 0x00, 0x22] => Some(Self::P384),
            [0x2b, 0x81, 0x04, 0x00, 0x0a] => Some(Self::Secp256k1),
            _ => None,
        }
    }

    /// Whether `public`, a point in the form of SEC 1 (of RFC 8032 for Ed25519), is that of `private`.
    pub(super) fn agrees(self, private: &[u8], public: &[u8]) -> bool {
        match self {
            Self::P256 => {
                let point = p256::PublicKey::from_sec1_bytes(public);
                p256::SecretKey::from_slice(private)
                    .is_ok_and(|key| point.is_ok_and(|point| key.public_key() == point))
            }
            Self::P384 => {
                let point = p384::PublicKey::from_sec1_bytes(public);
                p384::SecretKey::from_slice(private)
                    .is_ok_and(|key| point.is_ok_and(|point| key.public_key() == point))
            }
            Self::Secp256k1 => {
                let point = k256::PublicKey::from_sec1_bytes(public);
                k256::SecretKey::from_slice(private)
                    .is_ok_and(|key| point.is_ok_and(|point| key.public_key() == point))
            }
            Self::Ed25519 => ed25519_public(private) == public,
        }
    }
}

/// The public key of a seed (RFC 8032, 5.1.5).
fn ed25519_public(seed: &[u8]) -> [u8; 32] {
    let hash: [u8; 64] = Sha512::digest(seed).into();
    let (half, _) = hash.split_first_chunk::<32>().expect("64 bytes have 32 first ones");
    curve25519_dalek::EdwardsPoint::mul_base_clamped(*half).compress().to_bytes()
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    fn bytes(hex: &[&str]) -> Vec<u8> {
        let digits = hex.concat();
        let pair = |at: usize| u8::from_str_radix(&digits[at..at + 2], 16).expect("digits");
        (0..digits.len()).step_by(2).map(pair).collect()
    }

    /// The private number 1, whose public half is the base point that SEC 2 states.
    fn one(size: usize) -> Vec<u8> {
        let mut one = vec![0; size];
        one[size - 1] = 1;
        one
    }

    /// A private key of P-256 and its public half.
    pub(in super::super) fn pair_of_p256() -> (Vec<u8>, Vec<u8>) {
        let base = bytes(&[
            "046b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296",
            "4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5",
        ]);
        (one(32), base)
    }

    /// A seed of Ed25519 and its public half (RFC 8032, 7.1, test 1).
    pub(in super::super) fn pair_of_ed25519() -> (Vec<u8>, Vec<u8>) {
        let seed = bytes(&["9d61b19deffd5a60ba844af492ec2cc4", "4449c5697b326919703bac031cae7f60"]);
        let public =
            bytes(&["d75a980182b10ab7d54bfed3c964073a", "0ee172f3daa62325af021a68f707511a"]);
        (seed, public)
    }

    #[test]
    fn halves_that_belong_together_are_known_and_others_are_not() {
        let p384 = bytes(&[
            "04aa87ca22be8b05378eb1c71ef320ad746e1d3b628ba79b9859f741e082542a38",
            "5502f25dbf55296c3a545e3872760ab73617de4a96262c6f5d9e98bf9292dc29",
            "f8f41dbd289a147ce9da3113b5f0b8c00a60b1ce1d7e819d7a431d7c90ea0e5f",
        ]);
        let k256 = bytes(&["0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798"]);
        let ((private, p256), (seed, ed)) = (pair_of_p256(), pair_of_ed25519());
        for (curve, private, public) in [
            (Curve::P256, private, p256),
            (Curve::P384, one(48), p384),
            (Curve::Secp256k1, one(32), k256),
            (Curve::Ed25519, seed, ed),
        ] {
            assert!(curve.agrees(&private, &public), "{curve:?}");
            for at in [1, public.len() / 2, public.len() - 1] {
                let mut other = public.clone();
                other[at] ^= 4;
                assert!(!curve.agrees(&private, &other), "{curve:?} {at}");
            }
            let mut other = private.clone();
            other[3] ^= 4;
            assert!(!curve.agrees(&other, &public), "{curve:?}");
            assert!(!curve.agrees(&private, &[]), "{curve:?}");
            assert!(!curve.agrees(&[], &public), "{curve:?}");
            assert!(!curve.agrees(&vec![0xff; private.len()], &public), "{curve:?}");
        }
    }
}
