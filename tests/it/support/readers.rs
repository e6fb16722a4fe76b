//! Properties of every parser for any input, used by tests and fuzz targets.

use batchscope::data::{Columns, Format, PairTokenizer};
use batchscope::domain::history::History;
use batchscope::domain::model::ModelConfig;
use batchscope::domain::sweep::Sweep;
use batchscope::event_file;
use batchscope::export::{Picture, SavedView, subject};
use batchscope::logs::{JsonLines, LogItem, LogTable, TrainerState};
use batchscope::model::{self, ModelError, Pretrained, Weights};
use batchscope::spec_file;
use batchscope::store::parse_journal;
use std::fs;
use tempfile::TempDir;

/// A set of examples in a format of text.
pub fn table(format: Format, bytes: &[u8]) {
    let Ok(table) = format.read("a", bytes) else { return };
    assert!(!table.rows.is_empty() && table.rows.iter().all(|row| row.values.len() == table.columns.len()));
    set(format, bytes);
}

/// A set of examples in any format.
pub fn set(format: Format, bytes: &[u8]) {
    let Ok(set) = Columns::default().read("a", format, bytes, None) else { return };
    for example in set.examples {
        assert!((example.label as usize) < set.classes.names().len());
        assert!(!example.first.is_empty() && !example.second.is_some_and(|second| second.is_empty()));
    }
}

/// A spec is what it is written as.
pub fn spec(text: &str, overrides: &[String]) {
    let Ok(spec) = spec_file::parse("a", text, overrides) else { return };
    assert_eq!(spec_file::parse("again", &spec_file::to_toml(&spec), &[]).unwrap(), spec);
}

/// Tokens of an example.
const MAX_LENGTH: usize = 16;

fn tokenizes(tokenizer: PairTokenizer) {
    for (first, second) in [("w5 w6 unknown", "w7, w8."), (" w  w7 wéw 中w", "W8 w8e\u{301} w9")] {
        if let Ok((tokens, types)) = tokenizer.encode(first, Some(second)) {
            assert!(tokens.len() <= MAX_LENGTH && tokens.len() == types.len());
        }
    }
}

/// `vocab.txt`.
pub fn vocabulary(bytes: &[u8]) {
    PairTokenizer::from_vocabulary("vocab.txt", bytes, true, MAX_LENGTH).into_iter().for_each(tokenizes);
}

/// `tokenizer.json`.
pub fn tokenizer_json(bytes: &[u8]) {
    let folder = folder_with(&[("tokenizer.json", bytes)]);
    PairTokenizer::from_folder(folder.path(), MAX_LENGTH).into_iter().for_each(tokenizes);
}

/// `tokenizer_config.json`, beside a good `vocab.txt`.
pub fn tokenizer_config(bytes: &[u8]) {
    let vocabulary = b"[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\nw5\nw6\nw7\nw8\nw9\nw\n##w\n";
    let folder = folder_with(&[("vocab.txt", vocabulary), ("tokenizer_config.json", bytes)]);
    PairTokenizer::from_folder(folder.path(), MAX_LENGTH).into_iter().for_each(tokenizes);
}

/// A model's folder with these files, of which all but one are good.
fn checkpoint(files: &[(&str, &[u8])]) -> Result<(ModelConfig, Weights), ModelError> {
    let Pretrained { config, weights, .. } = model::read_folder(folder_with(files).path(), 2)?;
    assert!(config.hidden_size.is_multiple_of(config.num_attention_heads));
    assert!(weights.tensors.values().flatten().all(|value| value.is_finite()));
    Ok((config, weights))
}

/// A model of a tiny shape whose weights are in this file.
pub fn weights(name: &str, bytes: &[u8]) -> Result<(ModelConfig, Weights), ModelError> {
    checkpoint(&[("config.json", include_bytes!("../../golden/tiny/config.json")), (name, bytes)])
}

/// `config.json`, beside weights of a tiny shape.
pub fn config(bytes: &[u8]) -> Result<(ModelConfig, Weights), ModelError> {
    let weights = include_bytes!("../../golden/tiny/model.safetensors");
    checkpoint(&[("config.json", bytes), ("model.safetensors", weights)])
}

/// A run's journal.
pub fn journal(bytes: &[u8]) {
    History::replay(parse_journal(bytes).0.iter().map(|entry| &entry.event));
}

/// A view survives being written, and every view can be drawn.
pub fn view(text: &str) {
    let Ok(view) = SavedView::parse(text) else { return };
    assert_eq!(SavedView::parse(&view.to_json()).unwrap(), view);
    let sweep = Sweep::default();
    let content = view.content(&sweep);
    let spec = spec_file::parse("demo", spec_file::PRESETS[0].toml, &[]).unwrap();
    Picture::new(view, content, &sweep, subject(&spec)).png().unwrap();
}

/// A log that grew at `cut`: read in two pieces it says what it says in one.
pub fn logs(format: u8, cut: usize, bytes: &[u8]) {
    let pieces = bytes.split_at(cut.min(bytes.len()));
    let read = |pieces: &[&[u8]]| -> Vec<String> {
        let mut said = Vec::new();
        let mut emit = |item: LogItem| said.push(format!("{item:?}"));
        match format % 4 {
            0 => {
                let mut decoder = event_file::Decoder::default();
                let mut said = Vec::new();
                pieces.iter().for_each(|piece| decoder.feed(piece, |one| said.push(format!("{one:?}"))));
                return said;
            }
            1 => {
                let mut table = LogTable::default();
                pieces.iter().for_each(|piece| table.feed(piece, &mut emit));
            }
            2 => {
                let mut lines = JsonLines::default();
                pieces.iter().for_each(|piece| lines.feed(piece, &mut emit));
            }
            // a state is read whole, one after the other
            _ => {
                let mut states = TrainerState::default();
                let _ = states.read(pieces[0], &mut emit);
            }
        }
        said
    };
    assert_eq!(read(&[bytes]), read(&if format % 4 < 3 { vec![pieces.0, pieces.1] } else { vec![bytes] }));
}

fn folder_with(files: &[(&str, &[u8])]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes) in files {
        fs::write(folder.path().join(name), bytes).unwrap();
    }
    folder
}
