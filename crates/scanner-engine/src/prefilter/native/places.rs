//! Places collected from masks, to be looked at in a loop of their own: a loop that does not guess how many
//! bits a mask has costs less than the guesses that it saves.

/// Places of a strip, as distances from its begin; room for `N` of them and some slack.
#[derive(Debug)]
pub(super) struct Places<const N: usize> {
    places: [u16; N],
    len: usize,
}

/// Places that are written without asking how many there are.
const AT_ONCE: usize = 4;

impl<const N: usize> Places<N> {
    /// Bits whose places fit.
    pub(super) const BITS_MAX: usize = N - AT_ONCE;

    /// None.
    pub(super) fn new() -> Self {
        const { assert!(N > AT_ONCE && N <= 1 << 16) }
        Self { places: [0; N], len: 0 }
    }

    /// Forgets them.
    #[inline(always)]
    pub(super) fn clear(&mut self) {
        self.len = 0;
    }

    /// Appends the bits of `mask`, the first bit being `at`. Bits beyond the room are the caller's mistake.
    #[inline(always)]
    pub(super) fn push(&mut self, mut mask: u64, at: usize) {
        let end = self.len + mask.count_ones() as usize;
        assert!(end <= Self::BITS_MAX, "no more bits than there is room for");
        loop {
            if let Some(four) = self.places.get_mut(self.len..self.len + AT_ONCE) {
                for place in four {
                    *place = (at + mask.trailing_zeros() as usize) as u16;
                    mask &= mask.wrapping_sub(1);
                }
            }
            self.len += AT_ONCE;
            if self.len >= end {
                break;
            }
        }
        self.len = end;
    }

    /// The places, in order.
    #[inline(always)]
    pub(super) fn iter(&self) -> impl Iterator<Item = usize> + '_ {
        self.places[..self.len].iter().map(|place| usize::from(*place))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_the_bits_of_the_masks() {
        let mut places: Places<200> = Places::new();
        places.push(0, 0);
        places.push(1 << 63 | 1, 64);
        places.push(u64::MAX, 128);
        places.push(0, 192);
        places.push(0b1010_0000_0001, 256);
        let want: Vec<usize> =
            [64, 127].into_iter().chain(128..192).chain([256, 265, 267]).collect();
        assert_eq!(places.iter().collect::<Vec<_>>(), want);
        places.clear();
        assert_eq!(places.iter().count(), 0);
    }
}
