//! The page behind a personal link: a letter with one button. Holds nothing about the pupil, uses
//! nothing up, and works without a script.

use leptos::prelude::*;
use leptos_meta::{Meta, Title};
use leptos_router::hooks::use_params_map;

use crate::{
    api::meetings::read_join_page,
    components::{
        frame::{HelpLine, LetterFrame},
        icon::Icon,
    },
    pages::errors::ErrorPage,
    view,
};

#[component]
pub fn JoinPage() -> impl IntoView {
    let params = use_params_map();
    let token = move || params.read().get("token").unwrap_or_default();
    let page = Resource::new(token, read_join_page);
    view! {
        <Suspense>
            {move || Suspend::new(async move {
                match page.await {
                    Ok(page) => view! { <Letter page token=token() /> }.into_any(),
                    Err(error) => view! { <ErrorPage error /> }.into_any(),
                }
            })}
        </Suspense>
    }
}

#[component]
fn Letter(page: view::JoinPage, token: String) -> impl IntoView {
    let facilitator = page.facilitator.clone();
    view! {
        <Title text="You are invited" />
        // The address is the key: it must not travel on to anywhere else.
        <Meta name="referrer" content="same-origin" />
        <LetterFrame skip="Skip to the invitation">
            <p class="from">
                <Icon name="letter" />
                <span>
                    <strong>{page.facilitator}</strong>
                    {page.school}
                </span>
            </p>
            <h1>"Come to the table, " {page.name.clone()}</h1>
            <p class="lead">
                "You are invited to a review meeting. Your part in it matters as much as anybody’s."
            </p>
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
            <form method="post" action=format!("/join/{token}")>
                // So that no tick can be told from no question.
                <input type="hidden" name="asked" value="yes" />
                <label class="choice">
                    <input
                        type="checkbox"
                        name="shared"
                        value="yes"
                        checked=page.is_likely_shared
                        aria-describedby="shared-hint"
                    />
                    <span>"This is a shared or school computer"</span>
                </label>
                <p class="hint" id="shared-hint">
                    "Then nothing you write is kept on it, not even while the network is away."
                </p>
                <button class="button primary is-big" type="submit">
                    <Icon name="door" />
                    "Join the meeting"
                </button>
                <p class="hint">"Nothing to install. No account, no password. This link is only for you."</p>
            </form>
            <h2>"What happens"</h2>
            <ol class="happens">
                <li>"You can read what is already written, before the meeting and during it."</li>
                <li>"The child the meeting is about goes first, and may leave at any time."</li>
                <li>"We all say what works and what does not. You can write, or just talk."</li>
                <li>"We choose the next steps. You can agree, or disagree with any part."</li>
                <li>"You leave with a copy."</li>
            </ol>
            <HelpLine icon="help">
                "Not you, or something in the way? Ring the school office and ask for " {facilitator} "."
            </HelpLine>
        </LetterFrame>
    }
}
