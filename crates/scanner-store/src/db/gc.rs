//! `store gc`: forgetting old runs, and what nothing refers to any more.
//!
//! The latest ended run of each root always stays, and so do secrets about which somebody has decided.

use rusqlite::{Transaction, TransactionBehavior};

use super::fold::waiting_tokens;
use super::journal::sweep as sweep_journals;
use super::lock::RunLock;
use super::open::Store;
use super::unsigned;
use crate::StoreError;

/// Which runs stay.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keep {
    /// So many of each root, the latest.
    Latest(u32),
    /// Those that started at this time (seconds since 1970) or later.
    Since(u64),
}

/// What was forgotten.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct GcReport {
    /// Runs.
    pub runs: u64,
    /// Occurrences.
    pub occurrences: u64,
    /// Secrets.
    pub secrets: u64,
    /// Bytes given back to the system.
    pub bytes: u64,
}

impl Store {
    /// Forgets runs that `keep` does not keep.
    ///
    /// # Errors
    ///
    /// The store cannot be written; then nothing was forgotten.
    pub fn gc(&mut self, keep: Keep) -> Result<GcReport, StoreError> {
        let path = self.options.path.clone();
        self.collect(keep).map_err(|source| StoreError::database(&path, source))
    }

    fn collect(&mut self, keep: Keep) -> rusqlite::Result<GcReport> {
        let before = self.pages()?;
        let transaction =
            self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let mut report = GcReport { runs: forget_runs(&transaction, keep)?, ..GcReport::default() };
        let count = |sql: &str| transaction.execute(sql, []).map(|rows| rows as u64);
        report.occurrences = count(
            "DELETE FROM occurrences WHERE NOT EXISTS \
             (SELECT 1 FROM observations v WHERE v.occurrence_id = occurrences.id)",
        )?;
        count(
            "DELETE FROM secret_roots WHERE NOT EXISTS (SELECT 1 FROM occurrences o \
             WHERE o.secret_id = secret_roots.secret_id AND o.root_id = secret_roots.root_id)",
        )?;
        report.secrets = count(
            "DELETE FROM secrets WHERE NOT EXISTS (SELECT 1 FROM occurrences o WHERE o.secret_id = secrets.id) \
             AND NOT EXISTS (SELECT 1 FROM triage t WHERE t.secret_id = secrets.id)",
        )?;
        count(
            "UPDATE secrets SET root_count = \
             (SELECT count(*) FROM secret_roots r WHERE r.secret_id = secrets.id)",
        )?;
        for table in [
            "run_rules",
            "objects",
            "clean_files",
            "folders",
            "seen_blobs",
            "watermarks",
            "histories",
        ] {
            count(&format!(
                "DELETE FROM {table} WHERE rule_set_id NOT IN (SELECT rule_set_id FROM runs)"
            ))?;
        }
        count("DELETE FROM rule_sets WHERE id NOT IN (SELECT rule_set_id FROM runs)")?;
        count(
            "DELETE FROM paths WHERE id IN (SELECT id FROM paths EXCEPT SELECT path_id FROM occurrences \
             EXCEPT SELECT object_id FROM occurrences EXCEPT SELECT path_id FROM objects)",
        )?;
        RunLock::sweep(&self.options.path);
        sweep_journals(&self.options.path, &waiting_tokens(&transaction)?);
        transaction.commit()?;
        self.connection.execute_batch("PRAGMA incremental_vacuum")?;
        self.connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
        report.bytes = unsigned(before - self.pages()?);
        Ok(report)
    }

    fn pages(&self) -> rusqlite::Result<i64> {
        let sql = "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size";
        self.connection.query_row(sql, [], |row| row.get(0))
    }
}

/// Deletes runs; their observations and what was remembered by them go with them.
fn forget_runs(transaction: &Transaction<'_>, keep: Keep) -> rusqlite::Result<u64> {
    let latest = "id NOT IN (SELECT max(id) FROM runs WHERE status NOT IN ('running', 'failed') GROUP BY root_id) \
                  AND status != 'running'";
    let rows = match keep {
        Keep::Latest(count) => {
            let sql = format!(
                "DELETE FROM runs WHERE {latest} AND id NOT IN (SELECT id FROM (SELECT id, row_number() OVER \
                 (PARTITION BY root_id ORDER BY id DESC) AS place FROM runs) WHERE place <= ?1)"
            );
            transaction.execute(&sql, [count])?
        }
        Keep::Since(time) => {
            let sql = format!("DELETE FROM runs WHERE {latest} AND started < ?1");
            transaction.execute(&sql, [i64::try_from(time).unwrap_or(i64::MAX)])?
        }
    };
    Ok(rows as u64)
}
