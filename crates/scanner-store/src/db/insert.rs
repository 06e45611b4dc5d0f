//! The statements of one run: rows of dimensions are made when first met and their ids remembered, so that most
//! findings cost two statements.
//!
//! Remembered ids hold only as far as their transaction was committed: after a rollback the caller forgets them.

use std::collections::HashMap;
use std::hash::Hash;

use rusqlite::types::ToSql;
use rusqlite::{Connection, OptionalExtension as _, Params, params};
use scanner_core::RuleInfo;

use super::records::{OwnedFinding, OwnedObject};
use crate::limits::CACHED_IDS_MAX;
use crate::{Keys, RuleEncoding, RuleSetHash, rule_fingerprint};

const PUT_OCCURRENCE: &str = "INSERT INTO occurrences (root_id, occurrence, path_id, object_id, line, col, \
     end_line, end_col, confidence, score, validation, context, line_hash, origin, modified, rule_id, secret_id, source, \
     start, length, decode, first_seen) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, \
     ?16, ?17, ?18, ?19, ?20, ?21, ?22) ON CONFLICT DO NOTHING";

/// What is known is written again only where it is shown differently; most second runs write nothing.
const MEND_OCCURRENCE: &str = "UPDATE occurrences SET object_id = ?4, line = ?5, col = ?6, end_line = ?7, \
     end_col = ?8, confidence = ?9, score = ?10, validation = ?11, context = ?12, \
     line_hash = CASE ?13 WHEN '' THEN line_hash ELSE ?13 END, origin = ?14, modified = ?15 \
     WHERE root_id = ?1 AND occurrence = ?2 AND path_id = ?3 \
     AND (object_id != ?4 OR line != ?5 OR col != ?6 OR end_line != ?7 OR end_col != ?8 OR confidence != ?9 \
     OR score != ?10 OR validation != ?11 OR context != ?12 OR (?13 != '' AND line_hash != ?13) OR origin != ?14 \
     OR modified IS NOT ?15)";

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

    /// Forgets ids that a rollback has made void.
    pub(crate) fn forget(&mut self) {
        self.paths.clear();
        self.rules.clear();
        self.secrets.clear();
    }

    /// Writes an object and its findings.
    pub(crate) fn object(
        &mut self,
        connection: &Connection,
        keys: &Keys,
        object: &OwnedObject,
    ) -> rusqlite::Result<()> {
        let path = self.path(connection, &object.path)?;
        for finding in &object.findings {
            self.finding(connection, keys, path, finding)?;
        }
        let Some(state) = &object.state else { return Ok(()) };
        let sql = "INSERT INTO objects (root_id, rule_set_id, path_id, run_id, state, bytes, suppressed) \
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT DO UPDATE SET run_id = excluded.run_id, \
                   state = excluded.state, bytes = excluded.bytes, suppressed = excluded.suppressed";
        connection.prepare_cached(sql)?.execute(params![
            self.root,
            self.rule_set,
            path,
            self.run,
            state,
            signed(object.bytes),
            signed(object.suppressed)
        ])?;
        Ok(())
    }

    fn finding(
        &mut self,
        connection: &Connection,
        keys: &Keys,
        object: i64,
        finding: &OwnedFinding,
    ) -> rusqlite::Result<()> {
        let rule = self.rule(connection, keys, &finding.rule)?;
        let secret = self.secret(connection, finding)?;
        let path = self.path(connection, &finding.path)?;
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
        finding: &OwnedFinding,
    ) -> rusqlite::Result<i64> {
        let place = &finding.location;
        // The columns that tell one occurrence from another come first, then those that may change.
        let values: [&dyn ToSql; 22] = [
            &self.root,
            &finding.occurrence,
            &path,
            &object,
            &signed(place.line),
            &signed(place.column),
            &signed(place.end_line),
            &signed(place.end_column),
            &(finding.confidence as i64),
            &f64::from(finding.score),
            &finding.validation.name(),
            &finding.context,
            &finding.line_hash,
            &finding.origin,
            &finding.modified,
            &rule,
            &secret,
            &finding.source.name(),
            &signed(place.offset),
            &signed(place.length),
            &finding.decode,
            &self.started,
        ];
        if connection.prepare_cached(PUT_OCCURRENCE)?.execute(&values[..])? > 0 {
            return Ok(connection.last_insert_rowid());
        }
        connection.prepare_cached(MEND_OCCURRENCE)?.execute(&values[..15])?;
        let find =
            "SELECT id FROM occurrences WHERE root_id = ?1 AND occurrence = ?2 AND path_id = ?3";
        connection.prepare_cached(find)?.query_row(&values[..3], |row| row.get(0))
    }

    fn secret(&mut self, connection: &Connection, finding: &OwnedFinding) -> rusqlite::Result<i64> {
        if let Some(id) = self.secrets.get(&finding.secret) {
            return Ok(*id);
        }
        let sql = "INSERT INTO secrets (hash, sealed, redacted, first_seen) VALUES (?1, ?2, ?3, ?4) \
                   ON CONFLICT DO NOTHING";
        let values = params![finding.secret, finding.sealed, finding.redacted, self.started];
        let found = "SELECT id FROM secrets WHERE hash = ?1";
        let id = insert_or_find(connection, (sql, values), (found, [finding.secret]))?;
        let link =
            "INSERT INTO secret_roots (secret_id, root_id) VALUES (?1, ?2) ON CONFLICT DO NOTHING";
        if connection.prepare_cached(link)?.execute((id, self.root))? > 0 {
            let count = "UPDATE secrets SET root_count = root_count + 1 WHERE id = ?1";
            connection.prepare_cached(count)?.execute([id])?;
        }
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
        rule: &RuleInfo,
    ) -> rusqlite::Result<i64> {
        if let Some(id) = self.rules.get(&rule.id) {
            return Ok(*id);
        }
        let found = "SELECT id FROM rules WHERE rule = ?1";
        let known = connection.prepare_cached(found)?.query_row([&rule.id], |row| row.get(0));
        let id = match known.optional()? {
            Some(id) => id,
            None => put_rule(connection, keys, rule)?,
        };
        remember(&mut self.rules, rule.id.clone(), id);
        Ok(id)
    }
}

