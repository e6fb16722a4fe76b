//! `batchscope report --from`: verdicts from logs of other programs, or from a table of outcomes.

use super::exit::{BadInput, Exit};
use super::page::{notify, print, print_json};
use super::watch::Names;
use crate::domain::printable::printable;
use crate::export;
use crate::files::open_followed;
use crate::logs::{LogFormat, OutcomeError, RunLog, RunLogs, is_outcome_table, read_outcomes};
use crate::plan::{Comparison, LabelledOutcome, LabelledQuestion, labelled_question};
use crate::stats::{Answer, judge};
use anyhow::{Context, Result};
use clap::Args;
use serde::Serialize;
use std::collections::BTreeMap;
use std::fmt;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::str::FromStr;

/// A larger table of outcomes is not read.
const LARGEST_TABLE: u64 = 256 << 20;
/// Metrics that are looked for where none is named, the best first.
const OUTCOMES: [&str; 14] = [
    "valid/accuracy",
    "eval_accuracy",
    "eval/accuracy",
    "val_accuracy",
    "val_acc",
    "val/accuracy",
    "val/acc",
    "valid_accuracy",
    "validation/accuracy",
    "validation/epoch_accuracy",
    "test_accuracy",
    "test/accuracy",
    "accuracy",
    "acc",
];
/// Metrics that are named where none fits.
const NAMED: usize = 12;

#[derive(Clone, Debug, Args)]
pub struct FromArguments {
    /// Judge the runs of other programs instead, from their logs (as `watch` reads them), or from a table with a row per run:
    /// arm, batch_size, iid, value
    #[arg(long, value_name = "PATH", conflicts_with_all = ["spec", "experiment", "store"])]
    pub from: Vec<PathBuf>,
    /// The only format of logs to look for, where it is not recognised: store, tensorboard, trainer, csv or jsonl
    #[arg(long, value_name = "FORMAT", requires = "from")]
    pub format: Option<LogFormat>,
    #[command(flatten)]
    pub names: Names,
    /// The metric to judge, a fraction or a percentage, by its name in the logs [default: a validation accuracy]
    #[arg(long, value_name = "METRIC", requires = "from")]
    pub outcome: Option<String>,
    /// Which of its values is a run's outcome: last, best, or mean5 for the mean of the last five
    #[arg(long, value_name = "WHICH", requires = "from", default_value = "last")]
    pub take: Take,
    /// The arm that others are compared with [default: baseline]
    #[arg(long, value_name = "ARM", requires = "from")]
    pub baseline: Option<String>,
    /// An arm that takes a suspect away, as ARM or ARM=SUSPECT; all others put one in
    #[arg(long, value_name = "ARM", requires = "from")]
    pub removal: Vec<String>,
    /// Instances of the same number have the same seed in every cell
    #[arg(long, requires = "from")]
    pub paired: bool,
    /// Instances of every cell that were planned [default: the most of any cell]
    #[arg(long, value_name = "N", requires = "from")]
    pub instances: Option<u16>,
    /// Share of the largest class in the validation set: without it, no arm is judged
    #[arg(long, value_name = "SHARE", requires = "from")]
    pub majority_share: Option<f64>,
    /// Number of validation examples
    #[arg(long, value_name = "N", requires = "from")]
    pub examples: Option<u32>,
}

/// Which value of a metric is the outcome of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Take {
    Last,
    Best,
    /// the mean of so many last values
    Mean(usize),
}

impl FromStr for Take {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mean = || text.strip_prefix("mean")?.parse().ok().filter(|count| *count > 0);
        match text {
            "last" => Ok(Take::Last),
            "best" => Ok(Take::Best),
            _ => {
                mean().map(Take::Mean).ok_or_else(|| "expected last, best, or mean with a number, such as mean5".into())
            }
        }
    }
}

impl fmt::Display for Take {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Take::Last => formatter.write_str("the last value"),
            Take::Best => {
                formatter.write_str("the highest value, which is higher by chance the more evaluations there are,")
            }
            Take::Mean(count) => write!(formatter, "the mean of the last {count} values"),
        }
    }
}

