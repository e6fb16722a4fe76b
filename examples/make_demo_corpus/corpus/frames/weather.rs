//! Storms, rain and what stays shut because of them. Texts only; the module of templates tells
//! how their marks are read.

use super::super::frame::{Frame, Source};
use super::super::values::{DAY, MANY, MONTH};

pub const FRAMES: &[Frame] = &[POWER_CUT, RAINFALL, FORECAST, OPENING];

const POWER_CUT: Frame = Frame {
    slots: &[("weather", WEATHER), ("homes", MANY), ("town", Source::Town), ("day", DAY)],
    roles: None,
    forms: &[
        "{weather} cut (power|electricity) to {homes} homes[ in {town}][ on {day}]",
        "{homes} homes[ in {town}] lost (power|electricity) (because of|due to) {weather}",
        "[On {day}, ]{weather} left {homes} {town} homes without (power|electricity)",
        "[In {town}, ]{homes} homes went without (power|electricity) after {weather}",
    ],
};

const WEATHER: Source = Source::Listed(&[
    "(heavy snow|a snowstorm)",
    "(a flood|flooding)",
    "(lightning|a lightning strike)",
    "(high winds|strong winds)",
    "ice",
]);

const RAINFALL: Frame = Frame {
    slots: &[("town", Source::Town), ("amount", AMOUNT), ("fall", FALL), ("day", DAY)],
    roles: None,
    forms: &[
        "{town} (received|got|had) {amount} of {fall}[ on {day}]",
        "{amount} of {fall} (fell|came down) in {town}[ on {day}]",
        "[On {day}, ](forecasters|experts) (measured|recorded) {amount} of {fall} in {town}",
        "[On {day}, ]the {fall} in {town} (amounted|came) to {amount}",
        "A storm (dropped|dumped) {amount} of {fall} on {town}[ on {day}]",
    ],
};

const AMOUNT: Source = Source::Listed(&[
    "(2 inches|two inches)",
    "(3 inches|three inches)",
    "(4 inches|four inches)",
    "(6 inches|six inches|half a foot)",
    "(a foot|twelve inches)",
    "(2 centimeters|two centimeters)",
    "(3 centimeters|three centimeters)",
    "(4 centimeters|four centimeters)",
]);

const FALL: Source = Source::Listed(&["rain", "snow", "sleet"]);

const OPENING: Frame = Frame {
    slots: &[("place", PLACE), ("town", Source::Town), ("month", MONTH)],
    roles: None,
    forms: &[
        "The {town} {place} will (reopen|open again//close|shut)[ in {month}]",
        "{town} (will|plans to) (reopen//close|shut down) its {place}[ in {month}]",
        "[In {month}, ]the {place} in {town} is (due|set) to (open again|reopen//close|shut)",
        "The (reopening//closing|closure) of the {town} {place} is (set|planned) for {month}",
        "Officials said the {town} {place} would be (open again//closed|shut)[ in {month}]",
    ],
};

const PLACE: Source = Source::Listed(&["airport", "museum", "zoo", "library", "hospital", "harbor", "bridge"]);

const FORECAST: Frame = Frame {
    slots: &[("sky", SKY), ("town", Source::Town), ("day", DAY)],
    roles: None,
    forms: &[
        "Forecasters (expect|predict//do not expect|do not predict) {sky} in {town}[ on {day}]",
        "{sky} is (expected|likely//not expected|unlikely) in {town}[ on {day}]",
        "[On {day}, ]{town} (should see|is likely to get//should see no|is unlikely to get) {sky}",
        "[On {day}, ]there (will be//will be no) {sky} in {town}, forecasters said",
    ],
};

const SKY: Source = Source::Listed(&["rain", "snow", "fog", "frost", "hail", "thunder"]);
