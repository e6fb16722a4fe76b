//! The command line.

use super::bench::BenchArguments;
use super::exit::BadInput;
use super::export::ExportArguments;
use super::fetch::FetchArguments;
use super::pretrain::PretrainArguments;
use super::report::ReportArguments;
use super::runs::RunsArguments;
use crate::domain::nearest::nearest;
use crate::resolve::Request;
use crate::spec_file::preset;
use clap::error::ErrorKind;
use clap::{Args, CommandFactory, Parser};
use std::path::{Path, PathBuf};

/// A terminal microscope for fine-tuning sweeps.
///
/// Trains BERT over a grid of batch sizes, several instances of each, on every core, and shows every run live.
/// Without a command: the dashboard. What was trained before is never trained again.
#[derive(Debug, Parser)]
#[command(version, args_conflicts_with_subcommands = true)]
pub struct Arguments {
    #[command(subcommand)]
    pub command: Option<Subcommand>,
    #[command(flatten)]
    pub sweep: SweepArguments,
    /// Colours: dark, light, terminal, or the path of a theme file
    #[arg(long, default_value = "dark")]
    pub theme: String,
    /// How many colours the terminal knows, where it does not say so itself
    #[arg(long, default_value = "auto", value_parser = ["auto", "truecolor", "256", "16", "none"])]
    pub colors: String,
}

#[derive(Debug, clap::Subcommand)]
pub enum Subcommand {
    /// Train without a screen: progress bars on a terminal, plain lines in a pipe
    Run {
        #[command(flatten)]
        sweep: SweepArguments,
        /// Print every event of what is trained now as a line of JSON
        #[arg(long)]
        json: bool,
    },
    /// List the presets, which are specs compiled into the program, with what they cost on this machine
    Presets,
    /// Print a spec to start from: a preset's, or one for data of your own: batchscope init reviews.csv > reviews.toml
    Init {
        /// A preset, as `batchscope presets` lists them, or a folder or file of examples
        #[arg(value_name = "PRESET|DATA")]
        from: String,
    },
    /// Download everything that a spec names, ahead of time
    Fetch(FetchArguments),
    /// Measure how fast this machine trains, and how close that is to its limit
    Bench(BenchArguments),
    /// Pre-train a model of one's own on text or pairs, to start sweeps from
    Pretrain(PretrainArguments),
    /// What is in a store: list, show, diff, remove
    Runs(RunsArguments),
    /// Answer, from the finished runs of a store: what does batch size do, and why?
    Report(ReportArguments),
    /// Write what a store holds in a format that other programs read
    Export(ExportArguments),
}

#[derive(Clone, Debug, Args)]
pub struct SweepArguments {
    /// A preset, as `batchscope presets` lists them; the path of a TOML file; or a folder or file of examples to train the
    /// embedded model on
    #[arg(default_value = "demo")]
    pub spec: String,
    /// Override a key of the spec, for example --set train.epochs=3
    #[arg(long = "set", value_name = "KEY=VALUE")]
    pub overrides: Vec<String>,
    /// Where runs are kept [default: batchscope in the system's data folder]
    #[arg(long, value_name = "DIR")]
    pub store: Option<PathBuf>,
    /// Runs trained at the same time [default: one a core]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub workers: Option<u16>,
    /// Train again what failed before
    #[arg(long)]
    pub retry_failed: bool,
    /// Do not ask before a sweep that takes hours
    #[arg(long, short)]
    pub yes: bool,
}

impl Arguments {
    /// Those of the command line. Help, and what clap refuses, end the program here.
    pub fn read() -> Result<Self, BadInput> {
        let slip = std::env::args_os().nth(1).and_then(|word| slip(word.to_str()?));
        match (Self::try_parse(), slip) {
            // to clap, what follows a word that is no command looks like one
            (Err(error), Some(words)) if error.kind() == ErrorKind::ArgumentConflict => Err(BadInput(words)),
            (Err(error), _) => error.exit(),
            (Ok(Self { command: None, .. }), Some(words)) => Err(BadInput(words)),
            (Ok(arguments), _) => Ok(arguments),
        }
    }
}

/// What to say of a word that is no spec, and nearly a command.
fn slip(word: &str) -> Option<String> {
    let commands = Arguments::command();
    let command = nearest(word, commands.get_subcommands().map(clap::Command::get_name))?;
    let is_slip = command != word && preset(word).is_none() && !Path::new(word).exists();
    is_slip.then(|| format!("there is no command `{word}`; did you mean `{command}`?"))
}

impl SweepArguments {
    pub fn request(self) -> Request {
        Request {
            spec: self.spec,
            overrides: self.overrides,
            store: self.store,
            workers: self.workers.map(usize::from),
            retry_failed: self.retry_failed,
            agreed: self.yes,
            lossless: false,
            with_added: false,
        }
    }
}
