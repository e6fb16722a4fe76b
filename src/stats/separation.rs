//! Planned contrasts that take apart what a batch size changes at once: the cumulative learning rate, the noise of the
//! gradients, the pairs seen, the number of updates, and the time constants of Adam.

use super::estimate::{Estimate, Interval};
use super::looks::ALPHA;
use super::scale::AccuracyScale;
use super::verdict::MINOR;
use std::collections::BTreeMap;

/// The cells of the design, each at one batch size. `Small` and `Large` are the baseline's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    Small,
    Large,
    /// large batches at a rate as much higher as they are larger
    LargeRate,
    /// large batches, as many updates as the small ones make
    LargeUpdates,
    /// the same, with the gradient noise of a small batch
    LargeUpdatesNoise,
    /// as `LargeRate`, Adam's betas with the half-lives that they have at small batches, in pairs
    LargeRateBetas,
    /// small batches accumulated to a large one: the negative control
    Accumulated,
}

impl Role {
    /// The cell in words.
    pub fn words(self) -> &'static str {
        match self {
            Role::Small => "the small batch size",
            Role::Large => "the large batch size",
            Role::LargeRate => "the large batch size at a higher rate",
            Role::LargeUpdates => "the large batch size with as many updates",
            Role::LargeUpdatesNoise => "the large batch size with as many updates and the noise of the small one",
            Role::LargeRateBetas => "the large batch size at a higher rate with scaled betas",
            Role::Accumulated => "small batches accumulated to a large one",
        }
    }

    /// Base-2 logarithms of cumulative rate, updates, batch size of the gradient noise, and pairs, relative to the small
    /// batch size, where the large one is `doublings` larger. Nothing for what they do not describe.
    fn dose(self, doublings: f64) -> Option<[f64; FACTORS.len()]> {
        let d = doublings;
        Some(match self {
            Role::Small => [0.0, 0.0, 0.0, 0.0],
            Role::Large | Role::Accumulated => [-d, -d, d, 0.0],
            Role::LargeRate => [0.0, -d, d, 0.0],
            Role::LargeUpdates => [0.0, 0.0, d, d],
            Role::LargeUpdatesNoise => [0.0, 0.0, 0.0, d],
            Role::LargeRateBetas => return None,
        })
    }
}

/// What the regression is on, in the order of [`Role::dose`].
pub const FACTORS: [&str; 4] = ["cumulative learning rate", "number of updates", "gradient noise", "pairs seen"];

/// A planned contrast: what it is about, and its cells with their weights.
struct Planned {
    about: &'static str,
    terms: &'static [(Role, f64)],
}

const PLANNED: [Planned; 5] = [
    Planned { about: "cumulative learning rate", terms: &[(Role::LargeRate, 1.0), (Role::Large, -1.0)] },
    Planned { about: "gradient noise", terms: &[(Role::LargeUpdatesNoise, 1.0), (Role::LargeUpdates, -1.0)] },
    Planned { about: "pairs seen", terms: &[(Role::LargeUpdatesNoise, 1.0), (Role::Small, -1.0)] },
    Planned {
        about: "number of updates",
        terms: &[
            (Role::LargeUpdates, 1.0),
            (Role::LargeRate, -1.0),
            (Role::LargeUpdatesNoise, -1.0),
            (Role::Small, 1.0),
        ],
    },
    Planned { about: "time constants of Adam", terms: &[(Role::LargeRateBetas, 1.0), (Role::LargeRate, -1.0)] },
];

impl Planned {
    /// By which a look remembers it.
    fn name(&self) -> String {
        format!("contrast of {}", self.about)
    }
}

/// The contrasts as looks remember them: they share the causes' chance of error.
pub(super) fn planned() -> impl Iterator<Item = String> {
    PLANNED.into_iter().map(|planned| planned.name())
}

/// The cells of a sweep that has this design.
#[derive(Clone, Debug, PartialEq)]
pub struct Design {
    /// batch sizes
    pub small: u32,
    pub large: u32,
    pub cells: BTreeMap<Role, Accuracies>,
}

