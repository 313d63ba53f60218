//! What can be done with a row: move it up or down among its neighbours, take it off the page.
//! Buttons, never dragging. On the pupil’s own page they come when the pupil asks for them.

use leptos::prelude::*;
use shared::{ItemId, Role};

use super::{
    focus,
    icon::Icon,
    item::Item,
    list::{Neighbours, in_short},
    people::People,
};
use crate::collab::use_meeting;

/// Up, down, remove: words and a mark, for those who may.
#[component]
pub fn Tools(
    item: Item,
    /// What is moved and removed, where that is more than the line above: “this next step”.
    #[prop(default = "")]
    what: &'static str,
) -> impl IntoView {
    let may_change = item.may_change();
    move || may_change.get().then(|| view! { <ToolsOf item what /> })
}

#[component]
fn ToolsOf(item: Item, what: &'static str) -> impl IntoView {
    let meeting = use_meeting();
    let Neighbours(rows) = expect_context();
    let on_page = item.store.items(item.list);
    let index = Memo::new(move |_| {
        let live = on_page.get();
        let rows: Vec<_> = rows.get().into_iter().filter(|id| live.contains(id)).collect();
        (rows.iter().position(|id| *id == item.id).unwrap_or(0), rows)
    });
    let is_first = move || index.with(|(at, _)| *at == 0);
    let is_last = move || index.with(|(at, rows)| *at + 1 >= rows.len());
    // Rows of other sides or targets may lie between two neighbours: step over all of them.
    let go = move |up: bool, button: String| {
        let (at, rows) = index.get_untracked();
        let beside = if up { at.checked_sub(1) } else { Some(at + 1) }.and_then(|at| rows.get(at).copied());
        let Some(beside) = beside else { return };
        let place = |id: ItemId| on_page.get_untracked().iter().position(|other| *other == id).unwrap_or(0);
        for _ in 0..place(item.id).abs_diff(place(beside)) {
            item.store.move_by(item.list, item.id, if up { -1 } else { 1 });
        }
        focus::go_to(button);
    };
    let (up, down) = (item.part_id("up"), item.part_id("down"));
    let about = Memo::new(move |_| in_short(item));
    let tools = view! {
        <div class="tools">
            <button
                class="tool"
                type="button"
                id=up.clone()
                aria-disabled=move || is_first().to_string()
                on:click=move |_| go(true, up.clone())
            >
                <Icon name="up" />
                <span>
                    <span class="visually-hidden">"Move "</span>
                    "Up"
                    <About words=about />
                </span>
            </button>
            <button
                class="tool"
                type="button"
                id=down.clone()
                aria-disabled=move || is_last().to_string()
                on:click=move |_| go(false, down.clone())
            >
                <Icon name="down" />
                <span>
                    <span class="visually-hidden">"Move "</span>
                    "Down"
                    <About words=about />
                </span>
            </button>
            <button
                class="tool is-stop"
                type="button"
                on:click=move |_| {
                    if let Some(me) = meeting.my_person {
                        item.store.remove(item.list, item.id, me);
                    }
                }
            >
                <Icon name="remove" />
                <span>"Remove" {(!what.is_empty()).then(|| format!(" {what}"))} <About words=about /></span>
            </button>
        </div>
    };
    if People::here().my_role() == Some(Role::Pupil) {
        view! {
            <details class="more change">
                <summary>
                    <span>"Change" <About words=about /></span>
                </summary>
                {tools}
            </details>
        }
        .into_any()
    } else {
        tools.into_any()
    }
}

/// Which one a button is about, for those who hear the page.
#[component]
fn About(words: Memo<String>) -> impl IntoView {
    view! { <span class="visually-hidden">{move || words.get()}</span> }
}
