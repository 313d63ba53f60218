//! Before the door: whoever runs the meeting sees who is here, and lets them in. Nothing about the pupil.
//! A parent and a child may wait at one device: they go in together once both were answered, or whoever may at once.
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
    view::doors::{Beside, LobbyPage as View, LobbyState},
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
    let somebody_waits = page.beside.iter().any(|beside| beside.state == LobbyState::Waiting);
    let beside = page.beside.into_iter().map(|Beside { name, state }| match state {
        LobbyState::Waiting if page.state == LobbyState::Admitted => {
            format!("{name} still waits at this device. You go in together as soon as {name} may, or by yourself now.")
        }
        LobbyState::Waiting => format!("{name} waits at this device too."),
        LobbyState::Admitted => format!("{name} may come in too."),
        LobbyState::Declined | LobbyState::Closed => format!("{facilitator} cannot let {name} in at the moment."),
    });
    let beside: Vec<_> = beside.collect();
    let (title, lead) = match page.state {
        LobbyState::Waiting => {
            ("We are keeping your seat", format!("{facilitator} will let you in and can see that you are here."))
        }
        LobbyState::Admitted => {
            ("The door is open", if somebody_waits { "You can go in." } else { "You are going in." }.to_owned())
        }
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
                <div class="ring" id="ring" aria-hidden="true" data-news>
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
                <div class="you-are" id="who" data-news>
                    <p>"You are coming in as " <strong>{page.name} {who}</strong> "."</p>
                    {beside.into_iter().map(|beside| view! { <p>{beside}</p> }).collect_view()}
                </div>
                <div class="row" id="ways" data-news>
                    {(page.state == LobbyState::Admitted)
                        .then(|| {
                            view! {
                                <form method="post" action="/lobby/enter" data-at-once=!somebody_waits>
                                    <button class="button primary" type="submit">
                                        <Icon name="door" />
                                        "Go in"
                                    </button>
                                </form>
                            }
                        })}
                    <form method="post" action="/lobby/leave">
                        <input type="hidden" name="knock" value=page.knock.to_string() />
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
