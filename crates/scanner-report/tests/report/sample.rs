//! Made-up findings that all format tests share, and a writer that keeps what is written.

use std::io::{self, Write};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use scanner_core::{
    Confidence, DecodeKind, EventSink, Finding, GitPlace, GitReach, Location, NormHash, ObjectPath,
    Part, Place, RuleInfo, RunInfo, ScanEvent, SecretBytes, Severity, SkipReason, SourceKind,
    Status, Summary, Validation, Variant,
};
use scanner_report::{Format, Mark, Output, SinkOptions, context_line};

/// A writer whose text can be read after its owner has gone.
#[derive(Clone, Default)]
pub(crate) struct Shared(Arc<Mutex<Vec<u8>>>);

impl Write for Shared {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Shared {
    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

/// A run as a sink sees it.
pub(crate) struct Run {
    pub(crate) info: RunInfo,
    pub(crate) findings: Vec<Finding>,
    pub(crate) summary: Summary,
}

impl Run {
    /// What the format makes of the run.
    pub(crate) fn render(&self, format: Format, options: &SinkOptions) -> String {
        let shared = Shared::default();
        let output = Output::buffered("test", Box::new(shared.clone()));
        let mut sink = format.sink(output, options);
        self.play(sink.as_mut());
        shared.text()
    }

