//! Companies: what they earn, sell, buy and withdraw. Texts only; the module of templates tells
//! how their marks are read.

use super::super::frame::{Frame, Source};
use super::super::values::{DAY, MANY, MONTH, PRICE, QUARTER, SHARE, SMALL_SHARE};

pub const FRAMES: &[Frame] = &[EARNINGS, SHARES, TAKEOVER, LAUNCH, RECALL, TARGET, CONTRACT];

const EARNINGS: Frame = Frame {
    slots: &[("firm", Source::Company), ("share", SHARE), ("quarter", QUARTER)],
    roles: None,
    forms: &[
        "Profit at {firm} (rose|grew//fell|shrank) by {share}[ in the {quarter} quarter]",
        "{firm} (said|reported) profit (went up|was up//went down|was down) by {share}",
        "{firm} (posted|announced) a (rise|gain//fall|drop) of {share} in {quarter} quarter profit",
        "[In the {quarter} quarter, ]{firm} (earned|made) {share} (more//less) than last year",
    ],
};

const SHARES: Frame = Frame {
    slots: &[("firm", Source::Company), ("share", SMALL_SHARE), ("day", DAY)],
    roles: None,
    forms: &[
        "Shares (of|in) {firm} (rose|climbed|gained//fell|dropped|lost) {share}[ on {day}]",
        "{firm} (shares|stock) (closed|ended) {share} (higher|up//lower|down)[ on {day}]",
        "[On {day}, ]investors (pushed|sent) {firm} shares (up|higher//down|lower) by {share}",
        "[On {day}, ]{firm} (shares|stock) (went up|advanced//went down|slipped) by {share}",
    ],
};

const TAKEOVER: Frame = Frame {
    slots: &[("buyer", Source::Company), ("target", Source::Company), ("price", PRICE)],
    roles: Some(("buyer", "target")),
    forms: &[
        "{buyer} (bought|acquired|took over) {target}[ for {price}]",
        "{target} (was bought|was acquired|was taken over) by {buyer}[ for {price}]",
        "{buyer} (paid {price} for|spent {price} to buy) {target}",
        "{buyer} (completed|closed) its (purchase|takeover) of {target}[ for {price}]",
        "[For {price}, ]the owners of {target} sold (it|the company) to {buyer}",
    ],
};

const LAUNCH: Frame = Frame {
    slots: &[("firm", Source::Company), ("product", PRODUCT), ("month", MONTH)],
    roles: None,
    forms: &[
        "{firm} (will|plans to|intends to) (launch|release) its new {product} in {month}",
        "The new {product} (from|made by) {firm} (goes on sale|comes out|is due) in {month}",
        "In {month}, {firm} will (start|begin) (selling|sales of) its {product}",
        "{firm} (set|chose) {month} for the (launch|release) of its {product}",
        "Sales of the new {firm} {product} (start|begin) in {month}",
    ],
};

const PRODUCT: Source = Source::Listed(&[
    "van",
    "tablet",
    "phone",
    "(television|TV)",
    "camera",
    "game console",
    "bicycle",
    "truck",
    "(laptop|laptop computer)",
]);

const RECALL: Frame = Frame {
    slots: &[("firm", Source::Company), ("count", MANY), ("product", RECALLED), ("part", PART)],
    roles: None,
    forms: &[
        "{firm} (recalled|called back) {count} {product}[ (over|because of) (faulty|bad) {part}]",
        "{count} {product} were (recalled|called back) by {firm}[ over (faulty|bad) {part}]",
        "[Because of (faulty|bad) {part}, ]{firm} (recalled|withdrew) {count} {product}",
        "(Faulty|Defective) {part} (forced|led) {firm} to (recall|withdraw) {count} {product}",
    ],
};

const RECALLED: Source =
    Source::Listed(&["(cars|automobiles)", "trucks", "buses", "heaters", "motorcycles", "scooters"]);

const PART: Source = Source::Listed(&["fuses", "batteries", "switches", "cables"]);

const TARGET: Frame = Frame {
    slots: &[("firm", Source::Company), ("goal", GOAL), ("month", MONTH)],
    roles: None,
    forms: &[
        "{firm} (met|did not miss//missed|did not meet) its {goal} (target|goal)[ in {month}]",
        "{firm} (reached|hit//fell short of|did not hit) its {goal} (target|goal)[ in {month}]",
        "[In {month}, ]{goal} at {firm} (reached|did not miss//missed|did not reach) the target",
        "The {goal} (target|goal)[ for {month}] was (met|not missed//missed|not met) by {firm}",
    ],
};

const GOAL: Source = Source::Listed(&["sales", "profit", "output", "savings"]);

const CONTRACT: Frame = Frame {
    slots: &[("firm", Source::Company), ("work", WORK), ("town", Source::Town)],
    roles: None,
    forms: &[
        "{firm} (won|landed//lost|did not win) the contract (for|to build) {work}[ in {town}]",
        "{firm} was (chosen|picked//not chosen|not picked) to build {work}[ in {town}]",
        "{work} in {town} (will|is to//will not|is not to) be built by {firm}",
        "{town} (gave|handed//denied|did not give) {firm} the contract for {work}",
    ],
};

const WORK: Source = Source::Listed(&[
    "a bridge",
    "a dam",
    "a hospital",
    "a power plant",
    "a prison",
    "a stadium",
    "(a school|a schoolhouse)",
    "an airport",
]);
