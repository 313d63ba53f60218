//! A part of the meeting on its own sheet of paper.

use leptos::prelude::*;
use shared::Stage;

use super::parts::Part;
use crate::{collab::use_meeting, components::people::People};

/// How the sheets lie: all of them, or for the pupil one at a time.
#[derive(Clone, Copy)]
pub(super) enum Layout {
    All,
    OneAtATime { now: Memo<Part> },
}

impl Layout {
    pub(super) fn provide(self) {
        provide_context(self);
    }

    pub(super) fn here() -> Self {
        expect_context()
    }

    pub(super) fn is_pupils(self) -> bool {
        matches!(self, Self::OneAtATime { .. })
    }
}

#[component]
pub(super) fn Sheet(part: Part, children: Children) -> impl IntoView {
    let layout = Layout::here();
    let (spotlight, stage) = (use_meeting().spotlight(), use_meeting().stage());
    let is_here = Memo::new(move |_| spotlight.get().is_some_and(|(key, _)| key == part.key()));
    let title = if layout.is_pupils() { part.plain_title() } else { part.title() };
    let heading = format!("h-{}", part.key());
    // What to do here, as long as anything can be done.
    let hint = if layout.is_pupils() { String::new() } else { part.hint(&People::here().pupil_name()) };
    // Hidden rather than gone: what somebody has begun stays where it is.
    let hidden = move || match layout {
        Layout::All => false,
        Layout::OneAtATime { now } => now.get() != part,
    };
    view! {
        <section class="sheet" id=part.key() aria-labelledby=heading.clone() tabindex="-1" hidden=hidden>
            <header class="sheet-head">
                {move || is_here.get().then(|| view! { <p class="here">"We are here"</p> })}
                <h2 id=heading.clone()>{title}</h2>
                {move || (!hint.is_empty() && stage.get() != Stage::Agreed).then(|| view! { <p>{hint.clone()}</p> })}
            </header>
            {children()}
        </section>
    }
}

/// An empty list says whose move it is.
#[component]
pub(super) fn Empty(
    when: Signal<bool>,
    #[prop(into)] words: String,
    #[prop(optional)] is_pupils: bool,
) -> impl IntoView {
    let class = if is_pupils { "empty is-pupil" } else { "empty" };
    move || when.get().then(|| view! { <p class=class>{words.clone()}</p> })
}
