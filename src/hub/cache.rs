//! A repository's part of the cache, laid out as `huggingface_hub` does:
//!
//! ```text
//! models--OWNER--NAME/blobs/DIGEST                    contents
//!                     snapshots/COMMIT/FILE           a link to a blob
//!                     refs/REVISION                   the commit that a branch or tag had when it was last asked for
//!                     .no_exist/COMMIT/FILE           asked for, and not there
//! .locks/models--OWNER--NAME/DIGEST.lock              held by the process that downloads the blob
//! ```

use super::digest::Digest;
use super::error::{CacheContext, HubError};
use super::repository::{Repository, is_commit};
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

pub struct Cache {
    folder: PathBuf,
    locks: PathBuf,
}

impl Cache {
    pub fn new(cache: &Path, repository: &Repository) -> Self {
        let name = repository.folder();
        Self { folder: cache.join(&name), locks: cache.join(".locks").join(name) }
    }

    /// The commit of a revision, where it is one or was asked for before.
    pub fn commit(&self, revision: &str) -> Option<String> {
        if is_commit(revision) {
            return Some(revision.to_owned());
        }
        let commit = fs::read_to_string(self.folder.join("refs").join(revision)).ok()?.trim().to_owned();
        is_commit(&commit).then_some(commit)
    }

    pub fn remember_commit(&self, revision: &str, commit: &str) -> Result<(), HubError> {
        match is_commit(revision) || self.commit(revision).as_deref() == Some(commit) {
            true => Ok(()),
            false => replace(&self.folder.join("refs").join(revision), commit.as_bytes()),
        }
    }

    /// A complete cached file. Its content is verified again because the cache is shared with other programs.
    pub fn file(&self, commit: &str, name: &str) -> Option<PathBuf> {
        let path = self.snapshot(commit, name);
        if !path.is_file() {
            return None;
        }
        // without symbolic links files are copied, and their digest is unknown
        let Ok(target) = fs::read_link(&path) else { return Some(path) };
        let digest = Digest::parse(target.file_name()?.to_str()?)?;
        self.holds(&path, &digest).then_some(path)
    }

    /// Whether the server said that the commit has no such file.
    pub fn is_known_missing(&self, commit: &str, name: &str) -> bool {
        self.missing(commit, name).is_file()
    }

    pub fn remember_missing(&self, commit: &str, name: &str) -> Result<(), HubError> {
        replace(&self.missing(commit, name), b"")
    }

    fn missing(&self, commit: &str, name: &str) -> PathBuf {
        self.folder.join(".no_exist").join(commit).join(name)
    }

    fn snapshot(&self, commit: &str, name: &str) -> PathBuf {
        self.folder.join("snapshots").join(commit).join(name)
    }

    fn blob(&self, digest: &Digest) -> PathBuf {
        self.folder.join("blobs").join(digest.as_str())
    }

    /// The path of an incomplete blob.
    pub fn partial(&self, digest: &Digest) -> PathBuf {
        self.folder.join("blobs").join(format!("{}.incomplete", digest.as_str()))
    }

    /// Whether the blob exists and has the digest in its name.
    pub fn has_blob(&self, digest: &Digest) -> bool {
        self.holds(&self.blob(digest), digest)
    }

    fn holds(&self, path: &Path, digest: &Digest) -> bool {
        path.is_file() && digest.of_file(path).is_ok_and(|found| found == *digest)
    }

    /// Renames a complete, verified partial blob to its final name.
    pub fn keep_blob(&self, digest: &Digest) -> Result<(), HubError> {
        let blob = self.blob(digest);
        fs::rename(self.partial(digest), &blob).at(&blob)
    }

    /// Links a blob under the name of a file, and returns the path.
    pub fn link(&self, commit: &str, name: &str, digest: &Digest) -> Result<PathBuf, HubError> {
        let (path, blob) = (self.snapshot(commit, name), self.blob(digest));
        let folder = path.parent().unwrap_or(&self.folder);
        fs::create_dir_all(folder).at(folder)?;
        let up: PathBuf = std::iter::repeat_n("..", 2 + name.matches('/').count()).collect();
        let target = up.join("blobs").join(digest.as_str());
        tempfile::Builder::new()
            .prefix(".tmp")
            .make_in(folder, |temporary| link_or_copy(&target, &blob, temporary))
            .at(folder)?
            .into_temp_path()
            .persist(&path)
            .map_err(|error| error.error)
            .at(&path)?;
        Ok(path)
    }

    /// Opens the lock file of a blob, to be held during the download.
    pub fn lock(&self, digest: &Digest) -> Result<File, HubError> {
        let blobs = self.folder.join("blobs");
        fs::create_dir_all(&blobs).at(&blobs)?;
        fs::create_dir_all(&self.locks).at(&self.locks)?;
        let path = self.locks.join(format!("{}.lock", digest.as_str()));
        File::options().create(true).truncate(false).write(true).open(&path).at(&path)
    }
}

#[cfg(unix)]
fn link_or_copy(target: &Path, _: &Path, path: &Path) -> io::Result<()> {
    std::os::unix::fs::symlink(target, path)
}

#[cfg(not(unix))]
fn link_or_copy(_: &Path, blob: &Path, path: &Path) -> io::Result<()> {
    fs::copy(blob, path).map(drop)
}

/// Writes a small file atomically.
fn replace(path: &Path, bytes: &[u8]) -> Result<(), HubError> {
    let folder = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder).at(folder)?;
    let mut builder = tempfile::Builder::new();
    // default permissions, because the cache may be shared
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    let mut file = builder.prefix(".tmp").tempfile_in(folder).at(folder)?;
    file.write_all(bytes).at(path)?;
    file.persist(path).map_err(|error| error.error).at(path)?;
    Ok(())
}
