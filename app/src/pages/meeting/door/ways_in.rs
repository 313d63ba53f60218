//! How somebody who is late comes to the door, and whether it is open at all.

use leptos::prelude::*;

use super::Door;
use crate::{
    api::doors::{make_code, set_doors},
    view::doors::{Code, Doors, Qr},
};

#[component]
pub(super) fn WaysIn() -> impl IntoView {
    let door: Door = expect_context();
    let code = Memo::new(move |_| door.page.get().and_then(|page| page.code));
    let make = Action::new(move |(): &()| async move { door.heard(make_code(door.meeting.id).await) });
    view! {
        <section class="sheet ways-in" aria-labelledby="h-ways-in">
            <header class="sheet-head">
                <h2 id="h-ways-in">"Somebody is late?"</h2>
            </header>
            <div role="status">{move || code.get().map(|code| view! { <ShowCode code /> })}</div>
            <p>
                <button
                    class="button"
                    type="button"
                    disabled=move || make.pending().get()
                    on:click=move |_| {
                        make.dispatch(());
                    }
                >
                    {move || if code.with(Option::is_some) { "New code" } else { "Make a code to say on the phone" }}
                </button>
            </p>
            <HowDoorsAre />
        </section>
    }
}

#[component]
fn ShowCode(code: Code) -> impl IntoView {
    view! {
        <p class="meeting-code">
            <span class="as-label">"Meeting code, to say on the phone"</span>
            " "
            <strong>{code.digits}</strong>
        </p>
        <div class="code-qr">
            <ShowQr qr=code.qr label="QR code: leads a phone to the door" />
            <p>"Or point a phone at this. Both only lead to the door, and stop when the doors close or the meeting is over."</p>
        </div>
    }
}

/// Black on white in every theme, because cameras read no other.
#[component]
pub(super) fn ShowQr(qr: Qr, #[prop(into)] label: String) -> impl IntoView {
    let size = qr.size;
    view! {
        <svg class="qr" viewBox=format!("0 0 {size} {size}") role="img" aria-label=label shape-rendering="crispEdges">
            <path d=qr.path></path>
        </svg>
    }
}

#[component]
fn HowDoorsAre() -> impl IntoView {
    let door: Door = expect_context();
    let now = Memo::new(move |_| door.page.get().map(|page| page.doors));
    let set = Action::new(move |doors: &Doors| {
        let doors = *doors;
        async move { door.heard(set_doors(door.meeting.id, doors).await) }
    });
    let choice = move |doors: Doors| {
        let (words, more) = match doors {
            Doors::Knock => ("People knock", "I let each one in"),
            Doors::Open => ("Open to those expected", "others still knock"),
            Doors::Closed => ("Closed", "nobody can knock, the code stops"),
        };
        let is_now = move || now.get() == Some(doors);
        view! {
            <label class="choice">
                <input
                    type="radio"
                    name="doors"
                    value=doors.name()
                    checked=untrack(is_now)
                    prop:checked=is_now
                    on:change=move |_| {
                        set.dispatch(doors);
                    }
                />
                <span>{words} " " <span>{more}</span></span>
            </label>
        }
    };
    view! {
        <fieldset class="door-state">
            <legend>"The doors"</legend>
            {Doors::ALL.map(choice).collect_view()}
        </fieldset>
    }
}
