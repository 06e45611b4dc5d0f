//! Opening a store: the file is ours or new, its version is known, its key is ours; runs whose process has died are
//! marked as failed, and rows are made of journals.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use rusqlite::backup::Backup;
use rusqlite::{Connection, OpenFlags, OptionalExtension as _};

use super::lock::RunLock;
use super::migrate::{APPLICATION_ID, VERSION, migrate, version};
use crate::{Keys, StoreError};

/// How long a statement waits for a lock, where nothing else is said.
pub const BUSY_TIMEOUT_DEFAULT: Duration = Duration::from_secs(5);

/// Between two tries to make a store that another process is making.
const BUSY_PAUSE: Duration = Duration::from_millis(3);

/// How a store is opened.
#[derive(Clone, Debug)]
pub struct StoreOptions {
    /// The file.
    pub path: PathBuf,
    /// How long a statement waits while another process holds the lock.
    pub busy_timeout: Duration,
    /// Pages of 4 KiB that the file may have; a full store refuses like a full disk.
    pub pages_max: Option<u32>,
}

impl StoreOptions {
    /// A store at this place, with the usual patience and no limit but the disk.
    pub fn at(path: &Path) -> Self {
        Self { path: path.to_owned(), busy_timeout: BUSY_TIMEOUT_DEFAULT, pages_max: None }
    }
}

/// An open store.
#[derive(Debug)]
pub struct Store {
    pub(crate) connection: Connection,
    pub(crate) options: StoreOptions,
    pub(crate) keys: Arc<Keys>,
    /// Whether this is a copy, to read from; what it was copied from stays as it is.
    pub(super) is_copy: bool,
}

impl Store {
    /// Opens a store for writing, and makes it with its folder where there is none.
    ///
    /// # Errors
    ///
    /// The key does not last or is another one, the file is not ours or newer, or the system refuses.
    pub fn open_or_create(options: &StoreOptions, keys: Arc<Keys>) -> Result<Self, StoreError> {
        let fail = |source| StoreError::File { path: options.path.clone(), source };
        if let Some(folder) = options.path.parent().filter(|f| !f.as_os_str().is_empty()) {
            make_private_folder(folder).map_err(fail)?;
        }
        make_private_file(&options.path).map_err(fail)?;
        let mut store = Self::open_with(options, keys)?;
        store.fold_journals().map_err(|source| store.fail(source))?;
        Ok(store)
    }

    /// Opens a store that exists, for reading and deciding. One that cannot be written is read only.
    ///
    /// # Errors
    ///
    /// As [`Store::open_or_create`], and where there is none.
    pub fn open(options: &StoreOptions, keys: Arc<Keys>) -> Result<Self, StoreError> {
        if !options.path.is_file() {
            return Err(StoreError::Missing { path: options.path.clone() });
        }
        let mut store = match Self::open_with(options, Arc::clone(&keys)) {
            Err(StoreError::Database { source, .. }) if is_read_only(&source) => {
                return Self::open_read_only(options, keys);
            }
            other => other?,
        };
        match store.fold_journals() {
            Err(source) if is_read_only(&source) || is_full(&source) => store.in_copy(),
            other => {
                other.map(|()| store).map_err(|source| StoreError::database(&options.path, source))
            }
        }
    }

