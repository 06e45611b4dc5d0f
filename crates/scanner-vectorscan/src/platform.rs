//! The library's version, and the processor that it compiles for: both decide whether a stored database fits.

use std::ffi::CStr;

use crate::cache::PlatformFacts;
use crate::error::VsError;
use crate::sys;

/// The version of the library that is linked.
#[expect(unsafe_code, reason = "a C function")]
pub fn version() -> &'static str {
    // SAFETY: the function takes nothing and returns a text that lives as long as the program.
    let text = unsafe { sys::hs_version() };
    if text.is_null() {
        return "";
    }
    // SAFETY: it is not null, ends with a zero byte, and is never freed.
    unsafe { CStr::from_ptr(text) }.to_str().unwrap_or_default()
}

/// The processor that databases are compiled for: this one.
#[derive(Clone, Copy, Debug)]
pub struct Platform(sys::hs_platform_info_t);

impl Platform {
    /// The processor of this machine, as the library sees it.
    ///
    /// # Errors
    ///
    /// The library does not run on it.
    #[expect(unsafe_code, reason = "a C function")]
    pub fn of_this_machine() -> Result<Self, VsError> {
        let mut facts =
            sys::hs_platform_info_t { tune: 0, cpu_features: 0, reserved1: 0, reserved2: 0 };
        // SAFETY: the pointer is to a whole structure of our own, which the call fills.
        sys::checked("hs_populate_platform", unsafe { sys::hs_populate_platform(&raw mut facts) })?;
        Ok(Self(facts))
    }

    /// The facts that a cache's key depends on.
    pub fn facts(&self) -> PlatformFacts {
        PlatformFacts {
            tune: self.0.tune,
            cpu_features: self.0.cpu_features,
            reserved1: self.0.reserved1,
            reserved2: self.0.reserved2,
        }
    }

    pub(crate) fn raw(&self) -> &sys::hs_platform_info_t {
        &self.0
    }
}
