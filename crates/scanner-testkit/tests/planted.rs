//! A tree with made-up tokens of thirty kinds, plain, as UTF-16 and across the edges of chunks, through the
//! whole program below the command line: all of them are found, and nothing else.

use std::collections::BTreeSet;
use std::num::NonZeroUsize;
use std::path::Path;
use std::sync::{Arc, Mutex};

use scanner_core::{EventSink, ScanEvent, SinkError, Summary};
use scanner_engine::Engine;
use scanner_rules::builtin;
use scanner_rules::example::positives;
use scanner_runtime::archives::Limits;
use scanner_runtime::fs::WalkPolicy;
use scanner_runtime::store::Keys;
use scanner_runtime::{
    ArchiveOptions, Control, Filters, Identities, KeyPaths, NoIgnores, ScanRequest, Source,
};
use scanner_testkit::{Runner, engines};

/// One detector of each kind of service and shape.
const KINDS: [&str; 30] = [
    "adyen-api-key",
    "airtable-personal-access-token",
    "anthropic-api-key",
    "aws-access-key-id",
    "azure-storage-account-key",
    "cloudflare-user-api-token",
    "connection-string-ado-net",
    "databricks-pat",
    "datadog-api-key",
    "digitalocean-pat",
    "discord-bot-token",
    "generic-password",
    "github-pat",
    "gitlab-pat",
    "google-api-key",
    "grafana-service-account-token",
    "hashicorp-vault-service-token",
    "mailgun-private-api-key",
    "new-relic-license-key",
    "npm-access-token",
    "okta-api-token-header",
    "openai-api-key",
    "pagerduty-api-key",
    "pypi-upload-token",
    "rsa-private-key",
    "sendgrid-api-key",
    "sentry-dsn",
    "slack-bot-token",
    "stripe-secret-key",
    "uri-postgres",
];

/// What was found where: path, rule, secret.
type Found = BTreeSet<(String, String, Vec<u8>)>;

#[derive(Clone, Default)]
struct Collect(Arc<Mutex<Found>>);

impl EventSink for Collect {
    fn event(&mut self, event: &ScanEvent<'_>) -> Result<(), SinkError> {
        if let ScanEvent::Finding(finding) = event {
            let path = finding.path.lossy().into_owned();
            let name = path.rsplit('/').next().unwrap_or_default().to_owned();
            let found = (name, finding.rule.id.clone(), finding.secret.expose().to_vec());
            self.0.lock().expect("no test holds it for long").insert(found);
        }
        Ok(())
    }
}

/// Text that is no secret, `len` bytes of lines.
fn noise(len: usize) -> String {
    let line =
        "    for (index, entry) in entries.iter().enumerate() { total += entry.width; } // sum\n";
    let mut text = line.repeat(len / line.len() + 1);
    text.truncate(len.saturating_sub(1));
    text.push('\n');
    text
}

/// The example of each kind, as text.
fn examples() -> Vec<(&'static str, String)> {
    let sources = builtin::sources().expect("the built-in files load");
    let example = |id: &&'static str| {
        let detector = sources.iter().find(|d| d.spec.id == *id);
        let detector = detector.unwrap_or_else(|| panic!("there is no detector {id}"));
        let example = positives(detector).find(|example| example.path.is_none());
        (*id, example.expect("an example that any file may hold").text)
    };
    KINDS.iter().map(example).collect()
}

/// Writes the tree; gives what must be found in it.
fn plant(root: &Path, edge: usize) -> Found {
    let mut oracle = Runner::oracle(&builtin::specs());
    let mut want = Found::new();
    for (id, text) in examples() {
        let found = oracle.whole("a.txt", text.as_bytes());
        assert!(found.iter().any(|f| f.rule == id), "{id} is not found in its own example");
        let middle = text.len() / 2;
        let plain = format!("{}{text}\n{}", noise(700), noise(300));
        let units = || plain.encode_utf16();
        let little: Vec<u8> =
            [0xff, 0xfe].into_iter().chain(units().flat_map(u16::to_le_bytes)).collect();
        let big: Vec<u8> = units().flat_map(u16::to_be_bytes).collect();
        let across = format!("{}{text}\n{}", noise(edge - middle), noise(2 * edge));
        for (name, bytes) in [
            (format!("{id}.txt"), plain.clone().into_bytes()),
            (format!("{id}.utf16le"), little),
            (format!("{id}.utf16be"), big),
            (format!("{id}.edge"), across.into_bytes()),
        ] {
            std::fs::write(root.join(&name), bytes).expect("a writable folder");
            for found in &found {
                want.insert((name.clone(), found.rule.clone(), found.secret.clone()));
            }
        }
    }
    for index in 0..40 {
        let path = root.join(format!("noise-{index}.rs"));
        std::fs::write(path, noise(index * 997)).expect("a writable folder");
    }
    want
}

fn scan(root: &Path, engine: &Arc<Engine>, jobs: usize, chunk_bytes: usize) -> (Found, Summary) {
    let collect = Collect::default();
    let request = ScanRequest {
        engine: Arc::clone(engine).into(),
        source: Source::Files {
            roots: vec![root.to_path_buf()],
            policy: WalkPolicy { respect_ignore: false, ..WalkPolicy::default() },
        },
        jobs: NonZeroUsize::new(jobs).expect("at least one"),
        chunk_bytes,
        filters: Filters {
            min_confidence: scanner_core::Confidence::Possible,
            dedup: false,
            ..Filters::default()
        },
        identities: Identities {
            keys: Arc::new(Keys::from_bytes(&[7; 32])),
            ignores: Arc::new(NoIgnores),
            paths: KeyPaths::default(),
        },
        store: None,
        ledger: None,
        timeout: None,
        version: "0".to_owned(),
        targets: Vec::new(),
        started_unix: 0,
        line_hashes: false,
        archives: Some(ArchiveOptions::new(Limits::DEFAULT, std::env::temp_dir())),
    };
    let sinks: Vec<Box<dyn EventSink>> = vec![Box::new(collect.clone())];
    let summary = scanner_runtime::scan(&request, None, sinks, &Control::default());
    let summary = summary.expect("the scan starts");
    let found = collect.0.lock().expect("the scan is over").clone();
    (found, summary)
}

#[test]
fn a_planted_tree_is_found_completely_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let engines: Vec<Arc<Engine>> = engines(&builtin::specs()).into_iter().map(Arc::new).collect();
    for (edge, chunk_bytes) in [(64 * 1024, 64 * 1024), (256 * 1024, 256 * 1024)] {
        let root = folder.path().join(edge.to_string());
        std::fs::create_dir(&root).unwrap();
        let want = plant(&root, edge);
        assert!(want.len() >= 4 * KINDS.len());
        for engine in &engines {
            let name = engine.prefilter_name();
            for (jobs, chunk_bytes) in [(1, chunk_bytes), (4, chunk_bytes), (4, 4096)] {
                let (found, summary) = scan(&root, engine, jobs, chunk_bytes);
                let missing: Vec<_> = want.difference(&found).collect();
                let extra: Vec<_> = found.difference(&want).collect();
                let how = format!("{name}, {jobs} jobs, {chunk_bytes}");
                assert!(missing.is_empty(), "{how}: missing {missing:?}");
                assert!(extra.is_empty(), "{how}: extra {extra:?}");
                assert_eq!(summary.files, (4 * KINDS.len() + 40) as u64);
            }
        }
    }
}
