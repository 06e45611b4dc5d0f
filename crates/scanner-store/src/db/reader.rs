//! Reading runs back: their list, and all that a report needs of one.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::Duration;

use rusqlite::{OptionalExtension as _, Row};
use scanner_core::{
    Finding, Location, ObjectPath, Place, RuleInfo, RunInfo, SecretBytes, SkipCounts, SkipReason,
    SourceKind, Status, Summary,
};
use serde::Serialize;
use serde::de::IntoDeserializer as _;
use serde::de::value::{Error as WordError, StrDeserializer};

use super::insert::unsigned;
use super::open::Store;
use super::records::{
    confidence_of, decode_of, git_of, parts_of, severity_of, source_of, validation_of,
};
use crate::{OccurrenceId, SecretHash, StoreError};

/// What [`finding_of`] reads, of `occurrences o`, `secrets s` and `paths p`.
pub(crate) const FINDING_COLUMNS: &str = "o.occurrence, o.rule_id, o.source, o.line, o.col, o.end_line, o.end_col, \
     o.start, o.length, o.confidence, o.score, o.validation, o.decode, o.context, o.line_hash, o.origin, \
     s.hash, s.sealed, s.redacted, p.path AS shown_path, o.modified, o.parts";

/// Rules by their id in the store.
#[derive(Debug, Default)]
pub(crate) struct RuleCache(HashMap<i64, Arc<RuleInfo>>);

/// A run as listings show it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct StoredRun {
    /// Its number.
    pub run: i64,
    /// `running`, `complete`, `limited` (complete, but for what limits left out), `incomplete` or `failed`.
    pub status: String,
    /// Kind of source.
    pub kind: String,
    /// What was scanned.
    pub root: String,
    /// Start as seconds since 1970.
    pub started: u64,
    /// Wall-clock time.
    pub elapsed_ms: u64,
    /// Objects scanned.
    pub files: u64,
    /// Those that had not changed since an earlier run.
    pub reused: u64,
    /// Bytes scanned.
    pub bytes: u64,
    /// Findings reported.
    pub findings: u64,
    /// Findings silenced.
    pub suppressed: u64,
    /// Findings that could not be stored.
    pub lost: u64,
    /// The program's version.
    pub version: String,
}

/// All that a report needs of a run.
#[derive(Clone, Debug)]
pub struct StoredRunData {
    /// As at its start.
    pub info: RunInfo,
    /// Sorted, each secret of a rule once with all its places, without their secrets' bytes.
    pub findings: Vec<Finding>,
    /// As at its end.
    pub summary: Summary,
}

const RUN_COLUMNS: &str = "u.id, u.status, r.kind, r.name, u.started, u.elapsed_ms, u.files, u.reused, u.bytes, \
     u.findings, u.suppressed, u.lost, u.version";

impl Store {
    /// Runs, the latest first; of one root if `root` is given, and only those before the run `before`.
    ///
    /// # Errors
    ///
    /// The store cannot be read.
    pub fn runs(
        &self,
        root: Option<&str>,
        before: Option<i64>,
        limit: u32,
    ) -> Result<Vec<StoredRun>, StoreError> {
        let sql = format!(
            "SELECT {RUN_COLUMNS} FROM runs u JOIN roots r ON r.id = u.root_id \
             WHERE (?1 IS NULL OR r.name = ?1) AND u.id < ?2 ORDER BY u.id DESC LIMIT ?3"
        );
        let read = || -> rusqlite::Result<Vec<StoredRun>> {
            let mut statement = self.connection.prepare(&sql)?;
            let before = before.unwrap_or(i64::MAX);
            statement.query_map((root, before, limit), run_of)?.collect()
        };
        read().map_err(|source| self.fail(source))
    }

    /// One run.
    ///
    /// # Errors
    ///
    /// There is none of this number, or the store cannot be read.
    pub fn run(&self, run: i64) -> Result<StoredRun, StoreError> {
        let sql = format!(
            "SELECT {RUN_COLUMNS} FROM runs u JOIN roots r ON r.id = u.root_id WHERE u.id = ?1"
        );
        let found = self.connection.query_row(&sql, [run], run_of).optional();
        found.map_err(|source| self.fail(source))?.ok_or(StoreError::NoSuchRun { run })
    }

    /// The latest run that has ended, of one root or of all.
    ///
    /// # Errors
    ///
    /// There is none, or the store cannot be read.
    pub fn latest_run(&self, root: Option<&str>) -> Result<i64, StoreError> {
        let sql = "SELECT u.id FROM runs u JOIN roots r ON r.id = u.root_id WHERE u.status NOT IN ('running', 'failed') AND u.journal = 0 \
                   AND (?1 IS NULL OR r.name = ?1) ORDER BY u.id DESC LIMIT 1";
        let found = self.connection.query_row(sql, [root], |row| row.get(0)).optional();
        found.map_err(|source| self.fail(source))?.ok_or(StoreError::NoRuns)
    }

