//! A run's final weights as a folder that Hugging Face's transformers loads: `BertForSequenceClassification`.

use crate::domain::model::ModelConfig;
use crate::model::{WORD_TABLE, Weights, layouts};
use safetensors::tensor::{Dtype, SafeTensors, TensorView};
use serde_json::{Map, Value, json};
use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

/// The tensor that lists the words of the kept rows.
const WORDS: &str = "words";
/// Files of a tokenizer, copied if they exist.
const TOKENIZER_FILES: [&str; 5] =
    ["tokenizer.json", "vocab.txt", "tokenizer_config.json", "special_tokens_map.json", "added_tokens.json"];

#[derive(Debug, thiserror::Error)]
pub enum CheckpointError {
    #[error("cannot {doing} {path}: {cause}")]
    Files { doing: &'static str, path: PathBuf, cause: std::io::Error },
    #[error("{path} exists and is not an empty folder; name another with --output")]
    Occupied { path: PathBuf },
    #[error("the run's final weights cannot be used: {0}")]
    Weights(String),
}

/// The source of the tokenizer.
pub enum Tokenizer<'c> {
    Folder(&'c Path),
    /// lines of an uncased `vocab.txt`
    Vocabulary(&'c [u8]),
}

/// The parts of a checkpoint.
pub struct CheckpointFolder<'c> {
    pub config: &'c ModelConfig,
    /// their names; those that are numbers become `LABEL_0`, as transformers calls them
    pub classes: &'c [String],
    /// the kept final weights: of the word table they have the rows that the task uses
    pub kept: &'c [u8],
    /// the initial weights
    pub start: &'c Weights,
    /// factor that weight decay applied to the unused rows
    pub untouched_scale: f64,
    pub tokenizer: Tokenizer<'c>,
}

impl CheckpointFolder<'_> {
    /// Writes the folder atomically. It must not exist, or be empty.
    pub fn write(&self, output: &Path) -> Result<(), CheckpointError> {
        refuse_occupied(output)?;
        let model = self.model()?;
        let output = std::path::absolute(output).at("find", output)?;
        let parent = output.parent().unwrap_or(Path::new("/"));
        fs::create_dir_all(parent).at("create", parent)?;
        let mut builder = tempfile::Builder::new();
        #[cfg(unix)]
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o777));
        let folder = builder.prefix(".checkpoint").tempdir_in(parent).at("create a folder in", parent)?;
        self.write_tokenizer(folder.path())?;
        let config = self.source_file("config.json").and_then(|bytes| serde_json::from_slice(&bytes).ok());
        write(folder.path(), "config.json", &json_bytes(&self.config(config.unwrap_or_default())))?;
        write(folder.path(), "model.safetensors", &model)?;
        if output.exists() {
            fs::remove_dir(&output).at("replace", &output)?;
        }
        fs::rename(folder.path(), &output).at("rename to", &output)
    }

    /// What the source says beside shapes stays: which token pads, say.
    fn config(&self, mut config: Map<String, Value>) -> Value {
        if let Ok(Value::Object(shape)) = serde_json::to_value(self.config) {
            config.extend(shape);
        }
        let label = |(class, name): (usize, &String)| match name.parse::<f64>() {
            Ok(_) => format!("LABEL_{class}"),
            Err(_) => name.clone(),
        };
        let labels: Vec<String> = self.classes.iter().enumerate().map(label).collect();
        let named = |entries: Vec<(String, Value)>| Value::Object(entries.into_iter().collect());
        let by_number = labels.iter().enumerate().map(|(class, label)| (class.to_string(), json!(label))).collect();
        let by_label = labels.iter().enumerate().map(|(class, label)| (label.clone(), json!(class))).collect();
        config.extend([
            ("architectures".to_owned(), json!(["BertForSequenceClassification"])),
            ("model_type".to_owned(), json!("bert")),
            ("num_labels".to_owned(), json!(self.classes.len())),
            ("id2label".to_owned(), named(by_number)),
            ("label2id".to_owned(), named(by_label)),
            ("problem_type".to_owned(), json!("single_label_classification")),
            ("torch_dtype".to_owned(), json!("float32")),
        ]);
        Value::Object(config)
    }

    /// The tensors under their names, the word table whole.
    fn model(&self) -> Result<Vec<u8>, CheckpointError> {
        let wrong = |error: safetensors::SafeTensorError| CheckpointError::Weights(error.to_string());
        let kept = SafeTensors::deserialize(self.kept).map_err(wrong)?;
        let words = kept.tensor(WORDS).map_err(wrong)?;
        if words.dtype() != Dtype::U32 {
            return Err(CheckpointError::Weights(format!("`{WORDS}` holds {:?}, expected U32", words.dtype())));
        }
        let words: Vec<u32> = words.data().as_chunks().0.iter().map(|bytes| u32::from_le_bytes(*bytes)).collect();
        let mut tensors: Vec<(String, Vec<usize>, Vec<u8>)> = Vec::new();
        for view in layouts(self.config, words.len(), self.classes.len()).iter().flat_map(|layout| layout.views()) {
            let found = kept.tensor(&view.name).map_err(wrong)?;
            if found.dtype() != Dtype::F32 || found.shape() != view.shape {
                let (name, expected) = (&view.name, &view.shape);
                let message = format!("`{name}` is {:?} {:?}, expected F32 {expected:?}", found.dtype(), found.shape());
                return Err(CheckpointError::Weights(message));
            }
            if view.name == WORD_TABLE {
                let shape = vec![self.config.vocab_size, self.config.hidden_size];
                tensors.push((view.name.clone(), shape, self.word_table(&words, found.data())?));
            } else {
                tensors.push((view.name.clone(), view.shape.clone(), found.data().to_vec()));
            }
        }
        let views = tensors
            .iter()
            .map(|(name, shape, bytes)| Ok((name, TensorView::new(Dtype::F32, shape.clone(), bytes)?)))
            .collect::<Result<Vec<_>, _>>()
            .map_err(wrong)?;
        // transformers requires this metadata
        let metadata = HashMap::from([("format".to_owned(), "pt".to_owned())]);
        safetensors::serialize(views, Some(metadata)).map_err(wrong)
    }

    /// Every row as training left it, as bytes: \[vocabulary, H\].
    fn word_table(&self, words: &[u32], rows: &[u8]) -> Result<Vec<u8>, CheckpointError> {
        let wrong = |message: String| CheckpointError::Weights(message);
        let start = self.start.tensors.get(WORD_TABLE).ok_or_else(|| wrong("no word table to begin with".into()))?;
        let scaled = start.iter().map(|value| (f64::from(*value) * self.untouched_scale) as f32);
        let mut table: Vec<u8> = scaled.flat_map(f32::to_le_bytes).collect();
        let width = self.config.hidden_size * size_of::<f32>();
        for (word, row) in words.iter().zip(rows.chunks_exact(width)) {
            let place = *word as usize * width;
            let target = table.get_mut(place..place + width);
            target.ok_or_else(|| wrong(format!("word {word} is outside the vocabulary")))?.copy_from_slice(row);
        }
        Ok(table)
    }

    fn source_file(&self, name: &str) -> Option<Vec<u8>> {
        match self.tokenizer {
            Tokenizer::Folder(folder) => fs::read(folder.join(name)).ok(),
            Tokenizer::Vocabulary(_) => None,
        }
    }

    fn write_tokenizer(&self, folder: &Path) -> Result<(), CheckpointError> {
        for name in TOKENIZER_FILES {
            if let Some(bytes) = self.source_file(name) {
                write(folder, name, &bytes)?;
            }
        }
        if let Tokenizer::Vocabulary(vocabulary) = self.tokenizer {
            write(folder, "vocab.txt", vocabulary)?;
        }
        if !folder.join("tokenizer_config.json").exists() {
            let config = json!({
                "tokenizer_class": "BertTokenizer",
                "do_lower_case": true,
                "model_max_length": self.config.max_position_embeddings,
            });
            write(folder, "tokenizer_config.json", &json_bytes(&config))?;
        }
        Ok(())
    }
}

