//! Describes every candidate of the generic detectors below a folder, for those who train the judge: one JSON
//! line each, `{"path", "line", "end_line", "start", "end", "rule", "stage", "x": [features]}`, `start` and
//! `end` being columns in bytes. `--names` prints the features' names instead.
//!
//! `judge_features FOLDER [SUBFOLDER]...`

#![expect(clippy::print_stdout, reason = "an example for people who train")]

use std::io::Write as _;
use std::path::{Path, PathBuf};

use scanner_core::{Chunk, FileId};
use scanner_engine::judge::FEATURE_NAMES;
use scanner_engine::{Engine, EngineOptions, ObjectFacts, ScanScratch, TraceEvent};
use scanner_rules::builtin;

fn main() {
    let mut arguments = std::env::args().skip(1);
    let folder = arguments.next().expect("a folder, or --names");
    if folder == "--names" {
        println!("{}", FEATURE_NAMES.join("\n"));
        return;
    }
    let root = PathBuf::from(folder);
    let engine = Engine::new(&builtin::specs(), EngineOptions::default()).expect("it compiles");
    let mut scratch = ScanScratch::new(&engine);
    let mut files = Vec::new();
    let subfolders: Vec<String> = arguments.collect();
    for subfolder in &subfolders {
        walk(&root.join(subfolder), &mut files);
    }
    if subfolders.is_empty() {
        walk(&root, &mut files);
    }
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    for (index, path) in files.iter().enumerate() {
        let Ok(bytes) = std::fs::read(path) else { continue };
        let name = path.strip_prefix(&root).unwrap_or(path).to_string_lossy().into_owned();
        let file_id = FileId::new(u32::try_from(index).expect("fewer than 4 billion files"));
        scratch.start_trace();
        scratch.begin_object(&ObjectFacts { file_id, path: name.as_bytes(), is_binary: false });
        engine.scan_chunk_into(&Chunk::whole(file_id, &bytes), &mut scratch);
        for event in scratch.take_trace() {
            if let Some(line) = describe(&engine, &name, &bytes, &event) {
                writeln!(out, "{line}").expect("standard output can be written");
            }
        }
    }
}

fn walk(folder: &Path, files: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    paths.sort();
    for path in paths {
        let Ok(meta) = path.symlink_metadata() else { continue };
        if meta.is_dir() {
            walk(&path, files);
        } else if meta.is_file() {
            files.push(path);
        }
    }
}

fn describe(engine: &Engine, name: &str, bytes: &[u8], event: &TraceEvent) -> Option<String> {
    let features = event.judged?;
    let (start, end) = (event.place.start as usize, event.place.end as usize);
    let line = |at: usize| 1 + memchr::memchr_iter(b'\n', &bytes[..at]).count();
    let column =
        |at: usize| at - bytes[..at].iter().rposition(|b| *b == b'\n').map_or(0, |n| n + 1);
    let stage = event.refused_by.map_or("", scanner_engine::Stage::name);
    let rule = &engine.rule_info(event.rule_id).id;
    let value = String::from_utf8_lossy(bytes.get(start..end)?).into_owned();
    Some(format!(
        "{{\"path\":{name:?},\"line\":{},\"end_line\":{},\"start\":{},\"end\":{},\"rule\":{rule:?},\"stage\":{stage:?},\"length\":{},\"x\":{:?}}}",
        line(start),
        line(end),
        column(start),
        column(end),
        value.len(),
        features.numbers()
    ))
}