/// Accuracies of a cell by instance.
pub type Accuracies = BTreeMap<u32, f64>;

/// The answer of the design.
#[derive(Clone, Debug, PartialEq)]
pub struct Separation {
    /// of the small batch size over the large one
    pub effect: Option<Difference>,
    pub contrasts: Vec<Contrasted>,
    /// contrasts that a missing cell leaves out: what they are about, and the cell
    pub left_out: Vec<(&'static str, Role)>,
    pub control: Control,
    /// accuracy per doubling of each of [`FACTORS`]; nothing for those that are not separable
    pub regression: Vec<(&'static str, Option<Difference>)>,
    /// chance of error of each contrast's interval
    pub alpha: f64,
}

/// A mean difference of accuracies, paired by instance.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Difference {
    pub mean: f64,
    pub interval: Option<Interval>,
    pub n: usize,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Contrasted {
    pub about: &'static str,
    pub difference: Difference,
    /// of the log-odds
    pub log_odds_interval: Option<Interval>,
}

impl Contrasted {
    /// Whether both intervals exclude 0, on the same side.
    pub fn is_shown(&self) -> bool {
        let both = self.difference.interval.zip(self.log_odds_interval);
        both.is_some_and(|(a, b)| (a.low > 0.0 && b.low > 0.0) || (a.high < 0.0 && b.high < 0.0))
    }
}

/// Whether small batches that are accumulated are as good as large ones.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Control {
    NotRun,
    /// the interval of the difference lies within a quarter of the effect
    Holds(Difference),
    /// nothing else is to be believed
    Fails(Difference),
}

/// The contrasts of a design's cells, each with an interval at `alpha`.
pub fn separate(design: &Design, alpha: f64, examples: Option<u32>) -> Separation {
    let cells = Cells { cells: &design.cells, examples };
    let doublings = (f64::from(design.large) / f64::from(design.small)).log2();
    let effect = cells.weighted(AccuracyScale::Accuracy, &[(Role::Small, 1.0), (Role::Large, -1.0)], ALPHA).ok();
    let (mut contrasts, mut left_out) = (Vec::new(), Vec::new());
    for Planned { about, terms } in PLANNED {
        let both = [AccuracyScale::Accuracy, AccuracyScale::LogOdds].map(|scale| cells.weighted(scale, terms, alpha));
        match both {
            [Ok(difference), Ok(log_odds)] => {
                contrasts.push(Contrasted { about, difference, log_odds_interval: log_odds.interval });
            }
            [Err(missing), _] | [_, Err(missing)] => left_out.push((about, missing)),
        }
    }
    let control = cells.weighted(AccuracyScale::Accuracy, &[(Role::Accumulated, 1.0), (Role::Large, -1.0)], ALPHA);
    let control = match (control, effect) {
        (Ok(control), Some(effect)) => {
            let most = MINOR * effect.mean.abs();
            // without an interval all instances tie
            let Interval { low, high } = control.interval.unwrap_or(Interval { low: control.mean, high: control.mean });
            if -most <= low && high <= most { Control::Holds(control) } else { Control::Fails(control) }
        }
        _ => Control::NotRun,
    };
    let regression = cells.regression(doublings, alpha);
    Separation { effect, contrasts, left_out, control, regression, alpha }
}

struct Cells<'d> {
    cells: &'d BTreeMap<Role, Accuracies>,
    examples: Option<u32>,
}

