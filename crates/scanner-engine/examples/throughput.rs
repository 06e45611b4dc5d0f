//! Measures the engine alone: reads a folder into memory, scans it some times with the built-in detectors, and
//! prints what it did as one line of JSON.
//!
//! `throughput FOLDER [--passes N] [--bytes-max N] [--scalar] [--no-decode | --compare-decode] [--detectors N]
//! [--prefilter] [--engine native|anchors-only|regex-and-anchors]`
//!
//! `--detectors` takes so many of the built-in detectors, spread over the list. `--prefilter` runs the prefilter alone,
//! over the bytes as they are, and counts its hits. `--engine` names Vectorscan's modes where the feature is built in;
//! what it compiles is compiled before the clock starts.
//!
//! `--compare-decode` scans each object with encodings undone and without, in turn, so that whatever else the machine
//! does slows both, and prints the ratio of the times, the best of all passes for each object.

#![expect(clippy::print_stdout, reason = "an example for people and the benchmark suite")]
#![expect(clippy::cast_precision_loss, reason = "a rate for people")]

use std::path::{Path, PathBuf};
use std::time::Instant;

use scanner_core::{Chunk, FileId};
use scanner_engine::prefilter::{HitSink, PrefilterScratch};
use scanner_engine::{Engine, EngineOptions, HitList, ObjectFacts, ScanScratch, SimdLevel, Tuning};
use scanner_rules::{RuleSpec, builtin};

struct Options {
    folder: PathBuf,
    passes: usize,
    bytes_max: u64,
    level: SimdLevel,
    tuning: Tuning,
    compare: bool,
    detectors: usize,
    prefilter: bool,
    engine: String,
}

fn options() -> Options {
    let mut options = Options {
        folder: PathBuf::from("."),
        passes: 3,
        bytes_max: u64::MAX,
        level: SimdLevel::detect(),
        tuning: Tuning::DEFAULT,
        compare: false,
        detectors: usize::MAX,
        prefilter: false,
        engine: "native".to_owned(),
    };
    let mut args = std::env::args().skip(1);
    while let Some(arg) = args.next() {
        let mut number = || args.next().and_then(|n| n.parse().ok()).expect("a number");
        match arg.as_str() {
            "--passes" => options.passes = number() as usize,
            "--bytes-max" => options.bytes_max = number(),
            "--scalar" => options.level = SimdLevel::Scalar,
            "--no-decode" => options.tuning.decode_depth_max = 0,
            "--compare-decode" => options.compare = true,
            "--detectors" => options.detectors = number() as usize,
            "--prefilter" => options.prefilter = true,
            "--engine" => options.engine = args.next().expect("an engine"),
            folder => options.folder = PathBuf::from(folder),
        }
    }
    options
}

fn read(folder: &Path, left: &mut u64, out: &mut Vec<Vec<u8>>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    paths.sort();
    for path in paths {
        let Ok(meta) = path.symlink_metadata() else { continue };
        if meta.is_dir() {
            read(&path, left, out);
        } else if meta.is_file() && meta.len() <= *left {
            let bytes = std::fs::read(&path).unwrap_or_default();
            *left -= bytes.len() as u64;
            out.push(bytes);
        }
    }
}

/// Seconds that the objects take, with encodings undone and without.
fn compare(options: &Options, objects: &[Vec<u8>]) {
    let specs = builtin::specs();
    let plain = Tuning { decode_depth_max: 0, ..options.tuning };
    let mut both = [options.tuning, plain].map(|tuning| {
        let engine_options =
            EngineOptions { level: options.level, tuning, ..EngineOptions::default() };
        let engine = Engine::new(&specs, engine_options).expect("the built-in set compiles");
        (ScanScratch::new(&engine), engine, vec![f64::INFINITY; objects.len()])
    });
    for _ in 0..=options.passes {
        for (index, object) in objects.iter().enumerate() {
            let file_id = FileId::new(index as u32);
            for turn in 0..2 {
                let (scratch, engine, best) = &mut both[(turn + index) % 2];
                let started = Instant::now();
                scratch.begin_object(&ObjectFacts { file_id, path: b"", is_binary: false });
                engine.scan_chunk_into(&Chunk::whole(file_id, object), scratch);
                best[index] = best[index].min(started.elapsed().as_secs_f64());
            }
        }
    }
    let [with, without] = both.map(|one| one.2.iter().sum::<f64>());
    println!(
        "{{\"with\": {with:.3}, \"without\": {without:.3}, \"ratio\": {:.4}}}",
        with / without
    );
}

/// So many of the built-in detectors, from all over the list.
fn specs(count: usize) -> Vec<RuleSpec> {
    let all = builtin::specs();
    let (len, count) = (all.len(), count.min(all.len()).max(1));
    let is_taken = |index: usize| (index + 1) * count / len > index * count / len;
    all.into_iter()
        .enumerate()
        .filter(|(index, _)| is_taken(*index))
        .map(|(_, spec)| spec)
        .collect()
}

