//! Voters, councils and governments. Texts only; the module of templates tells how their marks
//! are read.

use super::super::frame::{Frame, Source};
use super::super::values::{DAY, SUPPORT};

pub const FRAMES: &[Frame] = &[ELECTION, POLL, COUNCIL, CANDIDACY, VISIT, TALKS, BORDER];

const ELECTION: Frame = Frame {
    slots: &[("winner", Source::Person), ("loser", Source::Person), ("town", Source::Town)],
    roles: Some(("winner", "loser")),
    forms: &[
        "{winner} (beat|defeated) {loser} in the (race|vote) for mayor[ of {town}]",
        "{loser} lost the (race|vote) for mayor[ of {town}] to {winner}",
        "{loser} was (beaten|defeated) by {winner} in the[ {town}] mayoral (race|vote)",
        "Voters[ in {town}] (chose|elected|picked) {winner} over {loser} as mayor",
        "[In {town}, ]{winner} won the mayoral (election|race) against {loser}",
    ],
};

const POLL: Frame = Frame {
    slots: &[("person", Source::Person), ("level", SUPPORT), ("day", DAY)],
    roles: None,
    forms: &[
        "(Support|Backing) for {person} (rose|climbed//fell|slid) to {level}[, a poll showed]",
        "A poll[ on {day}] showed support for {person} (up|higher//down|lower) at {level}",
        "[On {day}, ]a poll put backing for {person} (up|higher//down|lower) at {level}",
        "{level} of voters (support|back) {person}, (more//fewer) than (last month|a month ago)",
    ],
};

const COUNCIL: Frame = Frame {
    slots: &[("town", Source::Town), ("project", PROJECT), ("day", DAY)],
    roles: None,
    forms: &[
        "The {town} council (approved|backed//rejected|voted down|blocked) {project}[ on {day}]",
        "{project} was (approved|passed//blocked|not approved) by the {town} council[ on {day}]",
        "[On {day}, ]{town} (councilors|officials) (voted for|backed//voted against) {project}",
        "{project} (won|got//did not win|did not get) the (backing|support) of the {town} council",
    ],
};

const PROJECT: Source = Source::Listed(&[
    "a bus lane",
    "a parking tax",
    "a smoking ban",
    "a toll road",
    "a wind farm",
    "a hotel tax",
    "a night market",
    "(a plastic bag ban|a ban on plastic bags)",
    "(a school closure|the closing of a school)",
]);

const CANDIDACY: Frame = Frame {
    slots: &[("person", Source::Person), ("office", OFFICE), ("day", DAY)],
    roles: None,
    forms: &[
        "{person} (will|plans to//will not|does not plan to) run for {office}[, aides said]",
        "{person} (decided|chose//decided not|chose not) to (enter|join) the race for {office}",
        "[On {day}, ]{person} (announced|confirmed//ruled out) a (bid|run) for {office}",
        "{person} (will enter//will not enter|will stay out of) the race for {office}[, aides said]",
    ],
};

const OFFICE: Source = Source::Listed(&["governor", "mayor", "president", "senator", "sheriff"]);

const VISIT: Frame = Frame {
    slots: &[("guest", Source::Country), ("host", Source::Country), ("topic", TOPIC), ("day", DAY)],
    roles: Some(("guest", "host")),
    forms: &[
        "{guest}'s (president|leader) (visited|traveled to) {host}[ on {day}][ for {topic} talks]",
        "{host} (hosted|received|welcomed) {guest}'s (president|leader)[ on {day}]",
        "[On {day}, ]the (president|leader) of {guest} (arrived in|flew to) {host}",
        "{guest}'s leader was (received|welcomed) in {host}[ for (talks on {topic}|{topic} talks)]",
        "The (president|leader) of {guest} (went|came) to {host}[ for {topic} talks]",
    ],
};

const TALKS: Frame = Frame {
    slots: &[("one", Source::Country), ("other", Source::Country), ("topic", TOPIC), ("day", DAY)],
    roles: None,
    forms: &[
        "{one} and {other} (reached|made//did not reach|failed to reach) a {topic} deal[ on {day}]",
        "{topic} talks between {other} and {one} ended (with|in//without) (a deal|an agreement)",
        "[On {day}, ]{other} and {one} (agreed//could not agree|did not agree) on a {topic} deal",
        "{one} and {other} (succeeded//failed|did not succeed) in {topic} talks[ on {day}]",
    ],
};

const TOPIC: Source = Source::Listed(&["trade", "fishing", "border", "water", "security"]);

const BORDER: Frame = Frame {
    slots: &[("one", Source::Country), ("other", Source::Country), ("day", DAY)],
    roles: Some(("one", "other")),
    forms: &[
        "{one} (opened|reopened//closed|shut) its border with {other}[ on {day}]",
        "The border with {other} was (opened|reopened//closed|shut) by {one}[ on {day}]",
        "[On {day}, ]{one} (opened|unsealed//closed|sealed) the border with {other}",
        "{one} (ordered|announced) the (opening|reopening//closing|closure) of its border with {other}",
    ],
};
