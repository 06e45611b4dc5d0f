//! Which patterns are compiled together: a pure function of the patterns, so that files of the cache fit every
//! machine of a kind, however many cores it has.
//!
//! Compiling takes longer than linearly in the length of the expressions, so the longest are dealt out first, each
//! to the shard that has least to do so far.

use std::cmp::Reverse;

use crate::limits::{PATTERN_COST, PATTERNS_PER_SHARD, SHARDS_MAX};

/// Indices of patterns by shard. Each index stands in exactly one shard; within a shard they ascend.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShardPlan(Vec<Vec<usize>>);

impl ShardPlan {
    /// A plan of about eighty patterns a shard and at most sixty-four shards, given the bytes of each expression.
    pub fn new(lengths: &[usize]) -> Self {
        Self::with_shards(lengths, lengths.len().div_ceil(PATTERNS_PER_SHARD))
    }

    /// A plan of so many shards, as far as there are patterns for them.
    pub fn with_shards(lengths: &[usize], shards: usize) -> Self {
        let count = shards.clamp(1, SHARDS_MAX).min(lengths.len().max(1));
        let mut order: Vec<usize> = (0..lengths.len()).collect();
        order.sort_by_key(|index| (Reverse(lengths[*index]), *index));
        let mut shards = vec![Vec::new(); count];
        let mut costs = vec![0u64; count];
        for index in order {
            let lightest = (0..count).min_by_key(|shard| costs[*shard]).unwrap_or(0);
            costs[lightest] += lengths[index] as u64 + PATTERN_COST;
            shards[lightest].push(index);
        }
        for shard in &mut shards {
            shard.sort_unstable();
        }
        Self(shards)
    }

    /// The shards.
    pub fn shards(&self) -> &[Vec<usize>] {
        &self.0
    }

    /// How many there are: at least one.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether no pattern is planned.
    pub fn is_empty(&self) -> bool {
        self.0.iter().all(Vec::is_empty)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn costs(plan: &ShardPlan, lengths: &[usize]) -> Vec<u64> {
        let cost = |index: &usize| lengths[*index] as u64 + PATTERN_COST;
        plan.shards().iter().map(|shard| shard.iter().map(cost).sum()).collect()
    }

    #[test]
    fn about_eighty_a_shard_and_never_more_than_sixty_four_shards() {
        for (patterns, shards) in [(0, 1), (1, 1), (80, 1), (81, 2), (1700, 22), (100_000, 64)] {
            assert_eq!(ShardPlan::new(&vec![30; patterns]).len(), shards, "{patterns}");
        }
        assert_eq!(ShardPlan::with_shards(&[1, 2, 3], 10).len(), 3);
        assert!(ShardPlan::new(&[]).is_empty());
    }

    #[test]
    fn the_longest_go_first_onto_the_lightest_shard() {
        let plan = ShardPlan::with_shards(&[10, 500, 20, 400, 30], 2);
        assert_eq!(plan.shards(), [vec![1], vec![0, 2, 3, 4]]);
    }

    proptest! {
        #[test]
        fn each_pattern_is_in_one_shard_and_no_shard_is_far_above_the_mean(
            lengths in prop::collection::vec(0usize..2000, 0..600),
            shards in 0usize..80,
        ) {
            let plan = ShardPlan::with_shards(&lengths, shards);
            let mut all: Vec<usize> = plan.shards().iter().flatten().copied().collect();
            all.sort_unstable();
            prop_assert_eq!(all, (0..lengths.len()).collect::<Vec<_>>());
            prop_assert!(plan.len() <= SHARDS_MAX);
            prop_assert!(lengths.is_empty() || plan.shards().iter().all(|shard| !shard.is_empty()));
            let costs = costs(&plan, &lengths);
            // A shard took its last pattern when it was the lightest, so at most the mean.
            let mean = costs.iter().sum::<u64>() / costs.len() as u64;
            let longest = lengths.iter().max().map_or(0, |bytes| *bytes as u64 + PATTERN_COST);
            prop_assert!(costs.iter().all(|cost| *cost <= mean + longest));
            prop_assert_eq!(&ShardPlan::with_shards(&lengths, shards), &plan);
        }
    }
}
