//! The trained weights: boosted decision trees over whole numbers.
//!
//! `model.txt` is written by `tools/judge/train.py`. Its first lines state what it was trained for; then each
//! tree is a line with its number of nodes, followed by its nodes, one a line:
//! `feature threshold left right value`, a leaf having `-` for the first four. Values are thousandths of log
//! odds. A candidate goes left where its feature is not above the threshold. The value of an inner node is
//! the mean of what is below it, so that the difference along a path says what each feature weighed.

use std::sync::OnceLock;

use scanner_core::Confidence;

use super::features::{FEATURE_COUNT, FEATURE_NAMES, Features};

static TEXT: &str = include_str!("model.txt");

/// What a feature weighed in a judgement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Weighed {
    /// The feature.
    pub name: &'static str,
    /// Its number.
    pub number: i16,
    /// Thousandths of log odds that it added.
    pub weight: i32,
}

/// A node of a tree; a leaf has itself on both sides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Node {
    feature: u8,
    threshold: i16,
    left: u16,
    right: u16,
    value: i32,
}

/// The trees, one behind the other, and where each begins.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Model {
    base: i32,
    /// Log odds from which a candidate is likely.
    pub(crate) likely: i32,
    /// Log odds from which it is possible.
    pub(crate) possible: i32,
    nodes: Vec<Node>,
    roots: Vec<usize>,
    /// By tree: the least and the most that it and all behind it can add.
    rest: Vec<(i32, i32)>,
}

/// The model that is built in, read at the first candidate.
pub(crate) fn built_in() -> &'static Model {
    static MODEL: OnceLock<Model> = OnceLock::new();
    MODEL.get_or_init(|| Model::parse(TEXT).expect("a test reads the file that is built in"))
}

impl Model {
    fn parse(text: &str) -> Option<Self> {
        let mut lines = text.lines().filter(|line| !line.starts_with('#'));
        let mut number =
            |name: &str| -> Option<i32> { lines.next()?.strip_prefix(name)?.trim().parse().ok() };
        let features = number("features")?;
        let mut model = Self {
            base: number("base")?,
            likely: number("likely")?,
            possible: number("possible")?,
            nodes: Vec::new(),
            roots: Vec::new(),
            rest: Vec::new(),
        };
        if usize::try_from(features).ok()? != FEATURE_COUNT {
            return None;
        }
        while let Some(line) = lines.next() {
            let count: usize = line.strip_prefix("tree ")?.parse().ok()?;
            let root = model.nodes.len();
            model.roots.push(root);
            for index in 0..count {
                model.nodes.push(Node::parse(lines.next()?, index, count)?);
            }
        }
        model.rest = model.bounds();
        Some(model)
    }

    /// What each tree and all behind it can add.
    fn bounds(&self) -> Vec<(i32, i32)> {
        let (mut end, mut rest) = (self.nodes.len(), (0, 0));
        let mut bounds = Vec::with_capacity(self.roots.len());
        for root in self.roots.iter().rev() {
            let leaves = self.nodes[*root..end].iter().filter(|node| node.left == node.right);
            let values = leaves.map(|leaf| leaf.value);
            rest.0 += values.clone().min().unwrap_or(0);
            rest.1 += values.max().unwrap_or(0);
            bounds.push(rest);
            end = *root;
        }
        bounds.reverse();
        bounds
    }

    /// How sure the trees are that a candidate is a secret; `None` if they refuse it. Trees that cannot change the
    /// answer any more are not asked.
    pub(crate) fn confidence(&self, features: &Features) -> Option<Confidence> {
        let answer = |odds: i32| match odds {
            _ if odds >= self.likely => Some(Confidence::Likely),
            _ if odds >= self.possible => Some(Confidence::Possible),
            _ => None,
        };
        let mut odds = self.base;
        for (root, (least, most)) in self.roots.iter().zip(&self.rest) {
            let surely = answer(odds + least);
            if surely == answer(odds + most) {
                return surely;
            }
            odds += self.walk(*root, features, |_, _| {});
        }
        answer(odds)
    }

    /// Walks down a tree, calling `visit` with each inner node and the value chosen; returns the leaf's value.
    fn walk(&self, root: usize, features: &Features, mut visit: impl FnMut(&Node, i32)) -> i32 {
        let mut node = &self.nodes[root];
        while node.left != node.right {
            let number = features.numbers()[usize::from(node.feature)];
            let next = if number <= node.threshold { node.left } else { node.right };
            let next = &self.nodes[root + usize::from(next)];
            visit(node, next.value);
            node = next;
        }
        node.value
    }

