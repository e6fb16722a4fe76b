//! `runs show`: everything that a store has about a run.

use super::columns::age;
use super::find::find;
use super::list::object;
use super::listed::Listed;
use crate::cli::exit::Exit;
use crate::cli::page::{Page, bytes, print, print_json, report_damage};
use crate::domain::arm::BASELINE;
use crate::domain::classifier::Classifier;
use crate::domain::clock::clock;
use crate::domain::event::{JournalEntry, RunEvent, SweepEvent};
use crate::domain::metric::Metric;
use crate::domain::printable::printable;
use crate::domain::run::{PlannedRun, RunSpec};
use crate::domain::scores::{ONE_CLASS, ONE_CLASS_MEANS, Scores};
use crate::domain::settings::{self, Settings};
use crate::domain::sweep::Sweep;
use crate::export::text_table;
use crate::plot::{Curves, Figure, View, to_text};
use crate::store::{Ended, Owner, Standing, Store};
use anyhow::Result;
use serde_json::{Value, json};
use std::fmt::Write;

/// Lines of a chart.
const HEIGHT: usize = 10;
/// The charts shown.
const CHARTS: [Metric; 2] = [Metric::TrainLoss, Metric::ValidAccuracy];

/// An attempt at the run.
struct AttemptRow {
    number: u32,
    owner: Option<Owner>,
    /// times of its first and last event
    span: Option<(f64, f64)>,
    /// updates done at its start and at its end
    steps: (u64, u64),
    ended: String,
    message: Option<String>,
}

pub fn run(store: &Store, prefix: &str, as_json: bool, page: &Page) -> Result<Exit> {
    let listed = find(store, prefix)?;
    report_damage(&listed.run.damages);
    let spec = listed.spec()?;
    let journal = listed.run.journal();
    let attempts: Vec<AttemptRow> =
        journal.iter().map(|(number, entries)| attempt(&listed, *number, entries)).collect();
    let baseline = baseline(store, &listed, spec)?;
    let preparation = Preparation { classifier: classifier(store, &listed, spec), notes: notes(store, &listed) };
    if as_json {
        let mut whole = whole_object(&listed, spec, &attempts, baseline.as_ref(), &journal);
        whole["classifier"] = json!(preparation.classifier);
        whole["notes"] = json!(preparation.notes);
        print_json(&whole)?;
    } else {
        print(&page_of(&listed, spec, &preparation, &attempts, baseline.as_ref(), &journal, page)?)?;
    }
    Ok(Exit::Done)
}

/// The classifier and the notes from the preparation of data and model.
struct Preparation {
    classifier: Option<Classifier>,
    notes: Vec<String>,
}

/// The notes on data and model of the experiments with this run.
fn notes(store: &Store, listed: &Listed) -> Vec<String> {
    let mut notes: Vec<String> = listed
        .places
        .iter()
        .filter_map(|place| store.inputs(&place.experiment).ok().flatten())
        .flat_map(|inputs| inputs.notes)
        .collect();
    notes.sort();
    notes.dedup();
    notes
}

fn attempt(listed: &Listed, number: u32, entries: &[JournalEntry]) -> AttemptRow {
    let standing = listed.run.folder.standing(number, &Owner::this_process());
    let ended = match standing {
        Standing::Ended(Ended::Finished) => "finished",
        Standing::Ended(Ended::Stopped) => "stopped",
        Standing::Ended(Ended::Failed { .. }) => "failed",
        Standing::Held { .. } if listed.run.busy && Some(number) == newest(listed) => "running",
        Standing::Held { .. } | Standing::Free => "cut off",
    };
    let message = entries.iter().rev().find_map(|entry| match &entry.event {
        RunEvent::Failed { message, .. } => Some(message.clone()),
        _ => None,
    });
    let (first, last) = (entries.first(), entries.last());
    AttemptRow {
        number,
        owner: listed.run.folder.owner(number),
        span: first.zip(last).map(|(first, last)| (first.time, last.time)),
        steps: (first.map_or(0, |entry| entry.event.step()), last.map_or(0, |entry| entry.event.step())),
        ended: ended.into(),
        message,
    }
}

fn newest(listed: &Listed) -> Option<u32> {
    listed.run.folder.attempts().ok()?.last().copied()
}

