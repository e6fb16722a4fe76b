//! Tokenizers put together: BERT's own pipeline around a vocabulary, or a `tokenizer.json` as it stands.

use super::object::JsonObject;
use super::settings::TokenizerSettings;
use crate::data::DataError;
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use tokenizers::models::ModelWrapper;
use tokenizers::models::wordpiece::WordPiece;
use tokenizers::normalizers::BertNormalizer;
use tokenizers::pre_tokenizers::bert::BertPreTokenizer;
use tokenizers::{AddedToken, Error, Model, NormalizedString, Normalizer, Tokenizer};

/// How a piece that continues a word begins.
const CONTINUES: &str = "##";
/// Characters of the longest word that is split.
const LONGEST_WORD: usize = 100;

/// BERT's pipeline around the lines of a `vocab.txt`.
pub fn of_lines(settings: &TokenizerSettings, place: &str, lines: &[u8]) -> Result<Tokenizer, DataError> {
    let unknown = role(settings, "unk_token")?.to_owned();
    let words = WordPiece::read_bytes(lines)
        .and_then(|words| WordPiece::builder().vocab(words).unk_token(unknown).build())
        .map_err(|error| unusable(place, error))?;
    of_words(settings, place, words)
}

/// BERT's pipeline around the vocabulary of a `tokenizer.json`, of which transformers' `BertTokenizer` takes nothing else.
pub fn of_vocabulary(settings: &TokenizerSettings, file: &JsonObject) -> Result<Tokenizer, DataError> {
    let vocabulary = file.get("model").and_then(|model| model.get("vocab"));
    let vocabulary = vocabulary.ok_or_else(|| file.unusable("it has no `model` with a `vocab`".into()))?;
    let model = json!({
        "unk_token": role(settings, "unk_token")?,
        "continuing_subword_prefix": CONTINUES,
        "max_input_chars_per_word": LONGEST_WORD,
        "vocab": vocabulary,
    });
    let words = WordPiece::deserialize(model).map_err(|error| file.unusable(format!("its vocabulary: {error}")))?;
    of_words(settings, &file.place, words)
}

/// A `tokenizer.json` without the parts on which the `tokenizers` crate panics when they are broken: a decoder, which
/// nothing here needs, and a precompiled normalizer, which is no part of BERT's.
pub fn of_file(settings: &TokenizerSettings, file: &JsonObject) -> Result<Tokenizer, DataError> {
    let bytes = file.without("decoder");
    let mut tokenizer = Tokenizer::from_bytes(bytes).map_err(|error| unusable(&file.place, error))?;
    let ModelWrapper::WordPiece(words) = tokenizer.get_model() else { return Err(other_model(file, "no WordPiece")) };
    if words.token_to_id(&words.unk_token).is_none() {
        return Err(missing(&file.place, &words.unk_token));
    }
    tokenizer.with_padding(None);
    tokenizer.with_truncation(None).map_err(|error| unusable(&file.place, error))?;
    add(&mut tokenizer, settings, &file.place)?;
    Ok(tokenizer)
}

/// Refuses a `tokenizer.json` that does not split words into pieces as BERT does.
pub fn check_model(file: &JsonObject) -> Result<(), DataError> {
    match file.get("model").and_then(|model| model.get("type")).and_then(Value::as_str) {
        Some(kind) if kind != "WordPiece" => return Err(other_model(file, &format!("`{kind}`"))),
        _ => {}
    }
    match file.get("normalizer").is_some_and(|normalizer| normalizer.to_string().contains("\"Precompiled\"")) {
        true => Err(file.unusable(
            "its normalizer is `Precompiled`, which is SentencePiece's and not BERT's; choose a model with BERT's WordPiece"
                .into(),
        )),
        false => Ok(()),
    }
}

/// Parts of a `tokenizer.json` in the place of which `BertTokenizer` puts its own.
pub fn replaced_parts(settings: &TokenizerSettings, file: &JsonObject) -> Vec<&'static str> {
    let normalizer = json!({
        "type": "BertNormalizer",
        "clean_text": true,
        "handle_chinese_chars": settings.chinese_characters,
        "strip_accents": settings.strip_accents,
        "lowercase": settings.lower_case,
    });
    let model = |key: &str| file.get("model").and_then(|model| model.get(key));
    let is = |found: Option<&Value>, own: Value| found.is_none_or(|found| *found == own);
    let parts = [
        ("normalizer", is(file.get("normalizer"), normalizer)),
        ("pre_tokenizer", is(file.get("pre_tokenizer"), json!({ "type": "BertPreTokenizer" }))),
        ("unk_token", is(model("unk_token"), json!(settings.marks.content("unk_token")))),
        ("continuing_subword_prefix", is(model("continuing_subword_prefix"), json!(CONTINUES))),
        ("max_input_chars_per_word", is(model("max_input_chars_per_word"), json!(LONGEST_WORD))),
    ];
    parts.into_iter().filter(|(_, same)| !same).map(|(part, _)| part).collect()
}

