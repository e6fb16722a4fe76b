//! The settings of a tokenizer in the files of a model's folder, with the precedence of transformers 5.24:
//! `tokenizer_config.json` comes first, but if it has no `added_tokens_decoder`, special tokens are taken from
//! `special_tokens_map.json`, and added tokens from `added_tokens.json` and `tokenizer.json`.

use super::class::Class;
use super::marks::Marks;
use super::object::JsonObject;
use super::token::DeclaredToken;
use crate::data::DataError;
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::Path;

pub struct TokenizerSettings {
    /// the file of most settings, for errors
    pub place: String,
    pub class: Class,
    pub lower_case: bool,
    /// `None`: the same as `lower_case`
    pub strip_accents: Option<bool>,
    pub chinese_characters: bool,
    pub marks: Marks,
    /// tokens added to the vocabulary, in the order of their numbers
    pub added: Vec<DeclaredToken>,
    /// whether special tokens in a text are split like other words
    pub splits_marks: bool,
    /// whether a long sentence is truncated at its beginning
    pub cuts_left: bool,
    pub has_types: bool,
    pub model_max_length: Option<f64>,
    /// keys without effect, in transformers 5 too, as `key = value`
    pub ignored: Vec<String>,
}

impl TokenizerSettings {
    /// BERT's settings, for a vocabulary without further files.
    pub fn of_bert(place: &str, lower_case: bool) -> Self {
        let mut marks = Marks::default();
        marks.fill_in_berts();
        Self {
            place: place.to_owned(),
            class: Class::BERT,
            lower_case,
            strip_accents: None,
            chinese_characters: true,
            marks,
            added: Vec::new(),
            splits_marks: false,
            cuts_left: false,
            has_types: true,
            model_max_length: None,
            ignored: Vec::new(),
        }
    }

    /// The settings of a folder. `file` is its `tokenizer.json`, if it has one.
    pub fn of_folder(folder: &Path, file: Option<&JsonObject>) -> Result<Self, DataError> {
        let config = JsonObject::read(&folder.join("tokenizer_config.json"))?;
        refuse_other_versions(&config)?;
        let class = Class::of(folder, &config)?;
        let mut marks = Marks::of_config(&config)?;
        let added = match config.get("added_tokens_decoder") {
            Some(listed) => decoder(&config, listed)?,
            None => {
                marks.override_by(&JsonObject::read(&folder.join("special_tokens_map.json"))?)?;
                added(&JsonObject::read(&folder.join("added_tokens.json"))?, file, &marks)?
            }
        };
        let padding = file.and_then(|file| file.get("padding")).and_then(|padding| padding.get("pad_token"));
        match padding.and_then(Value::as_str) {
            _ if !class.keeps_file => marks.fill_in_berts(),
            Some(pad) => marks.fill_in("pad_token", pad),
            None => {}
        }
        let strip_accents = match config.get("strip_accents") {
            Some(Value::Null) => None,
            _ => config.flag("strip_accents")?,
        };
        let names = config.list("model_input_names")?;
        let has_types = names.map_or(class.has_types, |names| names.iter().any(|name| name == "token_type_ids"));
        let max_length = config.get("model_max_length").or_else(|| config.get("max_len"));
        Ok(Self {
            class,
            lower_case: config.flag("do_lower_case")?.unwrap_or(true),
            strip_accents,
            chinese_characters: config.flag("tokenize_chinese_chars")?.unwrap_or(true),
            marks,
            added,
            splits_marks: config.flag("split_special_tokens")?.unwrap_or(false),
            cuts_left: cuts_left(&config, file)?,
            has_types,
            model_max_length: max_length.and_then(Value::as_f64),
            ignored: ignored(&config),
            place: config.place,
        })
    }
}

/// Refuses folders for which transformers would read another file than `tokenizer.json`.
fn refuse_other_versions(config: &JsonObject) -> Result<(), DataError> {
    let names = config.list("fast_tokenizer_files")?.unwrap_or_default();
    match names.iter().find(|name| *name != "tokenizer.json") {
        Some(other) => Err(config.unusable(format!(
            "`fast_tokenizer_files` names {other} besides tokenizer.json; keep the file you need, as tokenizer.json, \
             and remove that key"
        ))),
        None => Ok(()),
    }
}

/// `added_tokens_decoder`: an object for each number.
fn decoder(config: &JsonObject, listed: &Value) -> Result<Vec<DeclaredToken>, DataError> {
    const KEY: &str = "added_tokens_decoder";
    let expected = "an object with a token for each number";
    let listed = listed.as_object().ok_or_else(|| config.unexpected(KEY, listed, expected))?;
    let mut by_number = BTreeMap::new();
    for (number, value) in listed {
        let parsed: u32 =
            number.trim().parse().map_err(|_| config.unexpected(KEY, &number.as_str().into(), expected))?;
        by_number.insert(parsed, DeclaredToken::read(config, KEY, value)?);
    }
    Ok(by_number.into_values().collect())
}

/// The numbers in `added_tokens.json`, overridden by the objects with an `id` in `tokenizer.json`.
fn added(listed: &JsonObject, file: Option<&JsonObject>, marks: &Marks) -> Result<Vec<DeclaredToken>, DataError> {
    const KEY: &str = "added_tokens";
    let number = |object: &JsonObject, key: &str, value: &Value| {
        let number = value.as_u64().and_then(|number| u32::try_from(number).ok());
        number.ok_or_else(|| object.unexpected(key, value, "the number of a token"))
    };
    let mut by_number = BTreeMap::new();
    for (content, value) in listed.iter() {
        by_number.insert(number(listed, content, value)?, DeclaredToken::listed(content, marks.has(content)));
    }
    if let Some(file) = file {
        for value in file.list(KEY)?.unwrap_or_default() {
            by_number
                .insert(number(file, KEY, value.get("id").unwrap_or(value))?, DeclaredToken::read(file, KEY, value)?);
        }
    }
    Ok(by_number.into_values().collect())
}

/// From `truncation_side`, else from `tokenizer.json`.
fn cuts_left(config: &JsonObject, file: Option<&JsonObject>) -> Result<bool, DataError> {
    const KEY: &str = "truncation_side";
    match config.text(KEY)? {
        Some("left") => Ok(true),
        Some("right") => Ok(false),
        Some(other) => Err(config.unexpected(KEY, &other.into(), "\"left\" or \"right\"")),
        None => {
            let direction = file.and_then(|file| file.get("truncation")).and_then(|cut| cut.get("direction"));
            Ok(direction.is_some_and(|direction| direction == "Left"))
        }
    }
}

/// Keys that the tokenizers of transformers 5 ignore, if they have another value than the default.
fn ignored(config: &JsonObject) -> Vec<String> {
    let asks = |key: &str, value: &Value| match key {
        "do_basic_tokenize" => *value == false,
        "never_split" => value.as_array().is_some_and(|words| !words.is_empty()),
        "wordpieces_prefix" => value != "##",
        _ => false,
    };
    config.iter().filter(|(key, value)| asks(key, value)).map(|(key, value)| format!("{key} = {value}")).collect()
}
