//! The page behind a personal link: a letter with one button. Holds nothing about the pupil, uses
//! nothing up, and works without a script.

use leptos::prelude::*;
use leptos_meta::{Meta, Title};
use leptos_router::hooks::use_params_map;

use crate::{
    api::reading::read_join_page,
    components::{
        frame::{HelpLine, LetterFrame},
        icon::Icon,
        people::Token,
    },
    pages::once_read,
    view::{self, doors::Doors},
};

#[component]
pub fn JoinPage() -> impl IntoView {
    let params = use_params_map();
    let token = params.read_untracked().get("token").unwrap_or_default();
    once_read(read_join_page(token.clone()), |page| view! { <Letter page token /> })
}

#[component]
fn Letter(page: view::JoinPage, token: String) -> impl IntoView {
    let view::Host { name: facilitator, title: post, initials, colour, role } = page.host;
    let (name, is_closed) = (page.name.clone(), page.doors == Doors::Closed);
    let first = match page.doors {
        Doors::Open => "You can read what is already written, before the meeting and during it.".to_owned(),
        Doors::Knock => format!("{facilitator} sees that you are at the door, and lets you in."),
        Doors::Closed => format!("When the doors open, {facilitator} sees that you are there, and lets you in."),
    };
    let (title, lead) = if page.is_agreed {
        (
            format!("The plan is ready, {}", page.name),
            "The meeting is over. What was agreed is saved, and your copy is here.",
        )
    } else {
        (
            format!("Come to the table, {}", page.name),
            "You are invited to a review meeting. Your part in it matters as much as anybody’s.",
        )
    };
    view! {
        <Title text=if page.is_agreed { "The plan is ready" } else { "You are invited" } />
        // The address is the key: it must not travel on to anywhere else.
        <Meta name="referrer" content="same-origin" />
        <LetterFrame skip="Skip to the invitation">
            <p class="from">
                <Token role colour initials />
                <span>
                    <strong>{facilitator.clone()}</strong>
                    {post}
                    ", "
                    {page.school}
                </span>
            </p>
            <h1>{title}</h1>
            <p class="lead">{lead}</p>
            // First, before anybody looks for a button.
            {is_closed.then(|| view! { <DoorsClosed /> })}
            <dl class="when-where">
                <div>
                    <dt>
                        <Icon name="calendar" />
                        "When"
                    </dt>
                    <dd>{page.when}</dd>
                </div>
                <div>
                    <dt>
                        <Icon name="chair" />
                        "Where"
                    </dt>
                    <dd>{page.place} ", or right here on this device"</dd>
                </div>
                <div>
                    <dt>
                        <Icon name="people" />
                        "Who you come as"
                    </dt>
                    <dd>{page.name} ", " {page.title}</dd>
                </div>
            </dl>
            {(!is_closed)
                .then(|| {
                    let button = if page.is_agreed { "Read the plan" } else { "Join the meeting" };
                    view! { <ComeIn token button now_here=page.now_here name is_likely_shared=page.is_likely_shared /> }
                })}
            {(!page.is_agreed).then(|| view! { <WhatHappens first /> })}
            <HelpLine icon="help">
                "Not you, or something in the way? Ring the school office and ask for " {facilitator} "."
            </HelpLine>
        </LetterFrame>
    }
}

#[component]
fn WhatHappens(
    /// How one comes in.
    first: String,
) -> impl IntoView {
    view! {
        <h2>"What happens"</h2>
        <ol class="happens">
            <li>{first}</li>
            <li>"The child the meeting is about goes first, and may leave at any time."</li>
            <li>"We all say what works and what does not. You can write, or just talk."</li>
            <li>"We choose the next steps. You can agree, or disagree with any part."</li>
            <li>"You leave with a copy."</li>
        </ol>
    }
}

/// The one button. In a browser where somebody else is signed in it says so, and what it changes.
#[component]
fn ComeIn(
    token: String,
    /// What the button says.
    button: &'static str,
    now_here: Option<String>,
    name: String,
    is_likely_shared: bool,
) -> impl IntoView {
    let button = match &now_here {
        None => button.to_owned(),
        Some(_) => format!("Be {name} instead"),
    };
    // In hand on a small screen, except where there is something to read first.
    let class = now_here.is_none().then_some("come-in");
    view! {
        <form method="post" action=format!("/join/{token}") class=class data-script="join">
            {now_here
                .map(|now_here| {
                    view! {
                        <div class="now-here">
                            <h2>"You are " {now_here.clone()} " here"</h2>
                            <p>
                                "This link is for " {name} ". " {now_here.clone()}
                                " stays signed in beside: you can change between the two at the top of the page, and each has their own name on their words."
                            </p>
                            <input type="hidden" name="switch" value="yes" />
                            <a class="button" href="/" rel="external">
                                "Stay "
                                {now_here}
                            </a>
                        </div>
                    }
                })}
            // So that no tick can be told from no question.
            <input type="hidden" name="asked" value="yes" />
            <label class="choice">
                <input
                    type="checkbox"
                    name="shared"
                    value="yes"
                    checked=is_likely_shared
                />
                <span>
                    "This is a shared or school computer"
                    <span class="hint">"Then nothing you write is kept on it."</span>
                </span>
            </label>
            <button class="button primary is-big" type="submit">
                <Icon name="door" />
                {button}
            </button>
            <p class="hint">"Nothing to install. No account, no password. This link is only for you."</p>
        </form>
    }
}

#[component]
fn DoorsClosed() -> impl IntoView {
    view! {
        <div class="now-here">
            <h2>"The doors are closed"</h2>
            <p>"Nobody can come in just now. If you are expected, ring the school office; then open this page again."</p>
        </div>
    }
}
