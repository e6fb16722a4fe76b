//! Countries and towns that trade, borrow and receive guests. Texts only; the module of templates
//! tells how their marks are read.

use super::super::frame::{Frame, Source};
use super::super::values::{DAY, GOOD, MONTH, SHARE, SMALL_SHARE};

pub const FRAMES: &[Frame] = &[EXPORTS, TARIFF, INTEREST, TOURISM];

const EXPORTS: Frame = Frame {
    slots: &[("country", Source::Country), ("good", GOOD), ("share", SHARE), ("month", MONTH)],
    roles: None,
    forms: &[
        "{country}'s {good} exports (rose|grew//fell|shrank) by {share}[ in {month}]",
        "Exports of {good} from {country} (went up|increased//went down|decreased) by {share}",
        "[In {month}, ]{country} (sold|shipped) {share} (more//less) {good} abroad",
        "{country} (reported|saw) a (rise|jump//fall|drop) of {share} in exports of {good}",
    ],
};

const TARIFF: Frame = Frame {
    slots: &[("one", Source::Country), ("other", Source::Country), ("good", GOOD), ("day", DAY)],
    roles: Some(("one", "other")),
    forms: &[
        "{one} (imposed|placed//lifted|removed) a (tariff|duty) on {good} from {other}[ on {day}]",
        "{good} from {other} is (now taxed|no longer tax free//no longer taxed|now tax free) in {one}",
        "A (tariff|duty) on {good} from {other} was (imposed|introduced//lifted|ended) by {one}",
        "[On {day}, ]{one} (began|started//stopped|gave up) taxing {good} from {other}",
    ],
};

const INTEREST: Frame = Frame {
    slots: &[("country", Source::Country), ("level", SMALL_SHARE), ("day", DAY)],
    roles: None,
    forms: &[
        "{country} (raised|lifted//lowered|cut) interest rates to {level}[ on {day}]",
        "Interest rates in {country} (rose|were raised//fell|were cut) to {level}[ on {day}]",
        "[On {day}, ]{country} (moved|pushed) rates (up|higher//down|lower) to {level}",
        "{country} (announced|ordered) (an increase|a rise//a cut|a drop) in rates to {level}",
    ],
};

const TOURISM: Frame = Frame {
    slots: &[("town", Source::Town), ("share", SHARE), ("month", MONTH)],
    roles: None,
    forms: &[
        "{town} (drew|attracted) {share} (more//fewer) (visitors|tourists)[ in {month}]",
        "The number of (visitors|tourists) to {town} (rose|grew//fell|dropped) by {share}",
        "[In {month}, ]visits to {town} (went up|increased//went down|decreased) by {share}",
        "{town} (saw|reported) a (rise|jump//fall|drop) of {share} in (visitors|tourists)",
    ],
};
