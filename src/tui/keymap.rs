//! Keys to actions: one table that feeds the dispatch, the footer and the help.

use crate::app::table::Typing;
use crate::app::{Action, App, Motion, Panel};
use crate::domain::ablation::{self, Ablation};
use crossterm::event::{Event, KeyCode, KeyEvent, KeyEventKind, KeyModifiers};
use tui_input::InputRequest;
use tui_input::backend::crossterm::to_input_request;

/// One key.
pub struct Binding {
    key: KeyCode,
    /// pressed together with Ctrl
    control: bool,
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
    Binding { key, control: false, action, label, help, hint, panel: None }
}

impl Binding {
    const fn within(self, panel: Panel) -> Self {
        Self { panel: Some(panel), ..self }
    }

    const fn with_control(self) -> Self {
        Self { control: true, ..self }
    }

    /// What it does; of a key that does the same as another, what that one does.
    fn words(&self) -> &'static str {
        let named = |other: &&Binding| other.action == self.action && other.help != SAME;
        let of_panel = |other: &&Binding| named(other) && other.panel == self.panel;
        let original = KEYS.iter().find(of_panel).or_else(|| KEYS.iter().find(named));
        if self.help == SAME { original.map_or(SAME, |original| original.help) } else { self.help }
    }
}

const fn letter(key: char, action: Action, label: &'static str, help: &'static str, hint: &'static str) -> Binding {
    binding(KeyCode::Char(key), action, label, help, hint)
}

/// The key that drafts an ablation.
const fn drafts(ablation: &'static Ablation) -> Binding {
    match ablation.press {
        Some(press) => letter(press.letter, Action::Cycle(ablation), press.label, press.help, press.hint),
        None => panic!("an ablation that no key drafts"),
    }
}

const fn go(key: KeyCode, motion: Motion, label: &'static str, help: &'static str) -> Binding {
    binding(key, Action::Go(motion), label, help, "")
}

const LOOK_UP: Action = Action::Palette(Typing::Begin);

/// In the order of the help. The footer takes as many hints as fit, from the top. A key of the focused panel comes
/// before the same key of everywhere.
pub const KEYS: &[Binding] = &[
    letter('q', Action::Quit, "q", "save and leave; a second time: leave at once", "quit"),
    letter('?', LOOK_UP, "?", "all keys: type to search, Enter does it, key=value drafts", "help"),
    letter(':', LOOK_UP, ":", SAME, ""),
    binding(KeyCode::Tab, Action::FocusNext, "Tab", "focus the next panel", "panel"),
    binding(KeyCode::BackTab, Action::FocusPrevious, "Shift-Tab", "focus the previous panel", ""),
    letter('1', Action::Focus(Panel::Sweep), "1", "focus the sweep's runs", ""),
    letter('2', Action::Focus(Panel::Charts), "2", "focus the charts", ""),
    letter('3', Action::Focus(Panel::Ablations), "3", "focus the ablations", ""),
    letter('4', Action::Focus(Panel::Run), "4", "focus the run under the cursor", ""),
    letter('5', Action::Focus(Panel::Answer), "5", "focus the answer so far", ""),
    letter('6', Action::Focus(Panel::Log), "6", "focus the log", ""),
    letter('/', Action::Filter(Typing::Begin), "/", "filter the runs: bs=8 dropout=off acc>0.75", "filter"),
    letter('m', Action::NextMetric, "m", "next metric", "metric"),
    letter('M', Action::PreviousMetric, "M", "previous metric", ""),
    drafts(ablation::DROPOUT),
    drafts(ablation::NORM),
    drafts(ablation::LEARNING_RATE_SCALING),
    drafts(ablation::UPDATES_OF),
    drafts(ablation::EVALUATION),
    letter('a', Action::AddDraft, "a", "add the draft as an arm; its runs wait behind the others", "add arm"),
    letter('N', Action::TrainNext, "N", "train next: the draft, else what the cursor is on", "next"),
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
    binding(KeyCode::Esc, Action::Back, "Esc", "one step back: zoom, draft, filter, selection", "back"),
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
    go(KeyCode::Char('G'), Motion::Last, "G", SAME).within(Panel::Charts),
    go(KeyCode::Down, Motion::Down, "↓", "one down"),
    go(KeyCode::Char('j'), Motion::Down, "j", SAME),
    go(KeyCode::Up, Motion::Up, "↑", "one up"),
    go(KeyCode::Char('k'), Motion::Up, "k", SAME),
    go(KeyCode::PageDown, Motion::PageDown, "PgDn", "ten down"),
    go(KeyCode::PageUp, Motion::PageUp, "PgUp", "ten up"),
    go(KeyCode::Home, Motion::First, "Home", "to the first"),
    go(KeyCode::End, Motion::Last, "End", "to the last"),
    go(KeyCode::Char('G'), Motion::Last, "G", SAME),
    letter('c', Action::Quit, "Ctrl-c", "the same as q", "").with_control(),
    letter('z', Action::Suspend, "Ctrl-z", "stop for a while; fg in the shell goes on", "").with_control(),
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
    letter('c', Action::Quit, "Ctrl-c", "the same as q", "").with_control(),
    letter('z', Action::Suspend, "Ctrl-z", "stop for a while", "").with_control(),
];

