//! Looks at verdicts, and the error that each may spend, over all looks and all causes.

use super::sequential::{Step, level};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// The chance of any wrong verdict, over all causes and all looks.
pub const ALPHA: f64 = 0.05;

/// What a verdict was shown of.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Look {
    /// of every cell
    pub instances: usize,
    /// number of causes judged
    pub causes: usize,
    /// ascending; empty in looks of earlier versions, which are taken as looks at whatever is asked for
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub batch_sizes: Vec<u32>,
    /// what the arm of each cause changes; empty in looks of earlier versions, of which the number alone is known
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub changes: Vec<String>,
}

impl Look {
    fn is_of_sizes(&self, other: &Look) -> bool {
        self.batch_sizes.is_empty() || other.batch_sizes.is_empty() || self.batch_sizes == other.batch_sizes
    }

    /// Whether the number of its causes alone is known.
    fn is_unnamed(&self) -> bool {
        self.changes.is_empty() && self.causes > 0
    }

    fn has_causes_of(&self, other: &Look) -> bool {
        if self.is_unnamed() || other.is_unnamed() {
            return other.causes <= self.causes;
        }
        other.changes.iter().all(|cause| self.changes.contains(cause))
    }

    /// Whether all that the other look shows was seen in this one.
    pub fn covers(&self, other: &Look) -> bool {
        self.instances == other.instances && self.is_of_sizes(other) && self.has_causes_of(other)
    }
}

/// What a look may err.
#[derive(Clone, Debug, PartialEq)]
pub struct Levels {
    /// its number, from 1
    pub look: usize,
    /// of the effect's interval
    pub effect: f64,
    /// of the interval of each cause, in their order
    pub causes: Vec<f64>,
    /// what the next look could have for the effect, and for each cause, if it had twice the instances
    pub next_effect: f64,
    pub next_cause: f64,
}

/// The levels of a look after the earlier ones.
///
/// Each new look spends a part of what the earlier ones left of [`ALPHA`]. More instances of what was looked at before
/// spend the part by which the data grew, 1 - n_before / n, so that many small steps cost no more than one large one (an
/// alpha-spending function in the sense of Lan and DeMets 1983); anything else, other batch sizes or further causes or
/// fewer instances, spends half. Causes have an account of their own behind the effect's, and a look shares what it
/// spends among all causes judged so far, whether or not they are still there. What was seen before keeps its level.
pub fn levels(earlier: &[Look], look: &Look) -> Levels {
    let mut distinct: Vec<&Look> = Vec::new();
    for known in earlier.iter().chain([look]) {
        if !distinct.iter().any(|earlier| earlier.covers(known)) {
            distinct.push(known);
        }
    }
    let place = distinct.iter().position(|earlier| earlier.covers(look)).unwrap_or(0);
    let distinct = &distinct[..=place];
    let effect = Account::of(distinct.iter().copied(), Look::is_of_sizes, |_| 1);
    let (mut named, mut unnamed) = (BTreeSet::new(), 0);
    let mut family = |look: &Look| {
        named.extend(look.changes.iter().cloned());
        unnamed = unnamed.max(look.causes);
        named.len().max(unnamed)
    };
    let same = |earlier: &Look, now: &Look| earlier.is_of_sizes(now) && earlier.has_causes_of(now);
    let causes = Account::of(distinct.iter().copied().filter(|look| look.causes > 0), same, &mut family);
    let mut known: Vec<(Vec<Step>, f64)> = Vec::new();
    let mut level_of_cause = |number: usize| {
        let cause = look.changes.get(number);
        let steps =
            causes.steps(look, |other| other.is_unnamed() || cause.is_some_and(|cause| other.changes.contains(cause)));
        // causes that were seen together have one level
        if let Some((_, level)) = known.iter().find(|(known, _)| *known == steps) {
            return *level;
        }
        let level = level(&steps);
        known.push((steps, level));
        level
    };
    Levels {
        look: place + 1,
        effect: level(&effect.steps(look, |_| true)),
        causes: (0..look.causes).map(&mut level_of_cause).collect(),
        next_effect: effect.left / 2.0,
        next_cause: causes.left / 2.0 / family(look).max(1) as f64,
    }
}

/// What was spent of [`ALPHA`], look by look.
struct Account<'l> {
    /// looks, and what each spent on one of those that share it
    entries: Vec<(&'l Look, f64)>,
    left: f64,
}

impl<'l> Account<'l> {
    /// `goes_on(earlier, now)`: whether a look is at more or fewer instances of the same; `sharing`: by how many what it
    /// spends is shared.
    fn of(
        looks: impl Iterator<Item = &'l Look>,
        goes_on: impl Fn(&Look, &Look) -> bool,
        mut sharing: impl FnMut(&Look) -> usize,
    ) -> Self {
        let mut account = Self { entries: Vec::new(), left: ALPHA };
        for look in looks {
            let shared = sharing(look).max(1) as f64;
            let before = account.entries.iter().filter(|(earlier, _)| goes_on(earlier, look));
            let before: Vec<usize> = before.map(|(earlier, _)| earlier.instances).collect();
            if before.contains(&look.instances) {
                continue;
            }
            let part = match before.into_iter().max() {
                Some(before) if before < look.instances => 1.0 - before as f64 / look.instances as f64,
                _ => 0.5,
            };
            account.entries.push((look, part * account.left / shared));
            account.left *= 1.0 - part;
        }
        account
    }

