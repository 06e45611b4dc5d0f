//! What a detector costs: how often its anchors lead to a look on text in which every service's names and values stand.
//!
//! The text is that of the built-in detector files, apart from the detector's own: keys and values of all other services in
//! all notations, which is harder than code. The count of windows is the same on every machine; the time only informs.

use std::time::Instant;

use scanner_core::{Chunk, FileId};
use scanner_engine::{Engine, EngineError, EngineOptions, ObjectFacts, ScanScratch};
use scanner_rules::{LoadedDetector, builtin};

/// Windows in a MiB that a detector may open where it declares no budget of its own.
pub const BUDGET_DEFAULT: u32 = 150;

/// What one detector costs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleCost {
    /// The rule.
    pub id: String,
    /// How many anchors it has, by class: A, B, C, D.
    pub anchors: [usize; 4],
    /// Windows that it opens in a MiB of the text.
    pub windows_per_mib: u32,
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
    let mut all = Vec::with_capacity(detectors.len());
    for detector in detectors {
        all.push(cost(detector)?);
    }
    all.sort_by(|a, b| (b.windows_per_mib, &a.id).cmp(&(a.windows_per_mib, &b.id)));
    Ok(all)
}

fn cost(detector: &LoadedDetector) -> Result<RuleCost, EngineError> {
    let options = EngineOptions::default();
    let engine = Engine::new(std::slice::from_ref(&detector.spec), options)?;
    let mut scratch = ScanScratch::new(&engine);
    let own = detector.file.trim_start_matches("detectors/");
    let mut bytes = 0;
    let start = Instant::now();
    for (name, text) in builtin::FILES.iter().filter(|(name, _)| *name != own) {
        let file_id = FileId::new(0);
        scratch.begin_object(&ObjectFacts { file_id, path: name.as_bytes(), is_binary: false });
        engine.scan_chunk_into(&Chunk::whole(file_id, text.as_bytes()), &mut scratch);
        bytes += text.len() as u64;
    }
    let micros = u64::try_from(start.elapsed().as_micros()).unwrap_or(u64::MAX);
    let per_mib = |count: u64| count.saturating_mul(1024 * 1024) / bytes.max(1);
    Ok(RuleCost {
        id: detector.spec.id.clone(),
        anchors: engine.class_counts(),
        windows_per_mib: u32::try_from(per_mib(scratch.counters().windows)).unwrap_or(u32::MAX),
        micros_per_mib: per_mib(micros),
        budget: detector.source.budget.unwrap_or(BUDGET_DEFAULT),
    })
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
}