    /// All that a report needs of a run, as if it had just ended.
    ///
    /// # Errors
    ///
    /// There is none of this number, or the store cannot be read.
    pub fn run_data(&self, run: i64) -> Result<StoredRunData, StoreError> {
        let listed = self.run(run)?;
        let read = || -> rusqlite::Result<StoredRunData> {
            let findings = fold(self.findings_of_run(run)?);
            let summary = self.summary_of(run, findings.len() as u64)?;
            let info = RunInfo {
                version: listed.version,
                targets: vec![listed.root],
                rules: self.rules_of_run(run)?,
                started_unix: listed.started,
                stable_identities: true,
            };
            Ok(StoredRunData { info, findings, summary })
        };
        read().map_err(|source| self.fail(source))
    }

    fn findings_of_run(&self, run: i64) -> rusqlite::Result<Vec<Finding>> {
        let sql = format!(
            "SELECT {FINDING_COLUMNS} FROM observations v JOIN occurrences o ON o.id = v.occurrence_id \
             JOIN secrets s ON s.id = o.secret_id JOIN paths p ON p.id = o.path_id \
             WHERE v.run_id = ?1 AND v.silenced = 0"
        );
        let mut rules = RuleCache::default();
        let mut statement = self.connection.prepare(&sql)?;
        let mut rows = statement.query([run])?;
        let mut findings = Vec::new();
        while let Some(row) = rows.next()? {
            findings.push(finding_of(row, self, &mut rules)?);
        }
        Ok(findings)
    }

