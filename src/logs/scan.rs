//! What logs there are below a folder.

use super::config;
use super::format::LogFormat;
use super::trainer;
use crate::files::{FileError, open_followed};
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::fs::{self, Metadata};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

/// How deep folders are looked into.
const DEPTH: usize = 24;
/// Folders beyond this number are left out.
const MOST_FOLDERS: usize = 200_000;
/// Bytes of a file by which its format is recognised.
const BEGINNING: u64 = 64 << 10;
/// Folders of one run that hold what is measured on a set.
const SPLITS: [&str; 9] = ["train", "training", "valid", "validation", "val", "eval", "evaluation", "test", "dev"];
/// Names of files that are no part of the name of the run.
const PLAIN: [&str; 9] = ["metrics", "log", "logs", "progress", "history", "results", "journal", "train", "training"];
/// Marks a store of ours.
const STORE: &[u8] = b"batchscope-store";
/// A folder that changed more recently may change again within the resolution of its time.
const RECENT: Duration = Duration::from_secs(3);

/// A file with logs.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct FoundLog {
    /// of the run, as a path below the folder that was asked for; files of one run share it
    pub run: String,
    /// attempts of a run of ours are numbered; files of other programs are in the order of their names
    pub attempt: u32,
    pub path: PathBuf,
    pub format: LogFormat,
    /// what its tags begin with: the folders of the sets
    pub prefix: String,
    /// the run of the folder around, if that has event files too: hyperparameters are written into a folder of their own
    pub around: Option<String>,
    /// a file with settings beside it or above it
    pub config: Option<PathBuf>,
}

/// A folder or file to look for logs in.
#[derive(Debug)]
pub struct Scan {
    root: PathBuf,
    /// what names of runs begin with
    name: String,
    format: Option<LogFormat>,
    folders: BTreeMap<PathBuf, FolderEntries>,
    /// files that were recognised, or were not
    looked_at: BTreeMap<PathBuf, bool>,
    pub is_cut: bool,
}

#[derive(Clone, Debug)]
struct FolderEntries {
    modified: Option<SystemTime>,
    listed: SystemTime,
    files: Vec<String>,
    folders: Vec<String>,
}

impl Scan {
    /// Names of runs begin with `name`, if it is not empty.
    pub fn new(root: PathBuf, name: String, format: Option<LogFormat>) -> Self {
        let (folders, looked_at) = Default::default();
        Self { root, name, format, folders, looked_at, is_cut: false }
    }

    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Every file with logs, sorted by run and name. Folders that did not change are not listed again.
    pub fn find(&mut self) -> Result<Vec<FoundLog>, FileError> {
        let mut found = Vec::new();
        let system = |cause| FileError::System { doing: "look at", path: self.root.clone(), cause };
        let kind = fs::metadata(&self.root).map_err(system)?;
        if kind.is_file() {
            self.single_file(&mut found);
            return Ok(found);
        }
        let mut visited = HashSet::new();
        let (root, name) = (self.root.clone(), self.name.clone());
        self.folder(&root, &name, None, 0, &mut visited, &mut found)?;
        found.sort();
        Ok(found)
    }

    fn single_file(&mut self, found: &mut Vec<FoundLog>) {
        let path = self.root.clone();
        let Some(file) = path.file_name().map(|name| name.to_string_lossy().into_owned()) else { return };
        let format = self.format.or_else(|| LogFormat::of_name(&file)).or_else(|| self.format_of_content(&path));
        let stem = file.rsplit_once('.').map_or(file.as_str(), |(stem, _)| stem);
        let run = if self.name.is_empty() { stem.to_owned() } else { self.name.clone() };
        let config = path.parent().and_then(config_in_folder);
        if let Some(format) = format {
            found.push(FoundLog { run, attempt: 0, path, format, prefix: String::new(), around: None, config });
        }
    }

    fn format_of_content(&self, path: &Path) -> Option<LogFormat> {
        let beginning = beginning(path)?;
        [LogFormat::JsonLines, LogFormat::Table].into_iter().find(|format| format.fits(&beginning) == Some(true))
    }

