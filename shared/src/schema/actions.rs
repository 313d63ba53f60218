//! Who does what by when, and how the help is being given.

use super::{Code, List, choice, code, date, ids, list_of, number, text};

pub const STATES: &[Code] = &[code("", "To do", "to do"), code("done", "Done", "done")];

pub const ACTIONS: List = list_of(
    "actions",
    "Who does what by when",
    "Add something to do",
    &[text("what", "What"), text("who", "Who"), date("by", "By when"), choice("status", "Done?", STATES)],
);

/// Planned against delivered, per provision of the cycle under review: “did it happen?” comes before
/// “did it work?”.
pub const DELIVERY: List = list_of(
    "delivery",
    "Did it happen?",
    "Add how it went",
    &[
        text("name", "The help"),
        ids("provision", "Which provision"),
        ids("targets", "For which last targets"),
        number("planned", "Sessions planned, up to 2,000", 0, 2_000),
        number("delivered", "Sessions that happened, up to 2,000", 0, 2_000),
        text("why_not", "Why not all"),
    ],
);

pub const LISTS: &[List] = &[ACTIONS, DELIVERY];
