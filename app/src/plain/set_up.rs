//! The first page of a new installation: its school, and the SENCO who sets it up.

use leptos::prelude::*;

use super::parts::{Letters, Line, Wrong};
use crate::components::frame::HelpLine;

#[derive(Clone, Debug, Default)]
pub struct SetUp {
    pub school: String,
    pub name: String,
    pub email: String,
    pub wrong: Option<Wrongly>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wrongly {
    Code,
    Often,
    Later,
    School,
    Name,
    Email,
}

pub fn page(page: SetUp) -> impl IntoView {
    let SetUp { school, name, email, wrong } = page;
    let said = move |which: Wrongly, words: &'static str| (wrong == Some(which)).then_some(words);
    let whole = said(Wrongly::Often, "Too many tries just now. Wait a minute, then try again.")
        .or(said(Wrongly::Later, "We are not there just now. Wait a moment, then try again."));
    view! {
        <Letters>
            <section class="sheet letter" aria-labelledby="h-first">
                <p class="kicker">"Only the first time"</p>
                <h1 id="h-first">"Set up this school"</h1>
                <ol class="setup-steps">
                    <li class="is-now" aria-current="step">
                        "The school"
                    </li>
                    <li>"Your keys"</li>
                </ol>
                {whole.map(|words| view! { <Wrong words id="why" /> })}
                <form class="signin-form" method="post" action="/set-up">
                    <Line
                        id="code"
                        label="Set-up code"
                        hint="The server printed it when it started. Whoever runs it can read it to you."
                        wrong=said(Wrongly::Code, "That is not the code that the server printed last.")
                        maxlength=40
                    />
                    <Line
                        id="school"
                        label="Name of the school"
                        autocomplete="organization"
                        value=school
                        wrong=said(Wrongly::School, "Type the name of the school.")
                        maxlength=120
                    />
                    <Line
                        id="name"
                        label="Your name"
                        hint="As it stands on letters: Mrs Joanna Pike"
                        autocomplete="name"
                        value=name
                        wrong=said(Wrongly::Name, "Type your name.")
                        maxlength=80
                    />
                    <Line
                        id="email"
                        label="Your school e-mail"
                        inputmode="email"
                        autocomplete="email"
                        value=email
                        wrong=said(Wrongly::Email, "Type your e-mail, such as j.pike@school.example.")
                        maxlength=254
                    />
                    <p class="hint">
                        "You become this school’s SENCO here. Who is head is named by whoever runs the server. Everybody who can read a record needs two proofs. That is already on."
                    </p>
                    <button class="button primary" type="submit">
                        "Next: your keys"
                    </button>
                </form>
                <HelpLine icon="help">"Families never see this page. It is gone once there is a school."</HelpLine>
            </section>
        </Letters>
    }
}
