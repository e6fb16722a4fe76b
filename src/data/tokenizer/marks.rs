//! The special tokens of a tokenizer: those with a role, such as `cls_token`, and further ones.

use super::object::JsonObject;
use super::token::DeclaredToken;
use crate::data::DataError;
use serde_json::Value;

/// Roles in the order in which transformers adds their tokens.
const ROLES: [&str; 7] = ["bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token"];
/// BERT's default names of these tokens.
const OF_BERT: [(&str, &str); 5] = [
    ("unk_token", "[UNK]"),
    ("sep_token", "[SEP]"),
    ("pad_token", "[PAD]"),
    ("cls_token", "[CLS]"),
    ("mask_token", "[MASK]"),
];

const EXTRA: &str = "extra_special_tokens";
/// The older key for the same list.
const ADDITIONAL: &str = "additional_special_tokens";

#[derive(Default)]
pub struct Marks {
    /// by role; BERT's roles first, then the model's own. `None` for a role given as `null`
    roles: Vec<(String, Option<DeclaredToken>)>,
    extra: Option<Vec<DeclaredToken>>,
    additional: Option<Vec<DeclaredToken>>,
}

impl Marks {
    /// Adds those of `tokenizer_config.json`.
    pub fn of_config(config: &JsonObject) -> Result<Self, DataError> {
        let mut marks = Self::default();
        marks.take_roles(config)?;
        marks.extra = marks.read_extra(config)?;
        marks.additional = read_list(config, ADDITIONAL)?;
        if marks.extra.as_ref().is_none_or(Vec::is_empty) && marks.additional.is_some() {
            marks.extra = marks.additional.take();
        }
        Ok(marks)
    }

    /// Adds those of `special_tokens_map.json`, which take precedence.
    pub fn override_by(&mut self, map: &JsonObject) -> Result<(), DataError> {
        self.take_roles(map)?;
        if let Some(further) = self.read_extra(map)? {
            let extra = self.extra.get_or_insert_default();
            for token in further {
                if !extra.contains(&token) {
                    extra.push(token);
                }
            }
        }
        self.additional = read_list(map, ADDITIONAL)?.or(self.additional.take());
        Ok(())
    }

    /// Adds BERT's default names for missing roles.
    pub fn fill_in_berts(&mut self) {
        OF_BERT.into_iter().for_each(|(role, content)| self.fill_in(role, content));
    }

    pub fn fill_in(&mut self, role: &str, content: &str) {
        if !self.roles.iter().any(|(known, _)| known == role) {
            self.roles.push((role.to_owned(), Some(DeclaredToken::special(content))));
        }
    }

    /// The token of a role.
    pub fn content(&self, role: &str) -> Option<&str> {
        let (_, token) = self.roles.iter().find(|(known, _)| known == role)?;
        token.as_ref().map(|token| token.content.as_str())
    }

    /// Whether a role, or a list that counts as one while `added_tokens.json` is read, has this token.
    pub fn has(&self, content: &str) -> bool {
        self.of_roles().chain(self.extra.iter().flatten()).any(|token| token.content == content)
    }

    pub fn has_role(&self, content: &str) -> bool {
        self.of_roles().any(|token| token.content == content)
    }

    /// All special tokens in the order in which they are added.
    pub fn iter(&self) -> impl Iterator<Item = &DeclaredToken> {
        let extra = self.extra.as_ref().or(self.additional.as_ref());
        self.of_roles().chain(extra.into_iter().flatten())
    }

    fn of_roles(&self) -> impl Iterator<Item = &DeclaredToken> {
        let of_role = |role: &str| self.roles.iter().find(|(known, _)| known == role);
        let own = self.roles.iter().filter(|(role, _)| !ROLES.contains(&role.as_str()));
        ROLES.into_iter().filter_map(of_role).chain(own).filter_map(|(_, token)| token.as_ref())
    }

    fn take_roles(&mut self, object: &JsonObject) -> Result<(), DataError> {
        for (key, value) in object.iter() {
            // a role of the model's own is known by its name alone: what is no token there is something else
            let is_own = key.ends_with("_token") && (value.is_string() || value.get("content").is_some());
            match ROLES.contains(&key.as_str()) {
                true if value.is_null() => self.set_role(key, None),
                known if known || is_own => self.set_role(key, Some(DeclaredToken::read(object, key, value)?)),
                _ => {}
            }
        }
        Ok(())
    }

    fn set_role(&mut self, role: &str, token: Option<DeclaredToken>) {
        match self.roles.iter_mut().find(|(known, _)| known == role) {
            Some((_, known)) => *known = token,
            None => self.roles.push((role.to_owned(), token)),
        }
    }

    /// A list of further tokens; or an object of roles of the model's own, which become that.
    fn read_extra(&mut self, object: &JsonObject) -> Result<Option<Vec<DeclaredToken>>, DataError> {
        if let Some(Value::Object(roles)) = object.get(EXTRA) {
            for (role, value) in roles {
                self.set_role(role, Some(DeclaredToken::read(object, role, value)?));
            }
            return Ok(None);
        }
        read_list(object, EXTRA)
    }
}

fn read_list(object: &JsonObject, key: &str) -> Result<Option<Vec<DeclaredToken>>, DataError> {
    let Some(values) = object.list(key)? else { return Ok(None) };
    values.iter().map(|value| DeclaredToken::read(object, key, value)).collect::<Result<_, _>>().map(Some)
}
