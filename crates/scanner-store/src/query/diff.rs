//! `store diff A B`: what is new, what is gone, what stayed.
//!
//! Compared are secrets by rule, not places: code that moves changes nothing.

use std::collections::BTreeMap;

use rusqlite::Row;
use scanner_core::ObjectPath;
use serde::Serialize;

use crate::db::{severity_of, unsigned};
use crate::{SecretHash, Store, StoreError};

/// What became of a secret from one run to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Change {
    /// Only the later run has it.
    New,
    /// Only the earlier run had it.
    Resolved,
    /// Both have it.
    Unchanged,
}

impl Change {
    /// The word used in listings.
    pub const fn name(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Resolved => "resolved",
            Self::Unchanged => "unchanged",
        }
    }
}

/// A row.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct DiffRow {
    /// What became of it.
    pub change: Change,
    /// The rule.
    pub rule: String,
    /// How bad.
    pub severity: &'static str,
    /// The path of its first place.
    pub path: String,
    /// The line of its first place.
    pub line: u64,
    /// Places.
    pub places: u64,
    /// The secret, redacted.
    pub redacted: String,
    /// Hash of the secret.
    pub secret: String,
}

/// The secret and its rule, as the store numbers them.
type Key = (i64, i64);

impl Store {
    /// What changed from the run `from` to the run `to`, sorted. Findings that were silenced do not count.
    ///
    /// # Errors
    ///
    /// There is no such run, or the store cannot be read.
    pub fn diff(&self, from: i64, to: i64) -> Result<Vec<DiffRow>, StoreError> {
        self.run(from)?;
        self.run(to)?;
        let read = |run| self.secrets_of_run(run).map_err(|source| self.fail(source));
        let (mut before, after) = (read(from)?, read(to)?);
        let mut rows = Vec::with_capacity(after.len());
        for (key, row) in after {
            let change =
                if before.remove(&key).is_some() { Change::Unchanged } else { Change::New };
            rows.push(DiffRow { change, ..row });
        }
        rows.extend(before.into_values().map(|row| DiffRow { change: Change::Resolved, ..row }));
        rows.sort();
        Ok(rows)
    }

    fn secrets_of_run(&self, run: i64) -> rusqlite::Result<BTreeMap<Key, DiffRow>> {
        // The bare columns of a query with one min() are those of the row that has it.
        let sql = "SELECT o.secret_id, o.rule_id, r.rule, r.severity, p.path, o.line, s.redacted, s.hash, \
                   count(*), min(p.path) FROM observations v JOIN occurrences o ON o.id = v.occurrence_id \
                   JOIN rules r ON r.id = o.rule_id JOIN secrets s ON s.id = o.secret_id \
                   JOIN paths p ON p.id = o.path_id WHERE v.run_id = ?1 AND v.silenced = 0 GROUP BY 1, 2";
        let mut statement = self.connection.prepare(sql)?;
        let rows =
            statement.query_map([run], |row| Ok(((row.get(0)?, row.get(1)?), row_of(row)?)))?;
        rows.collect()
    }
}

fn row_of(row: &Row<'_>) -> rusqlite::Result<DiffRow> {
    Ok(DiffRow {
        change: Change::Unchanged,
        rule: row.get(2)?,
        severity: severity_of(row.get(3)?).name(),
        path: ObjectPath::new(row.get_ref(4)?.as_blob()?).to_string(),
        line: unsigned(row.get(5)?),
        places: unsigned(row.get(8)?),
        redacted: row.get(6)?,
        secret: SecretHash(row.get(7)?).to_hex(),
    })
}
