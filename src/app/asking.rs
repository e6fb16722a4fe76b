//! A question before something that costs much or loses something: `y` does it, any other key does not.

use super::effect::Effect;
use super::panel::Panel;
use super::state::App;
use crate::domain::arm::Arm;
use crate::domain::clock::clock;

#[derive(Clone, Debug, PartialEq)]
pub enum Asking {
    /// add the arms that ask why batch size matters
    Investigate(Vec<Arm>),
}

impl App {
    /// The question in words.
    pub fn asked(&self) -> Option<String> {
        match self.asking.as_ref()? {
            Asking::Investigate(arms) => {
                let (runs, seconds) = self.draft_cost();
                let (runs, count) = (runs * arms.len(), arms.len());
                let time = seconds.map_or(String::new(), |one| format!(", about {}", clock(one * count as f64)));
                let arms = if count == 1 { "1 arm".to_owned() } else { format!("{count} arms") };
                Some(format!("investigate why? {arms}, {runs} runs{time}, and a check of the norm"))
            }
        }
    }

    pub(super) fn yes(&mut self) -> Vec<Effect> {
        match self.asking.take() {
            None => Vec::new(),
            Some(Asking::Investigate(arms)) => {
                self.say("investigating: the answer comes together in panel 5".into(), false);
                self.arms.extend(arms.iter().cloned());
                self.focus(Panel::Answer);
                std::iter::once(Effect::Prove).chain(arms.into_iter().map(Effect::AddArm)).collect()
            }
        }
    }

    pub(super) fn investigate(&mut self) -> Vec<Effect> {
        let arms = self.investigation();
        if !arms.is_empty() {
            self.asking = Some(Asking::Investigate(arms));
            self.focus(Panel::Ablations);
        } else if self.inquiry.is_proved() {
            self.say("every arm that asks why is in this sweep already".into(), false);
        } else {
            self.say("checking whether an example's logits depend on its batch…".into(), false);
            return vec![Effect::Prove];
        }
        Vec::new()
    }
}
