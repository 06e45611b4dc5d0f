//! What the numbers inside a private key say: its kind, its size in bits, whether its parts belong
//! together, and its public half.
//!
//! Read are PKCS#1, PKCS#8 and SEC 1 (RFC 8017, RFC 5958, RFC 5915), OpenSSL's DSA keys and OpenSSH's
//! `openssh-key-v1`. A key is [`State::Whole`] when its parts prove each other: the modulus of RSA is
//! the product of its primes (compared modulo two primes, so in linear time), the public half of a key on a
//! curve is that of its private one ([`super::curve`]), an OpenSSH key repeats its check number and its
//! public half. What is laid out otherwise is `None`, which says nothing against it.

use super::curve::Curve;

/// Fewest bits of an RSA or DSA modulus: 768 were factored in 2009 (RSA-768).
const MODULUS_BITS_MIN: u32 = 1024;

/// Fewest bits of a curve: logarithms on 112 bits were found in 2009 (secp112r1).
const CURVE_BITS_MIN: u32 = 160;

/// Fewest bytes of a public half by which a pair is recognised.
pub(super) const PUBLIC_BYTES_MIN: usize = 20;

/// The first bytes of an OpenSSH key.
const OPENSSH_MAGIC: &[u8] = b"openssh-key-v1\0";

/// What a private key says of itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Key<'a> {
    /// `RSA`, `DSA`, `EC`, …
    pub(super) kind: &'static str,
    /// Bits of the modulus or the curve; 0 where it is encrypted.
    pub(super) bits: u32,
    pub(super) state: State,
    /// Bytes that its public key and its certificate hold as well; empty where it does not say.
    pub(super) public: &'a [u8],
}

/// How the parts of a key stand to each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    /// They prove each other.
    Whole,
    /// Nothing in it can be compared.
    Plain,
    /// They contradict each other: somebody altered the key.
    Altered,
    /// It cannot be read without a passphrase.
    Encrypted,
}

impl Key<'_> {
    /// Whether anybody can compute the private half, so that there is no secret to keep.
    pub(super) fn is_too_small(&self) -> bool {
        let least = match self.kind {
            "RSA" | "DSA" | "DH" => MODULUS_BITS_MIN,
            _ => CURVE_BITS_MIN,
        };
        self.state != State::Encrypted && self.bits < least
    }
}

/// Reads a whole key: DER, or the fields of OpenSSH.
pub(super) fn read(bytes: &[u8]) -> Option<Key<'_>> {
    if let Some(fields) = bytes.strip_prefix(OPENSSH_MAGIC) {
        return openssh(&mut Strings(fields));
    }
    let mut outer = Der(bytes);
    let mut inner = Der(outer.take(SEQUENCE)?);
    if !outer.0.is_empty() {
        return None;
    }
    match *inner.0.first()? {
        SEQUENCE => encrypted(&mut inner),
        INTEGER => {
            inner.take(INTEGER)?;
            match *inner.0.first()? {
                SEQUENCE => pkcs8(&mut inner),
                OCTETS => sec1(&mut inner, None),
                _ => integers(&mut inner),
            }
        }
        _ => None,
    }
}

pub(super) const INTEGER: u8 = 0x02;
const BITS: u8 = 0x03;
const OCTETS: u8 = 0x04;
const OBJECT: u8 = 0x06;
pub(super) const SEQUENCE: u8 = 0x30;
const PARAMETERS: u8 = 0xa0;
const PUBLIC_KEY: u8 = 0xa1;
const IMPLICIT_PUBLIC_KEY: u8 = 0x81;

/// A reader of DER (X.690): tags of one byte, lengths of at most four.
#[derive(Clone, Copy)]
pub(super) struct Der<'a>(pub(super) &'a [u8]);

impl<'a> Der<'a> {
    /// The content of the next element, if it has this tag.
    pub(super) fn take(&mut self, tag: u8) -> Option<&'a [u8]> {
        let (&first, rest) = self.0.split_first()?;
        let (&length, mut rest) = rest.split_first().filter(|_| first == tag)?;
        let mut bytes = usize::from(length);
        if length > 0x7f {
            let (digits, behind) = rest.split_at_checked(usize::from(length & 0x7f))?;
            if !(1..=4).contains(&digits.len()) {
                return None;
            }
            bytes = digits.iter().fold(0, |sum, digit| sum << 8 | usize::from(*digit));
            rest = behind;
        }
        let (content, behind) = rest.split_at_checked(bytes)?;
        self.0 = behind;
        Some(content)
    }

    /// An INTEGER without the zero bytes before it.
    fn integer(&mut self) -> Option<&'a [u8]> {
        Some(trimmed(self.take(INTEGER)?))
    }
}

