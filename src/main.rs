//! Arguments in, exit code out.
#![warn(clippy::print_stderr, clippy::print_stdout, clippy::unwrap_used)]

use anyhow::{Context, Result};
use batchscope::app::App;
use batchscope::cli::{self, Appearance, Arguments, BadInput, Exit, Subcommand, WatchArguments};
use batchscope::domain::printable::printable;
use batchscope::engine::{stop_signals, watch_logs};
use batchscope::export::table;
use batchscope::model::Simd;
use batchscope::resolve::{ExperimentError, Request, RequestError};
use batchscope::spec_file::{self, PRESETS};
use batchscope::theme::ThemeError;
use batchscope::tui::{self, ColourDepth, DashboardEnd, Theme};
use std::io::{IsTerminal, Write};

fn main() -> Exit {
    single_threaded_kernels();
    narrower_loops().and_then(|()| Ok(Arguments::read()?)).and_then(obey).unwrap_or_else(|error| {
        cli::notify(&format!("batchscope: {error:#}"));
        let asked_for = error.is::<RequestError>()
            || error.is::<ExperimentError>()
            || error.is::<ThemeError>()
            || error.is::<BadInput>();
        if asked_for { Exit::BadInput } else { Exit::Failed }
    })
}

fn obey(arguments: Arguments) -> Result<Exit> {
    match arguments.command {
        Some(Subcommand::Run { sweep, json }) => cli::run(sweep.request(), json),
        Some(Subcommand::Presets) => cli::presets(),
        Some(Subcommand::Init { from }) => cli::init(&from),
        Some(Subcommand::Fetch(arguments)) => cli::fetch(arguments),
        Some(Subcommand::Bench(arguments)) => cli::bench(arguments),
        Some(Subcommand::Pretrain(arguments)) => cli::pretrain(arguments),
        Some(Subcommand::Watch(arguments)) if arguments.json => cli::watch(&arguments),
        Some(Subcommand::Watch(arguments)) => watch(&arguments),
        Some(Subcommand::Runs(arguments)) => cli::runs(arguments),
        Some(Subcommand::Export(arguments)) => cli::export(&arguments),
        Some(Subcommand::Report(arguments)) => cli::report(arguments),
        Some(Subcommand::Store(arguments)) => cli::store(arguments),
        Some(Subcommand::Doctor(doctor)) => cli::doctor(&doctor, colour_depth(&arguments.appearance.colors).name()),
        Some(Subcommand::Completions { shell }) => cli::completions(shell),
        Some(Subcommand::Man { output }) => cli::man(output.as_deref()),
        None => dashboard(arguments.sweep.request(), &arguments.appearance),
    }
}

/// The dashboard on a terminal; lines on one that cannot move its cursor. Without a terminal it trains nothing: a script
/// that wants that says `run`.
fn dashboard(request: Request, appearance: &Appearance) -> Result<Exit> {
    let (theme, depth) = colours(appearance)?;
    if let Some(stream) = not_a_terminal() {
        let words = format!(
            "the dashboard needs a terminal, and {stream} is not one\n`batchscope run {}` trains without a screen; \
             `batchscope report` answers from what is trained",
            request.spec
        );
        return Err(BadInput(words).into());
    }
    if is_dumb() {
        return cli::run(request, false);
    }
    let signals = stop_signals(|| {
        tui::restore();
        cli::report_interruption();
    });
    let signals = signals.context("cannot listen for signals")?;
    let agreed = request.agreed;
    let opened = Request { with_added: true, ..request }.open(&cli::sources())?;
    if !cli::confirmed(&opened, agreed) {
        return Ok(Exit::Done);
    }
    let (left, app) = tui::run(&opened, theme, depth, signals)?;
    let _ = writeln!(std::io::stdout(), "{}", printable(&table(&app.sweep)));
    if !app.sweep.idle {
        cli::report_interruption();
    }
    if let Some(message) = &app.sweep.broken {
        cli::notify(&format!("batchscope: training stopped: {message}"));
        return Ok(Exit::Failed);
    }
    Ok(match left {
        DashboardEnd::BySignal | DashboardEnd::TerminalGone => Exit::Interrupted,
        DashboardEnd::ByKey if app.sweep.tally().failed > 0 => Exit::Failed,
        DashboardEnd::ByKey => Exit::Done,
    })
}