impl Cells<'_> {
    /// The weighted sum of cells, instance by instance; an error names the first cell without instances.
    fn weighted(&self, scale: AccuracyScale, terms: &[(Role, f64)], alpha: f64) -> Result<Difference, Role> {
        let mut found = Vec::new();
        let mut rounding = 0.0;
        for (role, weight) in terms {
            let accuracies = self.cells.get(role).filter(|accuracies| !accuracies.is_empty()).ok_or(*role)?;
            let mean = accuracies.values().sum::<f64>() / accuracies.len() as f64;
            rounding += weight * weight * scale.rounding(mean, self.examples);
            found.push((accuracies, *weight));
        }
        let last = terms.last().map_or(Role::Small, |(role, _)| *role);
        let instances = found.first().map_or_else(Vec::new, |(accuracies, _)| accuracies.keys().copied().collect());
        let sum = |iid: u32| -> Option<f64> {
            found.iter().map(|(cell, weight)| Some(weight * scale.of(*cell.get(&iid)?, self.examples))).sum()
        };
        let sums: Vec<f64> = instances.into_iter().filter_map(sum).collect();
        let estimate = Estimate::of(&sums).ok_or(last)?.at_least(rounding.sqrt());
        let interval = estimate.with_spread().and_then(|estimate| estimate.interval(alpha));
        Ok(Difference { mean: estimate.mean, interval, n: estimate.n })
    }

    /// Least squares on the logarithms of all factors, with the instance as a block: in cells that share their instances the
    /// coefficients are means of those of each instance, so that their intervals are Student's. By the theorem of Frisch,
    /// Waugh and Lovell a coefficient is a contrast of the cells: what the other factors leave of its column. Where they
    /// leave nothing, it is not separable.
    fn regression(&self, doublings: f64, alpha: f64) -> Vec<(&'static str, Option<Difference>)> {
        let is_used = |(role, accuracies): &(&Role, &Accuracies)| **role != Role::Accumulated && !accuracies.is_empty();
        let used: Vec<(Role, [f64; FACTORS.len()])> =
            self.cells.iter().filter(is_used).filter_map(|(role, _)| Some((*role, role.dose(doublings)?))).collect();
        let column = |factor: usize| -> Vec<f64> { used.iter().map(|(_, dose)| dose[factor]).collect() };
        let coefficient = |factor: usize| -> Option<Difference> {
            let mut others = vec![vec![1.0; used.len()]];
            others.extend((0..FACTORS.len()).filter(|other| *other != factor).map(column));
            let left = residual(column(factor), others)?;
            let squares: f64 = left.iter().map(|x| x * x).sum();
            let terms: Vec<(Role, f64)> = used.iter().zip(&left).map(|((role, _), x)| (*role, x / squares)).collect();
            self.weighted(AccuracyScale::Accuracy, &terms, alpha).ok()
        };
        FACTORS.iter().enumerate().map(|(factor, name)| (*name, coefficient(factor))).collect()
    }
}

