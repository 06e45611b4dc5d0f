//! Runs the examples of detectors: positives must be found, negatives refused by the stage they name.

use scanner_core::{Chunk, FileId};
use scanner_engine::{Engine, EngineError, EngineOptions, ObjectFacts, ScanScratch};
use scanner_rules::example::{Example, negatives, positives};
use scanner_rules::{LoadedDetector, RuleSpec};

/// What a test of detectors found.
#[derive(Clone, Debug, Default)]
pub struct TestReport {
    /// Examples run.
    pub examples: usize,
    /// One sentence for each that did not do what it says.
    pub failures: Vec<String>,
}

/// Runs the examples of `detectors` with an engine of these detectors and `others`, so that a more specific
/// rule can win.
///
/// # Errors
///
/// A rule cannot be compiled.
pub fn test_rules(
    detectors: &[LoadedDetector],
    others: &[RuleSpec],
) -> Result<TestReport, EngineError> {
    let mut specs: Vec<RuleSpec> = detectors.iter().map(|d| d.spec.clone()).collect();
    specs.extend(others.iter().filter(|o| detectors.iter().all(|d| d.spec.id != o.id)).cloned());
    let options = EngineOptions { shortcuts: false, ..EngineOptions::default() };
    let engine = Engine::new(&specs, options)?;
    let mut runner = Runner { scratch: ScanScratch::new(&engine), engine };
    let mut report = TestReport::default();
    for detector in detectors {
        for example in positives(detector).chain(negatives(detector)) {
            report.examples += 1;
            if let Some(why) = runner.check(detector, &example) {
                let place = format!("{}:{}", detector.file, detector.line);
                report.failures.push(format!("{place}: {}: {why}", detector.spec.id));
            }
        }
    }
    Ok(report)
}

struct Runner {
    engine: Engine,
    scratch: ScanScratch,
}

impl Runner {
    /// What is wrong with an example, if anything.
    fn check(&mut self, detector: &LoadedDetector, example: &Example) -> Option<String> {
        let file_id = FileId::new(0);
        let path = example.path.as_deref().unwrap_or("example.txt").as_bytes();
        self.scratch.start_trace();
        self.scratch.begin_object(&ObjectFacts { file_id, path, is_binary: false });
        let chunk = Chunk::whole(file_id, example.text.as_bytes());
        self.engine.scan_chunk_into(&chunk, &mut self.scratch);
        let is_ours = |rule| self.engine.rule_info(rule).id == detector.spec.id;
        let found = self.scratch.findings().iter().filter(|f| is_ours(f.rec.rule_id)).count();
        let stages: Vec<&str> = self
            .scratch
            .take_trace()
            .iter()
            .filter(|event| is_ours(event.rule_id))
            .map(|event| event.refused_by.map_or("accepted", |stage| stage.name()))
            .collect();
        let shown = example.text.replace(&example.secret, "…");
        let shown = shown.trim();
        if !example.stage.is_empty() {
            // A text without the literal that every match contains is refused by the pattern.
            let refused = stages.iter().any(|s| *s == example.stage)
                || (stages.is_empty() && example.stage == "regex");
            return (found > 0 || !refused).then(|| {
                let got = if stages.is_empty() { "nothing".to_owned() } else { stages.join(", ") };
                format!("a negative must be refused by `{}`, got {got}: {shown}", example.stage)
            });
        }
        (found != example.count).then(|| {
            let got = if stages.is_empty() { "no anchor".to_owned() } else { stages.join(", ") };
            format!("a positive is found {found} times, not {} ({got}): {shown}", example.count)
        })
    }
}
