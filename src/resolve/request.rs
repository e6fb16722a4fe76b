//! A sweep requested on the command line: the spec is read, its data and model prepared, the store opened.

use super::cores::cores;
use super::error::RequestError;
use super::own_data::OwnData;
use super::prepare::{Prepared, prepare};
use super::proof::ProofError;
use super::sources::{Sources, placed};
use crate::domain::invariance::Invariance;
use crate::domain::spec::Spec;
use crate::plan::Background;
use crate::spec_file::{parse, preset, to_toml};
use crate::stats::Look;
use crate::store::{Store, StoreError};
use etcetera::BaseStrategy;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The name of the store's copy of a spec in messages.
const SPEC: &str = "spec.toml";
/// Bytes of the longest spec.
const MOST_BYTES: u64 = 1 << 20;

/// A sweep as it is requested.
#[derive(Clone, Debug, Default)]
pub struct Request {
    /// a preset's name, the path of a TOML file, or that of a folder or file of examples
    pub spec: String,
    /// `key=value`, the last one wins
    pub overrides: Vec<String>,
    /// where runs are kept; the system's data folder when not given
    pub store: Option<PathBuf>,
    /// one per core when not given
    pub workers: Option<usize>,
    pub retry_failed: bool,
    /// a sweep that takes hours is confirmed in advance
    pub agreed: bool,
    /// with the arms and instances that were added to the experiment while it ran
    pub with_added: bool,
}

/// How a sweep is run; none of it affects results.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    pub workers: usize,
    /// train runs again that failed before
    pub retry_failed: bool,
}

/// Everything that a sweep needs to start.
#[derive(Clone)]
pub struct Opened {
    pub prepared: Arc<Prepared>,
    pub store: Store,
    pub options: Options,
    /// damaged files of the experiment, and what was done about each
    pub damages: Vec<String>,
}

impl Request {
    /// Reads and checks everything, fetching what is missing, then opens the store. Nothing is left in the store when
    /// anything is wrong.
    pub fn open(&self, sources: &Sources) -> Result<Opened, RequestError> {
        let (spec, assumed) = self.read()?;
        let mut prepared = prepare(spec, sources)?;
        prepared.notes.splice(0..0, assumed);
        let store = Store::open(&store_folder(self.store.as_deref())?)?;
        let is_spec = |text: &str| parse(SPEC, text, &[]).map(drop).map_err(|error| error.to_string());
        let mut damages = store.mend_experiment(&prepared.spec, is_spec)?;
        // arms and instances that were added are stored beside the spec
        store.remember(&prepared.spec, &to_toml(&prepared.spec))?;
        if self.with_added {
            match store.added_arms(&prepared.spec) {
                Ok(arms) => prepared.add_arms(arms),
                Err(damage) => damages.push(format!("{damage}; arms that were added are left out")),
            }
            match store.instances(&prepared.spec) {
                Ok(instances) => prepared.spec.train.instances = instances,
                Err(damage) => damages.push(format!("{damage}; instances that were added are left out")),
            }
        }
        store.remember_inputs(&prepared.spec, &prepared.inputs())?;
        let workers = self.workers.unwrap_or_else(cores).max(1);
        let options = Options { workers, retry_failed: self.retry_failed };
        Ok(Opened { prepared: Arc::new(prepared), store, options, damages })
    }

    /// The spec with its overrides, its paths made absolute.
    pub fn read_spec(&self) -> Result<Spec, RequestError> {
        Ok(self.read()?.0)
    }

    /// The same, with the assumptions made where examples were given instead of a spec.
    fn read(&self) -> Result<(Spec, Vec<String>), RequestError> {
        let overrides: Vec<String> = self.overrides.iter().map(|given| from_here(given)).collect();
        if let Some(text) = preset(&self.spec) {
            return Ok((parse(&format!("preset {}", self.spec), text, &overrides)?, Vec::new()));
        }
        if let Some(data) = OwnData::find(&self.spec)? {
            let (spec, assumed) = data.spec(&overrides)?;
            return Ok((placed_in(Path::new(""), spec), assumed));
        }
        let path = Path::new(&self.spec);
        let bytes =
            read_at_most(path, MOST_BYTES).map_err(|cause| RequestError::Read { spec: self.spec.clone(), cause })?;
        let text = String::from_utf8(bytes).map_err(|error| {
            let before = &error.as_bytes()[..error.utf8_error().valid_up_to()];
            let line = 1 + before.iter().filter(|byte| **byte == b'\n').count();
            RequestError::Encoding { spec: self.spec.clone(), line }
        })?;
        let spec = parse(&self.spec, &text, &overrides)?;
        // paths in a spec are relative to its folder
        Ok((placed_in(path.parent().unwrap_or(Path::new("")), spec), Vec::new()))
    }
}

