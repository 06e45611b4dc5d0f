//! What a run need not look at again: files without findings, objects with theirs, git objects, references.
//!
//! Everything here belongs to one root and one rule set. Files without findings, which are nearly all, are one hash
//! each in 256 rows; so a run over a hundred thousand unchanged files reads some megabytes and writes nothing.

use std::cmp::Ordering;
use std::collections::HashMap;

use rusqlite::{Connection, OptionalExtension as _, Transaction, params};
use scanner_core::{FileState, Finding, NormHash, ObjectPath};

use super::insert::{signed, unsigned};
use super::open::Store;
use super::reader::{FINDING_COLUMNS, RuleCache, finding_of};
use super::writer::{Marks, RootName};
use crate::limits::{
    CLEAN_FILES_MAX, OBJECTS_MAX, RULE_SETS_PER_ROOT_MAX, SEEN_BLOBS_MAX, SEEN_BLOBS_PER_ROW,
};
use crate::{RuleSetHash, StoreError};

/// Parts of the files without findings, by the first byte of their hash.
const CLEAN_PARTS: usize = 256;

/// Rows of git objects that are not worth putting together.
const SEEN_ROWS_MAX: usize = 16;

const STATE_BYTES: usize = 16;

/// An object with findings, as an earlier run left it.
#[derive(Clone, Debug)]
pub struct RememberedObject {
    /// What it was recognised by.
    pub state: FileState,
    /// Bytes that were scanned.
    pub bytes: u64,
    /// Findings that the rules of the scan silenced.
    pub suppressed: u64,
    /// The others, with the paths that identities see. Their secrets are withheld.
    pub findings: Vec<Finding>,
}

/// What an earlier run of the same root and rule set knew.
#[derive(Debug, Default)]
pub struct Remembered {
    clean: Vec<[u8; STATE_BYTES]>,
    objects: HashMap<Box<[u8]>, RememberedObject>,
}

impl Remembered {
    /// Whether a file of this state was scanned and had nothing to report.
    pub fn is_clean(&self, state: &FileState) -> bool {
        self.clean.binary_search(&state.0).is_ok()
    }

    /// What an object had to report.
    pub fn object(&self, path: &[u8]) -> Option<&RememberedObject> {
        self.objects.get(path)
    }

    /// All objects, by path.
    pub fn objects(&self) -> Vec<(&[u8], &RememberedObject)> {
        let mut all: Vec<_> = self.objects.iter().map(|(path, object)| (&**path, object)).collect();
        all.sort_by_key(|(path, _)| *path);
        all
    }

    /// Whether nothing is known.
    pub fn is_empty(&self) -> bool {
        self.clean.is_empty() && self.objects.is_empty()
    }
}

/// Ids of git objects that earlier runs scanned.
#[derive(Debug, Default)]
pub struct SeenSet {
    oid_bytes: usize,
    /// Sorted.
    oids: Vec<u8>,
}

impl SeenSet {
    /// Whether the object was scanned.
    pub fn contains(&self, oid: &[u8]) -> bool {
        if oid.len() != self.oid_bytes || oid.is_empty() {
            return false;
        }
        let (mut low, mut high) = (0, self.len());
        while low < high {
            let middle = low + (high - low) / 2;
            match self.oids[middle * self.oid_bytes..][..self.oid_bytes].cmp(oid) {
                Ordering::Less => low = middle + 1,
                Ordering::Equal => return true,
                Ordering::Greater => high = middle,
            }
        }
        false
    }

    /// How many ids there are.
    pub fn len(&self) -> usize {
        self.oids.len().checked_div(self.oid_bytes).unwrap_or(0)
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.oids.is_empty()
    }
}

/// A reference, and the object that it named when everything it leads to had been scanned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Watermark {
    /// The full name.
    pub name: String,
    /// The object's id.
    pub oid: Vec<u8>,
    /// The run that scanned it.
    pub run: i64,
}

impl Store {
    /// What is known of a root under a rule set.
    ///
    /// # Errors
    ///
    /// The store cannot be read.
    pub fn remembered(
        &self,
        root: &RootName,
        rule_set: &RuleSetHash,
    ) -> Result<Remembered, StoreError> {
        let Some(scope) = self.scope(root, rule_set)? else { return Ok(Remembered::default()) };
        let clean = self.clean_files(scope).map_err(|source| self.fail(source))?;
        let objects = self.objects(scope).map_err(|source| self.fail(source))?;
        Ok(Remembered { clean, objects })
    }

