//! Writes a report of N made-up findings to a file: the html page that the browser test opens, or another format.
//!
//! `cargo run -p scanner-report --example sample_report -- N FILE [FORMAT]`. The same N gives the same report.

#![expect(clippy::unwrap_used, reason = "an example stops at what it did not expect")]

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use scanner_core::{
    Confidence, DecodeKind, Finding, GitPlace, GitReach, Location, NormHash, ObjectPath, Place,
    RuleInfo, RunInfo, ScanEvent, SecretBytes, Severity, SourceKind, Summary, Validation,
};
use scanner_report::{Format, SinkOptions};

const RULES: [(&str, &str, Severity); 6] = [
    ("example-cloud-key", "Example cloud key", Severity::Critical),
    ("example-token", "Example access token", Severity::High),
    ("private-key", "Private key", Severity::High),
    ("generic-password", "Password in a setting", Severity::Medium),
    ("connection-string", "Database address with password", Severity::Medium),
    ("publishable-key", "Publishable key", Severity::Low),
];
const FOLDERS: [&str; 7] = [
    "services/billing/config",
    "services/search/src",
    "infra/terraform",
    "infra/ansible/group_vars",
    "docs/how-to",
    "tools",
    "web/assets",
];
/// Names that would leave a careless page.
const HOSTILE: &str = "web/</script><script>document.title='taken'</script><img src=x>.env";

fn main() {
    let mut arguments = std::env::args().skip(1);
    let count: u64 = arguments.next().expect("how many findings").parse().unwrap();
    let file = arguments.next().expect("the file to write");
    let format = arguments.next().map_or(Format::Html, |name| name.parse().unwrap());
    let rules: Vec<Arc<RuleInfo>> = RULES.iter().map(rule).collect();
    let findings: Vec<Finding> = (0..count).map(|n| finding(n, &rules)).collect();
    let run = RunInfo {
        version: "0.1.0".to_owned(),
        targets: vec!["example".to_owned()],
        rules,
        started_unix: 1_790_000_000,
        stable_identities: true,
    };
    let summary = Summary {
        rules: 915,
        files: 12_034 + count,
        bytes: 1 << 30,
        findings: count,
        suppressed: 3,
        elapsed: Duration::from_millis(1834),
        ..Summary::default()
    };
    let mut sink = format.file_sink(Path::new(&file), &SinkOptions::default()).unwrap();
    sink.event(&ScanEvent::Started(&run)).unwrap();
    sink.event(&ScanEvent::Report(&findings)).unwrap();
    sink.event(&ScanEvent::Finished(&summary)).unwrap();
}

fn rule((id, name, severity): &(&str, &str, Severity)) -> Arc<RuleInfo> {
    Arc::new(RuleInfo {
        id: (*id).to_owned(),
        name: (*name).to_owned(),
        service: "Example".to_owned(),
        description: format!("{name}: gives access to what it guards."),
        reference: String::new(),
        severity: *severity,
        tags: Vec::new(),
    })
}

/// Numbers that look mixed and are the same every time.
fn mixed(number: u64) -> u64 {
    number.wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(23).wrapping_mul(0xbf58_476d_1ce4_e5b9)
}

fn finding(number: u64, rules: &[Arc<RuleInfo>]) -> Finding {
    let dice = mixed(number + 1) >> 8;
    let pick = |from: usize| usize::try_from(dice % from as u64).unwrap();
    let rule = Arc::clone(&rules[pick(17) % rules.len()]);
    let name = match number {
        3 => HOSTILE.to_owned(),
        n if n % 7 == 5 => format!("{}/bundle-{n}.tar.gz!app/settings.yaml", FOLDERS[pick(7)]),
        n => format!("{}/settings-{n}.env", FOLDERS[pick(11) % 7]),
    };
    let history = number % 3 != 1;
    let secret = SecretBytes::new(format!("ext_{:016x}{:016x}", dice, mixed(dice)).as_bytes());
    let line = dice % 400 + 1;
    let location = Location {
        line,
        column: 15,
        end_line: line,
        end_column: 51,
        offset: line * 40,
        length: 36,
    };
    let git = |age: u64| {
        Arc::new(GitPlace {
            reach: GitReach::Refs,
            author_time: Some(1_790_000_000 - i64::try_from(age % 150_000_000).unwrap()),
            commit: Some(format!("{dice:020x}{age:020x}")),
            object: format!("{age:020x}{dice:020x}"),
            in_worktree: Some(number.is_multiple_of(2)),
            ..GitPlace::default()
        })
    };
    let elsewhere = |n: u64| Place {
        path: ObjectPath::new(format!("old/copy-{n}.env").as_bytes()),
        location,
        modified: None,
        git: Some(git(dice / (n + 2))),
    };
    Finding {
        confidence: Confidence::ALL[pick(3)],
        score: 0.9,
        validation: if number.is_multiple_of(4) {
            Validation::ChecksumOk
        } else {
            Validation::None
        },
        path: ObjectPath::new(name.as_bytes()),
        source: match (name.contains('!'), history) {
            (true, _) => SourceKind::Archive,
            (_, true) => SourceKind::Git,
            _ => SourceKind::Fs,
        },
        location,
        modified: name.contains('!').then_some(1_611_150_096),
        decode: if number.is_multiple_of(5) { vec![DecodeKind::Base64] } else { Vec::new() },
        context: format!("EXAMPLE_TOKEN={} # rotate me", secret.redacted()),
        secret,
        norm_hash: NormHash::default(),
        secret_hash: format!("{dice:032x}{:032x}", mixed(dice)),
        occurrence_id: format!("{:032x}{dice:032x}", mixed(dice)),
        ignore_id: format!("{}:{dice:032x}", rule.id),
        line_hash: String::new(),
        git: history.then(|| git(dice)),
        parts: Vec::new(),
        places: (0..dice % 4).map(elsewhere).collect(),
        rule,
    }
}
