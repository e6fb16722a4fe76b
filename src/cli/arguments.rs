//! The command line.

use super::appearance::Appearance;
use super::bench::BenchArguments;
use super::doctor::DoctorArguments;
use super::exit::BadInput;
use super::export::ExportArguments;
use super::fetch::FetchArguments;
use super::pretrain::PretrainArguments;
use super::report::ReportArguments;
use super::runs::RunsArguments;
use super::store::StoreArguments;
use super::version;
use super::watch::WatchArguments;
use crate::domain::nearest::nearest;
use crate::resolve::Request;
use crate::spec_file::preset;
use clap::error::ErrorKind;
use clap::{Args, CommandFactory, Parser};
use clap_complete::Shell;
use std::path::{Path, PathBuf};

/// A terminal microscope for fine-tuning sweeps.
///
/// Trains BERT over a grid of batch sizes, several instances of each, on every core, and shows every run live.
/// Without a command, opens the dashboard. Finished runs are reused, never trained again.
#[derive(Debug, Parser)]
#[command(version = version::short(), long_version = version::long(), args_conflicts_with_subcommands = true)]
pub struct Arguments {
    #[command(subcommand)]
    pub command: Option<Subcommand>,
    #[command(flatten)]
    pub sweep: SweepArguments,
    #[command(flatten)]
    pub appearance: Appearance,
}

#[derive(Debug, clap::Subcommand)]
pub enum Subcommand {
    /// Train without a screen: progress bars on a terminal, plain lines in a pipe
    Run {
        #[command(flatten)]
        sweep: SweepArguments,
        /// Print the plan, every event and a summary as JSON, one object per line
        #[arg(long)]
        json: bool,
    },
    /// List the built-in specs with the time that each takes on this machine
    Presets,
    /// Print a spec to start from: a preset, or one for your own data: batchscope init reviews.csv > reviews.toml
    Init {
        /// A preset, as `batchscope presets` lists them, or a folder or file of examples
        #[arg(value_name = "PRESET|DATA")]
        from: String,
    },
    /// Download the model and data of a spec ahead of time
    Fetch(FetchArguments),
    /// Measure the training speed of this machine and how close it is to the hardware limit
    Bench(BenchArguments),
    /// Pre-train a model on your own text or sentence pairs, as a starting point for sweeps
    Pretrain(PretrainArguments),
    /// Show the runs of any program live, from its logs, in the dashboard or as JSON
    Watch(WatchArguments),
    /// List, show, compare or remove the runs of a store
    Runs(RunsArguments),
    /// Report from finished runs what batch size does, and why
    Report(ReportArguments),
    /// Export a figure, the numbers or a checkpoint for other programs
    Export(ExportArguments),
    /// List and delete leftover files of a store
    Store(StoreArguments),
    /// Check terminal, processor, caches, store and clock, and suggest remedies
    Doctor(DoctorArguments),
    /// Print a completion script for a shell: batchscope completions bash > batchscope.bash
    Completions {
        /// The shell to complete commands in
        shell: Shell,
    },
    /// Print the manual page
    Man {
        /// Write the pages of all commands into this folder instead
        #[arg(long, value_name = "DIR")]
        output: Option<PathBuf>,
    },
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
    /// Runs trained at the same time [default: one per core]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub workers: Option<u16>,
    /// Train failed runs again
    #[arg(long)]
    pub retry_failed: bool,
    /// Start a sweep that takes hours without asking
    #[arg(long, short)]
    pub yes: bool,
}

impl Arguments {
    /// Parses the command line. Help and errors of clap end the program here.
    pub fn read() -> Result<Self, BadInput> {
        let misspelled = std::env::args_os().nth(1).and_then(|word| misspelled_command(word.to_str()?));
        match (Self::try_parse(), misspelled) {
            // clap takes the word after an unknown command for a command
            (Err(error), Some(words)) if error.kind() == ErrorKind::ArgumentConflict => Err(BadInput(words)),
            (Err(error), _) => error.exit(),
            (Ok(Self { command: None, .. }), Some(words)) => Err(BadInput(words)),
            (Ok(arguments), _) => Ok(arguments),
        }
    }
}

/// The message for a word that is not a spec and close to the name of a command.
fn misspelled_command(word: &str) -> Option<String> {
    let commands = Arguments::command();
    let command = nearest(word, commands.get_subcommands().map(clap::Command::get_name))?;
    let is_misspelled = command != word && preset(word).is_none() && !Path::new(word).exists();
    is_misspelled.then(|| format!("there is no command `{word}`; did you mean `{command}`?"))
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
            with_added: false,
        }
    }
}
