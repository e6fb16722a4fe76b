//! The answer so far: the effect of batch size, and of each suspected cause, with intervals as bars.

use super::interval::IntervalAxis;
use super::panel;
use crate::app::{Action, App, Panel};
use crate::domain::arm::BASELINE;
use crate::stats::{CauseKind, Finding, Interval, Judgement, Verdict, in_percent, in_points, percent, points};
use crate::tui::keymap::label;
use crate::tui::theme::Theme;
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

/// Maximum width of a bar.
const BAR: usize = 44;
/// Width of the numbers after a bar.
const NUMBERS: usize = 32;
/// The ends of the axis of shares, and its marks: none, half, all of the effect.
const SHARES: (f64, f64) = (-0.5, 1.5);
const SHARE_MARKS: &[f64] = &[0.0, 0.5, 1.0];

pub fn draw(frame: &mut Frame<'_>, area: Rect, app: &App, theme: &Theme) {
    let block = panel::frame(Panel::Answer, app, theme);
    let more = text(frame, block.inner(area), app, theme);
    frame.render_widget(panel::with_more(block, more, theme), area);
}

/// Draws the answer without a frame. Returns the number of rows below the visible ones.
pub fn text(frame: &mut Frame<'_>, area: Rect, app: &App, theme: &Theme) -> usize {
    let lines = match app.inquiry.judgement() {
        Some(judgement) => lines(judgement, usize::from(area.width), app, theme),
        None if app.watched.is_some() => {
            vec![Line::styled("no verdict: how these runs differ is not known from a spec", theme.dim())]
        }
        None => vec![Line::styled("nothing is planned yet", theme.dim())],
    };
    panel::scrolled(frame, area, lines, |count, room| app.scroll(Panel::Answer).within(count, room))
}

fn lines<'t>(judgement: &Judgement, width: usize, app: &App, theme: &Theme) -> Vec<Line<'t>> {
    let bar = width.saturating_sub(NUMBERS).min(BAR);
    let (slopes, shares) =
        (IntervalAxis::around_zero(slopes(judgement), bar), IntervalAxis::new(SHARES, SHARE_MARKS, bar));
    let mut lines = vec![Line::styled(judgement.effect_sentence(), theme.text())];
    if let Some(slope) = judgement.effect.slope {
        let interval = judgement.effect.interval;
        let ends = interval.map_or(String::new(), |interval| format!(" [{}]", in_points(interval)));
        let numbers = format!(" {}{ends} n {}", points(slope.mean), slope.n);
        lines.push(scaled(&slopes, Some(slope.mean), interval, numbers, theme));
    }
    lines.extend(judgement.separation_sentences().into_iter().map(|sentence| Line::styled(sentence, theme.text())));
    lines.extend(axes(judgement).map(|words| Line::styled(words, theme.dim())));
    for finding in &judgement.causes {
        lines.push(headline(finding, judgement, theme));
        match drawn(finding) {
            Some((CauseKind::Removal, share)) => {
                let numbers = format!(" {}{}{}", percent(share), ends(finding, in_percent), instances(finding));
                lines.push(scaled(&shares, Some(share), finding.interval, numbers, theme));
            }
            Some((_, change)) => {
                let numbers = format!(" {}{}{}", points(change), ends(finding, in_points), instances(finding));
                lines.push(scaled(&slopes, Some(change), finding.interval, numbers, theme));
            }
            None => {}
        }
    }
    if app.arms.len() == 1 && !app.inquiry.is_proved() {
        lines.push(Line::from(vec![
            Span::styled(label(Action::Investigate), theme.key()),
            Span::styled(" asks why: every suspect as an arm", theme.dim()),
        ]));
    }
    lines.extend(noise_scale(app).map(|words| Line::styled(words, theme.dim())));
    if judgement.is_complete() {
        lines.push(Line::default());
        lines.push(Line::styled(judgement.reservations(), theme.text()));
    }
    lines
}

