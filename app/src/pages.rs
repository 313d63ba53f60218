//! One module for each address.

pub mod code;
pub mod errors;
pub mod goodbye;
pub mod home;
pub mod impact;
pub mod join;
pub mod lobby;
pub mod map;
pub mod meeting;
pub mod pupil;
pub mod record;
pub mod register;

use leptos::prelude::*;

/// The parts of the page that every page has at its top: a way past the top bar.
#[component]
pub fn SkipLink(to: &'static str, words: &'static str) -> impl IntoView {
    // `external`: the browser moves the focus, which the router would not.
    view! {
        <a class="skip" href=to rel="external">
            {words}
        </a>
    }
}
