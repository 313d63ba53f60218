//! What the school keeps for itself: notes of the staff; and, in a section of its own, what each provision costs, by its
//! id, so that a cost is never sent to a browser but of who answers for it.

use super::{List, ids, list_of, number, text};

pub const NOTES: List = list_of("notes", "Staff notes", "Add a note", &[text("text", "Note")]);
pub const COSTS: List = list_of(
    "costs",
    "What it costs",
    "Add a cost",
    &[
        ids("provision", "Which provision"),
        number("pence_per_pupil", "£ a pupil", 0, 100_000_000),
        text("funding", "Paid from"),
    ],
);

pub const LISTS: &[List] = &[NOTES];
pub const COSTS_LISTS: &[List] = &[COSTS];
