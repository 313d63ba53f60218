//! Targets and provision: what this cycle works on, the extra help, and who does their part.

use super::{AREAS, Code, List, choice, code, date, ids, list_of, number, one_of, text};

/// The big hope a target is a step towards, usually years long (Code of Practice 9.66).
pub const OUTCOMES: List = list_of(
    "outcomes",
    "Our big hope",
    "Add a hope",
    &[text("text", "Our big hope"), choice("area", "Area of need", AREAS), date("by", "By when")],
);

pub const TARGET_STATES: &[Code] = &[
    code("proposed", "Proposed", "an idea"),
    code("carried_on", "Carried on from last time", "carried on from last time"),
    code("settled", "Settled", "settled"),
];

/// A SMART step inside one cycle.
pub const TARGETS: List = list_of(
    "targets",
    "Next steps",
    "Add a next step",
    &[
        text("pupil_words", "In my words"),
        text("title", "Target"),
        text("baseline", "Where I am now"),
        text("success", "How we’ll know"),
        text("impact", "The difference it will make"),
        date("by", "By when"),
        choice("area", "Area of need", AREAS),
        choice("status", "How far we are", TARGET_STATES),
        ids("outcome", "Towards which hope"),
        number("before_pupil", "Pupil’s score before, out of ten", 1, 10),
        number("before_home", "Home’s score before, out of ten", 1, 10),
        number("before_school", "School’s score before, out of ten", 1, 10),
    ],
);

/// Tiers of provision. The words follow today’s usage; the reform renames them, so they are data.
pub const TIERS: &[Code] = &[
    code("universal", "For everyone", "for everyone"),
    code("targeted", "Targeted", "a bit more"),
    code("targeted_plus", "Targeted plus", "with a specialist"),
    code("specialist", "Specialist", "just for me"),
];

/// The extra help: what, who, when, where, how often. What it costs is kept in the staff’s section.
pub const PROVISION: List = list_of(
    "provision",
    "The extra help",
    "Add some extra help",
    &[
        text("name", "The help"),
        text("who", "Who"),
        text("when", "When"),
        text("often", "How often"),
        text("place", "Where"),
        choice("tier", "How much more than usual", TIERS),
        choice("area", "Area of need", AREAS),
        ids("targets", "For which targets"),
        text("ratio", "Staff to pupils"),
        text("evidence", "Why we think it helps"),
        number("sessions_per_week", "Sessions a week, up to 50", 0, 50),
        number("minutes", "Minutes each, up to 600", 0, 600),
        number("weeks", "Weeks, up to 52", 0, 52),
        number("sessions", "Sessions planned, up to 2,000", 0, 2_000),
    ],
);

const PROMISE: &[super::Field] = &[text("text", "What we will do")];
pub const BY_SCHOOL: List = list_of("by_school", "School will", "Add what school will do", PROMISE);
pub const BY_HOME: List = list_of("by_home", "Home will", "Add what home will do", PROMISE);
pub const BY_PUPIL: List = list_of("by_pupil", "I will", "Add what I will do", PROMISE);

/// What a review may decide about the support as a whole.
pub const DECISIONS: &[Code] = &[
    code("continue", "Continue SEN Support", "keep the extra help"),
    code("increase", "Refine or increase support", "more help"),
    code("reduce", "Reduce support", "a bit less help"),
    code("seek_advice", "Seek specialist advice", "ask somebody who knows more"),
    code("request_ehc", "Request an EHC needs assessment", "ask the council for a plan"),
    code("leave", "Leave SEN Support", "no extra help needed now"),
];

/// What holds for the plan as a whole. The Code requires the expected impact and a review date.
pub const WHOLE: List = one_of(
    "whole",
    "The plan as a whole",
    &[
        text("expected_impact", "The difference we expect"),
        date("review_on", "When we meet again"),
        choice("decision", "What we decide about support", DECISIONS),
    ],
);

pub const LISTS: &[List] = &[OUTCOMES, TARGETS, PROVISION, BY_SCHOOL, BY_HOME, BY_PUPIL, WHOLE];
