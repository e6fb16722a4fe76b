//! Which of transformers' tokenizers a model comes with: only those that read text as BERT does are taken.

use super::object::Object;
use crate::data::DataError;
use std::path::Path;

/// How a tokenizer of some class is put together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Class {
    /// whether it is `tokenizer.json` as it stands; else BERT's own pipeline around the vocabulary
    pub keeps_file: bool,
    /// whether the second sentence of a pair has a token type of its own, unless `model_input_names` says otherwise
    pub has_types: bool,
}

/// What a class is that is named nowhere.
const BERT: &str = "BertTokenizer";

/// `BertTokenizer` and what transformers 5 knows by other names.
const AS_BERT: [&str; 6] =
    [BERT, "ElectraTokenizer", "MobileBertTokenizer", "LayoutLMTokenizer", "SqueezeBertTokenizer", "LxmertTokenizer"];
/// The same without token types.
const AS_DISTILBERT: &str = "DistilBertTokenizer";
/// Names for whatever `tokenizer.json` holds.
const OF_FILE: [&str; 3] = ["PreTrainedTokenizer", "TokenizersBackend", "PythonBackend"];

/// Parts of the names of other classes, and what these do.
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

    /// By `tokenizer_config.json`, else by `config.json`.
    pub fn of(folder: &Path, config: &Object) -> Result<Self, DataError> {
        let model = Object::read(&folder.join("config.json"))?;
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

/// Refuses a model whose tokenizer is of another kind than BERT's, by the small files in its folder alone.
pub fn check_tokenizer_class(folder: &Path) -> Result<(), DataError> {
    Class::of(folder, &Object::read(&folder.join("tokenizer_config.json"))?).map(drop)
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
