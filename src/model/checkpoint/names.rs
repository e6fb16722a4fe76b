//! Names of tensors as `BertForSequenceClassification` saves them, out of the spellings that are about.

use super::tensor::StoredTensor;
use super::torch::TorchError;
use std::collections::BTreeMap;

/// A file's tensors under canonical names, each with its own name.
pub type Named<'b> = BTreeMap<String, (String, Result<StoredTensor<'b>, TorchError>)>;

/// Parts of the encoder.
const PARTS: [&str; 3] = ["embeddings.", "encoder.", "pooler."];
/// The tensor that every BERT has once.
const WORDS: &str = "embeddings.word_embeddings.weight";
/// Heads and buffers that many files have and no sequence classifier reads: pre-training's, question answering's.
const KNOWN_RIDERS: [&str; 2] = ["cls.", "qa_outputs."];
const BUFFERS: [&str; 2] = ["bert.embeddings.position_ids", "bert.embeddings.token_type_ids"];

/// What stands before the names of a file: `bert.` or nothing as transformers saves it, `module.` as well where the model
/// was wrapped by `DataParallel`, `model.` by Lightning, `_orig_mod.` by `torch.compile`, or whatever else.
#[derive(Debug, PartialEq, Eq)]
pub struct Prefix {
    /// of the encoder's parts
    encoder: String,
    /// of the heads beside it
    heads: String,
}

impl Prefix {
    /// That of these names; both prefixes where there are two encoders.
    pub fn of<'n>(names: impl Iterator<Item = &'n str>) -> Result<Self, [String; 2]> {
        let mut encoders = names
            .filter_map(|name| name.strip_suffix(WORDS))
            .filter(|prefix| prefix.is_empty() || prefix.ends_with('.'));
        let encoder = encoders.next().unwrap_or("bert.");
        if let Some(other) = encoders.next() {
            return Err([format!("{encoder}{WORDS}"), format!("{other}{WORDS}")]);
        }
        // the heads of BertForX lie beside `bert.`
        let path = encoder.strip_suffix('.').unwrap_or(encoder);
        let heads = path.rsplit_once('.').map_or(String::new(), |(outer, _)| format!("{outer}."));
        Ok(Self { encoder: encoder.to_owned(), heads })
    }

    /// The name as it is known here, norms as `weight`/`bias` instead of TensorFlow's `gamma`/`beta`.
    pub fn canonical(&self, name: &str) -> String {
        let is_part = |name: &&str| PARTS.iter().any(|part| name.starts_with(part));
        // a file that mixes both of transformers' own spellings
        let bare = || Some(name).filter(|name| self.heads.is_empty() && is_part(name));
        let part = name.strip_prefix(&self.encoder).filter(is_part).or_else(bare);
        let name = match part {
            Some(part) => format!("bert.{part}"),
            None => name.strip_prefix(&self.heads).unwrap_or(name).to_owned(),
        };
        name.replace("LayerNorm.gamma", "LayerNorm.weight").replace("LayerNorm.beta", "LayerNorm.bias")
    }
}

/// Whether a tensor that is no part of the model says that it is another model: the encoder has no other tensors.
pub fn is_of_encoder(name: &str) -> bool {
    let part = name.strip_prefix("bert.");
    part.is_some_and(|part| PARTS.iter().any(|known| part.starts_with(known))) && !BUFFERS.contains(&name)
}

/// Whether a tensor beside the encoder is of a head that is known.
pub fn is_of_known_head(name: &str) -> bool {
    BUFFERS.contains(&name) || KNOWN_RIDERS.iter().any(|head| name.starts_with(head))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_stands_before_the_encoder_stands_before_its_parts() {
        for (encoder, heads) in [
            ("bert.", ""),
            ("", ""),
            ("module.bert.", "module."),
            ("model.bert.", "model."),
            ("_orig_mod.module.bert.", "_orig_mod.module."),
            ("model.", ""),
            ("encoder.", ""),
        ] {
            let names = [format!("{heads}classifier.bias"), format!("{encoder}{WORDS}")];
            let prefix = Prefix::of(names.iter().map(String::as_str)).unwrap();
            let canonical = |name: String| prefix.canonical(&name);
            assert_eq!(canonical(format!("{encoder}{WORDS}")), "bert.embeddings.word_embeddings.weight");
            assert_eq!(canonical(format!("{encoder}encoder.layer.0.x")), "bert.encoder.layer.0.x");
            assert_eq!(canonical(format!("{encoder}embeddings.LayerNorm.gamma")), "bert.embeddings.LayerNorm.weight");
            assert_eq!(canonical(format!("{heads}classifier.bias")), "classifier.bias");
            assert_eq!(canonical(format!("{heads}cls.predictions.bias")), "cls.predictions.bias");
        }
    }

    #[test]
    fn two_encoders_are_told() {
        let names = ["teacher.bert.embeddings.word_embeddings.weight", "student.embeddings.word_embeddings.weight"];
        assert_eq!(Prefix::of(names.into_iter()).unwrap_err(), names.map(str::to_owned));
    }

    #[test]
    fn the_encoder_has_its_own_tensors_alone() {
        assert!(is_of_encoder("bert.encoder.layer.0.crossattention.self.key.weight"));
        assert!(!is_of_encoder("bert.embeddings.position_ids") && is_of_known_head("bert.embeddings.position_ids"));
        assert!(!is_of_encoder("qa_outputs.bias") && is_of_known_head("qa_outputs.bias"));
        assert!(!is_of_encoder("fc.bias") && !is_of_known_head("fc.bias"));
    }
}
