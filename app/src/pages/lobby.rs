//! Before the door: whoever runs the meeting sees who is here, and lets them in. Nothing about the pupil.
//!
//! The page asks every other second, and goes in by itself; without a script it is loaded again every few
//! seconds, and has a button.

use std::time::Duration;

use leptos::{html::Form, prelude::*};
use leptos_meta::{Meta, Title};
use shared::Role;

use crate::{
    api::doors::read_lobby,
    components::{frame::LetterFrame, icon::Icon, people::Token},
    pages::errors::ErrorPage,
    view::doors::{LobbyPage as View, LobbyState},
};

const ASK: Duration = Duration::from_secs(2);

#[component]
pub fn LobbyPage() -> impl IntoView {
    let page = Resource::new(|| (), |()| read_lobby());
    view! {
        <Suspense>
            {move || Suspend::new(async move {
                match page.await {
                    Ok(page) => view! { <Lobby page /> }.into_any(),
                    Err(error) => view! { <ErrorPage error /> }.into_any(),
                }
            })}
        </Suspense>
    }
}

#[component]
fn Lobby(page: View) -> impl IntoView {
    let state = RwSignal::new(page.state);
    let enter = NodeRef::<Form>::new();
    keep_asking(state);
    Effect::new(move || {
        if state.get() == LobbyState::Admitted
            && let Some(form) = enter.get()
        {
            let _ = form.submit();
        }
    });
    let who = page.expected.as_ref().map_or(String::new(), |expected| format!(", {}", expected.title));
    let (role, colour) = page.expected.map_or((Role::Observer, 7), |expected| (expected.role, expected.colour));
    let facilitator = page.facilitator;
    let words = move || match state.get() {
        LobbyState::Waiting => {
            ("We are keeping your seat", format!("{facilitator} will let you in and can see that you are here."))
        }
        LobbyState::Admitted => ("The door is open", "You are going in.".to_owned()),
        LobbyState::Declined => (
            "Not just now",
            format!("{facilitator} cannot let you in at the moment. If this is a mistake, ring the school office."),
        ),
        LobbyState::Closed => (
            "The doors are closed",
            "Nobody can come in just now. If you are expected, ring the school office.".to_owned(),
        ),
    };
    let words = StoredValue::new(words);
    view! {
        <Title text="At the door" />
        <Meta name="referrer" content="same-origin" />
        // As markup, because a browser that runs scripts must not see it.
        <noscript inner_html="<meta http-equiv=\"refresh\" content=\"5\">"></noscript>
        <LetterFrame>
            <div class="lobby">
                <div class="ring" aria-hidden="true">
                    <svg class="ring-table" viewBox="0 0 240 240">
                        <circle class="disc" cx="120" cy="120" r="74"></circle>
                        <circle class="grain" cx="120" cy="120" r="54"></circle>
                        <circle class="grain" cx="120" cy="120" r="34"></circle>
                        <circle class="grain" cx="120" cy="120" r="14"></circle>
                        <g class="stools">
                            <circle cx="120" cy="22" r="15"></circle>
                            <circle cx="189" cy="51" r="15"></circle>
                            <circle cx="218" cy="120" r="15"></circle>
                            <circle cx="189" cy="189" r="15"></circle>
                            <circle cx="51" cy="189" r="15"></circle>
                            <circle cx="22" cy="120" r="15"></circle>
                            <circle cx="51" cy="51" r="15"></circle>
                        </g>
                    </svg>
                    <Token role colour initials=page.initials />
                </div>
                <div role="status">
                    <h1 id="h-wait">{move || words.with_value(|words| words().0)}</h1>
                    <p class="lead">{move || words.with_value(|words| words().1)}</p>
                </div>
                <p class="you-are">"You are coming in as " <strong>{page.name} {who}</strong> "."</p>
                <div class="row">
                    <form
                        method="post"
                        action="/lobby/enter"
                        node_ref=enter
                        hidden=move || state.get() != LobbyState::Admitted
                    >
                        <button class="button primary" type="submit">
                            <Icon name="door" />
                            "Go in"
                        </button>
                    </form>
                    <form method="post" action="/lobby/leave">
                        <button class="button" type="submit">
                            {move || {
                                if state.get() == LobbyState::Waiting { "That’s not me, or leave" } else { "Leave" }
                            }}
                        </button>
                    </form>
                </div>
                <p class="hint">
                    {page.school} ". You do not need to keep pressing anything: this page goes in by itself."
                </p>
            </div>
        </LetterFrame>
    }
}

/// Until the door opens.
fn keep_asking(state: RwSignal<LobbyState>) {
    Effect::new(move || {
        let asking = set_interval_with_handle(
            move || {
                leptos::task::spawn_local(async move {
                    // Without an answer the page keeps what it knows, and asks again.
                    if let Ok(page) = read_lobby().await
                        && state.try_get_untracked().is_some_and(|known| known != page.state)
                    {
                        state.set(page.state);
                    }
                });
            },
            ASK,
        );
        on_cleanup(move || {
            if let Ok(asking) = asking {
                asking.clear();
            }
        });
    });
}
