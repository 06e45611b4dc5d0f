//! Folding: rows are made of journals, at the end of a small run by its writer, else by whoever opens the store next.
//!
//! A step is one transaction: some records, and how far the journal is read. So a process that dies has lost nothing and
//! done nothing twice, and several may fold at once. Rows are as they would be had the run written them; all of it happens
//! before anything is read. Foreign keys are not checked row by row meanwhile: every id that is written was looked up or made in the same
//! transaction, and `store check` reads them all.
//!
//! A journal of an ended run that is not as its run left it (gone, cut, altered) is read as far as it goes. The run is
//! then incomplete, says so, and nothing is taken for scanned that its root and rule set knew.

use std::path::PathBuf;
use std::sync::Arc;

use rusqlite::{Connection, OptionalExtension as _, Transaction, TransactionBehavior, params};

use super::insert::{Inserter, signed, unsigned};
use super::journal::{JournalReader, Next, journal_path, read_entries};
use super::open::Store;
use crate::Keys;
use crate::limits::STEP_BYTES_MAX;

/// Where journals are, and with which keys they were written.
#[derive(Debug)]
pub(super) struct Folder {
    pub(super) store: PathBuf,
    pub(super) keys: Arc<Keys>,
    /// Whether journals stay when all of them is in tables, as where the tables are a copy.
    pub(super) keeps_files: bool,
}

/// What the database knows of a journal.
struct Waiting {
    token: String,
    is_running: bool,
    bytes: u64,
    findings: u64,
    folded: u64,
}

/// How a step ended.
enum Step {
    /// There is more.
    More,
    /// Nothing waits any more.
    Done,
}

impl Store {
    /// Whether a run waits for its journal to be folded.
    pub(super) fn is_waiting(&self) -> rusqlite::Result<bool> {
        let sql = "SELECT EXISTS (SELECT 1 FROM runs WHERE journal != 0)";
        self.connection.query_row(sql, [], |row| row.get(0))
    }

    /// Makes rows of all journals whose runs have ended.
    pub(super) fn fold_journals(&mut self) -> rusqlite::Result<()> {
        let sql = "SELECT id FROM runs WHERE journal != 0 AND status != 'running'";
        let waiting: Vec<i64> = {
            let mut statement = self.connection.prepare(sql)?;
            statement.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?
        };
        if waiting.is_empty() {
            return Ok(());
        }
        let folder = Folder {
            store: self.options.path.clone(),
            keys: Arc::clone(&self.keys),
            keeps_files: self.is_copy,
        };
        self.connection.pragma_update(None, "foreign_keys", false)?;
        let outcome = waiting.iter().try_for_each(|run| folder.fold(&mut self.connection, *run));
        self.connection.pragma_update(None, "foreign_keys", true)?;
        outcome?;
        // Planning statistics go stale slowly; the database decides whether it is time.
        self.connection.execute_batch("PRAGMA optimize")
    }
}

impl Folder {
    /// Folds the journal of a run that has ended.
    fn fold(&self, connection: &mut Connection, run: i64) -> rusqlite::Result<()> {
        let mut inserter = None;
        loop {
            let transaction =
                connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let Some(waiting) = waiting(&transaction, run)? else { return Ok(()) };
            let inserter = match &mut inserter {
                Some(inserter) => inserter,
                none => none.insert(Inserter::of_run(&transaction, run)?),
            };
            let step = self.step(&transaction, inserter, &waiting)?;
            transaction.commit()?;
            if matches!(step, Step::Done) {
                if !self.keeps_files {
                    // A file that stays behind is litter, which `gc` removes.
                    let _ = std::fs::remove_file(journal_path(&self.store, &waiting.token));
                }
                return Ok(());
            }
        }
    }

    /// Folds what a run that is about to end has written so far: `bytes` of its journal.
    pub(super) fn fold_own(
        &self,
        transaction: &Transaction<'_>,
        inserter: &mut Inserter,
        (token, bytes): (&str, u64),
    ) -> rusqlite::Result<()> {
        let mut reader = self.open(token, 0)?;
        while reader.at() < bytes && matches!(reader.next().map_err(as_error)?, Next::Record) {
            self.record(transaction, inserter, reader.payload())?;
        }
        let sql = "UPDATE runs SET journal_folded = ?2 WHERE id = ?1";
        transaction.execute(sql, (inserter.run, signed(reader.at())))?;
        Ok(())
    }

