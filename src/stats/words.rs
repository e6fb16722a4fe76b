//! Findings in plain words. A sentence claims no more than its interval allows.

use super::judge::{BatchSizeEffect, Finding, Judgement};
use super::learning::Untestable;
use super::numbers::{in_percent, in_points, level, percent, points};
use super::question::{CauseKind, KnownCause, Proof};
use super::verdict::Verdict;

/// One paragraph that answers the question and names what was not tested.
pub(super) fn paragraph(judgement: &Judgement) -> String {
    let findings = judgement.causes.iter().map(|finding| judgement.sentence(finding));
    let sentences = std::iter::once(judgement.effect_sentence()).chain(findings).chain([judgement.reservations()]);
    sentences.collect::<Vec<_>>().join(" ")
}

impl Judgement {
    /// What limits the findings, and what was not tested.
    pub fn reservations(&self) -> String {
        let several = self.causes.iter().filter(|finding| finding.share.is_some()).count() > 1;
        let shares = if several { "Shares of several causes need not add up to the whole. " } else { "" };
        format!("{shares}Not tested: {}.", self.untested())
    }

    /// Which cells have runs that predict one class only, and what follows; nothing where none has.
    pub fn one_class_sentence(&self) -> Option<String> {
        let mut cells = String::new();
        let mut arm_before = None;
        for cell in self.cells.iter().filter(|cell| cell.one_class > 0) {
            let (arm, runs) =
                (cell.arm.as_deref().unwrap_or("baseline"), cell.accuracy.map_or(0, |accuracy| accuracy.n));
            let (size, of_one_class) = (cell.batch_size, cell.one_class);
            cells += &match arm_before {
                Some(before) if before == arm => format!(", {size} ({of_one_class} of {runs})"),
                Some(_) => format!("; {arm} at batch size {size} ({of_one_class} of {runs})"),
                None => format!("{arm} at batch size {size} ({of_one_class} of {runs})"),
            };
            arm_before = Some(arm);
        }
        (!cells.is_empty()).then(|| {
            format!(
                "Some runs predict one class only: {cells}. Their accuracy is that class's share of the validation set, \
                 so a difference from these cells may only mean that the learning rate is too low there, or the updates \
                 too few."
            )
        })
    }

    /// What was not tested, to be read after a colon. There is always something.
    fn untested(&self) -> String {
        let others = "causes that are not named here";
        match self.not_tested()[..] {
            [] => others.into(),
            ref suspects => format!("{}, and {others}", suspects.join(", ")),
        }
    }

    /// What batch size does, in a sentence or two.
    pub fn effect_sentence(&self) -> String {
        let BatchSizeEffect { slope, interval, complete, .. } = &self.effect;
        if self.batch_sizes.len() < 2 {
            return "One batch size alone shows no effect of batch size.".into();
        }
        let (Some(slope), Some(interval)) = (slope, interval) else {
            return "Too few instances are finished at every batch size to say anything: an interval needs two.".into();
        };
        let numbers = format!(
            "{} points of accuracy per doubling of the batch size ({} interval {}, {} instances)",
            points(slope.mean),
            level(self.alpha),
            in_points(*interval),
            slope.n
        );
        if !complete {
            return format!("Preliminary, {} of {} instances: the slope is {numbers}.", slope.n, self.planned);
        }
        if !self.effect.is_shown() {
            let missed = self.effect.detectable.map_or(String::new(), |least| {
                format!(", and a slope below {:.2} points would often be missed", 100.0 * least)
            });
            return format!(
                "No effect of batch size is shown: {numbers}. This is no proof that there is none{missed}."
            );
        }
        let better = if slope.mean < 0.0 { "Smaller" } else { "Larger" };
        let ends = self.effect.ends.map_or(String::new(), |ends| {
            let (smallest, largest) = (self.batch_sizes.first(), self.batch_sizes.last());
            let sizes = smallest.zip(largest).map_or(String::new(), |(a, b)| format!(" from batch size {a} to {b}"));
            format!(", {} points{sizes}", points(-ends.mean))
        });
        format!("{better} batch sizes end up better: {numbers}{ends}.")
    }

