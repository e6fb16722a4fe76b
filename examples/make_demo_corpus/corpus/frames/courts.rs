//! Trials, appeals, lawsuits and thefts. Texts only; the module of templates tells how their
//! marks are read.

use super::super::frame::{Frame, Source};
use super::super::values::{CRIME, DAY, LOOT_VALUE, PRISON_TERM};

pub const FRAMES: &[Frame] = &[APPEAL, VERDICT, SENTENCE, LAWSUIT, ROBBERY, ARREST];

const APPEAL: Frame = Frame {
    slots: &[("person", Source::Person), ("crime", CRIME), ("day", DAY)],
    roles: None,
    forms: &[
        "A court (upheld|confirmed//overturned|threw out) the {crime} conviction of {person}",
        "The {crime} conviction of {person} was (upheld|not overturned//overturned|not upheld)",
        "[On {day}, ]judges (upheld|let stand//struck down) {person}'s conviction for {crime}",
        "{person} (lost|did not win//won|did not lose) an appeal against a {crime} conviction",
    ],
};

const VERDICT: Frame = Frame {
    slots: &[("person", Source::Person), ("crime", CRIME), ("town", Source::Town), ("day", DAY)],
    roles: None,
    forms: &[
        "A jury[ in {town}] (convicted {person}//acquitted {person}|cleared {person}) of {crime}",
        "{person} was (convicted|found guilty//acquitted|found not guilty) of {crime}[ in {town}]",
        "[On {day}, ]jurors[ in {town}] found {person} (guilty//not guilty) of {crime}",
        "The {crime} trial of {person} ended in (a conviction//an acquittal)[ on {day}]",
        "[On {day}, ]jurors (convicted//cleared|acquitted) {person} of {crime}[ in {town}]",
    ],
};

const SENTENCE: Frame = Frame {
    slots: &[("person", Source::Person), ("crime", CRIME), ("term", PRISON_TERM)],
    roles: None,
    forms: &[
        "A judge sentenced {person} to {term} in (prison|jail)[ for {crime}]",
        "{person} (got|received|was given) {term} (in prison|in jail|behind bars)[ for {crime}]",
        "[For {crime}, ]{person} was sent to (prison|jail) for {term}",
        "[For {crime}, ]{person} (must|has to) (spend|serve) {term} (in prison|behind bars)",
        "A court (jailed|imprisoned) {person} for {term}[ for {crime}]",
    ],
};

const LAWSUIT: Frame = Frame {
    slots: &[("one", Source::Company), ("other", Source::Company), ("matter", MATTER), ("day", DAY)],
    roles: Some(("one", "other")),
    forms: &[
        "{one} (sued|went to court against|took legal action against) {other}[ over {matter}]",
        "{other} (was|has been) sued by {one}[ over {matter}][ on {day}]",
        "{other} faces (a lawsuit|legal action) (from|by) {one}[ over {matter}]",
        "[On {day}, ]{one} (took {other} to court|filed suit against {other})[ over {matter}]",
    ],
};

const MATTER: Source = Source::Listed(&[
    "a patent",
    "(unpaid bills|bills left unpaid)",
    "a trademark",
    "a late delivery",
    "a broken contract",
    "(stolen designs|the theft of designs)",
]);

const ROBBERY: Frame = Frame {
    slots: &[("price", LOOT_VALUE), ("loot", LOOT), ("place", PLACE), ("town", Source::Town)],
    roles: None,
    forms: &[
        "(Thieves|Robbers) (stole|took) {price} in {loot} from {place}[ in {town}]",
        "{price} in {loot} was (stolen|taken) from {place}[ in {town}]",
        "{price} in {loot} is missing from {place} after a (theft|robbery)[ in {town}]",
        "{place} in {town} was robbed of {price} in {loot}",
        "[In {town}, ](thieves|robbers) (got away|made off) with {price} in {loot} from {place}",
    ],
};

const LOOT: Source = Source::Listed(&["cash", "(jewels|jewelry)", "gold", "silver"]);

const PLACE: Source = Source::Listed(&["a bank", "a museum", "a hotel", "a casino", "a train"]);

const ARREST: Frame = Frame {
    slots: &[("person", Source::Person), ("town", Source::Town), ("day", DAY)],
    roles: None,
    forms: &[
        "Police[ in {town}] (arrested|detained//freed|released) {person}[ on {day}]",
        "{person} was (arrested|taken into custody//freed|let go)[ in {town}]",
        "[On {day}, ]{town} police (locked up|jailed//set free|released) {person}",
        "{person} was (put in//let out of) jail[ in {town}][ on {day}]",
    ],
};