/// The numbers of `[CLS]` and `[SEP]`, whatever they are called.
pub fn frame_of(settings: &TokenizerSettings, place: &str, tokenizer: &Tokenizer) -> Result<[u32; 2], DataError> {
    let number = |of_role| {
        let content = role(settings, of_role)?;
        tokenizer.token_to_id(content).ok_or_else(|| missing(place, content))
    };
    Ok([number("cls_token")?, number("sep_token")?])
}

fn of_words(settings: &TokenizerSettings, place: &str, words: WordPiece) -> Result<Tokenizer, DataError> {
    if words.token_to_id(&words.unk_token).is_none() {
        return Err(missing(place, &words.unk_token));
    }
    let TokenizerSettings { lower_case, strip_accents, chinese_characters, .. } = settings;
    let normalizer = BertNormalizer::new(true, *chinese_characters, *strip_accents, *lower_case);
    let mut tokenizer = Tokenizer::new(words);
    tokenizer.with_normalizer(Some(normalizer)).map_err(|error| unusable(place, error))?;
    tokenizer.with_pre_tokenizer(Some(BertPreTokenizer));
    add(&mut tokenizer, settings, place)?;
    Ok(tokenizer)
}

/// Adds the tokens that a text is searched for, in transformers' order, which numbers those that the vocabulary lacks.
fn add(tokenizer: &mut Tokenizer, settings: &TokenizerSettings, place: &str) -> Result<(), DataError> {
    tokenizer.set_encode_special_tokens(settings.splits_marks);
    let added = settings.added.iter().map(|token| token.to_added(settings.marks.has_role(&token.content)));
    tokenizer.add_tokens(added).map_err(|error| unusable(place, error))?;
    // transformers would number these behind the vocabulary, where no row of the model was trained for them
    if !settings.class.keeps_file {
        frame_of(settings, place, tokenizer)?;
    }
    let known: Vec<String> = tokenizer.get_added_tokens_decoder().into_values().map(|token| token.content).collect();
    let marks = settings.marks.iter().filter(|token| !known.contains(&token.content));
    tokenizer
        .add_tokens(marks.map(|token| token.to_added(settings.marks.has_role(&token.content))))
        .map_err(|error| unusable(place, error))?;
    refuse_unsearchable(tokenizer, place)
}

/// Refuses added tokens that the crate would panic on when it finds them: one of which normalization leaves nothing, which is
/// found between the bytes of a character; and one that begins with a space that another has taken before.
fn refuse_unsearchable(tokenizer: &Tokenizer, place: &str) -> Result<(), DataError> {
    let refused = |token: &AddedToken, what: &str| DataError::Tokenizer {
        place: place.to_owned(),
        message: format!("the added token {:?} {what}; take it out", token.content),
    };
    let added: BTreeMap<u32, AddedToken> = tokenizer.get_added_tokens_decoder().into_iter().collect();
    for token in added.values() {
        let mut searched = NormalizedString::from(token.content.as_str());
        if let Some(normalizer) = tokenizer.get_normalizer().filter(|_| token.normalized) {
            normalizer.normalize(&mut searched).map_err(|error| unusable(place, error))?;
        }
        if searched.is_empty() {
            return Err(refused(token, "has nothing left when it is normalized"));
        }
        let takes_spaces = |other: &AddedToken| other.rstrip && other.normalized == token.normalized;
        if searched.get().starts_with(char::is_whitespace) && added.values().any(takes_spaces) {
            return Err(refused(token, "begins with a space, and another takes the spaces to its right (`rstrip`)"));
        }
    }
    Ok(())
}

/// What the token of a role is called, which BERT cannot do without.
fn role<'s>(settings: &'s TokenizerSettings, role: &str) -> Result<&'s str, DataError> {
    settings.marks.content(role).ok_or_else(|| DataError::Tokenizer {
        place: settings.place.clone(),
        message: format!("`{role}` is null, expected the name of a token of the vocabulary"),
    })
}

fn missing(place: &str, token: &str) -> DataError {
    DataError::SpecialToken { place: place.to_owned(), token: token.to_owned() }
}

fn other_model(file: &JsonObject, found: &str) -> DataError {
    file.unusable(format!("its model is {found}, and BERT's is `WordPiece`; choose a model with such a tokenizer"))
}

fn unusable(place: &str, error: Error) -> DataError {
    DataError::Tokenizer { place: place.to_owned(), message: error.to_string() }
}
