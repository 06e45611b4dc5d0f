//! Times of entries: how formats write them, and which of them say nothing.
//!
//! All are seconds since 1970 in universal time. MS-DOS wrote the clock of an unknown zone; it is taken for universal
//! time, so it may be up to 14 hours off.

/// The first of January 1970 is what programs write that know no time (0, or 1 where 0 is taken).
const FIRST: i64 = 86_400;
/// The last second of the year 9999; dates behind it cannot be written as reports do.
const LAST: i64 = 253_402_300_799;
/// What packing programs put in place of times so that the same content gives the same archive: the first day that MS-DOS can write,
/// Gradle's first of February 1980, npm's 26 October 1985.
const PLACEHOLDERS: [i64; 3] = [315_532_800, 318_211_200, 499_162_500];

/// A time, unless it says nothing.
pub(crate) fn meaningful(seconds: i64) -> Option<i64> {
    let is_time = (FIRST..=LAST).contains(&seconds) && !PLACEHOLDERS.contains(&seconds);
    is_time.then_some(seconds)
}

/// A date and time of day as MS-DOS wrote them; `None` for what is neither.
pub(crate) fn of_dos(time: u16, date: u16) -> Option<i64> {
    let (day, month) = (i64::from(date & 31), i64::from(date >> 5 & 15));
    let (hour, minute) = (i64::from(time >> 11), i64::from(time >> 5 & 63));
    let year = 1980 + i64::from(date >> 9);
    if day == 0 || !(1..=12).contains(&month) || hour > 23 || minute > 59 {
        return None;
    }
    // Days since 1970 in years that begin in March.
    let (y, m) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let days = 365 * y + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + day - 719_469;
    Some(days * 86_400 + hour * 3600 + minute * 60 + i64::from(time & 31) * 2)
}

/// A time as Windows counts it: steps of 100 nanoseconds since 1601.
pub(crate) fn of_windows(steps: u64) -> Option<i64> {
    i64::try_from(steps / 10_000_000).ok().map(|seconds| seconds - 11_644_473_600)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_of_ms_dos() {
        assert_eq!(of_dos(0, 0), None);
        assert_eq!(of_dos(0, 0x0021), Some(315_532_800));
        // 2021-03-04 05:06:08.
        let (date, time) = (41 << 9 | 3 << 5 | 4, 5 << 11 | 6 << 5 | 4);
        assert_eq!(of_dos(time, date), Some(1_614_834_368));
        for (time, date) in [(24 << 11, date), (60 << 5, date), (time, 13 << 5 | 1), (time, 1)] {
            assert_eq!(of_dos(time, date), None, "{time:x} {date:x}");
        }
    }

    #[test]
    fn times_of_windows() {
        assert_eq!(of_windows(0), Some(-11_644_473_600));
        assert_eq!(
            of_windows(116_444_736_000_000_000 + 17_000_000_005_000_000),
            Some(1_700_000_000)
        );
        assert_eq!(of_windows(u64::MAX), Some(1_833_029_933_770));
    }

    #[test]
    fn what_programs_write_that_know_no_time_is_none() {
        for seconds in [i64::MIN, -1, 0, 1, 315_532_800, 318_211_200, 499_162_500, i64::MAX] {
            assert_eq!(meaningful(seconds), None, "{seconds}");
        }
        assert_eq!(meaningful(253_402_300_800), None, "the year 10000");
        for seconds in [86_400, 315_532_801, 1_700_000_000, 253_402_300_799] {
            assert_eq!(meaningful(seconds), Some(seconds));
        }
    }
}
