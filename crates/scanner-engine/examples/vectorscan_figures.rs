//! What compiling for Vectorscan takes, and how large what is compiled is: one line of JSON.
//!
//! `vectorscan_figures compile|load|database|scratch anchors-only|regex-and-anchors [SHARDS]`
//!
//! `compile` times an engine with the database that a scan starts with, nothing being kept; with `SHARDS` other than 1 it is compiled in
//! so many parts on all processors, 0 being as many as the plan says. `load` times the same with a cache that has it.
//! `database` and `scratch` report bytes.

#![expect(clippy::print_stdout, reason = "an example for people and the benchmark suite")]

use std::time::Instant;

use scanner_engine::vectorscan::cache::{CacheDir, CachePlaces, VsDbCache};
use scanner_engine::{Engine, EngineOptions, ShardPolicy, VsMode, VsSettings};
use scanner_rules::{RuleSpec, builtin};

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let text = |index: usize| args.get(index).map_or("", String::as_str);
    let mode = [VsMode::AnchorsOnly, VsMode::RegexAndAnchors]
        .into_iter()
        .find(|mode| mode.name() == text(1))
        .expect("say anchors-only or regex-and-anchors");
    let shards = match text(2) {
        "" | "1" => ShardPolicy::Single,
        count => ShardPolicy::Sharded(count.parse().expect("a number of shards")),
    };
    let specs = builtin::specs();
    let settings = VsSettings { mode, shards, ..VsSettings::default() };
    match text(0) {
        "compile" => {
            let (engine, seconds) = timed(&specs, settings);
            print(&engine, 0, seconds);
        }
        "load" => {
            let home = tempfile::tempdir().expect("a folder");
            let places =
                CachePlaces { home: Some(home.path().to_owned()), ..CachePlaces::default() };
            let dir = CacheDir::open(&places).expect("a folder of our own");
            let settings = VsSettings { cache: Some(VsDbCache::new(dir)), ..settings };
            timed(&specs, settings.clone());
            let (engine, seconds) = timed(&specs, settings);
            assert_eq!(told(&engine, "from-cache"), "true");
            print(&engine, 0, seconds);
        }
        "database" => {
            let (engine, seconds) = timed(&specs, settings);
            print(&engine, fact(&engine, "database-bytes"), seconds);
        }
        "scratch" => {
            let (engine, seconds) = timed(&specs, settings);
            print(&engine, fact(&engine, "scratch-bytes"), seconds);
        }
        other => panic!("{other} is none of compile, load, database and scratch"),
    }
}

/// An engine, and the seconds that making it took, with all that is no matter of Vectorscan.
fn timed(specs: &[RuleSpec], settings: VsSettings) -> (Engine, f64) {
    let started = Instant::now();
    let engine = Engine::with_vectorscan(specs, EngineOptions::default(), settings);
    (engine.expect("the built-in set compiles"), started.elapsed().as_secs_f64())
}

/// What the prefilter tells of itself.
fn told(engine: &Engine, name: &str) -> String {
    let facts = engine.prefilter_facts();
    facts.into_iter().find(|fact| fact.0 == name).expect("the fact is told").1
}

fn fact(engine: &Engine, name: &str) -> u64 {
    told(engine, name).parse().expect("a number")
}

fn print(engine: &Engine, bytes: u64, seconds: f64) {
    let (databases, patterns) = (fact(engine, "databases"), fact(engine, "patterns"));
    let anchors = fact(engine, "anchors");
    println!(
        "{{\"bytes\": {bytes}, \"seconds\": {seconds:.6}, \"databases\": {databases}, \
         \"patterns\": {patterns}, \"anchors\": {anchors}}}"
    );
}
