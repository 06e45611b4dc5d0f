//! What a run over history need not look at again.
//!
//! Ids of objects without findings hold for as long as the rule set does. Ids of objects with findings, and the findings
//! themselves, hold only while every reference names what it named when they were told, for a new commit may change who
//! was first, and what is still in the work tree.
//!
//! Whether that is so is told by one hash of all marks, and packs that were seen whole by their checksums. So a run over a
//! history that has not changed reads neither the ids of its objects, some megabytes, nor its marks, some ten thousand rows.

use std::cmp::Ordering;
use std::collections::HashMap;
use std::sync::OnceLock;

use rusqlite::{Connection, OpenFlags, OptionalExtension as _, Transaction, params};
use scanner_core::{Finding, Place};

use super::insert::{signed, unsigned};
use super::open::{Store, StoreOptions};
use super::reader::{FINDING_COLUMNS, RuleCache, finding_of};
use super::records::order_of;
use super::writer::{HistoryEnd, RootName};
use crate::limits::{SEEN_BLOBS_MAX, SEEN_BLOBS_PER_ROW};
use crate::{RuleSetHash, StoreError};

/// Rows of ids that are not worth putting together.
const SEEN_ROWS_MAX: usize = 16;

/// Ids of git objects.
#[derive(Debug, Default)]
pub struct SeenSet {
    oid_bytes: usize,
    /// Sorted.
    oids: Vec<u8>,
}

impl SeenSet {
    /// Whether the id is one of them.
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

/// Objects without findings. Their ids are read when somebody asks for the first of them, by a connection of its own.
#[derive(Debug, Default)]
pub struct CleanObjects {
    count: usize,
    place: Option<(StoreOptions, (i64, i64))>,
    ids: OnceLock<SeenSet>,
}

impl CleanObjects {
    /// Whether the object is one of them. Where the ids cannot be read none is, and all are scanned again.
    pub fn contains(&self, oid: &[u8]) -> bool {
        self.count > 0 && self.ids.get_or_init(|| self.read().unwrap_or_default()).contains(oid)
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.count
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// What others have added meanwhile is as true as what was there.
    fn read(&self) -> rusqlite::Result<SeenSet> {
        let Some((options, scope)) = &self.place else { return Ok(SeenSet::default()) };
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(&options.path, flags)?;
        connection.busy_timeout(options.busy_timeout)?;
        read_seen(&connection, *scope, Which::Clean)
    }
}

/// The run that told everything, what made the history then, and the packs that were seen whole.
struct Told {
    run: i64,
    marks: Option<[u8; 32]>,
    packs: Vec<Vec<u8>>,
}

/// What earlier runs know of a history.
#[derive(Debug, Default)]
pub struct History {
    /// Objects without findings.
    pub clean: CleanObjects,
    /// Objects with findings; they are in `findings` while the history is that of `marks`.
    pub found: SeenSet,
    /// The hash of what made the history when the run that told the findings was complete.
    pub marks: Option<[u8; 32]>,
    /// Checksums of packs of which that run looked at every object, or knew it.
    pub packs: Vec<Vec<u8>>,
    /// Its findings in history with their places, also those that were silenced.
    pub findings: Vec<Finding>,
    /// Findings in history that its rules silenced.
    pub suppressed: u64,
}

impl Store {
    /// What is known of a history that begins at `start_set`.
    ///
    /// # Errors
    ///
    /// The store cannot be read.
    pub fn history(
        &self,
        root: &RootName,
        rule_set: &RuleSetHash,
        start_set: &str,
    ) -> Result<History, StoreError> {
        let Some(scope) = self.scope(root, rule_set)? else { return Ok(History::default()) };
        self.read_history(scope, start_set).map_err(|source| self.fail(source))
    }

    fn read_history(&self, scope: (i64, i64), start_set: &str) -> rusqlite::Result<History> {
        let clean = self.clean_objects(scope)?;
        let Some(Told { run, marks, packs }) = self.read_marks(scope, start_set)? else {
            return Ok(History { clean, ..History::default() });
        };
        let found = read_seen(&self.connection, scope, Which::FoundBy(run))?;
        let sql = "SELECT history_suppressed FROM runs WHERE id = ?1";
        let suppressed = unsigned(self.connection.query_row(sql, [run], |row| row.get(0))?);
        let findings = self.findings_in_history(run)?;
        Ok(History { clean, found, marks, packs, findings, suppressed })
    }

