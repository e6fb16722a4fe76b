//! Possible causes of an effect of batch size.

/// A suspected cause, and what its removal would show.
pub(super) struct Suspect {
    /// of the ablation
    pub key: &'static str,
    pub words: &'static str,
    /// what it means when the effect goes with it
    removed: &'static str,
}

pub(super) const SUSPECTS: [Suspect; 6] = [
    Suspect { key: "norm", words: "the normalization", removed: "the norm mixed the examples of a batch" },
    Suspect { key: "dropout", words: "dropout", removed: "dropout made it" },
    Suspect {
        key: "dropout_at_evaluation",
        words: "dropout left on at evaluation",
        removed: "scores with dropout made it",
    },
    Suspect {
        key: "updates_of",
        words: "the number of updates",
        removed: "smaller batches differ by making more updates",
    },
    Suspect {
        key: "learning_rate_scaling",
        words: "a learning rate that does not grow with the batch size",
        removed: "the rate was right for one batch size only",
    },
    Suspect { key: "evaluation", words: "scoring full batches only", removed: "scores of fewer pairs made it" },
];

/// Keys that are about the same suspect.
pub(super) fn suspect_key(name: &str) -> &str {
    match name {
        "updates" => "updates_of",
        "learning_rate_reference" => "learning_rate_scaling",
        name => name,
    }
}

/// A cause in words; `name` is the keys of its changes, joined by `+`.
pub(super) fn suspect(name: &str) -> String {
    let words = |key: &str| {
        let known = SUSPECTS.iter().find(|known| known.key == key);
        known.map_or_else(|| key.replace('_', " "), |known| known.words.to_owned())
    };
    let mut keys: Vec<&str> = name.split('+').map(suspect_key).collect();
    keys.dedup();
    keys.into_iter().map(words).collect::<Vec<_>>().join(" together with ")
}

/// What an arm would show, before it is trained.
pub fn would_show(name: &str, removal: bool) -> String {
    if !removal {
        return "how much it would change the effect".into();
    }
    let known = SUSPECTS.iter().find(|known| known.key == suspect_key(name));
    let removed = known.map_or_else(|| format!("{} made it", suspect(name)), |known| known.removed.to_owned());
    format!("if the effect of batch size goes with it, {removed}")
}