/// Keys that work while all keys are shown. All others are letters of the search.
pub const SEARCHING: &[Binding] = &[
    binding(KeyCode::Enter, Action::Palette(Typing::Keep), "Enter", "do it; of key=value, draft it", "does it"),
    binding(KeyCode::Esc, Action::Palette(Typing::Drop), "Esc", "drop the search; without one, close", "back"),
    letter('?', Action::Palette(Typing::Drop), "?", "close, while nothing is searched", ""),
    go(KeyCode::Down, Motion::Down, "↓", "the next line"),
    go(KeyCode::Up, Motion::Up, "↑", "the line before"),
    go(KeyCode::PageDown, Motion::PageDown, "PgDn", "ten lines on"),
    go(KeyCode::PageUp, Motion::PageUp, "PgUp", "ten lines back"),
    go(KeyCode::Home, Motion::First, "Home", "the first line"),
    go(KeyCode::End, Motion::Last, "End", "the last line"),
    letter('c', Action::Quit, "Ctrl-c", "the same as q", "").with_control(),
    letter('z', Action::Suspend, "Ctrl-z", "stop for a while", "").with_control(),
];

/// Keys that work while something is asked. Letters are answers; any other key is a no.
pub const ASKED: &[Binding] = &[
    letter('c', Action::Quit, "Ctrl-c", SAME, "").with_control(),
    letter('z', Action::Suspend, "Ctrl-z", SAME, "").with_control(),
];

/// What a key press asks for. A question, the list of keys and the filter line each take every key while they are open:
/// nothing behind them acts.
pub fn action(event: KeyEvent, app: &App) -> Option<Action> {
    if app.asking.is_some() {
        answered(event)
    } else if app.palette.is_open() {
        searched(event, app)
    } else if app.table.filter.is_typing() {
        typed(event)
    } else {
        pressed(event, app.focus)
    }
}

/// The key that was pressed, and whether together with Ctrl. Nothing for a release, and for combinations that no key of
/// this program has: Alt-d is not d.
fn stroke(event: KeyEvent) -> Option<(KeyCode, bool)> {
    const NEVER: KeyModifiers =
        KeyModifiers::ALT.union(KeyModifiers::SUPER).union(KeyModifiers::HYPER).union(KeyModifiers::META);
    match event.code {
        _ if event.kind == KeyEventKind::Release => None,
        KeyCode::Char(letter) if is_alt_gr(letter, event.modifiers) => Some((event.code, false)),
        code if !event.modifiers.intersects(NEVER) => Some((code, event.modifiers.contains(KeyModifiers::CONTROL))),
        _ => None,
    }
}

/// Windows reports AltGr as Ctrl and Alt together, with the character that it types: `[` or `€`, never an ASCII letter or
/// digit. With one of these it is Ctrl-Alt, as other terminals report it.
fn is_alt_gr(letter: char, modifiers: KeyModifiers) -> bool {
    modifiers.difference(KeyModifiers::SHIFT) == KeyModifiers::CONTROL.union(KeyModifiers::ALT)
        && (letter.is_ascii_punctuation() || !letter.is_ascii())
}

