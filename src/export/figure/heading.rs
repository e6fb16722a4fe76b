//! What a picture says of itself in words: its title, what was done to the values, the names of its axes.

use crate::domain::glue::GlueTask;
use crate::domain::metric::Metric;
use crate::domain::spec::{Model, Spec};
use crate::export::content::Content;
use crate::export::view::{FigureKind, SavedView};
use crate::plot::{Band, Figure, FinalScores};
use std::path::Path;

/// Layers and hidden sizes of the models that Turc et al. (2019) and Devlin et al. (2019) published, as the ends of their
/// names on the hub, with the names that people use.
const PUBLISHED: [(&str, &str); 6] = [
    ("L-2_H-128_A-2", "bert-tiny"),
    ("L-4_H-256_A-4", "bert-mini"),
    ("L-4_H-512_A-8", "bert-small"),
    ("L-8_H-512_A-8", "bert-medium"),
    ("L-12_H-768_A-12", "bert-base"),
    ("L-24_H-1024_A-16", "bert-large"),
];

/// Task and model of an experiment.
pub fn subject(spec: &Spec) -> String {
    let named = |path: &Path| path.file_name().map(|name| name.to_string_lossy().into_owned());
    let glue = |name: &str| GlueTask::named(name).ok().map(|task| task.name.to_uppercase());
    let of_name = spec.task.name.as_ref().map(|name| glue(name).unwrap_or_else(|| name.clone()));
    let task = of_name.or_else(|| spec.task.path.as_deref().and_then(named)).unwrap_or_else(|| spec.name.to_string());
    let source = spec.model.source.split('@').next().unwrap_or_default();
    let model = match PUBLISHED.iter().find(|(end, _)| source.ends_with(end)) {
        Some((_, name)) => (*name).to_owned(),
        None if Model::is_embedded(source) => format!("{source} model").replace('-', " "),
        None => named(Path::new(source)).unwrap_or_else(|| source.to_owned()),
    };
    format!("{task}, {model}")
}

pub fn title(subject: &str, view: &SavedView) -> String {
    let metric = view.metric.title();
    match view.kind {
        FigureKind::Curves => format!("{subject}: {metric} by batch size"),
        FigureKind::FinalScores => format!("{subject}: final {metric} against batch size"),
    }
}

/// What a line is, of how many runs, and over what.
pub fn subtitle(content: &Content, view: &SavedView) -> String {
    match content {
        Content::Curves(figure) => of_curves(figure, view),
        Content::FinalScores(scores) => {
            let n = instances(scores.as_ref().and_then(FinalScores::counts));
            format!("every finished instance, {}{n}", Band::Interval.label())
        }
    }
}

/// How many instances there are of each cell: fewest and most.
fn instances(counts: Option<(usize, usize)>) -> String {
    match counts {
        Some((least, most)) if least == most => format!(", n = {most}"),
        Some((least, most)) => format!(", n = {least} to {most}"),
        None => String::new(),
    }
}

fn of_curves(figure: &Figure, view: &SavedView) -> String {
    let mut parts = Vec::new();
    let counts = counts(figure);
    let n = instances(counts.iter().copied().min().zip(counts.iter().copied().max()));
    parts.push(format!("{}{n}", figure.band.label()));
    if view.metric.is_of_a_batch() && view.smoothing > 0 {
        parts.push(format!("smoothed over {} pairs", view.smoothing));
    }
    parts.push(format!("over {}", figure.x_label));
    parts.join(" · ")
}

/// Runs of each cell that is drawn.
fn counts(figure: &Figure) -> Vec<usize> {
    match figure.band {
        Band::Runs => {
            let of_size = |size: usize, panel: &crate::plot::FigurePanel| {
                panel.lines.iter().filter(|line| line.colour == size).count()
            };
            let cells = figure
                .panels
                .iter()
                .flat_map(|panel| (0..figure.batch_sizes.len()).map(move |size| of_size(size, panel)));
            cells.filter(|count| *count > 0).collect()
        }
        _ => figure.panels.iter().flat_map(|panel| &panel.lines).map(|line| line.runs).collect(),
    }
}

/// What values are multiplied by on the axis: fractions are read in percent.
pub fn factor(metric: Metric) -> f64 {
    if metric.is_fraction() || metric.compared().is_some_and(Metric::is_fraction) { 100.0 } else { 1.0 }
}

pub fn y_name(metric: Metric) -> String {
    match (metric, metric.unit()) {
        _ if metric.compared().is_some_and(Metric::is_fraction) => format!("{} (percentage points)", metric.title()),
        _ if metric.is_fraction() => format!("{} (%)", metric.title()),
        (Metric::ValidLoss | Metric::TrainLoss, _) => "cross-entropy (nats)".into(),
        (_, Some(unit)) => format!("{} ({unit})", metric.title()),
        (_, None) => metric.title().into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_subject_is_called_as_people_call_it() {
        let spec = |task: &str, source: &str| {
            let text = format!("name = \"mine\"\n{task}\n[model]\nsource = \"{source}\"\n");
            subject(&crate::spec_file::parse("test", &text, &[]).unwrap())
        };
        let mini = "google/bert_uncased_L-4_H-256_A-4";
        assert_eq!(spec("[task]\nname = \"mrpc\"", mini), "MRPC, bert-mini");
        assert_eq!(spec("[task]\nname = \"demo\"", "embedded"), "demo, embedded model");
        assert_eq!(spec("[task]\npath = \"sets/my-pairs\"", "prajjwal1/bert-tiny@main"), "my-pairs, bert-tiny");
    }

    #[test]
    fn axes_have_the_units_that_readers_use() {
        let names =
            [Metric::ValidAccuracy, Metric::ValidF1, Metric::TrainLoss, Metric::ValidMatthews, Metric::LearningRate]
                .map(y_name);
        assert_eq!(
            names,
            [
                "validation accuracy (%)",
                "validation F1 (%)",
                "cross-entropy (nats)",
                "validation Matthews correlation",
                "learning rate"
            ]
        );
    }
}