    fn folder(
        &mut self,
        path: &Path,
        name: &str,
        config: Option<&PathBuf>,
        depth: usize,
        visited: &mut HashSet<(u64, u64)>,
        found: &mut Vec<FoundLog>,
    ) -> Result<(), FileError> {
        if depth > DEPTH || visited.len() >= MOST_FOLDERS {
            self.is_cut = true;
            return Ok(());
        }
        let Ok(kind) = fs::metadata(path) else { return Ok(()) };
        // links may lead in a circle
        if !visited.insert(identity(&kind)) && depth > 0 {
            return Ok(());
        }
        let listing = match self.listing(path, &kind) {
            Err(error) if depth == 0 => return Err(error),
            // what cannot be listed below is left out, like what another program removes meanwhile
            Err(_) => return Ok(()),
            Ok(listing) => listing,
        };
        if self.wants(LogFormat::Store) && is_store(path, &listing) {
            store_runs(path, name, found);
            return Ok(());
        }
        let own = config::NAMES.iter().find(|name| match name.split_once('/') {
            Some((folder, file)) => {
                listing.folders.iter().any(|known| known == folder) && path.join(folder).join(file).is_file()
            }
            None => listing.files.iter().any(|file| file == *name),
        });
        let own = own.map(|name| path.join(name));
        let config = own.as_ref().or(config);
        let is_trainer = self.trainer(path, name, &listing, config, found);
        for file in &listing.files {
            let Some(format) = LogFormat::of_name(file).filter(|format| self.wants(*format)) else { continue };
            let is_taken = is_trainer && format == LogFormat::EventFiles;
            if format == LogFormat::Trainer || is_taken || !self.recognise(&path.join(file), format) {
                continue;
            }
            found.push(self.file(path, name, file, format, config));
        }
        for folder in &listing.folders {
            let is_part_of_trainer =
                is_trainer && (number_of_checkpoint(folder).is_some() || ["runs", "logs"].contains(&folder.as_str()));
            if folder.starts_with('.') || is_part_of_trainer {
                continue;
            }
            self.folder(&path.join(folder), &join(name, folder), config, depth + 1, visited, found)?;
        }
        Ok(())
    }

    fn wants(&self, format: LogFormat) -> bool {
        self.format.is_none_or(|wanted| wanted == format)
    }

    fn listing(&mut self, path: &Path, kind: &Metadata) -> Result<FolderEntries, FileError> {
        let modified = kind.modified().ok();
        if let Some(known) = self.folders.get(path)
            && known.modified == modified
            && modified.is_some_and(|modified| known.listed.duration_since(modified).is_ok_and(|age| age > RECENT))
        {
            return Ok(known.clone());
        }
        let system = |cause| FileError::System { doing: "list", path: path.to_owned(), cause };
        let (mut files, mut folders) = (Vec::new(), Vec::new());
        let listed = SystemTime::now();
        for entry in fs::read_dir(path).map_err(system)? {
            let entry = entry.map_err(system)?;
            let Ok(name) = entry.file_name().into_string() else { continue };
            let kind = entry.file_type().map_err(system)?;
            let is_folder = if kind.is_symlink() { entry.path().is_dir() } else { kind.is_dir() };
            if is_folder {
                folders.push(name);
            } else {
                files.push(name);
            }
        }
        files.sort();
        folders.sort();
        let listing = FolderEntries { modified, listed, files, folders };
        self.folders.insert(path.to_owned(), listing.clone());
        Ok(listing)
    }

    /// Whether a file is what its name promises. One whose first line is not complete is looked at again.
    fn recognise(&mut self, path: &Path, format: LogFormat) -> bool {
        if self.format.is_some() || !matches!(format, LogFormat::Table | LogFormat::JsonLines) {
            return true;
        }
        if let Some(known) = self.looked_at.get(path) {
            return *known;
        }
        let fits = beginning(path).and_then(|beginning| format.fits(&beginning));
        if let Some(fits) = fits {
            self.looked_at.insert(path.to_owned(), fits);
        }
        fits == Some(true)
    }

    fn file(&self, folder: &Path, name: &str, file: &str, format: LogFormat, config: Option<&PathBuf>) -> FoundLog {
        let (mut run, mut prefix, mut around) = (name.to_owned(), String::new(), None);
        if format == LogFormat::EventFiles {
            let mut folder = folder;
            while let Some(split) = split_of(&run) {
                prefix = format!("{split}/{prefix}");
                run.truncate(run.len().saturating_sub(split.len() + 1));
                folder = folder.parent().unwrap_or(folder);
            }
            let has_events = |listing: &FolderEntries| {
                listing.files.iter().any(|file| LogFormat::of_name(file) == Some(LogFormat::EventFiles))
            };
            let above = folder.parent().and_then(|above| self.folders.get(above));
            if above.is_some_and(has_events) {
                around = run.rsplit_once('/').map(|(before, _)| before.to_owned()).or_else(|| Some(String::new()));
            }
        } else {
            let stem = file.rsplit_once('.').map_or(file, |(stem, _)| stem);
            if !PLAIN.contains(&stem.to_lowercase().as_str()) {
                run = join(&run, stem);
            }
        }
        let run = if run.is_empty() { self.own_name() } else { run };
        let around = around.map(|around| if around.is_empty() { self.own_name() } else { around });
        FoundLog { run, attempt: 0, path: folder.join(file), format, prefix, around, config: config.cloned() }
    }

