//! Keys to actions: one table that feeds the dispatch, the footer and the help.

use crate::app::table::Typing;
use crate::app::{Action, App, Motion, Panel};
use crossterm::event::{Event, KeyCode, KeyEvent, KeyEventKind, KeyModifiers};
use tui_input::backend::crossterm::to_input_request;

/// One key.
pub struct Binding {
    key: KeyCode,
    pub action: Action,
    /// how the key is written
    pub label: &'static str,
    /// what it does, for the help
    pub help: &'static str,
    /// one word for the footer; empty: not there
    pub hint: &'static str,
    /// the panel it needs the focus of; everywhere when absent
    pub panel: Option<Panel>,
}

/// The help of a key that does what the one above it does.
pub const SAME: &str = "the same";

const fn binding(key: KeyCode, action: Action, label: &'static str, help: &'static str, hint: &'static str) -> Binding {
    Binding { key, action, label, help, hint, panel: None }
}

impl Binding {
    const fn within(self, panel: Panel) -> Self {
        Self { panel: Some(panel), ..self }
    }
}

const fn letter(key: char, action: Action, label: &'static str, help: &'static str, hint: &'static str) -> Binding {
    binding(KeyCode::Char(key), action, label, help, hint)
}

const fn go(key: KeyCode, motion: Motion, label: &'static str, help: &'static str) -> Binding {
    binding(key, Action::Go(motion), label, help, "")
}

