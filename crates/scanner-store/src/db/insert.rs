//! The statements of one run: rows of dimensions are made when first met and their ids remembered, so that most
//! findings cost two statements.
//!
//! Remembered ids hold only as far as their transaction was committed: after a rollback the caller forgets them.

use std::collections::HashMap;
use std::hash::Hash;

use rusqlite::types::ToSql;
use rusqlite::{Connection, OptionalExtension as _, Params, params};
use scanner_core::{RuleInfo, Severity};

use super::journal::{Entry, PendingFinding};
use crate::limits::CACHED_IDS_MAX;
use crate::{Keys, RuleEncoding, RuleSetHash, rule_fingerprint};

const PUT_OCCURRENCE: &str = "INSERT INTO occurrences (root_id, occurrence, path_id, object_id, line, col, \
     end_line, end_col, confidence, score, validation, context, line_hash, origin, modified, parts, rule_id, secret_id, \
     source, start, length, decode, first_seen) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, \
     ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23) ON CONFLICT DO NOTHING";

/// What is known is written again only where it is shown differently; most second runs write nothing.
const MEND_OCCURRENCE: &str = "UPDATE occurrences SET object_id = ?4, line = ?5, col = ?6, end_line = ?7, \
     end_col = ?8, confidence = ?9, score = ?10, validation = ?11, context = ?12, \
     line_hash = CASE ?13 WHEN '' THEN line_hash ELSE ?13 END, origin = ?14, modified = ?15, parts = ?16 \
     WHERE root_id = ?1 AND occurrence = ?2 AND path_id = ?3 \
     AND (object_id != ?4 OR line != ?5 OR col != ?6 OR end_line != ?7 OR end_col != ?8 OR confidence != ?9 \
     OR score != ?10 OR validation != ?11 OR context != ?12 OR (?13 != '' AND line_hash != ?13) OR origin != ?14 \
     OR modified IS NOT ?15 OR parts != ?16)";

/// Ids of the run and of what it has met.
#[derive(Debug)]
pub(crate) struct Inserter {
    pub(crate) run: i64,
    pub(crate) root: i64,
    pub(crate) rule_set: i64,
    pub(crate) started: i64,
    paths: HashMap<Box<[u8]>, i64>,
    rules: HashMap<String, i64>,
    secrets: HashMap<[u8; 32], i64>,
}

impl Inserter {
    pub(crate) fn new(run: i64, root: i64, rule_set: i64, started: i64) -> Self {
        Self {
            run,
            root,
            rule_set,
            started,
            paths: HashMap::new(),
            rules: HashMap::new(),
            secrets: HashMap::new(),
        }
    }

    /// For a run that was begun by another process.
    pub(crate) fn of_run(connection: &Connection, run: i64) -> rusqlite::Result<Self> {
        let sql = "SELECT root_id, rule_set_id, started FROM runs WHERE id = ?1";
        connection
            .query_row(sql, [run], |row| Ok(Self::new(run, row.get(0)?, row.get(1)?, row.get(2)?)))
    }

    /// Forgets ids that a rollback has made void.
    pub(crate) fn forget(&mut self) {
        self.paths.clear();
        self.rules.clear();
        self.secrets.clear();
    }

    /// Writes an entry of a journal.
    pub(crate) fn entry(
        &mut self,
        connection: &Connection,
        keys: &Keys,
        entry: &Entry<'_>,
    ) -> rusqlite::Result<()> {
        match entry {
            Entry::Finding { object, finding } => {
                let object = self.path(connection, object)?;
                self.finding(connection, keys, object, finding)
            }
            Entry::State { object, state, bytes, suppressed } => {
                let path = self.path(connection, object)?;
                let sql = "INSERT INTO objects (root_id, rule_set_id, path_id, run_id, state, bytes, suppressed) \
                           VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT DO UPDATE SET run_id = excluded.run_id, \
                           state = excluded.state, bytes = excluded.bytes, suppressed = excluded.suppressed";
                connection.prepare_cached(sql)?.execute(params![
                    self.root,
                    self.rule_set,
                    path,
                    self.run,
                    state,
                    signed(*bytes),
                    signed(*suppressed)
                ])?;
                Ok(())
            }
        }
    }