    /// The git objects that were scanned.
    ///
    /// # Errors
    ///
    /// The store cannot be read.
    pub fn seen_blobs(
        &self,
        root: &RootName,
        rule_set: &RuleSetHash,
    ) -> Result<SeenSet, StoreError> {
        let Some(scope) = self.scope(root, rule_set)? else { return Ok(SeenSet::default()) };
        let seen = read_seen(&self.connection, scope).map_err(|source| self.fail(source))?;
        Ok(seen.0)
    }

    /// How far references were scanned.
    ///
    /// # Errors
    ///
    /// The store cannot be read.
    pub fn watermarks(
        &self,
        root: &RootName,
        rule_set: &RuleSetHash,
        start_set: &str,
    ) -> Result<Vec<Watermark>, StoreError> {
        let Some(scope) = self.scope(root, rule_set)? else { return Ok(Vec::new()) };
        self.read_watermarks(scope, start_set).map_err(|source| self.fail(source))
    }

    fn scope(
        &self,
        root: &RootName,
        rule_set: &RuleSetHash,
    ) -> Result<Option<(i64, i64)>, StoreError> {
        let sql = "SELECT r.id, s.id FROM roots r, rule_sets s WHERE r.kind = ?1 AND r.name = ?2 AND s.hash = ?3";
        let row = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get(1)?));
        let found = self.connection.query_row(sql, params![root.kind, root.name, rule_set.0], row);
        found.optional().map_err(|source| self.fail(source))
    }

    fn clean_files(&self, scope: (i64, i64)) -> rusqlite::Result<Vec<[u8; STATE_BYTES]>> {
        let sql =
            "SELECT states FROM clean_files WHERE root_id = ?1 AND rule_set_id = ?2 ORDER BY part";
        let mut statement = self.connection.prepare(sql)?;
        let mut rows = statement.query(scope)?;
        let mut clean = Vec::new();
        while let Some(row) = rows.next()? {
            let (states, _) = row.get_ref(0)?.as_blob()?.as_chunks::<STATE_BYTES>();
            clean.extend_from_slice(states);
        }
        // Sorted within each part and the parts by their first byte; a damaged row must not upset the search.
        if !clean.is_sorted() {
            clean.sort_unstable();
        }
        Ok(clean)
    }

    fn objects(
        &self,
        (root, rule_set): (i64, i64),
    ) -> rusqlite::Result<HashMap<Box<[u8]>, RememberedObject>> {
        let sql = "SELECT p.path, b.state, b.bytes, b.suppressed FROM objects b JOIN paths p ON p.id = b.path_id \
                   WHERE b.root_id = ?1 AND b.rule_set_id = ?2 LIMIT ?3";
        let mut statement = self.connection.prepare(sql)?;
        let limit = i64::try_from(OBJECTS_MAX).unwrap_or(i64::MAX);
        let mut rows = statement.query((root, rule_set, limit))?;
        let mut objects = HashMap::new();
        while let Some(row) = rows.next()? {
            let Ok(state) = row.get_ref(1)?.as_blob()?.try_into() else { continue };
            let object = RememberedObject {
                state: FileState(state),
                bytes: unsigned(row.get(2)?),
                suppressed: unsigned(row.get(3)?),
                findings: Vec::new(),
            };
            objects.insert(row.get_ref(0)?.as_blob()?.into(), object);
        }
        self.add_findings((root, rule_set), &mut objects)?;
        Ok(objects)
    }

    /// Adds to each object the findings that were observed when it was last looked at.
    fn add_findings(
        &self,
        scope: (i64, i64),
        objects: &mut HashMap<Box<[u8]>, RememberedObject>,
    ) -> rusqlite::Result<()> {
        if objects.is_empty() {
            return Ok(());
        }
        let sql = format!(
            "SELECT {FINDING_COLUMNS}, op.path AS object_path FROM (SELECT DISTINCT run_id FROM objects \
             WHERE root_id = ?1 AND rule_set_id = ?2) r \
             CROSS JOIN observations v ON v.run_id = r.run_id \
             CROSS JOIN occurrences o ON o.id = v.occurrence_id \
             JOIN objects b ON b.root_id = ?1 AND b.rule_set_id = ?2 AND b.path_id = o.object_id \
             AND b.run_id = v.run_id JOIN secrets s ON s.id = o.secret_id \
             JOIN paths p ON p.id = o.path_id JOIN paths op ON op.id = o.object_id \
             WHERE o.root_id = ?1 ORDER BY o.object_id, o.start, o.id"
        );
        let mut rules = RuleCache::default();
        let mut statement = self.connection.prepare(&sql)?;
        let mut rows = statement.query(scope)?;
        while let Some(row) = rows.next()? {
            let finding = finding_of(row, self, &mut rules)?;
            let object = row.get_ref("object_path")?.as_blob()?;
            if let Some(object) = objects.get_mut(object) {
                object.findings.push(finding);
            }
        }
        Ok(())
    }

    fn read_watermarks(
        &self,
        (root, rule_set): (i64, i64),
        start_set: &str,
    ) -> rusqlite::Result<Vec<Watermark>> {
        let sql = "SELECT ref, oid, run_id FROM watermarks \
                   WHERE root_id = ?1 AND rule_set_id = ?2 AND start_set = ?3 ORDER BY ref";
        let mut statement = self.connection.prepare(sql)?;
        let rows = statement.query_map(params![root, rule_set, start_set], |row| {
            Ok(Watermark { name: row.get(0)?, oid: row.get(1)?, run: row.get(2)? })
        })?;
        rows.collect()
    }

    /// The unkeyed hash of a secret that was sealed under our key.
    pub(crate) fn unseal(&self, sealed: &[u8; 32], secret: &[u8; 32]) -> NormHash {
        NormHash(self.keys.seal(sealed, secret))
    }
}

