//! Finds the file of a set in a folder, or its parts, by the usual names.

use super::format::{ENDINGS, FURTHER_ENDINGS, GZIP};
use super::{DataError, Format};
use std::fs;
use std::path::{Path, PathBuf};

/// Upper bound of files listed in a message.
const MOST_NAMED: usize = 8;

/// The file of a set, or its parts in order, and their format.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SetFile {
    pub parts: Vec<PathBuf>,
    pub format: Format,
}

impl SetFile {
    pub fn alone(path: PathBuf, format: Format) -> Self {
        Self { parts: vec![path], format }
    }

    /// The path to name in messages.
    pub fn path(&self) -> &Path {
        self.parts.first().map_or(Path::new(""), PathBuf::as_path)
    }
}

/// The file names of a folder.
pub struct FolderListing<'f> {
    folder: &'f Path,
    names: Vec<String>,
}

impl<'f> FolderListing<'f> {
    pub fn of(folder: &'f Path) -> Result<Self, DataError> {
        let unreadable = |cause| DataError::Read { path: folder.to_owned(), cause };
        let entries = fs::read_dir(folder).and_then(Iterator::collect::<Result<Vec<_>, _>>).map_err(unreadable)?;
        // sets have Unicode names
        let mut names: Vec<String> =
            entries.into_iter().filter_map(|entry| entry.file_name().into_string().ok()).collect();
        names.sort();
        Ok(Self { folder, names })
    }

    /// The file of a set under one of its names. The further extensions are used only without a file of the usual ones, so
    /// that an unrelated file does not replace the set.
    pub fn find(&self, names: &[&str]) -> Result<Option<SetFile>, DataError> {
        let usual = ENDINGS.map(|(ending, format)| (ending.to_owned(), format));
        let further = FURTHER_ENDINGS.map(|(ending, format)| (ending.to_owned(), format));
        let packed = usual.iter().chain(&further).filter(|(_, format)| *format != Format::Parquet);
        let packed = packed.map(|(ending, format)| (format!("{ending}{GZIP}"), *format));
        let further: Vec<(String, Format)> = further.iter().cloned().chain(packed).collect();
        for endings in [&usual[..], &further[..]] {
            let mut found = Vec::new();
            for name in names {
                for (ending, format) in endings {
                    found.extend(self.whole(name, ending, *format));
                    found.extend(self.in_parts(name, ending, *format)?);
                }
            }
            if let [first, second, ..] = &found[..] {
                let (first, second) = (first.path().to_owned(), second.path().to_owned());
                return Err(DataError::TwoFiles { first, second });
            }
            if let Some(only) = found.pop() {
                return Ok(Some(only));
            }
        }
        Ok(None)
    }

    /// The file with exactly this name.
    pub fn file(&self, name: &str, format: Format) -> Option<SetFile> {
        self.has(name).then(|| SetFile::alone(self.folder.join(name), format))
    }

    fn has(&self, name: &str) -> bool {
        self.names.iter().any(|known| known == name)
    }

    fn whole(&self, name: &str, ending: &str, format: Format) -> Option<SetFile> {
        self.file(&format!("{name}{ending}"), format)
    }

    /// The parts `train-00000-of-00002.parquet` and so on, as named on the hub: all of them, or none.
    fn in_parts(&self, name: &str, ending: &str, format: Format) -> Result<Option<SetFile>, DataError> {
        let count = |file: &String| {
            let (number, count) =
                file.strip_prefix(name)?.strip_prefix('-')?.strip_suffix(ending)?.split_once("-of-")?;
            let digits = |text: &str| text.len() == 5 && text.bytes().all(|byte| byte.is_ascii_digit());
            (digits(number) && digits(count)).then(|| count.parse::<usize>().ok())?
        };
        let Some(count) = self.names.iter().find_map(count) else { return Ok(None) };
        let parts: Vec<String> = (0..count).map(|number| format!("{name}-{number:05}-of-{count:05}{ending}")).collect();
        let missing: Vec<&str> = parts.iter().filter(|part| !self.has(part)).map(String::as_str).collect();
        if !missing.is_empty() || parts.is_empty() {
            let missing = shortened(&missing);
            return Err(DataError::MissingParts { folder: self.folder.to_owned(), missing, count });
        }
        Ok(Some(SetFile { parts: parts.iter().map(|part| self.folder.join(part)).collect(), format }))
    }

