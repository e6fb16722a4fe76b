//! From key events to actions.

use super::entries::entries;
use super::table::{ASKED, SEARCHING, TYPING};
use super::{Binding, working};
use crate::app::table::Typing;
use crate::app::{Action, App, Panel};
use crossterm::event::{Event, KeyCode, KeyEvent, KeyEventKind, KeyModifiers};
use tui_input::InputRequest;
use tui_input::backend::crossterm::to_input_request;

/// The action of a key press. While a question, the list of keys or the filter line is open, it receives every key.
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

/// The key, and whether Ctrl was held. `None` for a release, and for combinations that are not used here: Alt-d is not d.
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
/// digit. With one of those it is Ctrl-Alt, as on other terminals.
fn is_alt_gr(letter: char, modifiers: KeyModifiers) -> bool {
    modifiers.difference(KeyModifiers::SHIFT) == KeyModifiers::CONTROL.union(KeyModifiers::ALT)
        && (letter.is_ascii_punctuation() || !letter.is_ascii())
}

/// The first binding of the pressed key.
fn bound<'b>(mut bindings: impl Iterator<Item = &'b Binding>, event: KeyEvent) -> Option<&'b Binding> {
    let (key, control) = stroke(event)?;
    bindings.find(|binding| binding.key == key && binding.control == control)
}

/// The edit of an input line.
fn edit(event: KeyEvent) -> Option<InputRequest> {
    match stroke(event) {
        Some((KeyCode::Char(letter), false)) => Some(InputRequest::InsertChar(letter)),
        // tui-input would insert the letter
        None if matches!(event.code, KeyCode::Char(_)) => None,
        // Ctrl-w, Alt-Backspace and the like
        _ => to_input_request(&Event::Key(event)),
    }
}

/// The action of a key in the filter line.
fn typed(event: KeyEvent) -> Option<Action> {
    match bound(TYPING.iter(), event) {
        Some(binding) => Some(binding.action),
        None => edit(event).map(|request| Action::Filter(Typing::Edit(request))),
    }
}

/// The action of a key in the list of keys.
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

/// The answer to a question.
fn answered(event: KeyEvent) -> Option<Action> {
    match (bound(ASKED.iter(), event), stroke(event)) {
        (Some(binding), _) => Some(binding.action),
        (None, Some((KeyCode::Char(letter), false))) => Some(Action::Answer(letter)),
        _ => (event.kind != KeyEventKind::Release).then_some(Action::Back),
    }
}

/// The action of a key while this panel has the focus.
fn pressed(event: KeyEvent, focus: Panel) -> Option<Action> {
    bound(working(focus), event).map(|binding| binding.action)
}

#[cfg(test)]
mod tests {
    use super::super::KEYS;
    use super::*;
    use crate::domain::ablation;

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

    /// Presses keys and returns the effects.
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
    fn every_ablation_that_names_a_key_has_it() {
        for ablation in ablation::all().filter(|ablation| ablation.press.is_some()) {
            assert!(KEYS.iter().any(|binding| binding.action == Action::Cycle(ablation)), "{ablation:?}");
        }
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
