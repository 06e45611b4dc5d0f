//! Offline proofs through the command: what expired, is encrypted, a canary, or too small is told as that, and `explain` says
//! what was seen.

use std::path::Path;
use std::process::{Command, Stdio};

use data_encoding::{BASE32_NOPAD, BASE64, BASE64URL_NOPAD};
use serde_json::Value;

fn run(dir: &Path, args: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_scanner-rs"))
        .args(args)
        .current_dir(dir)
        .env("XDG_STATE_HOME", dir)
        .stdin(Stdio::null())
        .output()
        .expect("the command runs");
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

/// Bytes that look random.
fn noise(count: usize) -> Vec<u8> {
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let step = || {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 56) as u8
    };
    std::iter::repeat_with(step).take(count).collect()
}

fn token(exp: u64) -> String {
    let part = |text: &str| BASE64URL_NOPAD.encode(text.as_bytes());
    let claims = format!("{{\"sub\":\"u-{exp}\",\"exp\":{exp}}}");
    let signature = BASE64URL_NOPAD.encode(&noise(32));
    format!("{}.{}.{signature}", part("{\"alg\":\"HS256\",\"typ\":\"JWT\"}"), part(&claims))
}

fn key_id(account: u64) -> String {
    let bits = u128::from(1_u64 << 40 | account) << 39 | 0x5a_1234_5678;
    format!("AKIA{}", BASE32_NOPAD.encode(&bits.to_be_bytes()[6..]))
}

fn block(label: &str, head: &str, bytes: &[u8]) -> String {
    let body = BASE64.encode(bytes);
    let lines: Vec<&str> =
        body.as_bytes().chunks(64).map(|line| std::str::from_utf8(line).expect("ASCII")).collect();
    format!("-----BEGIN {label}-----\n{head}{}\n-----END {label}-----\n", lines.join("\n"))
}

/// An EC key of a curve, by the last bytes of its name, and its public half.
fn ec(curve: &[u8], scalar: usize) -> (Vec<u8>, Vec<u8>) {
    let point = [&[4][..], &noise(2 * scalar)].concat();
    let scalar = [&[2, 1, 1, 4, scalar as u8][..], &noise(scalar + 9)[9..]].concat();
    let curve = [&[0xa0, curve.len() as u8 + 2, 6, curve.len() as u8][..], curve].concat();
    let half = point.len() as u8;
    let public = [&[0xa1, half + 3, 3, half + 1, 0][..], &point].concat();
    let content = [scalar, curve, public].concat();
    ([&[0x30, content.len() as u8][..], &content].concat(), point)
}

/// An EC key of P-256 whose private number is 1, and its public half, the curve's base point (SEC 2); or one bit beside it.
fn p256(last: u8) -> (Vec<u8>, Vec<u8>) {
    let digits = [
        "046b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296",
        "4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5",
    ];
    let mut point = data_encoding::HEXLOWER.decode(digits.concat().as_bytes()).expect("digits");
    point[64] ^= last;
    let scalar = [&[2, 1, 1, 4, 32][..], &[0; 31], &[1]].concat();
    let curve = [0xa0, 10, 6, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07];
    let public = [&[0xa1, 68, 3, 66, 0][..], &point].concat();
    let content = [&scalar[..], &curve, &public].concat();
    ([&[0x30, content.len() as u8][..], &content].concat(), point)
}

/// A certificate, as far as its end goes.
fn certificate(end: &str, public: &[u8]) -> Vec<u8> {
    let element = |tag: u8, content: &[u8]| {
        let len = (content.len() as u16).to_be_bytes();
        [&[tag, 0x82, len[0], len[1]], content].concat()
    };
    let times = [element(0x17, b"010203040506Z"), element(0x17, end.as_bytes())].concat();
    let fields = [
        element(2, &[7]),
        element(0x30, b"algorithm"),
        element(0x30, b"issuer"),
        element(0x30, &times),
        element(0x30, b"subject"),
        element(0x30, public),
    ];
    element(0x30, &[element(0x30, &fields.concat()), element(3, b"signature")].concat())
}

