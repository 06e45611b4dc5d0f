//! Makes up detectors, so that the cost of many can be measured before many are written.
//!
//! Services, prefixes and key words are pronounceable nonsense from a fixed seed: the same count
//! gives the same file everywhere, and no real service is meant. The shapes are mixed as in a real
//! set: two of five tokens with a prefix, the others keyed by the service's name. They carry no
//! examples and stand alone: the file is for `--config` and turns the built-in set off, so that the
//! figures do not move when that set grows.

use std::fmt::Write as _;

/// A TOML file with `count` detectors.
pub(crate) fn detectors(count: u32) -> String {
    let mut text = String::from("[extend]\nuse_default = false\n");
    let mut random = Random(0x5eed_0f5c_a44e_d001);
    for index in 0..count {
        let name = name(&mut random, 3);
        let shape =
            if index % 5 < 2 { token(&name, &mut random) } else { keyed(&name, &mut random) };
        let _ = write!(
            text,
            "\n[[detector]]\nid = \"synthetic-{name}-{index}\"\nservice = \"synthetic\"\nname = \"Made-up {name} key\"\n{shape}\n",
        );
    }
    text
}

fn token(name: &str, random: &mut Random) -> String {
    let prefix = format!("{}{}", &name[..3], name_end(random));
    let joint = ["_", "-", "_live_", "_pat_"][random.below(4)];
    let body = ["[0-9A-Za-z]", "[0-9a-f]", "[0-9A-Za-z_-]", "[0-9A-Z]"][random.below(4)];
    let length = 24 + random.below(32);
    format!("token = {{ prefix = \"{prefix}{joint}\", body = \"{body}{{{length}}}\" }}")
}

fn keyed(name: &str, random: &mut Random) -> String {
    let value = ["[0-9a-f]", "[0-9A-Za-z]", "[0-9A-Z]"][random.below(3)];
    let length = 24 + random.below(24);
    format!("keyed = {{ keywords = [\"{name}\"], value = \"{value}{{{length}}}\" }}")
}

/// A word of `syllables`, with a rare letter in front.
fn name(random: &mut Random, syllables: usize) -> String {
    const FIRST: &[u8] = b"bdfgjkmpqvwxz";
    const VOWELS: &[u8] = b"aeiouy";
    const LAST: &[u8] = b"kmnrstvxz";
    let mut name = String::new();
    for _ in 0..syllables {
        name.push(char::from(FIRST[random.below(FIRST.len())]));
        name.push(char::from(VOWELS[random.below(VOWELS.len())]));
        name.push(char::from(LAST[random.below(LAST.len())]));
    }
    name
}

fn name_end(random: &mut Random) -> char {
    char::from(b'a' + u8::try_from(random.below(26)).expect("26 letters fit a byte"))
}

/// A small generator of numbers that look random (xorshift64*).
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let mixed = self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33;
        usize::try_from(mixed).expect("31 bits fit a usize") % end
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn tables(count: u32) -> Vec<toml::Table> {
        let table: toml::Table = toml::from_str(&detectors(count)).unwrap();
        table
            .get("detector")
            .and_then(toml::Value::as_array)
            .map(|all| all.iter().map(|one| one.as_table().unwrap().clone()).collect())
            .unwrap_or_default()
    }

    #[test]
    fn as_many_as_asked_for_with_an_id_of_their_own_and_one_shape() {
        let tables = tables(1000);
        assert_eq!(tables.len(), 1000);
        let ids: BTreeSet<&str> = tables.iter().map(|one| one["id"].as_str().unwrap()).collect();
        assert_eq!(ids.len(), 1000);
        let tokens = tables.iter().filter(|one| one.contains_key("token")).count();
        let keyed = tables.iter().filter(|one| one.contains_key("keyed")).count();
        assert_eq!((tokens, keyed), (400, 600));
    }

    #[test]
    fn words_are_as_different_as_those_of_real_services() {
        let keywords: BTreeSet<String> = tables(1000)
            .iter()
            .filter_map(|one| one.get("keyed"))
            .map(|keyed| keyed["keywords"][0].as_str().unwrap().to_owned())
            .collect();
        assert!(keywords.len() > 590, "{}", keywords.len());
        assert!(keywords.iter().all(|word| word.len() == 9));
    }

    #[test]
    fn the_same_count_gives_the_same_file() {
        assert_eq!(detectors(50), detectors(50));
        assert!(detectors(100).starts_with(&detectors(50)));
        assert!(tables(0).is_empty());
    }
}
