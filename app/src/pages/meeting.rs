//! The meeting.
use leptos::prelude::*;

#[component]
pub fn MeetingPage() -> impl IntoView {
    view! { <p>"…"</p> }
}