fn trimmed(mut number: &[u8]) -> &[u8] {
    while let [0, rest @ ..] = number {
        number = rest;
    }
    number
}

fn bits(number: &[u8]) -> u32 {
    number.first().map_or(0, |first| number.len() as u32 * 8 - first.leading_zeros())
}

/// `EncryptedPrivateKeyInfo`: an algorithm of PKCS#5 or PKCS#12, and octets.
fn encrypted<'a>(inner: &mut Der<'a>) -> Option<Key<'a>> {
    let algorithm = Der(inner.take(SEQUENCE)?).take(OBJECT)?;
    inner.take(OCTETS)?;
    let families: [&[u8]; 2] = [
        &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x05],
        &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x0c],
    ];
    let known = families.iter().any(|family| algorithm.starts_with(family));
    (known && inner.0.is_empty()).then_some(Key {
        kind: "private",
        bits: 0,
        state: State::Encrypted,
        public: &[],
    })
}

/// `PrivateKeyInfo` behind its version.
fn pkcs8<'a>(inner: &mut Der<'a>) -> Option<Key<'a>> {
    let mut algorithm = Der(inner.take(SEQUENCE)?);
    let name = algorithm.take(OBJECT)?;
    let content = inner.take(OCTETS)?;
    let mut key = Der(content);
    match name {
        // rsaEncryption, RSASSA-PSS
        [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01 | 0x0a] => {
            let mut numbers = Der(key.take(SEQUENCE)?);
            numbers.take(INTEGER)?;
            integers(&mut numbers)
        }
        // id-ecPublicKey
        [0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01] => {
            let mut fields = Der(key.take(SEQUENCE)?);
            fields.take(INTEGER)?;
            sec1(&mut fields, algorithm.take(OBJECT))
        }
        // id-dsa, dhKeyAgreement: the prime is the first parameter
        [0x2a, 0x86, 0x48, 0xce, 0x38, 0x04, 0x01] => modular("DSA", algorithm, key),
        [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x03, 0x01] => modular("DH", algorithm, key),
        // X25519, X448, Ed25519, Ed448
        [0x2b, 0x65, last @ 0x6e..=0x71] => {
            let (kind, bytes) = [("X25519", 32), ("X448", 56), ("Ed25519", 32), ("Ed448", 57)]
                [usize::from(last - 0x6e)];
            let scalar = key.take(OCTETS).filter(|scalar| scalar.len() == bytes)?;
            let public = skip_to_public(inner).unwrap_or_default();
            let bits = if scalar.len() == 32 { 256 } else { 448 };
            let curve = (kind == "Ed25519").then_some(Curve::Ed25519);
            Some(Key { kind, bits, state: halves(curve, scalar, public), public })
        }
        _ => None,
    }
}

/// The public key at the end of a `OneAsymmetricKey`.
fn skip_to_public<'a>(inner: &mut Der<'a>) -> Option<&'a [u8]> {
    let _attributes = inner.take(PARAMETERS);
    let content = inner.take(IMPLICIT_PUBLIC_KEY)?;
    content.split_first().map(|(_, point)| point)
}

fn modular<'a>(kind: &'static str, mut algorithm: Der<'a>, mut key: Der<'a>) -> Option<Key<'a>> {
    let mut parameters = Der(algorithm.take(SEQUENCE)?);
    let prime = parameters.integer()?;
    key.integer()?;
    Some(Key { kind, bits: bits(prime), state: State::Plain, public: &[] })
}

/// The fields of RFC 5915 behind the version.
fn sec1<'a>(fields: &mut Der<'a>, outer_curve: Option<&'a [u8]>) -> Option<Key<'a>> {
    let scalar = fields.take(OCTETS)?;
    let parameters = fields.take(PARAMETERS);
    let curve = parameters.and_then(|content| Der(content).take(OBJECT)).or(outer_curve);
    let point = fields.take(PUBLIC_KEY).and_then(|content| Der(content).take(BITS));
    let public = point.and_then(<[u8]>::split_first).map_or(&[][..], |(_, point)| point);
    let bits = curve.and_then(curve_bits).unwrap_or(scalar.len() as u32 * 8);
    let state = halves(curve.and_then(Curve::named), scalar, public);
    Some(Key { kind: "EC", bits, state, public })
}

