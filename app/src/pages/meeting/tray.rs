//! The facilitator’s tray, at the near edge of the table: the time, and one next step.

use leptos::prelude::*;
use shared::Stage;

use super::{
    agenda::{in_view, spotlit},
    agree::Failed,
    parts::Part,
};
use crate::{
    api::meetings::{spotlight, start_meeting},
    collab::use_meeting,
    components::{focus, icon::Icon},
};

#[component]
pub(super) fn Tray(parts: Memo<Vec<Part>>, minutes: u32) -> impl IntoView {
    let meeting = use_meeting();
    let stage = meeting.stage();
    let now = spotlit();
    let start = Action::new(move |(): &()| start_meeting(meeting.id));
    let look = Action::new(move |part: &Part| spotlight(meeting.id, Some(part.key().to_owned())));
    let next = Memo::new(move |_| {
        let at = now.get().and_then(|now| parts.with(|parts| parts.iter().position(|part| *part == now)));
        // The table itself is where everybody begins.
        parts.with(|parts| parts.get(at.unwrap_or(0) + 1).copied())
    });
    let failed = move || {
        let start = start.value().get().and_then(Result::err);
        let error = start.or_else(|| look.value().get().and_then(Result::err));
        error.map(|error| view! { <Failed error /> })
    };
    let tools = move || match stage.get() {
        Stage::Preparing => view! {
            <button
                class="button on-board primary"
                type="button"
                disabled=move || start.pending().get()
                on:click=move |_| {
                    start.dispatch(());
                }
            >
                "Start the meeting"
                <Icon name="right" />
            </button>
        }
        .into_any(),
        Stage::Meeting => view! {
            <button
                class="button on-board"
                type="button"
                on:click=move |_| {
                    if let Some(part) = in_view(&parts.get_untracked()) {
                        look.dispatch(part);
                    }
                }
            >
                <Icon name="gather" />
                "Bring everyone here"
            </button>
            {move || {
                next.get()
                    .map(|part| {
                        view! {
                            <button
                                class="button on-board primary"
                                type="button"
                                on:click=move |_| {
                                    look.dispatch(part);
                                    focus::go_to(part.key().to_owned());
                                }
                            >
                                <span>
                                    "Next part" <span class="wide">": " {part.title()}</span>
                                </span>
                                <Icon name="right" />
                            </button>
                        }
                    })
            }}
        }
        .into_any(),
        Stage::Agreed => view! {
            <a class="button on-board primary" href=format!("/meetings/{}/record", meeting.id) rel="external">
                "Read the plan"
                <Icon name="right" />
            </a>
        }
        .into_any(),
    };
    let say = move || match stage.get() {
        Stage::Preparing => "Everybody can read the draft. When you start, all can see each other’s views.",
        Stage::Meeting => "When you move on, the others get a way there. Nobody’s page jumps.",
        Stage::Agreed => "Everybody has the same copy.",
    };
    view! {
        <aside class="tray" aria-label="Running the meeting">
            <Timer minutes />
            <p class="tray-say">{say}</p>
            {failed}
            <div class="tray-tools">{tools}</div>
        </aside>
    }
}

/// How long the meeting has been going, as this page has seen it.
#[component]
fn Timer(minutes: u32) -> impl IntoView {
    let stage = use_meeting().stage();
    let gone = RwSignal::new(0u32);
    let left = move || minutes.saturating_sub(gone.get());
    Effect::new(move || {
        if stage.get() == Stage::Meeting {
            let every_minute =
                set_interval_with_handle(move || gone.update(|gone| *gone += 1), std::time::Duration::from_secs(60));
            on_cleanup(move || {
                if let Ok(handle) = every_minute {
                    handle.clear();
                }
            });
        }
    });
    view! {
        <p class="timer">
            <svg class="dial" viewBox="0 0 48 48" aria-hidden="true">
                <circle cx="24" cy="24" r="20"></circle>
                <circle
                    class="left"
                    cx="24"
                    cy="24"
                    r="20"
                    pathLength=minutes
                    stroke-dasharray=move || format!("{} {minutes}", left())
                ></circle>
            </svg>
            <span>
                <strong>{move || format!("{} minutes", left())}</strong>
                {move || if stage.get() == Stage::Meeting { format!("left of {minutes}") } else { "for this meeting".to_owned() }}
            </span>
        </p>
    }
}
