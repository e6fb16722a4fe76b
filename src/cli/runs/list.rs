//! `runs list`: all runs, one per line.

use super::arguments::ListArguments;
use super::columns::{self, ListColumn, SHED, SHOWN};
use super::listed::Listed;
use crate::cli::exit::{BadInput, Exit};
use crate::cli::page::{Page, notify, print, print_json, report_damage};
use crate::domain::filter::Filter;
use crate::domain::history::Progress;
use crate::domain::metric::Metric;
use crate::domain::numbers::NUMBERS;
use crate::domain::run::RunSpec;
use crate::export::text_table;
use crate::store::Store;
use anyhow::Result;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Least width at which the message column is shown, with the gap before it.
const LEAST_MESSAGE: usize = 26;

pub fn run(store: &Store, arguments: &ListArguments, page: &Page) -> Result<Exit> {
    let columns = arguments.columns.iter().map(|name| ListColumn::named(name)).collect::<Result<Vec<_>, _>>()?;
    let order = arguments.sort.as_deref().map(order).transpose()?;
    let filter = filter(&arguments.filter)?;
    let all = Listed::all(store)?;
    let known = all.len();
    let mut listed: Vec<Listed> = all.into_iter().filter(|run| kept(&filter, run)).collect();
    if let Some((column, descending)) = order {
        listed.sort_by(|a, b| column.compare(a, b, descending));
    }
    report_damage(listed.iter().flat_map(|listed| &listed.run.damages));
    if arguments.json {
        let objects: Vec<Value> = listed.iter().map(object).collect();
        print_json(&objects)?;
        return Ok(Exit::Done);
    }
    if listed.is_empty() {
        notify(&match known {
            0 => format!("no runs in {}", store.root().display()),
            _ => format!("none of {known} runs in {} matches `{filter}`", store.root().display()),
        });
        return Ok(Exit::Done);
    }
    let columns = if columns.is_empty() { shown(&listed, page) } else { columns };
    print(&table(&listed, &columns, page))?;
    if listed.len() < known {
        notify(&format!("{} of {known} runs", listed.len()));
    }
    Ok(Exit::Done)
}

/// The filter of a command line.
pub fn filter(words: &[String]) -> Result<Filter, BadInput> {
    Filter::parse(&words.join(" "), &columns::names()).map_err(|error| BadInput(error.to_string()))
}

pub fn kept(filter: &Filter, run: &Listed) -> bool {
    filter.keeps(|name| ListColumn::value_of(name, run))
}

/// `acc`, or `-acc` for descending order.
fn order(given: &str) -> Result<(ListColumn, bool), BadInput> {
    let (name, descending) = given.strip_prefix('-').map_or((given, false), |name| (name, true));
    Ok((ListColumn::named(name)?, descending))
}

/// The default columns without empty ones, as many as fit. A message is cut at the edge of the screen, but part of it
/// must be visible.
fn shown(listed: &[Listed], page: &Page) -> Vec<ListColumn> {
    let mut columns = SHOWN.to_vec();
    let has_value = |column: ListColumn| listed.iter().any(|run| !["-", ""].contains(&column.text(run).as_str()));
    columns.retain(|column| {
        has_value(*column)
            || [ListColumn::Score(Metric::ValidAccuracy), ListColumn::Score(Metric::ValidLoss), ListColumn::Age]
                .contains(column)
    });
    let message = if columns.contains(&ListColumn::Message) { LEAST_MESSAGE } else { 0 };
    for column in SHED {
        let others: Vec<ListColumn> = columns.iter().copied().filter(|column| *column != ListColumn::Message).collect();
        let lines = table(listed, &others, &Page::PLAIN);
        let widest = lines.lines().map(|line| line.chars().count()).max().unwrap_or(0);
        if page.width.is_none_or(|width| widest + message <= width) {
            break;
        }
        columns.retain(|other| *other != column);
    }
    columns
}

/// The table as text, cut to the width of the page.
pub fn table(listed: &[Listed], columns: &[ListColumn], page: &Page) -> String {
    let rows: Vec<Vec<String>> =
        listed.iter().map(|run| columns.iter().map(|column| column.text(run)).collect()).collect();
    let titles: Vec<(&str, bool)> = columns.iter().map(|column| (column.title(), column.is_number(listed))).collect();
    let text = text_table(&titles, &rows, page.width);
    let mut lines = text.lines();
    let mut painted = lines.next().map(|header| page.dim(header)).unwrap_or_default() + "\n";
    for (line, run) in lines.zip(listed) {
        let state = run.state();
        let colour = match run.run.progress {
            _ if run.run.is_damaged() => page.bad(state),
            Progress::Finished => page.good(state),
            Progress::Failed(_) => page.bad(state),
            Progress::Running => page.accent(state),
            Progress::Interrupted | Progress::Waiting => page.dim(state),
        };
        painted += &line.replacen(&format!(" {state} "), &format!(" {colour} "), 1);
        painted.push('\n');
    }
    painted
}

/// A run as JSON, with the keys of specs and result files.
pub fn object(listed: &Listed) -> Value {
    let (spec, cell) = (listed.run.spec.as_ref(), listed.cell());
    let message = listed.failure.as_ref().map(|(_, message)| message.clone());
    let damages = listed.run.damages.iter().map(|damage| json!({"path": damage.path, "reason": damage.reason}));
    let mut object = json!({
        "run": listed.run.id,
        "experiments": listed.experiments(),
        "arms": listed.arms(),
        "batch_size": cell.map(|(batch_size, _)| batch_size),
        "iid": cell.map(|(_, iid)| iid),
        "state": listed.state(),
        "step": listed.step,
        "updates": spec.map(RunSpec::updates),
        "progress": listed.share(),
        "predicted_classes": listed.scores.and_then(|scores| scores.predicted_classes),
        "one_class": listed.predicts_one_class(),
        "also": listed.further_scores().iter().map(|(set, scores)| (set.name(), *scores)).collect::<BTreeMap<_, _>>(),
        "time": listed.time,
        "message": listed.damage().or(message),
        "damages": damages.collect::<Vec<_>>(),
        "failed_step": listed.failure.as_ref().map(|(step, _)| step),
        "dropout": spec.map(RunSpec::dropout_in_words),
        "dropout_at_evaluation": spec.map(|spec| spec.dropout_at_evaluation),
        "evaluation": spec.map(|spec| spec.evaluation),
        "norm": spec.map(|spec| spec.norm),
        "precision": spec.map(|spec| spec.precision),
        "learning_rate": spec.map(|spec| spec.learning_rate),
        "epochs": spec.map(|spec| spec.epochs),
        "seed": spec.map(|spec| spec.seed),
        "weight_decay": spec.map(|spec| spec.weight_decay),
        "warmup_ratio": spec.map(|spec| spec.warmup_ratio),
        "accumulate": spec.map(|spec| spec.accumulate),
        "noise_of": spec.and_then(|spec| spec.noise_of),
    });
    for number in NUMBERS {
        object[number.key] = spec.map(|spec| spec.numbers.get(number)).into();
    }
    for metric in Metric::SCORES {
        object[metric.tag()] = listed.score(metric).into();
    }
    object
}
