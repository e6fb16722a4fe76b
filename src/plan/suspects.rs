//! What may be behind an effect of batch size, from the table of ablations: in the words of answers.

use crate::domain::ablation::{self, Ablation, Patch};
use crate::stats::KnownCause;

/// What ablations are about, each once.
pub fn known_causes() -> Vec<KnownCause> {
    let mut known: Vec<KnownCause> = Vec::new();
    for ablation in ablation::all() {
        let Some(suspect) = ablation.suspect else { continue };
        match known.iter_mut().find(|known| known.words == suspect.words) {
            Some(known) => known.keys.push(ablation.key),
            None => known.push(KnownCause { keys: vec![ablation.key], words: suspect.words, in_use: suspect.in_use }),
        }
    }
    known
}

/// What changes would show, before anything is trained with them.
pub fn would_show(changes: &Patch, removal: bool) -> String {
    if !removal {
        return "how much it would change the effect".into();
    }
    let mut ablations = changes.ablations();
    let removed = match (ablations.next().and_then(|first| first.suspect), ablations.next()) {
        (Some(suspect), None) => suspect.removed.to_owned(),
        _ => {
            let words = |ablation: &'static Ablation| {
                ablation.suspect.map_or_else(|| ablation.title(), |suspect| suspect.words.to_owned())
            };
            let mut words: Vec<String> = changes.ablations().map(words).collect();
            words.dedup();
            format!("{} made it", words.join(" together with "))
        }
    };
    format!("if the effect of batch size goes with it, {removed}")
}
