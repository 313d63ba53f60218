//! How things are: the boards of a person-centred review, and what is known.

use super::{AREAS, Code, Field, List, choice, code, date, list_of, text};

pub const TEXT: &str = "text";
pub const SIDE: &str = "side";

const NOTE: &[Field] = &[text(TEXT, "Note")];

/// Whose side of the table a view comes from. Views stay side by side and are never averaged.
pub const SIDES: &[Code] = &[
    code("pupil", "Pupil", "me"),
    code("home", "Home", "home"),
    code("school", "School", "school"),
    code("visitor", "Specialists", "visitors"),
];

const SIDED: &[Field] = &[text(TEXT, "Note"), choice(SIDE, "From whose side", SIDES)];

pub const ADMIRE: List = list_of("admire", "What we like and admire", "Add something you like or admire", NOTE);
pub const WORKING: List = list_of("working", "Working", "Add something that is working", SIDED);
pub const NOT_WORKING: List = list_of("not_working", "Not working", "Add something that is not working", SIDED);
pub const IMPORTANT_TO: List = list_of("important_to", "Important to", "Add something important to them", NOTE);
pub const IMPORTANT_FOR: List = list_of("important_for", "Important for", "Add something important for them", NOTE);
pub const QUESTIONS: List = list_of("questions", "Questions to answer", "Add a question", NOTE);

/// “We see this differently”: two views kept side by side, carried into the record.
pub const DIFFER: List = list_of(
    "differ",
    "We see this differently",
    "Add something we see differently",
    &[
        text("topic", "What it is about"),
        text("one", "One view"),
        text("other", "Another view"),
        super::ids("one_by", "Whose view"),
        super::ids("other_by", "Whose other view"),
    ],
);

pub const STRENGTHS: List = list_of("strengths", "Strengths", "Add a strength", NOTE);
pub const NEEDS: List = list_of(
    "needs",
    "Needs",
    "Add a need",
    &[text("need", "The need"), choice("area", "Area of need", AREAS), text("evidence", "How we know")],
);
pub const BASELINES: List = list_of(
    "baselines",
    "Baselines",
    "Add a measure",
    &[text("measure", "What was measured"), text("value", "Result"), date("measured_on", "Measured on")],
);
pub const ADVICE: List = list_of(
    "advice",
    "Specialist advice",
    "Add advice",
    &[text(TEXT, "The advice"), text("source", "From which report")],
);

pub const LISTS: &[List] = &[
    ADMIRE,
    WORKING,
    NOT_WORKING,
    IMPORTANT_TO,
    IMPORTANT_FOR,
    QUESTIONS,
    DIFFER,
    STRENGTHS,
    NEEDS,
    BASELINES,
    ADVICE,
];
