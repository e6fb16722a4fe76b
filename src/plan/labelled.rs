//! A question put to runs of other programs, of which labels and outcomes are known, and no specs.

use crate::domain::arm::BASELINE;
use crate::domain::nearest::suggestion;
use crate::stats::{Cause, Evidence, Outcome, Outcomes, Question};
use std::collections::{BTreeMap, BTreeSet};

/// A run with its outcome.
#[derive(Clone, Debug, PartialEq)]
pub struct LabelledOutcome {
    pub run: String,
    /// runs of which it is not known are those of the baseline, if no other arm is
    pub arm: Option<String>,
    pub batch_size: Option<u32>,
    pub iid: Option<u32>,
    pub value: f64,
}

/// How runs are compared.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Comparison {
    /// the arm that others are compared with
    pub baseline: Option<String>,
    /// arms that take something away, by what that is
    pub removals: BTreeMap<String, String>,
    /// whether instances of the same number belong together, as with the same seed
    pub is_paired: bool,
    /// instances of every cell that were planned
    pub instances: Option<usize>,
    pub majority_share: Option<f64>,
    pub validation_examples: Option<u32>,
}

/// Why runs cannot be judged.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum CannotJudge {
    #[error("the batch size of no run is known: give names with --pattern, such as 'bs{{batch_size}}/seed{{iid}}'")]
    NoBatchSize,
    #[error("all runs have batch size {0}: an effect of batch size needs at least two")]
    OneBatchSize(u32),
    #[error(
        "outcomes go from {low} to {high}: only fractions from 0 to 1, or percentages up to 100, can be judged, such as \
         accuracy; --outcome names another metric"
    )]
    NoFraction { low: f64, high: f64 },
    #[error("the arms are {arms}: --baseline says which of them the others are compared with")]
    WhichBaseline { arms: String },
    #[error("there is no arm `{arm}`{suggestion}; the arms are {arms}")]
    UnknownArm { arm: String, suggestion: String, arms: String },
    #[error("`{0}` is the baseline, and cannot be a removal from it")]
    BaselineRemoved(String),
    #[error("--paired needs the instance of every run, and that of {0} is unknown; --pattern can name it as {{iid}}")]
    NoInstance(String),
    #[error(
        "--paired needs one run of each arm, batch size and instance, and {first} and {second} are both {cell}; --pattern \
         can tell them apart as arms"
    )]
    Twice { first: String, second: String, cell: String },
    #[error("no run has an outcome that is a number")]
    NoOutcome,
}

/// The question, and what was assumed: a sentence each.
#[derive(Clone, Debug, PartialEq)]
pub struct LabelledQuestion {
    pub question: Question,
    pub notes: Vec<String>,
}

/// Puts the question to these runs. Arms are introductions unless they are said to be removals.
pub fn labelled_question(runs: &[LabelledOutcome], how: &Comparison) -> Result<LabelledQuestion, CannotJudge> {
    let mut notes = Vec::new();
    let sized: Vec<(&LabelledOutcome, u32)> = runs.iter().filter_map(|run| Some((run, run.batch_size?))).collect();
    if sized.is_empty() {
        return Err(if runs.is_empty() { CannotJudge::NoOutcome } else { CannotJudge::NoBatchSize });
    }
    if sized.len() < runs.len() {
        let unknown = runs.iter().filter(|run| run.batch_size.is_none()).map(|run| run.run.as_str());
        notes.push(format!("left out, as their batch size is unknown: {}", few(unknown)));
    }
    let unit = unit(&sized, &mut notes)?;
    let arms: BTreeSet<&str> = sized.iter().map(|(run, _)| arm_of(run)).collect();
    let baseline = baseline_of(&arms, how)?;
    for arm in how.removals.keys() {
        if arm == baseline {
            return Err(CannotJudge::BaselineRemoved(arm.clone()));
        }
        if !arms.contains(arm.as_str()) {
            return Err(unknown(arm, &arms));
        }
    }
    let of = |arm: &str| {
        let mut outcomes: BTreeMap<u32, Vec<&LabelledOutcome>> = BTreeMap::new();
        for (run, size) in sized.iter().filter(|(run, _)| arm_of(run) == arm) {
            outcomes.entry(*size).or_default().push(run);
        }
        outcomes
    };
    let cells: BTreeMap<&str, BTreeMap<u32, Vec<&LabelledOutcome>>> = arms.iter().map(|arm| (*arm, of(arm))).collect();
    let batch_sizes: Vec<u32> = cells[baseline].keys().copied().collect();
    if let [only] = batch_sizes[..] {
        return Err(CannotJudge::OneBatchSize(only));
    }
    let numbered: BTreeMap<&str, Outcomes> = cells
        .iter()
        .map(|(arm, cells)| Ok((*arm, number(arm, cells, how.is_paired, unit)?)))
        .collect::<Result<_, CannotJudge>>()?;
    notes.push(if how.is_paired {
        "instances are paired: the same number means the same seed".into()
    } else {
        "instances are not paired: within each cell they are taken in the order of their numbers and names, which costs power \
         and no validity; --paired where seeds match"
            .into()
    });
    let most = cells.values().flat_map(|cells| cells.values().map(Vec::len)).max().unwrap_or(0);
    let planned = how.instances.unwrap_or(most);
    if how.instances.is_none() {
        notes.push(format!("{planned} planned instances, the most of any cell; --instances says otherwise"));
    }
    let causes = numbered.iter().filter(|(arm, _)| **arm != baseline).map(|(arm, outcomes)| {
        let removed = how.removals.get(*arm);
        let outcomes = outcomes.clone();
        Cause {
            arm: (*arm).to_owned(),
            name: removed.cloned().unwrap_or_else(|| (*arm).to_owned()),
            changes: (*arm).to_owned(),
            evidence: if removed.is_some() { Evidence::Removal(outcomes) } else { Evidence::Introduction(outcomes) },
        }
    });
    let question = Question {
        batch_sizes,
        baseline: numbered[baseline].clone(),
        causes: causes.collect(),
        known: Vec::new(),
        design: None,
        looks: Vec::new(),
        planned,
        majority_share: how.majority_share,
        validation_examples: how.validation_examples,
    };
    Ok(LabelledQuestion { question, notes })
}

