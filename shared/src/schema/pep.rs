//! The parts of a looked-after pupil’s Personal Education Plan that may be shared in the room.
//! Placement, carers’ details, reasons for care and contact never belong here.

use super::{List, list_of, number, text};

pub const ATTAINMENT: List = list_of(
    "attainment",
    "My attainment",
    "Add a subject",
    &[
        text("subject", "Subject"),
        text("on_entry", "When I came"),
        text("now", "Now"),
        text("predicted", "Where I am heading"),
    ],
);
pub const WISHES: List =
    list_of("wishes", "My views, wishes and feelings", "Add something you want to say", &[text("text", "Words")]);
/// Pupil premium plus: each spend is costed, linked to a target, and shows what it changed.
pub const PREMIUM: List = list_of(
    "premium",
    "Pupil premium plus",
    "Add a spend",
    &[
        text("purpose", "What it is for"),
        number("allocated_pence", "Set aside, £", 0, 100_000_000),
        number("spent_pence", "Spent, £", 0, 100_000_000),
        text("impact", "What it changed"),
    ],
);
pub const TRANSITION: List = list_of("transition", "Moving on", "Add a step", &[text("text", "What will happen")]);

pub const LISTS: &[List] = &[ATTAINMENT, WISHES, PREMIUM, TRANSITION];