    /// The files that exist instead, for messages.
    pub fn shown(&self) -> String {
        let is_seen = |name: &&String| !name.starts_with('.');
        let seen: Vec<&str> = self.names.iter().filter(is_seen).map(String::as_str).collect();
        let workbook = |name: &&str| [".xlsx", ".xls", ".ods"].iter().any(|ending| name.ends_with(ending));
        let holds_sets = |name: &&&str| {
            FolderListing::of(&self.folder.join(name))
                .is_ok_and(|inner| inner.find(&["train"]).is_ok_and(|set| set.is_some()))
        };
        let hint = if let Some(inner) = seen.iter().find(holds_sets) {
            format!("; the folder `{inner}` in it has a training set")
        } else if seen.iter().any(workbook) {
            "; save workbooks as \"CSV UTF-8\"".into()
        } else {
            String::new()
        };
        match seen[..] {
            [] => "the folder is empty".into(),
            _ => format!("it has {}{hint}", shortened(&seen)),
        }
    }
}

fn shortened(names: &[&str]) -> String {
    let more = names.len().saturating_sub(MOST_NAMED);
    let named = names[..names.len() - more].join(", ");
    if more == 0 { named } else { format!("{named} and {more} more") }
}

/// What [`FolderListing::find`] looks for, for messages: `dev.tsv, dev.csv, dev.jsonl, dev.parquet (or validation)`.
pub fn looked_for(names: &[&str]) -> String {
    let Some((first, others)) = names.split_first() else { return String::new() };
    let files: Vec<String> = ENDINGS.iter().map(|(ending, _)| format!("{first}{ending}")).collect();
    let others = if others.is_empty() { String::new() } else { format!(" (or {})", others.join(", ")) };
    files.join(", ") + &others
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(files: &[&str]) -> Result<Vec<String>, String> {
        let folder = tempfile::tempdir().unwrap();
        files.iter().for_each(|name| fs::write(folder.path().join(name), "").unwrap());
        let listing = FolderListing::of(folder.path()).unwrap();
        let names = |path: PathBuf| path.file_name().unwrap().to_str().unwrap().to_owned();
        let set = listing.find(&["train", "training"]).map_err(|error| error.to_string())?;
        Ok(set.into_iter().flat_map(|set| set.parts).map(names).collect())
    }

    #[test]
    fn the_usual_extensions_take_precedence() {
        for name in ["train.tsv", "training.json", "train.txt", "train.csv.gz", "train-00000-of-00001.parquet"] {
            assert_eq!(found(&[name, "notes.txt"]).unwrap(), [name]);
        }
        assert_eq!(found(&["train.json", "train.csv"]).unwrap(), ["train.csv"], "what lies beside it");
        assert!(found(&["train.tsv", "training.csv"]).unwrap_err().contains("exist; remove"));
        assert!(found(&["test.tsv"]).unwrap().is_empty());
    }

    #[test]
    fn complete_parts_are_one_set_in_order() {
        let parts = ["train-00001-of-00002.parquet", "train-00000-of-00002.parquet"];
        assert_eq!(found(&parts).unwrap(), [parts[1], parts[0]]);
        let error = found(&parts[..1]).unwrap_err();
        assert!(error.contains("lacks train-00000-of-00002.parquet") && error.contains("2 parts"), "{error}");
        assert!(found(&["train-00000-of-00000.csv"]).is_err());
    }
}
