//! The first line: which experiment, how far, how fast, how long still.

use crate::app::{App, Leaving};
use crate::domain::clock::clock;
use crate::domain::command::Intent;
use crate::domain::history::Progress;
use crate::tui::theme::Theme;
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

pub fn draw(frame: &mut Frame<'_>, area: Rect, app: &App, theme: &Theme) {
    let sweep = &app.sweep;
    let running = sweep.count(|progress| *progress == Progress::Running);
    let finished = sweep.count(|progress| *progress == Progress::Finished);
    let failed = sweep.failed();
    let (paused, cancelled) = (sweep.intended(Intent::Pause), sweep.intended(Intent::Cancel));
    let mut spans = vec![
        Span::styled(" batchscope ", theme.title()),
        Span::styled(format!("{}  ", app.spec.name), theme.text()),
        Span::styled(format!("{finished} of {} runs", sweep.rows().len() - cancelled), theme.good()),
    ];
    if running > 0 {
        spans.push(Span::styled(format!("  {running} training"), theme.accent()));
    }
    if paused > 0 {
        spans.push(Span::styled(format!("  {paused} paused"), theme.accent()));
    }
    if cancelled > 0 {
        spans.push(Span::styled(format!("  {cancelled} cancelled"), theme.dim()));
    }
    if failed > 0 {
        spans.push(Span::styled(format!("  {failed} failed"), theme.bad()));
    }
    match app.leaving {
        Leaving::No if sweep.broken.is_some() => spans.push(Span::styled("  training stopped", theme.bad())),
        Leaving::No if running > 0 => {
            let speed = sweep.pairs_per_second();
            if speed > 0.0 {
                spans.push(Span::styled(format!("  {speed:.0} pairs/s"), theme.dim()));
            }
            // what is kept back takes no time
            let at_work = sweep.intended(Intent::Train) > 0;
            if let Some(left) = sweep.remaining_seconds(app.workers).filter(|_| at_work) {
                spans.push(Span::styled(format!("  {} left", clock(left)), theme.dim()));
            }
        }
        Leaving::No => {}
        Leaving::Saving | Leaving::Now => spans.push(Span::styled("  saving…", theme.accent())),
    }
    frame.render_widget(Line::from(spans), area);
}