/// Makes the spec's paths absolute, relative to this folder: an experiment has the same name wherever it is started.
fn placed_in(folder: &Path, mut spec: Spec) -> Spec {
    // absolute, so that one experiment has one name from wherever it is started
    let place = |path: &Path| absolute(&folder.join(path));
    spec.task.path = spec.task.path.map(|path| place(&path));
    spec.model.source = placed(&spec.model.source, place);
    spec
}

/// The given folder, or the default one.
pub fn store_folder(given: Option<&Path>) -> Result<PathBuf, RequestError> {
    match given {
        Some(folder) => Ok(folder.to_owned()),
        None => {
            let folders = etcetera::choose_base_strategy().map_err(|_| RequestError::NoHome)?;
            Ok(folders.data_dir().join("batchscope"))
        }
    }
}

impl Opened {
    /// The invariance check of this experiment's model: from the store, or made now and stored.
    pub fn invariance(&self) -> Result<Invariance, ProofError> {
        let (experiment, prepared) = (Store::experiment_folder(&self.prepared.spec), &self.prepared);
        let known = self.store.invariance(&experiment).ok().flatten();
        if let Some(found) = known.filter(|found| found.is_of(&prepared.data, &prepared.model)) {
            return Ok(found);
        }
        let found = prepared.invariance()?;
        // a store that cannot be written is reported when training begins
        let _ = self.store.remember_invariance(&experiment, &found);
        Ok(found)
    }

    /// What an answer needs beside outcomes. The invariance check is there if it was made before.
    pub fn background(&self) -> Result<Background, StoreError> {
        let (experiment, prepared) = (Store::experiment_folder(&self.prepared.spec), &self.prepared);
        let of_these = |found: &Invariance| found.is_of(&prepared.data, &prepared.model);
        Ok(Background {
            looks: self.store.looks(&experiment).map_err(StoreError::from)?,
            invariance: self.store.invariance(&experiment).ok().flatten().filter(of_these),
            majority_share: Some(prepared.inputs().majority_share),
            validation_examples: Some(prepared.data.validation_examples),
        })
    }

    /// Records that a verdict was shown.
    pub fn remember_look(&self, look: Look) -> Result<(), StoreError> {
        self.store.remember_look(&Store::experiment_folder(&self.prepared.spec), look)
    }
}

/// The whole of a file or pipe, with a bound, as devices may be endless.
fn read_at_most(path: &Path, most: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path)?.take(most + 1).read_to_end(&mut bytes)?;
    match bytes.len() as u64 > most {
        true => Err(io::Error::other(format!("it has more than {most} bytes, a spec has a few hundred"))),
        false => Ok(bytes),
    }
}

/// The full path, so that one experiment has one name from wherever it is started. Where a folder above is called by bytes
/// that are no UTF-8, as no spec can write it, the path from here.
fn absolute(path: &Path) -> PathBuf {
    match std::path::absolute(path) {
        Ok(full) if full.to_str().is_some() => full,
        // with a dot, so that it is not taken for a repository of the hub
        _ if path.is_relative() && !path.starts_with(".") => Path::new(".").join(path),
        _ => path.to_owned(),
    }
}

/// Paths on the command line are relative to the current folder, not to the spec's.
fn from_here(given: &str) -> String {
    let Some((key, path)) = given.split_once('=') else { return given.to_owned() };
    let path = path.trim().trim_matches('"');
    let path = match key.trim() {
        "task.path" => absolute(Path::new(path)).display().to_string(),
        "model.source" => placed(path, absolute),
        _ => return given.to_owned(),
    };
    format!("{key}={}", toml::Value::String(path))
}