/// The first binding of the key that was pressed.
fn bound<'b>(mut bindings: impl Iterator<Item = &'b Binding>, event: KeyEvent) -> Option<&'b Binding> {
    let (key, control) = stroke(event)?;
    bindings.find(|binding| binding.key == key && binding.control == control)
}

/// What it does to a line that is being typed.
fn edit(event: KeyEvent) -> Option<InputRequest> {
    match stroke(event) {
        Some((KeyCode::Char(letter), false)) => Some(InputRequest::InsertChar(letter)),
        // would be typed as its letter
        None if matches!(event.code, KeyCode::Char(_)) => None,
        // Ctrl-w, Alt-Backspace and the like
        _ => to_input_request(&Event::Key(event)),
    }
}

/// What it does to the filter line.
fn typed(event: KeyEvent) -> Option<Action> {
    match bound(TYPING.iter(), event) {
        Some(binding) => Some(binding.action),
        None => edit(event).map(|request| Action::Filter(Typing::Edit(request))),
    }
}

/// What it does to the list of keys.
fn searched(event: KeyEvent, app: &App) -> Option<Action> {
    let text = app.palette.text();
    let is_typed = |binding: &&Binding| matches!(binding.key, KeyCode::Char(_)) && !binding.control;
    let Some(binding) = bound(SEARCHING.iter(), event).filter(|binding| text.is_empty() || !is_typed(binding)) else {
        return edit(event).map(|request| Action::Palette(Typing::Edit(request)));
    };
    let entries = || entries(app.focus, text);
    match binding.action {
        Action::Palette(Typing::Keep) if !app.palette.is_of_draft() => {
            let entries = entries();
            entries.get(app.palette.chosen(entries.len())).map(|entry| entry.action)
        }
        Action::Go(motion) => {
            let count = entries().len();
            Some(Action::Choose(motion.step(app.palette.chosen(count), count)))
        }
        action => Some(action),
    }
}

/// What it says to a question.
fn answered(event: KeyEvent) -> Option<Action> {
    match (bound(ASKED.iter(), event), stroke(event)) {
        (Some(binding), _) => Some(binding.action),
        (None, Some((KeyCode::Char(letter), false))) => Some(Action::Answer(letter)),
        _ => (event.kind != KeyEventKind::Release).then_some(Action::Back),
    }
}

/// What it asks for while this panel has the focus.
fn pressed(event: KeyEvent, focus: Panel) -> Option<Action> {
    bound(working(focus), event).map(|binding| binding.action)
}

/// Keys that work while this panel has the focus: its own first, then those of everywhere that it leaves alone.
pub fn working(focus: Panel) -> impl Iterator<Item = &'static Binding> {
    let own = move || KEYS.iter().filter(move |binding| binding.panel == Some(focus));
    let left_alone = move |binding: &&Binding| own().all(|other| other.label != binding.label);
    own().chain(KEYS.iter().filter(|binding| binding.panel.is_none()).filter(left_alone))
}

/// A line of the list of keys.
pub struct Entry {
    /// all that do it
    pub keys: String,
    pub help: String,
    pub action: Action,
}

