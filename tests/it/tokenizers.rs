//! Tokenizers of every kind that BERT comes with, compared with transformers 5.24 (golden/tokenizers/make.py): every token,
//! and the loss of a model before it is trained.

use crate::support::{fixture, skipped};
use batchscope::data::PairTokenizer;
use batchscope::domain::batch::Batch;
use batchscope::domain::choice::Norm;
use batchscope::model::{Bert, Pass, Pretrained, read_folder};
use serde::Deserialize;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

#[derive(Deserialize)]
struct Golden {
    max_length: usize,
    pair_lengths: Vec<usize>,
    texts: Vec<String>,
    pairs: Vec<(String, String)>,
    task: Vec<(String, String, u32)>,
    kinds: BTreeMap<String, Kind>,
}

#[derive(Deserialize)]
struct Kind {
    files: BTreeMap<String, String>,
    /// tokens of each text
    singles: Vec<Vec<u32>>,
    /// tokens and token types of each pair at each length
    pairs: Vec<Vec<(Vec<u32>, Vec<u32>)>>,
    loss: f64,
}

fn golden<T: for<'de> Deserialize<'de>>(name: &str) -> T {
    serde_json::from_slice(&fs::read(fixture("golden/tokenizers").join(name)).unwrap()).unwrap()
}

impl Kind {
    /// The files of this kind in a folder of their own, beside the model that all kinds share.
    fn folder(&self) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for name in ["config.json", "model.safetensors"] {
            fs::copy(fixture("golden/tokenizers").join(name), folder.path().join(name)).unwrap();
        }
        for (name, text) in &self.files {
            let path = folder.path().join(name);
            let text = match name.as_str() {
                "config.json" => merged(&fs::read_to_string(&path).unwrap(), text),
                _ => text.clone(),
            };
            fs::write(path, text).unwrap();
        }
        folder
    }
}

fn merged(base: &str, further: &str) -> String {
    let read = |text| serde_json::from_str::<serde_json::Map<_, _>>(text).unwrap();
    let mut values: serde_json::Map<String, serde_json::Value> = read(base);
    values.extend(read(further));
    serde_json::Value::Object(values).to_string()
}

#[test]
fn golden_files_are_as_they_were_made() {
    let sums = fs::read_to_string(fixture("golden/tokenizers/SHA256SUMS")).unwrap();
    assert_eq!(sums.lines().count(), 4);
    for line in sums.lines() {
        let (sum, name) = line.split_once("  ").unwrap();
        let bytes = fs::read(fixture("golden/tokenizers").join(name)).unwrap();
        let found: String = Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(found, sum, "{name}");
    }
}

