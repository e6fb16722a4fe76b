//! Small models and data to test with, and the program to run on them.

mod finished;
mod given_back;
pub mod made_up;
pub mod mirror;
pub mod observer;
pub mod parquet_file;
pub mod readers;
pub mod screen;
pub mod tls;
pub mod torch_file;
pub mod training;

use batchscope::domain::batch::Batch;
use batchscope::domain::choice::Norm;
use batchscope::domain::event::RunEvent;
use batchscope::domain::history::History;
use batchscope::domain::identity::run_id;
use batchscope::domain::model::ModelConfig;
use batchscope::domain::random::{Key, Purpose};
use batchscope::domain::run::DropoutRates;
use batchscope::model::{Bert, Masks, Weights};
use batchscope::store::{Store, read_journal};
pub use finished::{Finished, status};
use portable_pty::CommandBuilder;
use screen::Screen;
use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use tempfile::TempDir;

/// A file or folder that belongs to the tests.
pub fn fixture(path: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests").join(path)
}

/// A BERT small enough to check number by number.
pub fn tiny_config() -> ModelConfig {
    ModelConfig {
        vocab_size: 40,
        hidden_size: 16,
        num_hidden_layers: 2,
        num_attention_heads: 4,
        intermediate_size: 32,
        max_position_embeddings: 32,
        ..ModelConfig::bert_mini(40)
    }
}

/// A model with drawn weights and every row of its word table.
pub fn tiny_model(norm: Norm) -> Bert {
    let config = tiny_config();
    // larger than BERT's own deviation, so that nothing is close to zero by accident
    let config = ModelConfig { initializer_range: 0.2, ..config };
    let words: Vec<u32> = (0..config.vocab_size as u32).collect();
    Bert::new(&config, norm, &Weights::random(&config, 1), &words, 2, 1, 0).unwrap()
}

/// Sequences of these lengths with arbitrary tokens; the second half of each is of the second sentence.
pub fn batch_of(lengths: &[usize]) -> Batch {
    let key = Key::new(3, Purpose::Initialise);
    let mut batch = Batch::default();
    for (number, &length) in lengths.iter().enumerate() {
        let stream = key.with(number as u64);
        let tokens: Vec<u32> = (0..length as u32).map(|place| stream.bits(place) % 40).collect();
        let types: Vec<u32> = (0..length).map(|place| u32::from(place >= length.div_ceil(2))).collect();
        batch.push(number as u32, number as u32 % 2, &tokens, &types);
    }
    batch
}

pub fn no_dropout() -> Masks {
    Masks::new(DropoutRates::OFF, 0, 0, 0)
}

const HEADER: &str = "Quality\t#1 ID\t#2 ID\t#1 String\t#2 String\n";

/// A folder with a tiny model, a tiny task and a spec: a sweep that takes a second.
pub struct World {
    folder: TempDir,
}

impl World {
    pub fn new() -> Self {
        let world = Self { folder: tempfile::tempdir().unwrap() };
        let model = world.path("model");
        fs::create_dir(&model).unwrap();
        for name in ["config.json", "model.safetensors"] {
            fs::copy(fixture("golden/tiny").join(name), model.join(name)).unwrap();
        }
        let words = (5..97).map(|number| format!("w{number}\n"));
        let vocabulary: String = ["[PAD]\n", "[UNK]\n", "[CLS]\n", "[SEP]\n", "[MASK]\n"]
            .map(String::from)
            .into_iter()
            .chain(words)
            .collect();
        fs::write(model.join("vocab.txt"), vocabulary).unwrap();
        let task = world.path("task");
        fs::create_dir(&task).unwrap();
        fs::write(task.join("train.tsv"), pairs(60, 1)).unwrap();
        fs::write(task.join("dev.tsv"), pairs(20, 2)).unwrap();
        world.write_spec(
            "[train]\nbatch_sizes = [2, 8]\ninstances = 2\nepochs = 2\nlearning_rate = 1e-3\n[store]\ncheckpoint_seconds = 0\n",
        );
        world
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn store(&self) -> PathBuf {
        self.path("store")
    }

    /// Writes a spec with this world's task and model, and these further tables.
    pub fn write_spec(&self, tables: &str) {
        let text =
            format!("name = \"tiny\"\n[task]\npath = \"task\"\nmax_length = 40\n[model]\nsource = \"model\"\n{tables}");
        fs::write(self.path("spec.toml"), text).unwrap();
    }

    /// The task's folder with these files alone.
    pub fn write_sets(&self, sets: &[(&str, &str)]) {
        let task = self.path("task");
        fs::remove_dir_all(&task).unwrap();
        fs::create_dir(&task).unwrap();
        for (name, text) in sets {
            fs::write(task.join(name), text).unwrap();
        }
    }

    /// `batchscope run spec.toml --store store` with further arguments.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_batchscope"));
        command.arg("run").arg(self.path("spec.toml")).arg("--store").arg(self.store()).args(arguments);
        command
    }

    pub fn run(&self, arguments: &[&str]) -> Finished {
        Finished::of(&mut self.command(arguments))
    }

    /// The dashboard on this world's spec, in a pseudo-terminal.
    pub fn dashboard(&self, columns: u16, rows: u16) -> Screen {
        Screen::open(self.dashboard_command(), columns, rows)
    }

