//! Which code an input reaches, where the crate was built with the compiler's coverage counters
//! (`-C passes=sancov-module` and the arguments that `cargo xtask fuzz` gives; all stable).
//!
//! Each edge has a byte that the compiled code counts up. The functions below have the names by which that code
//! announces its counters at start. Built without, there are no counters and nothing is ever new.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU8, Ordering};

/// First counter and number of counters of each part of the program.
static PARTS: Mutex<Vec<(usize, usize)>> = Mutex::new(Vec::new());

/// Called by the compiled code for each part of the program, before `main`.
///
/// # Safety
///
/// `start..end` are the counters of a part of the program, alive as long as it runs.
#[expect(unsafe_code, reason = "the compiler's coverage calls this name")]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn __sanitizer_cov_8bit_counters_init(start: *mut u8, end: *mut u8) {
    let len = (end as usize).saturating_sub(start as usize);
    if let Ok(mut parts) = PARTS.lock()
        && !parts.contains(&(start as usize, len))
    {
        parts.push((start as usize, len));
    }
}

/// What has been reached so far.
#[derive(Debug, Default)]
pub struct Coverage {
    /// For each counter the magnitudes that were seen, a bit each.
    seen: Vec<u8>,
}

impl Coverage {
    /// Whether the program counts at all.
    pub fn is_there() -> bool {
        parts().iter().any(|part| !part.is_empty())
    }

    /// Sets all counters to zero; to be called before each input.
    pub fn begin() {
        for counter in parts().into_iter().flatten() {
            counter.store(0, Ordering::Relaxed);
        }
    }

    /// How many magnitudes of counters are new since the last call.
    pub fn take_new(&mut self) -> usize {
        let counters: Vec<u8> = parts()
            .into_iter()
            .flatten()
            .map(|counter| magnitude(counter.load(Ordering::Relaxed)))
            .collect();
        self.seen.resize(counters.len(), 0);
        let mut new = 0;
        for (seen, now) in self.seen.iter_mut().zip(counters) {
            new += usize::from(now & !*seen != 0);
            *seen |= now;
        }
        new
    }

    /// How many counters were reached.
    pub fn reached(&self) -> usize {
        self.seen.iter().filter(|seen| **seen != 0).count()
    }
}

/// The bit of a count's order of magnitude.
fn magnitude(count: u8) -> u8 {
    match count {
        0 => 0,
        1 => 1,
        2 => 2,
        3 => 4,
        4..8 => 8,
        8..16 => 16,
        16..32 => 32,
        32..128 => 64,
        _ => 128,
    }
}

#[expect(unsafe_code, reason = "the counters are memory that the compiler has laid out")]
fn parts() -> Vec<&'static [AtomicU8]> {
    let parts = PARTS.lock().map(|parts| parts.clone()).unwrap_or_default();
    parts
        .into_iter()
        .map(|(start, len)| {
            // SAFETY: `__sanitizer_cov_8bit_counters_init` was given these bytes by the compiled code; they live
            // as long as the program. The code changes them without atomic instructions, on this thread only
            // while a target runs, and `AtomicU8` has the layout of a byte.
            unsafe { std::slice::from_raw_parts(start as *const AtomicU8, len) }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_of_one_magnitude_are_one() {
        assert_eq!(magnitude(0), 0);
        assert_eq!(magnitude(5), magnitude(7));
        assert_ne!(magnitude(7), magnitude(8));
        assert_eq!((0..=255).map(magnitude).fold(0, |all, one| all | one), 255);
    }
}
