//! One mark for each target that a review looked back on, and the same in a sentence.

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
    parts.join(", ") + "."
}