    /// Sends the events in the order of the contract.
    pub(crate) fn play(&self, sink: &mut dyn EventSink) {
        sink.event(&ScanEvent::Started(&self.info)).unwrap();
        for finding in &self.findings {
            let live = Finding { places: Vec::new(), ..finding.clone() };
            sink.event(&ScanEvent::Finding(&live)).unwrap();
            for place in &finding.places {
                sink.event(&ScanEvent::Place { finding: &live, place }).unwrap();
            }
        }
        if sink.wants_report() {
            sink.event(&ScanEvent::Report(&self.findings)).unwrap();
        }
        sink.event(&ScanEvent::Finished(&self.summary)).unwrap();
    }
}

pub(crate) fn rule(id: &str, name: &str, severity: Severity, tags: &[&str]) -> Arc<RuleInfo> {
    Arc::new(RuleInfo {
        id: id.to_owned(),
        name: name.to_owned(),
        service: "Example".to_owned(),
        description: format!("Gives access to what {name} guards."),
        reference: "https://example.com/tokens".to_owned(),
        severity,
        tags: tags.iter().map(|tag| (*tag).to_owned()).collect(),
    })
}

/// A finding whose context is made from `before`, the secret and `after` as the scan makes it.
pub(crate) fn finding(
    rule: &Arc<RuleInfo>,
    path: &[u8],
    line: u64,
    before: &str,
    secret: &[u8],
    after: &str,
) -> Finding {
    let bytes = [before.as_bytes(), secret, after.as_bytes()].concat();
    let secret = SecretBytes::new(secret);
    let marks = [Mark { range: before.len()..before.len() + secret.len(), secret: &secret }];
    let context = context_line(&bytes, &marks, Variant::Raw, 120);
    let column = before.chars().count() as u64 + 1;
    let location = Location {
        line,
        column,
        end_line: line,
        end_column: column + secret.len() as u64,
        offset: line * 40 + before.len() as u64,
        length: secret.len() as u64,
    };
    Finding {
        rule: Arc::clone(rule),
        confidence: Confidence::Likely,
        score: 0.704,
        validation: Validation::None,
        path: ObjectPath::new(path),
        source: SourceKind::Fs,
        location,
        modified: None,
        decode: Vec::new(),
        secret,
        norm_hash: NormHash::default(),
        secret_hash: format!("5ec2e7{line:010x}"),
        occurrence_id: format!("0cc042{line:010x}"),
        ignore_id: format!("{}:0cc042{line:010x}", rule.id),
        context,
        line_hash: format!("{:x}:1", line * 0x1234_5678_9abc),
        git: None,
        places: Vec::new(),
        parts: Vec::new(),
    }
}

pub(crate) fn place(path: &[u8], line: u64) -> Place {
    let location =
        Location { line, column: 5, end_line: line, end_column: 45, offset: line * 40, length: 40 };
    Place { path: ObjectPath::new(path), location, modified: None, git: None }
}

/// A place in the history of a repository, told completely.
fn history() -> GitPlace {
    GitPlace {
        reach: GitReach::Refs,
        author_time: Some(1_600_000_000),
        commit: Some("0123456789".repeat(4)),
        last_commit: Some("9876543210".repeat(4)),
        object: "ab".repeat(20),
        author: Some("Ada\x1b[2J <ada@example.org>".to_owned()),
        in_worktree: Some(false),
    }
}

/// A place that no commit has.
fn dangling() -> GitPlace {
    GitPlace { object: "cd".repeat(20), ..GitPlace::default() }
}

/// Two parts of a credential with names that mean something to outputs.
fn other_parts() -> Vec<Part> {
    let at =
        Location { line: 11, column: 8, end_line: 11, end_column: 28, offset: 420, length: 20 };
    vec![
        Part {
            name: "key id".to_owned(),
            location: at,
            shown: "EXID0123\x1b[2J\"<4567".to_owned(),
        },
        Part {
            name: "=realm".to_owned(),
            location: Location { line: 14, ..at },
            shown: "…".to_owned(),
        },
    ]
}

/// One finding of every kind that outputs treat differently.
pub(crate) fn run() -> Run {
    let token = rule("example-token", "Example access token", Severity::Critical, &["example"]);
    let generic = rule("generic-password", "Password in a setting", Severity::Medium, &["generic"]);
    let key = rule("private-key", "Private key", Severity::High, &[]);
    let low = rule("low-key", "Publishable\x1b[2J key", Severity::Low, &[]);

    let mut certain = finding(
        &token,
        b"config/prod.env",
        12,
        "EXAMPLE_TOKEN=",
        ["ext_", &"k7Qz".repeat(9)].concat().as_bytes(),
        " # rotate me\r\n",
    );
    certain.confidence = Confidence::Certain;
    certain.score = 0.987_65;
    certain.validation = Validation::ChecksumOk;
    certain.places = (1..=5).map(|n| place(format!("old/{n}.env").as_bytes(), n)).collect();
    certain.git = Some(Arc::new(history()));
    certain.places[0].path = ObjectPath::new(b"old/1.zip!old/1.env");
    certain.places[0].modified = Some(1_234_567_890);
    certain.places[1].git = Some(Arc::new(dangling()));

    certain.parts = other_parts();

    let password = finding(&generic, b"config/prod.env", 104, "  password: '", b"short-one", "'\n");

    let mut decoded = finding(
        &key,
        b"deploy.tar.gz!keys/a b.pem",
        1,
        "data: ",
        ["-----BEGIN MADE UP KEY-----\n", &"Ab3/".repeat(20), "\n-----END"].concat().as_bytes(),
        "\n",
    );
    decoded.source = SourceKind::Archive;
    decoded.modified = Some(1_611_150_096);
    decoded.decode = vec![DecodeKind::Base64, DecodeKind::Gzip];
    decoded.validation = Validation::StructureOk;
    decoded.location.end_line = 3;

    let mut hostile =
        finding(&low, b"odd\n\x1b[31m\xff:name", 3, "k\x07=", b"\xfe\x00bytes, not text", ";");
    hostile.line_hash = String::new();

    let mut summary = Summary {
        status: Status::Incomplete,
        rules: 4,
        files: 1204,
        git_objects: 200,
        bytes: 50_541_363,
        findings: 4,
        suppressed: 2,
        elapsed: Duration::from_millis(1340),
        warnings: vec!["Identities change with every run: no key is set.".to_owned()],
        ..Summary::default()
    };
    summary.skips.add_many(SkipReason::Symlink, 12);
    summary.skips.add_many(SkipReason::FileTooLarge, 3);
    summary.skips.add_many(SkipReason::PermissionDenied, 2);
    Run {
        info: RunInfo {
            version: "1.2.3".to_owned(),
            targets: vec![".".to_owned()],
            rules: vec![token, generic, key, low],
            started_unix: 1_700_000_000,
            stable_identities: true,
        },
        findings: vec![certain, password, decoded, hostile],
        summary,
    }
}

/// A run that found nothing and missed nothing.
pub(crate) fn clean_run() -> Run {
    let mut run = run();
    run.findings.clear();
    run.summary = Summary {
        rules: 431,
        files: 87,
        bytes: 2_300_000,
        elapsed: Duration::from_millis(48),
        ..Summary::default()
    };
    run
}
