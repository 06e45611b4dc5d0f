//! What a run need not look at again: files without findings, and objects with theirs. For git see `watermark.rs`.
//!
//! Everything here belongs to one root and one rule set. Files without findings are in `clean_files.rs`.

use std::collections::HashMap;

use rusqlite::{OptionalExtension as _, Transaction, params};
use scanner_core::{FileState, Finding, NormHash};

use super::clean_files::CleanFiles;
use super::folders::{FolderEntries, Folders};
use super::insert::{signed, unsigned};
use super::open::Store;
use super::reader::{FINDING_COLUMNS, RuleCache, finding_of};
use super::writer::RootName;
use crate::limits::{OBJECTS_MAX, RULE_SETS_PER_ROOT_MAX};
use crate::{RuleSetHash, StoreError};

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
    clean: CleanFiles,
    folders: Folders,
    objects: HashMap<Box<[u8]>, RememberedObject>,
}

impl Remembered {
    /// The number of a file of this state, if it was scanned and had nothing to report.
    pub fn clean(&self, state: &FileState) -> Option<usize> {
        self.clean.find(state)
    }

    /// How many files had nothing to report; their numbers are below.
    pub fn clean_len(&self) -> usize {
        self.clean.len()
    }

    /// The state of the file of this number.
    ///
    /// # Panics
    ///
    /// No file has it.
    pub fn clean_state(&self, number: usize) -> FileState {
        self.clean.get(number)
    }

    /// The entries of a folder of this state, and its number.
    pub fn folder(&self, state: &FileState) -> Option<(usize, &[u8])> {
        self.folders.find(state)
    }

    /// All folders of which the entries are known, by number.
    pub fn folders(&self) -> &FolderEntries {
        &self.folders.all
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

    /// Whether no object is known.
    pub fn is_empty(&self) -> bool {
        self.clean.len() == 0 && self.objects.is_empty()
    }
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
        let folders = self.folders(scope).map_err(|source| self.fail(source))?;
        let objects = self.objects(scope).map_err(|source| self.fail(source))?;
        Ok(Remembered { clean, folders, objects })
    }

    pub(super) fn scope(
        &self,
        root: &RootName,
        rule_set: &RuleSetHash,
    ) -> Result<Option<(i64, i64)>, StoreError> {
        let sql = "SELECT r.id, s.id FROM roots r, rule_sets s WHERE r.kind = ?1 AND r.name = ?2 AND s.hash = ?3";
        let row = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get(1)?));
        let found = self.connection.query_row(sql, params![root.kind, root.name, rule_set.0], row);
        found.optional().map_err(|source| self.fail(source))
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

    /// The unkeyed hash of a secret that was sealed under our key.
    pub(crate) fn unseal(&self, sealed: &[u8; 32], secret: &[u8; 32]) -> NormHash {
        NormHash(self.keys.seal(sealed, secret))
    }
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
        let tables = ["objects", "clean_files", "folders", "seen_blobs", "watermarks", "histories"];
        for table in tables {
            let sql = format!("DELETE FROM {table} WHERE root_id = ?1 AND rule_set_id = ?2");
            transaction.execute(&sql, (root, rule_set))?;
        }
    }
    Ok(())
}
