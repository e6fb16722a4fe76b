//! A report as Markdown.

use crate::domain::arm::BASELINE;
use crate::domain::classifier::Classifier;
use crate::stats::{
    CauseKind, Estimate, Finding, Interval, Judgement, MOST_INSTANCES, in_percent, in_points, level, percent, points,
};
use std::fmt::Write;

/// The whole report, with the origin of the classifier if known.
pub fn report(experiment: &str, judgement: &Judgement, classifier: Option<&Classifier>) -> String {
    let mut page = format!("# {experiment}: what batch size does, and why\n\n{}\n\n", judgement.effect_sentence());
    if let Some(sentence) = judgement.one_class_sentence() {
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
    let _ = writeln!(page, "| arm | cause | kind | slope | share | change | {} interval | n | p | verdict |", {
        level(judgement.alpha_of_cause)
    });
    page.push_str("|---|---|---|---:|---:|---:|---:|---:|---:|---|\n");
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
        let p_value =
            finding.p_value.map_or_else(dash, |p| if p < 0.001 { "< 0.001".into() } else { format!("{p:.3}") });
        let verdict = finding.verdict.map_or_else(|| "not judged".to_owned(), |verdict| verdict.to_string());
        let Finding { arm, cause, .. } = finding;
        let _ = writeln!(
            page,
            "| {arm} | {cause} | {kind} | {slope} | {share} | {change} | {interval} | {n} | {p_value} | {verdict} |"
        );
    }
    page.push_str(
        "\nSlope and change are points of accuracy per doubling of the batch size. A share is of the baseline's slope. p \
         is that the slope does not change, adjusted over all causes (Holm).\n",
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
        let needed = if effect.is_shown() { String::new() } else { needed };
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
        "- This is look {} at {} planned instances{complete}. Each further look, after adding instances, may err half \
         as often as the one before, so that all together stay below 5 %.",
        judgement.look, judgement.planned
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

fn dash() -> String {
    "-".into()
}
