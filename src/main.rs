//! Arguments in, exit code out.

use batchscope::cli::{self, Arguments, Exit, Subcommand};
use clap::Parser;

fn main() -> Exit {
    single_threaded_kernels();
    let arguments = Arguments::parse();
    let ended = match arguments.command {
        Some(Subcommand::Run { sweep, json }) => cli::run(&sweep.request(), json),
        None => todo!(),
    };
    ended.unwrap_or_else(|error| {
        eprintln!("batchscope: {error:#}");
        Exit::BadInput
    })
}

/// One run trains on each core, so every kernel must stay on the core of its run: pools of threads inside a kernel
/// would only fight over cores. Candle and gemm read these variables when they first compute.
fn single_threaded_kernels() {
    for variable in ["RAYON_NUM_THREADS", "CANDLE_NUM_THREADS"] {
        // SAFETY: the first statement of main: no other thread exists that could read the environment meanwhile.
        unsafe { std::env::set_var(variable, "1") };
    }
}
