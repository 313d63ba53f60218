//! One device, several people: who else has come in here, and a way to be them.
//!
//! Each is a form, so that it works without a script. The page is loaded anew as the other person: nobody’s
//! words are ever written under somebody else’s name.

use leptos::prelude::*;
use shared::MeetingId;

use crate::view::doors;

#[component]
pub fn AlsoHere(also_here: Vec<doors::AlsoHere>, #[prop(optional)] meeting: Option<MeetingId>) -> impl IntoView {
    let form = move |other: doors::AlsoHere| {
        view! {
            <form class="also-here" method="post" action="/switch">
                <input type="hidden" name="person" value=other.person.to_string() />
                {meeting.map(|meeting| view! { <input type="hidden" name="meeting" value=meeting.to_string() /> })}
                <button class="button" type="submit">
                    "Be "
                    {other.name}
                </button>
            </form>
        }
    };
    also_here.into_iter().map(form).collect_view()
}
