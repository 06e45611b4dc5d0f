//! Numbered migrations: `PRAGMA user_version` says how many have been applied. Each is one transaction, so that a
//! process that dies in the middle leaves the version before.

use rusqlite::{Connection, TransactionBehavior};

/// All migrations, oldest first. What was released is never changed; a change is a new file.
const MIGRATIONS: &[&str] = &[
    include_str!("migrations/0001_init.sql"),
    include_str!("migrations/0002_archive_entries.sql"),
    include_str!("migrations/0003_modified.sql"),
    include_str!("migrations/0004_journals.sql"),
];

/// The version that this program writes.
#[expect(clippy::cast_possible_wrap, reason = "a handful of files")]
pub(crate) const VERSION: i64 = MIGRATIONS.len() as i64;

/// Marks the file as ours ("SCRS").
pub(crate) const APPLICATION_ID: i64 = 0x5343_5253;

/// The version of the file; 0 where nothing was applied yet.
pub(crate) fn version(connection: &Connection) -> rusqlite::Result<i64> {
    connection.query_row("PRAGMA user_version", [], |row| row.get(0))
}

/// Applies what is missing. Two processes may do this at once: the second finds nothing left to do.
pub(crate) fn migrate(connection: &mut Connection) -> rusqlite::Result<()> {
    loop {
        if version(connection)? >= VERSION {
            return Ok(());
        }
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let applied = version(&transaction)?;
        let next = usize::try_from(applied).ok().and_then(|index| MIGRATIONS.get(index));
        if let Some(script) = next {
            transaction.execute_batch(script)?;
            transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
            transaction.pragma_update(None, "user_version", applied + 1)?;
        }
        transaction.commit()?;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn migrating_twice_changes_nothing() {
        let mut connection = Connection::open_in_memory().unwrap();
        migrate(&mut connection).unwrap();
        let tables = |c: &Connection| -> i64 {
            c.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0)).unwrap()
        };
        let before = tables(&connection);
        migrate(&mut connection).unwrap();
        assert_eq!((version(&connection).unwrap(), tables(&connection)), (VERSION, before));
    }

    #[test]
    fn every_table_is_strict() {
        let mut connection = Connection::open_in_memory().unwrap();
        migrate(&mut connection).unwrap();
        let loose: i64 = connection
            .query_row(
                "SELECT count(*) FROM pragma_table_list WHERE schema = 'main' AND strict = 0 \
                 AND name NOT LIKE 'sqlite_%'",
                [],
                |row| row.get(0),
            )
            .unwrap();
        assert_eq!(loose, 0);
    }
}
