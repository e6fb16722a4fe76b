//! `runs diff`: differing settings of two runs, and their results.

use super::find::find;
use super::list::object;
use super::listed::Listed;
use crate::cli::exit::Exit;
use crate::cli::page::{Page, print, print_json};
use crate::domain::metric::Metric;
use crate::domain::settings;
use crate::export::text_table;
use crate::store::Store;
use anyhow::Result;
use serde_json::{Value, json};

pub fn run(store: &Store, first: &str, second: &str, as_json: bool, page: &Page) -> Result<Exit> {
    let (first, second) = (find(store, first)?, find(store, second)?);
    let differences = settings::differences(&settings::of(first.spec()?), &settings::of(second.spec()?));
    if as_json {
        let rows = differences.iter().map(|(key, a, b)| json!({"key": key, "first": a, "second": b}));
        let whole =
            json!({"first": object(&first), "second": object(&second), "differences": rows.collect::<Vec<Value>>()});
        print_json(&whole)?;
        return Ok(Exit::Done);
    }
    let ids = [&first, &second].map(|listed| listed.run.id.as_str().chars().take(10).collect::<String>());
    let mut rows: Vec<Vec<String>> = differences
        .iter()
        .map(|(key, a, b)| vec![key.clone(), settings::text(a.as_ref()), settings::text(b.as_ref())])
        .collect();
    let titles = [("settings that differ", false), (ids[0].as_str(), false), (ids[1].as_str(), false)];
    let mut text = match rows.is_empty() {
        true => "all settings are equal: it is the same run\n".to_owned(),
        false => text_table(&titles, &rows, page.width),
    };
    rows = results(&first, &second);
    let titles = [("result", false), (titles[1].0, true), (titles[2].0, true), ("difference", true)];
    text += &format!("\n{}", text_table(&titles, &rows, page.width));
    print(&text)?;
    Ok(Exit::Done)
}

fn results(first: &Listed, second: &Listed) -> Vec<Vec<String>> {
    let both = |name: &str, text: fn(&Listed) -> String| vec![name.into(), text(first), text(second), String::new()];
    let score = |metric: Metric| {
        let (a, b) = (first.score(metric), second.score(metric));
        let text = |value: Option<f64>| value.map_or("-".into(), |value| format!("{value:.4}"));
        let difference = a.zip(b).map_or(String::new(), |(a, b)| format!("{:+.4}", b - a));
        vec![metric.tag().into(), text(a), text(b), difference]
    };
    let mut rows = vec![
        both("state", |listed| listed.state().into()),
        both("updates", |listed| {
            let updates = listed.run.spec.as_ref().map_or("?".into(), |spec| spec.updates().to_string());
            format!("{}/{updates}", listed.step)
        }),
    ];
    rows.extend(Metric::SCORES.map(score));
    rows
}
