//! `batchscope doctor`: what this machine offers, and what to do about each problem.

use super::exit::Exit;
use super::page::{Page, bytes, print};
use crate::domain::history::Progress;
use crate::files::Folder;
use crate::hub::HubSettings;
use crate::model::Processor;
use crate::resolve::{cores, store_folder};
use crate::store::{Damage, Store, StoredRun};
use anyhow::{Context, Result};
use clap::Args;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Characters of the dashboard.
const GLYPHS: &str = "⣿ ⡇ ⠉  ▁ ▄ █  ● ○ ◐  ▾ ▴  ─ │ ╭";
/// A screen on which several panels fit.
const COMFORTABLE: (u16, u16) = (80, 24);
/// The beginning of 2026, before which no version was built, in seconds since 1970.
const OLDEST: u64 = 1_767_225_600;
/// How far the clocks of system and file system may differ.
const TOLERANCE: Duration = Duration::from_secs(5);
/// Damaged files that are listed.
const MOST_DAMAGES: usize = 10;

#[derive(Clone, Debug, Args)]
pub struct DoctorArguments {
    /// Where runs are kept [default: batchscope in the system's data folder]
    #[arg(long, value_name = "DIR")]
    store: Option<PathBuf>,
}

/// A line of the report.
enum Diagnosis {
    Fine(String),
    /// what could be better, and how
    Hint(String, String),
    /// what does not work, and what to do
    Problem(String, String),
}

use Diagnosis::{Fine, Hint, Problem};

/// `colours`: the detected colours, as `--colors` names them.
pub fn doctor(arguments: &DoctorArguments, colours: &str) -> Result<Exit> {
    let folder = store_folder(arguments.store.as_deref())?;
    let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    let sections = [
        ("terminal", terminal(variable)),
        ("colours", vec![colour_depth(colours, variable)]),
        ("glyphs", glyphs(variable)),
        ("processor", processor(variable)),
        ("hub cache", vec![hub_cache()]),
        ("store", store(&folder)),
        ("clock", clock(&folder)),
    ];
    let page = Page::of_standard_output();
    let report: String = sections.iter().map(|(title, findings)| section(title, findings, &page)).collect();
    let problems = sections.iter().flat_map(|(_, findings)| findings).filter(|found| matches!(found, Problem(..)));
    let (end, exit) = match problems.count() {
        0 => ("no problems found".into(), Exit::Done),
        1 => ("1 problem found".into(), Exit::Failed),
        several => (format!("{several} problems found"), Exit::Failed),
    };
    print(&format!("{report}{end}\n")).context("cannot write to standard output")?;
    Ok(exit)
}

fn section(title: &str, findings: &[Diagnosis], page: &Page) -> String {
    let line = |finding: &Diagnosis| match finding {
        Fine(text) => format!("  {}       {text}\n", page.good("ok")),
        Hint(text, advice) => format!("  {}     {text}\n           {advice}\n", page.accent("hint")),
        Problem(text, advice) => format!("  {}  {text}\n           {advice}\n", page.bad("problem")),
    };
    format!("{}\n{}", page.bold(title), findings.iter().map(line).collect::<String>())
}

fn terminal(variable: impl Fn(&str) -> Option<String>) -> Vec<Diagnosis> {
    let kind = match variable("TERM") {
        Some(term) if term != "dumb" => Fine(format!("TERM is {term}")),
        None if cfg!(windows) => Fine("the Windows console".into()),
        term => Problem(
            term.map_or_else(|| String::from("TERM is not set"), |term| format!("TERM is {term}"))
                + ": the dashboard cannot be drawn, and training prints lines instead",
            "set TERM to the name of your terminal, such as xterm-256color".into(),
        ),
    };
    let size = match terminal_size::terminal_size() {
        None => Hint(
            "standard output is not a terminal: its size is unknown".into(),
            "run `batchscope doctor` in the terminal that is to show the dashboard".into(),
        ),
        Some((width, height)) if width.0 < COMFORTABLE.0 || height.0 < COMFORTABLE.1 => Hint(
            format!("{} x {} cells: few panels fit", width.0, height.0),
            format!("enlarge the window to {} x {} or more", COMFORTABLE.0, COMFORTABLE.1),
        ),
        Some((width, height)) => Fine(format!("{} x {} cells", width.0, height.0)),
    };
    vec![kind, size]
}

fn colour_depth(colours: &str, variable: impl Fn(&str) -> Option<String>) -> Diagnosis {
    match colours {
        "truecolor" => Fine("24-bit colours".into()),
        "none" if variable("NO_COLOR").is_some() => {
            Hint("no colours: NO_COLOR is set".into(), "unset NO_COLOR, or use --colors, to show colours".into())
        }
        "none" => Hint(
            "no colours: TERM names a terminal without them".into(),
            "if the terminal has colours, use --colors 256 or --colors truecolor".into(),
        ),
        fewer => Hint(
            format!("{fewer} colours: lines of many batch sizes look alike"),
            "if the terminal has 24-bit colours, set COLORTERM=truecolor, or use --colors truecolor".into(),
        ),
    }
}

