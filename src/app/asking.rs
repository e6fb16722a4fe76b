//! A question before something that costs much or loses something: the letters it names are its answers, any other key
//! leaves everything as it is.

use super::cost::runs;
use super::effect::Effect;
use super::panel::Panel;
use super::state::App;
use super::steering::Target;
use crate::domain::arm::Arm;
use crate::domain::command::{Command, Order};

#[derive(Clone, Debug, PartialEq)]
pub enum Asking {
    /// add the arms that ask why batch size matters
    Investigate(Vec<Arm>),
    /// take runs out of the sweep
    Cancel(Target),
    /// train one more instance of every cell
    Instance,
}

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

    /// What follows from a letter while something is asked.
    pub(super) fn answer(&mut self, letter: char) -> Vec<Effect> {
        let is_known = self.asked().is_some_and(|asked| asked.answers.iter().any(|(known, _)| *known == letter));
        match self.asking.take() {
            Some(Asking::Investigate(arms)) if is_known => {
                self.say("investigating: the answer comes together in panel 5".into(), false);
                self.arms.extend(arms.iter().cloned());
                self.focus(Panel::Answer);
                let added = arms.into_iter().map(|arm| Effect::Ask(Command::AddArm(arm, Order::Last)));
                std::iter::once(Effect::Prove).chain(added).collect()
            }
            Some(Asking::Cancel(target)) if is_known => self.cancel(target, letter == 'd'),
            Some(Asking::Instance) if is_known => self.add_instance(),
            _ => Vec::new(),
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
