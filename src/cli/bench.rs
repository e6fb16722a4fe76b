//! `batchscope bench`: the training speed of this machine, as a table or as JSON.

use super::exit::Exit;
use crate::domain::choice::{Norm, Precision};
use crate::engine::speed::{Measurement, Speed, measure};
use crate::resolve::cores;
use anyhow::{Context, Result};
use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use std::io::Write;

#[derive(Clone, Debug, Args)]
pub struct BenchArguments {
    /// Runs trained at the same time [default: one per core]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    workers: Option<u16>,
    /// Batch sizes to measure
    #[arg(long, value_name = "N,N", value_delimiter = ',', default_values_t = [2, 8, 16, 32, 64],
          value_parser = clap::value_parser!(u32).range(1..=1024))]
    batch_sizes: Vec<u32>,
    /// The normalization to train with: layer, batch, rms or none
    #[arg(long, default_value = "layer", value_parser = norm)]
    norm: Norm,
    /// The precision to train in: f32 or bf16
    #[arg(long, default_value = "f32", value_parser = precision)]
    precision: Precision,
    /// Seconds to measure; fewer are less precise
    #[arg(long, default_value_t = 150, value_parser = clap::value_parser!(u32).range(1..=86_400))]
    seconds: u32,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

fn norm(name: &str) -> Result<Norm, String> {
    serde_json::from_value(name.into()).map_err(|_| "expected layer, batch, rms or none".into())
}

fn precision(name: &str) -> Result<Precision, String> {
    Precision::named(name).ok_or_else(|| "expected f32 or bf16".into())
}

pub fn bench(arguments: BenchArguments) -> Result<Exit> {
    let cores = cores();
    let measurement = Measurement {
        batch_sizes: arguments.batch_sizes,
        norm: arguments.norm,
        precision: arguments.precision,
        workers: arguments.workers.map_or(cores, usize::from),
        seconds: arguments.seconds.into(),
    };
    // indicatif hides it where standard error is not a terminal
    let bar = ProgressBar::new(1000);
    if let Ok(style) = ProgressStyle::with_template("measuring {bar:40} {percent:>3} %, {eta} left") {
        bar.set_style(style);
    }
    let speed = measure(&measurement, &mut |share| bar.set_position((share * 1000.0) as u64));
    bar.finish_and_clear();
    let speed = speed.context("cannot measure")?;
    let text = if arguments.json { serde_json::to_string_pretty(&speed)? } else { table(&speed) };
    writeln!(std::io::stdout(), "{text}").context("cannot write to standard output")?;
    Ok(Exit::Done)
}

fn table(speed: &Speed) -> String {
    let Speed { workers, simd, precision, peak_gflops, limit_gflops, rows, noise, .. } = speed;
    let precision = match precision {
        Precision::F32 => "float32",
        Precision::Bf16 => "bfloat16",
    };
    let tokens: f64 = rows.iter().map(|row| row.tokens_per_second / row.pairs_per_second).sum();
    let mut lines = vec![
        format!(
            "BERT-mini in {precision} on pairs as long as MRPC's ({:.0} tokens), {workers} {}, {simd}",
            tokens / rows.len().max(1) as f64,
            if *workers == 1 { "worker" } else { "workers" },
        ),
        format!("matrix products run at {:.0} GFLOP/s in {precision}: an MFU of 1", peak_gflops[0].max(peak_gflops[1])),
    ];
    lines.extend(limit_gflops.map(|limit| format!("their instructions, on registers alone, at {limit:.0} GFLOP/s")));
    lines.extend([
        String::new(),
        "                                           of a step, milliseconds".into(),
        "batch size  pairs/s  tokens/s  GFLOP/s   MFU    whole  forward  backward  update".into(),
    ]);
    lines.extend(rows.iter().map(|row| {
        let ms = row.ms_per_step;
        format!(
            "{:>10}  {:>7.0}  {:>8.0}  {:>7.0}  {:>4}  {:>7.1}  {:>7.1}  {:>8.1}  {:>6.1}",
            row.batch_size,
            row.pairs_per_second,
            row.tokens_per_second,
            row.gflops,
            row.mfu.map_or("-".into(), |mfu| format!("{mfu:.2}")),
            ms.whole,
            ms.forward,
            ms.backward,
            ms.update,
        )
    }));
    if rows.iter().any(|row| row.mfu.is_none()) {
        lines.push(
            "\n-: not measurable. Matrix products alone ran slower than in training; other programs disturbed them."
                .into(),
        );
    }
    lines.push(format!("\nevaluation: {:.0} pairs/s", speed.evaluation_pairs_per_second));
    if !noise.is_empty() {
        lines.push(format!("\nToo noisy to judge, another program is running: {}.", noise.join("; ")));
    }
    lines.join("\n")
}
