//! Compiled patterns: immutable, so shared by all threads.

use std::ffi::{CString, c_char};
use std::fmt;
use std::marker::PhantomData;
use std::ptr::{self, NonNull};
use std::sync::atomic::{AtomicU64, Ordering};

use crate::cache::Verified;
use crate::error::VsError;
use crate::pattern::Pattern;
use crate::platform::Platform;
use crate::sys::{self, CompileError, Handed};

/// How a database is scanned.
pub trait Mode: fmt::Debug + Copy + Send + Sync + 'static {
    /// The library's number.
    const BITS: u32;
}

/// Whole buffers.
#[derive(Clone, Copy, Debug)]
pub enum Block {}

/// Bytes that arrive in pieces.
#[derive(Clone, Copy, Debug)]
pub enum Streaming {}

impl Mode for Block {
    const BITS: u32 = sys::HS_MODE_BLOCK;
}

impl Mode for Streaming {
    const BITS: u32 = sys::HS_MODE_STREAM;
}

/// Gives each database of the process a number that no other has had, so that a scratch knows what it was made
/// for even where memory is used again.
static NEXT: AtomicU64 = AtomicU64::new(1);

/// Compiled patterns.
pub struct Database<M: Mode> {
    pointer: NonNull<sys::hs_database_t>,
    number: u64,
    mode: PhantomData<M>,
}

#[expect(unsafe_code, reason = "a pointer to what the C library does not change")]
// SAFETY: a compiled database is never written to (the library's manual says so), and may be freed on any thread.
unsafe impl<M: Mode> Send for Database<M> {}

#[expect(unsafe_code, reason = "a pointer to what the C library does not change")]
// SAFETY: as above: all calls that take it read only.
unsafe impl<M: Mode> Sync for Database<M> {}

impl<M: Mode> Database<M> {
    /// Compiles all patterns into one database.
    ///
    /// # Errors
    ///
    /// There are none, one of them cannot be compiled ([`VsError::Pattern`]), or all together cannot.
    #[expect(unsafe_code, reason = "a C function")]
    pub fn compile(patterns: &[Pattern], platform: &Platform) -> Result<Self, VsError> {
        let count = u32::try_from(patterns.len()).map_err(|_| VsError::Compile {
            message: format!("{} patterns are too many", patterns.len()),
        })?;
        if count == 0 {
            return Err(VsError::NoPatterns);
        }
        let as_text = |pattern: &Pattern| {
            CString::new(pattern.expression()).map_err(|_| VsError::Nul { id: pattern.id() })
        };
        let texts = patterns.iter().map(as_text).collect::<Result<Vec<CString>, _>>()?;
        let expressions: Vec<*const c_char> = texts.iter().map(|text| text.as_ptr()).collect();
        let flags: Vec<u32> = patterns.iter().map(|pattern| pattern.flags().bits()).collect();
        let ids: Vec<u32> = patterns.iter().map(Pattern::id).collect();
        let (mut database, mut error) = (ptr::null_mut(), ptr::null_mut());
        // SAFETY: the three lists have `count` entries each and outlive the call, as do the texts, which end with
        // zero bytes; the platform is a whole structure; the last two are variables of our own.
        let code = unsafe {
            sys::hs_compile_multi(
                expressions.as_ptr(),
                flags.as_ptr(),
                ids.as_ptr(),
                count,
                M::BITS,
                platform.raw(),
                &raw mut database,
                &raw mut error,
            )
        };
        if code == sys::HS_COMPILER_ERROR {
            // SAFETY: the call that has just failed wrote it.
            let CompileError { index, message } = unsafe { CompileError::take(error) };
            return Err(match index.and_then(|index| patterns.get(index)) {
                Some(pattern) => VsError::Pattern { id: pattern.id(), message },
                None => VsError::Compile { message },
            });
        }
        sys::checked("hs_compile_multi", code)?;
        Self::own(database, "hs_compile_multi")
    }

    /// A database from what [`Database::serialize`] gave to a cache.
    ///
    /// # Errors
    ///
    /// It was written by another version of the library, for another processor, or for scans of another kind.
    #[expect(unsafe_code, reason = "a C function")]
    pub fn from_cache(verified: &Verified) -> Result<Self, VsError> {
        let bytes = verified.payload();
        let mut database = ptr::null_mut();
        // SAFETY: the bytes are as long as stated and outlive the call. The library trusts what it reads behind its
        // own header and CRC: a cache has verified that it is what was serialized under this key, in a folder that
        // nobody else may write to.
        let code = unsafe {
            sys::hs_deserialize_database(bytes.as_ptr().cast(), bytes.len(), &raw mut database)
        };
        if code != sys::HS_SUCCESS.cast_signed() {
            return Err(VsError::NotADatabase { code });
        }
        Self::own(database, "hs_deserialize_database")
    }

    fn own(pointer: *mut sys::hs_database_t, call: &'static str) -> Result<Self, VsError> {
        let pointer = NonNull::new(pointer).ok_or(VsError::Call { call, code: 0 })?;
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        Ok(Self { pointer, number, mode: PhantomData })
    }

    /// The database as bytes, for a cache.
    ///
    /// # Errors
    ///
    /// There is no memory for them.
    #[expect(unsafe_code, reason = "a C function")]
    pub fn serialize(&self) -> Result<Vec<u8>, VsError> {
        let (mut bytes, mut len) = (ptr::null_mut::<c_char>(), 0);
        // SAFETY: the database is ours and whole; the other two are variables of our own.
        let code = unsafe {
            sys::hs_serialize_database(self.pointer.as_ptr(), &raw mut bytes, &raw mut len)
        };
        // SAFETY: null, or allocated by the call for its caller to free.
        let handed = unsafe { Handed::new(bytes) };
        sys::checked("hs_serialize_database", code)?;
        let Some(handed) = handed else { return Ok(Vec::new()) };
        // SAFETY: the call succeeded, so there are `len` bytes, which live until `handed` is dropped.
        Ok(unsafe { std::slice::from_raw_parts(handed.pointer().cast::<u8>(), len) }.to_vec())
    }

    /// Bytes of memory that it takes.
    ///
    /// # Errors
    ///
    /// The library does not say.
    #[expect(unsafe_code, reason = "a C function")]
    pub fn bytes(&self) -> Result<usize, VsError> {
        let mut bytes = 0;
        // SAFETY: the database is ours and whole; the other is a variable of our own.
        let code = unsafe { sys::hs_database_size(self.pointer.as_ptr(), &raw mut bytes) };
        sys::checked("hs_database_size", code)?;
        Ok(bytes)
    }

    /// A number that no other database of the process has.
    pub(crate) fn number(&self) -> u64 {
        self.number
    }

    pub(crate) fn pointer(&self) -> *const sys::hs_database_t {
        self.pointer.as_ptr()
    }
}

impl<M: Mode> Drop for Database<M> {
    #[expect(unsafe_code, reason = "a C function")]
    fn drop(&mut self) {
        // SAFETY: it is ours alone, freed once, and whoever scans with it borrows it or holds it in an `Arc`. An
        // error would only say that it is no database.
        let _ = unsafe { sys::hs_free_database(self.pointer.as_ptr()) };
    }
}

impl<M: Mode> fmt::Debug for Database<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Database").field("bytes", &self.bytes().ok()).finish_non_exhaustive()
    }
}
