//! One mark for each target that a review looked back on, and the same in a sentence; help under no target has no mark.

#![expect(unreachable_pub, reason = "a component’s props are public, however private the component")]

use leptos::prelude::*;

use crate::view::map::ImpactRow;

/// How one target went.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    GotThere,
    PartWay,
    NotYet,
    NotTried,
}

pub(super) const KINDS: [(Kind, &str); 4] = [
    (Kind::GotThere, "got there"),
    (Kind::PartWay, "part of the way"),
    (Kind::NotYet, "not yet"),
    (Kind::NotTried, "did not get to try it"),
];

/// Shape first: full with a tick, half, empty, dashed.
#[component]
pub(super) fn Mark(kind: Kind, x: usize, y: usize) -> impl IntoView {
    let place = format!("translate({x} {y})");
    let inside = match kind {
        Kind::GotThere => view! {
            <circle class="d-fill" cx="13" cy="13" r="10.5"></circle>
            <path class="k-tick" d="M8 13.5l3.5 3.5 6.5-7"></path>
        }
        .into_any(),
        Kind::PartWay => view! {
            <circle class="k-rim" cx="13" cy="13" r="9.5"></circle>
            <path class="d-fill" d="M3.5 13a9.5 9.5 0 0 0 19 0z"></path>
        }
        .into_any(),
        Kind::NotYet => view! { <circle class="k-rim" cx="13" cy="13" r="9.5"></circle> }.into_any(),
        Kind::NotTried => view! { <circle class="k-dash" cx="13" cy="13" r="9.5"></circle> }.into_any(),
    };
    view! { <g transform=place>{inside}</g> }
}

pub(super) fn counts(row: &ImpactRow) -> [(Kind, u32); 4] {
    [
        (Kind::GotThere, row.got_there),
        (Kind::PartWay, row.part_way),
        (Kind::NotYet, row.not_yet),
        (Kind::NotTried, row.not_tried),
    ]
}

/// “4 of 8 got there, 3 part of the way, 1 not yet.”
pub(super) fn sentence(row: &ImpactRow) -> String {
    let mut parts = vec![];
    if row.judged() > 0 {
        parts.push(format!("{} of {} got there", row.got_there, row.judged()));
    }
    for (count, words) in [(row.part_way, "part of the way"), (row.not_yet, "not yet")] {
        if count > 0 {
            parts.push(format!("{count} {words}"));
        }
    }
    if row.not_tried > 0 {
        parts.push(format!("{} did not get to try it", row.not_tried));
    }
    if row.under_no_step > 0 {
        parts.push(format!("{} under no next step", row.under_no_step));
    }
    if parts.is_empty() {
        let why =
            if row.planned > 0 && row.delivered == 0 { "it was not given once" } else { "no next step was judged" };
        return format!("Nothing is said of it: {why}.");
    }
    parts.join(", ") + "."
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn help_that_no_step_can_speak_for_is_told_all_the_same() {
        let counted = ImpactRow { planned: 20, delivered: 14, under_no_step: 1, ..ImpactRow::default() };
        assert_eq!(sentence(&counted), "1 under no next step.");
        let both = ImpactRow { got_there: 1, ..counted.clone() };
        assert_eq!(sentence(&both), "1 of 1 got there, 1 under no next step.");
        // The step it was for was reached, and not by what was not given: it is not “not tried” either.
        let never = ImpactRow { delivered: 0, under_no_step: 0, ..counted.clone() };
        assert_eq!(sentence(&never), "Nothing is said of it: it was not given once.");
        let unsaid = ImpactRow { under_no_step: 0, ..counted };
        assert_eq!(sentence(&unsaid), "Nothing is said of it: no next step was judged.");
    }
}
