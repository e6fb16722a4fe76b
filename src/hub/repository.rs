//! A repository of the hub at a revision.

use super::error::HubError;
use std::fmt;

/// The default branch.
const MAIN: &str = "main";

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum RepositoryKind {
    Model,
    Dataset,
}

/// A repository of the hub at a branch, tag, `refs/pr/N` or commit.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Repository {
    kind: RepositoryKind,
    id: String,
    revision: String,
}

impl Repository {
    /// From `OWNER/NAME` or `OWNER/NAME@REVISION`; some old models have no owner.
    pub fn parse(kind: RepositoryKind, given: &str) -> Result<Self, HubError> {
        let (id, revision) = given.split_once('@').unwrap_or((given, MAIN));
        let names: Vec<&str> = id.split('/').collect();
        let good = names.len() <= 2 && names.iter().all(|name| is_name(name)) && is_path(revision);
        match good {
            true => Ok(Self { kind, id: id.to_owned(), revision: revision.to_owned() }),
            false => Err(HubError::Name { given: given.to_owned() }),
        }
    }

    pub fn kind(&self) -> RepositoryKind {
        self.kind
    }

    pub fn id(&self) -> &str {
        &self.id
    }

    pub fn revision(&self) -> &str {
        &self.revision
    }

    /// The same repository at another revision.
    pub(super) fn at(&self, revision: &str) -> Self {
        Self { revision: revision.to_owned(), ..self.clone() }
    }

    /// Whether its files can never change.
    pub(super) fn is_pinned(&self) -> bool {
        is_commit(&self.revision)
    }

    /// Its folder in the cache.
    pub(super) fn folder(&self) -> String {
        let kind = match self.kind {
            RepositoryKind::Model => "models",
            RepositoryKind::Dataset => "datasets",
        };
        format!("{kind}--{}", self.id.replace('/', "--"))
    }

    /// Its page, below the server's address.
    pub(super) fn page(&self) -> String {
        match self.kind {
            RepositoryKind::Model => self.id.clone(),
            RepositoryKind::Dataset => format!("datasets/{}", self.id),
        }
    }
}

impl fmt::Display for Repository {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.revision.as_str() {
            MAIN => write!(f, "{}", self.id),
            revision => write!(f, "{}@{revision}", self.id),
        }
    }
}

/// Whether it is a valid part of an id by the rules of the hub.
fn is_name(name: &str) -> bool {
    let plain = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte));
    let ends = name.starts_with(['-', '.']) || name.ends_with(['-', '.']);
    (1..=96).contains(&name.len()) && plain && !ends && !name.contains("--") && !name.contains("..")
}

/// Whether it is a relative path without `..`, on any system. Revisions and file names are such paths.
pub fn is_path(path: &str) -> bool {
    let odd = |c: char| c.is_control() || "\\:*?\"<>|@%#".contains(c);
    let is_part = |part: &str| !part.is_empty() && part != "." && part != "..";
    path.len() <= 255 && path.split('/').all(is_part) && !path.contains(odd)
}

/// Whether the revision is a commit: 40 hexadecimal digits.
pub fn is_commit(revision: &str) -> bool {
    revision.len() == 40 && revision.bytes().all(|byte| byte.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_and_paths_are_distinguished() {
        let shown =
            |given| Repository::parse(RepositoryKind::Model, given).map(|repository| repository.to_string()).ok();
        for good in ["google/bert_uncased_L-4_H-256_A-4", "bert-base-uncased", "a/b@refs/pr/2", "a/b@v1.0"] {
            assert_eq!(shown(good).as_deref(), Some(good));
        }
        assert_eq!(shown("a/b@main").as_deref(), Some("a/b"));
        for bad in [
            "", "/a/b", "./a", "../a", "a/b/c", "a//b", "a/..", "C:\\a", "a b/c", "a/b@", "a/b@../x", "a/b@/x",
            "a/b--c",
        ] {
            assert_eq!(shown(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_cache_folder_is_named_as_python_does() {
        let repository = Repository::parse(RepositoryKind::Dataset, "nyu-mll/glue").unwrap();
        assert_eq!(
            (repository.folder().as_str(), repository.page().as_str()),
            ("datasets--nyu-mll--glue", "datasets/nyu-mll/glue")
        );
    }
}
