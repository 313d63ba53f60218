//! The facilitator’s tray, at the near edge of the table: the time, and one next step.

use std::time::Duration;

use leptos::prelude::*;
use shared::Stage;

use super::{
    agenda::{in_view, spotlit},
    agree::{self, Failed},
    parts::Part,
};
use crate::{
    api::meetings::{spotlight, start_meeting},
    collab::{Meeting, use_meeting},
    components::{focus, icon::Icon},
};

const TRAY: &str = "tray";

#[component]
pub(super) fn Tray(parts: Memo<Vec<Part>>, minutes: u32, seen: Signal<Option<Part>>) -> impl IntoView {
    let meeting = use_meeting();
    let stage = meeting.stage();
    let now = spotlit();
    let start = Action::new(move |(): &()| start_meeting(meeting.id));
    let look = Action::new(move |part: &Part| spotlight(meeting.id, Some(part.key().to_owned())));
    let next = Memo::new(move |_| {
        // Until everybody was asked to look somewhere, from what whoever runs it has before them; the table
        // itself is where everybody begins.
        let now = now.get().or_else(|| seen.get());
        let at = now.and_then(|now| parts.with(|parts| parts.iter().position(|part| *part == now)));
        parts.with(|parts| parts.iter().skip(at.unwrap_or(0) + 1).copied().find(is_for_all))
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
                    // The button goes as soon as it has begun.
                    focus::go_to(TRAY.to_owned());
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
                disabled=move || seen.get().is_some_and(|part| !is_for_all(&part))
                on:click=move |_| {
                    if let Some(part) = in_view(&parts.get_untracked()).filter(is_for_all) {
                        look.dispatch(part);
                    }
                }
            >
                <Icon name="gather" />
                "Bring everyone here"
            </button>
            {move || match next.get().filter(|_| seen.get() != Some(Part::Agree)) {
                Some(part) => {
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
                        .into_any()
                }
                // Nothing comes after it but saving: the way to where that is asked and answered.
                None => {
                    view! {
                        <button
                            class="button on-board primary"
                            type="button"
                            on:click=move |_| focus::go_to(agree::SAVE.to_owned())
                        >
                            "Save the plan"
                            <Icon name="right" />
                        </button>
                    }
                        .into_any()
                }
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
        <aside class="tray" id=TRAY tabindex="-1" aria-label="Running the meeting">
            <Timer minutes />
            <p class="tray-say">{say}</p>
            {failed}
            <div class="tray-tools">{tools}</div>
        </aside>
    }
}

/// Nobody is called to where not everybody may be.
fn is_for_all(part: &Part) -> bool {
    *part != Part::Staff
}

/// How long the meeting has been going since it was opened. Agreed once, there is no time left to watch.
#[component]
fn Timer(minutes: u32) -> impl IntoView {
    let meeting = use_meeting();
    let stage = meeting.stage();
    let gone = minutes_gone(meeting);
    let left = move || minutes.saturating_sub(gone.get());
    let words = move || match (stage.get(), gone.get().saturating_sub(minutes)) {
        (Stage::Preparing, _) => (in_minutes(minutes), "for this meeting".to_owned()),
        (_, 0) => (in_minutes(left()), format!("left of {minutes}")),
        (_, over) => (in_minutes(over), format!("over the {minutes}")),
    };
    move || {
        meeting.recorded().get().is_none().then(|| {
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
                        <strong>{move || words().0}</strong>
                        {move || words().1}
                    </span>
                </p>
            }
        })
    }
}

fn in_minutes(minutes: u32) -> String {
    if minutes == 1 { "1 minute".to_owned() } else { format!("{minutes} minutes") }
}

/// Since the meeting was opened: as the server said it, and the minutes seen go by since.
fn minutes_gone(meeting: Meeting) -> Memo<u32> {
    const EVERY: Duration = Duration::from_secs(20);
    let heard = meeting.open_for_seconds();
    // Seconds since the server said so.
    let since = RwSignal::new(0);
    Effect::new(move || {
        if heard.get().is_none() {
            return;
        }
        since.set(0);
        let began = now();
        let ticking = set_interval_with_handle(move || since.set((now() - began) as u32), EVERY);
        on_cleanup(move || {
            if let Ok(ticking) = ticking {
                ticking.clear();
            }
        });
    });
    Memo::new(move |_| heard.get().map_or(0, |seconds| seconds.saturating_add(since.get()) / 60))
}

/// In seconds, by the clock on the wall: it goes on while a laptop is shut.
fn now() -> f64 {
    #[cfg(feature = "hydrate")]
    return js_sys::Date::now() / 1000.0;
    #[cfg(not(feature = "hydrate"))]
    0.0
}
