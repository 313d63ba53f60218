//! Until when a child is shared with somebody from outside the school.

use leptos::prelude::*;
use shared::PupilId;

use crate::{
    components::{dates, form::Typed, icon::Icon},
    view::line::{LinePage, Shared},
};

#[component]
pub fn SharedWith(page: LinePage) -> impl IntoView {
    let LinePage { pupil, name, shared, refused, .. } = page;
    let nobody = shared.is_empty().then(|| view! { <p class="hint">"Nobody from outside the school."</p> });
    let lines = shared.into_iter().map(move |one| {
        let wrong = refused.with(&format!("until_{}", one.person));
        let until = if wrong.is_some() { refused.reason.clone() } else { one.until.clone() };
        view! { <OneShared pupil one until wrong /> }
    });
    view! {
        <section class="sheet" aria-labelledby="h-shared" id="shared">
            <header class="sheet-head">
                <h2 id="h-shared">{format!("With whom {name} is shared, and until when")}</h2>
                <p>
                    "Family and visitors who are at the table. Without a day it goes on. After the day their links and pages open nothing of this child, and say so; what they wrote stays."
                </p>
            </header>
            {nobody}
            <ul class="sessions">{lines.collect_view()}</ul>
        </section>
    }
}

#[component]
fn OneShared(pupil: PupilId, one: Shared, until: String, wrong: Option<String>) -> impl IntoView {
    let person = one.person.to_string();
    let state = match (one.has_ended, one.until.as_str()) {
        (true, day) => format!("Ended with {}", dates::long(day)),
        (false, "") => "Goes on".to_owned(),
        (false, day) => format!("Until {}, that day too", dates::long(day)),
    };
    let form = (!one.has_ended).then(|| {
        view! {
            <form class="line-form" method="post" action=format!("/pupils/{pupil}/share-until")>
                <input type="hidden" name="person" value=person.clone() />
                <Typed
                    id=format!("until_{person}")
                    name="until"
                    label=format!("Last day for {}", one.name)
                    kind="date"
                    value=until
                    wrong
                />
                <button class="button" type="submit">
                    "Set the day"
                    <span class="visually-hidden">": " {one.name.clone()}</span>
                </button>
            </form>
        }
    });
    view! {
        <li class:is-odd=one.has_ended>
            <Icon name="people" />
            <p>
                <strong>{one.name.clone()}</strong>
                <span>{one.title}</span>
                <span>{state}</span>
            </p>
            {form}
        </li>
    }
}
