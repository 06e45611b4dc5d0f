//! Every built-in detector's examples, each scanned whole: positives are found with their secret, negatives
//! are refused by the stage that they name.

use scanner_core::{Chunk, FileId};
use scanner_engine::{Engine, EngineOptions, ObjectFacts, ScanScratch};
use scanner_rules::example::{Example, negatives, positives};
use scanner_rules::{LoadedDetector, builtin};

struct Runner {
    engine: Engine,
    scratch: ScanScratch,
}

impl Runner {
    fn new(shortcuts: bool) -> Self {
        let options = EngineOptions { shortcuts, ..EngineOptions::default() };
        let engine = Engine::new(&builtin::specs(), options).expect("the built-in set compiles");
        let mut scratch = ScanScratch::new(&engine);
        scratch.start_trace();
        Self { engine, scratch }
    }

    fn scan(&mut self, example: &Example) {
        let path = example.path.as_deref().unwrap_or("example.txt");
        self.scratch.take_trace();
        self.scratch.start_trace();
        let facts =
            ObjectFacts { file_id: FileId::new(0), path: path.as_bytes(), is_binary: false };
        self.scratch.begin_object(&facts);
        let chunk = Chunk::whole(FileId::new(0), example.text.as_bytes());
        self.engine.scan_chunk_into(&chunk, &mut self.scratch);
    }

    fn rules_found(&self) -> Vec<(String, String)> {
        self.scratch
            .findings()
            .iter()
            .map(|f| {
                let id = self.engine.rule_info(f.rec.rule_id).id.clone();
                (id, String::from_utf8_lossy(f.secret).into_owned())
            })
            .collect()
    }
}

fn check_positive(
    runner: &mut Runner,
    detector: &LoadedDetector,
    example: &Example,
) -> Option<String> {
    runner.scan(example);
    let found = runner.rules_found();
    let ours = found.iter().filter(|(id, _)| *id == detector.spec.id).count();
    if ours == example.count {
        return None;
    }
    let id = &detector.spec.id;
    let stages: Vec<_> = runner
        .scratch
        .take_trace()
        .iter()
        .filter(|e| runner.engine.rule_info(e.rule_id).id == *id)
        .map(|e| e.refused_by.map_or("accepted", |s| s.name()))
        .collect();
    let place = format!("{}:{}", detector.file, detector.line);
    Some(format!(
        "{place}: {id}: found {ours}, not {}; stages {stages:?}; others {found:?}\n    {}",
        example.count, example.text
    ))
}

fn check_negative(
    runner: &mut Runner,
    detector: &LoadedDetector,
    example: &Example,
) -> Option<String> {
    runner.scan(example);
    let id = &detector.spec.id;
    let found = runner.rules_found().iter().any(|(found, _)| found == id);
    let stages: Vec<_> = runner
        .scratch
        .take_trace()
        .iter()
        .filter(|e| runner.engine.rule_info(e.rule_id).id == *id)
        .map(|e| e.refused_by.map_or("accepted", |s| s.name()))
        .collect();
    // A text without the literal that every match contains is refused by the pattern, before any window.
    let unanchored = stages.is_empty() && example.stage == "regex";
    if !found && (unanchored || stages.iter().any(|s| *s == example.stage)) {
        return None;
    }
    let place = format!("{}:{}", detector.file, detector.line);
    Some(format!(
        "{place}: {id}: want {}, got {stages:?}, found {found}\n    {}",
        example.stage, example.text
    ))
}

#[test]
fn positives_are_found_and_negatives_are_refused_where_they_say() {
    let mut runner = Runner::new(true);
    // Without shortcuts every anchor reaches a stage that can be named.
    let mut explaining = Runner::new(false);
    let mut wrong = Vec::new();
    let mut count = 0;
    for detector in builtin::sources().expect("the built-in files load") {
        for example in positives(&detector) {
            count += 1;
            wrong.extend(check_positive(&mut runner, &detector, &example));
        }
        for example in negatives(&detector) {
            count += 1;
            wrong.extend(check_negative(&mut explaining, &detector, &example));
            runner.scan(&example);
            if runner.rules_found().iter().any(|(id, _)| *id == detector.spec.id) {
                wrong.push(format!("{}: a negative is found: {}", detector.spec.id, example.text));
            }
        }
    }
    assert!(count > 1000, "{count} examples are too few");
    assert!(wrong.is_empty(), "{} of {count} examples:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn every_detector_compiles_by_itself() {
    let errors: Vec<String> = builtin::specs()
        .iter()
        .filter_map(|spec| Engine::new(std::slice::from_ref(spec), EngineOptions::default()).err())
        .map(|error| error.to_string())
        .collect();
    assert!(errors.is_empty(), "{} detectors:\n{}", errors.len(), errors.join("\n"));
}
