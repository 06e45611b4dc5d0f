//! Narrowing of integers, said out loud, and rounding to powers of two.
//!
//! Offsets and counts live as `usize` in slices and as `u32` or `u64` in records. Each crossing has a
//! name here, and the name says what happens when the value does not fit:
//!
//! - `u32_from_usize`, … panic. For values that a limit checked earlier already bounds: a panic is
//!   our own mistake, never the input's.
//! - `try_u32`, … return `None`. For values that come from input.
//! - `u32_saturating`, … clamp. For counters and statistics.
//!
//! Everything is `const`, so limits can be checked at compile time with the same functions. Hot
//! loops assert their bounds once outside and cast inside; they do not call these per item.

const _: () = assert!(usize::BITS >= 32 && usize::BITS <= 64, "u32 <= usize <= u64 is assumed");

/// Narrows to `u8`.
///
/// # Panics
/// When `value` is over 255.
#[track_caller]
pub const fn u8_from_usize(value: usize) -> u8 {
    assert!(value <= u8::MAX as usize, "value does not fit in 8 bits");
    value as u8
}

/// Narrows to `u16`.
///
/// # Panics
/// When `value` is over 65 535.
#[track_caller]
pub const fn u16_from_usize(value: usize) -> u16 {
    assert!(value <= u16::MAX as usize, "value does not fit in 16 bits");
    value as u16
}

/// Narrows to `u32`.
///
/// # Panics
/// When `value` is over `u32::MAX`.
///
/// ```
/// assert_eq!(scanner_stdx::num::u32_from_usize(7), 7_u32);
/// ```
#[track_caller]
pub const fn u32_from_usize(value: usize) -> u32 {
    match try_u32(value) {
        Some(narrow) => narrow,
        None => panic!("value does not fit in 32 bits"),
    }
}

/// Narrows to `u32`.
///
/// # Panics
/// When `value` is over `u32::MAX`.
#[track_caller]
pub const fn u32_from_u64(value: u64) -> u32 {
    match try_u32_from_u64(value) {
        Some(narrow) => narrow,
        None => panic!("value does not fit in 32 bits"),
    }
}

/// Narrows to `usize`; only a 32-bit machine can refuse.
///
/// # Panics
/// When `value` is over `usize::MAX`.
#[track_caller]
pub const fn usize_from_u64(value: u64) -> usize {
    match try_usize(value) {
        Some(narrow) => narrow,
        None => panic!("value does not fit in the address space"),
    }
}

/// Widens to `usize`; always fits.
pub const fn usize_from_u32(value: u32) -> usize {
    value as usize
}

/// Widens to `u64`; always fits.
pub const fn u64_from_usize(value: usize) -> u64 {
    value as u64
}

/// Narrows to `u32`, or `None` when it does not fit.
///
/// ```
/// use scanner_stdx::num::try_u32;
/// assert_eq!(try_u32(9), Some(9));
/// assert_eq!(try_u32(usize::MAX), None);
/// ```
pub const fn try_u32(value: usize) -> Option<u32> {
    try_u32_from_u64(value as u64)
}

/// Narrows to `u32`, or `None` when it does not fit.
pub const fn try_u32_from_u64(value: u64) -> Option<u32> {
    if value <= u32::MAX as u64 { Some(value as u32) } else { None }
}

/// Narrows to `usize`, or `None` when it does not fit.
pub const fn try_usize(value: u64) -> Option<usize> {
    if value <= usize::MAX as u64 { Some(value as usize) } else { None }
}

/// Narrows to `u32`, clamping to `u32::MAX`.
pub const fn u32_saturating(value: usize) -> u32 {
    match try_u32(value) {
        Some(narrow) => narrow,
        None => u32::MAX,
    }
}

/// Narrows to `u32`, clamping to `u32::MAX`.
pub const fn u32_saturating_from_u64(value: u64) -> u32 {
    match try_u32_from_u64(value) {
        Some(narrow) => narrow,
        None => u32::MAX,
    }
}

/// Narrows to `usize`, clamping to `usize::MAX`.
pub const fn usize_saturating(value: u64) -> usize {
    match try_usize(value) {
        Some(narrow) => narrow,
        None => usize::MAX,
    }
}

/// The smallest power of two that is at least `value`, and at least 1.
///
/// Above the largest power of two that `usize` holds, that power is the answer: a size that large
/// fails at the allocator, with the allocator's message.
///
/// ```
/// use scanner_stdx::num::pow2_at_least;
/// assert_eq!(pow2_at_least(0), 1);
/// assert_eq!(pow2_at_least(5), 8);
/// assert_eq!(pow2_at_least(8), 8);
/// ```
pub const fn pow2_at_least(value: usize) -> usize {
    match value.checked_next_power_of_two() {
        Some(power) => power,
        None => 1 << (usize::BITS - 1),
    }
}

/// The largest power of two that is at most `value`; `None` for 0.
///
/// ```
/// use scanner_stdx::num::pow2_at_most;
/// assert_eq!(pow2_at_most(0), None);
/// assert_eq!(pow2_at_most(9), Some(8));
/// ```
pub const fn pow2_at_most(value: usize) -> Option<usize> {
    match value.checked_ilog2() {
        Some(log) => Some(1 << log),
        None => None,
    }
}

#[cfg(test)]
mod tests {
    use std::panic::catch_unwind;

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn boundaries_of_each_width() {
        assert_eq!(u8_from_usize(255), 255);
        assert_eq!(u16_from_usize(65_535), 65_535);
        assert_eq!(u32_from_usize(u32::MAX as usize), u32::MAX);
        assert!(catch_unwind(|| u8_from_usize(256)).is_err());
        assert!(catch_unwind(|| u16_from_usize(65_536)).is_err());
        assert!(catch_unwind(|| u32_from_u64(1 << 32)).is_err());
        assert_eq!(u32_saturating_from_u64(1 << 40), u32::MAX);
        assert_eq!(u32_saturating(12), 12);
        assert_eq!(usize_saturating(12), 12);
        assert_eq!(pow2_at_least(usize::MAX), 1 << (usize::BITS - 1));
    }

    proptest! {
        #[test]
        fn narrowing_agrees_with_try_from(value: u64) {
            prop_assert_eq!(try_u32_from_u64(value), u32::try_from(value).ok());
            prop_assert_eq!(try_usize(value), usize::try_from(value).ok());
        }

        #[test]
        fn powers_enclose_the_value(value in 1_usize..1 << 40) {
            let above = pow2_at_least(value);
            let below = pow2_at_most(value).unwrap();
            prop_assert!(above.is_power_of_two() && below.is_power_of_two());
            prop_assert!(below <= value && value <= above);
            prop_assert!(above / 2 < value && value < below * 2);
        }
    }
}