/// How the halves of a key on a curve stand to each other.
fn halves(curve: Option<Curve>, private: &[u8], public: &[u8]) -> State {
    match curve {
        Some(curve) if !public.is_empty() => {
            if curve.agrees(private, public) {
                State::Whole
            } else {
                State::Altered
            }
        }
        _ => State::Plain,
    }
}

/// Bits of a named curve (SEC 2, RFC 5639).
fn curve_bits(name: &[u8]) -> Option<u32> {
    match name {
        // ansip192…256
        [0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, number] => match number {
            1..=3 => Some(192),
            4..=6 => Some(239),
            7 => Some(256),
            _ => None,
        },
        // Certicom's
        [0x2b, 0x81, 0x04, 0x00, number] => match number {
            6 | 7 => Some(112),
            28 | 29 => Some(128),
            8 | 9 | 30 => Some(160),
            31 => Some(192),
            32 | 33 => Some(224),
            10 => Some(256),
            34 => Some(384),
            35 => Some(521),
            _ => None,
        },
        // Brainpool's
        [0x2b, 0x24, 0x03, 0x03, 0x02, 0x08, 0x01, 0x01, number @ 1..=14] => {
            let sizes = [160, 192, 224, 256, 320, 384, 512];
            sizes.get(usize::from(number - 1) / 2).copied()
        }
        _ => None,
    }
}

/// RSA has eight numbers behind its version (and more primes, perhaps), DSA five.
fn integers<'a>(numbers: &mut Der<'a>) -> Option<Key<'a>> {
    let mut values: [&[u8]; 8] = [&[]; 8];
    let mut count = 0;
    while count < values.len() && !numbers.0.is_empty() {
        values[count] = numbers.integer()?;
        count += 1;
    }
    match (count, values) {
        (8, [n, _, _, p, q, ..]) => {
            let has_two_primes = numbers.0.is_empty();
            let state = if has_two_primes { product(n, p, q) } else { State::Plain };
            Some(Key { kind: "RSA", bits: bits(n), state, public: n })
        }
        (5, [p, _, _, y, ..]) => {
            Some(Key { kind: "DSA", bits: bits(p), state: State::Plain, public: y })
        }
        _ => None,
    }
}

/// Whether `n` is `p` times `q`, modulo two primes: by chance once in 2¹²⁴.
fn product(n: &[u8], p: &[u8], q: &[u8]) -> State {
    let holds = |modulus: u64| {
        let rest = |number: &[u8]| {
            let step = |sum: u128, byte: &u8| (sum << 8 | u128::from(*byte)) % u128::from(modulus);
            number.iter().fold(0, step)
        };
        rest(p) * rest(q) % u128::from(modulus) == rest(n)
    };
    let is_trivial = bits(p) < 2 || bits(q) < 2;
    if !is_trivial && holds((1 << 61) - 1) && holds(u64::MAX - 58) {
        State::Whole
    } else {
        State::Altered
    }
}

/// Strings with their lengths before them (RFC 4251).
struct Strings<'a>(&'a [u8]);

impl<'a> Strings<'a> {
    fn number(&mut self) -> Option<u32> {
        let (digits, rest) = self.0.split_first_chunk::<4>()?;
        self.0 = rest;
        Some(u32::from_be_bytes(*digits))
    }

    fn next(&mut self) -> Option<&'a [u8]> {
        let bytes = usize::try_from(self.number()?).ok()?;
        let (content, rest) = self.0.split_at_checked(bytes)?;
        self.0 = rest;
        Some(content)
    }
}

