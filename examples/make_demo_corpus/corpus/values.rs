//! Lists of values that several frames share: days, amounts, counts. Each value is a template, and
//! its wordings mean the same; no two values of one list can be worded alike. It does not know
//! which frame uses which list.

use super::frame::Source;

pub const DAY: Source = Source::Listed(&["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]);

pub const MONTH: Source = Source::Listed(&[
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]);

pub const QUARTER: Source = Source::Listed(&["first", "second", "third", "(fourth|final)"]);

/// Shares that may also be worded as fractions.
pub const SHARE: Source = Source::Listed(&[
    "(4 percent|4%)",
    "(5 percent|5%|five percent)",
    "(6 percent|6%)",
    "(7 percent|7%|seven percent)",
    "(9 percent|9%|nine percent)",
    "(a tenth|10 percent)",
    "(a fifth|20 percent)",
    "(a quarter|25 percent)",
    "(a third|one third)",
    "(half|50 percent)",
]);

/// Small shares: never fractions, and none that wants "an" before it.
pub const SMALL_SHARE: Source = Source::Listed(&[
    "(2 percent|2%|two percent)",
    "(3 percent|3%|three percent)",
    "(4 percent|4%|four percent)",
    "(5 percent|5%|five percent)",
    "(6 percent|6%|six percent)",
    "(7 percent|7%|seven percent)",
    "(9 percent|9%|nine percent)",
]);

pub const SUPPORT: Source = Source::Listed(&[
    "(30 percent|30%)",
    "(35 percent|35%)",
    "(40 percent|40%)",
    "(a quarter|25 percent)",
    "(a third|one third)",
    "(half|50 percent)",
    "(60 percent|60%)",
]);

pub const PRICE: Source = Source::Listed(&[
    "($1 million|a million dollars)",
    "($2 million|two million dollars)",
    "($3 million|three million dollars)",
    "($5 million|five million dollars)",
    "($8 million|eight million dollars)",
    "($9 million|nine million dollars)",
    "($1 billion|a billion dollars)",
    "($2 billion|two billion dollars)",
    "($3 billion|three billion dollars)",
]);

pub const LOOT_VALUE: Source = Source::Listed(&[
    "($1 million|a million dollars)",
    "($2 million|two million dollars)",
    "($4 million|four million dollars)",
    "($6 million|six million dollars)",
    "($9 million|nine million dollars)",
    "($2000|two thousand dollars)",
    "($5000|five thousand dollars)",
]);

/// A few people.
pub const FEW: Source = Source::Listed(&[
    "(2|two)",
    "(3|three)",
    "(4|four)",
    "(5|five)",
    "(6|six)",
    "(7|seven)",
    "(8|eight)",
    "(9|nine)",
    "(10|ten)",
    "(12|twelve|a dozen)",
    "(20|twenty)",
    "(24|two dozen)",
]);

/// Many people or things.
pub const MANY: Source = Source::Listed(&[
    "(50|fifty)",
    "(30|thirty)",
    "(40|forty)",
    "(70|seventy)",
    "(100|a hundred|one hundred)",
    "(200|two hundred)",
    "(500|five hundred)",
    "(1000|a thousand|one thousand)",
    "(2000|two thousand)",
]);

pub const PRISON_TERM: Source = Source::Listed(&[
    "(one year|a year|twelve months)",
    "(18 months|a year and a half)",
    "(2 years|two years)",
    "(3 years|three years)",
    "(5 years|five years)",
    "(6 years|six years)",
    "(8 years|eight years)",
    "(10 years|a decade)",
    "(20 years|two decades)",
]);

pub const CRIME: Source =
    Source::Listed(&["fraud", "robbery", "theft", "bribery", "perjury", "smuggling", "forgery", "blackmail"]);

pub const GOOD: Source =
    Source::Listed(&["oil", "steel", "coffee", "wheat", "cotton", "copper", "timber", "rice", "wine", "sugar"]);