/// In the order of the help. The footer takes as many hints as fit, from the top. A key of the focused panel comes
/// before the same key of everywhere.
pub const KEYS: &[Binding] = &[
    letter('q', Action::Quit, "q", "save and leave; a second time: leave at once", "quit"),
    letter('?', Action::Help, "?", "this help", "help"),
    binding(KeyCode::Tab, Action::FocusNext, "Tab", "focus the next panel", "panel"),
    binding(KeyCode::BackTab, Action::FocusPrevious, "Shift-Tab", "focus the previous panel", ""),
    letter('1', Action::Focus(Panel::Sweep), "1", "focus the sweep's runs", ""),
    letter('2', Action::Focus(Panel::Charts), "2", "focus the charts", ""),
    letter('3', Action::Focus(Panel::Ablations), "3", "focus the ablations", ""),
    letter('4', Action::Focus(Panel::Run), "4", "focus the run under the cursor", ""),
    letter('5', Action::Focus(Panel::Answer), "5", "focus the answer so far", ""),
    letter('6', Action::Focus(Panel::Log), "6", "focus the log", ""),
    letter('/', Action::Filter(Typing::Begin), "/", "filter the runs: bs=8 dropout=off acc>0.75", "filter"),
    letter(':', Action::Palette(Typing::Begin), ":", "find an action by its words, or draft key=value", "find"),
    letter('m', Action::NextMetric, "m", "next metric", "metric"),
    letter('M', Action::PreviousMetric, "M", "previous metric", ""),
    letter('d', Action::CycleDropout, "d", "draft: dropout off, left on at evaluation, on", "dropout"),
    letter('n', Action::CycleNorm, "n", "draft: batch, rms, no, layer norm", "norm"),
    letter(
        'l',
        Action::CycleScaling,
        "l",
        "draft: a learning rate that grows with the batch size, or its root",
        "rate",
    ),
    letter('u', Action::CycleUpdates, "u", "draft: as many updates at every batch size as one of them has", "updates"),
    letter('e', Action::CycleEvaluation, "e", "draft: scored on full batches only", ""),
    letter('a', Action::AddDraft, "a", "add the draft as an arm and train it", "add arm"),
    letter('i', Action::Investigate, "i", "investigate why: every suspect as an arm, after a question", "why?"),
    letter('p', Action::PauseOrResume, "p", "pause what the cursor is on, with a checkpoint; let it go on", "pause"),
    letter('K', Action::Cancel, "K", "cancel what the cursor is on: keep or discard what is trained", "cancel"),
    letter('A', Action::Again, "A", "train again what failed or was cancelled", ""),
    letter('R', Action::AddInstance, "R", "another instance of every cell, after a question", "instance"),
    letter(')', Action::MoreWorkers, ")", "one worker more", ""),
    letter('(', Action::FewerWorkers, "(", "one worker less; what it trains is saved and goes on later", ""),
    letter('w', Action::Picture, "w", "write the chart as a PNG, with its data and its view", "picture"),
    letter('W', Action::Screen, "W", "write the screen as a PNG, cell for cell", ""),
    letter('D', Action::PictureTheme, "D", "pictures of charts dark, or on white again", ""),
    letter('Y', Action::CopyPath, "Y", "copy where the newest picture is", ""),
    letter('x', Action::NextAxis, "x", "x axis: pairs seen, updates, epochs, fraction, time", "axis"),
    letter('b', Action::NextBand, "b", "runs, or means with a band: min-max, sd, 95 % t interval", "band"),
    letter('s', Action::SmoothMore, "s", "smooth metrics of single batches more", "smooth"),
    letter('S', Action::SmoothLess, "S", "smooth less, down to not at all", ""),
    letter('y', Action::LogY, "y", "logarithmic y axis, and back", ""),
    letter('o', Action::NextFit, "o", "y axis: values after training began, all, without outliers (1 to 99 %)", ""),
    letter('+', Action::ZoomIn, "+", "zoom in on the crosshair, or the middle", ""),
    letter('-', Action::ZoomOut, "-", "zoom out", ""),
    letter('[', Action::PanLeft, "[", "pan left", ""),
    letter(']', Action::PanRight, "]", "pan right", ""),
    letter('}', Action::ZoomInY, "}", "zoom in on the y axis", ""),
    letter('{', Action::ZoomOutY, "{", "zoom out of the y axis", ""),
    letter('^', Action::PanUp, "^", "move up the y axis", ""),
    letter('_', Action::PanDown, "_", "move down the y axis", ""),
    letter('=', Action::WholeAxis, "=", "whole axes, no zoom", ""),
    letter('t', Action::Follow, "t", "follow the newest points, and stop", ""),
    letter('f', Action::FinalScores, "f", "final scores against batch size, all arms in one chart, and back", "final"),
    letter('v', Action::Overlay, "v", "the baseline faint behind every other arm, and away", ""),
    letter('c', Action::Crosshair, "c", "crosshair with a read-out in all charts, and off", "crosshair"),
    binding(KeyCode::Enter, Action::Zoom, "Enter", "the focused panel over the whole screen, and back", "zoom"),
    letter('z', Action::Zoom, "z", SAME, ""),
    binding(KeyCode::Esc, Action::Back, "Esc", "one step back: help, zoom, draft, filter, selection", "back"),
    letter('T', Action::NextTheme, "T", "next theme", "theme"),
    letter('g', Action::Group, "g", "group the runs by cell, arm and batch size", "group").within(Panel::Sweep),
    letter(' ', Action::Hide, "space", "hide from the charts, show again", "hide").within(Panel::Sweep),
    letter('*', Action::Pin, "*", "pin to the top, let go", "pin").within(Panel::Sweep),
    letter('>', Action::SortNext, ">", "sort by the next column", "sort").within(Panel::Sweep),
    letter('<', Action::SortPrevious, "<", "sort by the previous column", "").within(Panel::Sweep),
    letter('r', Action::ReverseOrder, "r", "reverse the order", "").within(Panel::Sweep),
    binding(KeyCode::Enter, Action::Open, "Enter", "open the cell, fold it; else the panel over the screen", "open")
        .within(Panel::Sweep),
    go(KeyCode::Down, Motion::Down, "↓", "next run").within(Panel::Sweep),
    go(KeyCode::Char('j'), Motion::Down, "j", SAME).within(Panel::Sweep),
    go(KeyCode::Up, Motion::Up, "↑", "previous run").within(Panel::Sweep),
    go(KeyCode::Char('k'), Motion::Up, "k", SAME).within(Panel::Sweep),
    go(KeyCode::Left, Motion::Left, "←", "crosshair to the left, else pan").within(Panel::Charts),
    go(KeyCode::Right, Motion::Right, "→", "crosshair to the right, else pan").within(Panel::Charts),
    go(KeyCode::Down, Motion::Down, "↓", "next arm").within(Panel::Charts),
    go(KeyCode::Char('j'), Motion::Down, "j", SAME).within(Panel::Charts),
    go(KeyCode::Up, Motion::Up, "↑", "previous arm").within(Panel::Charts),
    go(KeyCode::Char('k'), Motion::Up, "k", SAME).within(Panel::Charts),
    go(KeyCode::Down, Motion::Down, "↓", "next arm").within(Panel::Ablations),
    go(KeyCode::Char('j'), Motion::Down, "j", SAME).within(Panel::Ablations),
    go(KeyCode::Up, Motion::Up, "↑", "previous arm").within(Panel::Ablations),
    go(KeyCode::Char('k'), Motion::Up, "k", SAME).within(Panel::Ablations),
    go(KeyCode::PageDown, Motion::PageDown, "PgDn", "ten steps to the right").within(Panel::Charts),
    go(KeyCode::PageUp, Motion::PageUp, "PgUp", "ten steps to the left").within(Panel::Charts),
    go(KeyCode::Home, Motion::First, "Home", "to the beginning of the axis").within(Panel::Charts),
    go(KeyCode::End, Motion::Last, "End", "to the newest point").within(Panel::Charts),
    go(KeyCode::Down, Motion::Down, "↓", "one down"),
    go(KeyCode::Char('j'), Motion::Down, "j", SAME),
    go(KeyCode::Up, Motion::Up, "↑", "one up"),
    go(KeyCode::Char('k'), Motion::Up, "k", SAME),
    go(KeyCode::PageDown, Motion::PageDown, "PgDn", "ten down"),
    go(KeyCode::PageUp, Motion::PageUp, "PgUp", "ten up"),
    go(KeyCode::Home, Motion::First, "Home", "to the first"),
    go(KeyCode::End, Motion::Last, "End", "to the last"),
    go(KeyCode::Char('G'), Motion::Last, "G", SAME),
    letter('c', Action::Quit, "Ctrl-c", "the same as q", ""),
    letter('z', Action::Suspend, "Ctrl-z", "stop for a while; fg in the shell goes on", ""),
];

