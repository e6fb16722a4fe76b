//! `batchscope run`: a sweep without a screen.

use super::downloads::sources;
use super::exit::Exit;
use super::lines::line;
use super::output::Output;
use super::page::{say_left, talk};
use super::plan;
use super::progress::Bars;
use crate::domain::command::Command;
use crate::domain::event::SweepEvent;
use crate::domain::sweep::Sweep;
use crate::engine::{Request, pause, pause_signals, stop_signals};
use crate::export::table;
use anyhow::{Context, Result};
use crossbeam_channel::{never, select};
use std::io::{self, IsTerminal};
use std::time::{Duration, Instant};

/// How often bars are drawn.
const FRAME: Duration = Duration::from_millis(150);

pub fn run(request: Request, json: bool) -> Result<Exit> {
    let signals = stop_signals(say_left).context("cannot listen for signals")?;
    let agreed = request.agreed;
    let opened = Request { lossless: true, ..request }.open(&sources())?;
    let (workers, place) = (opened.options.workers, opened.store.root().display());
    let workers = if workers == 1 { "1 worker".to_owned() } else { format!("{workers} workers") };
    talk(&format!("training {} with {workers}, runs are kept in {place}", opened.prepared.spec.name));
    if !plan::tell(&opened, agreed) {
        return Ok(Exit::Done);
    }
    let signals = signals.listen();
    let engine = opened.start();
    let mut sweep = Sweep::default();
    let on_terminal = io::stdout().is_terminal() && io::stderr().is_terminal();
    let mut bars = (!json && on_terminal).then(|| Bars::new(opened.options.workers)).filter(|bars| !bars.is_hidden());
    // bars that are on the screen when a shell writes there would be drawn over its words
    let pauses = if bars.is_some() { pause_signals().context("cannot listen for signals")? } else { never() };
    let mut output = Output::new(signals.clone());
    let (mut interrupted, mut stopping, mut drawn) = (false, false, Instant::now());
    while !sweep.closed {
        let mut stop = false;
        select! {
            recv(signals) -> _ => {
                (interrupted, stop) = (true, true);
                output.leave();
            }
            recv(pauses) -> _ => {
                bars.iter().for_each(Bars::hide);
                pause();
            }
            recv(engine.events) -> event => {
                // the conductor says Closed before it leaves; without it the engine is gone all the same
                let Ok(event) = event else { break };
                stop = matches!(event, SweepEvent::Idle | SweepEvent::Broken(_));
                let known = is_known(&sweep, &event);
                sweep.apply(event.clone());
                match &bars {
                    _ if known => {}
                    Some(bars) => line(&sweep, &event).iter().for_each(|line| bars.print(line)),
                    None if json => self::json(&event).into_iter().for_each(|line| output.print(line)),
                    None => line(&sweep, &event).into_iter().for_each(|line| output.print(line)),
                }
            }
            default(FRAME) => {}
        }
        if (stop || output.has_left()) && !stopping {
            stopping = true;
            let _ = engine.commands.send(Command::Stop);
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
        output.print(format!("\n{}", table(&sweep)));
    }
    let written = output.finish();
    if let Some(message) = &sweep.broken {
        talk(&format!("batchscope: the sweep could not go on: {message}"));
        return Ok(Exit::Failed);
    }
    match written {
        // as `head` does: it has seen enough
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => return Ok(Exit::Interrupted),
        Err(error) => {
            talk(&format!("batchscope: cannot write to standard output: {error}"));
            return Ok(Exit::Failed);
        }
        Ok(()) => {}
    }
    if interrupted {
        say_left();
        return Ok(Exit::Interrupted);
    }
    Ok(if sweep.failed() > 0 { Exit::Failed } else { Exit::Done })
}

/// Asked again and again, an owner that is still the same is no news.
fn is_known(sweep: &Sweep, event: &SweepEvent) -> bool {
    let SweepEvent::Elsewhere { run, owner } = event else { return false };
    sweep.row(run).is_some_and(|row| row.elsewhere.as_ref() == Some(owner))
}

/// Journal entries of this process, with the run they belong to.
fn json(event: &SweepEvent) -> Option<String> {
    let SweepEvent::Run { run, attempt, entry } = event else { return None };
    let mut value = serde_json::to_value(entry).ok()?;
    value["run"] = run.as_str().into();
    value["attempt"] = (*attempt).into();
    Some(value.to_string())
}