    /// The name of the run whose files are in the folder that was asked for.
    fn own_name(&self) -> String {
        let full = fs::canonicalize(&self.root).unwrap_or_else(|_| self.root.clone());
        full.file_name().map_or_else(|| ".".into(), |name| name.to_string_lossy().into_owned())
    }

    /// The states of a Trainer: its own and those in the folders of its checkpoints, of which the newest has every point.
    fn trainer(
        &self,
        path: &Path,
        name: &str,
        listing: &FolderEntries,
        config: Option<&PathBuf>,
        found: &mut Vec<FoundLog>,
    ) -> bool {
        if !self.wants(LogFormat::Trainer) {
            return false;
        }
        let own = listing.files.iter().any(|file| file == trainer::NAME).then(|| path.join(trainer::NAME));
        let numbered = listing.folders.iter().filter_map(|folder| Some((number_of_checkpoint(folder)?, folder)));
        let checkpoints = numbered.map(|(number, folder)| (number, path.join(folder).join(trainer::NAME)));
        let own = own.map(|path| (u64::MAX, path));
        let modified = |path: &Path| fs::metadata(path).ok()?.modified().ok();
        let states = checkpoints.chain(own).filter_map(|(number, path)| Some((modified(&path)?, number, path)));
        let states: Vec<(SystemTime, u64, PathBuf)> = states.collect();
        let Some(newest) = states.iter().map(|state| state.0).max() else { return false };
        // files that were copied have about the same time
        let is_new = |state: &&(SystemTime, u64, PathBuf)| newest.duration_since(state.0).is_ok_and(|age| age < RECENT);
        if let Some((.., path)) = states.iter().filter(is_new).max_by_key(|state| state.1) {
            let run = if name.is_empty() { self.own_name() } else { name.to_owned() };
            let (path, config) = (path.clone(), config.cloned());
            let (format, prefix) = (LogFormat::Trainer, String::new());
            found.push(FoundLog { run, attempt: 0, path, format, prefix, around: None, config });
        }
        true
    }
}

fn join(before: &str, name: &str) -> String {
    if before.is_empty() { name.to_owned() } else { format!("{before}/{name}") }
}

/// The set whose measurements a folder of this name has.
fn split_of(run: &str) -> Option<&'static str> {
    let last = run.rsplit('/').next()?;
    SPLITS.into_iter().find(|split| *split == last)
}

fn number_of_checkpoint(folder: &str) -> Option<u64> {
    folder.strip_prefix("checkpoint-")?.parse().ok()
}

fn beginning(path: &Path) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    open_followed(path).ok()?.take(BEGINNING).read_to_end(&mut bytes).ok()?;
    Some(bytes)
}

fn config_in_folder(folder: &Path) -> Option<PathBuf> {
    config::NAMES.iter().map(|name| folder.join(name)).find(|path| path.is_file())
}

#[cfg(unix)]
fn identity(found: &Metadata) -> (u64, u64) {
    use std::os::unix::fs::MetadataExt;
    (found.dev(), found.ino())
}

#[cfg(not(unix))]
fn identity(_: &Metadata) -> (u64, u64) {
    use std::sync::atomic::{AtomicU64, Ordering};
    static NEXT: AtomicU64 = AtomicU64::new(0);
    (0, NEXT.fetch_add(1, Ordering::Relaxed))
}

fn is_store(path: &Path, listing: &FolderEntries) -> bool {
    listing.files.iter().any(|file| file == "format")
        && beginning(&path.join("format")).is_some_and(|text| text.starts_with(STORE))
}

