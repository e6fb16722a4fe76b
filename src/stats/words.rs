//! Findings in plain words. A sentence claims no more than its interval allows.

use super::judgement::{BatchSizeEffect, Finding, Judgement};
use super::learning::Untestable;
use super::looks::ALPHA;
use super::numbers::{in_percent, in_points, level, p_equals, percent, points};
use super::question::{CauseKind, KnownCause, Proof};
use super::separation::{Contrasted, Control, Difference, Role};
use super::verdict::Verdict;

/// One paragraph that answers the question and names what was not tested.
pub(super) fn paragraph(judgement: &Judgement) -> String {
    let findings = judgement.causes.iter().map(|finding| judgement.sentence(finding));
    let effect = std::iter::once(judgement.effect_sentence());
    let sentences = effect.chain(judgement.separation_sentences()).chain(findings).chain([judgement.reservations()]);
    sentences.collect::<Vec<_>>().join(" ")
}

impl Judgement {
    /// What limits the findings, and what was not tested.
    pub fn reservations(&self) -> String {
        let several = self.causes.iter().filter(|finding| finding.share.is_some()).count() > 1;
        let shares = if several { "Shares of several causes need not add up to the whole. " } else { "" };
        let overlap = self.overlap().map_or(String::new(), |overlap| overlap + " ");
        format!("{overlap}{shares}Not tested: {}.", self.untested())
    }