/// The fields behind the magic (OpenSSH's `PROTOCOL.key`).
fn openssh<'a>(fields: &mut Strings<'a>) -> Option<Key<'a>> {
    let cipher = fields.next()?;
    let (_derivation, _options) = (fields.next()?, fields.next()?);
    if fields.number()? != 1 {
        return None;
    }
    let mut public = Strings(fields.next()?);
    let name = public.next()?;
    let mut private = Strings(fields.next()?);
    let (kind, curve) = openssh_kind(name)?;
    if cipher != b"none" {
        return Some(Key { kind, bits: 0, state: State::Encrypted, public: &[] });
    }
    let is_repeated = private.number()? == private.number()?;
    let has_its_name = private.next()? == name;
    let (size, half, agrees) = match kind {
        "RSA" => openssh_rsa(&mut public, &mut private)?,
        "DSA" => openssh_dsa(&mut public, &mut private)?,
        "Ed25519" => openssh_ed25519(&mut public, &mut private)?,
        _ => openssh_ec(&mut public, &mut private)?,
    };
    let whole = is_repeated && has_its_name && agrees;
    let state = if whole { State::Whole } else { State::Altered };
    Some(Key { kind, bits: curve.unwrap_or(size), state, public: half })
}

/// The kind of key that a name stands for, and the bits of its curve.
fn openssh_kind(name: &[u8]) -> Option<(&'static str, Option<u32>)> {
    Some(match name {
        b"ssh-rsa" => ("RSA", None),
        b"ssh-dss" => ("DSA", None),
        b"ssh-ed25519" => ("Ed25519", Some(256)),
        b"ecdsa-sha2-nistp256" => ("EC", Some(256)),
        b"ecdsa-sha2-nistp384" => ("EC", Some(384)),
        b"ecdsa-sha2-nistp521" => ("EC", Some(521)),
        _ => return None,
    })
}

/// Bits, the public half, and whether the private part agrees with the public one.
type Halves<'a> = (u32, &'a [u8], bool);

fn openssh_rsa<'a>(public: &mut Strings<'a>, private: &mut Strings<'a>) -> Option<Halves<'a>> {
    let (_exponent, n) = (public.next()?, trimmed(public.next()?));
    let (own_n, _e, _d, _inverse) =
        (trimmed(private.next()?), private.next()?, private.next()?, private.next()?);
    let (p, q) = (trimmed(private.next()?), trimmed(private.next()?));
    Some((bits(n), n, own_n == n && product(n, p, q) == State::Whole))
}

fn openssh_dsa<'a>(public: &mut Strings<'a>, private: &mut Strings<'a>) -> Option<Halves<'a>> {
    let (p, _q, _g, y) =
        (trimmed(public.next()?), public.next()?, public.next()?, trimmed(public.next()?));
    let (own_p, _q, _g, own_y) =
        (trimmed(private.next()?), private.next()?, private.next()?, trimmed(private.next()?));
    Some((bits(p), y, own_p == p && own_y == y))
}

fn openssh_ed25519<'a>(public: &mut Strings<'a>, private: &mut Strings<'a>) -> Option<Halves<'a>> {
    let (point, own_point, secret) = (public.next()?, private.next()?, private.next()?);
    let agrees = point.len() == 32 && own_point == point && secret.get(32..) == Some(point);
    Some((256, point, agrees))
}

fn openssh_ec<'a>(public: &mut Strings<'a>, private: &mut Strings<'a>) -> Option<Halves<'a>> {
    let (curve, point) = (public.next()?, public.next()?);
    let (own_curve, own_point) = (private.next()?, private.next()?);
    Some((0, point, own_curve == curve && own_point == point))
}

#[cfg(test)]
mod tests {
    use super::super::curve::tests::{pair_of_ed25519, pair_of_p256};
    use super::super::pem::random_bytes;
    use super::*;

    fn element(tag: u8, content: &[u8]) -> Vec<u8> {
        let length = content.len();
        let head = match length {
            0..0x80 => vec![tag, length as u8],
            0x80..0x100 => vec![tag, 0x81, length as u8],
            _ => vec![tag, 0x82, (length >> 8) as u8, length as u8],
        };
        [head, content.to_vec()].concat()
    }

    fn number(magnitude: &[u8]) -> Vec<u8> {
        element(INTEGER, &[&[0], magnitude].concat())
    }

    /// Numbers of `bytes` bytes with their upper and lowest bit set.
    fn factor(bytes: usize, seed: usize) -> Vec<u8> {
        let mut factor = random_bytes(bytes + seed).split_off(seed);
        factor[0] |= 0xc0;
        factor[bytes - 1] |= 1;
        factor
    }

