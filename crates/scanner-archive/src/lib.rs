//! Archives as a source of entries.
mod budget;
mod outcome;
mod path;
mod source;
pub use budget::{Halt, Limits, NoWatch, RunBudget, Watch};
pub use outcome::{ArchiveReport, EntryOutcome, Fault};