fn arm_of(run: &LabelledOutcome) -> &str {
    run.arm.as_deref().unwrap_or(BASELINE)
}

/// What outcomes are divided by. Values that are no numbers count as missing.
fn unit(runs: &[(&LabelledOutcome, u32)], notes: &mut Vec<String>) -> Result<f64, CannotJudge> {
    let missing: Vec<&str> =
        runs.iter().filter(|(run, _)| !run.value.is_finite()).map(|(run, _)| run.run.as_str()).collect();
    if !missing.is_empty() {
        notes.push(format!("no outcome, as it is not a number: {}", few(missing.iter().copied())));
    }
    let values = || runs.iter().map(|(run, _)| run.value).filter(|value| value.is_finite());
    let (low, high) = (values().fold(f64::INFINITY, f64::min), values().fold(f64::NEG_INFINITY, f64::max));
    match (low, high) {
        _ if values().next().is_none() => Err(CannotJudge::NoOutcome),
        (0.0.., ..=1.0) => Ok(1.0),
        // a percentage of less than 1 in every run would be no accuracy
        (0.0.., ..=100.0) => {
            notes.push(format!("outcomes are taken as percentages: they go up to {high}"));
            Ok(100.0)
        }
        _ => Err(CannotJudge::NoFraction { low, high }),
    }
}

fn baseline_of<'a>(arms: &BTreeSet<&'a str>, how: &Comparison) -> Result<&'a str, CannotJudge> {
    match (&how.baseline, arms.len()) {
        (Some(named), _) => arms.get(named.as_str()).copied().ok_or_else(|| unknown(named, arms)),
        (None, 1) => Ok(arms.first().copied().unwrap_or(BASELINE)),
        (None, _) => arms.get(BASELINE).copied().ok_or_else(|| CannotJudge::WhichBaseline { arms: list(arms) }),
    }
}

fn unknown(arm: &str, arms: &BTreeSet<&str>) -> CannotJudge {
    let suggestion = suggestion(arm, arms.iter().copied());
    CannotJudge::UnknownArm { arm: arm.into(), suggestion, arms: list(arms) }
}

/// The outcomes of an arm by instance: by number where they are paired, else by their place in their cell. Any order that does
/// not look at the values gives valid intervals (Scheffé 1943).
fn number(
    arm: &str,
    cells: &BTreeMap<u32, Vec<&LabelledOutcome>>,
    is_paired: bool,
    unit: f64,
) -> Result<Outcomes, CannotJudge> {
    let mut outcomes = Vec::new();
    for (size, runs) in cells {
        let mut runs = runs.clone();
        runs.sort_by(|a, b| (a.iid, &a.run).cmp(&(b.iid, &b.run)));
        let mut known: BTreeMap<u32, &str> = BTreeMap::new();
        for (place, run) in runs.iter().enumerate() {
            let iid =
                if is_paired { run.iid.ok_or_else(|| CannotJudge::NoInstance(run.run.clone()))? } else { place as u32 };
            if let Some(first) = known.insert(iid, &run.run) {
                let cell = format!("{arm}, batch size {size}, instance {iid}");
                return Err(CannotJudge::Twice { first: first.into(), second: run.run.clone(), cell });
            }
            outcomes.push(Outcome { batch_size: *size, iid, accuracy: run.value / unit, one_class: false });
        }
    }
    Ok(outcomes.into_iter().collect())
}

