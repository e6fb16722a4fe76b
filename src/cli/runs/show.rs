//! `runs show`: all that the store holds of a run.

use super::columns::age;
use super::find::find;
use super::list::object;
use super::listed::Listed;
use crate::cli::exit::Exit;
use crate::cli::page::{Page, bytes, print, print_json};
use crate::domain::arm::BASELINE;
use crate::domain::classifier::Classifier;
use crate::domain::clock::clock;
use crate::domain::event::{Entry, RunEvent, SweepEvent};
use crate::domain::metric::{Metric, ONE_CLASS, ONE_CLASS_MEANS, Scores};
use crate::domain::printable::printable;
use crate::domain::run::PlannedRun;
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
/// What is drawn: how it learns, and how well.
const CHARTS: [Metric; 2] = [Metric::TrainLoss, Metric::ValidAccuracy];

/// One try at the run.
struct Attempt {
    number: u32,
    owner: Option<Owner>,
    /// times of its first and last event
    span: Option<(f64, f64)>,
    /// updates done when it began, and at its end
    steps: (u64, u64),
    ended: String,
    message: Option<String>,
}

pub fn run(store: &Store, prefix: &str, as_json: bool, page: &Page) -> Result<Exit> {
    let listed = find(store, prefix)?;
    let journal = listed.run.journal()?;
    let attempts: Vec<Attempt> = journal.iter().map(|(number, entries)| attempt(&listed, *number, entries)).collect();
    let baseline = baseline(store, &listed)?;
    let (classifier, notes) = (classifier(store, &listed), notes(store, &listed));
    if as_json {
        let mut whole = whole_object(&listed, &attempts, baseline.as_ref(), &journal);
        whole["classifier"] = json!(classifier);
        whole["notes"] = json!(notes);
        print_json(&whole)?;
    } else {
        print(&page_of(&listed, &notes, &attempts, baseline.as_ref(), classifier.as_ref(), &journal, page)?)?;
    }
    Ok(Exit::Done)
}

/// What was said of the data and model when an experiment with this run began.
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