    /// One plain sentence on a cause.
    pub fn sentence(&self, finding: &Finding) -> String {
        let cause = self.in_words(&finding.cause);
        if let Some(proof) = &finding.proof {
            return match finding.verdict {
                Some(Verdict::RuledOut) => format!("{}, which rules out {cause}.", proof.sentence()),
                Some(Verdict::NotSeparable) => {
                    format!("{}, so {cause} may play a part; how large a part is not shown.", proof.sentence())
                }
                _ => format!("{}.", proof.sentence()),
            };
        }
        let arm = &finding.arm;
        let interval = match (finding.interval, finding.kind) {
            (None, _) => "an interval without ends".to_owned(),
            (Some(interval), CauseKind::Removal) => {
                format!("{} interval {}", level(self.alpha_of_cause), in_percent(interval))
            }
            (Some(interval), _) => format!("{} interval {}", level(self.alpha_of_cause), in_points(interval)),
        };
        let share = finding.share.map_or("an unknown share".to_owned(), percent);
        let gone = format!("{share} of the effect goes with it ({interval})");
        let Some(verdict) = finding.verdict else {
            return match (self.batch_sizes.len(), finding.kind) {
                (..2, _) => format!("Arm {arm} says nothing at one batch size."),
                _ => format!(
                    "Arm {arm} is not judged: whether it learns cannot be told without the share of the largest class \
                     in the validation set; the data folder would tell."
                ),
            };
        };
        match verdict {
            Verdict::Preliminary { done, planned } => {
                format!("Arm {arm} is preliminary, {done} of {planned} instances.")
            }
            Verdict::Untestable(Untestable::DoesNotLearn { batch_size }) => format!(
                "Arm {arm} does not learn: at batch size {batch_size} it rises less than half as far above the largest \
                 class as the baseline, so its slope says nothing about {cause}."
            ),
            Verdict::Untestable(Untestable::Ceiling { batch_size }) => format!(
                "Arm {arm} is at the ceiling at batch size {batch_size}, where differences cannot show, so its slope \
                 says nothing about {cause}."
            ),
            Verdict::NoEffect => format!("Without an effect there is nothing for {cause} to explain."),
            Verdict::NotSeparable => match finding.kind {
                CauseKind::Removal => format!("Whether {cause} plays a part is not separable yet: {gone}."),
                _ => format!(
                    "Whether arm {arm} changes the slope is not separable yet: {} points per doubling ({interval}).",
                    finding.change.map_or("unknown".into(), points)
                ),
            },
            Verdict::Explains { reverses: false } => format!("Taking away {cause} explains the effect: {gone}."),
            Verdict::Explains { reverses: true } => {
                format!("Taking away {cause} explains more than all, the order reverses: {gone}.")
            }
            Verdict::Hides => format!("Taking away {cause} makes the effect larger, it was partly hidden: {gone}."),
            Verdict::RuledOut => format!("It is not mainly {cause}: {gone}."),
            Verdict::Contributes => format!("Taking away {cause} takes away a part of the effect: {gone}."),
            Verdict::Changed(change) => format!(
                "Arm {arm} would have changed the slope by {} points per doubling ({interval}); this does not say that \
                 the baseline suffers from it.",
                points(change)
            ),
        }
    }

    /// The suspects that no cause stands for, in words.
    pub fn not_tested(&self) -> Vec<&'static str> {
        let words = |known: &KnownCause| {
            let names = |finding: &&Finding| finding.cause.split('+').any(|key| known.keys.contains(&key));
            let kinds: Vec<CauseKind> = self.causes.iter().filter(names).map(|finding| finding.kind).collect();
            match kinds[..] {
                [] => Some(known.words),
                // what is put in its place says nothing about what is in use
                _ if kinds.iter().all(|kind| *kind == CauseKind::Introduction) => known.in_use,
                _ => None,
            }
        };
        self.known.iter().filter_map(words).collect()
    }

    /// A cause by the keys of its ablations: several at once are one cause.
    fn in_words(&self, keys: &str) -> String {
        let words = |key: &str| match self.known.iter().find(|known| known.keys.contains(&key)) {
            Some(known) => known.words.to_owned(),
            None => key.replace('_', " "),
        };
        let mut words: Vec<String> = keys.split('+').map(words).collect();
        words.dedup();
        words.join(" together with ")
    }
}

impl Proof {
    /// What was measured, and nothing that follows from it.
    pub fn sentence(&self) -> String {
        let Proof { depends_on_batch, norm, largest_difference, with_batch_norm } = self;
        let batch_norm = format!("; with batch norm it would be {with_batch_norm:.2}");
        let (does, numbers) = match *largest_difference {
            difference if *depends_on_batch => ("depend", format!("they differ by up to {difference:.2}")),
            0.0 => ("do not depend", format!("not even in the last bit{batch_norm}")),
            difference => {
                let rounding = format!("they differ by at most {difference:.0e}, which is rounding");
                ("do not depend", rounding + &batch_norm)
            }
        };
        format!("An example's logits {does} on its batch with {norm} ({numbers})")
    }
}