/// The settings of the baseline's run in the same cell, unless this is that run.
fn baseline(store: &Store, listed: &Listed, spec: &RunSpec) -> Result<Option<Settings>> {
    if listed.places.iter().any(|place| place.arm == BASELINE) {
        return Ok(None);
    }
    let same_cell = |other: &&Listed| {
        let shared = |place: &crate::store::Place| {
            place.arm == BASELINE && listed.places.iter().any(|own| own.experiment == place.experiment)
        };
        other.cell() == Some((spec.batch_size, spec.iid)) && other.places.iter().any(shared)
    };
    Ok(Listed::all(store)?.iter().find(same_cell).and_then(|listed| listed.run.spec.as_ref()).map(settings::of))
}

/// The origin of the initial classifier: the same in all experiments that contain the run.
fn classifier(store: &Store, listed: &Listed, spec: &RunSpec) -> Option<Classifier> {
    let inputs = listed.places.iter().filter_map(|place| store.inputs(&place.experiment).ok().flatten());
    inputs.filter(|inputs| inputs.model == spec.model).find_map(|inputs| inputs.classifier)
}

fn page_of(
    listed: &Listed,
    spec: &RunSpec,
    preparation: &Preparation,
    attempts: &[AttemptRow],
    baseline: Option<&Settings>,
    journal: &[(u32, Vec<JournalEntry>)],
    page: &Page,
) -> Result<String> {
    let mut text = format!("{} {}\n", page.bold("run"), listed.run.id);
    for place in &listed.places {
        let (experiment, arm) = (place.experiment.to_string(), place.arm.to_string());
        let place = format!("{experiment}  {arm}/bs{}/iid{}", spec.batch_size, spec.iid);
        let _ = writeln!(text, "  {}", printable(&place));
    }
    let _ = writeln!(text, "  {}", state(listed, spec, page));
    if let Some(scores) = listed.scores {
        let which = if listed.run.result.is_some() { "final" } else { "newest" };
        let _ = writeln!(text, "  {which} evaluation: {}", words(&scores));
        if listed.ends_with_one_class() {
            let _ = writeln!(text, "  {}:\n  {ONE_CLASS_MEANS}", page.bad(ONE_CLASS));
        }
    }
    for (set, scores) in listed.further_scores() {
        let _ = writeln!(text, "  on {}: {}", set.name(), words(scores));
    }
    // a note of newer experiments as well
    let classifier = preparation.classifier.as_ref().map(|classifier| format!("classifier: {classifier}"));
    for note in classifier.iter().filter(|line| !preparation.notes.contains(line)).chain(&preparation.notes) {
        let _ = writeln!(text, "  {}", printable(note));
    }
    let folder = &listed.run.folder;
    let place = folder.path().display().to_string();
    let _ = writeln!(text, "  {} in {}", bytes(folder.bytes()), printable(&place));
    text += &settings_tables(&settings::of(spec), baseline, page);
    if !attempts.is_empty() {
        text += &format!("\n{}\n{}", page.bold("attempts"), attempts_table(attempts, page));
    }
    for metric in CHARTS {
        text += &chart(listed, spec, journal, metric, page);
    }
    Ok(text)
}

fn words(scores: &Scores) -> String {
    let named = scores.named().map(|(metric, score)| format!("{} {score:.4}", metric.label()));
    named.collect::<Vec<_>>().join(", ")
}

fn state(listed: &Listed, spec: &RunSpec, page: &Page) -> String {
    let (step, updates) = (listed.step, spec.updates());
    let age = listed.age().map_or(String::new(), |seconds| format!(", {} ago", age(seconds)));
    match &listed.failure {
        Some((step, message)) => {
            format!("{} after update {step} of {updates}{age}: {}", page.bad("failed"), printable(message))
        }
        None => {
            let owner = listed.run.owner.as_ref().filter(|_| listed.run.busy);
            let by = owner.map_or(String::new(), |owner| printable(&format!(" by {owner}")).into_owned());
            format!("{}{by}, update {step} of {updates}{age}", page.accent(listed.state()))
        }
    }
}

/// Chosen settings, then the properties of data and model, each with its differences from the defaults and from the
/// baseline.
fn settings_tables(settings: &Settings, baseline: Option<&Settings>, page: &Page) -> String {
    let defaults = settings::defaults();
    let (chosen, given): (Vec<_>, Vec<_>) = settings.iter().partition(|(key, _)| !key.contains('.'));
    let row = |(key, value): (&String, &Value)| {
        let others = [("default", defaults.get(key)), ("baseline", baseline.and_then(|settings| settings.get(key)))];
        let differing = others.iter().filter(|(_, other)| other.is_some() && !settings::equal(Some(value), *other));
        let differing = differing.map(|(whose, other)| format!("{whose} {}", settings::text(*other)));
        vec![format!("  {key}"), settings::text(Some(value)), differing.collect::<Vec<_>>().join(", ")]
    };
    let table = |title: &str, rows: Vec<(&String, &Value)>| {
        let titles = [(title, false), ("", false), ("", false)];
        text_table(&titles, &rows.into_iter().map(row).collect::<Vec<_>>(), page.width)
    };
    format!("\n{}\n{}", table("settings", chosen), table("data and model", given))
}

