//! A file of colleagues: the form for it, what it would change or what is wrong with it, and the links of those who begin.

use leptos::prelude::*;

use super::parts::{Dots, Signed};
use crate::{
    components::{
        icon::Icon,
        preview::WhatItWouldChange,
        sent_file::{FileForm, NotBroughtIn},
    },
    view::{
        Here,
        doors::Qr,
        file::{Preview, Refused},
    },
};

const ACTION: &str = "/staff/import";
const STAFF: &str = "/staff";

/// Somebody who begins, with the way in that is shown this once.
#[derive(Clone, Debug)]
pub struct Begun {
    pub name: String,
    pub url: String,
    pub qr: Qr,
}

#[component]
pub fn BringInStaff() -> impl IntoView {
    view! {
        <section class="sheet" aria-labelledby="h-bring-in" id="bring-in">
            <h2 id="h-bring-in">"Several at once"</h2>
            <p>"A CSV file with one colleague in each row. You see first what it would change."</p>
            <FileForm action=ACTION />
            <details class="more">
                <summary>"Which columns"</summary>
                <p>
                    "The first row names them, in any order: Name, E-mail, Post, Class. Post is what they are here, in the words of the list above; several with commas between them. Class may be left out: it is the class a teacher teaches."
                </p>
                <p>
                    "Whoever has an account with this e-mail stays as they are; whoever works here under this name without one gets it. All begin together, or nobody does."
                </p>
            </details>
        </section>
    }
}

fn around(here: Here, lead: &'static str, children: impl IntoView + 'static) -> impl IntoView {
    view! {
        <Signed here>
            <header class="welcome">
                <h1>"Bring in a file of colleagues"</h1>
                <p class="lead">{lead}</p>
            </header>
            {children}
        </Signed>
    }
}

pub fn refused(here: Here, refused: Refused) -> impl IntoView {
    around(
        here,
        "Nobody has an account yet by this file.",
        view! {
            <NotBroughtIn refused again="#bring-in" />
            <BringInStaff />
        },
    )
}

pub fn look(here: Here, preview: Preview) -> impl IntoView {
    around(
        here,
        "Each of them gets an account, and a link that you hand to them.",
        view! { <WhatItWouldChange preview action=ACTION back=STAFF new="New colleague" known="Works here" /> },
    )
}

pub fn begun(here: Here, begun: Vec<Begun>) -> impl IntoView {
    let words = match begun.len() {
        1 => "One colleague has an account.".to_owned(),
        count => format!("{count} colleagues have accounts."),
    };
    let links = begun.into_iter().enumerate().map(|(at, Begun { name, url, qr })| {
        let id = format!("link-{at}");
        view! {
            <li class="step">
                <h3>{name.clone()}</h3>
                <div class="code-qr">
                    <Dots qr label="QR code of this link" />
                    <div class="field">
                        <label for=id.clone()>"The link for " {name}</label>
                        <input id=id type="text" readonly value=url />
                    </div>
                </div>
            </li>
        }
    });
    around(
        here,
        "Print this page, or copy the links now: we do not show them again.",
        view! {
            <section class="sheet" aria-labelledby="h-links">
                <p class="finding" role="status">
                    <Icon name="tick" />
                    <strong>{words}</strong>
                </p>
                <h2 id="h-links">"A link for each of them"</h2>
                <p>
                    "Give each to nobody else. It is good once, for a week: there they choose what opens their account. Whoever loses theirs gets a new one on “Staff accounts”."
                </p>
                <ul>{links.collect_view()}</ul>
                <p class="gap-top">
                    <a class="button" href=STAFF>
                        "Staff accounts"
                    </a>
                </p>
            </section>
        },
    )
}
