//! Scores: drawn, before and now; and for the pupil to tap. The numbers are always written beside.

use leptos::prelude::*;
use shared::{role::Side, schema::Kind};

use super::{field::Field, item::Item};

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

/// A number of a few, each a place to tap, instead of a list that has to be opened.
#[component]
pub fn TapScale(
    item: Item,
    key: &'static str,
    /// The question, and what the ends mean.
    label: &'static str,
) -> impl IntoView {
    let may_change = item.may_change();
    let field = item.list.field(key)?;
    let Kind::Number { from, to } = field.kind else { return None };
    let id = item.dom_id(key);
    let now = item.number(key);
    let place = move |n: i64| {
        let is_now = move || now.get() == Some(n);
        view! {
            <label class="tap">
                <input
                    type="radio"
                    name=id.clone()
                    value=n
                    checked=untrack(is_now)
                    prop:checked=is_now
                    on:change=move |_| item.set_number(key, Some(n))
                />
                <span>{n}</span>
            </label>
        }
    };
    Some(move || {
        if may_change.get() {
            view! {
                <fieldset class="taps">
                    <legend>{label}</legend>
                    <div>{(from..=to).map(&place).collect_view()}</div>
                </fieldset>
            }
            .into_any()
        } else {
            view! { <Field item key label read_only=Signal::stored(true) /> }.into_any()
        }
    })
}
