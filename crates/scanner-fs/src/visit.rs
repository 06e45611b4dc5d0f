//! What the caller gives to a walk: a visitor for each worker, and a way to end it.

use std::io;
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, Ordering};

use scanner_core::{ObjectPath, SkipReason};

use crate::injector::Colleagues;
use crate::read::{FileFacts, OpenFile};

/// Takes the files of one worker. It is made on the worker's thread, used there alone, and given back to the
/// caller at the end, so that it may own buffers and counts without any lock.
pub trait FileVisitor: Send {
    /// Takes one file. `Break` ends the whole walk.
    ///
    /// A panic is caught: the file is reported through [`skipped`](Self::skipped) as
    /// [`SkipReason::WorkerFailed`], and the visitor must be fit to take the next file.
    fn visit(&mut self, file: &mut OpenFile) -> ControlFlow<()>;

    /// Whether [`knows`](Self::knows) is to be asked, which costs a look at each file before it is opened.
    fn asks_first(&self) -> bool {
        false
    }

    /// Whether the file need not be opened, because the visitor knows what is in it. It counts as visited.
    fn knows(&mut self, path: &[u8], facts: &FileFacts) -> bool {
        let _ = (path, facts);
        false
    }

    /// Whether [`entries`](Self::entries) and [`listed`](Self::listed) are to be called.
    fn remembers_folders(&self) -> bool {
        false
    }

    /// The entries of a folder with these facts, as [`listed`](Self::listed) was told them; then it is not read. A folder's
    /// times change with every name that comes, goes or changes, so who answers must be sure that the clock has moved on
    /// since they were taken. Asked only where the file system keeps such times.
    fn entries(&mut self, path: &[u8], facts: &FileFacts) -> Option<&[u8]> {
        let _ = (path, facts);
        None
    }

    /// Is told the entries of a folder that was read, with its facts from before. `path` ends with a slash, unless it is
    /// that of a root. Not told of folders that come in several pieces.
    fn listed(&mut self, path: &[u8], facts: &FileFacts, entries: &[u8]) {
        let _ = (path, facts, entries);
    }

    /// Is told, before anything else, of the walk's other workers.
    fn meet(&mut self, colleagues: &Colleagues) {
        let _ = colleagues;
    }

    /// Asked when there is nothing to visit for now: whether it has done something else. If not, the worker sleeps until
    /// there are files again, or [`Colleagues::wake`] is called. A panic ends the walk.
    fn help(&mut self) -> bool {
        false
    }

    /// Is told of what is not visited, with the system's error where there is one. Folders are told as well
    /// (excluded, unreadable); what ignore files leave out is not.
    fn skipped(&mut self, path: &ObjectPath, reason: SkipReason, error: Option<&io::Error>);
}

/// Says whether the walk shall end early: an interrupt, or a time that is over. Asked before every file.
pub trait Cancel: Sync {
    /// Whether to stop.
    fn is_cancelled(&self) -> bool;
}

impl Cancel for AtomicBool {
    fn is_cancelled(&self) -> bool {
        self.load(Ordering::Relaxed)
    }
}

/// A walk that nothing ends early.
#[derive(Clone, Copy, Debug, Default)]
pub struct NeverCancel;

impl Cancel for NeverCancel {
    fn is_cancelled(&self) -> bool {
        false
    }
}
