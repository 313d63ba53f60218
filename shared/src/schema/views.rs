//! Contributions made before the meeting: one person’s answers and advice, never merged with anybody
//! else’s.
//!
//! Everybody at the table reads them once the meeting is open. What a pupil asks not to share is an entry of the same
//! kind in a section of its own, because it must not be in a document that the others are sent.

use super::{Field, List, list_of, number, text};

const VIEW: &[Field] = &[
    // First, because whoever adds a view begins there; a child, who fills in no question, has no other box.
    text("answer", "The answer"),
    text("question", "The question"),
    number("scale", "How good, from 1 to 5", 1, 5),
    text("original", "In the first language"),
];

pub const VIEWS: List = list_of("views", "Views before the meeting", "Add a view", VIEW);

pub const ADVICE: List = list_of(
    "advice",
    "Advice",
    "Add advice",
    &[text("recommendation", "What I recommend"), text("source", "From which report")],
);

pub const LISTS: &[List] = &[VIEWS, ADVICE];
pub const PRIVATE_LISTS: &[List] = &[VIEWS];
