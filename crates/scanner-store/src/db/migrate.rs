//! Numbered migrations: `PRAGMA user_version` says how many have been applied. Each is one transaction, so that a
//! process that dies in the middle leaves the version before.
//!
//! A new store is made in one step, with the tables that all migrations together make: adding columns to tables that are
//! there costs the database a look at the whole schema each time.

use rusqlite::{Connection, TransactionBehavior};

/// All migrations, oldest first. What was released is never changed; a change is a new file.
const MIGRATIONS: &[&str] = &[
    include_str!("migrations/0001_init.sql"),
    include_str!("migrations/0002_archive_entries.sql"),
    include_str!("migrations/0003_modified.sql"),
    include_str!("migrations/0004_journals.sql"),
    include_str!("migrations/0005_folders.sql"),
    include_str!("migrations/0006_parts.sql"),
    include_str!("migrations/0007_history_marks.sql"),
];

/// The tables of a new store, as all migrations leave them.
const SCHEMA: &str = include_str!("migrations/schema.sql");

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
        let next = match next {
            Some(_) if applied == 0 => Some((SCHEMA, VERSION)),
            next => next.map(|script| (*script, applied + 1)),
        };
        if let Some((script, version)) = next {
            transaction.execute_batch(script)?;
            transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
            transaction.pragma_update(None, "user_version", version)?;
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

    /// What a database knows of its tables: of each its columns, of each index its columns, of each reference its end.
    fn facts(connection: &Connection) -> Vec<String> {
        let sql = "SELECT t.name || '|' || t.wr || t.strict || '|' || c.name || '|' || c.type || c.\"notnull\" \
                   || ifnull(c.dflt_value, '-') || c.pk FROM pragma_table_list t, pragma_table_xinfo(t.name) c \
                   WHERE t.schema = 'main' \
                   UNION ALL SELECT m.name || '|' || ifnull(i.name, '-') || i.seqno || '|' || ifnull(m.sql, '-') \
                   FROM sqlite_schema m, pragma_index_info(m.name) i WHERE m.type = 'index' \
                   UNION ALL SELECT m.name || '|' || f.\"from\" || f.\"table\" || f.on_delete \
                   FROM sqlite_schema m, pragma_foreign_key_list(m.name) f WHERE m.type = 'table' ORDER BY 1";
        let mut statement = connection.prepare(sql).unwrap();
        let rows = statement.query_map([], |row| row.get(0)).unwrap();
        rows.collect::<rusqlite::Result<_>>().unwrap()
    }

    #[test]
    fn a_new_store_has_what_all_migrations_make_and_the_same_checks() {
        let mut new = Connection::open_in_memory().unwrap();
        migrate(&mut new).unwrap();
        let old = Connection::open_in_memory().unwrap();
        for script in MIGRATIONS {
            old.execute_batch(script).unwrap();
        }
        assert_eq!(facts(&new), facts(&old));
        let checks = |connection: &Connection| -> i64 {
            let sql = "SELECT count(*) FROM sqlite_schema WHERE sql LIKE '%CHECK (%'";
            connection.query_row(sql, [], |row| row.get(0)).unwrap()
        };
        assert_eq!(checks(&new), checks(&old));
    }

    #[test]
    fn a_store_of_every_older_version_is_brought_up_to_date() {
        let mut new = Connection::open_in_memory().unwrap();
        migrate(&mut new).unwrap();
        for applied in 1..MIGRATIONS.len() {
            let mut old = Connection::open_in_memory().unwrap();
            for script in &MIGRATIONS[..applied] {
                old.execute_batch(script).unwrap();
            }
            old.pragma_update(None, "user_version", i64::try_from(applied).unwrap()).unwrap();
            migrate(&mut old).unwrap();
            assert_eq!((version(&old).unwrap(), facts(&old)), (VERSION, facts(&new)));
        }
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
