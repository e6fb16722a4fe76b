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
    /// List all runs, one per line (the default)
    List(ListArguments),
    /// Show a run: settings, attempts, curves, result
    Show {
        /// Leading digits of a run's digest
        run: String,
        /// Print one JSON object
        #[arg(long)]
        json: bool,
        #[arg(long, value_name = "DIR", help = STORE)]
        store: Option<PathBuf>,
    },
    /// Compare two runs: differing settings, and results side by side
    Diff {
        /// Leading digits of a run's digest
        first: String,
        /// Leading digits of the digest of the run to compare it with
        second: String,
        /// Print one JSON object
        #[arg(long)]
        json: bool,
        #[arg(long, value_name = "DIR", help = STORE)]
        store: Option<PathBuf>,
    },
    /// Delete runs, after a confirmation; runs in training are kept
    Remove {
        /// Leading digits of digests, or a filter as `list` takes it: state=failed age>30d
        #[arg(required = true)]
        runs: Vec<String>,
        /// Do not ask for confirmation
        #[arg(long, short)]
        yes: bool,
        #[arg(long, value_name = "DIR", help = STORE)]
        store: Option<PathBuf>,
    },
}

const STORE: &str = "Where runs are kept [default: batchscope in the system's data folder]";

/// Filter, order and columns of `list`.
#[derive(Clone, Debug, Default, Args)]
pub struct ListArguments {
    /// Conditions that all have to hold: bs=8 dropout=off acc>0.75 state=failed,interrupted arm~drop age<2h
    ///
    /// A condition is a column, one of = != ~ < <= > >= and a value; commas separate alternatives. Quote < and > in the
    /// shell.
    pub filter: Vec<String>,
    /// Sort by a column; descending with a minus: --sort=-acc
    #[arg(long, value_name = "COLUMN", allow_hyphen_values = true)]
    pub sort: Option<String>,
    /// Columns to show, separated by commas
    #[arg(long, value_name = "COLUMNS", value_delimiter = ',')]
    pub columns: Vec<String>,
    /// Print a JSON array with one object per run
    #[arg(long)]
    pub json: bool,
    #[arg(long, value_name = "DIR", help = STORE)]
    pub store: Option<PathBuf>,
}
