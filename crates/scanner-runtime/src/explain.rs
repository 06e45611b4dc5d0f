//! Why something was found or not: every stage that a text met, by rule.

use scanner_core::{Chunk, FileId, RootSpan, SecretBytes, Variant};
use scanner_engine::judge::{self, Weighed};
use scanner_engine::{Engine, EngineError, EngineOptions, ObjectFacts, ScanScratch, Stage};
use scanner_report::LineCounter;
use scanner_rules::RuleSpec;
use scanner_rules::checksum::{Verdict, describe, verify};

/// What one rule said about one place.
#[derive(Clone, Debug)]
pub struct ExplainLine {
    /// The rule.
    pub rule: String,
    /// The stage that refused; `None` where the candidate was accepted.
    pub refused_by: Option<Stage>,
    /// Line, from 1.
    pub line: u64,
    /// Column, from 1.
    pub column: u64,
    /// What was looked at, redacted; empty where only a window was.
    pub redacted: String,
    /// What the offline proof saw, where the rule has one: no byte of the secret.
    pub proof: Option<String>,
    /// What the judge of generic credentials weighed, the heaviest first; empty where it was not asked.
    pub weighed: Vec<Weighed>,
}

/// Bytes beyond which a refused place is a window and not a candidate, and is not shown.
const SHOWN_BYTES_MAX: u64 = 512;

/// Scans a text with every anchor leading to a window, and lists what each stage said, by place. With `line`
/// only what touches that line is listed.
///
/// # Errors
///
/// A rule cannot be compiled.
pub fn explain(
    specs: &[RuleSpec],
    path: &str,
    text: &[u8],
    line: Option<u64>,
) -> Result<Vec<ExplainLine>, EngineError> {
    let options = EngineOptions { shortcuts: false, ..EngineOptions::default() };
    let engine = Engine::new(specs, options)?;
    let mut scratch = ScanScratch::new(&engine);
    scratch.start_trace();
    let file_id = FileId::new(0);
    scratch.begin_object(&ObjectFacts { file_id, path: path.as_bytes(), is_binary: false });
    engine.scan_chunk_into(&Chunk::whole(file_id, text), &mut scratch);
    let mut lines = LineCounter::new(Variant::Raw);
    let mut trace = scratch.take_trace();
    trace.sort_by_key(|event| (event.place, event.rule_id, event.refused_by));
    trace.dedup();
    let mut out = Vec::new();
    for event in trace {
        let place = lines.locate(text, event.place);
        if line.is_some_and(|line| line < place.line || line > place.end_line) {
            continue;
        }
        out.push(ExplainLine {
            rule: engine.rule_info(event.rule_id).id.clone(),
            refused_by: event.refused_by,
            line: place.line,
            column: place.column,
            redacted: shown(text, event.place, event.refused_by),
            proof: proof(
                specs,
                &engine.rule_info(event.rule_id).id,
                text,
                (event.place, event.refused_by),
            ),
            weighed: event.judged.as_ref().map(judge::weigh).unwrap_or_default(),
        });
    }
    Ok(out)
}

/// What the offline proof of a rule says of a place that it was asked about.
fn proof(
    specs: &[RuleSpec],
    rule: &str,
    text: &[u8],
    (place, stage): (RootSpan, Option<Stage>),
) -> Option<String> {
    if !matches!(stage, None | Some(Stage::Offline | Stage::Safelist)) {
        return None;
    }
    let proof = specs.iter().find(|spec| spec.id == rule)?.gates.checksum?;
    let secret = text.get(place.start as usize..place.end as usize)?;
    let told = describe(proof.checksum, secret)?;
    let is_supposed = !proof.may_disprove() && verify(proof.checksum, secret) == Verdict::Disproven;
    let note = if is_supposed {
        "; that these have one is only supposed, so it does not count"
    } else {
        ""
    };
    Some(told + note)
}

fn shown(text: &[u8], place: RootSpan, stage: Option<Stage>) -> String {
    let is_window = matches!(
        stage,
        Some(Stage::Regex | Stage::Path | Stage::TwoPhase | Stage::MustContain | Stage::ConfirmAll)
    );
    if is_window || place.len() > SHOWN_BYTES_MAX {
        return String::new();
    }
    let range = place.start as usize..(place.end as usize).min(text.len());
    text.get(range).map(|bytes| SecretBytes::new(bytes).redacted()).unwrap_or_default()
}
