//! How fast the store is: `write N` persists N findings, `fold N` also makes rows of them, `list N` fills a store with N
//! occurrences and asks for every kind of listing. Prints one JSON object with the seconds that count: of the writing, of
//! writing and making rows together, or of the slowest listing.

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "what it measures is for who runs it"
)]

#[path = "../tests/store/kit.rs"]
mod kit;

use std::path::Path;
use std::time::{Duration, Instant};

use scanner_core::{Finding, Severity, StoreProducer as _};
use scanner_store::{FindingFilter, RunScope, SecretFilter, Store, TriageState};

/// Findings of one file.
const PER_FILE: u64 = 10;

fn main() {
    let mut args = std::env::args().skip(1);
    let (what, count) = (args.next().unwrap_or_default(), args.next());
    let count: u64 = count.and_then(|text| text.parse().ok()).unwrap_or(100_000);
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("s.db");
    let (findings, took) = match what.as_str() {
        "write" | "fold" => write(&path, count, what == "fold"),
        "list" => list(&path, count),
        _ => panic!("say write N, fold N or list N"),
    };
    println!("{{\"bytes\": 0, \"seconds\": {}, \"findings\": {findings}}}", took.as_secs_f64());
}

/// The findings of one file: three rules, one secret in ten places.
fn of_file(file: u64) -> (String, Vec<Finding>) {
    let rules = [
        kit::rule("demo-critical", Severity::Critical),
        kit::rule("demo-high", Severity::High),
        kit::rule("demo-low", Severity::Low),
    ];
    let path = format!("src/{}/{}/f{file}.txt", file % 17, file % 101);
    let all = (0..PER_FILE).map(|n| {
        let rule = if file.is_multiple_of(1000) { 2 } else { usize::from(n > 4) };
        kit::finding(&rules[rule], (file * PER_FILE + n) / 10 * 7 % 1_000_003, &path, n + 1)
    });
    let all = all.collect();
    (path, all)
}

fn write(path: &Path, count: u64, folds: bool) -> (u64, Duration) {
    let files: Vec<_> = (0..count / PER_FILE).map(of_file).collect();
    let started = Instant::now();
    let store = kit::open(path).expect("a store");
    let producer = kit::begin(store, "/r", 1000).expect("a run");
    for (name, findings) in &files {
        kit::emit(&producer, name, findings);
    }
    let losses = producer.end_run(&kit::complete(count));
    if folds {
        kit::open(path).expect("a store");
    }
    let took = started.elapsed();
    assert_eq!(losses.error, None);
    (stored(path, 1), took)
}

/// Findings of a run, read back.
fn stored(path: &Path, run: i64) -> u64 {
    let store = kit::open(path).expect("a store");
    let filter =
        FindingFilter { scope: RunScope::Run(run), limit: 100_000, ..FindingFilter::default() };
    let mut filter = filter;
    let mut total = 0;
    loop {
        let page = store.findings(&filter).expect("a page");
        total += page.rows.len() as u64;
        match page.next {
            Some(next) => filter.after = Some(next),
            None => return total,
        }
    }
}

fn list(path: &Path, count: u64) -> (u64, Duration) {
    let producer = kit::begin(kit::open(path).expect("a store"), "/r", 1000).expect("a run");
    for file in 0..count / PER_FILE {
        let (name, findings) = of_file(file);
        kit::emit(&producer, &name, &findings);
    }
    assert_eq!(producer.end_run(&kit::complete(count)).error, None);
    // One small run of another root, so that what is present is not all there is.
    let producer = kit::begin(kit::open(path).expect("a store"), "/s", 1000).expect("a run");
    let (name, findings) = of_file(5);
    kit::emit(&producer, &name, &findings);
    producer.end_run(&kit::complete(PER_FILE));
    let store = kit::open(path).expect("a store");
    let occurrences = store.check().expect("a whole store").occurrences;
    let slowest = listings(&store, count).into_iter().max_by_key(|(_, took)| *took);
    let (name, took) = slowest.expect("there are listings");
    eprintln!("slowest: {name}, {took:?}");
    (occurrences, took)
}

/// Each kind of listing, with the time that its first page took.
fn listings(store: &Store, count: u64) -> Vec<(String, Duration)> {
    let all =
        FindingFilter { today: "2026-11-21".to_owned(), limit: 100, ..FindingFilter::default() };
    let text = |text: &str| Some(text.to_owned());
    let filters = [
        ("present", all.clone()),
        ("all", FindingFilter { scope: RunScope::All, ..all.clone() }),
        ("a small run", FindingFilter { scope: RunScope::Run(2), ..all.clone() }),
        (
            "a page far behind",
            FindingFilter { after: i64::try_from(count * 9 / 10).ok(), ..all.clone() },
        ),
        ("a frequent rule", FindingFilter { rule: text("demo-high"), ..all.clone() }),
        ("a rare rule", FindingFilter { rule: text("demo-low"), ..all.clone() }),
        ("no such rule", FindingFilter { rule: text("nothing"), ..all.clone() }),
        ("a severity", FindingFilter { severity: Some(Severity::Critical), ..all.clone() }),
        ("a folder", FindingFilter { path: text("src/3/"), ..all.clone() }),
        ("one file", FindingFilter { path: text("src/3/20/f20.txt"), ..all.clone() }),
        ("a glob", FindingFilter { path: text("src/*/f77*.txt"), ..all.clone() }),
        (
            "a rare rule in a folder",
            FindingFilter { rule: text("demo-low"), path: text("src/3/"), ..all.clone() },
        ),
        ("open", FindingFilter { state: Some(TriageState::Open), ..all.clone() }),
        ("revoked", FindingFilter { state: Some(TriageState::Revoked), ..all.clone() }),
        ("a root", FindingFilter { root: text("/r"), ..all.clone() }),
        ("a small root", FindingFilter { root: text("/s"), ..all.clone() }),
        (
            "a small root, all runs",
            FindingFilter { root: text("/s"), scope: RunScope::All, ..all.clone() },
        ),
        ("no such root", FindingFilter { root: text("/t"), ..all.clone() }),
        (
            "a severity that none has",
            FindingFilter { severity: Some(Severity::Medium), ..all.clone() },
        ),
        ("a glob for all", FindingFilter { path: text("*.txt"), ..all.clone() }),
        ("a glob for none", FindingFilter { path: text("*.none"), ..all.clone() }),
    ];
    let mut times = Vec::new();
    let mut time = |name: &str, run: &dyn Fn() -> usize| {
        let started = Instant::now();
        let rows = run();
        let took = started.elapsed();
        eprintln!("{name}: {rows} rows in {took:?}");
        times.push((name.to_owned(), took));
    };
    for (name, filter) in &filters {
        time(name, &|| store.findings(filter).expect("a page").rows.len());
    }
    let secret = store.findings(&all).expect("a page").rows[0].secret.clone();
    let one = FindingFilter { secret: Some(secret), scope: RunScope::All, ..all.clone() };
    time("one secret", &|| store.findings(&one).expect("a page").rows.len());
    for shared in [false, true] {
        let filter = SecretFilter { shared, limit: 100, ..SecretFilter::default() };
        let name = if shared { "shared secrets" } else { "secrets" };
        time(name, &|| store.secrets(&filter).expect("a page").rows.len());
    }
    time("runs", &|| store.runs(None, None, 100).expect("a list").len());
    times
}
