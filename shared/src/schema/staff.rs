//! What staff keep for themselves: notes, and what each provision, and each spend of a looked-after pupil’s premium,
//! costs, keyed by its id. A section of its own, so that a cost is never sent to a family’s browser at all.

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

/// Of the pupil premium plus: what it is for and what it changed stand in the PEP, for everybody who reads that.
pub const SPENDS: List = list_of(
    "spends",
    "What is set aside and spent",
    "Add what is set aside",
    &[
        ids("spend", "Which spend"),
        number("allocated_pence", "Set aside, £", 0, 100_000_000),
        number("spent_pence", "Spent, £", 0, 100_000_000),
    ],
);

pub const LISTS: &[List] = &[NOTES, COSTS, SPENDS];