    fn clean_objects(&self, scope: (i64, i64)) -> rusqlite::Result<CleanObjects> {
        if self.is_copy {
            // Nobody else could read it.
            let ids = read_seen(&self.connection, scope, Which::Clean)?;
            return Ok(CleanObjects { count: ids.len(), place: None, ids: OnceLock::from(ids) });
        }
        // The length of a value is known without its bytes. No id stands in two rows.
        let sql = "SELECT coalesce(sum(length(oids) / oid_bytes), 0) FROM seen_blobs \
                   WHERE root_id = ?1 AND rule_set_id = ?2 AND found = 0";
        let count: i64 = self.connection.query_row(sql, scope, |row| row.get(0))?;
        let count = usize::try_from(count).unwrap_or(0).min(SEEN_BLOBS_MAX);
        Ok(CleanObjects { count, place: Some((self.options.clone(), scope)), ids: OnceLock::new() })
    }

    fn read_marks(
        &self,
        (root, rule_set): (i64, i64),
        start_set: &str,
    ) -> rusqlite::Result<Option<Told>> {
        // A run that ended a moment ago, and whose findings wait in a journal, tells nothing yet.
        let sql = "SELECT run_id, marks, packs FROM histories \
                   WHERE root_id = ?1 AND rule_set_id = ?2 AND start_set = ?3 \
                   AND NOT EXISTS (SELECT 1 FROM runs WHERE id = run_id AND journal != 0)";
        let read = |row: &rusqlite::Row<'_>| {
            let marks = row.get_ref(1)?.as_blob()?.try_into().ok();
            let packs = split_packs(row.get_ref(2)?.as_blob()?);
            Ok(Told { run: row.get(0)?, marks, packs })
        };
        self.connection.query_row(sql, params![root, rule_set, start_set], read).optional()
    }

