//! Sixteen buckets of stems, chosen so that ordinary text passes few of them.
//!
//! A bucket allows, at each place of a fingerprint, every byte whose low nibble and whose high nibble some of
//! its stems have there. Stems that have nothing in common make a bucket that allows nearly everything, so
//! starting from one bucket a stem, those two are joined again and again that cost least, by how often the
//! bytes stand in source code.

use serde::{Deserialize, Serialize};

/// Bytes of a fingerprint.
pub(super) const PRINT_BYTES: usize = 4;

/// Buckets, a bit each in two bytes.
pub(super) const BUCKETS: usize = 16;

/// The nibbles that a place of a fingerprint allows, a bit each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Allowed {
    pub(super) low: u16,
    pub(super) high: u16,
}

impl Allowed {
    /// Any byte.
    pub(super) const ANY: Self = Self { low: u16::MAX, high: u16::MAX };

    fn byte(byte: u8) -> Self {
        Self { low: 1 << (byte & 15), high: 1 << (byte >> 4) }
    }

    fn or(self, other: Self) -> Self {
        Self { low: self.low | other.low, high: self.high | other.high }
    }

    /// How often a byte of source code is allowed, from 0 to 1.
    fn frequency(self) -> f32 {
        if self == Self::ANY {
            return 1.0;
        }
        let [first, second] = self.low.to_le_bytes().map(usize::from);
        let (mut sum, mut high) = (0, self.high);
        while high != 0 {
            let [firsts, seconds] = &SUMS[high.trailing_zeros() as usize % 16];
            sum += firsts[first] + seconds[second];
            high &= high - 1;
        }
        f32::from(sum) / 10_000.0
    }
}

/// What a bucket allows at each place.
pub(super) type Print = [Allowed; PRINT_BYTES];

/// The print of a stem: either case of a letter where case is ignored, anything behind its end.
pub(super) fn print(stem: &[u8], ignore_case: bool) -> Print {
    std::array::from_fn(|at| match stem.get(at) {
        None => Allowed::ANY,
        Some(byte) if ignore_case => {
            Allowed::byte(byte.to_ascii_lowercase()).or(Allowed::byte(byte.to_ascii_uppercase()))
        }
        Some(byte) => Allowed::byte(*byte),
    })
}

fn join(left: &Print, right: &Print) -> Print {
    std::array::from_fn(|at| left[at].or(right[at]))
}

/// How often a place of source code passes.
pub(super) fn cost(print: &Print) -> f32 {
    print.iter().map(|allowed| allowed.frequency()).product()
}

/// The cheapest partner of a group among those before it.
#[derive(Clone, Copy)]
struct Partner {
    group: usize,
    price: f32,
}

/// Groups on their way to buckets; joined ones are gone.
struct Groups {
    alive: Vec<Option<(Print, f32)>>,
    partners: Vec<Option<Partner>>,
}

impl Groups {
    fn price(&self, left: usize, right: usize) -> Option<f32> {
        let ((left, paid), (right, paid_too)) = (self.alive[left]?, self.alive[right]?);
        Some(cost(&join(&left, &right)) - paid - paid_too)
    }

    fn find_partner(&mut self, group: usize) {
        self.partners[group] = (0..group)
            .filter_map(|other| {
                self.price(group, other).map(|price| Partner { group: other, price })
            })
            .min_by(|left, right| left.price.total_cmp(&right.price));
    }

    /// Joins the two groups that cost least to join; whether there were two.
    fn join_cheapest(&mut self) -> bool {
        let best = (0..self.alive.len())
            .filter_map(|group| self.partners[group].map(|partner| (group, partner)))
            .min_by(|left, right| left.1.price.total_cmp(&right.1.price));
        let Some((gone, Partner { group: kept, .. })) = best else { return false };
        let (Some((left, _)), Some((right, _))) = (self.alive[kept], self.alive[gone]) else {
            return false;
        };
        let joined = join(&left, &right);
        self.alive[kept] = Some((joined, cost(&joined)));
        self.alive[gone] = None;
        self.partners[gone] = None;
        self.find_partner(kept);
        for group in kept + 1..self.alive.len() {
            let Some(partner) = self.partners[group] else { continue };
            if partner.group == kept || partner.group == gone {
                self.find_partner(group);
            } else if let Some(price) = self.price(group, kept)
                && price < partner.price
            {
                self.partners[group] = Some(Partner { group: kept, price });
            }
        }
        true
    }
}