/// A folder with a file for each proof.
fn planted() -> tempfile::TempDir {
    let dir = tempfile::tempdir().expect("a temporary folder");
    let write =
        |name: &str, text: String| std::fs::write(dir.path().join(name), text).expect("a file");
    // brainpoolP256r1, whose arithmetic is not done.
    let (key, point) = ec(&[0x2b, 0x24, 0x03, 0x03, 0x02, 0x08, 0x01, 0x01, 0x07], 32);
    let (whole, whole_point) = p256(0);
    let (small, _) = ec(&[0x2b, 0x81, 0x04, 0x00, 0x06], 14);
    let around = [b"0\x05head of a certificate", point.as_slice(), b"its tail"].concat();
    let legacy =
        "Proc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00112233445566778899AABBCCDDEEFF\n\n";
    write("over.txt", format!("t = {}\n", token(1_500_000_000)));
    write("valid.txt", format!("t = {}\n", token(9_500_000_000)));
    write("canary.txt", format!("id = {}\n", key_id(52_310_077_262)));
    write("key-id.txt", format!("id = {}\n", key_id(123_456_789_012)));
    write("alone.pem", block("EC PRIVATE KEY", "", &key));
    write("small.pem", block("EC PRIVATE KEY", "", &small));
    write("pair.pem", block("EC PRIVATE KEY", "", &key) + &block("CERTIFICATE", "", &around));
    write("whole.pem", block("EC PRIVATE KEY", "", &whole));
    write("altered.pem", block("EC PRIVATE KEY", "", &p256(1).0));
    for (name, year) in [("past.pem", "19"), ("future.pem", "49")] {
        let end = certificate(&format!("{year}0101000000Z"), &whole_point);
        write(name, block("CERTIFICATE", "", &end) + &block("EC PRIVATE KEY", "", &whole));
    }
    write("locked.pem", block("RSA PRIVATE KEY", legacy, &noise(600)));
    dir
}

#[test]
fn findings_say_what_was_proven() {
    let dir = planted();
    let text = run(
        dir.path(),
        &[
            "scan",
            ".",
            "--no-dedup",
            "--min-confidence",
            "possible",
            "--format",
            "jsonl",
            "--no-store",
        ],
    );
    let mut found: Vec<(String, String, String)> = text
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok())
        .filter(|line| line["type"] == "finding")
        .map(|line| {
            let word = |key: &str| line[key].as_str().unwrap_or_default().to_owned();
            (
                word("path").trim_start_matches("./").to_owned(),
                word("validation"),
                word("confidence"),
            )
        })
        .collect();
    found.sort();
    let want = [
        ("alone.pem", "structure-ok", "likely"),
        ("altered.pem", "none", "likely"),
        ("canary.txt", "canary", "likely"),
        ("future.pem", "pair-ok", "certain"),
        ("key-id.txt", "structure-ok", "likely"),
        ("locked.pem", "encrypted", "likely"),
        ("over.txt", "expired", "possible"),
        ("pair.pem", "pair-ok", "certain"),
        ("past.pem", "pair-expired", "certain"),
        ("valid.txt", "structure-ok", "likely"),
        ("whole.pem", "checksum-ok", "certain"),
    ];
    let found: Vec<(&str, &str, &str)> =
        found.iter().map(|(path, proof, sure)| (&**path, &**proof, &**sure)).collect();
    assert_eq!(found, want, "{text}");
    for (name, says) in [
        ("small.pem", "EC key of 112 bits, too small to be a secret"),
        ("alone.pem", "EC key of 256 bits"),
        ("whole.pem", "EC key of 256 bits, its parts prove each other"),
        ("altered.pem", "EC key of 256 bits, its parts contradict each other"),
        ("locked.pem", "encrypted private key"),
        ("canary.txt", "AWS account 052310077262, which issues canaries"),
        ("key-id.txt", "AWS account 123456789012"),
        ("over.txt", "expires at 1500000000"),
    ] {
        let told = run(dir.path(), &["explain", name]);
        assert!(told.contains(says), "{name}: {told}");
    }
    assert!(run(dir.path(), &["explain", "small.pem"]).contains("dropped by offline"));
}