    fn findings_in_history(&self, run: i64) -> rusqlite::Result<Vec<Finding>> {
        let sql = format!(
            "SELECT {FINDING_COLUMNS} FROM observations v JOIN occurrences o ON o.id = v.occurrence_id \
             JOIN secrets s ON s.id = o.secret_id JOIN paths p ON p.id = o.path_id \
             WHERE v.run_id = ?1 AND o.source = 'git' ORDER BY o.id"
        );
        let mut rules = RuleCache::default();
        let mut statement = self.connection.prepare(&sql)?;
        let mut rows = statement.query([run])?;
        let mut ordered = Vec::new();
        while let Some(row) = rows.next()? {
            let at = order_of(row.get_ref("origin")?.as_str()?);
            ordered.push((at, finding_of(row, self, &mut rules)?));
        }
        ordered.sort_by_key(|(at, _)| *at);
        Ok(together(ordered))
    }
}

/// Puts places behind the finding that they were told with.
fn together(ordered: Vec<(usize, Finding)>) -> Vec<Finding> {
    let mut index = HashMap::new();
    let mut findings: Vec<Finding> = Vec::new();
    for (at, finding) in ordered {
        let key = (finding.rule.id.clone(), finding.norm_hash);
        match index.get(&key) {
            Some(&known) if at > 0 => {
                let first: &mut Finding = &mut findings[known];
                let Finding { path, location, modified, git, .. } = finding;
                first.places.push(Place { path, location, modified, git });
            }
            _ => {
                index.insert(key, findings.len());
                findings.push(finding);
            }
        }
    }
    findings
}

/// Checksums one after the other, each behind its length.
fn join_packs(packs: &[Vec<u8>]) -> Vec<u8> {
    let mut joined = Vec::new();
    for pack in packs {
        if let Ok(bytes) = u8::try_from(pack.len()) {
            joined.push(bytes);
            joined.extend_from_slice(pack);
        }
    }
    joined
}

/// The checksums up to where they are not as they were written.
fn split_packs(mut joined: &[u8]) -> Vec<Vec<u8>> {
    let mut packs = Vec::new();
    while let Some((bytes, rest)) = joined.split_first() {
        let Some((pack, rest)) = rest.split_at_checked(usize::from(*bytes)) else { break };
        packs.push(pack.to_vec());
        joined = rest;
    }
    packs
}

/// Which ids are read.
#[derive(Clone, Copy)]
enum Which {
    Clean,
    /// With findings, told by this run or before it: later ones may stand for findings that it does not know.
    FoundBy(i64),
}

fn read_seen(
    connection: &Connection,
    (root, rule_set): (i64, i64),
    which: Which,
) -> rusqlite::Result<SeenSet> {
    let (found, until) = match which {
        Which::Clean => (false, i64::MAX),
        Which::FoundBy(run) => (true, run),
    };
    let sql = "SELECT oid_bytes, oids FROM seen_blobs \
               WHERE root_id = ?1 AND rule_set_id = ?2 AND found = ?3 AND run_id <= ?4 ORDER BY part";
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query((root, rule_set, found, until))?;
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
    if count > 1 && !seen.oids.chunks_exact(seen.oid_bytes).is_sorted() {
        let mut sorted: Vec<&[u8]> = seen.oids.chunks_exact(seen.oid_bytes).collect();
        // Stable, because that kind of sorting is quick about rows that are sorted in themselves.
        sorted.sort();
        sorted.dedup();
        seen.oids = sorted.concat();
    }
    Ok(seen)
}

/// Ids on their way into the store.
#[derive(Debug)]
pub(crate) struct SeenIds {
    /// Bytes of one.
    pub(crate) oid_bytes: usize,
    /// One after the other.
    pub(crate) oids: Vec<u8>,
    /// Whether they have findings.
    pub(crate) found: bool,
}

/// Adds ids, sorted, in rows of bounded size. Ids without findings that are there already, as another run over the same
/// history may have left them meanwhile, are left out.
pub(crate) fn put_seen_blobs(
    transaction: &Transaction<'_>,
    (root, rule_set): (i64, i64),
    run: i64,
    ids: &SeenIds,
) -> rusqlite::Result<()> {
    if ids.oid_bytes == 0 {
        return Ok(());
    }
    let mut sorted: Vec<&[u8]> = ids.oids.chunks_exact(ids.oid_bytes).collect();
    sorted.sort_unstable();
    sorted.dedup();
    if !ids.found {
        let known = read_seen(transaction, (root, rule_set), Which::Clean)?;
        sorted.retain(|oid| !known.contains(oid));
    }
    let sql = "INSERT INTO seen_blobs (root_id, rule_set_id, part, run_id, found, oid_bytes, oids) VALUES (?1, ?2, \
               (SELECT coalesce(max(part), 0) + 1 FROM seen_blobs WHERE root_id = ?1 AND rule_set_id = ?2), \
               ?3, ?4, ?5, ?6)";
    for row in sorted.chunks(SEEN_BLOBS_PER_ROW) {
        let bytes = signed(ids.oid_bytes as u64);
        let values = params![root, rule_set, run, ids.found, bytes, row.concat()];
        transaction.prepare_cached(sql)?.execute(values)?;
    }
    Ok(())
}

/// Puts ids without findings of many small rows into few large ones.
pub(crate) fn compact_seen_blobs(
    transaction: &Transaction<'_>,
    scope: (i64, i64),
    run: i64,
) -> rusqlite::Result<()> {
    let sql =
        "SELECT count(*) FROM seen_blobs WHERE root_id = ?1 AND rule_set_id = ?2 AND found = 0";
    let rows: i64 = transaction.prepare_cached(sql)?.query_row(scope, |row| row.get(0))?;
    let rows = usize::try_from(rows).unwrap_or(0);
    if rows <= SEEN_ROWS_MAX {
        return Ok(());
    }
    let seen = read_seen(transaction, scope, Which::Clean)?;
    if rows <= seen.len().div_ceil(SEEN_BLOBS_PER_ROW) + SEEN_ROWS_MAX {
        return Ok(());
    }
    let clear = "DELETE FROM seen_blobs WHERE root_id = ?1 AND rule_set_id = ?2 AND found = 0";
    transaction.execute(clear, scope)?;
    let ids = SeenIds { oid_bytes: seen.oid_bytes, oids: seen.oids, found: false };
    put_seen_blobs(transaction, scope, run, &ids)
}

/// Replaces what is known of a history.
pub(crate) fn put_history(
    transaction: &Transaction<'_>,
    (root, rule_set): (i64, i64),
    run: i64,
    history: &HistoryEnd,
) -> rusqlite::Result<()> {
    let sql = "UPDATE runs SET history_suppressed = ?2 WHERE id = ?1";
    transaction.execute(sql, (run, signed(history.suppressed)))?;
    let start_set = &history.marks.start_set;
    let sql = "INSERT INTO histories (root_id, rule_set_id, start_set, run_id, marks, packs) \
               VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT DO UPDATE SET run_id = excluded.run_id, \
               marks = excluded.marks, packs = excluded.packs";
    let packs = join_packs(&history.packs);
    transaction.execute(sql, params![root, rule_set, start_set, run, history.marks.hash, packs])?;
    if history.is_same {
        return Ok(());
    }
    // All objects with findings were looked at again, and told again.
    let sql = "DELETE FROM seen_blobs WHERE root_id = ?1 AND rule_set_id = ?2 AND found = 1 AND run_id < ?3";
    transaction.execute(sql, (root, rule_set, run))?;
    let clear = "DELETE FROM watermarks WHERE root_id = ?1 AND rule_set_id = ?2 AND start_set = ?3";
    transaction.execute(clear, params![root, rule_set, start_set])?;
    let put = "INSERT INTO watermarks (root_id, rule_set_id, start_set, ref, oid) VALUES (?1, ?2, ?3, ?4, ?5) \
               ON CONFLICT DO UPDATE SET oid = excluded.oid";
    for (name, oid) in &history.marks.refs {
        let values = params![root, rule_set, start_set, name, oid];
        transaction.prepare_cached(put)?.execute(values)?;
    }
    Ok(())
}
