//! How names of runs are read: `bs{batch_size}/{arm}/seed{iid}`.

use super::label::{LogLabel, LogSetting, Part};
use std::fmt;

/// Text to match, and the names of what is between.
#[derive(Clone, Debug, PartialEq)]
pub struct Pattern {
    text: String,
    pieces: Vec<PatternPart>,
}

#[derive(Clone, Debug, PartialEq)]
enum PatternPart {
    Text(String),
    /// `{name}`: some characters, but no slash
    Name(String),
    /// `*`: the same, without a name
    Any,
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PatternError {
    #[error(
        "pattern `{0}`: a brace is not closed; write {{name}} for each part, such as {{batch_size}}, {{arm}}, {{iid}}"
    )]
    Open(String),
    #[error("pattern `{0}`: nothing separates two parts; put the text between them that stands there in the names")]
    Adjacent(String),
    #[error("pattern `{pattern}` names `{name}` twice")]
    Twice { pattern: String, name: String },
    #[error("pattern `{0}` names nothing; write {{name}} for each part, such as {{batch_size}}, {{arm}}, {{iid}}")]
    Empty(String),
}

impl Pattern {
    pub fn parse(text: &str) -> Result<Self, PatternError> {
        let mut pieces = Vec::new();
        let mut rest = text.trim_matches('/');
        while let Some(first) = rest.chars().next() {
            let (piece, length) = match first {
                '{' => {
                    let end = rest.find('}').ok_or_else(|| PatternError::Open(text.into()))?;
                    (PatternPart::Name(rest[1..end].trim().to_owned()), end + 1)
                }
                '*' => (PatternPart::Any, 1),
                _ => {
                    let end = rest.find(['{', '*']).unwrap_or(rest.len());
                    (PatternPart::Text(rest[..end].to_owned()), end)
                }
            };
            pieces.push(piece);
            rest = &rest[length..];
        }
        let is_text = |piece: &PatternPart| matches!(piece, PatternPart::Text(_));
        if pieces.windows(2).any(|pair| !is_text(&pair[0]) && !is_text(&pair[1])) {
            return Err(PatternError::Adjacent(text.into()));
        }
        let names: Vec<&String> = pieces.iter().filter_map(PatternPart::name).collect();
        if names.is_empty() || names.iter().any(|name| name.is_empty()) {
            return Err(PatternError::Empty(text.into()));
        }
        if let Some((_, name)) = names.iter().enumerate().find(|(place, name)| names[..*place].contains(name)) {
            return Err(PatternError::Twice { pattern: text.into(), name: (*name).clone() });
        }
        Ok(Self { text: text.into(), pieces })
    }

    /// Reads a name into a label. The pattern fits whole parts of a path, anywhere in it. Returns whether it does, with values
    /// that can be what they are called.
    pub fn read(&self, name: &str, label: &mut LogLabel) -> bool {
        let begins = std::iter::once(0).chain(name.match_indices('/').map(|(at, _)| at + 1));
        let ends: Vec<usize> = name.match_indices('/').map(|(at, _)| at).chain([name.len()]).rev().collect();
        for begin in begins {
            for end in ends.iter().filter(|end| **end > begin) {
                let mut values = Vec::new();
                let part = &name[begin..*end];
                let mut failed = vec![false; (self.pieces.len() + 1) * (part.len() + 1)];
                if fits(&self.pieces, part, part.len(), &mut failed, &mut values) {
                    values.reverse();
                    let mut read = label.clone();
                    if values.iter().all(|(name, value)| read_value(&mut read, name, value)) {
                        *label = read;
                        return true;
                    }
                }
            }
        }
        false
    }
}

impl PatternPart {
    fn name(&self) -> Option<&String> {
        match self {
            PatternPart::Name(name) => Some(name),
            _ => None,
        }
    }
}

fn read_value(label: &mut LogLabel, name: &str, value: &str) -> bool {
    let value = LogSetting::of(value);
    match Part::of(name) {
        Some((part, _)) => label.set(part, &value),
        None => {
            label.column(name, &value);
            true
        }
    }
}

