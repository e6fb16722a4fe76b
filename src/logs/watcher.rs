//! Runs in folders of logs, and what is new in them.

use super::config;
use super::format::LogFormat;
use super::item::LogItem;
use super::label::{LogLabel, LogSetting, Part};
use super::names;
use super::pattern::Pattern;
use super::scan::{FoundLog, Scan};
use super::source::LogFile;
use crate::event_file::Skipped;
use crate::files::{FileError, open_followed};
use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Between two looks at files.
const INTERVAL: Duration = Duration::from_secs(1);
const LONGEST_INTERVAL: Duration = Duration::from_secs(30);
/// Looking in vain takes one part in this of the time.
const PARTS: u32 = 100;

/// A larger file with settings is not read.
const LARGEST_CONFIG: u64 = 4 << 20;

/// How logs are read.
#[derive(Clone, Debug, Default)]
pub struct LogOptions {
    /// the only one to look for
    pub format: Option<LogFormat>,
    pub pattern: Option<Pattern>,
}

/// What is new.
#[derive(Clone, Debug, PartialEq)]
pub enum LogEvent {
    /// what was found, how it is read, or what could not be: for a person
    Note(String),
    /// A run, before its first point; again when its label changes. Runs are numbered from 0.
    Run { run: usize, name: String, label: LogLabel },
    /// A point. One whose step is not beyond the last of its tag is of a run that went back: it replaces those of its step and
    /// of all later ones.
    Point { run: usize, tag: String, step: u64, time: Option<f64>, value: f64 },
    /// The run began again at this step: its points from there on are replaced, of the tags that begin with `prefix`.
    Restart { run: usize, prefix: String, step: u64 },
}

#[derive(Debug, thiserror::Error)]
pub enum LogError {
    #[error(transparent)]
    File(#[from] FileError),
    #[error(
        "no logs found in {}: looked for {looked_for}; `--format` reads files that are not recognised",
        paths.iter().map(|path| path.display().to_string()).collect::<Vec<_>>().join(", ")
    )]
    Nothing { paths: Vec<PathBuf>, looked_for: String },
}

/// The runs of some folders, as far as they were read.
#[derive(Debug)]
pub struct Watcher {
    scans: Vec<Scan>,
    options: LogOptions,
    /// by path; that of a Trainer's run by its name
    sources: BTreeMap<(String, u32, PathBuf), LogFile>,
    runs: Vec<Run>,
    numbers: BTreeMap<String, usize>,
    configs: BTreeMap<PathBuf, Vec<(String, LogSetting)>>,
    notes: BTreeSet<String>,
    counted: BTreeMap<LogFormat, usize>,
    /// number of files of each run
    files_of: BTreeMap<String, usize>,
}

#[derive(Debug)]
struct Run {
    name: String,
    label: LogLabel,
    /// from the logs, and from the file beside them
    settings: BTreeMap<String, LogSetting>,
    config: Option<PathBuf>,
    /// whether a point was emitted
    is_known: bool,
    /// whether the label changed since it was emitted
    is_changed: bool,
}

impl Watcher {
    /// Nothing is read yet, but every path is looked at.
    pub fn open(paths: &[PathBuf], options: LogOptions) -> Result<Self, LogError> {
        let name = |path: &Path| match paths.len() {
            0 | 1 => String::new(),
            _ => path.display().to_string().trim_end_matches('/').to_owned(),
        };
        let scans = paths.iter().map(|path| Scan::new(path.clone(), name(path), options.format)).collect();
        let (sources, runs, numbers, configs) = Default::default();
        let (notes, counted, files_of) = Default::default();
        let mut watcher = Self { scans, options, sources, runs, numbers, configs, notes, counted, files_of };
        watcher.look()?;
        Ok(watcher)
    }

    /// The error for folders in which nothing was found.
    pub fn nothing_found(&self) -> Option<LogError> {
        let looked_for = match self.options.format {
            Some(format) => format.to_string(),
            None => {
                let all: Vec<String> = LogFormat::ALL.iter().map(|(format, _)| format.to_string()).collect();
                all.join(", ")
            }
        };
        let paths = self.scans.iter().map(|scan| scan.root().to_owned()).collect();
        self.sources.is_empty().then_some(LogError::Nothing { paths, looked_for })
    }

