//! Memory that scans of one thread use: allocated before the first scan of a database, never during one.

use std::cell::Cell;
use std::fmt;
use std::marker::PhantomData;
use std::ptr::{self, NonNull};

use crate::database::{Database, Mode};
use crate::error::VsError;
use crate::sys;

/// Databases that a scratch remembers; beyond, it asks the library again, which costs a little time.
const REMEMBERED_MAX: usize = 256;

/// Scratch for any number of databases, one scan at a time: a scan borrows it exclusively. It may move to another
/// thread and may not be shared.
#[derive(Default)]
pub struct Scratch {
    pointer: Option<NonNull<sys::hs_scratch_t>>,
    /// Numbers of the databases that it is large enough for, sorted.
    serves: Vec<u64>,
    not_sync: PhantomData<Cell<()>>,
}

#[expect(unsafe_code, reason = "memory of the C library that has one owner")]
// SAFETY: the library keeps no pointer to a scratch between calls and uses nothing of the thread that allocated it.
unsafe impl Send for Scratch {}

impl Scratch {
    /// A scratch for nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Makes it large enough for scans of `database`. Costs nothing from the second time on.
    ///
    /// # Errors
    ///
    /// There is no memory.
    #[expect(unsafe_code, reason = "a C function")]
    pub fn fit<M: Mode>(&mut self, database: &Database<M>) -> Result<(), VsError> {
        let Err(place) = self.serves.binary_search(&database.number()) else { return Ok(()) };
        let mut pointer = self.pointer.map_or(ptr::null_mut(), NonNull::as_ptr);
        // SAFETY: the database is whole; the pointer is null or a scratch of ours that no scan uses, since scans
        // borrow `self`. The call may free it and write another.
        let code = unsafe { sys::hs_alloc_scratch(database.pointer(), &raw mut pointer) };
        if code != sys::HS_SUCCESS.cast_signed() {
            // Whether the old one lives on depends on where the call failed: it is asked for anew, and at worst leaks.
            self.pointer = None;
            self.serves.clear();
            return Err(VsError::Call { call: "hs_alloc_scratch", code });
        }
        self.pointer = NonNull::new(pointer);
        if self.serves.len() < REMEMBERED_MAX {
            self.serves.insert(place, database.number());
        } else {
            // It stays large enough for all of them.
            self.serves.clear();
            self.serves.push(database.number());
        }
        Ok(())
    }

    /// Bytes that it takes.
    #[expect(unsafe_code, reason = "a C function")]
    pub fn bytes(&self) -> usize {
        let Some(pointer) = self.pointer else { return 0 };
        let mut bytes = 0;
        // SAFETY: it is a scratch of ours; the other is a variable of our own.
        let code = unsafe { sys::hs_scratch_size(pointer.as_ptr(), &raw mut bytes) };
        if code == sys::HS_SUCCESS.cast_signed() { bytes } else { 0 }
    }

    /// The pointer for a scan of `database`.
    ///
    /// # Errors
    ///
    /// It was not made for it: the library would write beyond its end.
    pub(crate) fn pointer_for<M: Mode>(
        &mut self,
        database: &Database<M>,
    ) -> Result<*mut sys::hs_scratch_t, VsError> {
        let serves = self.serves.binary_search(&database.number()).is_ok();
        self.pointer.filter(|_| serves).map(NonNull::as_ptr).ok_or(VsError::ForeignScratch)
    }
}

impl Drop for Scratch {
    #[expect(unsafe_code, reason = "a C function")]
    fn drop(&mut self) {
        if let Some(pointer) = self.pointer {
            // SAFETY: it is ours alone, no scan uses it, and it is freed once.
            let _ = unsafe { sys::hs_free_scratch(pointer.as_ptr()) };
        }
    }
}

impl fmt::Debug for Scratch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Scratch")
            .field("bytes", &self.bytes())
            .field("databases", &self.serves.len())
            .finish_non_exhaustive()
    }
}
