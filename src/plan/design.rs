//! Recognises the arms that take apart what a batch size changes at once.

use crate::domain::train::Train;
use crate::stats::{Cause, Design, Evidence, Outcomes, Role};
use std::collections::BTreeMap;

/// The design of a sweep that has an arm of another gradient noise or of other betas; nothing for others. The large batch
/// size is the largest, the small one that which most of the arms refer to.
pub(super) fn design(train: &Train, baseline: &Outcomes, causes: &[Cause]) -> Option<Design> {
    let large = train.batch_sizes.iter().copied().max()?;
    let smaller = train.batch_sizes.iter().copied().filter(|size| *size < large);
    let designs = smaller.map(|small| Design { small, large, cells: cells(train, baseline, causes, small, large) });
    let is_one = |design: &Design| {
        let cells = &design.cells;
        cells.contains_key(&Role::LargeUpdatesNoise) || cells.contains_key(&Role::LargeRateBetas)
    };
    designs.filter(is_one).max_by_key(|design| design.cells.len())
}

/// The cells that arms stand for, by their changes: with or without finished runs.
fn cells(
    train: &Train,
    baseline: &Outcomes,
    causes: &[Cause],
    small: u32,
    large: u32,
) -> BTreeMap<Role, BTreeMap<u32, f64>> {
    let mut cells =
        BTreeMap::from([(Role::Small, baseline.by_instance(small)), (Role::Large, baseline.by_instance(large))]);
    let linear = "learning_rate_scaling=linear".to_owned();
    let arms = [
        (Role::LargeRate, linear.clone(), large, train.learning_rate_reference == small),
        (Role::LargeUpdates, format!("updates_of={small}"), large, true),
        (Role::LargeUpdatesNoise, format!("noise_of={small}+updates_of={small}"), large, true),
        (Role::LargeRateBetas, format!("betas_of={small}+{linear}"), large, train.learning_rate_reference == small),
        (Role::Accumulated, format!("accumulate={}", large / small), small, large.is_multiple_of(small)),
    ];
    for (role, changes, batch_size, _) in arms.into_iter().filter(|(.., applies)| *applies) {
        let Some(cause) = causes.iter().find(|cause| cause.changes == changes) else { continue };
        if let Evidence::Removal(outcomes) | Evidence::Introduction(outcomes) = &cause.evidence {
            cells.insert(role, outcomes.by_instance(batch_size));
        }
    }
    cells
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::Outcome;

    fn outcomes(accuracy: f64) -> Outcomes {
        let outcome = |batch_size| Outcome { batch_size, iid: 0, accuracy, one_class: false };
        [8, 64].map(outcome).into_iter().collect()
    }

    fn arm(changes: &str, accuracy: f64) -> Cause {
        let evidence = Evidence::Removal(outcomes(accuracy));
        Cause { arm: changes.into(), name: changes.into(), changes: changes.into(), evidence }
    }

    #[test]
    fn arms_are_recognised_by_their_changes() {
        let train = Train { batch_sizes: vec![8, 64], ..Train::default() };
        let (rate, updates) = (arm("learning_rate_scaling=linear", 0.3), arm("updates_of=8", 0.4));
        let noise = arm("noise_of=8+updates_of=8", 0.5);
        let of = |causes: &[Cause]| design(&train, &outcomes(0.1), causes);
        assert_eq!(of(&[rate.clone(), updates.clone()]), None, "an investigation of another kind");
        let found = of(&[rate, updates, noise, arm("accumulate=8", 0.7), arm("betas_of=4", 0.9)]).unwrap();
        assert_eq!((found.small, found.large), (8, 64));
        let cells: Vec<(Role, f64)> = found.cells.iter().map(|(role, cell)| (*role, cell[&0])).collect();
        let expected = [
            (Role::Small, 0.1),
            (Role::Large, 0.1),
            (Role::LargeRate, 0.3),
            (Role::LargeUpdates, 0.4),
            (Role::LargeUpdatesNoise, 0.5),
            (Role::Accumulated, 0.7),
        ];
        assert_eq!(cells, expected);
    }
}
