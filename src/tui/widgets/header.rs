//! The first line: experiment, progress, speed, time left.

use super::shed::fitting;
use crate::app::{App, Leaving};
use crate::domain::clock::clock;
use crate::domain::tally::Tally;
use crate::tui::theme::Theme;
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Span;

pub fn draw(frame: &mut Frame<'_>, area: Rect, app: &App, theme: &Theme) {
    let sweep = &app.sweep;
    let Tally { running, finished, failed, paused, cancelled, to_train, .. } = *sweep.tally();
    let runs = sweep.rows().len() - cancelled;
    let mut parts = Vec::new();
    let mut say = |rank, words: String, style| parts.push((rank, vec![Span::styled(words, style)]));
    say(5, " batchscope".into(), theme.title());
    say(2, format!(" {}", app.title()), theme.text());
    say(0, format!("  {finished} of {runs} runs"), theme.good());
    if running > 0 {
        say(4, format!("  {running} training"), theme.accent());
    }
    if paused > 0 {
        say(2, format!("  {paused} paused"), theme.accent());
    }
    if cancelled > 0 {
        say(4, format!("  {cancelled} cancelled"), theme.dim());
    }
    if failed > 0 {
        say(1, format!("  {failed} failed"), theme.bad());
    }
    match app.leaving {
        Leaving::No if sweep.broken.is_some() => say(1, "  stopped".into(), theme.bad()),
        Leaving::No if running > 0 => {
            let speed = sweep.pairs_per_second();
            if speed > 0.0 {
                say(6, format!("  {speed:.0} pairs/s"), theme.dim());
            }
            // paused runs take no time
            if let Some(left) = sweep.remaining_seconds(app.workers).filter(|_| to_train > 0) {
                say(3, format!("  {} left", clock(left)), theme.dim());
            }
        }
        Leaving::No => {}
        Leaving::Saving | Leaving::Now => say(1, "  saving…".into(), theme.accent()),
    }
    frame.render_widget(fitting(parts, area.width), area);
}
