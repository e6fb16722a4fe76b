//! `batchscope export`: figures, numbers and checkpoints for other programs.

mod checkpoint;
mod csv;
mod picture;
mod points;

use super::exit::{BadInput, Exit};
use super::watch::Names;
use crate::domain::metric::Metric;
use crate::export::FigureKind;
use crate::files::replace;
use crate::logs::LogFormat;
use anyhow::{Context, Result};
use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, ValueEnum};
use std::fs::File;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

#[derive(Debug, Args)]
pub struct ExportArguments {
    /// Format [default: by the extension of --output: .png, .svg, .csv, .json]
    #[arg(long, value_enum)]
    pub format: Option<ExportFormat>,
    /// Output path; - is standard output. An existing file is replaced; a folder
    /// must be new or empty
    #[arg(long, short, value_name = "PATH")]
    pub output: PathBuf,
    /// The run whose checkpoint to export, by the leading digits of its digest
    #[arg(long, value_name = "RUN", required_if_eq("format", "checkpoint"))]
    pub run: Option<String>,
    /// The experiment to export, by name [default: the only one]
    #[arg(long, value_name = "NAME")]
    pub experiment: Option<String>,
    /// A view that the key w wrote beside a figure: draws that figure again, or with csv writes its data
    #[arg(long, value_name = "FILE", conflicts_with_all = ["experiment", "figure", "metric", "run"])]
    pub view: Option<PathBuf>,
    /// Figure to draw: curves over training, or final scores against batch size
    #[arg(long, value_name = "FIGURE", value_parser = figure_parser(), default_value = "curves")]
    pub figure: FigureKind,
    /// Metric of a figure [default: valid-accuracy]
    #[arg(long, value_parser = metric_parser())]
    pub metric: Option<Metric>,
    /// Width of a figure in pixels [default: 1600; with --height alone, in proportion]
    #[arg(long, value_name = "PIXELS")]
    pub width: Option<u32>,
    /// Height of a figure in pixels [default: 900; with --width alone, in proportion]
    #[arg(long, value_name = "PIXELS")]
    pub height: Option<u32>,
    /// Pixels per inch: text and lines scale with them [default: 150]
    #[arg(long, value_name = "NUMBER")]
    pub dpi: Option<u32>,
    /// Draw the figure on a dark background
    #[arg(long)]
    pub dark: bool,
    /// Where runs are kept [default: batchscope in the system's data folder]
    #[arg(long, value_name = "DIR")]
    pub store: Option<PathBuf>,
    /// Export the runs of other programs instead, from their logs (as `watch` reads them)
    #[arg(long, value_name = "PATH", conflicts_with_all = ["experiment", "view", "run", "store"])]
    pub from: Vec<PathBuf>,
    /// The only format of logs to look for below --from: store, tensorboard, trainer, csv or jsonl
    #[arg(long, value_name = "FORMAT", requires = "from")]
    pub from_format: Option<LogFormat>,
    #[command(flatten)]
    pub names: Names,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ExportFormat {
    /// A run's final weights as a folder that Hugging Face's transformers loads
    Checkpoint,
    /// Every measured number of an experiment, one per line
    Csv,
    /// A figure as pixels
    Png,
    /// The same figure as vector graphics
    Svg,
    /// The view of a figure as JSON, which --view draws again
    View,
}

impl ExportArguments {
    /// The requested format, else the one of the output's extension.
    fn what(&self) -> Result<ExportFormat, BadInput> {
        let ending = self.output.extension().map(|ending| ending.to_string_lossy().to_lowercase());
        match (self.format, ending.as_deref()) {
            (Some(format), _) => Ok(format),
            (None, Some("png")) => Ok(ExportFormat::Png),
            (None, Some("svg")) => Ok(ExportFormat::Svg),
            (None, Some("csv")) => Ok(ExportFormat::Csv),
            (None, Some("json")) => Ok(ExportFormat::View),
            // a view belongs to a figure
            (None, None) if self.view.is_some() => Ok(ExportFormat::Png),
            (None, _) => Err(BadInput(format!(
                "the format of `{}` is unknown: let --output end in .png, .svg, .csv or .json, or name a --format",
                self.output.display()
            ))),
        }
    }
}

fn metric_parser() -> impl TypedValueParser<Value = Metric> {
    PossibleValuesParser::new(Metric::ALL.map(Metric::file_name))
        .map(|name| Metric::named(&name).unwrap_or(Metric::ValidAccuracy))
}

fn figure_parser() -> impl TypedValueParser<Value = FigureKind> {
    PossibleValuesParser::new(["curves", "final-scores"]).map(|name| match name.as_str() {
        "final-scores" => FigureKind::FinalScores,
        _ => FigureKind::Curves,
    })
}

pub fn export(arguments: &ExportArguments) -> Result<Exit> {
    let format = arguments.what()?;
    let has_size = arguments.width.or(arguments.height).or(arguments.dpi).is_some();
    if has_size && !matches!(format, ExportFormat::Png | ExportFormat::Svg) {
        return Err(BadInput("--width, --height and --dpi apply to figures only: png and svg".into()).into());
    }
    if !arguments.from.is_empty() {
        return points::points(arguments, format);
    }
    match (format, &arguments.run) {
        (ExportFormat::Checkpoint, Some(run)) => checkpoint::checkpoint(arguments, run),
        (ExportFormat::Checkpoint, None) => Err(BadInput("name a run with --run".into()).into()),
        (ExportFormat::Csv, _) if arguments.view.is_none() && arguments.figure == FigureKind::Curves => {
            csv::csv(arguments)
        }
        (format, _) => picture::picture(arguments, format),
    }
}

/// Writes atomically to a file, or to standard output.
fn write_to(output: &Path, write: impl FnOnce(&mut dyn Write) -> Result<()>) -> Result<Exit> {
    if output == Path::new("-") {
        return match write(&mut std::io::stdout().lock()) {
            // a closed pipe, as after `head`, is no error
            Err(error) if is_broken_pipe(&error) => Ok(Exit::Done),
            written => written.context("cannot write to standard output").map(|()| Exit::Done),
        };
    }
    let written = replace(output, |mut file: &File| write(&mut file));
    written.with_context(|| format!("cannot write {}", output.display())).map(|()| Exit::Done)
}

fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error.downcast_ref::<std::io::Error>().is_some_and(|error| error.kind() == ErrorKind::BrokenPipe)
}
