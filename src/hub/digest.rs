//! Content digests: SHA-256 for large files, git's SHA-1 of a blob for others.

use sha1::Sha1;
use sha2::Sha256;
use sha2::digest::DynDigest;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

/// A digest in lower-case hexadecimal digits, which is also the name of the blob in the cache.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Digest(String);

impl Digest {
    /// Parses an entity tag, quoted or not, weak or not. `None` if it is not a digest.
    pub fn parse(tag: &str) -> Option<Self> {
        let tag = tag.trim().trim_start_matches("W/").trim_matches('"');
        let digits = tag.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte));
        (digits && (tag.len() == 40 || tag.len() == 64)).then(|| Self(tag.to_owned()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The digest of a file, of the same kind as this one.
    pub fn of_file(&self, path: &Path) -> io::Result<Self> {
        let mut file = File::open(path)?;
        let mut hasher: Box<dyn DynDigest> = match self.0.len() {
            64 => Box::<Sha256>::default(),
            _ => Box::<Sha1>::default(),
        };
        if self.0.len() == 40 {
            hasher.update(format!("blob {}\0", file.metadata()?.len()).as_bytes());
        }
        let mut buffer = vec![0; 1 << 16];
        loop {
            match file.read(&mut buffer)? {
                0 => break,
                count => hasher.update(&buffer[..count]),
            }
        }
        Ok(Self(hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digests_are_those_of_git_and_sha256sum() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("hello");
        std::fs::write(&path, "hello\n").unwrap();
        // `git hash-object hello`, `sha256sum hello`
        for known in [
            "ce013625030ba8dba906f756967f9e9ca394464a",
            "5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03",
        ] {
            let digest = Digest::parse(&format!("W/\"{known}\"")).unwrap();
            assert_eq!(digest.of_file(&path).unwrap(), digest);
        }
        for odd in
            ["", "../../etc/passwd", "d41d8cd98f00b204e9800998ecf8427e", "CE013625030BA8DBA906F756967F9E9CA394464A"]
        {
            assert_eq!(Digest::parse(odd), None, "{odd}");
        }
    }
}
