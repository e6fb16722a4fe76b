//! The new bytes of a file that another process writes.

use crate::files::{FileError, open_followed};
use std::fs::{File, Metadata};
use std::io::{Read, Seek, SeekFrom};
use std::path::PathBuf;
use std::time::SystemTime;

/// Bytes that are read at a time.
const CHUNK: u64 = 1 << 20;
/// Bytes before the end of what was read, by which a file that was rewritten is recognised.
const ANCHOR: usize = 64;

/// How far a file was read.
#[derive(Debug)]
pub struct Tail {
    path: PathBuf,
    offset: u64,
    /// the last bytes before `offset`
    anchor: Vec<u8>,
    /// what the file was when it was last looked at
    seen: Option<Seen>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
struct Seen {
    length: u64,
    modified: Option<SystemTime>,
    identity: u64,
}

/// What is new in a file.
#[derive(Debug, PartialEq)]
pub enum News {
    Nothing,
    /// more may follow at once
    Bytes(Vec<u8>),
    /// The file is shorter than it was, another file, or written anew: what was read of it is discarded, and it is read again.
    Replaced,
}

impl Seen {
    fn of(found: &Metadata) -> Self {
        #[cfg(unix)]
        let identity = std::os::unix::fs::MetadataExt::ino(found);
        #[cfg(not(unix))]
        let identity = 0;
        Self { length: found.len(), modified: found.modified().ok(), identity }
    }
}

impl Tail {
    pub fn new(path: PathBuf) -> Self {
        Self { path, offset: 0, anchor: Vec::new(), seen: None }
    }

    /// Looks at the file, and reads on only if it changed. A file that is gone has nothing new: it may come back.
    pub fn poll(&mut self) -> Result<News, FileError> {
        let Ok(found) = std::fs::metadata(&self.path) else { return Ok(News::Nothing) };
        let seen = Seen::of(&found);
        if self.seen == Some(seen) && seen.length <= self.offset {
            return Ok(News::Nothing);
        }
        let is_other = self.seen.is_some_and(|before| before.identity != seen.identity);
        if is_other && self.offset > 0 || seen.length < self.offset {
            self.begin_again();
            return Ok(News::Replaced);
        }
        let file = open_followed(&self.path)?;
        match self.read(&file, seen) {
            Ok(news) => Ok(news),
            Err(cause) => Err(FileError::System { doing: "read", path: self.path.clone(), cause }),
        }
    }

    fn read(&mut self, mut file: &File, seen: Seen) -> std::io::Result<News> {
        let begin = self.offset - self.anchor.len() as u64;
        file.seek(SeekFrom::Start(begin))?;
        let mut bytes = Vec::new();
        file.take(self.anchor.len() as u64 + CHUNK).read_to_end(&mut bytes)?;
        self.seen = Some(seen);
        if !bytes.starts_with(&self.anchor) {
            self.begin_again();
            return Ok(News::Replaced);
        }
        if bytes.len() == self.anchor.len() {
            return Ok(News::Nothing);
        }
        self.offset = begin + bytes.len() as u64;
        let anchor = bytes[bytes.len().saturating_sub(ANCHOR)..].to_vec();
        let new = bytes.split_off(self.anchor.len());
        self.anchor = anchor;
        Ok(News::Bytes(new))
    }

    fn begin_again(&mut self) {
        (self.offset, self.anchor, self.seen) = (0, Vec::new(), None);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs::{self, OpenOptions};
    use std::io::Write;

    fn bytes(text: &str) -> News {
        News::Bytes(text.into())
    }

    #[test]
    fn a_file_is_read_on_from_where_it_ended() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("log");
        let mut tail = Tail::new(path.clone());
        assert_eq!(tail.poll().unwrap(), News::Nothing, "it is not there yet");
        let append = |text: &str| {
            let mut file = OpenOptions::new().create(true).append(true).open(&path).unwrap();
            file.write_all(text.as_bytes()).unwrap();
        };
        append("one");
        assert_eq!((tail.poll().unwrap(), tail.poll().unwrap()), (bytes("one"), News::Nothing));
        append("two");
        assert_eq!(tail.poll().unwrap(), bytes("two"));
        // cut, then longer than before
        fs::write(&path, "on").unwrap();
        assert_eq!((tail.poll().unwrap(), tail.poll().unwrap()), (News::Replaced, bytes("on")));
        fs::write(&path, "another text").unwrap();
        assert_eq!((tail.poll().unwrap(), tail.poll().unwrap()), (News::Replaced, bytes("another text")));
        // another file with this name
        let other = folder.path().join("other");
        fs::write(&other, "another text, and more").unwrap();
        fs::rename(&other, &path).unwrap();
        assert_eq!((tail.poll().unwrap(), tail.poll().unwrap()), (News::Replaced, bytes("another text, and more")));
        fs::remove_file(&path).unwrap();
        assert_eq!(tail.poll().unwrap(), News::Nothing);
    }

    #[test]
    fn a_large_file_comes_in_pieces() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("log");
        fs::write(&path, vec![b'a'; CHUNK as usize + 5]).unwrap();
        let mut tail = Tail::new(path);
        let length = |news: News| if let News::Bytes(bytes) = news { bytes.len() } else { 0 };
        assert_eq!([(); 3].map(|()| length(tail.poll().unwrap())), [CHUNK as usize, 5, 0]);
    }
}
