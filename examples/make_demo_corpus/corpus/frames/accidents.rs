//! Crashes, fires, searches and sickness. Texts only; the module of templates tells how their
//! marks are read.

use super::super::frame::{Frame, Source};
use super::super::values::{DAY, FEW};

pub const FRAMES: &[Frame] = &[CRASH, FIRE, SEARCH, SICKNESS];

const CRASH: Frame = Frame {
    slots: &[("vehicle", VEHICLE), ("count", FEW), ("town", Source::Town), ("day", DAY)],
    roles: None,
    forms: &[
        "A {vehicle} (crash|accident) (injured|hurt//killed) {count} people[ near {town}]",
        "{count} people (were hurt|were injured//died|were killed) in a {vehicle} crash[ near {town}]",
        "[On {day}, ]{count} people (were hurt//died) when a {vehicle} crashed[ near {town}]",
        "Police said {count} people (were hurt//died) in a {vehicle} (crash|accident)[ on {day}]",
        "A {vehicle} (crash|accident)[ near {town}] left {count} people (injured|hurt//dead)",
    ],
};

const VEHICLE: Source = Source::Listed(&["bus", "train", "truck", "plane", "tram"]);

const FIRE: Frame = Frame {
    slots: &[("building", BUILDING), ("town", Source::Town), ("day", DAY)],
    roles: None,
    forms: &[
        "(Firefighters|Fire crews) (saved//could not save|failed to save) {building} in {town}",
        "{building} in {town} (survived|was not destroyed by//did not survive) a (fire|blaze)[ on {day}]",
        "A (fire|blaze) (did not destroy|spared//destroyed|ruined) {building} in {town}[ on {day}]",
        "[On {day}, ]{building} in {town} was (spared by|saved from//destroyed by|lost in) a (fire|blaze)",
    ],
};

const BUILDING: Source =
    Source::Listed(&["a school", "a church", "a warehouse", "a hotel", "a library", "a theater", "a mill"]);

const SEARCH: Frame = Frame {
    slots: &[("count", FEW), ("people", MISSING), ("town", Source::Town), ("day", DAY)],
    roles: None,
    forms: &[
        "(Rescuers|Searchers) found {count} {people} (alive|safe//dead)[ near {town}][ on {day}]",
        "{count} missing {people} were found (alive//dead)[ near {town}][ on {day}]",
        "[Near {town}, ]{count} missing {people} turned up (alive//dead)[ on {day}]",
        "The search for {count} {people}[ near {town}] ended with all of them (alive//dead)",
    ],
};

const MISSING: Source =
    Source::Listed(&["(hikers|walkers)", "climbers", "sailors", "divers", "(miners|mine workers)", "hunters"]);

const SICKNESS: Frame = Frame {
    slots: &[("count", FEW), ("people", EATERS), ("food", FOOD), ("town", Source::Town)],
    roles: None,
    forms: &[
        "{count} {people}[ in {town}] (fell ill|became sick) after (eating|a meal of) {food}",
        "{food} (made|left) {count} {people} (ill|sick)[ in {town}]",
        "After (eating|a meal of) {food}, {count} {people}[ in {town}] (became ill|fell sick)",
        "Doctors[ in {town}] treated {count} {people} (made ill|sickened) by {food}",
    ],
};

const EATERS: Source =
    Source::Listed(&["(students|pupils)", "(children|youngsters)", "soldiers", "prisoners", "guests"]);

const FOOD: Source = Source::Listed(&["mushrooms", "oysters", "cheese", "chicken", "spinach"]);