    fn rules_of_run(&self, run: i64) -> rusqlite::Result<Vec<Arc<RuleInfo>>> {
        let sql = "SELECT t.rule_id FROM runs u JOIN run_rules t ON t.rule_set_id = u.rule_set_id \
                   JOIN rules r ON r.id = t.rule_id WHERE u.id = ?1 ORDER BY r.rule";
        let mut statement = self.connection.prepare(sql)?;
        let ids: Vec<i64> =
            statement.query_map([run], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?;
        ids.into_iter().map(|id| self.rule(id)).collect()
    }

    fn rule(&self, id: i64) -> rusqlite::Result<Arc<RuleInfo>> {
        let sql = "SELECT rule, name, service, description, reference, severity, tags FROM rules WHERE id = ?1";
        self.connection.prepare_cached(sql)?.query_row([id], |row| {
            let tags: String = row.get(6)?;
            Ok(Arc::new(RuleInfo {
                id: row.get(0)?,
                name: row.get(1)?,
                service: row.get(2)?,
                description: row.get(3)?,
                reference: row.get(4)?,
                severity: severity_of(row.get(5)?),
                tags: tags.split(',').filter(|tag| !tag.is_empty()).map(str::to_owned).collect(),
            }))
        })
    }

    fn summary_of(&self, run: i64, findings: u64) -> rusqlite::Result<Summary> {
        let sql = "SELECT status, rules, files, bytes, suppressed, reused, skips, warnings, elapsed_ms, interrupted, \
                   git_objects, archive_entries FROM runs WHERE id = ?1";
        self.connection.query_row(sql, [run], |row| {
            let status: String = row.get(0)?;
            let skips: String = row.get(6)?;
            let warnings: String = row.get(7)?;
            Ok(Summary {
                status: match status.as_str() {
                    _ if row.get(9)? => Status::Interrupted,
                    "complete" | "limited" => Status::Complete,
                    _ => Status::Incomplete,
                },
                rules: unsigned(row.get(1)?),
                files: unsigned(row.get(2)?),
                git_objects: unsigned(row.get(10)?),
                archive_entries: unsigned(row.get(11)?),
                bytes: unsigned(row.get(3)?),
                findings,
                suppressed: unsigned(row.get(4)?),
                reused: unsigned(row.get(5)?),
                skips: skips_of(&skips),
                elapsed: Duration::from_millis(unsigned(row.get(8)?)),
                warnings: serde_json::from_str(&warnings).unwrap_or_default(),
            })
        })
    }
}

fn run_of(row: &Row<'_>) -> rusqlite::Result<StoredRun> {
    Ok(StoredRun {
        run: row.get(0)?,
        status: row.get(1)?,
        kind: row.get(2)?,
        root: row.get(3)?,
        started: unsigned(row.get(4)?),
        elapsed_ms: unsigned(row.get(5)?),
        files: unsigned(row.get(6)?),
        reused: unsigned(row.get(7)?),
        bytes: unsigned(row.get(8)?),
        findings: unsigned(row.get(9)?),
        suppressed: unsigned(row.get(10)?),
        lost: unsigned(row.get(11)?),
        version: row.get(12)?,
    })
}

/// A finding of a row of [`FINDING_COLUMNS`].
pub(crate) fn finding_of(
    row: &Row<'_>,
    store: &Store,
    rules: &mut RuleCache,
) -> rusqlite::Result<Finding> {
    let rule_id: i64 = row.get(1)?;
    let rule = if let Some(rule) = rules.0.get(&rule_id) {
        Arc::clone(rule)
    } else {
        let rule = store.rule(rule_id)?;
        rules.0.insert(rule_id, Arc::clone(&rule));
        rule
    };
    let number = |column| row.get(column).map(unsigned);
    let secret: [u8; 32] = row.get(16)?;
    let sealed: [u8; 32] = row.get(17)?;
    let decode: String = row.get(12)?;
    #[expect(clippy::cast_possible_truncation, reason = "it was written from an f32")]
    let score = row.get::<_, f64>(10)? as f32;
    Ok(Finding {
        rule,
        confidence: confidence_of(row.get(9)?),
        score,
        validation: validation_of(row.get_ref(11)?.as_str()?),
        path: ObjectPath::new(row.get_ref(19)?.as_blob()?),
        source: source_of(row.get_ref(2)?.as_str()?),
        location: Location {
            line: number(3)?,
            column: number(4)?,
            end_line: number(5)?,
            end_column: number(6)?,
            offset: number(7)?,
            length: number(8)?,
        },
        modified: row.get(20)?,
        decode: decode_of(&decode),
        secret: SecretBytes::withheld(row.get_ref(18)?.as_str()?),
        norm_hash: store.unseal(&sealed, &secret),
        secret_hash: SecretHash(secret).to_hex(),
        occurrence_id: OccurrenceId(row.get(0)?).to_hex(),
        ignore_id: String::new(),
        context: row.get(13)?,
        line_hash: row.get(14)?,
        git: git_of(row.get_ref(15)?.as_str()?),
        places: Vec::new(),
        parts: parts_of(row.get_ref(21)?.as_str()?),
    })
}

/// One finding a secret and rule with all its places, as a run tells them when it ends.
fn fold(all: Vec<Finding>) -> Vec<Finding> {
    let mut index = HashMap::new();
    let mut folded: Vec<Finding> = Vec::new();
    for mut finding in all {
        let key = (finding.rule.id.clone(), finding.norm_hash);
        let Some(&at) = index.get(&key) else {
            index.insert(key, folded.len());
            folded.push(finding);
            continue;
        };
        let first: &mut Finding = &mut folded[at];
        let git = [&first.git, &finding.git].into_iter().flatten().min().cloned();
        if finding.precedence_key() < first.precedence_key() {
            std::mem::swap(first, &mut finding);
            first.places = std::mem::take(&mut finding.places);
        }
        first.places.push(own_place(finding));
        first.git = git;
    }
    for finding in &mut folded {
        finding.places.sort();
        finding.places.dedup();
        if finding.source != SourceKind::Git
            && let Some(git) = &mut finding.git
        {
            Arc::make_mut(git).in_worktree = Some(true);
        }
    }
    folded.sort_by(|a, b| a.sort_key().cmp(&b.sort_key()));
    folded
}

fn own_place(finding: Finding) -> Place {
    let git = finding.git.filter(|_| finding.source == SourceKind::Git);
    let Finding { path, location, modified, .. } = finding;
    Place { path, location, modified, git }
}

fn skips_of(json: &str) -> SkipCounts {
    let counts: BTreeMap<String, u64> = serde_json::from_str(json).unwrap_or_default();
    let mut skips = SkipCounts::default();
    for (key, count) in counts {
        let word: StrDeserializer<'_, WordError> = key.as_str().into_deserializer();
        if let Ok(reason) = <SkipReason as serde::Deserialize>::deserialize(word) {
            skips.add_many(reason, count);
        }
    }
    skips
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn skips_are_read_back_and_unknown_ones_left_out() {
        let skips = skips_of(r#"{"symlink":2,"utf16_window_too_long":1,"of_the_future":9}"#);
        assert_eq!(skips.get(SkipReason::Symlink), 2);
        assert_eq!(skips.get(SkipReason::Utf16WindowTooLong), 1);
        assert_eq!(skips.failed().count(), 1);
        assert_eq!(skips_of("nonsense"), SkipCounts::default());
    }
}