    fn finding(
        &mut self,
        connection: &Connection,
        keys: &Keys,
        object: i64,
        finding: &PendingFinding<'_>,
    ) -> rusqlite::Result<()> {
        let rule = self.rule(connection, keys, finding)?;
        let secret = self.secret(connection, finding)?;
        let path = self.path(connection, finding.path)?;
        let occurrence = self.occurrence(connection, [rule, secret, path, object], finding)?;
        let sql = "INSERT INTO observations (run_id, occurrence_id, silenced) VALUES (?1, ?2, ?3) \
                   ON CONFLICT DO NOTHING";
        connection.prepare_cached(sql)?.execute((self.run, occurrence, finding.silenced))?;
        Ok(())
    }

    fn occurrence(
        &self,
        connection: &Connection,
        [rule, secret, path, object]: [i64; 4],
        finding: &PendingFinding<'_>,
    ) -> rusqlite::Result<i64> {
        let place = &finding.location;
        // The columns that tell one occurrence from another come first, then those that may change.
        let values: [&dyn ToSql; 23] = [
            &self.root,
            &finding.occurrence,
            &path,
            &object,
            &signed(place.line),
            &signed(place.column),
            &signed(place.end_line),
            &signed(place.end_column),
            &finding.confidence,
            &f64::from(finding.score),
            &finding.validation,
            &finding.context,
            &finding.line_hash,
            &finding.origin,
            &finding.modified,
            &finding.parts,
            &rule,
            &secret,
            &finding.source,
            &signed(place.offset),
            &signed(place.length),
            &finding.decode,
            &self.started,
        ];
        if connection.prepare_cached(PUT_OCCURRENCE)?.execute(&values[..])? > 0 {
            return Ok(connection.last_insert_rowid());
        }
        connection.prepare_cached(MEND_OCCURRENCE)?.execute(&values[..16])?;
        let find =
            "SELECT id FROM occurrences WHERE root_id = ?1 AND occurrence = ?2 AND path_id = ?3";
        connection.prepare_cached(find)?.query_row(&values[..3], |row| row.get(0))
    }

    fn secret(
        &mut self,
        connection: &Connection,
        finding: &PendingFinding<'_>,
    ) -> rusqlite::Result<i64> {
        if let Some(id) = self.secrets.get(&finding.secret) {
            return Ok(*id);
        }
        let put = "INSERT INTO secrets (hash, sealed, redacted, first_seen, root_count) \
                   VALUES (?1, ?2, ?3, ?4, 1) ON CONFLICT DO NOTHING";
        let link =
            "INSERT INTO secret_roots (secret_id, root_id) VALUES (?1, ?2) ON CONFLICT DO NOTHING";
        let values = params![finding.secret, finding.sealed, finding.redacted, self.started];
        let id = if connection.prepare_cached(put)?.execute(values)? > 0 {
            let id = connection.last_insert_rowid();
            connection.prepare_cached(link)?.execute((id, self.root))?;
            id
        } else {
            let found = "SELECT id FROM secrets WHERE hash = ?1";
            let id =
                connection.prepare_cached(found)?.query_row([finding.secret], |row| row.get(0))?;
            if connection.prepare_cached(link)?.execute((id, self.root))? > 0 {
                let count = "UPDATE secrets SET root_count = root_count + 1 WHERE id = ?1";
                connection.prepare_cached(count)?.execute([id])?;
            }
            id
        };
        remember(&mut self.secrets, finding.secret, id);
        Ok(id)
    }

    fn path(&mut self, connection: &Connection, path: &[u8]) -> rusqlite::Result<i64> {
        if let Some(id) = self.paths.get(path) {
            return Ok(*id);
        }
        let id = path_id(connection, path)?;
        remember(&mut self.paths, path.into(), id);
        Ok(id)
    }

    fn rule(
        &mut self,
        connection: &Connection,
        keys: &Keys,
        finding: &PendingFinding<'_>,
    ) -> rusqlite::Result<i64> {
        if let Some(id) = self.rules.get(finding.rule) {
            return Ok(*id);
        }
        let found = "SELECT id FROM rules WHERE rule = ?1";
        let known = connection.prepare_cached(found)?.query_row([finding.rule], |row| row.get(0));
        let id = match (known.optional()?, &finding.rule_told) {
            (Some(id), _) => id,
            (None, Some(rule)) => put_rule(connection, keys, rule)?,
            // The run began by writing its rules down, so this is a rule that somebody has deleted since.
            (None, None) => put_rule(connection, keys, &nameless(finding.rule))?,
        };
        remember(&mut self.rules, finding.rule.to_owned(), id);
        Ok(id)
    }
}

/// A rule of which only the id is known.
fn nameless(id: &str) -> RuleInfo {
    RuleInfo {
        id: id.to_owned(),
        name: id.to_owned(),
        service: String::new(),
        description: String::new(),
        reference: String::new(),
        severity: Severity::default(),
        tags: Vec::new(),
    }
}