fn refuse_occupied(output: &Path) -> Result<(), CheckpointError> {
    match fs::read_dir(output).map(|entries| entries.count()) {
        Ok(0) => Ok(()),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
        Ok(_) => Err(CheckpointError::Occupied { path: output.to_owned() }),
        Err(error) if error.kind() == std::io::ErrorKind::NotADirectory => {
            Err(CheckpointError::Occupied { path: output.to_owned() })
        }
        Err(cause) => Err(CheckpointError::Files { doing: "look into", path: output.to_owned(), cause }),
    }
}

fn json_bytes(value: &Value) -> Vec<u8> {
    format!("{value:#}\n").into_bytes()
}

fn write(folder: &Path, name: &str, bytes: &[u8]) -> Result<(), CheckpointError> {
    let path = folder.join(name);
    fs::write(&path, bytes).and_then(|()| fs::File::open(&path)?.sync_all()).at("write", &path)
}

/// Names the file an operation failed on.
trait CheckpointContext<T> {
    fn at(self, doing: &'static str, path: &Path) -> Result<T, CheckpointError>;
}

impl<T> CheckpointContext<T> for std::io::Result<T> {
    fn at(self, doing: &'static str, path: &Path) -> Result<T, CheckpointError> {
        self.map_err(|cause| CheckpointError::Files { doing, path: path.to_owned(), cause })
    }
}
