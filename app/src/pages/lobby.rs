//! Before the door: whoever runs the meeting sees who is here, and lets them in. Nothing about the pupil.
//!
//! The page asks every other second, and goes in by itself (`page.js`); without a script it is loaded again every few
//! seconds, and has a button.

use leptos::prelude::*;
use leptos_meta::{Meta, Title};
use shared::Role;

use crate::{
    api::reading::read_lobby,
    components::{frame::LetterFrame, icon::Icon, people::Token},
    pages::once_read,
    view::doors::{LobbyPage as View, LobbyState},
};

const ASK_EVERY_SECONDS: &str = "2";

#[component]
pub fn LobbyPage() -> impl IntoView {
    once_read(read_lobby(), |page| view! { <Lobby page /> })
}

#[component]
fn Lobby(page: View) -> impl IntoView {
    let who = page.expected.as_ref().map_or(String::new(), |expected| format!(", {}", expected.title));
    let (role, colour) = page.expected.map_or((Role::Observer, 7), |expected| (expected.role, expected.colour));
    let facilitator = page.facilitator;
    let (title, lead) = match page.state {
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
    view! {
        <Title text="At the door" />
        <Meta name="referrer" content="same-origin" />
        // As markup, because a browser that runs scripts must not see it.
        <noscript inner_html="<meta http-equiv=\"refresh\" content=\"5\">"></noscript>
        <LetterFrame>
            <div class="lobby" data-again=ASK_EVERY_SECONDS>
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
                <div role="status" id="state" data-news>
                    <h1>{title}</h1>
                    <p class="lead">{lead}</p>
                </div>
                <p class="you-are">"You are coming in as " <strong>{page.name} {who}</strong> "."</p>
                <div class="row" id="ways" data-news>
                    {(page.state == LobbyState::Admitted)
                        .then(|| {
                            view! {
                                <form method="post" action="/lobby/enter" data-at-once>
                                    <button class="button primary" type="submit">
                                        <Icon name="door" />
                                        "Go in"
                                    </button>
                                </form>
                            }
                        })}
                    <form method="post" action="/lobby/leave">
                        <button class="button" type="submit">
                            {if page.state == LobbyState::Waiting { "That’s not me, or leave" } else { "Leave" }}
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
