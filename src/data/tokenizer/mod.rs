//! WordPiece for one sentence or two: `[CLS] first [SEP]` or `[CLS] first [SEP] second [SEP]`, cut longest-first, never
//! padded. Tokens are those of transformers 5.24 with the same files (`tests/golden/tokenizers`).

mod class;
mod marks;
mod object;
mod pipeline;
mod sentence;
mod settings;
mod token;
mod truncation;

pub use class::check_tokenizer_class;

use super::DataError;
use super::text::bytes;
use object::JsonObject;
use sentence::{Sentence, splits_at_spaces};
use settings::TokenizerSettings;
use std::path::Path;
use tokenizers::Tokenizer;
use truncation::longest_first;

/// Number of special tokens of a single sentence, `[CLS]` and `[SEP]`, and of a pair, which has another `[SEP]`.
const SPECIAL_ALONE: usize = 2;
const SPECIAL_OF_PAIR: usize = 3;

/// A tokenizer with a maximum length of pairs.
pub struct PairTokenizer {
    tokenizer: Tokenizer,
    class: u32,
    separator: u32,
    /// token type of a second sentence
    second_type: u32,
    max_length: usize,
    /// whether a sentence that is too long is truncated at its start
    cuts_left: bool,
    in_pieces: bool,
    notes: Vec<String>,
}

impl PairTokenizer {
    /// Loads the tokenizer of a model's folder: the vocabulary of `tokenizer.json`, else `vocab.txt`, with the settings of the
    /// other files.
    pub fn from_folder(folder: &Path, max_length: usize) -> Result<Self, DataError> {
        let (json, vocabulary) = (folder.join("tokenizer.json"), folder.join("vocab.txt"));
        let file = json.exists().then(|| JsonObject::read(&json)).transpose()?;
        let settings = TokenizerSettings::of_folder(folder, file.as_ref())?;
        let Some(file) = file else {
            return match vocabulary.exists() && !settings.class.keeps_file {
                true => Self::of_lines(&settings, &vocabulary.display().to_string(), &bytes(&vocabulary)?, max_length),
                false => Err(nothing_to_read(folder, &settings)),
            };
        };
        pipeline::check_model(&file)?;
        if settings.class.keeps_file {
            let tokenizer = pipeline::of_file(&settings, &file)?;
            let (frame, second_type) = frame_of_file(&settings, &file.place, &tokenizer)?;
            return Self::new(&settings, tokenizer, frame, second_type, max_length);
        }
        let tokenizer = pipeline::of_vocabulary(&settings, &file)?;
        let frame = pipeline::frame_of(&settings, &file.place, &tokenizer)?;
        let mut tokenizer = Self::new(&settings, tokenizer, frame, 1, max_length)?;
        let replaced = pipeline::replaced_parts(&settings, &file);
        if !replaced.is_empty() {
            tokenizer.notes.push(format!(
                "{}: {} replaced by what tokenizer_config.json says, else BERT's own, as in transformers 5; \
                 \"tokenizer_class\": \"PreTrainedTokenizerFast\" there keeps the file's",
                file.place,
                replaced.join(", ")
            ));
        }
        Ok(tokenizer)
    }

    /// BERT's own pipeline (basic tokenization, then WordPiece) around a `vocab.txt`.
    pub fn from_vocabulary(
        place: &str,
        vocabulary: &[u8],
        lower_case: bool,
        max_length: usize,
    ) -> Result<Self, DataError> {
        Self::of_lines(&TokenizerSettings::of_bert(place, lower_case), place, vocabulary, max_length)
    }

    fn of_lines(settings: &TokenizerSettings, place: &str, lines: &[u8], max_length: usize) -> Result<Self, DataError> {
        let tokenizer = pipeline::of_lines(settings, place, lines)?;
        let frame = pipeline::frame_of(settings, place, &tokenizer)?;
        Self::new(settings, tokenizer, frame, 1, max_length)
    }

    fn new(
        settings: &TokenizerSettings,
        tokenizer: Tokenizer,
        [class, separator]: [u32; 2],
        second_type: u32,
        max_length: usize,
    ) -> Result<Self, DataError> {
        // at least one token of each sentence must remain
        let least = SPECIAL_OF_PAIR + 2;
        if max_length < least {
            return Err(DataError::MaxLength { found: max_length, least });
        }
        Ok(Self {
            in_pieces: splits_at_spaces(&tokenizer),
            tokenizer,
            class,
            separator,
            second_type: if settings.has_types { second_type } else { 0 },
            max_length,
            cuts_left: settings.cuts_left,
            notes: notes(settings, max_length),
        })
    }

    /// Tokens and token types of a sentence or a pair, both \[T\] for this one sequence.
    pub fn encode(&self, first: &str, second: Option<&str>) -> Result<(Vec<u32>, Vec<u32>), DataError> {
        let mut first = Sentence::new(&self.tokenizer, first, self.in_pieces);
        let Some(second) = second else {
            let tokens = self.framed(&[self.kept(&mut first, self.max_length - SPECIAL_ALONE)?]);
            let types = vec![0; tokens.len()];
            return Ok((tokens, types));
        };
        let mut second = Sentence::new(&self.tokenizer, second, self.in_pieces);
        let (of_first, of_second) = self.shares(&mut first, &mut second)?;
        let parts = [self.kept(&mut first, of_first)?, self.kept(&mut second, of_second)?];
        let tokens = self.framed(&parts);
        let mut types = vec![0; tokens.len()];
        types[SPECIAL_ALONE + parts[0].len()..].fill(self.second_type);
        Ok((tokens, types))
    }

