//! The command line of `batchscope runs`.

use clap::{Args, Subcommand};
use std::path::PathBuf;

#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct RunsArguments {
    #[command(subcommand)]
    pub command: Option<RunsCommand>,
    #[command(flatten)]
    pub list: ListArguments,
}

#[derive(Debug, Subcommand)]
pub enum RunsCommand {
    /// Every run, a line each; what `runs` alone does
    List(ListArguments),
    /// One run: settings, attempts, curves, result
    Show {
        /// Leading digits of a run's digest
        run: String,
        /// One JSON object
        #[arg(long)]
        json: bool,
        #[arg(long, value_name = "DIR", help = STORE)]
        store: Option<PathBuf>,
    },
    /// What differs between two runs, and their results side by side
    Diff {
        /// Leading digits of a run's digest
        first: String,
        /// and of the one to hold against it
        second: String,
        /// One JSON object
        #[arg(long)]
        json: bool,
        #[arg(long, value_name = "DIR", help = STORE)]
        store: Option<PathBuf>,
    },
    /// Delete runs: asks first, and never touches one that is being trained
    Remove {
        /// Leading digits of digests, or a filter as `list` takes it: state=failed age>30d
        #[arg(required = true)]
        runs: Vec<String>,
        /// Do not ask
        #[arg(long, short)]
        yes: bool,
        #[arg(long, value_name = "DIR", help = STORE)]
        store: Option<PathBuf>,
    },
}

const STORE: &str = "Where runs are kept [default: batchscope in the system's data folder]";

/// What `list` shows, and how.
#[derive(Clone, Debug, Default, Args)]
pub struct ListArguments {
    /// Conditions that all have to hold: bs=8 dropout=off acc>0.75 state=failed,interrupted arm~drop age<2h
    ///
    /// A name of a column, one of = != ~ < <= > >= and a value; commas between alternatives. Quote < and > from the
    /// shell.
    pub filter: Vec<String>,
    /// Sort by a column; from the largest down with a minus: --sort=-acc
    #[arg(long, value_name = "COLUMN", allow_hyphen_values = true)]
    pub sort: Option<String>,
    /// The columns to show, with commas between them
    #[arg(long, value_name = "COLUMNS", value_delimiter = ',')]
    pub columns: Vec<String>,
    /// One JSON array with an object a run
    #[arg(long)]
    pub json: bool,
    #[arg(long, value_name = "DIR", help = STORE)]
    pub store: Option<PathBuf>,
}