/// What each of at most [`BUCKETS`] buckets allows, so that every print is inside one of them.
pub(super) fn buckets(mut prints: Vec<Print>) -> Vec<Print> {
    prints.sort_by_key(|print| print.map(|allowed| (allowed.high, allowed.low)));
    prints.dedup();
    let mut left = prints.len();
    let alive = prints.iter().map(|print| Some((*print, cost(print)))).collect();
    let mut groups = Groups { alive, partners: vec![None; left] };
    for group in 0..left {
        groups.find_partner(group);
    }
    while left > BUCKETS && groups.join_cheapest() {
        left -= 1;
    }
    groups.alive.into_iter().flatten().map(|(print, _)| print).collect()
}

/// Of 10,000 bytes of C and JavaScript, how many are this one; other bytes count one.
const FREQUENCIES: [u16; 128] = [
    67, 28, 31, 15, 14, 8, 7, 7, 8, 186, 217, 11, 6, 8, 3, 3, //
    6, 3, 2, 2, 3, 3, 2, 2, 3, 1, 2, 4, 2, 1, 1, 4, //
    1470, 21, 91, 23, 8, 4, 17, 21, 98, 91, 53, 12, 221, 69, 78, 53, //
    139, 75, 49, 33, 31, 24, 28, 21, 24, 20, 40, 89, 10, 73, 29, 6, //
    11, 272, 55, 121, 58, 116, 40, 43, 23, 82, 6, 23, 49, 60, 49, 56, //
    50, 17, 66, 79, 71, 33, 19, 16, 16, 14, 6, 13, 50, 13, 2, 271, //
    6, 268, 70, 194, 182, 526, 129, 82, 96, 291, 31, 47, 180, 117, 318, 248, //
    136, 20, 317, 271, 395, 155, 67, 38, 63, 51, 10, 38, 11, 39, 2, 3, //
];

/// How many bytes have a high nibble and one of a set of low nibbles: by high nibble, half of the low nibbles, and the
/// bits of that half. Choosing buckets asks for them a million times.
static SUMS: [[[u16; 256]; 2]; 16] = {
    let mut sums = [[[0; 256]; 2]; 16];
    let mut high = 0;
    while high < 16 {
        let mut mask = 1;
        while mask < 256usize {
            // One bit less, and the frequency of that bit's byte.
            let bit = mask.trailing_zeros() as usize;
            let rest = mask & (mask - 1);
            let row = 16 * high + bit;
            sums[high][0][mask] = sums[high][0][rest] + frequency_of(row);
            sums[high][1][mask] = sums[high][1][rest] + frequency_of(row + 8);
            mask += 1;
        }
        high += 1;
    }
    sums
};

const fn frequency_of(byte: usize) -> u16 {
    if byte < FREQUENCIES.len() { FREQUENCIES[byte] } else { 1 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frequencies_are_summed_over_all_bytes_that_are_allowed() {
        for (low, high) in
            [(0, 0), (1, 1 << 2), (0x8421, 0x00f0), (0xffff, 0xfffe), (0x0180, 0xffff)]
        {
            let allowed = (0..=255u8)
                .filter(|byte| low >> (byte & 15) & 1 == 1 && high >> (byte >> 4) & 1 == 1);
            let sum: u16 = allowed.map(|byte| frequency_of(usize::from(byte))).sum();
            let got = f64::from(Allowed { low, high }.frequency()) * 10_000.0;
            assert!((got - f64::from(sum)).abs() < 0.5, "{low:x} {high:x}");
        }
    }

    #[test]
    fn every_print_is_inside_a_bucket() {
        let words =
            ["pass", "pwd", "secret", "token", "key-", "api-", "AKIA", "sig=", "/t/", "Bot "];
        let many: Vec<String> = (0..120u8)
            .map(|n| format!("{}{}", words[usize::from(n) % 10], char::from(n)))
            .collect();
        let prints: Vec<Print> = many.iter().map(|word| print(word.as_bytes(), true)).collect();
        let buckets = buckets(prints.clone());
        assert!(buckets.len() <= BUCKETS);
        for wanted in prints {
            assert!(buckets.iter().any(|bucket| join(bucket, &wanted) == *bucket));
        }
    }

    #[test]
    fn alike_stems_share_a_bucket() {
        let mut words: Vec<String> =
            (0..16).map(|n| format!("{}zq", char::from(b'a' + n))).collect();
        words.push("azr".to_owned());
        let prints = words.iter().map(|word| print(word.as_bytes(), false)).collect();
        let joined = join(&print(b"azq", false), &print(b"azr", false));
        assert!(buckets(prints).contains(&joined));
    }
}