/// The engine that was asked for, with everything compiled that a scan may need.
fn engine(options: &Options) -> Engine {
    let specs = specs(options.detectors);
    let engine_options =
        EngineOptions { level: options.level, tuning: options.tuning, ..EngineOptions::default() };
    let engine = match options.engine.as_str() {
        "native" => Engine::new(&specs, engine_options),
        other => vectorscan(other, &specs, engine_options),
    };
    let engine = engine.expect("the built-in set compiles");
    engine.settle();
    engine
}

#[cfg(feature = "vectorscan")]
fn vectorscan(
    mode: &str,
    specs: &[RuleSpec],
    options: EngineOptions,
) -> Result<Engine, scanner_engine::EngineError> {
    use scanner_engine::{ShardPolicy, VsMode, VsSettings};
    let mode = [VsMode::AnchorsOnly, VsMode::RegexAndAnchors]
        .into_iter()
        .find(|known| known.name() == mode)
        .expect("a mode of Vectorscan");
    let settings = VsSettings { mode, shards: ShardPolicy::Single, ..VsSettings::default() };
    Engine::with_vectorscan(specs, options, settings)
}

#[cfg(not(feature = "vectorscan"))]
fn vectorscan(
    mode: &str,
    _: &[RuleSpec],
    _: EngineOptions,
) -> Result<Engine, scanner_engine::EngineError> {
    panic!("{mode} is no engine of this program: build it with the feature vectorscan")
}

/// Hits of the prefilter alone, in one pass over the objects, and the seconds of the others.
fn prefilter(options: &Options, objects: &[Vec<u8>]) {
    let engine = engine(options);
    let (mut scratch, mut list) = (PrefilterScratch::default(), HitList::default());
    let (mut hits, mut seconds) = (0, 0.0);
    for pass in 0..=options.passes {
        let started = Instant::now();
        hits = 0;
        for object in objects {
            list.clear();
            let mut sink = HitSink::collecting(&mut list, 0..object.len() as u32);
            engine.prefilter().scan_block(object, &mut scratch, &mut sink);
            hits += list.len();
        }
        if pass > 0 {
            seconds += started.elapsed().as_secs_f64();
        }
    }
    let bytes = options.passes as u64 * objects.iter().map(|o| o.len() as u64).sum::<u64>();
    let rate = bytes as f64 / seconds / 1e9;
    println!(
        "{{\"bytes\": {bytes}, \"seconds\": {seconds:.6}, \"hits\": {hits}, \"gb_per_second\": {rate:.3}, \
         \"rules\": {}}}",
        engine.rule_count()
    );
}

fn main() {
    let options = options();
    let mut objects = Vec::new();
    read(&options.folder, &mut options.bytes_max.clone(), &mut objects);
    if options.compare {
        return compare(&options, &objects);
    }
    if options.prefilter {
        return prefilter(&options, &objects);
    }
    let built = Instant::now();
    let engine = engine(&options);
    let mut scratch = ScanScratch::new(&engine);
    let build_ms = built.elapsed().as_secs_f64() * 1e3;
    let (mut bytes, mut findings, mut seconds, mut best) = (0u64, 0usize, 0.0, f64::INFINITY);
    for pass in 0..=options.passes {
        let started = Instant::now();
        findings = 0;
        for (index, object) in objects.iter().enumerate() {
            let file_id = FileId::new(index as u32);
            scratch.begin_object(&ObjectFacts { file_id, path: b"", is_binary: false });
            engine.scan_chunk_into(&Chunk::whole(file_id, object), &mut scratch);
            findings += scratch.findings().len();
        }
        // The first pass warms the caches.
        if pass > 0 {
            let elapsed = started.elapsed().as_secs_f64();
            seconds += elapsed;
            best = best.min(elapsed);
            bytes += objects.iter().map(|object| object.len() as u64).sum::<u64>();
        }
    }
    let rate = bytes as f64 / seconds / 1e9;
    let best_rate = bytes as f64 / options.passes as f64 / best / 1e9;
    let classes = engine.class_counts();
    let windows = scratch.counters().windows;
    let decoded = scratch.counters().decoded_bytes / (options.passes as u64 + 1);
    println!(
        "{{\"bytes\": {bytes}, \"seconds\": {seconds:.6}, \"findings\": {findings}, \
         \"gb_per_second\": {rate:.3}, \"best_gb_per_second\": {best_rate:.3}, \"files\": {}, \"rules\": {}, \"classes\": {classes:?}, \
         \"windows\": {windows}, \"decoded_bytes\": {decoded}, \"build_ms\": {build_ms:.2}, \"overlap\": {}, \"simd\": \"{}\"}}",
        objects.len(),
        engine.rule_count(),
        engine.required_overlap(),
        options.level.name(),
    );
}