/// Whether the pieces fit the whole text; then `values` has what stands for the names, the last first. `failed` remembers, for
/// each number of pieces and length of text that are left, that they do not.
fn fits<'p, 't>(
    pieces: &'p [PatternPart],
    text: &'t str,
    whole: usize,
    failed: &mut [bool],
    values: &mut Vec<(&'p str, &'t str)>,
) -> bool {
    let Some((first, rest)) = pieces.split_first() else { return text.is_empty() };
    let place = pieces.len() * (whole + 1) + text.len();
    if failed[place] {
        return false;
    }
    let found = match first {
        PatternPart::Text(words) => {
            text.strip_prefix(words.as_str()).is_some_and(|text| fits(rest, text, whole, failed, values))
        }
        PatternPart::Name(_) | PatternPart::Any => {
            let segment = text.find('/').unwrap_or(text.len());
            let ends = text[..segment].char_indices().map(|(at, c)| at + c.len_utf8());
            let end = ends.into_iter().find(|end| fits(rest, &text[*end..], whole, failed, values));
            if let (Some(end), Some(name)) = (end, first.name()) {
                values.push((name, &text[..end]));
            }
            end.is_some()
        }
    };
    failed[place] = !found;
    found
}

impl fmt::Display for Pattern {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(pattern: &str, name: &str) -> Option<LogLabel> {
        let mut label = LogLabel::default();
        Pattern::parse(pattern).unwrap().read(name, &mut label).then_some(label)
    }

    #[test]
    fn a_name_is_read_by_its_parts() {
        let label = read("bs{batch_size}/{arm}/seed{iid}", "sweep/bs8/no-dropout/seed3/version_0").unwrap();
        assert_eq!((label.batch_size, label.arm.as_deref(), label.iid), (Some(8), Some("no-dropout"), Some(3)));
        let label = read("{arm}-lr{lr}-b{bs}", "adam-w-lr1e-4-b16").unwrap();
        assert_eq!((label.arm.as_deref(), label.batch_size), (Some("adam-w"), Some(16)));
        assert_eq!(label.columns["lr"], LogSetting::Number(1e-4));
        assert_eq!(read("*_{seed}", "a/b_7").unwrap().iid, Some(7));
    }

    #[test]
    fn a_name_that_does_not_fit_stays_unread() {
        assert_eq!(read("bs{batch_size}/{arm}", "bs8"), None);
        assert_eq!(read("bs{batch_size}", "bs-many"), None, "no batch size");
        assert_eq!(read("bs{batch_size}", "xbs8"), None, "whole parts only");
    }

    #[test]
    fn a_pattern_that_means_nothing_is_refused() {
        let error = |text: &str| Pattern::parse(text).unwrap_err();
        assert_eq!(error("bs{batch_size"), PatternError::Open("bs{batch_size".into()));
        assert_eq!(error("{arm}{iid}"), PatternError::Adjacent("{arm}{iid}".into()));
        assert_eq!(error("{a}/{a}"), PatternError::Twice { pattern: "{a}/{a}".into(), name: "a".into() });
        assert_eq!(error("bs8"), PatternError::Empty("bs8".into()));
        assert_eq!(error("{}"), PatternError::Empty("{}".into()));
    }

    proptest! {
        #[test]
        fn what_a_pattern_writes_it_reads(batch in 1u32..5000, seed in 0u32..5000, arm in "[a-z][a-z-]{0,10}") {
            let label = read("{arm}/bs{batch_size}-seed{iid}", &format!("x/{arm}/bs{batch}-seed{seed}/y")).unwrap();
            prop_assert_eq!((label.batch_size, label.iid, label.arm), (Some(batch), Some(seed), Some(arm)));
        }

        #[test]
        fn arbitrary_patterns_never_panic(pattern in "(a|é|\\{|\\}|\\*|/|b){0,12}", name in "(a|é|/|b){0,40}") {
            if let Ok(pattern) = Pattern::parse(&pattern) {
                pattern.read(&name, &mut LogLabel::default());
            }
        }
    }
}