    /// What several removals that each take most of the effect away say together.
    fn overlap(&self) -> Option<String> {
        let explain = |finding: &&Finding| matches!(finding.verdict, Some(Verdict::Explains { .. }));
        let explaining: Vec<&Finding> = self.causes.iter().filter(explain).collect();
        let mut keys: Vec<&str> = explaining.iter().flat_map(|finding| finding.cause.split('+')).collect();
        keys.sort_unstable();
        keys.dedup();
        if explaining.len() < 2 || keys.len() < 2 {
            return None;
        }
        let arms: Vec<&str> = explaining.iter().map(|finding| finding.arm.as_str()).collect();
        let has_all = |finding: &&Finding| keys.iter().all(|key| finding.cause.split('+').any(|other| other == *key));
        let joint = match self.causes.iter().find(has_all) {
            Some(finding) => format!("Arm {} makes all these changes together", finding.arm),
            None => "An arm that makes all these changes together would test it".into(),
        };
        Some(format!(
            "Any one of the arms {} takes the effect away by itself: that points to one mechanism that they share, not to \
             several causes. {joint}.",
            arms.join(", ")
        ))
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

    /// What batch size does, in a few sentences.
    pub fn effect_sentence(&self) -> String {
        let BatchSizeEffect { slope, interval, complete, .. } = &self.effect;
        if self.batch_sizes.len() < 2 {
            return "One batch size alone shows no effect of batch size.".into();
        }
        let Some(slope) = slope else {
            return "No instance is finished at every batch size yet, so that nothing can be said.".into();
        };
        let per_doubling = format!("{} points of accuracy per doubling of the batch size", points(slope.mean));
        if !complete {
            return format!(
                "Preliminary, {} of {} instances: so far the slope is {per_doubling}. Its interval is given with all {}.",
                slope.n, self.planned, self.planned
            );
        }
        if self.effect.learns == Some(false) {
            return "The baseline does not learn: at no batch size is it better than the largest class of the validation \
                    set, so nothing can be said about the effect of batch size."
                .into();
        }
        let interval = interval.map_or("no interval, all instances tie".into(), |interval| {
            format!("{} interval {}", level(self.alpha), in_points(interval))
        });
        let numbers = format!("{per_doubling} ({interval}, {} instances)", slope.n);
        let curve = self.curve_sentence().map_or(String::new(), |curve| format!(" {curve}"));
        if !self.effect.is_shown() {
            let missed = self.effect.detectable.map_or(String::new(), |least| {
                format!(", and a slope below {:.2} points would often be missed", 100.0 * least)
            });
            let scale = match self.effect.interval {
                Some(interval) if !interval.holds(0.0) => " On the scale of log-odds the interval holds 0.",
                _ => "",
            };
            return match self.effect.is_curved() {
                true => format!("No slope over the batch sizes is shown: {numbers}.{curve}"),
                false => format!(
                    "No effect of batch size is shown: {numbers}.{scale} This is no proof that there is none{missed}."
                ),
            };
        }
        let better = if slope.mean < 0.0 { "Smaller" } else { "Larger" };
        let ends = self.effect.ends.map_or(String::new(), |ends| {
            let (smallest, largest) = (self.batch_sizes.first(), self.batch_sizes.last());
            let sizes = smallest.zip(largest).map_or(String::new(), |(a, b)| format!(" from batch size {a} to {b}"));
            format!(", {} points{sizes}", points(-ends.mean))
        });
        format!("{better} batch sizes end up better: {numbers}{ends}.{curve}")
    }

    /// Where a straight line does not describe the batch sizes, what does.
    fn curve_sentence(&self) -> Option<String> {
        let curve = self.effect.curve.as_ref().filter(|curve| curve.is_shown())?;
        let cells = self.cells.iter().filter(|cell| cell.arm.is_none());
        let means: Vec<(u32, f64)> = cells.filter_map(|cell| Some((cell.batch_size, cell.accuracy?.mean))).collect();
        let inside = means.get(1..means.len().checked_sub(1)?)?;
        let (first, last) = (means.first()?.1, means.last()?.1);
        let highest = inside.iter().max_by(|a, b| a.1.total_cmp(&b.1))?;
        let lowest = inside.iter().min_by(|a, b| a.1.total_cmp(&b.1))?;
        let step = |pair: &[(u32, f64)]| (pair[1].1 - pair[0].1).abs();
        let largest = means.windows(2).max_by(|a, b| step(a).total_cmp(&step(b)))?;
        // less may be the noise of neighbours
        let clear = (highest.1.max(first).max(last) - lowest.1.min(first).min(last)) / 4.0;
        let shape = match curve.quadratic.mean < 0.0 {
            true if highest.1 - first.max(last) > clear => format!("accuracy is highest at batch size {}", highest.0),
            false if first.min(last) - lowest.1 > clear => format!("accuracy is lowest at batch size {}", lowest.0),
            _ => format!("the largest step is from batch size {} to {}", largest[0].0, largest[1].0),
        };
        let p = p_equals(curve.p_value);
        Some(format!("A straight line does not describe the batch sizes (lack of fit {p}): {shape}."))
    }

    /// What the planned contrasts say, a sentence each; nothing in a sweep of another design.
    pub fn separation_sentences(&self) -> Vec<String> {
        let Some(separation) = &self.separation else { return Vec::new() };
        if !self.effect.is_shown() {
            return vec!["Without an effect of batch size there is nothing to take apart.".into()];
        }
        let numbers = |difference: &Difference, alpha: f64| {
            let interval = difference.interval.map_or("no interval, all instances tie".into(), |interval| {
                format!("{} interval {}", level(alpha), in_points(interval))
            });
            format!("{} points ({interval}, {} instances)", points(difference.mean), difference.n)
        };
        let control = match &separation.control {
            Control::NotRun => {
                "The negative control was not run: whether small batches accumulated to a large one end up as \
                                large ones do is not shown."
                    .to_owned()
            }
            Control::Holds(difference) => format!(
                "The negative control holds: small batches accumulated to a large one differ from it by {}.",
                numbers(difference, ALPHA)
            ),
            Control::Fails(difference) => {
                return vec![format!(
                    "The negative control fails: small batches accumulated to a large one differ from it by {}, where less than \
                     a quarter of the effect is due. Nothing is concluded from the contrasts.",
                    numbers(difference, ALPHA)
                )];
            }
        };
        let contrast = |contrast: &Contrasted| {
            let about = contrast.about;
            let numbers = numbers(&contrast.difference, separation.alpha);
            match contrast.is_shown() {
                true => format!("The {about} matters by itself: {numbers}."),
                false => format!("That the {about} matters by itself is not shown: {numbers}."),
            }
        };
        let left_out = |(about, role): &(&str, Role)| {
            format!("The contrast of the {about} is left out: {} is missing or not complete.", role.words())
        };
        let contrasts = separation.contrasts.iter().map(contrast);
        std::iter::once(control).chain(contrasts).chain(separation.left_out.iter().map(left_out)).collect()
    }

    /// One plain sentence on a cause.
    pub fn sentence(&self, finding: &Finding) -> String {
        let cause = self.in_words(&finding.cause);
        if let Some(proof) = &finding.proof {
            return match finding.verdict {
                Some(Verdict::NoMixing) => format!(
                    "{}, which rules out that the normalization mixes the examples of a batch; whatever else a \
                     normalization does is not tested by this.",
                    proof.sentence()
                ),
                Some(Verdict::NotSeparable) => {
                    format!("{}, so {cause} may play a part; how large a part is not shown.", proof.sentence())
                }
                _ => format!("{}.", proof.sentence()),
            };
        }
        let arm = &finding.arm;
        let gone = self.share_sentence(finding);
        let Some(verdict) = finding.verdict else {
            return match self.batch_sizes.len() {
                ..2 => format!("Arm {arm} says nothing at one batch size."),
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
            Verdict::Untestable(Untestable::Baseline) => {
                format!("Where the baseline does not learn, arm {arm} says nothing about {cause}.")
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
            Verdict::Curved => format!("The batch sizes differ by a curve, of which no share is computed for {cause}."),
            Verdict::NotSeparable => match finding.kind {
                CauseKind::Removal => format!("Whether {cause} plays a part is not separable yet: {gone}."),
                _ => format!("Whether arm {arm} changes the slope is not separable yet: {gone}."),
            },
            Verdict::DependsOnScale => match finding.kind {
                CauseKind::Removal => format!("Whether {cause} plays a part depends on the scale of accuracy: {gone}."),
                _ => format!("Whether arm {arm} changes the slope depends on the scale of accuracy: {gone}."),
            },
            Verdict::Explains { reverses: false } => format!("Taking away {cause} explains the effect: {gone}."),
            Verdict::Explains { reverses: true } => {
                format!("Taking away {cause} explains more than all, the order reverses: {gone}.")
            }
            Verdict::Hides => format!("Taking away {cause} makes the effect larger, it was partly hidden: {gone}."),
            Verdict::RuledOut => format!("It is not mainly {cause}: {gone}."),
            Verdict::Contributes => format!("Taking away {cause} takes away a part of the effect: {gone}."),
            Verdict::Changed(change) => format!(
                "Arm {arm} would have changed the slope by {} points per doubling ({}); this does not say that the \
                 baseline suffers from it.",
                points(change),
                self.interval_in_words(finding)
            ),
            Verdict::NoMixing => format!("Arm {arm} does not mix the examples of a batch."),
        }
    }

    /// How much goes with a removal, or by how much an introduction changes the slope; of the log-odds where these say
    /// something else.
    fn share_sentence(&self, finding: &Finding) -> String {
        let interval = self.interval_in_words(finding);
        let other = match (finding.verdict, finding.kind, finding.log_odds) {
            (Some(Verdict::DependsOnScale), CauseKind::Removal, Some(share)) => {
                let interval = finding.log_odds_interval.map_or("without ends".into(), in_percent);
                format!(", but {} of it on the scale of log-odds ({interval})", percent(share))
            }
            (Some(Verdict::DependsOnScale), _, Some(change)) => {
                format!(", but {change:+.3} on the scale of log-odds")
            }
            _ => String::new(),
        };
        match finding.kind {
            CauseKind::Introduction => {
                let change = finding.change.map_or("unknown".into(), points);
                format!("{change} points per doubling ({interval}){other}")
            }
            _ => {
                let share = finding.share.map_or("an unknown share".to_owned(), percent);
                format!("{share} of the effect goes with it ({interval}){other}")
            }
        }
    }

    fn interval_in_words(&self, finding: &Finding) -> String {
        let level = level(finding.alpha);
        match (finding.interval, finding.kind) {
            (None, _) => "an interval without ends".to_owned(),
            (Some(interval), CauseKind::Removal) => format!("{level} interval {}", in_percent(interval)),
            (Some(interval), _) => format!("{level} interval {}", in_points(interval)),
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
