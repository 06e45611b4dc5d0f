//! The database: opening, migrations, the writer of a run, and reading back what it wrote.

mod beside;
mod check;
mod clean_files;
mod fold;
mod folders;
mod gc;
mod insert;
mod journal;
mod lock;
mod migrate;
mod open;
mod reader;
mod records;
mod remembered;
mod watermark;
mod writer;

pub use check::CheckReport;
pub use folders::FolderEntries;
pub use gc::{GcReport, Keep};
pub use open::{BUSY_TIMEOUT_DEFAULT, Store, StoreOptions};
pub use reader::{StoredRun, StoredRunData};
pub use remembered::{Remembered, RememberedObject};
pub use watermark::{CleanObjects, History, SeenSet};
pub use writer::{HistoryEnd, Marks, RootName, RunStart, SqliteStoreProducer};

pub(crate) use insert::unsigned;
pub(crate) use records::{confidence_of, severity_of};
