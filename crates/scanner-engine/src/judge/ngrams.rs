//! How unlike words a text is: the mean cost of its letters, each given the two before it.
//!
//! The table (`ngrams.txt`, made by `tools/judge/ngrams.py` from the words of public source trees) has a line
//! for each pair of letters and a character for each letter behind it: quarter bits over `0`. The first letter
//! is the edge of a word. A run of digits, a separator and the hump of a camel end a word.

/// 27 lines a first letter, 27 characters and a line break each.
static TABLE: &[u8] = include_bytes!("ngrams.txt");

const LETTERS: usize = 27;
const LINE: usize = LETTERS + 1;

const _: () = assert!(include_bytes!("ngrams.txt").len() == LETTERS * LETTERS * LINE);

/// Letters of a window whose cost is looked at alone.
const WINDOW: usize = 5;

/// Costs of a value's letters, in hundredths of a quarter bit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Costs {
    /// The mean.
    pub(crate) mean: usize,
    /// Of the [`WINDOW`] letters that are least like words.
    pub(crate) max: usize,
    /// Of those that are most.
    pub(crate) min: usize,
    /// Words.
    pub(crate) parts: usize,
    /// Letters of the longest word.
    pub(crate) longest: usize,
}

/// The state of a walk over a value.
struct Walk {
    costs: Costs,
    sum: usize,
    steps: usize,
    recent: [usize; WINDOW],
    /// The two letters before.
    context: (usize, usize),
    word: usize,
}

impl Walk {
    fn step(&mut self, letter: usize) {
        let cost =
            usize::from(TABLE[(self.context.0 * LETTERS + self.context.1) * LINE + letter] - b'0');
        self.context = (self.context.1, letter);
        self.recent[self.steps % WINDOW] = cost;
        self.sum += cost;
        self.steps += 1;
        if self.steps >= WINDOW {
            let window = self.recent.iter().sum::<usize>() * 100 / WINDOW;
            self.costs.max = self.costs.max.max(window);
            self.costs.min = if self.steps == WINDOW { window } else { self.costs.min.min(window) };
        }
    }

    fn end_word(&mut self) {
        if self.word > 0 {
            self.step(0);
            self.costs.parts += 1;
            self.costs.longest = self.costs.longest.max(self.word);
        }
        self.word = 0;
        self.context = (0, 0);
    }
}

/// The costs of a value.
pub(crate) fn costs(value: &[u8]) -> Costs {
    let mut walk = Walk {
        costs: Costs::default(),
        sum: 0,
        steps: 0,
        recent: [0; WINDOW],
        context: (0, 0),
        word: 0,
    };
    let mut last_lower = false;
    for byte in value {
        if !byte.is_ascii_alphabetic() || (last_lower && byte.is_ascii_uppercase()) {
            walk.end_word();
        }
        last_lower = byte.is_ascii_lowercase();
        if byte.is_ascii_alphabetic() {
            walk.step(usize::from(byte.to_ascii_lowercase() - b'a') + 1);
            walk.word += 1;
        }
    }
    walk.end_word();
    let mut costs = walk.costs;
    costs.mean = walk.sum * 100 / walk.steps.max(1);
    if walk.steps < WINDOW {
        (costs.max, costs.min) = (costs.mean, costs.mean);
    }
    costs
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_cost_less_than_noise() {
        for (word, noise) in [
            ("password", "qzhxkwvt"), // scanner-rs:allow (made up)
            ("getConfigValue", "xKjQwZpTrVnB"),
            ("favorite_setting", "fvqkzrte_xwdtjng"),
        ] {
            let (word, noise) = (costs(word.as_bytes()), costs(noise.as_bytes()));
            assert!(word.mean + 500 < noise.mean, "{word:?} {noise:?}");
        }
    }

    #[test]
    fn parts_are_counted() {
        let costs = costs(b"ab_cdEfg12hi");
        assert_eq!((costs.parts, costs.longest), (4, 3));
        assert_eq!(super::costs(b"1234"), Costs::default());
    }
}
