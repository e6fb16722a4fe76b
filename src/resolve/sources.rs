//! Where the files come from that a spec names: the disk, the hub's cache, or the hub.

use super::error::PrepareError;
use super::sets::fetch_sets;
use crate::data::check_tokenizer_class;
use crate::domain::spec::{Model, Spec};
use crate::hub::{Hub, HubError, HubSettings, Listener, Repository, RepositoryKind, Silent, meant};
use crate::model::{WEIGHTS, read_config, shards};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Files of which a tokenizer needs one.
const VOCABULARIES: [&str; 2] = ["tokenizer.json", "vocab.txt"];
/// Small files with more about a tokenizer; most repositories lack some of them.
const OF_TOKENIZER: [&str; 3] = ["tokenizer_config.json", "special_tokens_map.json", "added_tokens.json"];

/// How files are obtained that are not local.
#[derive(Clone)]
pub struct Sources {
    listener: Arc<dyn Listener>,
    cache_alone: bool,
}

/// A local file or folder that a spec names.
pub struct Fetched {
    /// what it is, in a word
    pub what: &'static str,
    pub name: String,
    pub path: PathBuf,
}

impl Sources {
    /// Fetches what is missing.
    pub fn online(listener: impl Listener + 'static) -> Self {
        Self { listener: Arc::new(listener), cache_alone: false }
    }

    /// Uses what was fetched before, and contacts no server.
    pub fn cached() -> Self {
        Self { listener: Arc::new(Silent), cache_alone: true }
    }

    /// A hub with the settings of the environment. These are read only when a spec needs a hub, so that errors in them do not
    /// affect training from local folders.
    pub fn hub(&self) -> Result<Hub, HubError> {
        let settings = HubSettings::from_environment()?;
        Ok(Hub::new(HubSettings { offline: settings.offline || self.cache_alone, ..settings }, self.listener.clone()))
    }

    /// The folder of a model; none where it is compiled into the program.
    pub fn model(&self, source: &str) -> Result<Option<PathBuf>, PrepareError> {
        match Repository::parse(RepositoryKind::Model, source) {
            _ if Model::is_embedded(source) => Ok(None),
            Ok(repository) => self.model_of_hub(source, &repository).map(Some),
            // a path in full, as [`placed`] leaves it
            Err(_) => match PathBuf::from(source) {
                folder if folder.is_dir() => Ok(Some(folder)),
                path => Err(no_folder(path)),
            },
        }
    }

    fn model_of_hub(&self, source: &str, repository: &Repository) -> Result<PathBuf, PrepareError> {
        let unresolved = |cause| PrepareError::Source { given: source.to_owned(), cause: Box::new(cause) };
        let hub = self.hub().map_err(unresolved)?;
        let fetch = |names: &[&str]| first_of(&hub, repository, names).map_err(unresolved);
        let config = fetch(&["config.json"])?;
        // another architecture or kind of tokenizer is refused before the weights are fetched
        read_config(&config)?;
        // all files are of one commit, so they are in one folder
        let folder = config.parent().map_or_else(PathBuf::new, Path::to_owned);
        for name in OF_TOKENIZER {
            match hub.file(repository, name) {
                Err(error) if !error.is_absence() => return Err(unresolved(error)),
                _ => {}
            }
        }
        check_tokenizer_class(&folder)?;
        for shard in shards(&fetch(&WEIGHTS)?)? {
            fetch(&[&shard])?;
        }
        fetch(&VOCABULARIES)?;
        Ok(folder)
    }

    /// Fetches everything that a spec names.
    pub fn fetch(&self, spec: &Spec) -> Result<Vec<Fetched>, PrepareError> {
        let name = &spec.model.source;
        // first, as in training: a task that is none is refused before anything is fetched
        let sets = fetch_sets(&spec.task, &|| self.hub())?;
        let model = self.model(name)?.map(|path| Fetched { what: "model", name: name.clone(), path });
        let files = sets.iter().flat_map(|sets| sets.paths());
        let set = |path: &Path| Fetched { what: "set", name: name_of(path), path: path.to_owned() };
        Ok(model.into_iter().chain(files.map(set)).collect())
    }
}

/// The error for a path that is no folder of a model.
fn no_folder(path: PathBuf) -> PrepareError {
    let meant = if path.exists() { None } else { meant(&name_of(&path)) };
    PrepareError::NoFolder { path, meant }
}

fn name_of(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

/// The first of these files that a repository has.
fn first_of(hub: &Hub, repository: &Repository, names: &[&str]) -> Result<PathBuf, HubError> {
    let mut first = None;
    for name in names {
        match hub.file(repository, name) {
            Err(error) if error.is_absence() => drop(first.get_or_insert(error)),
            found => return found,
        }
    }
    let file = names.join(" or ");
    match first {
        Some(HubError::NoFile { repository, .. }) => Err(HubError::NoFile { repository, file }),
        Some(HubError::Offline { repository, cache, .. }) => Err(HubError::Offline { repository, cache, file }),
        other => Err(other.unwrap_or(HubError::File { given: file })),
    }
}

/// A model's source in its final form: the absolute path where there is a folder, which takes precedence over a repository
/// of the hub of the same name. A bare name always means a folder, whether it exists or not, so that an experiment keeps its
/// digest when the folder is gone.
pub fn placed(source: &str, place: impl Fn(&Path) -> PathBuf) -> String {
    let path = place(Path::new(source));
    let is_of_hub =
        source.contains(['/', '@']) && !path.is_dir() && Repository::parse(RepositoryKind::Model, source).is_ok();
    match Model::is_embedded(source) || is_of_hub {
        true => source.to_owned(),
        false => path.display().to_string(),
    }
}
