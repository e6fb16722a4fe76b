//! WordPiece for one sentence or two: `[CLS] first [SEP]` or `[CLS] first [SEP] second [SEP]`, cut longest-first, never
//! padded.

use super::DataError;
use super::text::bytes;
use serde_json::Value;
use std::path::Path;
use tokenizers::models::wordpiece::WordPiece;
use tokenizers::normalizers::BertNormalizer;
use tokenizers::pre_tokenizers::bert::BertPreTokenizer;
use tokenizers::processors::bert::BertProcessing;
use tokenizers::{PostProcessor, Tokenizer, TruncationDirection, TruncationParams, TruncationStrategy};

/// Tokens that a pair needs besides its words: `[CLS]` and two `[SEP]`.
const SPECIAL_TOKENS: usize = 3;

/// A tokenizer that was told how long a pair may be.
pub struct PairTokenizer {
    tokenizer: Tokenizer,
}

impl PairTokenizer {
    /// From a model's folder: its `tokenizer.json`, else its `vocab.txt`.
    pub fn from_folder(folder: &Path, max_length: usize) -> Result<Self, DataError> {
        let (json, vocabulary) = (folder.join("tokenizer.json"), folder.join("vocab.txt"));
        if json.exists() {
            let place = json.display().to_string();
            Self::new(parse(&place, &bytes(&json)?)?, &place, max_length)
        } else if vocabulary.exists() {
            let lower_case = lower_cases(&folder.join("tokenizer_config.json"))?;
            Self::from_vocabulary(&vocabulary.display().to_string(), &bytes(&vocabulary)?, lower_case, max_length)
        } else {
            Err(DataError::NoTokenizer { place: folder.to_owned() })
        }
    }

    /// BERT's own pipeline (basic tokenization, then WordPiece) around a `vocab.txt`.
    pub fn from_vocabulary(
        place: &str,
        vocabulary: &[u8],
        lower_case: bool,
        max_length: usize,
    ) -> Result<Self, DataError> {
        let model = WordPiece::read_bytes(vocabulary)
            .and_then(|vocabulary| WordPiece::builder().vocab(vocabulary).unk_token("[UNK]".into()).build())
            .map_err(|error| unusable(place, error.to_string()))?;
        let mut tokenizer = Tokenizer::new(model);
        let special = |token: &'static str| match tokenizer.token_to_id(token) {
            Some(id) => Ok((token.to_owned(), id)),
            None => Err(DataError::SpecialToken { place: place.into(), token }),
        };
        let (separator, class) = (special("[SEP]")?, special("[CLS]")?);
        special("[UNK]")?;
        tokenizer
            .with_normalizer(Some(BertNormalizer::new(true, true, None, lower_case)))
            .map_err(|error| unusable(place, error.to_string()))?;
        tokenizer.with_pre_tokenizer(Some(BertPreTokenizer));
        tokenizer.with_post_processor(Some(BertProcessing::new(separator, class)));
        Self::new(tokenizer, place, max_length)
    }

    /// Whatever padding or truncation the file asks for is replaced: none, and longest-first.
    fn new(mut tokenizer: Tokenizer, place: &str, max_length: usize) -> Result<Self, DataError> {
        // a token of each sentence must remain
        let least = SPECIAL_TOKENS + 2;
        if max_length < least {
            return Err(DataError::MaxLength { found: max_length, least });
        }
        tokenizer.with_padding(None);
        tokenizer
            .with_truncation(Some(TruncationParams {
                max_length,
                strategy: TruncationStrategy::LongestFirst,
                stride: 0,
                direction: TruncationDirection::Right,
            }))
            .map_err(|error| unusable(place, error.to_string()))?;
        let special = tokenizer.get_post_processor().map_or(0, |processor| processor.added_tokens(true));
        if special != SPECIAL_TOKENS {
            let message = format!("it adds {special} special tokens to a pair, BERT needs [CLS], [SEP] and [SEP]");
            return Err(unusable(place, message));
        }
        let tokenizer = Self { tokenizer };
        tokenizer.check_frame(place)?;
        Ok(tokenizer)
    }

    /// The classifier reads the first token: it must be `[CLS]`, and each sentence must end in `[SEP]`.
    fn check_frame(&self, place: &str) -> Result<(), DataError> {
        let (tokens, types) = self.encode("a", Some("a"))?;
        let (alone, alone_types) = self.encode("a", None)?;
        let is = |token: Option<&u32>, mark: &str| token.copied() == self.tokenizer.token_to_id(mark);
        let framed = tokens.len() >= SPECIAL_TOKENS + 2 && is(tokens.first(), "[CLS]") && is(tokens.last(), "[SEP]");
        let two_types = types.first() == Some(&0) && types.last() == Some(&1);
        // alone, a sentence is what it is at the beginning of a pair
        let begins = alone.len() < tokens.len() && tokens.starts_with(&alone) && is(alone.last(), "[SEP]");
        if framed && two_types && begins && alone_types.iter().all(|kind| *kind == 0) {
            return Ok(());
        }
        let message = format!("a pair becomes tokens {tokens:?} of types {types:?}, not [CLS] a [SEP] b [SEP]");
        Err(unusable(place, message))
    }

    /// Tokens and token types of a sentence or a pair, both \[T\] for this one sequence.
    pub fn encode(&self, first: &str, second: Option<&str>) -> Result<(Vec<u32>, Vec<u32>), DataError> {
        let encoded = match second {
            Some(second) => self.tokenizer.encode((first, second), true),
            None => self.tokenizer.encode(first, true),
        };
        let encoding = encoded.map_err(|error| unusable("the tokenizer", error.to_string()))?;
        Ok((encoding.get_ids().to_vec(), encoding.get_type_ids().to_vec()))
    }

    /// The token of a special mark such as `[MASK]`, where the vocabulary has it.
    pub fn special(&self, mark: &str) -> Option<u32> {
        self.tokenizer.token_to_id(mark)
    }

    /// Number of different tokens, added ones included.
    pub fn vocabulary_size(&self) -> usize {
        self.tokenizer.get_vocab_size(true)
    }
}

