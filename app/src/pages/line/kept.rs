//! Who is kept from a child: by person, with the reason, at once.

use leptos::prelude::*;

use crate::{
    components::{
        dates,
        form::{Chosen, Typed},
        icon::Icon,
    },
    view::line::{Kept, LetNear, LinePage, REASON_LIMIT},
};

#[component]
pub fn WhoIsKept(page: LinePage) -> impl IntoView {
    let LinePage { pupil, name, kept, let_near, others, refused, .. } = page;
    let nobody = kept.is_empty().then(|| view! { <p class="hint">"Nobody is kept away."</p> });
    let wrong_near = refused.clone();
    let kept = kept.into_iter().map(move |one| {
        let field = format!("near_{}", one.person);
        let wrong = wrong_near.with(&field);
        let reason = if wrong.is_some() { wrong_near.reason.clone() } else { String::new() };
        view! { <OneKept pupil=pupil.to_string() one field reason wrong /> }
    });
    let choose = [(String::new(), "Choose a person".to_owned())];
    let others = choose.into_iter().chain(others.into_iter().map(|other| (other.person.to_string(), other.name)));
    let (person, reason) = if refused.with("keep").is_some() || refused.with("keep_reason").is_some() {
        (refused.person.clone(), refused.reason.clone())
    } else {
        (String::new(), String::new())
    };
    view! {
        <section class="sheet" aria-labelledby="h-kept" id="kept">
            <header class="sheet-head">
                <h2 id="h-kept">{format!("Who is kept from {name}")}</h2>
                <p>
                    "Whoever is named here learns nothing of this child: not on the school’s pages, not at a meeting, not by a link. An order of a court, the word of the social worker, a colleague who is related. The reason is read here and nowhere else."
                </p>
            </header>
            {nobody}
            <ul class="sessions">{kept.collect_view()}</ul>
            <form class="line-form" method="post" action=format!("/pupils/{pupil}/keep-from")>
                <Chosen
                    id="keep"
                    name="person"
                    label="Keep somebody away"
                    options=others.collect()
                    chosen=person
                    wrong=refused.with("keep")
                />
                <Typed
                    id="keep_reason"
                    name="reason"
                    label="Why"
                    value=reason
                    wrong=refused.with("keep_reason")
                    maxlength=REASON_LIMIT
                />
                <button class="button" type="submit">
                    "Keep away from this moment"
                </button>
            </form>
            <Before let_near />
        </section>
    }
}

#[component]
fn OneKept(pupil: String, one: Kept, field: String, reason: String, wrong: Option<String>) -> impl IntoView {
    let person = one.person.to_string();
    view! {
        <li>
            <Icon name="lock" />
            <p>
                <strong>{one.name.clone()}</strong>
                <span>{one.reason}</span>
            </p>
            <form class="line-form" method="post" action=format!("/pupils/{pupil}/let-near")>
                <input type="hidden" name="person" value=person />
                <Typed
                    id=field
                    name="reason"
                    label=format!("Why {} may come near again", one.name)
                    value=reason
                    wrong
                    maxlength=REASON_LIMIT
                />
                <button class="button" type="submit">
                    "Let near again"
                    <span class="visually-hidden">": " {one.name.clone()}</span>
                </button>
            </form>
        </li>
    }
}

#[component]
fn Before(let_near: Vec<LetNear>) -> impl IntoView {
    let line = |near: LetNear| {
        view! {
            <li>
                <p>
                    <strong>{near.name}</strong>
                    " "
                    <span>
                        {format!(
                            "Kept away: {} Let near on {}: {}",
                            sentence(&near.kept_because),
                            dates::short(&near.on),
                            near.near_because,
                        )}
                    </span>
                </p>
            </li>
        }
    };
    (!let_near.is_empty()).then(|| {
        view! {
            <details class="more">
                <summary>"Who was kept away before"</summary>
                <ul class="gaps">{let_near.into_iter().map(line).collect_view()}</ul>
            </details>
        }
    })
}

fn sentence(words: &str) -> String {
    if words.ends_with(['.', '!', '?']) { words.to_owned() } else { format!("{words}.") }
}