    /// Opens a store on a medium that cannot be written. It has to be up to date.
    fn open_read_only(options: &StoreOptions, keys: Arc<Keys>) -> Result<Self, StoreError> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI;
        let name = options.path.to_string_lossy();
        // Beside a file that cannot be written no shared memory for the log can be made.
        let plain = name.replace('%', "%25").replace('?', "%3f").replace('#', "%23");
        let uri = format!("file:{plain}?immutable=1");
        let fail = |source| StoreError::database(&options.path, source);
        let connection = Connection::open_with_flags(uri, flags).map_err(fail)?;
        let store = Self { connection, options: options.clone(), keys, is_copy: false };
        store.check_owner()?;
        store.check_key()?;
        if store.is_waiting().map_err(fail)? { store.in_copy() } else { Ok(store) }
    }

    /// The store as it is with its journals folded, in a file of its own that goes when it is closed: for reading where
    /// the store itself cannot be written.
    fn in_copy(self) -> Result<Self, StoreError> {
        let copy = || -> rusqlite::Result<Connection> {
            let mut copy = Connection::open("")?;
            Backup::new(&self.connection, &mut copy)?.step(-1)?;
            copy.pragma_update(None, "temp_store", "MEMORY")?;
            Ok(copy)
        };
        let connection = copy().map_err(|source| self.fail(source))?;
        let mut copy = Self { connection, is_copy: true, ..self };
        let fold = |copy: &mut Self| -> rusqlite::Result<()> {
            copy.fail_dead_runs()?;
            copy.fold_journals()?;
            copy.connection.pragma_update(None, "query_only", true)
        };
        fold(&mut copy).map_err(|source| copy.fail(source))?;
        Ok(copy)
    }

    /// Opens a store as it is, journals and all.
    fn open_with(options: &StoreOptions, keys: Arc<Keys>) -> Result<Self, StoreError> {
        if let Some(problem) = keys.problem() {
            return Err(StoreError::NoLastingKey { problem });
        }
        let fail = |source| StoreError::database(&options.path, source);
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(&options.path, flags).map_err(fail)?;
        let mut store = Self { connection, options: options.clone(), keys, is_copy: false };
        store.connection.busy_timeout(options.busy_timeout).map_err(fail)?;
        store.check_owner()?;
        store.prepare().map_err(fail)?;
        store.check_key()?;
        store.fail_dead_runs().map_err(fail)?;
        Ok(store)
    }

    /// The file is new, or ours and not newer than we are.
    fn check_owner(&self) -> Result<(), StoreError> {
        let fail = |source| self.fail(source);
        let path = || self.options.path.clone();
        // All three as of one moment: somebody may be making the store right now.
        let moment = self.connection.unchecked_transaction().map_err(fail)?;
        let number = |sql: &str| moment.query_row(sql, [], |row| row.get(0));
        let tables: i64 = number("SELECT count(*) FROM sqlite_schema").map_err(fail)?;
        let owner: i64 = number("PRAGMA application_id").map_err(fail)?;
        let found = version(&moment).map_err(fail)?;
        drop(moment);
        if owner != APPLICATION_ID && (owner != 0 || found != 0 || tables != 0) {
            return Err(StoreError::NotAStore { path: path() });
        }
        if found > VERSION {
            return Err(StoreError::NewerVersion { path: path(), found, known: VERSION });
        }
        Ok(())
    }

    /// Settings and tables. Where several processes make a store at once the database does not wait for the lock of its
    /// own accord; whoever comes second tries again.
    fn prepare(&mut self) -> rusqlite::Result<()> {
        let started = Instant::now();
        loop {
            let outcome = self.configure().and_then(|()| migrate(&mut self.connection));
            match outcome {
                Err(error)
                    if StoreError::is_busy(&error)
                        && started.elapsed() < self.options.busy_timeout =>
                {
                    std::thread::sleep(BUSY_PAUSE);
                }
                other => return other,
            }
        }
    }

    fn configure(&self) -> rusqlite::Result<()> {
        let connection = &self.connection;
        // Takes effect in a new file only, and is written whenever it is said: pages that `gc` frees are given back step
        // by step.
        if version(connection)? == 0 {
            connection.pragma_update(None, "auto_vacuum", "INCREMENTAL")?;
        }
        connection.query_row("PRAGMA journal_mode = WAL", [], |_| Ok(()))?;
        connection.pragma_update(None, "synchronous", "NORMAL")?;
        connection.pragma_update(None, "foreign_keys", true)?;
        connection.pragma_update(None, "temp_store", "MEMORY")?;
        connection.pragma_update(None, "cache_size", -32 * 1024)?;
        connection.pragma_update(None, "wal_autocheckpoint", 8 * 1024)?;
        connection.pragma_update(None, "secure_delete", false)?;
        if let Some(pages) = self.options.pages_max {
            let set = format!("PRAGMA max_page_count = {pages}");
            connection.query_row(&set, [], |_| Ok(()))?;
        }
        connection.set_prepared_statement_cache_capacity(64);
        Ok(())
    }

    /// The key is the one that made the identities; a new store remembers ours.
    fn check_key(&self) -> Result<(), StoreError> {
        let ours = self.keys.id();
        let stored = self.key_id().map_err(|source| self.fail(source))?;
        let stored = match stored {
            Some(stored) => stored,
            None => self.remember_key(&ours).map_err(|source| self.fail(source))?,
        };
        if stored == ours {
            return Ok(());
        }
        Err(StoreError::OtherKey { path: self.options.path.clone(), stored, ours })
    }

    fn key_id(&self) -> rusqlite::Result<Option<String>> {
        let sql = "SELECT value FROM meta WHERE name = 'key_id'";
        self.connection.query_row(sql, [], |row| row.get(0)).optional()
    }

    /// Two processes may come here at once; whoever is first decides.
    fn remember_key(&self, ours: &str) -> rusqlite::Result<String> {
        let sql = "INSERT INTO meta (name, value) VALUES ('key_id', ?1) ON CONFLICT DO NOTHING";
        self.connection.execute(sql, [ours])?;
        Ok(self.key_id()?.unwrap_or_default())
    }

    /// Marks runs whose process has gone as failed. What they had stored stays.
    fn fail_dead_runs(&self) -> rusqlite::Result<()> {
        let sql = "SELECT id, token FROM runs WHERE status = 'running'";
        let mut statement = self.connection.prepare(sql)?;
        let running = statement
            .query_map([], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1)?)))?
            .collect::<rusqlite::Result<Vec<_>>>()?;
        for (run, token) in running {
            if !RunLock::is_alive(&self.options.path, &token) {
                let sql = "UPDATE runs SET status = 'failed' WHERE id = ?1 AND status = 'running'";
                self.connection.execute(sql, [run])?;
            }
        }
        Ok(())
    }

    /// Where the store is.
    pub fn path(&self) -> &Path {
        &self.options.path
    }

    /// The keys of its identities.
    pub fn keys(&self) -> &Arc<Keys> {
        &self.keys
    }

    pub(crate) fn fail(&self, source: rusqlite::Error) -> StoreError {
        StoreError::database(&self.options.path, source)
    }
}

fn is_read_only(error: &rusqlite::Error) -> bool {
    use rusqlite::ErrorCode;
    matches!(error.sqlite_error_code(), Some(ErrorCode::ReadOnly | ErrorCode::CannotOpen))
}

fn is_full(error: &rusqlite::Error) -> bool {
    error.sqlite_error_code() == Some(rusqlite::ErrorCode::DiskFull)
}

#[cfg(unix)]
fn make_private_folder(folder: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::DirBuilderExt as _;
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

#[cfg(not(unix))]
fn make_private_folder(folder: &Path) -> std::io::Result<()> {
    std::fs::create_dir_all(folder)
}

/// An empty file that only its owner may read, unless there is one. The database's own side files copy its mode.
fn make_private_file(path: &Path) -> std::io::Result<()> {
    if path.exists() {
        // Asking for a new file takes the folder's lock, also where there is one.
        return Ok(());
    }
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    match options.open(path) {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(error),
    }
}
