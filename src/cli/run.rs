//! `batchscope run`: a sweep without a screen.

use super::downloads::sources;
use super::exit::Exit;
use super::json::{self, Report};
use super::lines::{line, time_left};
use super::output::StandardOutput;
use super::page::{notify, report_damage, report_interruption};
use super::plan;
use super::progress::Bars;
use crate::domain::command::Command;
use crate::domain::event::SweepEvent;
use crate::domain::printable::{printable, printable_json};
use crate::domain::sweep::Sweep;
use crate::engine::{Engine, pause, pause_signals, stop_signals};
use crate::export::table;
use crate::resolve::{PrepareError, Request, RequestError, cores};
use anyhow::{Context, Result};
use crossbeam_channel::{never, select};
use std::io::{self, IsTerminal};
use std::time::{Duration, Instant};

/// Time between two frames of the bars.
const FRAME: Duration = Duration::from_millis(150);
/// Time between two lines with the time left.
const TIME_LEFT: Duration = Duration::from_mins(1);

pub fn run(request: Request, json: bool) -> Result<Exit> {
    let signals = stop_signals(report_interruption).context("cannot listen for signals")?;
    let agreed = request.agreed;
    let opened = request.open(&sources())?;
    let (workers, place) = (opened.options.workers, opened.store.root().display());
    let with = if workers == 1 { "1 worker".to_owned() } else { format!("{workers} workers") };
    notify(&format!("training {} with {with}, runs are kept in {place}", opened.prepared.spec.name));
    report_damage(&opened.damages);
    if !plan::announce(&opened, agreed) {
        return Ok(Exit::Done);
    }
    let report =
        json.then(|| Report::new(&opened)).transpose().map_err(PrepareError::from).map_err(RequestError::from)?;
    let engine = Engine::start(&opened);
    let signals = signals.stop(&engine);
    let mut sweep = Sweep::on(cores());
    let on_terminal = io::stdout().is_terminal() && io::stderr().is_terminal();
    let mut bars = (!json && on_terminal).then(|| Bars::new(opened.options.workers)).filter(|bars| !bars.is_hidden());
    // hidden while the process is stopped, so that bars do not overwrite the shell
    let pauses = if bars.is_some() { pause_signals().context("cannot listen for signals")? } else { never() };
    let mut output = StandardOutput::new(signals.clone());
    report.iter().for_each(|report| output.print(printable_json(&report.plan()).into_owned()));
    let (mut interrupted, mut stopping, mut drawn, mut told) = (false, false, Instant::now(), Instant::now());
    while !sweep.closed {
        let mut stop = false;
        select! {
            recv(signals) -> _ => {
                (interrupted, stop) = (true, true);
                output.request_exit();
            }
            recv(pauses) -> _ => {
                bars.iter().for_each(Bars::hide);
                pause();
            }
            recv(engine.events) -> event => {
                // the engine sends Closed before it ends; a closed channel means the same
                let Ok(event) = event else { break };
                // lines count and tell a finished run when its journal is read
                if matches!(event, SweepEvent::Stored { .. }) {
                    continue;
                }
                stop = matches!(event, SweepEvent::Idle | SweepEvent::Broken(_));
                sweep.apply(event.clone());
                match &bars {
                    Some(bars) => line(&sweep, &event).iter().for_each(|line| bars.print(&printable(line))),
                    // standard output is for events
                    None if json && is_damage(&event) => line(&sweep, &event).iter().for_each(|line| notify(line)),
                    None if json => {
                        json::event(&event).iter().for_each(|line| output.print(printable_json(line).into_owned()));
                    }
                    None => line(&sweep, &event).iter().for_each(|line| output.print(printable(line).into_owned())),
                }
            }
            default(FRAME) => {}
        }
        if (stop || output.is_closed()) && !stopping {
            stopping = true;
            let _ = engine.commands.send(Command::Stop);
        }
        if let Some(bars) = &mut bars
            && drawn.elapsed() >= FRAME
        {
            bars.draw(&sweep);
            drawn = Instant::now();
        }
        if bars.is_none() && !json && !stopping && told.elapsed() >= TIME_LEFT {
            time_left(&sweep, workers).into_iter().for_each(|line| output.print(line));
            told = Instant::now();
        }
    }
    engine.wait();
    if let Some(bars) = bars {
        bars.clear();
    }
    let exit = match interrupted {
        _ if sweep.broken.is_some() => Exit::Failed,
        true => Exit::Interrupted,
        false if sweep.tally().failed > 0 => Exit::Failed,
        false => Exit::Done,
    };
    output.print(match &report {
        Some(report) => printable_json(&report.summary(&sweep, exit)).into_owned(),
        None => format!("\n{}", printable(&table(&sweep))),
    });
    let written = output.finish();
    if let Some(message) = &sweep.broken {
        notify(&format!("batchscope: the sweep stopped with an error: {message}"));
        return Ok(exit);
    }
    match written {
        // a closed pipe, as after `head`, is no error
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => return Ok(Exit::Interrupted),
        Err(error) => {
            notify(&format!("batchscope: cannot write to standard output: {error}"));
            return Ok(Exit::Failed);
        }
        Ok(()) => {}
    }
    if exit == Exit::Interrupted {
        report_interruption();
    }
    Ok(exit)
}

fn is_damage(event: &SweepEvent) -> bool {
    matches!(event, SweepEvent::Damaged(_) | SweepEvent::Unusable { .. })
}