    /// Looks for new files.
    fn look(&mut self) -> Result<(), FileError> {
        for scan in &mut self.scans {
            for found in scan.find()? {
                let is_state = found.format == LogFormat::Trainer;
                let path = if is_state { PathBuf::new() } else { found.path.clone() };
                let place = (found.run.clone(), found.attempt, path);
                match self.sources.get_mut(&place) {
                    Some(source) if source.found.path != found.path => source.moved(found),
                    Some(source) => source.found.config = found.config,
                    None => {
                        *self.counted.entry(found.format).or_default() += 1;
                        *self.files_of.entry(found.run.clone()).or_default() += 1;
                        self.sources.insert(place, LogFile::new(found));
                    }
                }
            }
        }
        Ok(())
    }

    /// Tells everything new since the last call. Returns whether anything was read.
    pub fn poll(&mut self, mut emit: impl FnMut(LogEvent)) -> Result<bool, LogError> {
        self.look()?;
        let Self { sources, runs, numbers, notes, .. } = self;
        let (mut any, mut replaced) = (false, BTreeSet::new());
        for source in sources.values_mut() {
            let FoundLog { run: owner, prefix, around, config, .. } = source.found.clone();
            // hyperparameters in a folder inside that of a run are those of that run
            let around = around.filter(|around| numbers.get(around).is_some_and(|run| runs[*run].is_known));
            let mut numbering = Numbering { owner, config, last: None };
            let mut fed = std::mem::take(&mut source.runs);
            let read = source.poll(|item| {
                if let (LogItem::Setting { .. }, Some(around)) = (&item, &around) {
                    numbering = Numbering { owner: around.clone(), last: None, config: numbering.config.take() };
                }
                let mut number = |key: &str, runs: &mut Vec<Run>| {
                    let run = numbering.run(key, runs, numbers);
                    fed.insert(run);
                    run
                };
                match item {
                    LogItem::Setting { key, name, value } => {
                        let run = number(&key, runs);
                        let is_new = runs[run].settings.insert(name, value.clone()) != Some(value);
                        runs[run].is_changed |= is_new;
                    }
                    LogItem::Restart { key, step } => {
                        number(&key, runs);
                        // one without a key is of all runs of the file
                        let is_meant = |run: &&usize| key.is_empty() || runs[**run].name.ends_with(&format!("/{key}"));
                        for run in fed.iter().filter(is_meant).filter(|run| runs[**run].is_known) {
                            emit(LogEvent::Restart { run: *run, prefix: prefix.clone(), step });
                        }
                    }
                    LogItem::Point { key, tag, step, time, value } => {
                        let run = number(&key, runs);
                        if !std::mem::replace(&mut runs[run].is_known, true) {
                            runs[run].is_changed = true;
                            let (name, label) = (runs[run].name.clone(), runs[run].label.clone());
                            emit(LogEvent::Run { run, name, label });
                        }
                        let tag = if prefix.is_empty() { tag } else { format!("{prefix}{tag}") };
                        emit(LogEvent::Point { run, tag, step, time, value });
                    }
                }
            });
            for run in &fed {
                // settings may be written after the first points
                let run = &mut runs[*run];
                run.is_changed |= run.config.is_none() && source.found.config.is_some();
                run.config = run.config.take().or_else(|| source.found.config.clone());
            }
            source.runs = fed;
            if source.was_replaced() {
                replaced.insert(source.found.run.clone());
            }
            source.found.run = numbering.owner;
            match read {
                Ok(read) => any |= read,
                Err(error) => {
                    let note = error.to_string();
                    if notes.insert(note.clone()) {
                        emit(LogEvent::Note(note));
                    }
                }
            }
        }
        // points from other files of these runs are discarded too: all are read again, in their order
        for source in self.sources.values_mut().filter(|source| replaced.contains(&source.found.run)) {
            if self.files_of.get(&source.found.run).is_some_and(|files| *files > 1) {
                source.begin_again();
            }
        }
        if self.runs.iter().any(|run| run.is_changed) {
            self.label_runs();
            for (number, run) in self.runs.iter_mut().enumerate() {
                if std::mem::take(&mut run.is_changed) && run.is_known {
                    emit(LogEvent::Run { run: number, name: run.name.clone(), label: run.label.clone() });
                }
            }
        }
        Ok(any)
    }

    /// How long to wait before the next look, after one that took so long and found anything or not.
    pub fn rest(any: bool, took: Duration) -> Duration {
        if any { INTERVAL } else { (took * PARTS).clamp(INTERVAL, LONGEST_INTERVAL) }
    }

    /// What could not be read, over all files.
    pub fn skipped(&self) -> Skipped {
        let mut all = Skipped::default();
        self.sources.values().for_each(|source| all += source.skipped());
        all
    }

