//! Examples of a detector as texts: parts joined, checksums filled in, placeholders replaced.

use std::collections::BTreeMap;

use crate::checksum::fill_check;
use crate::load::LoadedDetector;
use crate::schema::{NegativeToml, PositiveToml};

/// An example ready to be scanned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Example {
    /// The text.
    pub text: String,
    /// What stands for `{secret}` in it.
    pub secret: String,
    /// Findings expected; 0 for a negative.
    pub count: usize,
    /// The stage that must refuse; empty for a positive.
    pub stage: String,
    /// Path of the object, where the example states one.
    pub path: Option<String>,
}

/// The parts of a secret joined, `{check}` replaced by the right checksum of the detector's kind.
fn join(detector: &LoadedDetector, parts: &[String]) -> String {
    let mut secret = String::new();
    for part in parts {
        if part == "{check}" {
            let spec = detector.spec.gates.checksum;
            secret.push_str(
                &spec.and_then(|proof| fill_check(proof.checksum, &secret)).unwrap_or_default(),
            );
        } else {
            secret.push_str(part);
        }
    }
    secret
}

fn expand(text: &str, secret: &str, parts: &BTreeMap<String, Vec<String>>) -> String {
    let mut out = text.replace("{secret}", secret);
    for (name, values) in parts {
        out = out.replace(&format!("{{{name}}}"), &values.concat());
    }
    out
}

/// The positive as a text.
pub fn positive(detector: &LoadedDetector, example: &PositiveToml) -> Example {
    let secret = join(detector, &example.secret);
    Example {
        text: expand(&example.text, &secret, &example.parts),
        secret,
        count: example.count,
        stage: String::new(),
        path: example.path.clone(),
    }
}

/// The negative as a text.
pub fn negative(detector: &LoadedDetector, example: &NegativeToml) -> Example {
    let secret = join(detector, &example.secret);
    Example {
        text: expand(&example.text, &secret, &example.parts),
        secret,
        count: 0,
        stage: example.stage.clone(),
        path: example.path.clone(),
    }
}

/// All positives of a detector.
pub fn positives(detector: &LoadedDetector) -> impl Iterator<Item = Example> + '_ {
    detector.source.positive.iter().map(|example| positive(detector, example))
}

/// All negatives of a detector.
pub fn negatives(detector: &LoadedDetector) -> impl Iterator<Item = Example> + '_ {
    detector.source.negative.iter().map(|example| negative(detector, example))
}