/// The id of a root, made if it is new.
pub(crate) fn root_id(connection: &Connection, kind: &str, name: &str) -> rusqlite::Result<i64> {
    let sql = "INSERT INTO roots (kind, name) VALUES (?1, ?2) ON CONFLICT DO NOTHING";
    let found = "SELECT id FROM roots WHERE kind = ?1 AND name = ?2";
    insert_or_find(connection, (sql, (kind, name)), (found, (kind, name)))
}

/// The id of a rule set, made if it is new, and whether so many rules of it are written down.
pub(crate) fn rule_set_id(
    connection: &Connection,
    hash: &RuleSetHash,
    rules: usize,
) -> rusqlite::Result<(i64, bool)> {
    let put = "INSERT INTO rule_sets (hash) VALUES (?1) ON CONFLICT DO NOTHING";
    let found = "SELECT id FROM rule_sets WHERE hash = ?1";
    let id = insert_or_find(connection, (put, [hash.0]), (found, [hash.0]))?;
    let sql = "SELECT count(*) FROM run_rules WHERE rule_set_id = ?1";
    let known: i64 = connection.query_row(sql, [id], |row| row.get(0))?;
    Ok((id, unsigned(known) >= rules as u64))
}

/// Writes the rules of a rule set down.
pub(crate) fn put_rules<'a>(
    connection: &Connection,
    keys: &Keys,
    rule_set: i64,
    rules: impl IntoIterator<Item = &'a RuleInfo>,
) -> rusqlite::Result<()> {
    let sql = "INSERT INTO run_rules (rule_set_id, rule_id) VALUES (?1, ?2) ON CONFLICT DO NOTHING";
    for rule in rules {
        let rule = put_rule(connection, keys, rule)?;
        connection.prepare_cached(sql)?.execute((rule_set, rule))?;
    }
    Ok(())
}

/// Makes a rule, or says anew what it is called. Most are made when a store is, a thousand at once.
fn put_rule(connection: &Connection, keys: &Keys, rule: &RuleInfo) -> rusqlite::Result<i64> {
    let put = "INSERT INTO rules (rule, name, service, description, reference, severity, tags, fingerprint) \
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT DO NOTHING";
    let mend = "UPDATE rules SET name = ?2, service = ?3, description = ?4, reference = ?5, severity = ?6, \
                tags = ?7 WHERE rule = ?1";
    let found = "SELECT id FROM rules WHERE rule = ?1";
    let (severity, tags) = (rule.severity as i64, rule.tags.join(","));
    let fingerprint = rule_fingerprint(keys, &RuleEncoding::new(&rule.id));
    let values: [&dyn ToSql; 8] = [
        &rule.id,
        &rule.name,
        &rule.service,
        &rule.description,
        &rule.reference,
        &severity,
        &tags,
        &fingerprint.0,
    ];
    if connection.prepare_cached(put)?.execute(&values[..])? > 0 {
        return Ok(connection.last_insert_rowid());
    }
    connection.prepare_cached(mend)?.execute(&values[..7])?;
    connection.prepare_cached(found)?.query_row([&rule.id], |row| row.get(0))
}

fn path_id(connection: &Connection, path: &[u8]) -> rusqlite::Result<i64> {
    let sql = "INSERT INTO paths (path) VALUES (?1) ON CONFLICT DO NOTHING";
    let found = "SELECT id FROM paths WHERE path = ?1";
    insert_or_find(connection, (sql, [path]), (found, [path]))
}

/// The id of the row that an insert makes, or of the one that is there already. Asking the insert itself to return it
/// would make it twice as dear: then it keeps a journal of its own.
fn insert_or_find(
    connection: &Connection,
    (insert, values): (&str, impl Params),
    (find, key): (&str, impl Params),
) -> rusqlite::Result<i64> {
    if connection.prepare_cached(insert)?.execute(values)? > 0 {
        return Ok(connection.last_insert_rowid());
    }
    connection.prepare_cached(find)?.query_row(key, |row| row.get(0))
}

fn remember<K: Eq + Hash>(ids: &mut HashMap<K, i64>, key: K, id: i64) {
    if ids.len() >= CACHED_IDS_MAX {
        ids.clear();
    }
    ids.insert(key, id);
}

/// Counts as the database keeps them; none comes near the limit.
pub(crate) fn signed(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// Counts as they come back.
pub(crate) fn unsigned(count: i64) -> u64 {
    u64::try_from(count).unwrap_or(0)
}
