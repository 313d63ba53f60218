//! What staff keep for themselves: notes, and what each provision costs, keyed by its id. A section
//! of its own, so that a cost is never sent to a family’s browser at all.

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

pub const LISTS: &[List] = &[NOTES, COSTS];
