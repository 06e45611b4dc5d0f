//! Scanning bytes that arrive in pieces: offsets count from the first byte of the stream.

use std::fmt;
use std::ops::ControlFlow;
use std::ptr::{self, NonNull};
use std::sync::Arc;

use crate::database::{Database, Streaming};
use crate::error::VsError;
use crate::scan::{Listener, Match, Scanned, length, told};
use crate::scratch::Scratch;
use crate::sys;

/// A stream over a database, which it keeps alive. It closes itself.
pub struct Stream {
    pointer: NonNull<sys::hs_stream_t>,
    database: Arc<Database<Streaming>>,
}

#[expect(unsafe_code, reason = "memory of the C library that has one owner")]
// SAFETY: the state of a stream is plain memory that only calls with it touch, and they need `&mut self`.
unsafe impl Send for Stream {}

impl Stream {
    /// A stream that has seen nothing yet.
    ///
    /// # Errors
    ///
    /// There is no memory.
    #[expect(unsafe_code, reason = "a C function")]
    pub fn open(database: &Arc<Database<Streaming>>) -> Result<Self, VsError> {
        let mut pointer = ptr::null_mut();
        // SAFETY: the database is whole; the other is a variable of our own.
        let code = unsafe { sys::hs_open_stream(database.pointer(), 0, &raw mut pointer) };
        sys::checked("hs_open_stream", code)?;
        let pointer =
            NonNull::new(pointer).ok_or(VsError::Call { call: "hs_open_stream", code: 0 })?;
        Ok(Self { pointer, database: Arc::clone(database) })
    }

    /// Whether it is a stream over this database.
    pub fn is_of(&self, database: &Database<Streaming>) -> bool {
        self.database.number() == database.number()
    }

    /// Scans the next bytes. Matches that end in them are reported, wherever they began. After a closure wanted no more,
    /// all further bytes are ignored until [`Stream::reset`].
    ///
    /// # Errors
    ///
    /// The piece has 4 GiB or more, the scratch was not made for the database, or the library refuses.
    #[expect(unsafe_code, reason = "a C function")]
    pub fn scan<F>(
        &mut self,
        bytes: &[u8],
        scratch: &mut Scratch,
        on_match: F,
    ) -> Result<Scanned, VsError>
    where
        F: FnMut(Match) -> ControlFlow<()>,
    {
        let len = length(bytes)?;
        let scratch = scratch.pointer_for(&self.database)?;
        let mut listener = Listener::new(on_match);
        // SAFETY: the stream is open and borrowed exclusively, as is the scratch, which was made for its database;
        // there are `len` bytes; the listener outlives the call and is what `told::<F>` expects.
        let code = unsafe {
            sys::hs_scan_stream(
                self.pointer.as_ptr(),
                bytes.as_ptr().cast(),
                len,
                0,
                scratch,
                Some(told::<F>),
                (&raw mut listener).cast(),
            )
        };
        listener.conclude("hs_scan_stream", code)
    }

    /// Forgets all bytes. Matches that only the end of the bytes would have completed are not reported.
    ///
    /// # Errors
    ///
    /// The library refuses.
    #[expect(unsafe_code, reason = "a C function")]
    pub fn reset(&mut self) -> Result<(), VsError> {
        // SAFETY: the stream is open and borrowed exclusively; without a handler no scratch is needed.
        let code = unsafe {
            sys::hs_reset_stream(self.pointer.as_ptr(), 0, ptr::null_mut(), None, ptr::null_mut())
        };
        sys::checked("hs_reset_stream", code)
    }

    /// Ends the bytes: matches that their end completes are reported.
    ///
    /// # Errors
    ///
    /// The scratch was not made for the database, or the library refuses.
    #[expect(unsafe_code, reason = "a C function")]
    pub fn close<F>(self, scratch: &mut Scratch, on_match: F) -> Result<Scanned, VsError>
    where
        F: FnMut(Match) -> ControlFlow<()>,
    {
        let scratch = scratch.pointer_for(&self.database)?;
        let mut listener = Listener::new(on_match);
        let this = std::mem::ManuallyDrop::new(self);
        // SAFETY: the stream is open, and closed once: it is not dropped any more. Scratch and listener as in `scan`.
        let code = unsafe {
            sys::hs_close_stream(
                this.pointer.as_ptr(),
                scratch,
                Some(told::<F>),
                (&raw mut listener).cast(),
            )
        };
        // SAFETY: read once, from what is not dropped; the stream is closed, so its database may go.
        drop(unsafe { ptr::read(&raw const this.database) });
        listener.conclude("hs_close_stream", code)
    }
}

impl Drop for Stream {
    #[expect(unsafe_code, reason = "a C function")]
    fn drop(&mut self) {
        // SAFETY: it is open, ours alone, and closed once; without a handler no scratch is needed.
        let _ = unsafe {
            sys::hs_close_stream(self.pointer.as_ptr(), ptr::null_mut(), None, ptr::null_mut())
        };
    }
}

impl fmt::Debug for Stream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Stream").finish_non_exhaustive()
    }
}
