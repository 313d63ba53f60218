//! The parts of a looked-after pupil’s Personal Education Plan that may be shared in the room.
//! Placement, carers’ details, reasons for care and contact never belong here.
//!
//! Each heading says who fills the part in. Attendance and the score of the SDQ are none of them: they are measured once,
//! among the baselines of the support plan, and read from there.

use super::{List, list_of, text};

pub const ATTAINMENT: List = list_of(
    "attainment",
    "My attainment – designated teacher",
    "Add a subject",
    &[
        text("subject", "Subject"),
        text("on_entry", "When I came"),
        text("now", "Now"),
        text("predicted", "Where I am heading"),
    ],
);
pub const WISHES: List = list_of(
    "wishes",
    "My views, wishes and feelings – key adult",
    "Add something you want to say",
    &[text("text", "Words")],
);
/// Pupil premium plus: each spend shows what it changed. Its money is [`super::staff::SPENDS`].
pub const PREMIUM: List = list_of(
    "premium",
    "Pupil premium plus – designated teacher",
    "Add a spend",
    &[text("purpose", "What it is for"), text("impact", "What it changed")],
);
pub const TRANSITION: List =
    list_of("transition", "Moving on – designated teacher", "Add a step", &[text("text", "What will happen")]);

pub const LISTS: &[List] = &[ATTAINMENT, WISHES, PREMIUM, TRANSITION];