    /// What weighed how much, the heaviest first; features that weighed nothing are left out.
    pub(crate) fn weigh(&self, features: &Features) -> Vec<Weighed> {
        let mut weights = [0i32; FEATURE_COUNT];
        for root in &self.roots {
            self.walk(*root, features, |node, value| {
                weights[usize::from(node.feature)] += value - node.value;
            });
        }
        let mut all: Vec<Weighed> = (0..FEATURE_COUNT)
            .filter(|index| weights[*index] != 0)
            .map(|index| Weighed {
                name: FEATURE_NAMES[index],
                number: features.numbers()[index],
                weight: weights[index],
            })
            .collect();
        all.sort_by_key(|one| (-one.weight.abs(), one.name));
        all
    }
}

impl Node {
    /// Reads a node; children lie behind their parent, so that every walk ends.
    fn parse(line: &str, index: usize, count: usize) -> Option<Self> {
        let fields: Vec<&str> = line.split(' ').collect();
        let [feature, threshold, left, right, value] = fields[..] else { return None };
        let value = value.parse().ok()?;
        if feature == "-" {
            return Some(Self { feature: 0, threshold: 0, left: 0, right: 0, value });
        }
        let child = |text: &str| -> Option<u16> {
            text.parse::<u16>()
                .ok()
                .filter(|child| (index + 1..count).contains(&usize::from(*child)))
        };
        let node = Self {
            feature: feature.parse().ok()?,
            threshold: threshold.parse().ok()?,
            left: child(left)?,
            right: child(right)?,
            value,
        };
        let is_sound = usize::from(node.feature) < FEATURE_COUNT && node.left != node.right;
        is_sound.then_some(node)
    }
}

#[cfg(test)]
mod tests {
    use super::super::features::Feature;
    use super::*;

    fn small() -> String {
        format!(
            "# made up\nfeatures {FEATURE_COUNT}\nbase -100\nlikely 500\npossible 0\ntree 3\n0 9 1 2 10\n- - - - -400\n- - - - 800\n"
        )
    }

    #[test]
    fn trees_are_walked_and_weighed() {
        let model = Model::parse(&small()).unwrap();
        let mut features = Features::default();
        assert_eq!(model.confidence(&features), None);
        features.set(Feature::Length, 10);
        assert_eq!(model.confidence(&features), Some(Confidence::Likely));
        let weighed = model.weigh(&features);
        assert_eq!(weighed.len(), 1);
        assert_eq!(
            (weighed[0].name, weighed[0].number, weighed[0].weight),
            (FEATURE_NAMES[0], 10, 790)
        );
    }

    #[test]
    fn trees_that_are_not_asked_change_nothing() {
        let model = built_in();
        let mut state = 1_u64;
        let mut answers = std::collections::HashSet::new();
        for _ in 0..2000 {
            let mut features = Features::default();
            let node = &model.nodes;
            for _ in 0..40 {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                let node = node[(state >> 33) as usize % node.len()];
                features.set_number(node.feature.into(), node.threshold + (state >> 20 & 1) as i16);
            }
            let leaf = |root: &usize| model.walk(*root, &features, |_, _| {});
            let odds = model.base + model.roots.iter().map(leaf).sum::<i32>();
            let wanted = match odds {
                _ if odds >= model.likely => Some(Confidence::Likely),
                _ if odds >= model.possible => Some(Confidence::Possible),
                _ => None,
            };
            assert_eq!(model.confidence(&features), wanted, "{odds}");
            answers.insert(wanted);
        }
        assert_eq!(answers.len(), 3, "all answers were met");
    }

    #[test]
    fn a_file_that_is_damaged_is_refused() {
        let good = small();
        for (from, to) in [
            ("features", "featurs"),
            ("tree 3", "tree 4"),
            ("0 9 1 2 10", "0 9 0 2 10"),
            ("0 9 1 2 10", "0 9 1 3 10"),
            ("0 9 1 2 10", "255 9 1 2 10"),
            ("0 9 1 2 10", "0 9 1 10"),
            ("base -100", "base x"),
        ] {
            assert_eq!(Model::parse(&good.replacen(from, to, 1)), None, "{to}");
        }
    }

    #[test]
    fn the_model_that_is_built_in_can_be_read() {
        let model = built_in();
        assert!(model.possible <= model.likely && !model.roots.is_empty());
    }
}
