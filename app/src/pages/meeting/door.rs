//! The door, for whoever runs the meeting: who knocks and who is let in, who is at the table, who may leave it and
//! come back, who runs it.
//!
//! It opens over the table and never on a page of its own: whoever runs a meeting must not have to leave it.

mod at_table;
mod knocks;
mod link;
mod nobody;
mod ways_in;

use std::time::Duration;

use leptos::prelude::*;

pub(super) use self::nobody::NobodyRunsIt;
use self::{
    at_table::AtTheTable,
    knocks::{AT_THE_DOOR, AtTheDoor},
    ways_in::WaysIn,
};
use super::agree::Failed;
use crate::{
    api::doors::read_door,
    collab::{Meeting, use_meeting},
    components::{focus, icon::Icon},
    error::AppError,
    view::doors::DoorPage,
};

/// How soon it is looked again whether those at the door are still there.
const AGAIN: Duration = Duration::from_secs(5);

/// Where the focus goes when it opens.
const PANEL: &str = "door";
/// And where it goes back to.
const BUTTON: &str = "door-button";

/// What is known of the door, for every part of this page.
#[derive(Clone, Copy)]
pub(super) struct Door {
    meeting: Meeting,
    open: RwSignal<bool>,
    page: RwSignal<Option<DoorPage>>,
    failed: RwSignal<Option<AppError>>,
}

impl Door {
    /// Asks who is there whenever that may have changed, for whoever runs the meeting.
    pub(super) fn provide() -> Self {
        let meeting = use_meeting();
        let door = Self { meeting, open: RwSignal::new(false), page: RwSignal::new(None), failed: RwSignal::new(None) };
        provide_context(door);
        let (runs_it, news, here) = (meeting.runs_it(), meeting.people_news(), meeting.here());
        Effect::new(move || {
            news.track();
            here.track();
            if runs_it.get() {
                door.ask();
            }
        });
        // Who has gone from the door says nothing.
        Effect::new(move || {
            let waiting = door.page.with(|page| page.as_ref().is_some_and(|page| !page.knocks.is_empty()));
            if waiting {
                let again = set_timeout_with_handle(move || door.ask(), AGAIN);
                on_cleanup(move || {
                    if let Ok(again) = again {
                        again.clear();
                    }
                });
            }
        });
        door
    }

    pub(super) fn is_open(self) -> bool {
        self.open.get()
    }

    fn close(self) {
        self.open.set(false);
        focus::go_to(BUTTON.to_owned());
    }

    fn ask(self) {
        leptos::task::spawn_local(async move {
            // Without an answer the page keeps what it knows.
            if let Ok(page) = read_door(self.meeting.id).await {
                let _ = self.page.try_set(Some(page));
            }
        });
    }

    /// After a command: what it came to, and how things are now.
    fn heard(self, answer: Result<(), AppError>) {
        self.failed.set(answer.err());
        self.ask();
    }
}

/// In the top bar, for whoever runs the meeting.
#[component]
pub(super) fn DoorButton() -> impl IntoView {
    let door = use_context::<Door>();
    let runs_it = use_meeting().runs_it();
    move || {
        let door = door.filter(|_| runs_it.get())?;
        Some(view! {
            <button
                class="button quiet door-button"
                type="button"
                id=BUTTON
                aria-expanded=move || door.is_open().to_string()
                aria-controls=PANEL
                on:click=move |_| {
                    if door.open.get_untracked() {
                        door.close();
                    } else {
                        door.open.set(true);
                        // The heading and not the panel, which is taller than many a screen.
                        focus::go_to(AT_THE_DOOR.to_owned());
                    }
                }
            >
                <Icon name="door" />
                {move || match door.page.get().map_or(0, |page| page.knocks.len()) {
                    0 => "Door".to_owned(),
                    waiting => format!("{waiting} at the door"),
                }} <span class="visually-hidden">", people and links"</span>
            </button>
        })
    }
}

#[component]
pub(super) fn DoorPanel() -> impl IntoView {
    let door: Door = expect_context();
    view! {
        <section
            class="door-main"
            id=PANEL
            tabindex="-1"
            aria-label="People and door"
            on:keydown=move |event| {
                if event.key() == "Escape" {
                    door.close();
                }
            }
        >
            {move || door.failed.get().map(|error| view! { <Failed error /> })}
            <AtTheDoor />
            <WaysIn />
            <AtTheTable />
            <p class="door-close">
                <button class="button" type="button" on:click=move |_| door.close()>
                    "Back to the table"
                </button>
            </p>
        </section>
    }
}
