//! Well-known models that older tutorials name without an owner.

use crate::domain::nearest::nearest;

/// Names and their present owners on the hub.
const KNOWN: [(&str, &str); 18] = [
    ("bert-base-uncased", "google-bert"),
    ("bert-base-cased", "google-bert"),
    ("bert-large-uncased", "google-bert"),
    ("bert-large-cased", "google-bert"),
    ("bert-base-multilingual-uncased", "google-bert"),
    ("bert-base-multilingual-cased", "google-bert"),
    ("bert-base-chinese", "google-bert"),
    ("bert-base-german-cased", "google-bert"),
    ("bert-large-uncased-whole-word-masking", "google-bert"),
    ("bert-large-cased-whole-word-masking", "google-bert"),
    ("bert-tiny", "prajjwal1"),
    ("bert-mini", "prajjwal1"),
    ("bert-small", "prajjwal1"),
    ("bert-medium", "prajjwal1"),
    ("bert_uncased_L-2_H-128_A-2", "google"),
    ("bert_uncased_L-4_H-256_A-4", "google"),
    ("bert_uncased_L-4_H-512_A-8", "google"),
    ("bert_uncased_L-8_H-512_A-8", "google"),
];

/// The repository that a name without an owner most likely refers to.
pub fn meant(name: &str) -> Option<String> {
    let name = nearest(name, KNOWN.map(|(name, _)| name))?;
    KNOWN.iter().find(|(known, _)| *known == name).map(|(name, owner)| format!("{owner}/{name}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_means_the_repository_that_has_it_now() {
        assert_eq!(meant("bert-base-uncased").as_deref(), Some("google-bert/bert-base-uncased"));
        assert_eq!(meant("bert-base-uncase").as_deref(), Some("google-bert/bert-base-uncased"));
        assert_eq!(meant("checkpoint"), None);
    }
}
