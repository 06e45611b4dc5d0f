//! What a detector costs: how often its anchors lead to a look on text in which every service's names and values stand.
//!
//! The text is that of the built-in detector files, apart from the detector's own: keys and values of all other services in
//! all notations; and made-up text of several kinds ([`cost_text`]), for an everyday word of C++ may be rare among services. What counts is
//! the kind that is worst for the detector. The count of windows is the same on every machine; the time only informs.

use std::borrow::Cow;
use std::time::Instant;

use scanner_core::{Chunk, FileId};
use scanner_engine::{Engine, EngineError, EngineOptions, ObjectFacts, ScanScratch};
use scanner_rules::{LoadedDetector, builtin};

use crate::cost_text;

/// Windows in a MiB that a detector may open where it declares no budget of its own.
pub const BUDGET_DEFAULT: u32 = 150;

/// What one detector costs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleCost {
    /// The rule.
    pub id: String,
    /// How many anchors it has, by class: A, B, C, D.
    pub anchors: [usize; 4],
    /// Windows that it opens in a MiB of the text that is worst for it.
    pub windows_per_mib: u32,
    /// Which that is: `detectors`, or the name of a made-up file.
    pub worst: &'static str,
    /// Microseconds for a MiB of the text, with no other rule.
    pub micros_per_mib: u64,
    /// Windows that it may open.
    pub budget: u32,
}

impl RuleCost {
    /// Whether it keeps its budget.
    pub fn is_within(&self) -> bool {
        self.windows_per_mib <= self.budget
    }
}

/// The costs of detectors, the dearest first.
///
/// # Errors
///
/// A detector cannot be compiled.
pub fn costs(detectors: &[LoadedDetector]) -> Result<Vec<RuleCost>, EngineError> {
    let kinds = kinds(&cost_text::texts());
    let mut all = Vec::with_capacity(detectors.len());
    for detector in detectors {
        all.push(cost(detector, &kinds)?);
    }
    all.sort_by(|a, b| (b.windows_per_mib, &a.id).cmp(&(a.windows_per_mib, &b.id)));
    Ok(all)
}

/// Text that costs are measured on, of one kind.
struct Kind {
    name: &'static str,
    texts: Vec<(&'static str, Cow<'static, str>)>,
}

/// The files of the detectors, apart from `own`, and what is made up.
fn kinds(made_up: &[(&'static str, String)]) -> Vec<Kind> {
    let files = builtin::FILES.iter().map(|(name, text)| (*name, Cow::Borrowed(*text))).collect();
    let mut kinds = vec![Kind { name: "detectors", texts: files }];
    kinds.extend(made_up.iter().map(|(path, text)| Kind {
        name: path.rsplit('/').next().unwrap_or(path),
        texts: pieces(text).map(|piece| (*path, Cow::Owned(piece.to_owned()))).collect(),
    }));
    kinds
}

/// The text in objects of the size of the detectors' files: of one chunk so many windows are kept apart and no more, so that
/// a long one would hide how often an anchor stands in it.
fn pieces(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let (piece, behind) = rest.split_at(rest.len().min(PIECE_BYTES));
        rest = behind;
        (!piece.is_empty()).then_some(piece)
    })
}

/// Bytes of a piece of made-up text, which is ASCII.
const PIECE_BYTES: usize = 4 * 1024;

/// What a detector costs on the kind of text that is worst for it.
fn cost(detector: &LoadedDetector, kinds: &[Kind]) -> Result<RuleCost, EngineError> {
    let options = EngineOptions::default();
    let engine = Engine::new(std::slice::from_ref(&detector.spec), options)?;
    let mut scratch = ScanScratch::new(&engine);
    let own = detector.file.trim_start_matches("detectors/");
    let (mut all_bytes, mut worst) = (0, (0, ""));
    let start = Instant::now();
    for kind in kinds {
        let (mut bytes, before) = (0, scratch.counters().windows);
        for (name, text) in kind.texts.iter().filter(|(name, _)| *name != own) {
            let file_id = FileId::new(0);
            scratch.begin_object(&ObjectFacts { file_id, path: name.as_bytes(), is_binary: false });
            engine.scan_chunk_into(&Chunk::whole(file_id, text.as_bytes()), &mut scratch);
            bytes += text.len() as u64;
        }
        let windows = per_mib(scratch.counters().windows - before, bytes);
        if windows > worst.0 || worst.1.is_empty() {
            worst = (windows, kind.name);
        }
        all_bytes += bytes;
    }
    let micros = u64::try_from(start.elapsed().as_micros()).unwrap_or(u64::MAX);
    Ok(RuleCost {
        id: detector.spec.id.clone(),
        anchors: engine.class_counts(),
        windows_per_mib: u32::try_from(worst.0).unwrap_or(u32::MAX),
        worst: worst.1,
        micros_per_mib: per_mib(micros, all_bytes),
        budget: detector.source.budget.unwrap_or(BUDGET_DEFAULT),
    })
}

fn per_mib(count: u64, bytes: u64) -> u64 {
    count.saturating_mul(1024 * 1024) / bytes.max(1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use scanner_rules::load_file;

    #[test]
    fn the_built_in_detectors_keep_their_budgets() {
        let costs = costs(&builtin::sources().unwrap()).unwrap();
        let over: Vec<&RuleCost> = costs.iter().filter(|cost| !cost.is_within()).collect();
        assert!(over.is_empty(), "{over:#?}");
    }

    #[test]
    fn an_everyday_anchor_is_dear_and_a_rare_one_is_not() {
        let text = "service = \"x\"\n\
            [[detector]]\nid = \"dear\"\nname = \"n\"\nregex = { pattern = 'secret.{1,8}' }\n\
            [[detector]]\nid = \"cheap\"\nname = \"n\"\nbudget = 1\n\
            token = { prefix = \"zqxv_\", body = \"[0-9a-z]{20}\" }\n";
        let costs = costs(&load_file("x.toml", text).unwrap()).unwrap();
        assert_eq!((costs[0].id.as_str(), costs[0].is_within()), ("dear", false), "{costs:?}");
        assert_eq!((costs[1].windows_per_mib, costs[1].budget), (0, 1), "{costs:?}");
    }

    #[test]
    fn an_everyday_word_of_programs_is_seen() {
        // No name or value of a service has it; every other function of C++ does.
        let text = "service = \"x\"\n[[detector]]\nid = \"loose\"\nname = \"n\"\n\
            regex = { pattern = 'unique_ptr<.{1,8}' }\n";
        let costs = costs(&load_file("x.toml", text).unwrap()).unwrap();
        assert_eq!((costs[0].worst, costs[0].is_within()), ("table.cc", false), "{costs:?}");
    }

    /// Lines of htdigest were once found by everyday words of realms, and took a seventh of a history's time.
    #[test]
    fn realms_by_everyday_words_are_over_every_usual_budget() {
        let text = "service = \"x\"\n[[detector]]\nid = \"realms\"\nname = \"n\"\nregex = { pattern = \
            '[0-9A-Za-z_.@\\-]{1,40}:[^:\\r\\n\"]{0,40}(?i:private|digest|secret|login|internal|members)\
            [^:\\r\\n\"]{0,40}:([0-9a-f]{32})\\b{end-half}' }\n";
        let costs = costs(&load_file("x.toml", text).unwrap()).unwrap();
        assert!(!costs[0].is_within() && costs[0].worst != "detectors", "{costs:?}");
    }
}
