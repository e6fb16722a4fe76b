//! A question in words: the letters it names are its answers, any other key leaves everything as it is.

use super::app::App;
use super::asking::Asking;
use super::words::runs;

/// A question in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    pub text: String,
    /// letters, and what each does
    pub answers: &'static [(char, &'static str)],
}

const YES: &[(char, &str)] = &[('y', "yes")];
const CANCEL: &[(char, &str)] = &[('k', "keep what is trained"), ('d', "discard it")];

impl App {
    /// The question, and what can be answered.
    pub fn asked(&self) -> Option<Asked> {
        let asked = match self.asking.as_ref()? {
            Asking::Investigate(arms) => {
                let cost = self.cost_of(arms, self.spec.train.instances).in_words();
                let arms = if arms.len() == 1 { "1 arm".to_owned() } else { format!("{} arms", arms.len()) };
                Asked { text: format!("investigate why? {arms}: {cost}, and a check of the norm"), answers: YES }
            }
            Asking::Cancel(target) => {
                let begun = target.begun(&self.sweep);
                let kept = if begun == 0 { String::new() } else { format!(", {begun} of them begun") };
                let open = runs(target.open(&self.sweep).len());
                Asked { text: format!("cancel {}? {open} not done{kept}", target.name), answers: CANCEL }
            }
            Asking::Instance => {
                let instances = self.spec.train.instances + 1;
                let cost = self.cost_of(&self.arms_at_work(), instances).in_words();
                Asked { text: format!("instance {instances} of every cell? {cost}"), answers: YES }
            }
        };
        Some(asked)
    }
}