/// Keys that work while the filter is typed. All others are letters of it.
pub const TYPING: &[Binding] = &[
    binding(KeyCode::Enter, Action::Filter(Typing::Keep), "Enter", "keep the filter", "keep"),
    binding(
        KeyCode::Tab,
        Action::Filter(Typing::Complete),
        "Tab",
        "complete the word, and its other endings",
        "complete",
    ),
    binding(KeyCode::Esc, Action::Filter(Typing::Drop), "Esc", "drop the filter", "drop"),
    go(KeyCode::Down, Motion::Down, "↓", "next run"),
    go(KeyCode::Up, Motion::Up, "↑", "previous run"),
    letter('c', Action::Quit, "Ctrl-c", "the same as q", ""),
    letter('z', Action::Suspend, "Ctrl-z", "stop for a while", ""),
];

/// Keys that work while something is asked. Letters are answers; any other key is a no.
pub const ASKED: &[Binding] =
    &[letter('c', Action::Quit, "Ctrl-c", SAME, ""), letter('z', Action::Suspend, "Ctrl-z", SAME, "")];

/// What a key press asks for.
pub fn action(event: KeyEvent, app: &App) -> Option<Action> {
    if app.asking.is_some() {
        return (event.kind != KeyEventKind::Release).then(|| answer(event));
    }
    if app.palette.is_open() {
        return found(event, app);
    }
    if app.table.filter.is_typing() && !app.help { typed(event) } else { pressed(event, app.focus) }
}

fn typed(event: KeyEvent) -> Option<Action> {
    let control = event.modifiers.contains(KeyModifiers::CONTROL);
    let bound = |binding: &&Binding| binding.key == event.code && control == binding.label.starts_with("Ctrl-");
    match TYPING.iter().find(bound) {
        Some(binding) if event.kind != KeyEventKind::Release => Some(binding.action),
        _ => to_input_request(&Event::Key(event)).map(|request| Action::Filter(Typing::Edit(request))),
    }
}

/// What a person may look for: everything but motions.
pub fn fitting(text: &str) -> Vec<&'static Binding> {
    let words: Vec<String> = text.split_whitespace().map(str::to_lowercase).collect();
    let is_action =
        |binding: &&Binding| !matches!(binding.action, Action::Go(_) | Action::Palette(_)) && binding.help != SAME;
    let fits = |binding: &&Binding| {
        let told = format!("{} {} {}", binding.label, binding.help, binding.hint).to_lowercase();
        words.iter().all(|word| told.contains(word))
    };
    KEYS.iter().filter(is_action).filter(fits).collect()
}

/// What it does to the palette: Enter does what is chosen.
fn found(event: KeyEvent, app: &App) -> Option<Action> {
    let control = event.modifiers.contains(KeyModifiers::CONTROL);
    match event.code {
        _ if event.kind == KeyEventKind::Release => None,
        KeyCode::Enter if app.palette.is_of_draft() => Some(Action::Palette(Typing::Keep)),
        KeyCode::Enter => {
            let fitting = fitting(app.palette.text());
            let chosen = fitting.get(app.palette.chosen(fitting.len()));
            chosen.map(|binding| binding.action)
        }
        KeyCode::Esc => Some(Action::Palette(Typing::Drop)),
        KeyCode::Down => {
            let is_last = app.palette.chosen(usize::MAX) + 1 >= fitting(app.palette.text()).len();
            (!is_last).then_some(Action::Go(Motion::Down))
        }
        KeyCode::Up => Some(Action::Go(Motion::Up)),
        KeyCode::Char('c') if control => Some(Action::Quit),
        KeyCode::Char('z') if control => Some(Action::Suspend),
        _ => to_input_request(&Event::Key(event)).map(|request| Action::Palette(Typing::Edit(request))),
    }
}

