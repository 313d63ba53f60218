//! The parts of a looked-after pupil’s Personal Education Plan that may be shared in the room.
//! Placement, carers’ details, reasons for care and contact never belong here.
//!
//! Each heading says who fills the part in. Attendance is none of them: it is measured once, among the baselines of the
//! support plan, and read from there. What is not for the child, the family and visitors is [`RESTRICTED`], in a section
//! of its own, so that it is never sent to them.

use super::{List, date, ids, list_of, number, text};

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
/// Pupil premium plus: each spend is costed, and shows which next step it is for and what it changed.
pub const PREMIUM: List = list_of(
    "premium",
    "Pupil premium plus – designated teacher",
    "Add a spend",
    &[
        text("purpose", "What it is for"),
        ids("targets", "For which next step"),
        number("allocated_pence", "Set aside, £", 0, 100_000_000),
        number("spent_pence", "Spent, £", 0, 100_000_000),
        text("impact", "What it changed"),
    ],
);
/// Of the Strengths and Difficulties Questionnaire: a screen, and no diagnosis.
pub const SDQ: List = list_of(
    "sdq",
    "SDQ scores – social worker",
    "Add a score",
    &[text("by", "Answered by"), number("total", "Total, 0 to 40", 0, 40), date("measured_on", "On")],
);
pub const TRANSITION: List =
    list_of("transition", "Moving on – designated teacher", "Add a step", &[text("text", "What will happen")]);

pub const LISTS: &[List] = &[ABOUT, ATTAINMENT, WISHES, HOPES, TRANSITION];
pub const RESTRICTED: &[List] = &[PREMIUM, SDQ];
