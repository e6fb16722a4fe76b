//! A report as Markdown.

use crate::domain::arm::BASELINE;
use crate::domain::classifier::Classifier;
use crate::stats::{
    CauseKind, Contrasted, Difference, Estimate, Finding, Interval, Judgement, MOST_INSTANCES, in_percent, in_points,
    level, p_equals, p_in_words, percent, points,
};
use std::fmt::Write;

/// The whole report, with the origin of the classifier if known.
pub fn report(experiment: &str, judgement: &Judgement, classifier: Option<&Classifier>) -> String {
    let mut page = format!("# {experiment}: what batch size does, and why\n\n{}\n\n", judgement.effect_sentence());
    if let Some(sentence) = judgement.one_class_sentence() {
        let _ = writeln!(page, "- {sentence}");
    }
    for sentence in judgement.separation_sentences() {
        let _ = writeln!(page, "- {sentence}");
    }
    for finding in &judgement.causes {
        let _ = writeln!(page, "- {}", judgement.sentence(finding));
    }
    let separator = if judgement.causes.is_empty() { "" } else { "\n" };
    let _ = writeln!(page, "{separator}{}", judgement.reservations());
    effect(&mut page, judgement);
    cells(&mut page, judgement);
    causes(&mut page, judgement);
    separation(&mut page, judgement);
    limits(&mut page, judgement);
    if let Some(classifier) = classifier {
        let _ = writeln!(page, "- Classifier: {classifier}.");
    }
    page
}

fn effect(page: &mut String, judgement: &Judgement) {
    let effect = &judgement.effect;
    let _ = writeln!(page, "\n## Effect of batch size\n\n| | points | {} interval | n |", level(judgement.alpha));
    page.push_str("|---|---:|---:|---:|\n");
    let mut row = |name: &str, estimate: Option<Estimate>, interval: Option<Interval>| {
        let n = estimate.map_or(0, |estimate| estimate.n);
        let mean = estimate.map_or_else(dash, |estimate| points(estimate.mean));
        let _ = writeln!(page, "| {name} | {mean} | {} | {n} |", interval.map_or_else(dash, in_points));
    };
    row("slope per doubling", effect.slope, effect.interval);
    if let [smallest, .., largest] = judgement.batch_sizes[..] {
        row(&format!("batch size {smallest} minus {largest}"), effect.ends, effect.ends_interval);
    }
    if let Some(over) = effect.over_examples {
        let fate = match effect.survives() {
            Some(false) => "; with other validation examples it might not show",
            _ => "",
        };
        let _ = writeln!(
            page,
            "\nOver instances and the {} validation examples together the slope's {} interval is {}{fate}. Its standard error \
             is {:.2} points, over instances alone {:.2}.",
            over.examples,
            level(judgement.alpha),
            in_points(over.interval),
            100.0 * over.error,
            100.0 * effect.slope.and_then(|slope| Some(slope.sd? / (slope.n as f64).sqrt())).unwrap_or(0.0),
        );
    } else if effect.interval.is_some() {
        page.push_str(
            "\nIntervals are over instances. Of some of these runs it is not known which validation examples they get right, so \
             nothing is said of other examples.\n",
        );
    }
    if let Some(p) = effect.p_value {
        let _ = writeln!(
            page,
            "\nThat there is no slope: {}, the larger of those of accuracy and of log-odds.",
            p_equals(p)
        );
    }
    if let Some(curve) = &effect.curve {
        let coefficient = |value: f64| format!("{:+.3}", 100.0 * value + 0.0);
        let interval = curve
            .interval
            .map_or_else(dash, |interval| format!("{} to {}", coefficient(interval.low), coefficient(interval.high)));
        let _ = writeln!(
            page,
            "\nA straight line over log2(batch size) leaves: quadratic contrast {} points ({} interval {interval}), lack of \
             fit {}{}.",
            coefficient(curve.quadratic.mean),
            level(curve.alpha),
            p_equals(curve.p_value),
            if curve.is_shown() { ", so that it does not describe the batch sizes" } else { "" },
        );
    }
}

