//! Matches, players and coaches. A team goes by the name of its town. Texts only; the module of
//! templates tells how their marks are read.

use super::super::frame::{Frame, Source};
use super::super::values::DAY;

pub const FRAMES: &[Frame] = &[MATCH, COACH, FITNESS, RACE];

const MATCH: Frame = Frame {
    slots: &[("winner", Source::Town), ("loser", Source::Town), ("score", SCORE), ("day", DAY)],
    roles: Some(("winner", "loser")),
    forms: &[
        "{winner} (beat|defeated) {loser} {score}[ on {day}]",
        "{loser} (lost {score} to|were beaten {score} by|went down {score} to) {winner}[ on {day}]",
        "[On {day}, ]{winner} (won {score} against|had a {score} win over) {loser}",
        "{winner} (earned|took|claimed) a {score} (win|victory) (over|against) {loser}[ on {day}]",
        "[On {day}, ]{loser} suffered a {score} (defeat|loss) (against|to) {winner}",
    ],
};

const SCORE: Source = Source::Listed(&["1-0", "2-0", "2-1", "3-0", "3-1", "3-2", "4-1", "5-2"]);

const COACH: Frame = Frame {
    slots: &[("club", Source::Town), ("person", Source::Person), ("day", DAY)],
    roles: None,
    forms: &[
        "{club} (hired|appointed//fired|dismissed) {person} as (coach|head coach)[ on {day}]",
        "{person} was (hired|appointed//fired|dismissed) as {club} coach[ on {day}]",
        "[On {day}, ]{person} (got|was given//lost|was stripped of) the job of coaching {club}",
        "{person} will (coach|be in charge of//no longer coach|no longer be in charge of) {club}[, the club said]",
    ],
};

const FITNESS: Frame = Frame {
    slots: &[("person", Source::Person), ("game", GAME), ("club", Source::Town)],
    roles: None,
    forms: &[
        "{person} will (play in|not miss//miss|not play in) {game}[ for {club}]",
        "{person} is (going|due|set//not going|not due|not set) to play in {game}[ for {club}]",
        "{club} said {person} would (play in|not miss//miss|not play in) {game}",
        "{club} will (have|not be without//be without|not have) {person} in {game}",
    ],
};

const GAME: Source = Source::Listed(&[
    "the final",
    "the semifinal",
    "the (opener|opening game)",
    "the cup match",
    "the Saturday game",
    "the Sunday game",
]);

const RACE: Frame = Frame {
    slots: &[("winner", Source::Person), ("loser", Source::Person), ("race", CONTEST), ("town", Source::Town)],
    roles: Some(("winner", "loser")),
    forms: &[
        "{winner} finished (ahead of|before) {loser} in the[ {town}] {race}",
        "{loser} (came in|finished) (behind|after) {winner} in the[ {town}] {race}",
        "{winner} (beat|outran) {loser} in the {race}[ in {town}]",
        "{loser} was (beaten|outrun) by {winner} in the {race}[ in {town}]",
    ],
};

const CONTEST: Source = Source::Listed(&["marathon", "(mile|one mile race)", "sprint", "relay", "hurdles"]);