    /// What was found and how names were read, a line each.
    pub fn notes(&self) -> Vec<String> {
        let known = self.runs.iter().filter(|run| run.is_known).count();
        let mut notes = Vec::new();
        for (format, files) in &self.counted {
            notes.push(format!("{format}: {}", counted(*files, "file")));
        }
        notes.push(format!("{}; {}", counted(known, "run"), self.how_named()));
        let Skipped { parts, bytes } = self.skipped();
        if parts > 0 {
            let files = self.sources.values().filter(|source| source.skipped().parts > 0);
            let files: Vec<String> = files.map(|source| source.found.path.display().to_string()).collect();
            let more = if files.len() > 3 { format!(" and {} more", files.len() - 3) } else { String::new() };
            let named = files[..files.len().min(3)].join(", ");
            let parts = counted(parts as usize, "damaged part");
            notes.push(format!("skipped {parts} ({bytes} bytes) in {named}{more}"));
        }
        if self.scans.iter().any(|scan| scan.is_cut) {
            notes.push("some folders were left out: they are nested too deep, or too many".into());
        }
        notes
    }

    fn how_named(&self) -> String {
        let known: Vec<&Run> = self.runs.iter().filter(|run| run.is_known).collect();
        let count = |part: Part| known.iter().filter(|run| run.label.has(part)).count();
        let parts = [(Part::Arm, "arm"), (Part::BatchSize, "batch size"), (Part::Iid, "instance")];
        let parts = parts.map(|(part, word)| match count(part) {
            0 => format!("{word} unknown"),
            all if all == known.len() => format!("{word} known"),
            some => format!("{word} known of {some}"),
        });
        let how = match &self.options.pattern {
            Some(pattern) => {
                let mut label = LogLabel::default();
                let fit = known.iter().filter(|run| pattern.read(&run.name, &mut label)).count();
                format!("names read as {pattern}, which fits {fit} of {}", known.len())
            }
            None if known.iter().any(|run| run.config.is_some() || !run.settings.is_empty()) => {
                "labels from hyperparameters, then from names".into()
            }
            None => "labels from names".into(),
        };
        format!("{how}: {}", parts.join(", "))
    }

    /// Makes the labels of all runs: from the pattern, else from settings, else from names that differ.
    fn label_runs(&mut self) {
        let mut labels = Vec::new();
        for run in &self.runs {
            let mut label = LogLabel::default();
            if let Some(pattern) = &self.options.pattern {
                pattern.read(&run.name, &mut label);
            }
            label.take(run.settings.iter().map(|(name, value)| (name.as_str(), value)));
            if let Some(path) = &run.config {
                let settings = self.configs.entry(path.clone()).or_insert_with(|| read_config(path));
                label.take(settings.iter().map(|(name, value)| (name.as_str(), value)));
            }
            labels.push(label);
        }
        let mut known: Vec<(&str, &mut LogLabel)> = Vec::new();
        for (run, label) in self.runs.iter().zip(&mut labels).filter(|(run, _)| run.is_known) {
            known.push((run.name.as_str(), label));
        }
        if self.options.pattern.is_none() {
            names::read(&mut known);
        }
        for (run, label) in self.runs.iter_mut().zip(labels) {
            run.is_changed = run.label != label;
            run.label = label;
        }
    }
}

/// Finds the runs of a file.
struct Numbering {
    /// the file's own run
    owner: String,
    config: Option<PathBuf>,
    /// the run of the last item, which is mostly that of the next
    last: Option<(String, usize)>,
}

impl Numbering {
    /// The number of a run: the file's own, or that of the key in it.
    fn run(&mut self, key: &str, runs: &mut Vec<Run>, numbers: &mut BTreeMap<String, usize>) -> usize {
        if let Some((_, number)) = self.last.as_ref().filter(|(last, _)| last == key) {
            return *number;
        }
        let owner = &self.owner;
        let name = if key.is_empty() { owner.clone() } else { format!("{owner}/{key}") };
        let number = numbers.get(&name).copied().unwrap_or_else(|| {
            let (label, settings) = Default::default();
            let config = self.config.clone();
            let run = Run { name: name.clone(), label, settings, config, is_known: false, is_changed: true };
            runs.push(run);
            numbers.insert(name, runs.len() - 1);
            runs.len() - 1
        });
        self.last = Some((key.to_owned(), number));
        number
    }
}

fn counted(count: usize, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}

fn read_config(path: &Path) -> Vec<(String, LogSetting)> {
    let mut bytes = Vec::new();
    let Ok(file) = open_followed(path) else { return Vec::new() };
    let read = file.take(LARGEST_CONFIG + 1).read_to_end(&mut bytes);
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    match read {
        Ok(length) if length as u64 <= LARGEST_CONFIG => config::settings(&name, &bytes),
        _ => Vec::new(),
    }
}