/// As given on the command line, else by the environment.
fn colour_depth(colors: &str) -> ColourDepth {
    ColourDepth::named(colors).unwrap_or_else(|| ColourDepth::of(|name| std::env::var(name).ok()))
}

/// The dashboard on runs that other programs train.
fn watch(arguments: &WatchArguments) -> Result<Exit> {
    let (theme, depth) = colours(&arguments.appearance)?;
    let stream = not_a_terminal().or_else(|| is_dumb().then_some("this terminal"));
    if let Some(stream) = stream {
        let words = format!(
            "the dashboard needs a terminal that can move its cursor, and {stream} is none\n`batchscope watch --json` prints \
             what it would show"
        );
        return Err(BadInput(words).into());
    }
    let watcher = arguments.open()?;
    if let Some(nothing) = watcher.nothing_found() {
        return Err(BadInput(nothing.to_string()).into());
    }
    let stops = stop_signals(tui::restore).context("cannot listen for signals")?;
    // the task that stands in for the unknown one has the usual metrics
    let spec = spec_file::parse("watch", PRESETS[0].toml, &[]).context("the default spec")?;
    let app = App::watching(arguments.title(), spec);
    Ok(match tui::watch(app, watch_logs(watcher), theme, depth, stops)? {
        DashboardEnd::BySignal | DashboardEnd::TerminalGone => Exit::Interrupted,
        DashboardEnd::ByKey => Exit::Done,
    })
}

fn colours(appearance: &Appearance) -> Result<(Theme, ColourDepth)> {
    let depth = colour_depth(&appearance.colors);
    let theme = Theme::named(&appearance.theme)?;
    Ok((if depth == ColourDepth::None { theme.without_colours() } else { theme }, depth))
}

/// Whether the terminal may be unable to move its cursor. Where it is not said what it is, it may be anything.
fn is_dumb() -> bool {
    std::env::var("TERM").map_or(cfg!(unix), |kind| kind.is_empty() || kind == "dumb")
}

/// Of what a dashboard draws on and reads from, what is a file or a pipe.
fn not_a_terminal() -> Option<&'static str> {
    match (std::io::stdout().is_terminal(), std::io::stdin().is_terminal()) {
        (true, true) => None,
        (false, _) => Some("standard output"),
        (true, false) => Some("standard input"),
    }
}

/// `BATCHSCOPE_SIMD` keeps our own loops from the processor's widest instructions, to compare them on one machine
/// (docs/PERFORMANCE.md).
fn narrower_loops() -> Result<()> {
    let Some(name) = std::env::var_os("BATCHSCOPE_SIMD").filter(|name| !name.is_empty()) else { return Ok(()) };
    let Some(simd) = name.to_str().and_then(Simd::named) else {
        return Err(
            BadInput(format!("BATCHSCOPE_SIMD is `{}`: expected portable, avx2 or avx512", name.display())).into()
        );
    };
    simd.at_most();
    Ok(())
}

/// One run trains on each core, so every kernel must stay on the core of its run: thread pools inside a kernel
/// would only compete for the cores. Candle and gemm read these variables when they first compute.
fn single_threaded_kernels() {
    for variable in ["RAYON_NUM_THREADS", "CANDLE_NUM_THREADS"] {
        // SAFETY: the first statement of main: no other thread exists that could read the environment meanwhile.
        #[expect(unsafe_code, reason = "candle and gemm read the environment alone")]
        unsafe {
            std::env::set_var(variable, "1");
        }
    }
}