fn cells(page: &mut String, judgement: &Judgement) {
    page.push_str("\n## Final validation accuracy, %\n\n");
    let one_class = judgement.cells.iter().any(|cell| cell.one_class > 0);
    let [title, rule] = if one_class { [" predict one class |", "---:|"] } else { [""; 2] };
    let _ = writeln!(page, "| arm | batch size | mean | sd | 95 % interval | n |{title}");
    let _ = writeln!(page, "|---|---:|---:|---:|---:|---:|{rule}");
    let percent = |value: f64| format!("{:.2}", 100.0 * value);
    for cell in &judgement.cells {
        let arm = cell.arm.as_deref().unwrap_or(BASELINE);
        let (size, n) = (cell.batch_size, cell.accuracy.map_or(0, |accuracy| accuracy.n));
        let mean = cell.accuracy.map_or_else(dash, |accuracy| percent(accuracy.mean));
        let sd = cell.accuracy.and_then(|accuracy| accuracy.sd).map_or_else(dash, percent);
        let interval = cell.interval.map_or_else(dash, |i| format!("{} to {}", percent(i.low), percent(i.high)));
        let of_one_class = if one_class { format!(" {} |", cell.one_class) } else { String::new() };
        let _ = writeln!(page, "| {arm} | {size} | {mean} | {sd} | {interval} | {n} |{of_one_class}");
    }
}

fn causes(page: &mut String, judgement: &Judgement) {
    if judgement.causes.is_empty() {
        return;
    }
    page.push_str("\n## Causes\n\n");
    let same_level = judgement.alpha_of_causes().map_or(String::new(), |alpha| format!("{} ", level(alpha)));
    let _ =
        writeln!(page, "| arm | cause | kind | slope | share | change | {same_level}interval | n | verdict | p | of |");
    page.push_str("|---|---|---|---:|---:|---:|---:|---:|---|---:|---|\n");
    for finding in &judgement.causes {
        let kind = match finding.kind {
            CauseKind::Proof => "proof",
            CauseKind::Removal => "removal",
            CauseKind::Introduction => "introduction",
        };
        let introduced = finding.kind == CauseKind::Introduction;
        let slope = finding.slope.map_or_else(dash, points);
        let share = finding.share.map_or_else(dash, percent);
        let change = finding.change.filter(|_| introduced).map_or_else(dash, points);
        let interval = finding.interval.map_or_else(dash, if introduced { in_points } else { in_percent });
        let n = finding.n.map_or_else(dash, |n| n.to_string());
        let p_value = finding.p_value.map_or_else(dash, |p| p_in_words(p.p));
        let hypothesis = finding.p_value.map_or("-", |p| p.hypothesis);
        let verdict = finding.verdict.map_or_else(|| "not judged".to_owned(), |verdict| verdict.to_string());
        let Finding { arm, cause, .. } = finding;
        let _ = writeln!(
            page,
            "| {arm} | {cause} | {kind} | {slope} | {share} | {change} | {interval} | {n} | {verdict} | {p_value} | \
             {hypothesis} |"
        );
    }
    page.push_str(
        "\nSlope and change are points of accuracy per doubling of the batch size. A share is of the baseline's slope. p is \
         that of the hypothesis beside it, the larger of those of accuracy and of log-odds",
    );
    match judgement.alpha_of_causes() {
        Some(alpha) => {
            let _ = writeln!(page, "; a verdict needs p of at most {}.", significant(alpha));
        }
        None => page.push_str(".\n"),
    }
    let over =
        |finding: &Finding| Some((finding.arm.clone(), finding.kind, finding.over_examples?, finding.survives()));
    let over: Vec<_> = judgement.causes.iter().filter_map(over).collect();
    if !over.is_empty() {
        page.push_str("\nOver instances and validation examples together:\n\n");
    }
    for (arm, kind, interval, survives) in over {
        let interval = match kind {
            CauseKind::Removal => format!("share {}", in_percent(interval)),
            _ => format!("change {}", in_points(interval)),
        };
        let fate = match survives {
            Some(false) => ", so that with other examples the verdict might be another",
            _ => "",
        };
        let _ = writeln!(page, "- {arm}: {interval}{fate}");
    }
}