    fn step(
        &self,
        transaction: &Transaction<'_>,
        inserter: &mut Inserter,
        waiting: &Waiting,
    ) -> rusqlite::Result<Step> {
        let mut reader = self.open(&waiting.token, waiting.folded)?;
        let start = reader.at();
        let mut is_whole = true;
        let mut is_at_end = false;
        while reader.at() - start < STEP_BYTES_MAX && is_whole && !is_at_end {
            match reader.next().map_err(as_error)? {
                Next::Record => is_whole = self.record(transaction, inserter, reader.payload())?,
                Next::End => is_at_end = true,
            }
        }
        if is_whole && !is_at_end {
            let sql = "UPDATE runs SET journal_folded = ?2 WHERE id = ?1";
            transaction.execute(sql, (inserter.run, signed(reader.at())))?;
            return Ok(Step::More);
        }
        if !is_whole || reader.at() < waiting.bytes {
            note_damage(transaction, inserter, waiting)?;
        }
        transaction.execute("UPDATE runs SET journal = 0 WHERE id = ?1", [inserter.run])?;
        Ok(Step::Done)
    }

    fn open(&self, token: &str, folded: u64) -> rusqlite::Result<JournalReader> {
        JournalReader::open(&self.store, token, self.keys.journals(), folded).map_err(as_error)
    }

    /// Whether the record is one that we know how to read.
    fn record(
        &self,
        transaction: &Transaction<'_>,
        inserter: &mut Inserter,
        payload: &[u8],
    ) -> rusqlite::Result<bool> {
        let read = read_entries(payload, |entry| inserter.entry(transaction, &self.keys, entry));
        read.map(|whole| whole.is_some())
    }
}

/// What a run's journal holds; `None` where nothing waits, as when another process was faster.
fn waiting(connection: &Connection, run: i64) -> rusqlite::Result<Option<Waiting>> {
    let sql = "SELECT token, status = 'running', journal_bytes, journal_findings, journal_folded FROM runs \
               WHERE id = ?1 AND journal != 0";
    let read = |row: &rusqlite::Row<'_>| {
        Ok(Waiting {
            token: row.get(0)?,
            is_running: row.get(1)?,
            bytes: unsigned(row.get(2)?),
            findings: unsigned(row.get(3)?),
            folded: unsigned(row.get(4)?),
        })
    };
    let found = connection.query_row(sql, [run], read).optional()?;
    Ok(found.filter(|waiting| !waiting.is_running))
}

/// The run is not what it said; and what was taken for scanned is not, for its findings may be those that are missing.
fn note_damage(
    transaction: &Transaction<'_>,
    inserter: &Inserter,
    waiting: &Waiting,
) -> rusqlite::Result<()> {
    let sql = "SELECT count(*) FROM observations WHERE run_id = ?1";
    let stored: i64 = transaction.query_row(sql, [inserter.run], |row| row.get(0))?;
    let lost = waiting.findings.saturating_sub(unsigned(stored));
    let warning = format!(
        "the journal of run {} was damaged: {lost} of its findings are not in the store",
        inserter.run
    );
    let sql = "UPDATE runs SET status = CASE status WHEN 'failed' THEN status ELSE 'incomplete' END, \
               lost = lost + ?2, warnings = json_insert(warnings, '$[#]', ?3) WHERE id = ?1";
    transaction.execute(sql, params![inserter.run, signed(lost), warning])?;
    for table in ["objects", "clean_files", "seen_blobs", "watermarks", "histories"] {
        let sql = format!("DELETE FROM {table} WHERE root_id = ?1 AND rule_set_id = ?2");
        transaction.execute(&sql, (inserter.root, inserter.rule_set))?;
    }
    Ok(())
}

/// Runs whose journals are not folded yet.
pub(super) fn waiting_tokens(connection: &Connection) -> rusqlite::Result<Vec<String>> {
    let mut statement = connection.prepare("SELECT token FROM runs WHERE journal != 0")?;
    statement.query_map([], |row| row.get(0))?.collect()
}

/// A journal that the system does not let us read is an error like the database's own.
fn as_error(error: std::io::Error) -> rusqlite::Error {
    rusqlite::Error::ToSqlConversionFailure(Box::new(error))
}
