//! The pupil passport, or one page profile: one page, in the child’s words, for the adults who teach
//! them. The headings are the ones schools already use, word for word.

use super::{Code, Field, List, choice, code, date, list_of, text};

pub const TEXT: &str = "text";

const STATEMENT: &[Field] = &[text(TEXT, "Words")];

pub const KNOW: List = list_of("know", "I would like you to know that…", "Add something to know", STATEMENT);
pub const MEANS: List = list_of("means", "This means that…", "Add what this means", STATEMENT);
pub const DIFFICULT: List = list_of("difficult", "I find it difficult to…", "Add something difficult", STATEMENT);
pub const HELP: List = list_of("help", "It would help me if you could…", "Add something that would help", STATEMENT);
pub const MYSELF: List = list_of("myself", "I will help myself by…", "Add something I will do", STATEMENT);
pub const IMPORTANT_TO: List =
    list_of("important_to", "What is important to me", "Add something important to me", STATEMENT);
pub const IMPORTANT_FOR: List =
    list_of("important_for", "What is important for me", "Add something important for me", STATEMENT);
pub const HOPES: List = list_of("hopes", "My hopes", "Add a hope", STATEMENT);
pub const ADMIRE: List =
    list_of("admire", "What people like and admire about me", "Add something people like and admire", STATEMENT);
pub const SUPPORT: List =
    list_of("support", "Additional support I have", "Add some support", &[text(TEXT, "The support")]);
pub const IN_SHORT: List = list_of("in_short", "In short", "Add a line", &[text(TEXT, "One line for every adult")]);

/// Help in tests, from first trying it to having it approved (domain: access arrangements).
pub const ARRANGEMENT_STATES: &[Code] = &[
    code("being_tried", "Being tried", "we are trying it"),
    code("normal_way_of_working", "Normal way of working", "how I work now"),
    code("applied_for", "Applied for", "we have asked for it"),
    code("approved", "Approved", "I can have it in tests"),
];

pub const ACCESS: List = list_of(
    "access",
    "Help in tests",
    "Add help in tests",
    &[
        text("arrangement", "Arrangement"),
        text("context", "Where it is used"),
        choice("status", "How far it has come", ARRANGEMENT_STATES),
        date("since", "Since"),
    ],
);

pub const DATA: List = list_of(
    "data",
    "What the data says",
    "Add a measure",
    &[text("measure", "What was measured"), text("value", "Result"), date("measured_on", "Measured on")],
);

/// In the order of the page: the statements first, what stands around them after.
pub const LISTS: &[List] = &[
    HELP,
    KNOW,
    MEANS,
    DIFFICULT,
    MYSELF,
    IMPORTANT_TO,
    IMPORTANT_FOR,
    HOPES,
    ADMIRE,
    SUPPORT,
    ACCESS,
    DATA,
    IN_SHORT,
];