/// The planned contrasts, and the regression on what a batch size changes.
fn separation(page: &mut String, judgement: &Judgement) {
    let Some(separation) = judgement.separation.as_ref().filter(|_| judgement.effect.is_shown()) else { return };
    let interval = |difference: Difference| difference.interval.map_or_else(dash, in_points);
    let level = level(separation.alpha);
    let _ = writeln!(page, "\n## What a batch size changes\n\n| contrast | points | {level} interval | n |");
    page.push_str("|---|---:|---:|---:|\n");
    for Contrasted { about, difference, .. } in &separation.contrasts {
        let (mean, n) = (points(difference.mean), difference.n);
        let _ = writeln!(page, "| {about} | {mean} | {} | {n} |", interval(*difference));
    }
    let _ = writeln!(page, "\n| per doubling, the others unchanged | points | {level} interval |\n|---|---:|---:|");
    for (about, slope) in &separation.regression {
        let (mean, interval) = match slope {
            Some(slope) => (points(slope.mean), interval(*slope)),
            None => ("not separable".into(), dash()),
        };
        let _ = writeln!(page, "| {about} | {mean} | {interval} |");
    }
    page.push_str(
        "\nDifferences of final accuracy, paired by instance; least squares on the logarithms of all four.\n",
    );
}

/// The power of the sweep, and what would increase it.
fn limits(page: &mut String, judgement: &Judgement) {
    page.push_str("\n## What this sweep can show\n\n");
    let effect = &judgement.effect;
    let percent = |value: f64| format!("{:.2}", 100.0 * value);
    if let Some(error) = judgement.noise.binomial {
        let _ = writeln!(
            page,
            "- Noise floor: one accuracy has a standard error of {} points from the size of the validation set alone.",
            percent(error)
        );
    }
    if let Some(sd) = judgement.noise.between_instances {
        let _ = writeln!(page, "- Instances of a cell differ by {} points (standard deviation).", percent(sd));
    }
    if let Some(least) = effect.detectable {
        let needed = further(effect.needed, "to show a slope of the size seen");
        let needed = if effect.is_shown() || !judgement.is_complete() { String::new() } else { needed };
        let _ = writeln!(
            page,
            "- The smallest slope that shows in four of five such sweeps: {} points per doubling.{needed}",
            percent(least)
        );
    }
    for finding in &judgement.causes {
        let Some(least) = finding.detectable else { continue };
        let of_effect = effect.slope.filter(|_| effect.is_shown()).map_or(String::new(), |slope| {
            let share = 100.0 * least / slope.mean.abs();
            let needed = further(finding.needed, "until a quarter of the effect shows");
            format!(", {share:.0} % of the effect.{needed}")
        });
        let _ = writeln!(
            page,
            "- Arm {}: the smallest change that shows in four of five such sweeps is {} points per doubling{}",
            finding.arm,
            percent(least),
            if of_effect.is_empty() { "." } else { &of_effect }
        );
    }
    let complete = if judgement.is_complete() { "" } else { " once they are complete" };
    let _ = writeln!(
        page,
        "- This is look {} at {} planned instances{complete}. Each look at more instances, further causes or other batch \
         sizes spends a part of what the earlier ones left of a chance of error of 5 %.",
        judgement.look_number, judgement.planned
    );
}

fn further(needed: Option<usize>, aim: &str) -> String {
    let needed = match needed {
        None => format!("more than {MOST_INSTANCES}"),
        Some(0) => "none".to_owned(),
        Some(needed) => needed.to_string(),
    };
    format!(" Instances still needed {aim}: {needed}.")
}

/// Two significant digits.
fn significant(value: f64) -> String {
    let digits = (1.0 - value.log10().floor()).clamp(0.0, 12.0) as usize;
    format!("{value:.digits$}")
}

fn dash() -> String {
    "-".into()
}
