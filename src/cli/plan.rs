//! Announces a sweep of several arms: what each arm would show, and what it costs.

use super::page::notify;
use crate::domain::clock::clock;
use crate::engine::price;
use crate::plan::{Price, proof_of, would_show};
use crate::resolve::Opened;
use std::io::{self, IsTerminal, Write};

/// Longer sweeps need a confirmation.
const LONG_SECONDS: f64 = 4.0 * 3600.0;
/// Sweeps that train on fewer examples are shorter than that: estimating their cost takes seconds and is skipped.
const LARGE: u64 = 2_000_000;

/// Prints the plan before anything is trained, and asks about a long sweep. A small sweep of one arm, or one with nothing
/// left to train, prints nothing. Returns false when the sweep was declined.
pub fn announce(opened: &Opened, agreed: bool) -> bool {
    let Opened { prepared, options, .. } = opened;
    prepared.notes.iter().for_each(|note| notify(note));
    let several = prepared.spec.arms.len() > 1;
    if !several && prepared.plan().examples_to_train() < LARGE {
        return true;
    }
    // cannot fail: planning the arms was part of checking them
    let Ok(price) = price(opened) else { return true };
    if price.arms.iter().all(|arm| arm.runs == 0) {
        return true;
    }
    if several {
        match opened.invariance() {
            Ok(found) => notify(&format!("{}.", proof_of(&found).sentence())),
            Err(reason) => notify(&format!("the invariance check was skipped: {reason}")),
        }
    }
    lines(&price, options.workers).iter().for_each(|line| notify(line));
    agreed || confirm(&price)
}

/// Asks about a long sweep before the dashboard opens. Returns false when it was declined.
pub fn confirmed(opened: &Opened, agreed: bool) -> bool {
    let Opened { prepared, .. } = opened;
    prepared.notes.iter().for_each(|note| notify(note));
    if agreed || prepared.plan().examples_to_train() < LARGE {
        return true;
    }
    let Ok(price) = price(opened) else { return true };
    confirm(&price)
}

/// Asks about a long sweep on a terminal. Without one the answer is yes.
fn confirm(price: &Price) -> bool {
    let long = price.seconds.filter(|seconds| *seconds > LONG_SECONDS);
    let Some(seconds) = long.filter(|_| io::stdin().is_terminal() && io::stderr().is_terminal()) else { return true };
    let hours = seconds / 3600.0;
    let _ = write!(
        io::stderr(),
        "this takes about {hours:.0} hours; it can be stopped and resumed at any time. Start? [y/N] "
    );
    let mut answer = String::new();
    let answered = io::stdin().read_line(&mut answer).is_ok();
    let yes = answered && ["y", "yes"].contains(&answer.trim().to_lowercase().as_str());
    if !yes {
        notify("nothing was trained; fewer instances (--set train.instances=1) or epochs cost less");
    }
    yes
}

fn lines(price: &Price, workers: usize) -> Vec<String> {
    let mut lines = Vec::new();
    for arm in &price.arms {
        let shows = match &arm.tested {
            None => "what batch size does".to_owned(),
            Some((_, removal)) => format!("{}: {}", arm.changes.in_words(), would_show(&arm.changes, *removal)),
        };
        let again = match arm.without_weights {
            0 => String::new(),
            runs => format!("; {runs} of them must be trained again because their weights were not kept"),
        };
        lines.push(format!("{} ({}{again}): {shows}", arm.name, costs(arm.runs, arm.seconds)));
    }
    let runs = price.arms.iter().map(|arm| arm.runs).sum();
    let workers = if workers == 1 { "1 worker".to_owned() } else { format!("{workers} workers") };
    lines.push(format!("in total {} with {workers}, instance by instance", costs(runs, price.seconds)));
    lines
}

/// `25 runs, about 4:10`.
pub(super) fn costs(runs: usize, seconds: Option<f64>) -> String {
    let count = match runs {
        0 => return "nothing left to train".into(),
        1 => "1 run".to_owned(),
        runs => format!("{runs} runs"),
    };
    seconds.map_or_else(|| count.clone(), |seconds| format!("{count}, about {}", clock(seconds)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::ArmPrice;
    use crate::spec_file::changes_of;

    #[test]
    fn every_arm_says_what_it_shows_and_what_it_costs() {
        let arm = |name: &str, change: Option<(&str, &str, bool)>, runs, seconds| ArmPrice {
            name: name.into(),
            changes: change
                .map(|(key, value, _)| changes_of("test", &format!("{key}={value}")).unwrap())
                .unwrap_or_default(),
            tested: change.map(|(key, _, removal)| (key.to_owned(), removal)),
            runs,
            without_weights: 0,
            seconds,
        };
        let price = Price {
            arms: vec![
                arm("baseline", None, 0, Some(0.0)),
                arm("no-dropout", Some(("dropout", "off", true)), 25, Some(250.0)),
                arm("batch-norm", Some(("norm", "batch", false)), 1, None),
            ],
            seconds: Some(3700.0),
        };
        assert_eq!(
            lines(&price, 2),
            [
                "baseline (nothing left to train): what batch size does",
                "no-dropout (25 runs, about 4:10): dropout off: if the effect of batch size goes with it, dropout made it",
                "batch-norm (1 run): batch norm: how much it would change the effect",
                "in total 26 runs, about 1:01:40 with 2 workers, instance by instance",
            ]
        );
    }
}