/// What it says to a question.
fn answer(event: KeyEvent) -> Action {
    let control = event.modifiers.contains(KeyModifiers::CONTROL);
    let bound = |binding: &&Binding| binding.key == event.code && control == binding.label.starts_with("Ctrl-");
    match (ASKED.iter().find(bound), event.code) {
        (Some(binding), _) => binding.action,
        (None, KeyCode::Char(letter)) if !control => Action::Answer(letter),
        _ => Action::Back,
    }
}

/// What it asks for while this panel has the focus.
fn pressed(event: KeyEvent, focus: Panel) -> Option<Action> {
    if event.kind == KeyEventKind::Release {
        return None;
    }
    let control = event.modifiers.contains(KeyModifiers::CONTROL);
    let bound = |binding: &&Binding| binding.key == event.code && control == binding.label.starts_with("Ctrl-");
    working(focus).find(bound).map(|binding| binding.action)
}

/// Keys that work while this panel has the focus: its own first, then those of everywhere that it leaves alone.
pub fn working(focus: Panel) -> impl Iterator<Item = &'static Binding> {
    let own = move || KEYS.iter().filter(move |binding| binding.panel == Some(focus));
    let left_alone = move |binding: &&Binding| own().all(|other| other.label != binding.label);
    own().chain(KEYS.iter().filter(|binding| binding.panel.is_none()).filter(left_alone))
}

#[cfg(test)]
mod tests {
    use super::*;
    use tui_input::InputRequest;

    #[test]
    fn letters_that_are_keys_elsewhere_are_letters_of_the_filter() {
        let plain = |code| typed(KeyEvent::new(code, KeyModifiers::NONE));
        for letter in ['q', 'g', '*', ' ', '?', '1'] {
            let edit = Action::Filter(Typing::Edit(InputRequest::InsertChar(letter)));
            assert_eq!(plain(KeyCode::Char(letter)), Some(edit));
        }
        assert_eq!(plain(KeyCode::Esc), Some(Action::Filter(Typing::Drop)));
        assert_eq!(typed(KeyEvent::new(KeyCode::Char('c'), KeyModifiers::CONTROL)), Some(Action::Quit));
    }

    #[test]
    fn every_binding_is_reached_by_its_own_key() {
        for binding in KEYS {
            let control = binding.label.starts_with("Ctrl-");
            let modifiers = if control { KeyModifiers::CONTROL } else { KeyModifiers::NONE };
            let focus = Panel::ALL.into_iter().filter(|panel| binding.panel.is_none_or(|own| own == *panel));
            let reached =
                focus.filter(|panel| pressed(KeyEvent::new(binding.key, modifiers), *panel) == Some(binding.action));
            assert!(reached.count() > 0, "{}", binding.label);
        }
    }

    #[test]
    fn the_cursor_of_the_palette_stops_at_its_last_entry() {
        let spec = crate::spec_file::parse("demo", crate::spec_file::preset("demo").unwrap(), &[]).unwrap();
        let mut app = App::new(spec, 1);
        app.act(Action::Palette(Typing::Begin));
        for letter in "pause cursor".chars() {
            app.act(Action::Palette(Typing::Edit(InputRequest::InsertChar(letter))));
        }
        assert_eq!(fitting(app.palette.text()).len(), 1);
        assert_eq!(action(KeyEvent::new(KeyCode::Down, KeyModifiers::NONE), &app), None);
    }

    #[test]
    fn letters_are_answers_and_other_keys_leave_it() {
        let plain = |letter| answer(KeyEvent::new(KeyCode::Char(letter), KeyModifiers::NONE));
        assert_eq!((plain('y'), plain('q')), (Action::Answer('y'), Action::Answer('q')));
        assert_eq!(answer(KeyEvent::new(KeyCode::Esc, KeyModifiers::NONE)), Action::Back);
        assert_eq!(answer(KeyEvent::new(KeyCode::Char('c'), KeyModifiers::CONTROL)), Action::Quit);
    }

    #[test]
    fn a_key_without_a_modifier_is_not_the_one_with_it() {
        let plain = KeyEvent::new(KeyCode::Char('c'), KeyModifiers::NONE);
        assert_eq!(pressed(plain, Panel::Sweep), Some(Action::Crosshair));
    }
}