/// All ids of a repository, sorted, and how many rows they stand in.
fn read_seen(
    connection: &Connection,
    (root, rule_set): (i64, i64),
) -> rusqlite::Result<(SeenSet, usize)> {
    let sql = "SELECT oid_bytes, oids FROM seen_blobs WHERE root_id = ?1 AND rule_set_id = ?2 ORDER BY part";
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query((root, rule_set))?;
    let mut seen = SeenSet::default();
    let mut count = 0;
    while let Some(row) = rows.next()? {
        let oid_bytes = usize::try_from(row.get::<_, i64>(0)?).unwrap_or(0);
        let oids = row.get_ref(1)?.as_blob()?;
        let is_sound = oid_bytes > 0 && oids.len().is_multiple_of(oid_bytes);
        if !is_sound || (seen.oid_bytes != 0 && seen.oid_bytes != oid_bytes) {
            continue;
        }
        seen.oid_bytes = oid_bytes;
        count += 1;
        if seen.len() < SEEN_BLOBS_MAX {
            seen.oids.extend_from_slice(oids);
        }
    }
    if count > 1 {
        let mut sorted: Vec<&[u8]> = seen.oids.chunks_exact(seen.oid_bytes).collect();
        // Stable, because that kind of sorting is quick about rows that are sorted in themselves.
        sorted.sort();
        seen.oids = sorted.concat();
    }
    Ok((seen, count))
}

/// Puts the ids of many small rows into few large ones.
pub(crate) fn compact_seen_blobs(
    transaction: &Transaction<'_>,
    scope: (i64, i64),
) -> rusqlite::Result<()> {
    let sql = "SELECT count(*) FROM seen_blobs WHERE root_id = ?1 AND rule_set_id = ?2";
    let rows: i64 = transaction.prepare_cached(sql)?.query_row(scope, |row| row.get(0))?;
    let rows = usize::try_from(rows).unwrap_or(0);
    let (seen, _) = match rows {
        0..=SEEN_ROWS_MAX => return Ok(()),
        _ => read_seen(transaction, scope)?,
    };
    if rows <= seen.len().div_ceil(SEEN_BLOBS_PER_ROW) + SEEN_ROWS_MAX {
        return Ok(());
    }
    transaction.execute("DELETE FROM seen_blobs WHERE root_id = ?1 AND rule_set_id = ?2", scope)?;
    put_seen_blobs(transaction, scope, seen.oid_bytes, &seen.oids)
}