/// The id of a root, made if it is new.
pub(crate) fn root_id(connection: &Connection, kind: &str, name: &str) -> rusqlite::Result<i64> {
    let sql = "INSERT INTO roots (kind, name) VALUES (?1, ?2) ON CONFLICT DO NOTHING";
    let found = "SELECT id FROM roots WHERE kind = ?1 AND name = ?2";
    insert_or_find(connection, (sql, (kind, name)), (found, (kind, name)))
}

/// The id of a rule set, made with its rules if it is new.
pub(crate) fn rule_set_id<'a>(
    connection: &Connection,
    keys: &Keys,
    hash: &RuleSetHash,
    rules: impl IntoIterator<Item = &'a RuleInfo>,
) -> rusqlite::Result<i64> {
    let found = "SELECT id FROM rule_sets WHERE hash = ?1";
    if let Some(id) = connection.query_row(found, [hash.0], |row| row.get(0)).optional()? {
        return Ok(id);
    }
    connection.execute("INSERT INTO rule_sets (hash) VALUES (?1)", [hash.0])?;
    let id = connection.last_insert_rowid();
    let sql = "INSERT INTO run_rules (rule_set_id, rule_id) VALUES (?1, ?2) ON CONFLICT DO NOTHING";
    for rule in rules {
        let rule = put_rule(connection, keys, rule)?;
        connection.prepare_cached(sql)?.execute((id, rule))?;
    }
    Ok(id)
}

fn put_rule(connection: &Connection, keys: &Keys, rule: &RuleInfo) -> rusqlite::Result<i64> {
    let sql = "INSERT INTO rules (rule, fingerprint, name, service, description, reference, severity, tags) \
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT DO UPDATE SET name = excluded.name, \
               service = excluded.service, description = excluded.description, \
               reference = excluded.reference, severity = excluded.severity, tags = excluded.tags RETURNING id";
    let fingerprint = rule_fingerprint(keys, &RuleEncoding::new(&rule.id));
    connection.prepare_cached(sql)?.query_row(
        params![
            rule.id,
            fingerprint.0,
            rule.name,
            rule.service,
            rule.description,
            rule.reference,
            rule.severity as i64,
            rule.tags.join(",")
        ],
        |row| row.get(0),
    )
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