    /// The number of tokens that remain of each sentence of a pair. Both are encoded only as far as needed.
    fn shares<'t>(&self, first: &mut Sentence<'t>, second: &mut Sentence<'t>) -> Result<(usize, usize), DataError> {
        let room = self.max_length - SPECIAL_OF_PAIR;
        first.reach(room + 1)?;
        second.reach(room + 1)?;
        // the longer sentence gets the odd token; which one that is, is known once the other has ended
        while !room.is_multiple_of(2) {
            let shorter = if first.len() <= second.len() { &mut *first } else { &mut *second };
            if shorter.is_whole() {
                break;
            }
            shorter.grow()?;
        }
        Ok(longest_first(first.len(), second.len(), room))
    }

    /// The tokens of a sentence that remain within `room`.
    fn kept<'s>(&self, sentence: &'s mut Sentence<'_>, room: usize) -> Result<&'s [u32], DataError> {
        if self.cuts_left {
            sentence.finish()?;
            return Ok(sentence.last(room));
        }
        sentence.reach(room)?;
        Ok(sentence.first(room))
    }

    fn framed(&self, sentences: &[&[u32]]) -> Vec<u32> {
        let mut tokens = vec![self.class];
        for sentence in sentences {
            tokens.extend(*sentence);
            tokens.push(self.separator);
        }
        tokens
    }

    /// The id of a special token such as `[MASK]`, if the vocabulary has it.
    pub fn special(&self, mark: &str) -> Option<u32> {
        self.tokenizer.token_to_id(mark)
    }

    /// Number of different tokens, added ones included.
    pub fn vocabulary_size(&self) -> usize {
        self.tokenizer.get_vocab_size(true)
    }

    /// Notes on the files for the user.
    pub fn notes(&self) -> &[String] {
        &self.notes
    }
}

/// The special tokens that the post-processor of a `tokenizer.json` puts around a pair, and the token type of the second
/// sentence. The first token must be `[CLS]`, which the classifier reads, and each sentence must end in `[SEP]`.
fn frame_of_file(
    settings: &TokenizerSettings,
    place: &str,
    tokenizer: &Tokenizer,
) -> Result<([u32; 2], u32), DataError> {
    let unusable = |message: String| DataError::Tokenizer { place: place.into(), message };
    let encode = |pair: bool, special: bool| {
        let encoded = if pair { tokenizer.encode(("a", "a"), special) } else { tokenizer.encode("a", special) };
        encoded.map_err(|error| unusable(error.to_string()))
    };
    let (bare, alone, pair) = (encode(false, false)?, encode(false, true)?, encode(true, true)?);
    let (word, alone, tokens, types) = (bare.get_ids(), alone.get_ids(), pair.get_ids(), pair.get_type_ids());
    let (Some(&class), Some(&separator)) = (tokens.first(), tokens.last()) else {
        return Err(unusable("a pair becomes nothing, not [CLS] a [SEP] b [SEP]".into()));
    };
    let begins = [&[class], word, &[separator]].concat();
    let is = |token: u32, role: &str, usual: &str| {
        let content = settings.marks.content(role).unwrap_or(usual);
        tokenizer.token_to_id(content).is_none_or(|expected| expected == token)
    };
    let (of_first, of_second) = types.split_at(begins.len().min(types.len()));
    let second_type = of_second.first().copied().unwrap_or_default();
    let framed = alone == begins && tokens == [&begins, word, &[separator]].concat();
    let named = is(class, "cls_token", "[CLS]") && is(separator, "sep_token", "[SEP]");
    let typed = of_first.iter().all(|kind| *kind == 0) && of_second.iter().all(|kind| *kind == second_type);
    match framed && named && typed {
        true => Ok(([class, separator], second_type)),
        false => Err(unusable(format!(
            "a pair becomes tokens {tokens:?} of types {types:?}, not [CLS] a [SEP] b [SEP]; choose a model with BERT's tokenizer"
        ))),
    }
}

fn notes(settings: &TokenizerSettings, max_length: usize) -> Vec<String> {
    let place = &settings.place;
    let mut notes = Vec::new();
    if !settings.ignored.is_empty() {
        notes.push(format!("{place}: {} has no effect, as in transformers 5", settings.ignored.join(", ")));
    }
    if let Some(most) = settings.model_max_length.filter(|most| (max_length as f64) > *most) {
        notes.push(format!("{place}: model_max_length is {most}, and task.max_length {max_length} is what counts"));
    }
    notes
}

/// The error if the file is missing from which a tokenizer of this class is read.
fn nothing_to_read(folder: &Path, settings: &TokenizerSettings) -> DataError {
    if settings.class.keeps_file && folder.join("vocab.txt").exists() {
        let message = "its tokenizer_class reads tokenizer.json alone, which is not there; copy it there, or say \
                       BertTokenizer, which reads vocab.txt";
        return DataError::Tokenizer { place: settings.place.clone(), message: message.into() };
    }
    let is_sentence_piece = |name: &String| Path::new(name).extension().is_some_and(|ending| ending == "model");
    let names = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut names = names.filter_map(|entry| entry.file_name().into_string().ok());
    let instead = match names.find(is_sentence_piece) {
        Some(name) => format!("; {name} is SentencePiece's, which is no tokenizer of BERT's"),
        None => "; copy the one that belongs to the model there".into(),
    };
    DataError::NoTokenizer { place: folder.to_owned(), instead }
}

#[cfg(test)]
mod tests;