/// What can be asked for, with the keys for it: those that work while this panel has the focus, then what belongs to
/// other panels. Each has all words of the text, and what is called exactly so comes first.
pub fn entries(focus: Panel, text: &str) -> Vec<Entry> {
    let elsewhere = |binding: &&Binding| {
        binding.panel.is_some_and(|panel| panel != focus) && !matches!(binding.action, Action::Go(_))
    };
    let mut entries: Vec<Entry> = Vec::new();
    for binding in working(focus).chain(KEYS.iter().filter(elsewhere)) {
        let help = match binding.panel.filter(|panel| *panel != focus) {
            Some(panel) => format!("in {}: {}", panel.title(), binding.words()),
            None => binding.words().to_owned(),
        };
        match entries.iter_mut().find(|entry| entry.action == binding.action && entry.help == help) {
            Some(entry) => entry.keys = format!("{} {}", entry.keys, binding.label),
            None => entries.push(Entry { keys: binding.label.into(), help, action: binding.action }),
        }
    }
    let words: Vec<String> = text.split_whitespace().map(str::to_lowercase).collect();
    entries.retain(|entry| {
        let told = format!("{} {}", entry.keys, entry.help).to_lowercase();
        words.iter().all(|word| told.contains(word))
    });
    entries.sort_by_key(|entry| !entry.keys.split(' ').any(|key| key == text.trim()));
    entries
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(modifiers: KeyModifiers, key: char) -> KeyEvent {
        KeyEvent::new(KeyCode::Char(key), modifiers)
    }

    fn plain(key: char) -> KeyEvent {
        with(KeyModifiers::NONE, key)
    }

    fn key(code: KeyCode) -> KeyEvent {
        KeyEvent::new(code, KeyModifiers::NONE)
    }

    fn app() -> App {
        App::new(crate::spec_file::parse("demo", crate::spec_file::preset("demo").unwrap(), &[]).unwrap(), 1)
    }

    /// Does what the keys ask for, and gives what they ask of the outside.
    fn press(app: &mut App, keys: impl IntoIterator<Item = KeyEvent>) -> Vec<crate::app::Effect> {
        let mut effects = Vec::new();
        for event in keys {
            if let Some(action) = action(event, app) {
                effects.extend(app.act(action));
            }
        }
        effects
    }

    #[test]
    fn letters_that_are_keys_elsewhere_are_letters_of_the_filter() {
        for letter in ['q', 'g', '*', ' ', '?', '1'] {
            let edit = Action::Filter(Typing::Edit(InputRequest::InsertChar(letter)));
            assert_eq!(typed(plain(letter)), Some(edit));
        }
        assert_eq!(typed(key(KeyCode::Esc)), Some(Action::Filter(Typing::Drop)));
        assert_eq!(typed(with(KeyModifiers::CONTROL, 'c')), Some(Action::Quit));
    }

    #[test]
    fn every_binding_is_reached_by_its_own_key() {
        for binding in KEYS {
            let modifiers = if binding.control { KeyModifiers::CONTROL } else { KeyModifiers::NONE };
            assert_eq!(binding.control, binding.label.starts_with("Ctrl-"), "{}", binding.label);
            let focus = Panel::ALL.into_iter().filter(|panel| binding.panel.is_none_or(|own| own == *panel));
            let reached =
                focus.filter(|panel| pressed(KeyEvent::new(binding.key, modifiers), *panel) == Some(binding.action));
            assert!(reached.count() > 0, "{}", binding.label);
        }
    }

    #[test]
    fn every_ablation_that_names_a_key_has_it() {
        for ablation in ablation::all().filter(|ablation| ablation.press.is_some()) {
            assert!(KEYS.iter().any(|binding| binding.action == Action::Cycle(ablation)), "{ablation:?}");
        }
    }

    #[test]
    fn every_binding_stands_in_the_list_with_its_own_words() {
        for focus in Panel::ALL {
            let all = entries(focus, "");
            for binding in working(focus) {
                let entry = all.iter().find(|entry| entry.keys.split(' ').any(|key| key == binding.label)).unwrap();
                assert_eq!((entry.action, entry.help.as_str()), (binding.action, binding.words()), "{}", binding.label);
            }
            assert!(all.iter().all(|entry| entry.help != SAME), "{focus:?}");
        }
    }

    #[test]
    fn behind_the_list_of_keys_no_key_acts() {
        for opening in ['?', ':'] {
            let before = app();
            let mut app = before.clone();
            let printable = (' '..='~').filter(|letter| *letter != '=');
            let effects = press(&mut app, [plain(opening)].into_iter().chain(printable.map(plain)));
            let others = [KeyCode::Down, KeyCode::Up, KeyCode::PageDown, KeyCode::PageUp, KeyCode::Home, KeyCode::End];
            let more =
                [KeyCode::Tab, KeyCode::BackTab, KeyCode::Left, KeyCode::Right, KeyCode::Backspace, KeyCode::F(1)];
            let effects = [effects, press(&mut app, others.into_iter().chain(more).map(key))].concat();
            assert!(effects.is_empty() && app.palette.is_open(), "{effects:?}");
            press(&mut app, [key(KeyCode::Esc)]);
            assert!(app.palette.is_open() && app.palette.text().is_empty(), "the search goes first");
            press(&mut app, [key(KeyCode::Esc)]);
            assert!(!app.palette.is_open());
            assert_eq!((&app.draft, app.focus, app.metric), (&before.draft, before.focus, before.metric));
            assert_eq!((app.view, app.workers, app.zoomed), (before.view, before.workers, before.zoomed));
        }
    }

    #[test]
    fn a_question_takes_every_key() {
        let mut app = app();
        press(&mut app, [plain('R')]);
        assert!(app.asking.is_some());
        press(&mut app, [plain('d')]);
        assert!(app.asking.is_none() && app.draft.is_empty(), "a no, and nothing else");
        press(&mut app, [plain('R'), with(KeyModifiers::ALT, 'y')]);
        assert!(app.asking.is_none());
        assert_eq!(app.spec.train.instances, self::app().spec.train.instances, "Alt-y is not y");
        press(&mut app, [plain('R'), with(KeyModifiers::CONTROL, 'c')]);
        assert!(app.asking.is_none() && app.leaving != crate::app::Leaving::No);
    }

    #[test]
    fn the_question_mark_closes_what_it_opened_while_nothing_is_searched() {
        let mut app = app();
        press(&mut app, "?".chars().map(plain));
        assert!(app.palette.is_open());
        press(&mut app, "?".chars().map(plain));
        assert!(!app.palette.is_open());
        press(&mut app, "?why?".chars().map(plain));
        assert_eq!(app.palette.text(), "why?");
    }

    #[test]
    fn what_is_found_is_done() {
        let mut app = app();
        press(&mut app, "?left on".chars().map(plain));
        assert_eq!(entries(app.focus, app.palette.text()).len(), 1);
        assert_eq!(action(key(KeyCode::Down), &app), Some(Action::Choose(0)), "there is no other line");
        press(&mut app, [key(KeyCode::Enter)]);
        assert!(!app.palette.is_open() && !app.draft.is_empty());
        press(&mut app, "?m".chars().map(plain));
        assert_eq!(entries(app.focus, "m")[0].keys, "m", "what is called exactly so comes first");
        press(&mut app, [key(KeyCode::Esc), key(KeyCode::End), key(KeyCode::Up)]);
        let count = entries(app.focus, "").len();
        assert_eq!(app.palette.chosen(count), count - 2);
    }

    #[test]
    fn letters_are_answers_and_other_keys_leave_it() {
        let answer = |event| answered(event).unwrap();
        assert_eq!((answer(plain('y')), answer(plain('q'))), (Action::Answer('y'), Action::Answer('q')));
        assert_eq!(answer(key(KeyCode::Esc)), Action::Back);
        assert_eq!(answer(with(KeyModifiers::CONTROL, 'c')), Action::Quit);
    }

    #[test]
    fn a_key_with_a_modifier_is_not_the_one_without() {
        use KeyModifiers as With;
        assert_eq!(pressed(plain('c'), Panel::Sweep), Some(Action::Crosshair));
        for modifiers in [With::ALT, With::SUPER, With::HYPER, With::META, With::CONTROL, With::CONTROL | With::ALT] {
            for letter in ['d', 'a', 'q', '1', ' '] {
                assert_eq!(pressed(with(modifiers, letter), Panel::Sweep), None, "{modifiers:?} and {letter}");
                assert_eq!(typed(with(modifiers, letter)).filter(|_| modifiers != With::CONTROL), None);
            }
        }
        assert_eq!(pressed(with(With::SHIFT, 'K'), Panel::Sweep), Some(Action::Cancel));
    }

    #[test]
    fn characters_of_alt_gr_are_themselves() {
        let alt_gr = KeyModifiers::CONTROL | KeyModifiers::ALT;
        for (letter, expected) in [('[', Action::PanLeft), (']', Action::PanRight)] {
            assert_eq!(pressed(with(alt_gr, letter), Panel::Charts), Some(expected));
        }
        for letter in ['~', '@', '€', 'ą'] {
            let edit = Action::Filter(Typing::Edit(InputRequest::InsertChar(letter)));
            assert_eq!(typed(with(alt_gr, letter)), Some(edit));
        }
    }
}
