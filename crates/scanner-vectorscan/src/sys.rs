//! What we use of the bindings, and nothing else; and the two things that every call does: turn its number into an
//! error, and free what the library hands out.

pub(crate) use vectorscan_rs_sys::{
    HS_COMPILER_ERROR, HS_MODE_BLOCK, HS_MODE_STREAM, HS_SCAN_TERMINATED, HS_SUCCESS,
    hs_alloc_scratch, hs_close_stream, hs_compile_error_t, hs_compile_multi, hs_database_size,
    hs_database_t, hs_deserialize_database, hs_expr_info_t, hs_expression_info,
    hs_free_compile_error, hs_free_database, hs_free_scratch, hs_open_stream, hs_platform_info_t,
    hs_populate_platform, hs_reset_stream, hs_scan, hs_scan_stream, hs_scratch_size, hs_scratch_t,
    hs_serialize_database, hs_stream_t, hs_version,
};

use std::ffi::CStr;
use std::ptr::NonNull;

use crate::error::VsError;

/// Whether a call worked.
pub(crate) fn checked(call: &'static str, code: i32) -> Result<(), VsError> {
    if code == HS_SUCCESS.cast_signed() { Ok(()) } else { Err(VsError::Call { call, code }) }
}

/// Memory that the library allocated for us with its default allocator, which is `malloc`.
pub(crate) struct Handed<T>(NonNull<T>);

impl<T> Handed<T> {
    /// Takes over what a call wrote; `None` for a null pointer.
    ///
    /// # Safety
    ///
    /// The pointer is null, or the library allocated it with its "misc" allocator, which nobody has replaced, and
    /// nobody else frees it.
    #[expect(unsafe_code, reason = "memory that the C library hands out")]
    pub(crate) unsafe fn new(pointer: *mut T) -> Option<Self> {
        NonNull::new(pointer).map(Self)
    }

    /// The memory.
    pub(crate) fn pointer(&self) -> *const T {
        self.0.as_ptr()
    }
}

impl<T> Drop for Handed<T> {
    #[expect(unsafe_code, reason = "memory that the C library hands out")]
    fn drop(&mut self) {
        // SAFETY: `new` was told that this came from `malloc` and is nobody else's.
        unsafe { libc::free(self.0.as_ptr().cast()) };
    }
}

/// What the library says about an expression it refuses.
pub(crate) struct CompileError {
    /// The place of the expression in the list; `None` where all of them together are the reason.
    pub(crate) index: Option<usize>,
    /// The reason.
    pub(crate) message: String,
}

impl CompileError {
    /// Takes over what a compile call wrote.
    ///
    /// # Safety
    ///
    /// The pointer is null, or a compile call has just written it and nobody else frees it.
    #[expect(unsafe_code, reason = "the error of a C function")]
    pub(crate) unsafe fn take(error: *mut hs_compile_error_t) -> Self {
        let Some(found) = NonNull::new(error) else {
            return Self { index: None, message: "no reason given".to_owned() };
        };
        // SAFETY: the caller says that a compile call wrote it: a whole error that lives until it is freed below.
        let facts = unsafe { found.as_ref() };
        let message = if facts.message.is_null() {
            "no reason given".to_owned()
        } else {
            // SAFETY: the message of an error is a text that ends with a zero byte and lives as long as it.
            unsafe { CStr::from_ptr(facts.message) }.to_string_lossy().into_owned()
        };
        let index = usize::try_from(facts.expression).ok();
        // SAFETY: it is freed once, here, and not used any more.
        unsafe { hs_free_compile_error(found.as_ptr()) };
        Self { index, message }
    }
}