    pub fn dashboard_command(&self) -> CommandBuilder {
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_batchscope"));
        command.cwd(self.path("."));
        command.args(["spec.toml", "--store", "store", "--yes"]);
        command
    }

    /// Any command of the program on this world's store.
    pub fn batchscope(&self, arguments: &[&str]) -> Finished {
        let mut command = Command::new(env!("CARGO_BIN_EXE_batchscope"));
        Finished::of(command.args(arguments).arg("--store").arg(self.store()))
    }

    /// Any command of the program that takes no store.
    pub fn anything(&self, arguments: &[&str]) -> Finished {
        let mut command = Command::new(env!("CARGO_BIN_EXE_batchscope"));
        Finished::of(command.current_dir(self.folder.path()).args(arguments))
    }

    /// What such a command prints as JSON.
    pub fn json(&self, arguments: &[&str]) -> serde_json::Value {
        serde_json::from_str(&self.batchscope(arguments).expect(0).out).unwrap()
    }

    /// How many events are on disk. No store yet, no events.
    pub fn events(&self) -> usize {
        if self.store().exists() { journals(&self.store()).values().map(Vec::len).sum() } else { 0 }
    }

    /// The history of every run in the store, by batch size and instance.
    pub fn histories(&self) -> BTreeMap<(u32, u32), History> {
        histories(&self.store())
    }
}

/// Every file below a folder, links not followed.
pub fn files_below(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
        match entry.file_type().unwrap().is_dir() {
            true => found.extend(files_below(&entry.path())),
            false => found.push(entry.path()),
        }
    }
    found.sort();
    found
}

/// Every run of a store, by batch size and instance.
pub fn histories(store: &Path) -> BTreeMap<(u32, u32), History> {
    journals(store).into_iter().map(|(cell, events)| (cell, History::replay(&events))).collect()
}

/// Every event of every run of a store, attempt after attempt.
pub fn journals(store: &Path) -> BTreeMap<(u32, u32), Vec<RunEvent>> {
    let mut found = BTreeMap::new();
    for (folder, spec) in Store::open(store).unwrap().runs().unwrap() {
        assert!(folder.path().ends_with(run_id(&spec).as_str()), "a run's folder is named by its spec");
        let entries = read_journal(&folder).unwrap().into_iter().flat_map(|(_, entries)| entries);
        found.insert((spec.batch_size, spec.iid), entries.map(|entry| entry.event).collect());
    }
    found
}

/// Pairs of made-up words; the second sentence repeats the first where the label is 1.
pub fn pairs(count: u32, seed: u64) -> String {
    let key = Key::new(seed, Purpose::Initialise);
    let mut text = HEADER.to_owned();
    for number in 0..count {
        let stream = key.with(number.into());
        let sentence = |from: u32| -> String {
            (0..3 + stream.bits(99) % 5).map(|place| format!("w{} ", 5 + stream.bits(from + place) % 92)).collect()
        };
        let label = u32::from(!stream.bits(100).is_multiple_of(3));
        let second = sentence(if label == 1 { 0 } else { 20 });
        let _ = writeln!(text, "{label}\t{number}\t{number}\t{}\t{}", sentence(0).trim(), second.trim());
    }
    text
}

/// A Python with torch, transformers and tensorboard, named by `BATCHSCOPE_PYTHON`. Without it a test says that it was
/// skipped.
pub fn python(purpose: &str) -> Option<Command> {
    let python = std::env::var_os("BATCHSCOPE_PYTHON");
    if python.is_none() {
        skipped(&format!("set BATCHSCOPE_PYTHON to a Python with torch, transformers and tensorboard {purpose}"));
    }
    python.map(Command::new)
}

/// The same pairs as comma-separated values under the usual names.
pub fn csv(tsv: &str) -> String {
    let rows = rows(tsv).map(|[label, first, second]| format!("\"{first}\",{second},{label}\n"));
    std::iter::once("sentence1,sentence2,label\n".to_owned()).chain(rows).collect()
}

/// The same pairs as a JSON object a line.
pub fn jsonl(tsv: &str) -> String {
    let object = |[label, first, second]: [&str; 3]| serde_json::json!({ "label": label.parse::<u32>().unwrap(), "sentence1": first, "sentence2": second });
    rows(tsv).map(|row| format!("{}\n", object(row))).collect()
}

/// Label and sentences of each row of [`pairs`].
fn rows(tsv: &str) -> impl Iterator<Item = [&str; 3]> {
    tsv.lines().skip(1).map(|line| {
        let [label, _, _, first, second] = line.split('\t').collect::<Vec<_>>()[..] else { panic!("{line}") };
        [label, first, second]
    })
}

/// A visible word about a test that this machine cannot run.
pub fn skipped(why: &str) {
    say(&format!("skipped: {why}\n"));
}

/// A figure for docs/RELIABILITY.md.
pub fn counted(what: &str) {
    // on a separate line, in case the harness has begun one
    say(&format!("\ncounted: {what}\n"));
}

/// How often a test repeats what depends on timing: `BATCHSCOPE_ROUNDS`, by default once.
pub fn rounds() -> u32 {
    std::env::var("BATCHSCOPE_ROUNDS").map_or(1, |rounds| rounds.parse().expect("BATCHSCOPE_ROUNDS is no number"))
}

/// Past the test harness, which hides what a passing test prints.
fn say(line: &str) {
    let _ = std::io::Write::write_all(&mut std::io::stderr(), line.as_bytes());
}
