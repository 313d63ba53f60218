//! Contributions made before the meeting: one person’s answers and advice, never merged with anybody
//! else’s.

use super::{Code, Field, List, choice, code, list_of, number, text};

/// Whether the writer wants the others to see it before the meeting opens.
pub const SHARING: &[Code] = &[
    code("", "Shared in the meeting", "share it"),
    code("not_shared", "Please don’t share this", "please don’t share this"),
];

const VIEW: &[Field] = &[
    text("question", "The question"),
    text("answer", "The answer"),
    number("scale", "How good, from 1 to 5", 1, 5),
    text("original", "In the first language"),
    choice("sharing", "Sharing", SHARING),
];

pub const VIEWS: List = list_of("views", "Views before the meeting", "Add a view", VIEW);

pub const ADVICE: List = list_of(
    "advice",
    "Advice",
    "Add advice",
    &[text("recommendation", "What I recommend"), text("source", "From which report")],
);

pub const LISTS: &[List] = &[VIEWS, ADVICE];