/// Replaces the files without findings; parts that are the same are not written.
pub(crate) fn put_clean_files(
    transaction: &Transaction<'_>,
    (root, rule_set): (i64, i64),
    states: &[FileState],
) -> rusqlite::Result<()> {
    let mut sorted: Vec<[u8; STATE_BYTES]> = states.iter().map(|state| state.0).collect();
    sorted.truncate(CLEAN_FILES_MAX);
    sorted.sort_unstable();
    sorted.dedup();
    let known =
        "SELECT states = ?4 FROM clean_files WHERE root_id = ?1 AND rule_set_id = ?2 AND part = ?3";
    let put = "INSERT INTO clean_files (root_id, rule_set_id, part, states) VALUES (?1, ?2, ?3, ?4) \
               ON CONFLICT DO UPDATE SET states = excluded.states";
    let mut known = transaction.prepare_cached(known)?;
    let mut put = transaction.prepare_cached(put)?;
    let mut from = 0;
    for part in 0..CLEAN_PARTS {
        let to = from + sorted[from..].partition_point(|state| usize::from(state[0]) <= part);
        let bytes = sorted[from..to].as_flattened();
        from = to;
        let values = params![root, rule_set, signed(part as u64), bytes];
        let is_same: Option<bool> = known.query_row(values, |row| row.get(0)).optional()?;
        if is_same == Some(true) || (is_same.is_none() && bytes.is_empty()) {
            continue;
        }
        put.execute(values)?;
    }
    Ok(())
}

/// Adds ids of git objects, sorted, in rows of bounded size.
pub(crate) fn put_seen_blobs(
    transaction: &Transaction<'_>,
    (root, rule_set): (i64, i64),
    oid_bytes: usize,
    oids: &[u8],
) -> rusqlite::Result<()> {
    if oid_bytes == 0 {
        return Ok(());
    }
    let mut sorted: Vec<&[u8]> = oids.chunks_exact(oid_bytes).collect();
    sorted.sort_unstable();
    sorted.dedup();
    let sql = "INSERT INTO seen_blobs (root_id, rule_set_id, part, oid_bytes, oids) VALUES (?1, ?2, \
               (SELECT coalesce(max(part), 0) + 1 FROM seen_blobs WHERE root_id = ?1 AND rule_set_id = ?2), ?3, ?4)";
    for row in sorted.chunks(SEEN_BLOBS_PER_ROW) {
        let values = params![root, rule_set, signed(oid_bytes as u64), row.concat()];
        transaction.prepare_cached(sql)?.execute(values)?;
    }
    Ok(())
}

/// Replaces the marks of a start set.
pub(crate) fn put_watermarks(
    transaction: &Transaction<'_>,
    (root, rule_set): (i64, i64),
    run: i64,
    marks: &Marks,
) -> rusqlite::Result<()> {
    let clear = "DELETE FROM watermarks WHERE root_id = ?1 AND rule_set_id = ?2 AND start_set = ?3";
    transaction.execute(clear, params![root, rule_set, marks.start_set])?;
    let put = "INSERT INTO watermarks (root_id, rule_set_id, start_set, ref, oid, run_id) \
               VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT DO UPDATE SET oid = excluded.oid, run_id = excluded.run_id";
    for (name, oid) in &marks.refs {
        let values = params![root, rule_set, marks.start_set, name, oid, run];
        transaction.prepare_cached(put)?.execute(values)?;
    }
    Ok(())
}

/// Forgets what is remembered for all but the latest rule sets of a root.
pub(crate) fn trim_rule_sets(transaction: &Transaction<'_>, root: i64) -> rusqlite::Result<()> {
    let old = "SELECT rule_set_id FROM runs WHERE root_id = ?1 GROUP BY rule_set_id \
               ORDER BY max(id) DESC LIMIT -1 OFFSET ?2";
    let mut statement = transaction.prepare_cached(old)?;
    let keep = signed(RULE_SETS_PER_ROOT_MAX as u64);
    let old: Vec<i64> =
        statement.query_map((root, keep), |row| row.get(0))?.collect::<rusqlite::Result<_>>()?;
    for rule_set in old {
        for table in ["objects", "clean_files", "seen_blobs", "watermarks"] {
            let sql = format!("DELETE FROM {table} WHERE root_id = ?1 AND rule_set_id = ?2");
            transaction.execute(&sql, (root, rule_set))?;
        }
    }
    Ok(())
}

/// The findings of an object under the path that this run shows it by.
pub fn shown_under(findings: &[Finding], stored: &[u8], shown: &ObjectPath) -> Vec<Finding> {
    let mut out = findings.to_vec();
    for finding in &mut out {
        let path = finding.path.as_bytes();
        let below = path.strip_prefix(stored).unwrap_or(b"");
        finding.path = ObjectPath::new(&[shown.as_bytes(), below].concat());
    }
    out
}
