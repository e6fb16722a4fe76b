//! The answer so far: what batch size does, and what each suspect has to do with it, intervals as bars.

use super::interval::Scale;
use super::panel;
use crate::app::{App, Panel};
use crate::stats::{Finding, Interval, Judgement, Kind, Verdict, in_percent, in_points, percent, points};
use crate::tui::theme::Theme;
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

/// Widest bar.
const BAR: usize = 44;
/// Numbers behind a bar.
const NUMBERS: usize = 30;
/// Ends of the axis of shares, and its marks: nothing, half, all of the effect.
const SHARES: (f64, f64) = (-0.5, 1.5);
const SHARE_MARKS: &[f64] = &[0.0, 0.5, 1.0];

pub fn draw(frame: &mut Frame<'_>, area: Rect, app: &App, theme: &Theme) {
    let lines = match app.inquiry.judgement() {
        Some(judgement) => lines(judgement, usize::from(area.width.saturating_sub(2)), app, theme),
        None => vec![Line::styled("nothing is planned yet", theme.dim())],
    };
    panel::text(frame, area, Panel::Answer, lines, app, theme);
}

fn lines<'t>(judgement: &Judgement, width: usize, app: &App, theme: &Theme) -> Vec<Line<'t>> {
    let bar = width.saturating_sub(NUMBERS).min(BAR);
    let mut lines = vec![Line::styled(judgement.effect_sentence(), theme.text())];
    let points_scale = Scale::around_zero(slopes(judgement), bar);
    if let (Some(slope), Some(interval)) = (judgement.effect.slope, judgement.effect.interval) {
        let numbers = format!(" {} [{}] n {}", points(slope.mean), in_points(interval), slope.n);
        lines.push(scaled(&points_scale, Some(slope.mean), Some(interval), numbers, theme));
    }
    if !judgement.causes.is_empty() {
        let axes =
            "bars: the share of the effect that goes with a suspect, marks at 0, 50, 100 %; or the change of slope";
        lines.push(Line::styled(axes, theme.dim()));
    }
    let share_scale = Scale::new(SHARES, SHARE_MARKS, bar);
    for finding in &judgement.causes {
        lines.push(verdict(finding, theme));
        match finding.kind {
            Kind::Removal if finding.share.is_some() => {
                let share = finding.share.map_or(String::new(), percent);
                let interval = finding.interval.map_or("no ends".into(), in_percent);
                let numbers = format!(" {share} [{interval}]{}", instances(finding));
                lines.push(scaled(&share_scale, finding.share, finding.interval, numbers, theme));
            }
            Kind::Introduction if finding.change.is_some() => {
                let change = finding.change.map_or(String::new(), points);
                let interval = finding.interval.map_or("no ends".into(), in_points);
                let numbers = format!(" {change} [{interval}]{}", instances(finding));
                lines.push(scaled(&points_scale, finding.change, finding.interval, numbers, theme));
            }
            _ => {}
        }
    }
    if app.arms.len() == 1 && !app.inquiry.is_proved() {
        lines.push(Line::from(vec![
            Span::styled("i", theme.key()),
            Span::styled(" asks why: every suspect as an arm", theme.dim()),
        ]));
    }
    if judgement.is_complete() {
        lines.push(Line::default());
        lines.push(Line::styled(judgement.reasons(), theme.text()));
    }
    lines
}

/// Every slope and change that is drawn, with its interval.
fn slopes(judgement: &Judgement) -> impl Iterator<Item = f64> {
    let introductions = judgement.causes.iter().filter(|finding| finding.kind == Kind::Introduction);
    let ends = |interval: Option<Interval>| interval.into_iter().flat_map(|interval| [interval.low, interval.high]);
    let changes = introductions.flat_map(move |finding| finding.change.into_iter().chain(ends(finding.interval)));
    let effect = &judgement.effect;
    effect.slope.map(|slope| slope.mean).into_iter().chain(ends(effect.interval)).chain(changes)
}

fn verdict<'t>(finding: &Finding, theme: &Theme) -> Line<'t> {
    let style = match finding.verdict {
        Some(Verdict::Explains { .. } | Verdict::Contributes | Verdict::Hides | Verdict::Changed(_)) => theme.accent(),
        Some(Verdict::RuledOut) => theme.good(),
        _ => theme.dim(),
    };
    let verdict = finding.verdict.map_or("not judged".to_owned(), |verdict| verdict.to_string());
    Line::from(vec![Span::styled(format!("{}  ", finding.arm), theme.title()), Span::styled(verdict, style)])
}

fn instances(finding: &Finding) -> String {
    finding.n.map_or(String::new(), |n| format!(" n {n}"))
}

fn scaled<'t>(
    scale: &Scale,
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
