//! The journal of a run: its findings as they come, in one file beside the database, `<store>-findings-<token>`.
//!
//! Appending some hundred bytes costs a fiftieth of what rows in ten b-trees cost, and needs no lock of the database. So a
//! scan writes here, and `fold.rs` makes rows of it: at the end of a small run at once, else when the store is next opened.
//!
//! The file is a head (`SCRJ`, version, the run's token) and records: a length, a payload of whole entries (`entry.rs`), and a
//! keyed hash over token, place and payload, so that no record is read that is torn, altered or of another run. What the
//! database says of the journal (columns `journal…` of `runs`) decides: without its run a journal is litter.

mod entry;
mod file;

pub(crate) use entry::{Entry, KnownRules, Part, PendingFinding, read_entries, write_object};
pub(crate) use file::{Journal, JournalReader, Next, RECORD_HEAD_BYTES, journal_path, sweep};
