//! Scanning a whole buffer, with a closure that is told of each match.
//!
//! C++ has no place for a panic of ours, so a closure that panics ends the scan; the panic goes on where the scan
//! was called.

use std::any::Any;
use std::ffi::{c_int, c_uint, c_ulonglong, c_void};
use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

use crate::database::{Block, Database};
use crate::error::VsError;
use crate::scratch::Scratch;
use crate::sys;

/// A match.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Match {
    /// The pattern's number.
    pub id: u32,
    /// Where it ends: behind its last byte. Where it begins the library does not say.
    pub to: u64,
}

/// How a scan ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scanned {
    /// All bytes were looked at.
    All,
    /// The closure wanted no more.
    Stopped,
}

impl Database<Block> {
    /// Reports each match in `bytes`: every place where a match of a pattern ends, in ascending order.
    ///
    /// # Errors
    ///
    /// The buffer has 4 GiB or more, the scratch was not made for this database, or the library refuses.
    #[expect(unsafe_code, reason = "a C function")]
    pub fn scan<F>(
        &self,
        bytes: &[u8],
        scratch: &mut Scratch,
        on_match: F,
    ) -> Result<Scanned, VsError>
    where
        F: FnMut(Match) -> ControlFlow<()>,
    {
        let len = length(bytes)?;
        let scratch = scratch.pointer_for(self)?;
        let mut listener = Listener::new(on_match);
        // SAFETY: the database is whole; there are `len` bytes; the scratch was made for this database and is
        // borrowed exclusively by our caller; the listener outlives the call and is what `told::<F>` expects.
        let code = unsafe {
            sys::hs_scan(
                self.pointer(),
                bytes.as_ptr().cast(),
                len,
                0,
                scratch,
                Some(told::<F>),
                (&raw mut listener).cast(),
            )
        };
        listener.conclude("hs_scan", code)
    }
}

/// The length as C wants it.
pub(crate) fn length(bytes: &[u8]) -> Result<u32, VsError> {
    u32::try_from(bytes.len()).map_err(|_| VsError::TooLarge { bytes: bytes.len() })
}

/// A closure, and the panic that it ended with.
pub(crate) struct Listener<F> {
    on_match: F,
    panic: Option<Box<dyn Any + Send>>,
}

impl<F> Listener<F> {
    pub(crate) fn new(on_match: F) -> Self {
        Self { on_match, panic: None }
    }

    /// How the call ended that was given the listener.
    pub(crate) fn conclude(self, call: &'static str, code: i32) -> Result<Scanned, VsError> {
        if let Some(panic) = self.panic {
            resume_unwind(panic);
        }
        if code == sys::HS_SCAN_TERMINATED {
            return Ok(Scanned::Stopped);
        }
        sys::checked(call, code).map(|()| Scanned::All)
    }
}

/// What C calls for each match; a number other than 0 ends the scan.
///
/// # Safety
///
/// `context` points to a `Listener<F>` that nobody else uses during the scan.
#[expect(unsafe_code, reason = "called by C")]
pub(crate) unsafe extern "C" fn told<F>(
    id: c_uint,
    _from: c_ulonglong,
    to: c_ulonglong,
    _flags: c_uint,
    context: *mut c_void,
) -> c_int
where
    F: FnMut(Match) -> ControlFlow<()>,
{
    // SAFETY: the caller says that this is a listener of this kind and that nobody else uses it.
    let listener = unsafe { &mut *context.cast::<Listener<F>>() };
    // The closure is not called again after a panic.
    match catch_unwind(AssertUnwindSafe(|| (listener.on_match)(Match { id, to }))) {
        Ok(ControlFlow::Continue(())) => 0,
        Ok(ControlFlow::Break(())) => 1,
        Err(panic) => {
            listener.panic = Some(panic);
            1
        }
    }
}
