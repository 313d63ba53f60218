//! The parts of a looked-after pupil’s Personal Education Plan that may be shared in the room.
//! Placement, carers’ details, reasons for care and contact never belong here.
//!
//! Each heading says who fills the part in. Attendance and the score of the SDQ are none of them: they are measured once,
//! among the baselines of the support plan, and read from there.

use super::{List, ids, list_of, text};

/// The child as the child would be known. What is of care stays in the social care record.
pub const ABOUT: List =
    list_of("about", "About me – social worker, with me", "Add something about me", &[text("text", "Words")]);
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
/// What the child wants to do or be one day, and what leads there.
pub const HOPES: List = list_of(
    "hopes",
    "What I hope to do or be – key adult",
    "Add a hope",
    &[text("text", "My hope"), text("next", "What helps me get there")],
);
/// Pupil premium plus: each spend shows which next step it is for and what it changed. Its money is [`super::staff::SPENDS`].
pub const PREMIUM: List = list_of(
    "premium",
    "Pupil premium plus – designated teacher",
    "Add a spend",
    &[text("purpose", "What it is for"), ids("targets", "For which next step"), text("impact", "What it changed")],
);
pub const TRANSITION: List =
    list_of("transition", "Moving on – designated teacher", "Add a step", &[text("text", "What will happen")]);

pub const LISTS: &[List] = &[ABOUT, ATTAINMENT, WISHES, HOPES, PREMIUM, TRANSITION];
