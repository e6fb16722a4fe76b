//! A figure without a dashboard: of the whole store, or of a saved view.

use super::{ExportArguments, ExportFormat, write_to};
use crate::cli::exit::{BadInput, Exit};
use crate::cli::page::report_damage;
use crate::domain::metric::Metric;
use crate::domain::spec::Spec;
use crate::domain::sweep::Sweep;
use crate::export::{FigureKind, Picture, PictureSize, PictureTheme, SavedView, subject};
use crate::plot::{Curves, Figure, View};
use crate::resolve::{Experiment, ReplayError, Request, Which};
use anyhow::Result;
use std::fs::File;
use std::io::Read;
use std::path::Path;

/// Bytes of the largest view: of some ten thousand runs.
const MOST_BYTES: u64 = 1 << 22;

pub fn picture(arguments: &ExportArguments, format: ExportFormat) -> Result<Exit> {
    let size = PictureSize::of(arguments.width, arguments.height, arguments.dpi);
    let size = size.map_err(|error| BadInput(error.to_string()))?;
    let request = Request { store: arguments.store.clone(), ..Request::default() };
    let (mut view, sweep, spec) = match &arguments.view {
        Some(path) => saved(&request, path)?,
        None => whole(&request, arguments)?,
    };
    if arguments.dark {
        view.theme = PictureTheme::Dark;
    }
    let (content, metric) = (view.content(&sweep), view.metric);
    let mut picture = Picture::new(view, content, &sweep, subject(&spec));
    picture.size = size;
    if picture.is_empty() {
        let message = match picture.view.kind {
            FigureKind::Curves => format!("there is no {} to draw", metric.title()),
            FigureKind::FinalScores => format!("there is no final {} to draw: no run is finished", metric.title()),
        };
        return Err(BadInput(message).into());
    }
    let bytes = match format {
        ExportFormat::Svg => picture.svg()?.into_bytes(),
        ExportFormat::View => picture.view.to_json().into_bytes(),
        ExportFormat::Csv => picture.csv()?,
        ExportFormat::Png | ExportFormat::Checkpoint => picture.png()?,
    };
    write_to(&arguments.output, |output| Ok(output.write_all(&bytes)?))
}

/// All runs of an experiment in the initial view of the dashboard.
fn whole(request: &Request, arguments: &ExportArguments) -> Result<(SavedView, Sweep, Spec)> {
    let which = arguments.experiment.as_deref().map_or(Which::Only, Which::Named);
    let experiment = Experiment::find(request, which)?;
    report_damage(&experiment.damages);
    let (sweep, view) = (experiment.sweep()?, View::first());
    let metric = arguments.metric.unwrap_or(Metric::ValidAccuracy);
    if arguments.figure == FigureKind::FinalScores && !metric.is_of_validation() {
        let words = "--metric {}: final scores are of a metric of validation, such as valid-accuracy or valid-loss";
        return Err(BadInput(words.replace("{}", metric.file_name())).into());
    }
    let figure = Figure::of(sweep.rows(), metric, &view, &mut Curves::default());
    let what = (metric, &view, &figure);
    let view = SavedView::of(experiment.folder.to_string(), &sweep, &|_| true, what, PictureTheme::Light);
    let view = match arguments.figure {
        FigureKind::Curves => view,
        FigureKind::FinalScores => view.of_final_scores(metric),
    };
    Ok((view, sweep, experiment.spec))
}

/// The runs and events that the saved view was made of.
fn saved(request: &Request, path: &Path) -> Result<(SavedView, Sweep, Spec)> {
    let wrong = |message: String| BadInput(format!("view {}: {message}", path.display()));
    let mut text = String::new();
    let read = File::open(path).and_then(|file| file.take(MOST_BYTES).read_to_string(&mut text));
    read.map_err(|cause| wrong(format!("cannot be read: {cause}")))?;
    let view = SavedView::parse(&text).map_err(|error| wrong(error.to_string()))?;
    let experiment = Experiment::find(request, Which::Named(&view.experiment))?;
    report_damage(&experiment.damages);
    let sweep = experiment.sweep_of(&view.runs).map_err(|error| match error {
        ReplayError::Store(error) => error.into(),
        error => anyhow::Error::from(wrong(error.to_string())),
    })?;
    Ok((view, sweep, experiment.spec))
}