/// What a column has that the others have not; nothing where that is nothing.
fn residual(mut column: Vec<f64>, others: Vec<Vec<f64>>) -> Option<Vec<f64>> {
    let length = |x: &[f64]| x.iter().map(|x| x * x).sum::<f64>().sqrt();
    let mut basis: Vec<Vec<f64>> = Vec::new();
    let without = |x: &mut Vec<f64>, basis: &[Vec<f64>]| {
        // twice, as rounding leaves something
        for other in basis.iter().chain(basis) {
            let part: f64 = x.iter().zip(other).map(|(a, b)| a * b).sum();
            x.iter_mut().zip(other).for_each(|(x, other)| *x -= part * other);
        }
    };
    for mut other in others {
        let before = length(&other);
        without(&mut other, &basis);
        let left = length(&other);
        if left > 1e-9 * before {
            basis.push(other.iter().map(|x| x / left).collect());
        }
    }
    let before = length(&column);
    without(&mut column, &basis);
    (length(&column) > 1e-9 * before.max(1e-9)).then_some(column)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [Role; 7] = [
        Role::Small,
        Role::Large,
        Role::LargeRate,
        Role::LargeUpdates,
        Role::LargeUpdatesNoise,
        Role::LargeRateBetas,
        Role::Accumulated,
    ];

    /// Ten instances of every cell, of which the truth is known: points per doubling of each factor, and of the time
    /// constants. Instances differ in their level, and each run a little.
    fn planted(truth: [f64; 4], of_betas: f64) -> BTreeMap<Role, Accuracies> {
        let wobble = |iid: u32, place: u32| f64::from((iid * 37 + place * 101 + iid * place * 13) % 17) / 17.0 - 0.5;
        let cell = |(place, role): (usize, Role)| {
            let betas = if role == Role::LargeRateBetas { of_betas } else { 0.0 };
            let like = if role == Role::LargeRateBetas { Role::LargeRate } else { role };
            let dose = like.dose(3.0).unwrap();
            let mean: f64 = 0.8 + betas + dose.iter().zip(truth).map(|(dose, truth)| dose * truth).sum::<f64>();
            let same = if role == Role::Accumulated { 1 } else { place as u32 };
            let accuracy = |iid: u32| (iid, mean + 0.02 * wobble(iid, 99) + 0.002 * wobble(iid, same));
            (role, (0..10).map(accuracy).collect())
        };
        ALL.into_iter().enumerate().map(cell).collect()
    }

    fn separated(cells: &BTreeMap<Role, Accuracies>) -> Separation {
        separate(&Design { small: 8, large: 64, cells: cells.clone() }, 0.005, Some(10_000))
    }

    /// What is claimed: contrasts whose interval excludes 0, by sign.
    fn claimed(separation: &Separation) -> Vec<(&'static str, bool)> {
        let shown = separation.contrasts.iter().filter(|contrast| contrast.is_shown());
        shown.map(|contrast| (contrast.about, contrast.difference.mean > 0.0)).collect()
    }

    #[test]
    fn each_planted_cause_is_found_alone_together_and_not_at_all() {
        let truths: [([f64; 4], f64, &[&str]); 7] = [
            ([0.0; 4], 0.0, &[]),
            ([0.01, 0.0, 0.0, 0.0], 0.0, &["cumulative learning rate"]),
            ([0.0, 0.01, 0.0, 0.0], 0.0, &["number of updates"]),
            ([0.0, 0.0, 0.01, 0.0], 0.0, &["gradient noise"]),
            ([0.0, 0.0, 0.0, 0.01], 0.0, &["pairs seen"]),
            ([0.0; 4], 0.02, &["time constants of Adam"]),
            ([0.01, 0.0, 0.01, 0.0], 0.0, &["cumulative learning rate", "gradient noise"]),
        ];
        for (truth, betas, expected) in truths {
            let found = separated(&planted(truth, betas));
            let about: Vec<&str> = claimed(&found).iter().map(|(about, _)| *about).collect();
            assert_eq!(about, expected, "{truth:?}");
            for ((name, slope), truth) in found.regression.iter().zip(truth) {
                let slope = slope.unwrap();
                assert!((slope.mean - truth).abs() < 0.001, "{name}: {slope:?}, planted {truth}");
            }
        }
    }

    #[test]
    fn a_missing_cell_leaves_out_its_contrasts_by_name() {
        let mut cells = planted([0.01, 0.0, 0.0, 0.0], 0.0);
        cells.remove(&Role::LargeUpdatesNoise);
        let found = separated(&cells);
        let left_out: Vec<&str> = found.left_out.iter().map(|(about, _)| *about).collect();
        assert_eq!(left_out, ["gradient noise", "pairs seen", "number of updates"]);
        assert!(found.left_out.iter().all(|(_, role)| *role == Role::LargeUpdatesNoise));
        assert_eq!(found.contrasts.len(), 2);
        let separable: Vec<&str> =
            found.regression.iter().filter(|(_, slope)| slope.is_some()).map(|(name, _)| *name).collect();
        assert_eq!(separable, ["cumulative learning rate"], "with four cells the others go together");
    }

    #[test]
    fn accumulated_batches_that_differ_from_large_ones_void_the_answer() {
        let truth = [0.02, 0.0, 0.0, 0.0];
        let found = separated(&planted(truth, 0.0));
        assert!(matches!(found.control, Control::Holds(difference) if difference.n == 10));
        let mut cells = planted(truth, 0.0);
        cells.get_mut(&Role::Accumulated).unwrap().values_mut().for_each(|accuracy| *accuracy += 0.03);
        assert!(matches!(separated(&cells).control, Control::Fails(_)));
        cells.remove(&Role::Accumulated);
        assert_eq!(separated(&cells).control, Control::NotRun);
    }
}