fn glyphs(variable: impl Fn(&str) -> Option<String>) -> Vec<Diagnosis> {
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().find_map(|name| Some((name, variable(name)?)));
    let is_utf8 = |value: &str| ["utf-8", "utf8"].iter().any(|code| value.to_lowercase().contains(code));
    let encoding = match locale {
        _ if cfg!(windows) => Fine("Unicode".into()),
        Some((name, value)) if is_utf8(&value) => Fine(format!("UTF-8, by {name}={value}")),
        found => Problem(
            found.map_or_else(|| String::from("no locale is set"), |(name, value)| format!("{name}={value}"))
                + ": not UTF-8, so that charts may be drawn as question marks",
            "set LC_ALL to a UTF-8 locale, such as C.UTF-8".into(),
        ),
    };
    let font = Hint(
        format!("the font must have these characters, each one cell wide:  {GLYPHS}"),
        "if some are missing or shown as boxes, choose another font, such as DejaVu Sans Mono".into(),
    );
    vec![encoding, font]
}

fn processor(variable: impl Fn(&str) -> Option<String>) -> Vec<Diagnosis> {
    let Processor { features, loops, products, bf16 } = Processor::detect();
    let listed = if features.is_empty() { "none that kernels use".into() } else { features.join(" ") };
    let mut findings = vec![
        Fine(format!("{}, workers by default: {}", std::env::consts::ARCH, cores())),
        Fine(format!("vector instructions: {listed}")),
        Fine(format!("loops use {loops}, matrix products in float32 {products}")),
    ];
    findings.push(match bf16 {
        true => Fine("matrix products in bfloat16 use AVX512_BF16".into()),
        false => Hint(
            "matrix products in bfloat16 are computed in float32, after rounding".into(),
            "keep train.precision = \"f32\", which is faster here".into(),
        ),
    });
    if let Some(name) = variable("BATCHSCOPE_SIMD") {
        findings.push(Hint(
            format!("BATCHSCOPE_SIMD={name} limits the loops"),
            "unset BATCHSCOPE_SIMD for full speed".into(),
        ));
    }
    if cfg!(debug_assertions) {
        findings.push(Hint("this is a debug build, which trains slowly".into(), "build with --release".into()));
    }
    findings
}

fn hub_cache() -> Diagnosis {
    let settings = match HubSettings::from_environment() {
        Ok(settings) => settings,
        Err(error) => return Problem(error.to_string(), "only models and tasks of the hub need this".into()),
    };
    let folder = settings.cache.display().to_string();
    let size = bytes(Folder::root(&settings.cache).bytes());
    let server = match settings.offline {
        true => "offline: nothing is downloaded".into(),
        false => format!("downloads from {}", settings.endpoint),
    };
    Fine(format!("{folder}, {size}; {server}"))
}

fn store(path: &Path) -> Vec<Diagnosis> {
    let shown = path.display();
    if !path.exists() {
        return vec![Fine(format!("{shown} does not exist yet; training creates it"))];
    }
    let store = match Store::existing(path) {
        Ok(store) => store,
        Err(error) => return vec![Problem(error.to_string(), "name another folder with --store".into())],
    };
    let mut findings = vec![Fine(format!("{shown}, {}", bytes(Folder::root(path).bytes())))];
    if let Err(error) = Folder::root(path).stage(|_| Ok(())) {
        let advice = "check its permissions and the free space of its disk".into();
        findings.push(Problem(format!("cannot be written: {error}"), advice));
    }
    match store.inspect() {
        Ok(runs) => findings.extend(health(&runs)),
        Err(error) => findings.push(Problem(error.to_string(), "check its permissions".into())),
    }
    if let Ok(leftovers) = store.leftovers()
        && !leftovers.is_empty()
    {
        let size = bytes(leftovers.iter().map(|leftover| leftover.bytes).sum());
        findings
            .push(Hint(format!("leftovers: {}, {size}", leftovers.len()), "`batchscope store gc` deletes them".into()));
    }
    findings
}

fn health(runs: &[StoredRun]) -> Vec<Diagnosis> {
    let finished = runs.iter().filter(|run| run.result.is_some()).count();
    let failed = runs.iter().filter(|run| matches!(run.progress, Progress::Failed(_))).count();
    let training = runs.iter().filter(|run| run.busy).count();
    let counts = format!("runs: {} ({finished} finished, {failed} failed, {training} in training)", runs.len());
    let damages: Vec<(&StoredRun, &Damage)> =
        runs.iter().flat_map(|run| run.damages.iter().map(move |damage| (run, damage))).collect();
    let damaged = |(run, damage): &(&StoredRun, &Damage)| {
        Problem(
            format!("damaged: {damage}"),
            format!("`batchscope runs remove {}` deletes the run; it is trained again", run.id),
        )
    };
    let more = (damages.len() > MOST_DAMAGES).then(|| {
        Problem(format!("and {} more", damages.len() - MOST_DAMAGES), "`batchscope runs list` names them all".into())
    });
    let listed = damages.iter().take(MOST_DAMAGES).map(damaged);
    std::iter::once(Fine(counts)).chain(listed).chain(more).collect()
}

/// Owners of runs are judged by heartbeats, which have the times of the file system.
fn clock(path: &Path) -> Vec<Diagnosis> {
    let now = SystemTime::now();
    let advice = || "synchronise the clocks, for example with NTP".to_owned();
    let system = match now.duration_since(UNIX_EPOCH) {
        Ok(since) if since.as_secs() >= OLDEST => Fine("the system's clock is plausible".into()),
        _ => Problem("the system's clock is before 2026".into(), advice()),
    };
    let stamp = Folder::root(path).stage(|file| file.metadata()?.modified()).ok().map(|(_, made)| made);
    let disk = stamp.map(|made| {
        let apart = made.duration_since(now).unwrap_or_else(|error| error.duration());
        match apart > TOLERANCE {
            true => Problem(format!("the store's file system differs by {} s", apart.as_secs()), advice()),
            false => Fine("the store's file system agrees with it".into()),
        }
    });
    std::iter::once(system).chain(disk).collect()
}
