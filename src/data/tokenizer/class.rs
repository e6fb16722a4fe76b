//! The tokenizer class of a model: only classes that tokenize like BERT are supported.

use super::object::JsonObject;
use crate::data::DataError;
use std::path::Path;

/// How a tokenizer of a class is built.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Class {
    /// whether `tokenizer.json` is used unchanged; else BERT's own pipeline around the vocabulary
    pub keeps_file: bool,
    /// whether the second sentence of a pair has token type 1, unless `model_input_names` says otherwise
    pub has_types: bool,
}

/// The default class.
const BERT: &str = "BertTokenizer";

/// `BertTokenizer` and its aliases in transformers 5.
const AS_BERT: [&str; 6] =
    [BERT, "ElectraTokenizer", "MobileBertTokenizer", "LayoutLMTokenizer", "SqueezeBertTokenizer", "LxmertTokenizer"];
/// The same without token types.
const AS_DISTILBERT: &str = "DistilBertTokenizer";
/// Classes that use `tokenizer.json` unchanged.
const OF_FILE: [&str; 3] = ["PreTrainedTokenizer", "TokenizersBackend", "PythonBackend"];

/// Parts of the names of other classes, and how they tokenize.
const OTHERS: [(&str, &str); 12] = [
    ("Japanese", "finds words with MeCab, Sudachi or Juman++"),
    ("Albert", SENTENCE_PIECE),
    ("BertGeneration", SENTENCE_PIECE),
    ("BigBird", SENTENCE_PIECE),
    ("Camembert", SENTENCE_PIECE),
    ("Deberta", SENTENCE_PIECE),
    ("Llama", SENTENCE_PIECE),
    ("RemBert", SENTENCE_PIECE),
    ("T5", SENTENCE_PIECE),
    ("XLM", SENTENCE_PIECE),
    ("XLNet", SENTENCE_PIECE),
    ("", "reads text in another way than BERT"),
];
const SENTENCE_PIECE: &str = "is SentencePiece's";

impl Class {
    pub const BERT: Self = Self { keeps_file: false, has_types: true };

    /// The class named by `tokenizer_config.json`, else by `config.json`.
    pub fn of(folder: &Path, config: &JsonObject) -> Result<Self, DataError> {
        let model = JsonObject::read(&folder.join("config.json"))?;
        for object in [config, &model] {
            if let Some(name) = object.get("tokenizer_class").and_then(|name| name.as_str()) {
                return Self::named(&object.place, name);
            }
        }
        Self::named(&config.place, BERT)
    }

    fn named(place: &str, name: &str) -> Result<Self, DataError> {
        match name.strip_suffix("Fast").unwrap_or(name) {
            plain if AS_BERT.contains(&plain) => Ok(Self::BERT),
            AS_DISTILBERT => Ok(Self { keeps_file: false, has_types: false }),
            plain if OF_FILE.contains(&plain) => Ok(Self { keeps_file: true, has_types: false }),
            _ => {
                let what = OTHERS.iter().find(|(part, _)| name.contains(part)).map_or("", |(_, what)| what);
                Err(DataError::TokenizerClass { place: place.to_owned(), found: name.to_owned(), what })
            }
        }
    }
}

/// Refuses a model whose tokenizer is not BERT's, from the small files of its folder.
pub fn check_tokenizer_class(folder: &Path) -> Result<(), DataError> {
    Class::of(folder, &JsonObject::read(&folder.join("tokenizer_config.json"))?).map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_that_read_otherwise_are_refused_by_name() {
        let named = |name| Class::named("a", name);
        assert_eq!(named("BertTokenizerFast").unwrap(), Class::BERT);
        assert!(named("PreTrainedTokenizerFast").unwrap().keeps_file);
        for (name, what) in [
            ("BertJapaneseTokenizer", "MeCab"),
            ("XLMRobertaTokenizerFast", "SentencePiece"),
            ("CanineTokenizer", "in another way than BERT"),
        ] {
            let refused = named(name).unwrap_err().to_string();
            assert!(refused.contains(name) && refused.contains(what) && refused.contains("choose"), "{refused}");
        }
    }
}
