//! Discoveries, studies, prizes and things sent into space. Texts only; the module of templates
//! tells how their marks are read.

use super::super::frame::{Frame, Source};
use super::super::values::{DAY, FEW};

pub const FRAMES: &[Frame] = &[MOONS, STUDY, PRIZE];

const MOONS: Frame = Frame {
    slots: &[("planet", PLANET), ("count", FEW), ("town", Source::Town), ("day", DAY)],
    roles: None,
    forms: &[
        "(Astronomers|Scientists)[ in {town}] (found|discovered) {count} moons of {planet}",
        "{count} new moons of {planet} were (found|discovered)[ by scientists in {town}]",
        "{planet} has {count} (more|extra) moons, (astronomers|scientists)[ in {town}] said",
        "[On {day}, ]astronomers reported the discovery of {count} moons of {planet}",
    ],
};

const PLANET: Source = Source::Listed(&["Jupiter", "Saturn", "Uranus", "Neptune"]);

const STUDY: Frame = Frame {
    slots: &[("food", FOOD), ("illness", ILLNESS), ("town", Source::Town)],
    roles: None,
    forms: &[
        "{food} (raises|increases//lowers|cuts) the risk of {illness}, a study[ in {town}] found",
        "A study[ in {town}] linked {food} to a (higher|greater//lower|smaller) risk of {illness}",
        "(Researchers|Scientists)[ in {town}] say {food} makes {illness} (more//less) likely",
        "The risk of {illness} (goes up|rises//goes down|falls) with {food}, researchers said",
    ],
};

const FOOD: Source =
    Source::Listed(&["coffee", "(red meat|beef)", "tea", "salt", "chocolate", "fish oil", "garlic", "wine"]);

const ILLNESS: Source =
    Source::Listed(&["heart disease", "diabetes", "stroke", "(cancer|tumors)", "asthma", "depression", "gout"]);

const PRIZE: Frame = Frame {
    slots: &[("person", Source::Person), ("town", Source::Town), ("field", FIELD), ("day", DAY)],
    roles: None,
    forms: &[
        "{person} (won|received|was awarded) the {town} (prize|award) for {field}[ on {day}]",
        "The {town} prize for {field} (went|was given|was awarded) to {person}[ on {day}]",
        "Judges (gave|awarded) {person} the {town} {field} (prize|award)",
        "[On {day}, ]{person} (took|was handed) the {town} {field} (prize|award)",
    ],
};

const FIELD: Source = Source::Listed(&["physics", "chemistry", "medicine", "poetry", "music", "(literature|writing)"]);