/// The journals of a store (docs/STORE.md), whose runs are called by their arms, batch sizes and instances where an experiment
/// names them.
fn store_runs(store: &Path, name: &str, found: &mut Vec<FoundLog>) {
    let mut names: BTreeMap<String, String> = BTreeMap::new();
    for experiment in folders(&store.join("experiments")) {
        let of_experiment = store.join("experiments").join(&experiment);
        for arm in folders(&of_experiment) {
            for size in folders(&of_experiment.join(&arm)) {
                for instance in folders(&of_experiment.join(&arm).join(&size)) {
                    let link = of_experiment.join(&arm).join(&size).join(&instance).join("run.json");
                    let target = fs::read_link(link).ok();
                    let digest = target.as_deref().and_then(Path::parent).and_then(Path::file_name);
                    if let Some(digest) = digest.and_then(|digest| digest.to_str()) {
                        let name = [experiment.as_str(), &arm, &size, &instance].join("/");
                        names.entry(digest.to_owned()).or_insert(name);
                    }
                }
            }
        }
    }
    for digest in folders(&store.join("runs")) {
        let folder = store.join("runs").join(&digest);
        let run = join(name, names.get(&digest).unwrap_or(&digest));
        let config = Some(folder.join("run.json")).filter(|path| path.is_file());
        let attempts: BTreeSet<u32> = folders(&folder.join("attempts")).iter().filter_map(|n| n.parse().ok()).collect();
        for attempt in attempts {
            found.push(FoundLog {
                run: run.clone(),
                attempt,
                path: folder.join("attempts").join(attempt.to_string()).join("journal.ndjson"),
                format: LogFormat::Store,
                prefix: String::new(),
                around: None,
                config: config.clone(),
            });
        }
    }
}

/// Names of the folders in a folder, sorted.
fn folders(path: &Path) -> Vec<String> {
    let entries = fs::read_dir(path).into_iter().flatten().flatten().filter(|entry| entry.path().is_dir());
    let mut names: Vec<String> = entries.filter_map(|entry| entry.file_name().into_string().ok()).collect();
    names.sort();
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree(files: &[(&str, &str)]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for (path, text) in files {
            let path = folder.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        folder
    }

    fn find(folder: &Path, format: Option<LogFormat>) -> Vec<String> {
        let found = Scan::new(folder.to_owned(), String::new(), format).find().unwrap();
        let show = |found: FoundLog| {
            let file = found.path.strip_prefix(folder).unwrap().display().to_string();
            let config = found
                .config
                .map_or(String::new(), |path| format!(" < {}", path.strip_prefix(folder).unwrap().display()));
            format!("{} {} {file}{config}", found.run, found.prefix)
        };
        found.into_iter().map(show).collect()
    }

    #[test]
    fn logs_are_found_by_name_and_content() {
        let folder = tree(&[
            ("a/bs8/events.out.tfevents.1", ""),
            ("a/bs8/train/events.out.tfevents.1", ""),
            ("a/bs8/hparams.yaml", "seed: 1\n"),
            ("csv/version_0/metrics.csv", "step,loss\n1,2\n"),
            ("csv/examples.csv", "text,label\na,1\n"),
            ("json/run.jsonl", "{\"step\": 1}\n"),
            ("json/data.jsonl", "{\"text\": 1}\n"),
            ("hf/checkpoint-9/trainer_state.json", "{}"),
            ("hf/checkpoint-10/trainer_state.json", "{}"),
            ("hf/runs/now/events.out.tfevents.1", ""),
        ]);
        assert_eq!(
            find(folder.path(), None),
            [
                "a/bs8  a/bs8/events.out.tfevents.1 < a/bs8/hparams.yaml",
                "a/bs8 train/ a/bs8/train/events.out.tfevents.1 < a/bs8/hparams.yaml",
                "csv/version_0  csv/version_0/metrics.csv",
                "hf  hf/checkpoint-10/trainer_state.json",
                "json/run  json/run.jsonl",
            ]
        );
        assert_eq!(find(folder.path(), Some(LogFormat::Trainer)).len(), 1);
        assert_eq!(find(folder.path(), Some(LogFormat::EventFiles)).len(), 3, "also those of the Trainer");
    }

    #[cfg(unix)]
    #[test]
    fn links_are_followed_and_circles_are_not() {
        let folder = tree(&[("real/a.csv", "step,loss\n")]);
        std::os::unix::fs::symlink(folder.path(), folder.path().join("real/circle")).unwrap();
        std::os::unix::fs::symlink(folder.path().join("real/a.csv"), folder.path().join("b.csv")).unwrap();
        assert_eq!(find(folder.path(), None), ["b  b.csv", "real/a  real/a.csv"]);
    }

    #[test]
    fn a_folder_that_did_not_change_is_not_listed_again() {
        let folder = tree(&[("a/a.csv", "step,loss\n")]);
        let mut scan = Scan::new(folder.path().to_owned(), String::new(), None);
        assert_eq!(scan.find().unwrap().len(), 1);
        fs::write(folder.path().join("a/b.csv"), "step,loss\n").unwrap();
        assert_eq!(scan.find().unwrap().len(), 2, "it changed a moment ago");
        for listing in scan.folders.values_mut() {
            listing.listed = SystemTime::now() + Duration::from_mins(1);
            listing.files.retain(|file| file == "a.csv");
        }
        assert_eq!(scan.find().unwrap().len(), 1, "as it was listed");
    }
}