fn attempts_table(attempts: &[AttemptRow], page: &Page) -> String {
    let rows: Vec<Vec<String>> = attempts
        .iter()
        .map(|attempt| {
            let failed_at =
                attempt.message.as_ref().map(|message| format!(" at update {}: {message}", attempt.steps.1));
            vec![
                format!("  {}", attempt.number),
                attempt.owner.as_ref().map_or("?".into(), ToString::to_string),
                attempt.owner.as_ref().map_or("?".into(), |owner| owner.simd.clone()),
                attempt.span.map_or("-".into(), |(first, last)| clock(last - first)),
                format!("{} to {}", attempt.steps.0, attempt.steps.1),
                format!("{}{}", attempt.ended, failed_at.unwrap_or_default().replace('\n', " ")),
            ]
        })
        .collect();
    let titles =
        [("   ", false), ("owner", false), ("simd", false), ("time", true), ("updates", false), ("ended", false)];
    text_table(&titles, &rows, page.width)
}

/// A metric over pairs seen, as the dashboard draws it.
fn chart(listed: &Listed, spec: &RunSpec, journal: &[(u32, Vec<JournalEntry>)], metric: Metric, page: &Page) -> String {
    let run = listed.run.id.clone();
    let (arm, spec) = (listed.arms().pop().unwrap_or_default(), spec.clone());
    let mut sweep = Sweep::default();
    sweep.apply(SweepEvent::Planned(vec![PlannedRun { id: run.clone(), arm, spec, keep_weights: false }]));
    let entries = journal.iter().flat_map(|(_, entries)| entries).cloned().collect();
    sweep.apply(SweepEvent::Replayed { run, entries });
    let figure = Figure::of(sweep.rows(), metric, &View::default(), &mut Curves::default());
    let Some(panel) = figure.panels.first().filter(|panel| !panel.lines.is_empty()) else { return String::new() };
    let Some(drawn) = to_text(&figure, panel, page.chart_width(), HEIGHT) else { return String::new() };
    format!("\n{}; x: {}\n{}\n", page.bold(&figure.y_label), figure.x_label, drawn.trim_end())
}

fn whole_object(
    listed: &Listed,
    spec: &RunSpec,
    attempts: &[AttemptRow],
    baseline: Option<&Settings>,
    journal: &[(u32, Vec<JournalEntry>)],
) -> Value {
    let mut whole = object(listed);
    let settings = settings::of(spec);
    let differences = |other: &Settings, only_its: bool| -> Value {
        let rows = settings::differences(&settings, other).into_iter();
        let rows = rows.filter(|(key, own, _)| own.is_some() && (!only_its || other.contains_key(key)));
        rows.map(|(key, own, other)| json!({"key": key, "value": own, "other": other})).collect()
    };
    let history = listed.run.history(journal);
    let points: serde_json::Map<String, Value> = Metric::ALL
        .into_iter()
        .filter(|metric| metric.is_measured())
        .map(|metric| (metric.file_name().to_owned(), json!(history.points(metric))))
        .collect();
    whole["places"] =
        listed.places.iter().map(|place| json!({"experiment": place.experiment, "arm": place.arm})).collect();
    whole["differs_from_defaults"] = differences(&settings::defaults(), true);
    whole["differs_from_baseline"] = baseline.map_or(Value::Null, |baseline| differences(baseline, false));
    whole["settings"] = json!(settings);
    whole["result"] = json!(listed.run.result);
    whole["bytes"] = listed.run.folder.bytes().into();
    whole["attempts"] = attempts
        .iter()
        .map(|attempt| {
            json!({
                "attempt": attempt.number,
                "owner": attempt.owner,
                "began": attempt.span.map(|(first, _)| first),
                "last": attempt.span.map(|(_, last)| last),
                "first_step": attempt.steps.0,
                "last_step": attempt.steps.1,
                "ended": attempt.ended,
                "message": attempt.message,
            })
        })
        .collect();
    whole["metrics"] = Value::Object(points);
    whole
}
