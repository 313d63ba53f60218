//! Meetings held with the family, of the three a year that the Code of Practice asks for. Always written beside the
//! drawing.

use leptos::prelude::*;

pub const MEETINGS_A_YEAR: u32 = 3;

/// A ring in three pieces: thick for a meeting held, dotted for one to come.
#[component]
pub fn Thirds(held: u32) -> impl IntoView {
    const PIECES: [&str; 3] =
        ["M28.4 7.6A17 17 0 0 1 40.4 28.4", "M36.0 36.0A17 17 0 0 1 12.0 36.0", "M7.6 28.4A17 17 0 0 1 19.6 7.6"];
    view! {
        <svg class="thirds" viewBox="0 0 48 48" aria-hidden="true">
            {(0..held)
                .map(|_| "held")
                .chain(std::iter::repeat("to-come"))
                .zip(PIECES)
                .map(|(class, piece)| view! { <path class=class d=piece></path> })
                .collect_view()}
        </svg>
    }
}
