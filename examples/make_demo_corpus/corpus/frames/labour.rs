//! People at work: hiring and dismissal, strikes, pay, and who leads a company. Texts only; the
//! module of templates tells how their marks are read.

use super::super::frame::{Frame, Source};
use super::super::values::{DAY, MANY, SMALL_SHARE};

pub const FRAMES: &[Frame] = &[STAFF, STRIKE, PAY_OFFER, LEADER];

const STAFF: Frame = Frame {
    slots: &[("firm", Source::Company), ("jobs", MANY), ("town", Source::Town)],
    roles: None,
    forms: &[
        "{firm} will (hire|take on//lay off|dismiss) {jobs} (workers|people)[ in {town}]",
        "{jobs} (jobs|posts) (will be|are to be) (created|added//cut|lost) at {firm}[ in {town}]",
        "[In {town}, ]{firm} (plans|intends) to (enlarge|increase//reduce|cut) its staff by {jobs}",
        "{firm} said it would (add|create//cut|shed) {jobs} (jobs|posts)[ in {town}]",
    ],
};

const STRIKE: Frame = Frame {
    slots: &[("workers", WORKERS), ("town", Source::Town), ("day", DAY)],
    roles: None,
    forms: &[
        "{workers} in {town} (walked out|went on strike//ended their strike)[ on {day}]",
        "{workers} in {town} (stopped work//returned to work|went back to work)[ on {day}]",
        "A strike (by|of) {workers} in {town} (began|started//ended|came to an end)[ on {day}]",
        "[On {day}, ]{workers} (began|started//ended|called off) a strike[ in {town}]",
    ],
};

const WORKERS: Source = Source::Listed(&[
    "bus drivers",
    "nurses",
    "(teachers|schoolteachers)",
    "(miners|mine workers)",
    "dock workers",
    "pilots",
    "(mail carriers|postal workers)",
    "cooks",
    "(train drivers|engine drivers)",
]);

const PAY_OFFER: Frame = Frame {
    slots: &[("firm", Source::Company), ("share", SMALL_SHARE), ("day", DAY)],
    roles: None,
    forms: &[
        "Workers at {firm} (accepted|agreed to//rejected|turned down) a (raise|pay rise) of {share}",
        "[On {day}, ]{firm} workers (said yes to|approved//said no to|refused) a {share} raise",
        "A {share} raise was (accepted|approved//rejected|not accepted) by {firm} workers[ on {day}]",
        "The {firm} union (voted for//voted against|did not accept) a {share} (raise|pay rise)",
    ],
};

const LEADER: Frame = Frame {
    slots: &[("person", Source::Person), ("role", ROLE), ("firm", Source::Company), ("day", DAY)],
    roles: None,
    forms: &[
        "{person} (became|was named//resigned as|stepped down as) {role} of {firm}[ on {day}]",
        "{firm} (named {person} as its|appointed {person} as //said {person} had quit as) {role}",
        "[On {day}, ]{person} (took the post//gave up the post|left the post) of {role} at {firm}",
        "{firm} announced the (appointment//departure|resignation) of {person} as {role}",
        "{person} (is the new|is now the//is no longer the) {role} of {firm}",
    ],
};

const ROLE: Source = Source::Listed(&[
    "(CEO|chief executive)",
    "(chairman|chair)",
    "(finance chief|head of finance)",
    "president",
    "(research chief|head of research)",
]);