impl Take {
    /// Of at least one value.
    fn of(self, values: &[f64]) -> Option<f64> {
        match self {
            Take::Last => values.last().copied(),
            Take::Best if values.iter().any(|value| value.is_nan()) => Some(f64::NAN),
            Take::Best => values.iter().copied().reduce(f64::max),
            Take::Mean(count) => {
                let last = &values[values.len().saturating_sub(count)..];
                (!last.is_empty()).then(|| last.iter().sum::<f64>() / last.len() as f64)
            }
        }
    }
}

/// What `--json` prints.
#[derive(Serialize)]
struct AnswerOfLogs {
    #[serde(flatten)]
    answer: Answer,
    source: OutcomeSource,
}

/// Where outcomes come from.
#[derive(Serialize)]
struct OutcomeSource {
    /// what an outcome is, in words
    outcome: String,
    runs: usize,
    paired: bool,
    /// what was assumed and what was left out, a sentence each
    notes: Vec<String>,
}

pub fn report_from(arguments: &FromArguments, json: bool) -> Result<Exit> {
    let (runs, outcome, mut notes) = outcomes(arguments)?;
    let comparison = Comparison {
        baseline: arguments.baseline.clone(),
        removals: arguments.removal.iter().map(|text| removal(text)).collect(),
        is_paired: arguments.paired,
        instances: arguments.instances.map(usize::from),
        majority_share: arguments.majority_share,
        validation_examples: arguments.examples,
    };
    let found = labelled_question(&runs, &comparison).map_err(|error| BadInput(error.to_string()))?;
    let LabelledQuestion { question, notes: assumed } = found;
    notes.extend(assumed);
    notes.push("looks are not counted: a report on further instances is another look at the same data".into());
    let judgement = judge(&question);
    let source = OutcomeSource { outcome, runs: runs.len(), paired: arguments.paired, notes };
    if json {
        print_json(&AnswerOfLogs { answer: Answer::from(&judgement), source })?;
        return Ok(Exit::Done);
    }
    let names: Vec<String> = arguments.from.iter().map(|path| path.display().to_string()).collect();
    let mut page = export::report(&names.join(", "), &judgement, None);
    page += &format!("\n## Outcomes\n\n- {} of {} runs.\n", source.outcome, source.runs);
    source.notes.iter().for_each(|note| page += &format!("- {}.\n", capitalised(note)));
    print(&printable(&page)).context("cannot write to standard output")?;
    Ok(Exit::Done)
}

fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or(String::new(), |first| first.to_uppercase().chain(letters).collect())
}

/// `ARM=SUSPECT`, or `ARM` alone.
fn removal(text: &str) -> (String, String) {
    let (arm, suspect) = text.split_once('=').unwrap_or((text, text));
    (arm.into(), suspect.into())
}

/// The outcomes of all runs, what an outcome is, and what is to be said of them.
fn outcomes(arguments: &FromArguments) -> Result<(Vec<LabelledOutcome>, String, Vec<String>)> {
    if let [path] = &arguments.from[..]
        && arguments.format.is_none()
        && let Some(bytes) = outcome_table(path)?
    {
        let wrong = |error: OutcomeError| BadInput(format!("{}: {error}", path.display()));
        let rows = read_outcomes(&bytes, arguments.outcome.as_deref()).map_err(wrong)?;
        let runs = rows.into_iter().map(|row| LabelledOutcome {
            run: row.name,
            arm: row.label.arm,
            batch_size: row.label.batch_size,
            iid: row.label.iid,
            value: row.value,
        });
        let outcome = arguments.outcome.as_deref().unwrap_or("value");
        return Ok((runs.collect(), format!("Column `{outcome}`"), Vec::new()));
    }
    of_logs(arguments)
}