/// The gradient's noise scale beside the batch sizes: the median of the newest values of the baseline's runs.
fn noise_scale(app: &App) -> Option<String> {
    let baseline = app.sweep.rows().iter().filter(|row| row.label.arm() == BASELINE);
    let mut scales: Vec<f64> = baseline.filter_map(|row| row.history.gradients.last()?.noise_scale).collect();
    scales.sort_by(f64::total_cmp);
    let median = *scales.get(scales.len() / 2)?;
    let sizes = app.sweep.batch_sizes();
    let below = sizes.iter().filter(|size| size.known().is_some_and(|size| f64::from(size) < median)).count();
    let of_them = format!("{below} of {} batch sizes are smaller", sizes.len());
    Some(format!("gradient noise scale {median:.0}, {of_them}: beyond it, larger batches bring little"))
}

/// What is drawn of a finding: the share of the effect that goes with a removal, or how an introduction changes the slope.
fn drawn(finding: &Finding) -> Option<(CauseKind, f64)> {
    let value = match finding.kind {
        CauseKind::Removal => finding.share,
        CauseKind::Introduction => finding.change,
        CauseKind::Proof => None,
    };
    value.map(|value| (finding.kind, value))
}

/// The meaning of the bars below the first one.
fn axes(judgement: &Judgement) -> Option<&'static str> {
    let has = |kind| judgement.causes.iter().filter_map(drawn).any(|(drawn, _)| drawn == kind);
    match (has(CauseKind::Removal), has(CauseKind::Introduction)) {
        (true, true) => {
            Some("bars: share of the effect that a removal takes away, marks at 0, 50, 100 %; or change of slope")
        }
        (true, false) => Some("bars: share of the effect that a removal takes away, marks at 0, 50, 100 %"),
        (false, true) => Some("bars: change of slope"),
        (false, false) => None,
    }
}

/// The slope with its interval, which sets the axis of the bars below; an arm beyond it ends in an arrow.
fn slopes(judgement: &Judgement) -> impl Iterator<Item = f64> {
    let ends = judgement.effect.interval.map(|interval| [interval.low, interval.high]);
    judgement.effect.slope.map(|slope| slope.mean).into_iter().chain(ends.into_iter().flatten())
}

/// The arm with its verdict; without a bar, as a whole sentence.
fn headline<'t>(finding: &Finding, judgement: &Judgement, theme: &Theme) -> Line<'t> {
    let style = match finding.verdict {
        Some(Verdict::Explains { .. } | Verdict::Contributes | Verdict::Hides | Verdict::Changed(_)) => theme.accent(),
        Some(Verdict::RuledOut | Verdict::NoMixing) => theme.good(),
        _ => theme.dim(),
    };
    let words = match finding.verdict {
        Some(verdict)
            if finding.proof.is_none() && !matches!(verdict, Verdict::Untestable(_) | Verdict::DependsOnScale) =>
        {
            verdict.to_string()
        }
        _ => judgement.sentence(finding),
    };
    Line::from(vec![Span::styled(format!("{}  ", finding.arm), theme.title()), Span::styled(words, style)])
}

/// The interval of a finding that is complete.
fn ends(finding: &Finding, words: fn(Interval) -> String) -> String {
    match finding.verdict {
        Some(Verdict::Preliminary { .. }) => String::new(),
        _ => format!(" [{}]", finding.interval.map_or("no ends".into(), words)),
    }
}

fn instances(finding: &Finding) -> String {
    finding.n.map_or(String::new(), |n| format!(" n {n}"))
}

fn scaled<'t>(
    scale: &IntervalAxis,
    value: Option<f64>,
    interval: Option<Interval>,
    numbers: String,
    theme: &Theme,
) -> Line<'t> {
    let style = |inside: bool| if inside { theme.accent() } else { theme.dim() };
    let cells = scale.cells(value, interval);
    let mut spans: Vec<Span<'t>> = cells
        .into_iter()
        .map(|(letter, inside): (char, bool)| Span::styled(letter.to_string(), style(inside)))
        .collect();
    spans.push(Span::styled(numbers, theme.text()));
    Line::from(spans)
}
