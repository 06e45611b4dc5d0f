//! What an offline proof looked at, in words for people: the lines that `explain` adds.
//!
//! The only part of the proofs that allocates; nothing of the scan path calls it.

use super::key::State;
use super::pem::with_key;
use super::{ChecksumSpec, Verdict, aws_account_id, jwt_exp, verify};

/// What the proof says of `secret`, in a few words without any byte of the secret; `None` where it has
/// nothing to say.
pub fn describe(spec: ChecksumSpec, secret: &[u8]) -> Option<String> {
    let verdict = verify(spec, secret);
    match spec {
        ChecksumSpec::Pem => key(secret, verdict),
        ChecksumSpec::AwsKeyId => {
            let account = aws_account_id(secret)?;
            let canary = if verdict == Verdict::Canary { ", which issues canaries" } else { "" };
            Some(format!("AWS account {account:012}{canary}"))
        }
        ChecksumSpec::Jwt => Some(format!("expires at {} (seconds since 1970)", jwt_exp(secret)?)),
        _ => match verdict {
            Verdict::Proven => Some("its checksum is right".into()),
            Verdict::Disproven => Some("its checksum is wrong".into()),
            _ => None,
        },
    }
}

fn key(secret: &[u8], verdict: Verdict) -> Option<String> {
    let read = with_key(secret, |key| {
        let size = if key.bits == 0 { String::new() } else { format!(" of {} bits", key.bits) };
        let state = match key.state {
            State::Whole => ", its parts prove each other",
            State::Plain => "",
            State::Altered => ", its parts contradict each other",
            State::Encrypted => ", encrypted",
        };
        let small = if key.is_too_small() { ", too small to be a secret" } else { "" };
        format!("{} key{size}{state}{small}", key.kind)
    });
    read.or_else(|| match verdict {
        Verdict::Encrypted => Some("encrypted private key".into()),
        Verdict::Disproven => Some("no private key between the markers".into()),
        Verdict::Unknown => Some("a private key that was cut or altered".into()),
        _ => None,
    })
}
