//! One module for each address.
//!
//! What must stay true: what is not live is not in the module that browsers download, and asks for no script to be
//! read, filled in or sent.

// Live: rendered by the server, then taken over in the browser, because people write in them together.
pub mod live;
pub mod meeting;
pub mod prepare;

// The server’s alone: plain pages with plain links and forms.
#[cfg(feature = "ssr")]
pub mod add_child;
#[cfg(feature = "ssr")]
pub mod code;
#[cfg(feature = "ssr")]
pub mod delivery;
#[cfg(feature = "ssr")]
pub mod errors;
#[cfg(feature = "ssr")]
pub mod first;
#[cfg(feature = "ssr")]
pub mod goodbye;
#[cfg(feature = "ssr")]
pub mod home;
#[cfg(feature = "ssr")]
pub mod impact;
#[cfg(feature = "ssr")]
pub mod join;
#[cfg(feature = "ssr")]
pub mod line;
#[cfg(feature = "ssr")]
pub mod lobby;
#[cfg(feature = "ssr")]
pub mod map;
#[cfg(feature = "ssr")]
pub mod pep;
#[cfg(feature = "ssr")]
mod plain;
#[cfg(feature = "ssr")]
pub mod pupil;
#[cfg(feature = "ssr")]
pub mod record;
#[cfg(feature = "ssr")]
pub mod register;
#[cfg(feature = "ssr")]
pub mod safeguarding;

use leptos::prelude::*;

#[cfg(feature = "ssr")]
pub use self::plain::*;

/// The parts of the page that every page has at its top: a way past the top bar.
#[component]
pub fn SkipLink(to: &'static str, words: &'static str) -> impl IntoView {
    view! {
        <a class="skip" href=to>
            {words}
        </a>
    }
}