    /// The steps up to these instances of what the looks that are `part` showed, as when it was first seen.
    fn steps(&self, look: &Look, part: impl Fn(&Look) -> bool) -> Vec<Step> {
        let mut steps: Vec<Step> = Vec::new();
        for (earlier, spent) in self.entries.iter().filter(|(earlier, _)| earlier.is_of_sizes(look) && part(earlier)) {
            let step = Step { instances: earlier.instances, spent: *spent };
            if earlier.instances == look.instances {
                // looks at more instances than these share all of them: what they spent is added up, not integrated
                steps.retain(|before| before.instances < look.instances);
                steps.push(step);
                return steps;
            }
            if steps.last().is_none_or(|last| last.instances < step.instances) {
                steps.push(step);
            }
        }
        steps
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn look(instances: usize, batch_sizes: &[u32], changes: &[&str]) -> Look {
        let changes: Vec<String> = changes.iter().map(|change| (*change).to_owned()).collect();
        Look { instances, causes: changes.len(), batch_sizes: batch_sizes.to_vec(), changes }
    }

    fn old(instances: usize, causes: usize) -> Look {
        Look { instances, causes, ..Look::default() }
    }

    const SIZES: &[u32] = &[2, 8];

    #[test]
    fn the_same_again_is_no_new_look_and_keeps_its_levels() {
        let first = look(5, SIZES, &["a", "b"]);
        let alone = levels(&[], &first);
        assert_eq!((alone.look, alone.causes.len()), (1, 2));
        assert!((alone.effect - 0.025).abs() < 1e-9 && (alone.causes[1] - 0.0125).abs() < 1e-9);
        assert_eq!(levels(std::slice::from_ref(&first), &first), alone);
        let later = [first.clone(), look(10, SIZES, &["a", "b"])];
        assert_eq!(levels(&later, &first), alone);
        let fewer = levels(&later, &look(5, SIZES, &["b"]));
        assert_eq!((fewer.look, fewer.causes), (1, vec![alone.causes[1]]), "a cause that is left out keeps its place");
    }

    #[test]
    fn further_causes_are_a_look_and_share_with_all_earlier_ones() {
        let seen = [look(5, SIZES, &["a"]), look(5, SIZES, &["b"])];
        let third = levels(&seen, &look(5, SIZES, &["a", "c"]));
        assert_eq!((third.look, third.effect), (3, levels(&[], &seen[0]).effect), "the effect was seen before");
        assert!((third.causes[0] - 0.025).abs() < 1e-9, "and so was the first cause");
        assert!((third.causes[1] - 0.05 / 8.0 / 3.0).abs() < 1e-9, "{third:?}");
    }

    #[test]
    fn other_batch_sizes_are_a_look() {
        let seen = [look(5, SIZES, &[]), look(5, &[2, 64], &[])];
        let third = levels(&seen, &look(5, &[8, 64], &[]));
        assert_eq!(third.look, 3);
        assert!((third.effect - 0.05 / 8.0).abs() < 1e-9);
    }

    #[test]
    fn many_small_steps_spend_no_more_than_a_large_one() {
        let steps: Vec<Look> = (5..=40).map(|instances| look(instances, SIZES, &[])).collect();
        let account = Account::of(steps.iter(), Look::is_of_sizes, |_| 1);
        assert!((account.left - ALPHA / 2.0 * 5.0 / 40.0).abs() < 1e-12);
        let last = levels(&steps[..35], &steps[35]).effect;
        // the last of them spends a fortieth of what the one before left, and may err ten times as often for being correlated
        let spent = ALPHA / 2.0 * 5.0 / 39.0 / 40.0;
        assert!(last > 10.0 * spent && last < 0.025, "{last}, {spent} spent");
    }

    #[test]
    fn looks_of_earlier_versions_count_as_looks_at_the_same() {
        let seen = [old(5, 2)];
        assert_eq!(levels(&seen, &look(5, SIZES, &["a", "b"])).look, 1);
        assert_eq!(levels(&seen, &look(5, SIZES, &["a", "b", "c"])).look, 2);
        assert_eq!(levels(&seen, &look(10, SIZES, &["a", "b"])).look, 2);
        let read: Look = serde_json::from_str(r#"{"instances":5,"causes":2}"#).unwrap();
        assert_eq!(read, seen[0]);
    }

    #[test]
    fn whatever_is_looked_at_all_looks_together_spend_no_more_than_there_is() {
        let sizes: [&[u32]; 3] = [&[2, 8], &[2, 64], &[2, 8, 64]];
        let all: Vec<Look> = (0..60).map(|k| look(3 + k * 7 % 11, sizes[k % 3], &["a", "b", "c"][..k % 4])).collect();
        let account = Account::of(all.iter(), Look::is_of_sizes, |_| 1);
        let spent: f64 = account.entries.iter().map(|(_, spent)| spent).sum();
        assert!(spent <= ALPHA && account.entries.len() > 20);
    }
}