    fn times(a: &[u8], b: &[u8]) -> Vec<u8> {
        let mut out = vec![0_u8; a.len() + b.len()];
        for (i, x) in a.iter().rev().enumerate() {
            let mut carry = 0;
            for j in 0..=b.len() {
                let at = out.len() - 1 - i - j;
                let y = if j < b.len() { b[b.len() - 1 - j] } else { 0 };
                let sum = u32::from(out[at]) + u32::from(*x) * u32::from(y) + carry;
                out[at] = sum as u8;
                carry = sum >> 8;
                if at == 0 {
                    break;
                }
            }
        }
        out
    }

    fn rsa(bytes: usize, altered: bool) -> Vec<u8> {
        let (p, q) = (factor(bytes / 2, 0), factor(bytes / 2, 7));
        let mut n = times(&p, &q);
        n[bytes / 2] ^= u8::from(altered);
        let rest = [number(&p), number(&q), number(&p), number(&q), number(&p)].concat();
        let numbers = [number(&[]), number(&n), number(&[1, 0, 1]), number(&n), rest].concat();
        element(SEQUENCE, &numbers)
    }

    fn pkcs8(algorithm: &[u8], parameters: &[u8], key: &[u8]) -> Vec<u8> {
        let algorithm =
            element(SEQUENCE, &[element(OBJECT, algorithm), parameters.to_vec()].concat());
        element(SEQUENCE, &[number(&[]), algorithm, element(OCTETS, key)].concat())
    }

    fn ec(curve: Option<&[u8]>, scalar: usize) -> Vec<u8> {
        let parameters =
            curve.map_or(Vec::new(), |curve| element(PARAMETERS, &element(OBJECT, curve)));
        let point = [&[0, 4], random_bytes(2 * scalar).as_slice()].concat();
        let public = element(PUBLIC_KEY, &element(BITS, &point));
        let fields =
            [number(&[1]), element(OCTETS, &random_bytes(scalar)), parameters, public].concat();
        element(SEQUENCE, &fields)
    }

