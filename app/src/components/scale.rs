//! A score out of ten, before and now. The numbers are always written beside it; this only helps.

use leptos::prelude::*;
use shared::role::Side;

/// A ring for before, a dot for now, on ten marks.
#[component]
pub fn Scale(before: Memo<Option<i64>>, now: Memo<Option<i64>>, side: Side) -> impl IntoView {
    let class = if side == Side::Pupil { "scale is-pupil" } else { "scale" };
    let (from, to) = (move || before.get().map(place), move || now.get().map(place));
    view! {
        <svg class=class viewBox="0 0 200 24" preserveAspectRatio="xMinYMid meet" aria-hidden="true">
            {(1..=10).map(|n| view! { <circle class="tick" cx=place(n) cy="12" r="2"></circle> }).collect_view()}
            {move || {
                Some(view! { <line class="span" x1=from()? x2=to()? y1="12" y2="12"></line> })
            }}
            {move || from().map(|x| view! { <circle class="before" cx=x cy="12" r="5.5"></circle> })}
            {move || to().map(|x| view! { <circle class="now" cx=x cy="12" r="8"></circle> })}
        </svg>
    }
}

fn place(score: i64) -> i64 {
    score * 20 - 10
}