/// A `tokenizer.json`, without the parts on which the `tokenizers` crate panics when they are broken: a decoder, which
/// nothing here needs, and a precompiled normalizer, which is no part of BERT's.
fn parse(place: &str, bytes: &[u8]) -> Result<Tokenizer, DataError> {
    let wrong = |error: serde_json::Error| unusable(place, error.to_string());
    let mut json: Value = serde_json::from_slice(bytes).map_err(wrong)?;
    if let Some(parts) = json.as_object_mut() {
        parts.remove("decoder");
    }
    if json.get("normalizer").is_some_and(|normalizer| normalizer.to_string().contains("\"Precompiled\"")) {
        return Err(unusable(place, "its normalizer is `Precompiled`, which is SentencePiece's and not BERT's".into()));
    }
    let bytes = serde_json::to_vec(&json).map_err(wrong)?;
    Tokenizer::from_bytes(bytes).map_err(|error| unusable(place, error.to_string()))
}

fn unusable(place: &str, message: String) -> DataError {
    DataError::Tokenizer { place: place.into(), message }
}

/// `do_lower_case` of a `tokenizer_config.json`; BERT's default, true, where there is none.
fn lower_cases(path: &Path) -> Result<bool, DataError> {
    let Ok(bytes) = bytes(path) else { return Ok(true) };
    let config: Value =
        serde_json::from_slice(&bytes).map_err(|error| unusable(&path.display().to_string(), error.to_string()))?;
    Ok(config.get("do_lower_case").and_then(Value::as_bool).unwrap_or(true))
}

#[cfg(test)]
mod tests {
    use super::*;

    const VOCABULARY: &str = "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\nthe\ncat\nsat\n##s\n.\na\n";

    fn tokenizer(max_length: usize) -> PairTokenizer {
        PairTokenizer::from_vocabulary("vocab.txt", VOCABULARY.as_bytes(), true, max_length).unwrap()
    }

    #[test]
    fn a_pair_carries_its_separators_and_types() {
        let (tokens, types) = tokenizer(128).encode("The cats sat.", Some("A cat")).unwrap();
        assert_eq!(tokens, [2, 5, 6, 8, 7, 9, 3, 10, 6, 3]);
        assert_eq!(types, [0, 0, 0, 0, 0, 0, 0, 1, 1, 1]);
    }

    #[test]
    fn a_sentence_alone_is_of_type_0() {
        let (tokens, types) = tokenizer(128).encode("The cats sat.", None).unwrap();
        assert_eq!(tokens, [2, 5, 6, 8, 7, 9, 3]);
        assert_eq!(types, [0; 7]);
        assert_eq!(tokenizer(5).encode("The cats sat.", None).unwrap().0, [2, 5, 6, 8, 3]);
    }

    #[test]
    fn the_longer_sentence_is_cut_first() {
        let (tokens, types) = tokenizer(8).encode("the cat sat the cat sat", Some("a cat")).unwrap();
        assert_eq!(tokens, [2, 5, 6, 7, 3, 10, 6, 3]);
        assert_eq!(types.iter().filter(|kind| **kind == 1).count(), 3);
    }

    #[test]
    fn padding_and_truncation_asked_for_by_the_file_are_switched_off() {
        let mut asking = Tokenizer::from_bytes(tokenizer(128).tokenizer.to_string(false).unwrap()).unwrap();
        asking.with_padding(Some(tokenizers::PaddingParams {
            strategy: tokenizers::PaddingStrategy::Fixed(64),
            ..Default::default()
        }));
        asking.with_truncation(Some(TruncationParams { max_length: 6, ..Default::default() })).unwrap();
        let folder = tempfile::tempdir().unwrap();
        asking.save(folder.path().join("tokenizer.json"), false).unwrap();
        let read = PairTokenizer::from_folder(folder.path(), 128).unwrap();
        assert_eq!(
            read.encode("the cats sat .", Some("a cat")).unwrap(),
            tokenizer(128).encode("the cats sat .", Some("a cat")).unwrap()
        );
    }

    #[test]
    fn a_tokenizer_that_frames_no_pairs_is_refused() {
        let mut bare = Tokenizer::from_bytes(tokenizer(128).tokenizer.to_string(false).unwrap()).unwrap();
        bare.with_post_processor(None::<BertProcessing>);
        let error = PairTokenizer::new(bare, "tokenizer.json", 128).err().unwrap().to_string();
        assert!(error.contains("it adds 0 special tokens to a pair"), "{error}");
    }

    #[test]
    fn a_vocabulary_without_special_tokens_is_refused() {
        let error = PairTokenizer::from_vocabulary("vocab.txt", b"[UNK]\n[CLS]\nthe\n", true, 128).err().unwrap();
        assert!(error.to_string().contains("`[SEP]` is missing"), "{error}");
        assert!(PairTokenizer::from_vocabulary("vocab.txt", VOCABULARY.as_bytes(), true, 4).is_err());
    }
}
