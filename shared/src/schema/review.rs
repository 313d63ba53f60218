//! How last targets went: was it delivered, did it help, three voices, what next.

use super::{AREAS, Code, List, choice, code, ids, list_of, number, one_of, text};

/// `NOT_DELIVERED` is kept apart from `NOT_YET`: the school learns from the first, the child from
/// neither.
pub const RATINGS: &[Code] = &[
    code("EXCEEDED", "More than achieved", "I smashed it"),
    code("ACHIEVED", "Achieved", "I did it"),
    code("PARTLY", "Partly achieved", "Nearly there"),
    code("SMALL_STEPS", "Small steps", "A bit better"),
    code("NOT_YET", "Not yet", "Still tricky"),
    code("NOT_DELIVERED", "Cannot judge: the support did not happen as planned", "We didn’t get to try it"),
];

/// Steps of the scale above “not yet”. None where nobody could judge: the support did not happen.
pub fn steps(rating: &str) -> Option<i64> {
    match rating {
        "EXCEEDED" => Some(4),
        "ACHIEVED" => Some(3),
        "PARTLY" => Some(2),
        "SMALL_STEPS" => Some(1),
        "NOT_YET" => Some(0),
        _ => None,
    }
}

/// The one after which a target does not go on.
pub const CLOSED: &str = "close_target";

pub const NEXT_STEPS: &[Code] = &[
    code(CLOSED, "Finished", "finished"),
    code("continue", "Carry on", "carry on"),
    code("adapt", "Change it a little", "change it a little"),
    code("step_up", "More help", "more help"),
    code("step_down", "Less help", "less help"),
];

pub const TARGETS: List = list_of(
    "targets",
    "Last targets",
    "Add a target from last time",
    &[
        text("pupil_words", "In my words"),
        text("title", "Target"),
        text("baseline", "Where I was"),
        // Brought along for the step that carries on; nobody writes in them here.
        text("success", "How we’ll know"),
        choice("area", "Area of need", AREAS),
        text("exit", "Where I am after"),
        text("delivered", "Did it happen?"),
        choice("rating", "How it went", RATINGS),
        choice("next_step", "What next", NEXT_STEPS),
        number("before_pupil", "Pupil, before", 1, 10),
        number("before_home", "Home, before", 1, 10),
        number("before_school", "School, before", 1, 10),
        number("after_pupil", "Pupil, now", 1, 10),
        number("after_home", "Home, now", 1, 10),
        number("after_school", "School, now", 1, 10),
    ],
);

/// The reviewed target that a remark is about.
pub const TARGET: &str = "target";

/// What each voice says about a target, or about all of them when no target is named.
pub const REMARKS: List = list_of(
    "remarks",
    "What each of us says",
    "Add what you think",
    &[text("text", "What you think"), ids(TARGET, "About which target")],
);

pub const WHOLE: List = one_of("whole", "All in all", &[text("impact", "The difference it made")]);

pub const LISTS: &[List] = &[TARGETS, REMARKS, WHOLE];
