//! False alarms: what is reported in sources of well-known packages, by mebibyte.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::Result;

use super::record::{Bar, Record};
use super::scanner::Scanner;

/// The trees, as `cargo xtask corpora` provides them.
const TREES: [&str; 2] = ["npm", "linux"];

/// Findings of `likely` or better per mebibyte, at most.
const PER_MIB_MAX: f64 = 0.05;

/// Scans the clean trees that are there.
///
/// # Errors
/// The scanner fails.
pub(crate) fn measure(scanner: &Scanner, data: &Path, record: &mut Record) -> Result<()> {
    for tree in TREES {
        if !data.join(tree).is_dir() {
            record.absent(tree, "cargo xtask corpora provides it");
            continue;
        }
        let scanned = scanner.scan(data, &[tree])?;
        let mut rules: BTreeMap<&str, u32> = BTreeMap::new();
        for finding in scanned.found.iter().filter(|finding| finding.likely) {
            *rules.entry(&finding.rule).or_default() += 1;
            println!("clean: {}:{} by {}", finding.path, finding.first, finding.rule);
        }
        let count: u32 = rules.values().sum();
        let mebibytes = f64::from(u32::try_from(scanned.bytes >> 10).unwrap_or(u32::MAX)) / 1024.0;
        let per_mib = f64::from(count) / mebibytes.max(1.0);
        record.note(format!(
            "{tree}: {count} findings of likely or better in {} files, {mebibytes:.0} MiB: {per_mib:.4} per MiB; {} more are possible",
            scanned.files,
            scanned.found.len() - count as usize,
        ));
        record.bars.push(Bar::at_most(&format!("{tree}: findings per MiB"), per_mib, PER_MIB_MAX));
    }
    Ok(())
}
