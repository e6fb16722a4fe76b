//! `batchscope run`: a sweep without a screen.

use super::exit::Exit;
use super::lines::line;
use super::progress::Bars;
use crate::domain::command::Command;
use crate::domain::event::{RunEvent, SweepEvent};
use crate::domain::sweep::Sweep;
use crate::engine::{Request, stop_signals};
use crate::export::table;
use anyhow::{Context, Result};
use crossbeam_channel::select;
use std::io::{IsTerminal, Write};
use std::time::{Duration, Instant};

/// How often bars are drawn.
const FRAME: Duration = Duration::from_millis(150);

pub fn run(request: &Request, json: bool) -> Result<Exit> {
    let opened = request.open()?;
    let signals = stop_signals().context("cannot listen for signals")?;
    let engine = opened.start();
    let mut sweep = Sweep::default();
    let mut bars = (!json && std::io::stderr().is_terminal()).then(|| Bars::new(opened.options.workers));
    let (mut interrupted, mut drawn) = (false, Instant::now());
    let stop = |sent: &mut bool| {
        if !std::mem::replace(sent, true) {
            let _ = engine.commands.send(Command::Stop);
        }
    };
    let mut stopping = false;
    while !sweep.closed {
        select! {
            recv(signals) -> _ => {
                interrupted = true;
                stop(&mut stopping);
            }
            recv(engine.events) -> event => {
                // the conductor says Closed before it leaves; without it the engine is gone all the same
                let Ok(event) = event else { break };
                if matches!(event, SweepEvent::Idle | SweepEvent::Broken(_)) {
                    stop(&mut stopping);
                }
                sweep.apply(event.clone());
                if json {
                    print_json(&event)?;
                } else if let Some(line) = line(&sweep, &event) {
                    match &bars {
                        Some(bars) => bars.print(&line),
                        None => print(&line)?,
                    }
                }
            }
            default(FRAME) => {}
        }
        if let Some(bars) = &mut bars
            && drawn.elapsed() >= FRAME
        {
            bars.draw(&sweep);
            drawn = Instant::now();
        }
    }
    engine.wait();
    if let Some(bars) = bars {
        bars.clear();
    }
    if !json {
        print(&format!("\n{}", table(&sweep)))?;
    }
    if let Some(message) = &sweep.broken {
        eprintln!("batchscope: the sweep could not go on: {message}");
        return Ok(Exit::Failed);
    }
    if interrupted {
        eprintln!("left before the end; the same command goes on from here");
        return Ok(Exit::Interrupted);
    }
    Ok(if sweep.failed() > 0 { Exit::Failed } else { Exit::Done })
}

/// A line of data. A reader that left ends the program quietly, as pipes do.
fn print(line: &str) -> Result<()> {
    match writeln!(std::io::stdout(), "{line}") {
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => std::process::exit(0),
        written => written.context("cannot write to standard output"),
    }
}

fn print_json(event: &SweepEvent) -> Result<()> {
    let SweepEvent::Run { run, attempt, entry } = event else { return Ok(()) };
    if matches!(entry.event, RunEvent::Checkpointed { .. }) {
        return Ok(());
    }
    let mut value = serde_json::to_value(entry).context("cannot write an event as JSON")?;
    value["run"] = run.as_str().into();
    value["attempt"] = (*attempt).into();
    print(&value.to_string())
}