fn attempt(listed: &Listed, number: u32, entries: &[Entry]) -> Attempt {
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
    Attempt {
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

/// The settings of the baseline's run of the same cell, where it is another run of the same experiment.
fn baseline(store: &Store, listed: &Listed) -> Result<Option<Settings>> {
    if listed.places.iter().any(|place| place.arm == BASELINE) {
        return Ok(None);
    }
    let same_cell = |other: &&Listed| {
        let (a, b) = (&other.run.spec, &listed.run.spec);
        let shared = |place: &crate::store::Place| {
            place.arm == BASELINE && listed.places.iter().any(|own| own.experiment == place.experiment)
        };
        a.batch_size == b.batch_size && a.iid == b.iid && other.places.iter().any(shared)
    };
    Ok(Listed::all(store)?.iter().find(same_cell).map(|listed| settings::of(&listed.run.spec)))
}

/// Where the classifier that the run began with came from: the same for all experiments that show the run.
fn classifier(store: &Store, listed: &Listed) -> Option<Classifier> {
    let inputs = listed.places.iter().filter_map(|place| store.inputs(&place.experiment).ok().flatten());
    inputs.filter(|inputs| inputs.model == listed.run.spec.model).find_map(|inputs| inputs.classifier)
}

fn page_of(
    listed: &Listed,
    notes: &[String],
    attempts: &[Attempt],
    baseline: Option<&Settings>,
    classifier: Option<&Classifier>,
    journal: &[(u32, Vec<Entry>)],
    page: &Page,
) -> Result<String> {
    let spec = &listed.run.spec;
    let mut text = format!("{} {}\n", page.bold("run"), listed.run.id);
    for place in &listed.places {
        let (experiment, arm) = (place.experiment.to_string(), place.arm.to_string());
        let place = format!("{experiment}  {arm}/bs{}/iid{}", spec.batch_size, spec.iid);
        let _ = writeln!(text, "  {}", printable(&place));
    }
    let _ = writeln!(text, "  {}", state(listed, page));
    if let Some(scores) = listed.scores() {
        let which = if listed.run.result.is_some() { "final" } else { "newest" };
        let _ = writeln!(text, "  {which} evaluation: {}", words(&scores));
        if listed.ends_with_one_class() {
            let _ = writeln!(text, "  {}:\n  {ONE_CLASS_MEANS}", page.bad(ONE_CLASS));
        }
    }
    for (set, scores) in listed.also() {
        let _ = writeln!(text, "  on {}: {}", set.name(), words(scores));
    }
    if let Some(classifier) = classifier {
        let _ = writeln!(text, "  {}", printable(&format!("classifier: {classifier}")));
    }
    for note in notes {
        let _ = writeln!(text, "  {}", printable(note));
    }
    let folder = &listed.run.folder;
    let place = folder.path().display().to_string();
    let _ = writeln!(text, "  {} in {}", bytes(folder.bytes()), printable(&place));
    text += &settings_tables(&settings::of(&listed.run.spec), baseline, page);
    if !attempts.is_empty() {
        text += &format!("\n{}\n{}", page.bold("attempts"), attempts_table(attempts, page));
    }
    for metric in CHARTS {
        text += &chart(listed, journal, metric, page);
    }
    Ok(text)
}

fn words(scores: &Scores) -> String {
    let Scores { loss, accuracy, f1, macro_f1, matthews, predicted_classes: _ } = scores;
    let further = [("F1", f1), ("macro F1", macro_f1), ("Matthews", matthews)];
    let further = further.into_iter().filter_map(|(name, score)| Some(format!(", {name} {:.4}", (*score)?)));
    format!("accuracy {accuracy:.4}, loss {loss:.4}{}", further.collect::<String>())
}

fn state(listed: &Listed, page: &Page) -> String {
    let (step, updates) = (listed.step, listed.run.spec.updates());
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

/// What a person chooses, then what the data and the model are: key by key, with what differs from the defaults and
/// from the baseline.
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

fn attempts_table(attempts: &[Attempt], page: &Page) -> String {
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
fn chart(listed: &Listed, journal: &[(u32, Vec<Entry>)], metric: Metric, page: &Page) -> String {
    let run = listed.run.id.clone();
    let (arm, spec) = (listed.arms().pop().unwrap_or_default(), listed.run.spec.clone());
    let mut sweep = Sweep::default();
    sweep.apply(SweepEvent::Planned(vec![PlannedRun { id: run.clone(), arm, spec, keep_weights: false }]));
    let entries = journal.iter().flat_map(|(_, entries)| entries).cloned().collect();
    sweep.apply(SweepEvent::Replayed { run, live: false, entries });
    let figure = Figure::of(sweep.rows(), metric, &View::default(), &mut Curves::default());
    let Some(panel) = figure.panels.first().filter(|panel| !panel.lines.is_empty()) else { return String::new() };
    let Some(drawn) = to_text(&figure, panel, page.chart_width(), HEIGHT) else { return String::new() };
    format!("\n{}; x: {}\n{}\n", page.bold(&figure.y_label), figure.x_label, drawn.trim_end())
}

fn whole_object(
    listed: &Listed,
    attempts: &[Attempt],
    baseline: Option<&Settings>,
    journal: &[(u32, Vec<Entry>)],
) -> Value {
    let mut whole = object(listed);
    let settings = settings::of(&listed.run.spec);
    let differences = |other: &Settings, only_its: bool| -> Value {
        let rows = settings::differences(&settings, other).into_iter();
        let rows = rows.filter(|(key, own, _)| own.is_some() && (!only_its || other.contains_key(key)));
        rows.map(|(key, own, other)| json!({"key": key, "value": own, "other": other})).collect()
    };
    let history = listed.run.history(journal);
    let points: serde_json::Map<String, Value> = Metric::MEASURED
        .into_iter()
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
