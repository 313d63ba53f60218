//! The first meeting about a child who was brought in without one: when, and who comes.
//!
//! What must stay true: a plain form that needs no script; what was typed stays in the boxes when something is wrong.

use leptos::prelude::*;
use leptos_meta::Title;
use shared::{PupilId, Role};

use crate::{
    api::reading::read_first_meeting,
    components::{
        form::{Chosen, Typed, WhatIsWrong},
        frame::{At, SchoolFrame},
    },
    error::AppError,
    pages::{id_of_address, once_read},
    view::{
        first::{COLLEAGUES, FirstMeetingPage as Page, GUESTS},
        line::{Fault, Somebody},
    },
};

/// What a guest who is asked by name may come as. Staff are chosen from those who work here.
const COMES_AS: [Role; 6] =
    [Role::Parent, Role::Supporter, Role::Specialist, Role::SocialCare, Role::Interpreter, Role::Observer];

#[component]
pub fn FirstMeetingPage() -> impl IntoView {
    let id = id_of_address::<PupilId>();
    let page = async move { read_first_meeting(id.ok_or(AppError::NotFound)?).await };
    once_read(page, |page| view! { <TheForm page /> })
}

#[component]
fn TheForm(page: Page) -> impl IntoView {
    let title = format!("{}’s first meeting", page.name);
    let back = format!("/pupils/{}", page.pupil);
    let sheet = if page.has_begun {
        view! { <p>"It has begun already: the child’s page leads to it."</p> }.into_any()
    } else if page.has_left {
        view! { <p id="left">{AppError::HasLeft.to_string()}</p> }.into_any()
    } else {
        view! { <Form page=page.clone() /> }.into_any()
    };
    view! {
        <Title text=title.clone() />
        <SchoolFrame here=page.here at=At::Pupils>
            <header class="welcome">
                <h1>{title}</h1>
                <p class="lead">
                    <a href=back rel="external">
                        {format!("Back to {}’s page", page.name)}
                    </a>
                </p>
            </header>
            <WhatIsWrong title="Nobody is invited yet" faults=page.sent.faults />
            <section class="sheet" aria-label="When, and who comes">
                {sheet}
            </section>
        </SchoolFrame>
    }
}

#[component]
fn Form(page: Page) -> impl IntoView {
    let Page { pupil, invited, colleagues, sent, .. } = page;
    let wrong = |field: &str| Fault::with(&sent.faults, field);
    let nobody = || [(String::new(), "Nobody".to_owned())];
    let from_here = colleagues.iter().map(|Somebody { person, name }| (person.to_string(), name.clone()));
    let from_here: Vec<_> = nobody().into_iter().chain(from_here).collect();
    let parts: Vec<_> = COMES_AS.iter().map(|role| (role.name().to_owned(), role.label().to_owned())).collect();
    let colleague = |at: usize| {
        let id = format!("colleague-{}", at + 1);
        let chosen = sent.colleagues.get(at).cloned().unwrap_or_default();
        let label = format!("From the school {}", at + 1);
        view! { <Chosen id=id.clone() label options=from_here.clone() chosen wrong=wrong(&id) /> }
    };
    let guest = |at: usize| {
        let number = at + 1;
        let guest = sent.guests.get(at).cloned().unwrap_or_default();
        let id = format!("guest-{number}");
        let wrong = wrong(&id);
        view! {
            <Typed id=id label=format!("Name of guest {number}") value=guest.name maxlength=60 wrong />
            <Chosen
                id=format!("as-{number}")
                label=format!("Guest {number} comes as")
                options=parts.clone()
                chosen=guest.comes_as
            />
        }
    };
    view! {
        <form class="line-form" method="post" action=format!("/pupils/{pupil}/first-meeting")>
            <Typed id="on" label="Day" kind="date" value=sent.on.clone() wrong=wrong("on") required=true />
            <Typed id="at" label="Time" kind="time" value=sent.at.clone() wrong=wrong("at") required=true />
            <Typed id="place" label="Place" hint="It stands on every invitation." value=sent.place.clone() />
            <div>
                <h2>"Invited"</h2>
                <ul>{invited.into_iter().map(|words| view! { <li>{words}</li> }).collect_view()}</ul>
            </div>
            <fieldset>
                <legend>"Who else from the school"</legend>
                {(0..COLLEAGUES).map(colleague).collect_view()}
            </fieldset>
            <fieldset>
                <legend>"Family and visitors"</legend>
                {(0..GUESTS).map(guest).collect_view()}
            </fieldset>
            <p class="hint">
                "Everybody gets a link of their own: in the meeting, under “Door”, you hand them out. Whoever is missing here comes by the meeting’s code."
            </p>
            <button class="button primary" type="submit">
                "Begin the first meeting"
            </button>
        </form>
    }
}