#[test]
fn every_kind_gives_the_tokens_of_transformers() {
    let golden: Golden = golden("expected.json");
    assert!(golden.kinds.len() > 50 && golden.texts.len() > 70);
    let mut wrong = Vec::new();
    for (name, kind) in &golden.kinds {
        let folder = kind.folder();
        let tokenizer = |length| PairTokenizer::from_folder(folder.path(), length);
        let whole = tokenizer(golden.max_length).unwrap_or_else(|error| panic!("{name}: {error}"));
        for (text, expected) in golden.texts.iter().zip(&kind.singles) {
            let (found, _) = whole.encode(text, None).unwrap();
            if found != *expected {
                wrong.push(format!("{name}: {text:?} becomes {found:?}, expected {expected:?}"));
            }
        }
        for (place, length) in golden.pair_lengths.iter().enumerate() {
            let tokenizer = tokenizer(*length).unwrap();
            for ((first, second), expected) in golden.pairs.iter().zip(&kind.pairs) {
                let found = tokenizer.encode(first, Some(second)).unwrap();
                if found != expected[place] {
                    wrong.push(format!(
                        "{name} at {length}: {first:?}, {second:?} become {found:?}, {:?}",
                        expected[place]
                    ));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{} differ:\n{}", wrong.len(), wrong[..wrong.len().min(20)].join("\n"));
}

#[test]
fn every_kind_begins_with_the_loss_of_transformers() {
    let golden: Golden = golden("expected.json");
    for (name, kind) in &golden.kinds {
        let folder = kind.folder();
        let tokenizer = PairTokenizer::from_folder(folder.path(), golden.max_length).unwrap();
        let Pretrained { config, weights, .. } = read_folder(folder.path(), 2).unwrap();
        let words: Vec<u32> = (0..config.vocab_size as u32).collect();
        let mut model = Bert::new(&config, Norm::Layer, &weights, &words, 2, 0, 0).unwrap();
        let mut batch = Batch::default();
        for (number, (first, second, label)) in golden.task.iter().enumerate() {
            let (tokens, types) = tokenizer.encode(first, Some(second)).unwrap();
            batch.push(number as u32, *label, &tokens, &types);
        }
        let logits: Vec<Vec<f32>> = model.forward(&batch, Pass::Evaluate(None)).unwrap().logits.to_vec2().unwrap();
        let losses = logits.iter().zip(&batch.labels).map(|(logits, label)| {
            let sum: f64 = logits.iter().map(|logit| f64::from(*logit).exp()).sum();
            sum.ln() - f64::from(logits[*label as usize])
        });
        let loss = losses.sum::<f64>() / logits.len() as f64;
        assert!((loss - kind.loss).abs() < 2e-4, "{name}: {loss}, expected {}", kind.loss);
    }
}

/// Of every pair of lengths, at every length of the whole that matters.
#[test]
fn pairs_are_cut_as_by_transformers() {
    let cases: Vec<[usize; 5]> = golden("truncation.json");
    assert!(cases.len() > 2500);
    let vocabulary = "[UNK]\n[CLS]\n[SEP]\ncat\ndog\n";
    for [max_length, first, second, of_first, of_second] in cases {
        let tokenizer = PairTokenizer::from_vocabulary("a", vocabulary.as_bytes(), true, max_length).unwrap();
        let (tokens, _) = tokenizer.encode(&"cat ".repeat(first), Some(&"dog ".repeat(second))).unwrap();
        let found = [3, 4].map(|word| tokens.iter().filter(|token| **token == word).count());
        assert_eq!(found, [of_first, of_second], "{first} and {second} at {max_length}");
    }
}

/// Tokens of MRPC at several lengths by transformers 5.24.0 with tokenizers 0.23.3 and the vocabulary of `bert-base-uncased`,
/// as digests over every number (golden/tokenizers/digest_mrpc.py).
#[test]
fn mrpc_is_as_by_transformers() {
    let mrpc = std::env::var_os("BATCHSCOPE_MRPC").zip(std::env::var_os("BATCHSCOPE_BERT"));
    let Some((mrpc, bert)) = mrpc else {
        skipped(
            "set BATCHSCOPE_MRPC to a folder with train.tsv, dev.tsv and test.tsv, and BATCHSCOPE_BERT to an uncased BERT",
        );
        return;
    };
    let expected: BTreeMap<usize, String> = golden("mrpc.json");
    for (max_length, expected) in expected {
        let tokenizer = PairTokenizer::from_folder(Path::new(&bert), max_length).unwrap();
        let mut hasher = Sha256::new();
        for set in ["train", "dev", "test"] {
            let text = fs::read_to_string(Path::new(&mrpc).join(set).with_extension("tsv")).unwrap();
            for line in text.trim_start_matches('\u{feff}').lines().skip(1) {
                let columns: Vec<&str> = line.split('\t').collect();
                let (tokens, types) = tokenizer.encode(columns[3], Some(columns[4])).unwrap();
                let joined = |numbers: &[u32]| numbers.iter().map(u32::to_string).collect::<Vec<_>>().join(" ");
                hasher.update(format!("{}\t{}\n", joined(&tokens), joined(&types)));
            }
        }
        let found: String = hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(found, expected, "at {max_length}");
    }
}