fn list(arms: &BTreeSet<&str>) -> String {
    few(arms.iter().copied())
}

fn few<'n>(names: impl Iterator<Item = &'n str>) -> String {
    let names: Vec<&str> = names.collect();
    match names.len() {
        ..=5 => names.join(", "),
        more => format!("{} and {} more", names[..4].join(", "), more - 4),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::CauseKind;

    fn run(arm: &str, batch_size: u32, iid: u32, value: f64) -> LabelledOutcome {
        let name = format!("{arm}/{batch_size}/{iid}");
        LabelledOutcome { run: name, arm: Some(arm.into()), batch_size: Some(batch_size), iid: Some(iid), value }
    }

    fn runs() -> Vec<LabelledOutcome> {
        ["base", "off"]
            .into_iter()
            .flat_map(|arm| [2, 8].into_iter().flat_map(move |size| (0..3).map(move |iid| run(arm, size, iid, 0.5))))
            .collect()
    }

    fn ask(runs: &[LabelledOutcome], how: &Comparison) -> Result<LabelledQuestion, CannotJudge> {
        labelled_question(runs, how)
    }

    fn with_baseline() -> Comparison {
        Comparison { baseline: Some("base".into()), ..Comparison::default() }
    }

    #[test]
    fn arms_are_introductions_unless_they_are_said_to_be_removals() {
        let kind = |how: &Comparison| ask(&runs(), how).unwrap().question.causes[0].evidence.kind();
        assert_eq!(kind(&with_baseline()), CauseKind::Introduction);
        let removals = [("off".to_owned(), "dropout".to_owned())].into();
        let how = Comparison { removals, ..with_baseline() };
        assert_eq!(kind(&how), CauseKind::Removal);
        assert_eq!(ask(&runs(), &how).unwrap().question.causes[0].name, "dropout");
    }

    #[test]
    fn seeds_that_differ_between_cells_are_no_pairs() {
        let mut runs = runs();
        runs.iter_mut().filter(|run| run.batch_size == Some(8)).for_each(|run| run.iid = run.iid.map(|iid| iid + 10));
        let found = |how: &Comparison| ask(&runs, how).unwrap().question.baseline.complete(&[2, 8]).len();
        assert_eq!(found(&with_baseline()), 3);
        assert_eq!(found(&Comparison { is_paired: true, ..with_baseline() }), 0);
    }

    #[test]
    fn a_run_that_diverged_stays_missing() {
        let mut runs = runs();
        runs[0].value = f64::NAN;
        let found = ask(&runs, &with_baseline()).unwrap();
        assert_eq!((found.question.planned, found.question.baseline.cell(2).len()), (3, 2));
        assert!(found.notes.iter().any(|note| note.contains("not a number: base/2/0")), "{:?}", found.notes);
    }

    #[test]
    fn percentages_are_fractions_of_a_hundred() {
        let mut runs = runs();
        runs.iter_mut().for_each(|run| run.value = 80.0);
        assert_eq!(ask(&runs, &with_baseline()).unwrap().question.baseline.cell(2), [0.8; 3]);
    }

    #[test]
    fn what_cannot_be_judged_is_refused() {
        let refused = |runs: &[LabelledOutcome], how: &Comparison| ask(runs, how).unwrap_err();
        assert_eq!(refused(&runs(), &Comparison::default()), CannotJudge::WhichBaseline { arms: "base, off".into() });
        let misspelled = Comparison { baseline: Some("bse".into()), ..Comparison::default() };
        assert!(refused(&runs(), &misspelled).to_string().contains("did you mean `base`?"));
        let one: Vec<_> = runs().into_iter().filter(|run| run.batch_size == Some(8)).collect();
        assert_eq!(refused(&one, &with_baseline()), CannotJudge::OneBatchSize(8));
        let change = |change: fn(&mut LabelledOutcome)| {
            let mut runs = runs();
            runs.iter_mut().for_each(change);
            runs
        };
        assert_eq!(refused(&change(|run| run.batch_size = None), &with_baseline()), CannotJudge::NoBatchSize);
        assert_eq!(refused(&change(|run| run.value = f64::NAN), &with_baseline()), CannotJudge::NoOutcome);
        let high = refused(&change(|run| run.value = 250.0), &with_baseline());
        assert_eq!(high, CannotJudge::NoFraction { low: 250.0, high: 250.0 });
        let paired = Comparison { is_paired: true, ..with_baseline() };
        assert!(matches!(refused(&change(|run| run.iid = None), &paired), CannotJudge::NoInstance(_)));
        assert!(matches!(refused(&change(|run| run.iid = Some(0)), &paired), CannotJudge::Twice { .. }));
    }
}