fn outcome_table(path: &Path) -> Result<Option<Vec<u8>>> {
    let is_file = std::fs::metadata(path).is_ok_and(|found| found.is_file());
    if !is_file {
        return Ok(None);
    }
    let mut bytes = Vec::new();
    let file = open_followed(path).map_err(|error| BadInput(error.to_string()))?;
    file.take(LARGEST_TABLE).read_to_end(&mut bytes).with_context(|| format!("cannot read {}", path.display()))?;
    Ok(Some(bytes).filter(|bytes| is_outcome_table(bytes)))
}

fn of_logs(arguments: &FromArguments) -> Result<(Vec<LabelledOutcome>, String, Vec<String>)> {
    let mut watcher = arguments.names.open(&arguments.from, arguments.format)?;
    if let Some(nothing) = watcher.nothing_found() {
        return Err(BadInput(nothing.to_string()).into());
    }
    let wanted = match &arguments.outcome {
        Some(outcome) => vec![outcome.clone()],
        None => OUTCOMES.map(str::to_owned).into(),
    };
    let mut histories = RunLogs::of_tags(wanted.clone());
    watcher.poll(|event| histories.apply(event)).map_err(|error| BadInput(error.to_string()))?;
    watcher.notes().iter().for_each(|note| notify(note));
    let has_values = |history: &RunLog, tag: &str| history.tags.get(tag).is_some_and(|points| !points.is_empty());
    let Some(tag) = wanted.iter().find(|tag| histories.runs().any(|run| has_values(run, tag))) else {
        return Err(BadInput(no_such_metric(arguments.outcome.as_deref(), &histories)).into());
    };
    let mut notes = Vec::new();
    // steps may be counted from 0
    let is_unfinished = |run: &RunLog| run.label.updates.is_some_and(|updates| run.last_step + 1 < updates);
    let (mut unfinished, mut without) = (0, 0);
    let mut runs = Vec::new();
    for run in histories.runs() {
        let values: Vec<f64> = run.tags.get(tag).map_or(Vec::new(), |points| points.iter().map(|p| p.value).collect());
        if is_unfinished(run) {
            unfinished += 1;
            continue;
        }
        let Some(value) = arguments.take.of(&values) else {
            without += 1;
            continue;
        };
        runs.push(LabelledOutcome {
            run: run.name.clone(),
            arm: run.label.arm.clone(),
            batch_size: run.label.batch_size,
            iid: run.label.iid,
            value,
        });
    }
    if unfinished > 0 {
        notes.push(format!("{unfinished} runs are left out: they have not done the updates that were planned"));
    }
    if without > 0 {
        notes.push(format!("{without} runs are left out: they have no value of {tag}"));
    }
    Ok((runs, format!("{} of `{tag}`", capitalised(&arguments.take.to_string())), notes))
}

fn no_such_metric(asked: Option<&str>, histories: &RunLogs) -> String {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for tag in histories.runs().flat_map(|run| run.tags.keys()) {
        *counts.entry(tag).or_default() += 1;
    }
    let mut tags: Vec<(&str, usize)> = counts.into_iter().collect();
    tags.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    let more = if tags.len() > NAMED { format!(" and {} more", tags.len() - NAMED) } else { String::new() };
    let names: Vec<&str> = tags.iter().take(NAMED).map(|(tag, _)| *tag).collect();
    let missing = asked.map_or("no validation accuracy is found".into(), |asked| format!("no run has `{asked}`"));
    format!("{missing}: name a metric with --outcome; there are {}{more}", names.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_outcome_is_the_value_that_was_asked_for() {
        let values = [0.125, 1.0, 0.75, 0.5];
        let of = |text: &str| text.parse::<Take>().unwrap().of(&values).unwrap();
        assert_eq!((of("last"), of("best"), of("mean2"), of("mean9")), (0.5, 1.0, 0.625, 0.59375));
        assert!(Take::Best.of(&[0.5, f64::NAN]).unwrap().is_nan(), "a run that diverged is not its best");
        assert_eq!(Take::Last.of(&[]), None);
        assert!(["mean", "mean0", "first"].iter().all(|text| text.parse::<Take>().is_err()));
    }
}