    const RSA_NAME: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01];
    const EC_NAME: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01];
    const P256: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07];
    const SECP112: &[u8] = &[0x2b, 0x81, 0x04, 0x00, 0x06];
    const BRAINPOOL384: &[u8] = &[0x2b, 0x24, 0x03, 0x03, 0x02, 0x08, 0x01, 0x01, 0x0b];

    fn string(bytes: &[u8]) -> Vec<u8> {
        [&(bytes.len() as u32).to_be_bytes()[..], bytes].concat()
    }

    fn openssh_file(cipher: &[u8], public: &[u8], private: &[u8]) -> Vec<u8> {
        let head = [string(cipher), string(b"none"), string(b"")].concat();
        [OPENSSH_MAGIC, &head, &[0, 0, 0, 1], &string(public), &string(private)].concat()
    }

    fn openssh_edwards(cipher: &[u8], check: u8, last: u8) -> Vec<u8> {
        let point = random_bytes(32);
        let mut secret = [random_bytes(40).split_off(8), point.clone()].concat();
        secret[63] ^= last;
        let public = [string(b"ssh-ed25519"), string(&point)].concat();
        let body = [string(b"ssh-ed25519"), string(&point), string(&secret)].concat();
        let private = [&[1, 2, 3, 4, 1, 2, 3, check], body.as_slice(), &string(b"me"), &[1, 2, 3]];
        openssh_file(cipher, &public, &private.concat())
    }

    fn openssh_modulus(kind: &[u8]) -> Vec<u8> {
        let (p, q) = (factor(128, 0), factor(128, 7));
        let n = string(&times(&p, &q));
        let (e, p, q) = (string(&[1, 0, 1]), string(&p), string(&q));
        let name = string(kind);
        let (public, private) = if kind == b"ssh-rsa" {
            let own = [name.clone(), n.clone(), e.clone(), n.clone(), e.clone(), p, q].concat();
            ([name, e, n].concat(), own)
        } else {
            let common = [name, n.clone(), q.clone(), e, p.clone()].concat();
            (common.clone(), [common, q].concat())
        };
        openssh_file(b"none", &public, &[&[7; 8], private.as_slice()].concat())
    }

    #[test]
    fn keys_tell_their_size() {
        let edwards = element(OCTETS, &random_bytes(32));
        let edwards = pkcs8(&[0x2b, 0x65, 0x70], &[], &edwards);
        let p256 = element(OBJECT, P256);
        let (private, public) = pair_of_p256();
        let whole = |last: u8| {
            let point = [&[0], &public[..64], &[public[64] ^ last]].concat();
            let half = element(PUBLIC_KEY, &element(BITS, &point));
            let fields =
                [number(&[1]), element(OCTETS, &private), element(PARAMETERS, &p256), half];
            element(SEQUENCE, &fields.concat())
        };
        let (seed, point) = pair_of_ed25519();
        let v2 = |last: u8| {
            let half = [&[0], &point[..31], &[point[31] ^ last]].concat();
            let name = element(SEQUENCE, &element(OBJECT, &[0x2b, 0x65, 0x70]));
            let key = element(OCTETS, &element(OCTETS, &seed));
            let half = element(IMPLICIT_PUBLIC_KEY, &half);
            element(SEQUENCE, &[number(&[1]), name, key, half].concat())
        };
        let dsa = [number(&[]), number(&factor(128, 1)), number(&[3]), number(&[5]), number(&[7])];
        let dsa = element(SEQUENCE, &[dsa.concat(), number(&[9])].concat());
        for (bytes, kind, bits, state, small) in [
            (rsa(256, false), "RSA", 2048, State::Whole, false),
            (rsa(256, true), "RSA", 2048, State::Altered, false),
            (rsa(64, false), "RSA", 512, State::Whole, true),
            (pkcs8(RSA_NAME, &[5, 0], &rsa(128, false)), "RSA", 1024, State::Whole, false),
            (ec(Some(P256), 32), "EC", 256, State::Altered, false),
            (whole(0), "EC", 256, State::Whole, false),
            (whole(1), "EC", 256, State::Altered, false),
            (v2(0), "Ed25519", 256, State::Whole, false),
            (v2(1), "Ed25519", 256, State::Altered, false),
            (ec(Some(BRAINPOOL384), 48), "EC", 384, State::Plain, false),
            (ec(Some(SECP112), 14), "EC", 112, State::Plain, true),
            (ec(None, 32), "EC", 256, State::Plain, false),
            (pkcs8(EC_NAME, &p256, &ec(None, 32)), "EC", 256, State::Altered, false),
            (edwards, "Ed25519", 256, State::Plain, false),
            (dsa, "DSA", 1024, State::Plain, false),
            (openssh_edwards(b"none", 4, 0), "Ed25519", 256, State::Whole, false),
            (openssh_edwards(b"none", 5, 0), "Ed25519", 256, State::Altered, false),
            (openssh_edwards(b"none", 4, 1), "Ed25519", 256, State::Altered, false),
            (openssh_edwards(b"aes256-ctr", 4, 0), "Ed25519", 0, State::Encrypted, false),
            (openssh_modulus(b"ssh-rsa"), "RSA", 2048, State::Whole, false),
            (openssh_modulus(b"ssh-dss"), "DSA", 2048, State::Whole, false),
        ] {
            let key = read(&bytes).unwrap_or_else(|| panic!("{kind} {bits} {state:?}"));
            let told = (key.kind, key.bits, key.state, key.is_too_small());
            assert_eq!(told, (kind, bits, state, small));
            assert_eq!(read(&[bytes.as_slice(), &[0]].concat()).is_some(), bytes.starts_with(b"o"));
        }
    }

    #[test]
    fn encrypted_keys_are_told() {
        let pbes2: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x05, 0x0d];
        let file = |name| {
            let algorithm = element(SEQUENCE, &element(OBJECT, name));
            element(SEQUENCE, &[algorithm, element(OCTETS, &random_bytes(80))].concat())
        };
        assert_eq!(read(&file(pbes2)).map(|key| key.state), Some(State::Encrypted));
        assert_eq!(read(&file(RSA_NAME)), None);
    }

    #[test]
    fn what_is_laid_out_otherwise_says_nothing() {
        let whole = rsa(128, false);
        for end in 0..whole.len() {
            assert_eq!(read(&whole[..end]), None, "{end}");
        }
        let mut indefinite = whole.clone();
        indefinite[1] = 0x80;
        assert_eq!(read(&indefinite), None);
        assert_eq!(read(&element(SEQUENCE, &number(&[1]))), None);
        assert_eq!(read(&pkcs8(&[0x2a, 1], &[], &whole)), None);
    }
}
