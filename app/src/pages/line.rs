//! A child’s line of the register, to be changed by those who answer for it, and who is kept from the child.
//!
//! What must stay true: a plain form that needs no script; what was typed stays in the boxes when something is wrong.

#![expect(unreachable_pub, reason = "a component’s props are public, however private the component")]

mod kept;
mod sharing;

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;
use shared::{PupilId, census};

use self::{kept::WhoIsKept, sharing::SharedWith};
use crate::{
    api::reading::read_line,
    components::{
        form::{Chosen, Typed},
        frame::{At, SchoolFrame},
        icon::Icon,
    },
    error::AppError,
    pages::{id_of_address, once_read},
    view::line::{Line, LinePage as Page, NotChanged, Somebody},
};

/// Of a form for a child who has fewer needs.
const NEEDS_SHOWN: usize = 4;

#[component]
pub fn LinePage() -> impl IntoView {
    let done = use_query_map().get_untracked().get("done").unwrap_or_default();
    let id = id_of_address::<PupilId>();
    let page = async move {
        let page = read_line(id.ok_or(AppError::NotFound)?).await?;
        Ok(Page { done, ..page })
    };
    once_read(page, |page| view! { <TheLine page /> })
}

#[component]
fn TheLine(page: Page) -> impl IntoView {
    let done = match page.done.as_str() {
        _ if !page.refused.faults.is_empty() => None,
        "line" => Some("The register says so now."),
        "kept" => Some("From this moment they learn nothing of this child: their open pages are closed."),
        "until" => Some("It is written down until when. Before that day nothing changes for them."),
        "near" => Some("They are let near again. A meeting they are to come to still has to invite them."),
        _ => None,
    };
    let title = format!("{} in the register", page.name);
    view! {
        <Title text=title.clone() />
        <SchoolFrame here=page.here.clone() at=At::Pupils>
            <header class="welcome">
                <h1>{title}</h1>
                <p class="lead">
                    <a href=format!("/pupils/{}", page.pupil) rel="external">
                        {format!("Back to {}’s page", page.name)}
                    </a>
                </p>
            </header>
            {done
                .map(|words| {
                    view! {
                        <p class="finding" role="status">
                            <Icon name="tick" />
                            <strong>{words}</strong>
                        </p>
                    }
                })}
            <WhatIsWrong refused=page.refused.clone() />
            <section class="sheet" aria-labelledby="h-line">
                <header class="sheet-head">
                    <h2 id="h-line">"What the register says"</h2>
                    <p>
                        "A line that the census would send back is not written down. Who changed it and when is, but not to what."
                    </p>
                </header>
                <LineForm
                    pupil=page.pupil
                    line=page.line.clone()
                    adults=page.key_adults.clone()
                    refused=page.refused.clone()
                />
            </section>
            <SharedWith page=page.clone() />
            <WhoIsKept page />
        </SchoolFrame>
    }
}

/// Before everything else: it is what somebody waits for.
#[component]
fn WhatIsWrong(refused: NotChanged) -> impl IntoView {
    (!refused.faults.is_empty()).then(|| {
        let line = |fault: crate::view::line::Fault| {
            let to = if fault.field == "need" { "#need-1".to_owned() } else { format!("#{}", fault.field) };
            view! {
                <li>
                    <a href=to rel="external">
                        {fault.what_to_do}
                    </a>
                </li>
            }
        };
        view! {
            <section class="error-summary" role="alert" aria-labelledby="h-wrong">
                <h2 id="h-wrong">"Nothing has changed yet"</h2>
                <ul>{refused.faults.into_iter().map(line).collect_view()}</ul>
            </section>
        }
    })
}

#[component]
fn LineForm(pupil: PupilId, line: Line, adults: Vec<Somebody>, refused: NotChanged) -> impl IntoView {
    let wrong = |field: &str| refused.with(field);
    let provisions = census::PROVISION
        .iter()
        .map(|code| (code.code.to_owned(), format!("{} ({})", code.label, code.code)))
        .collect();
    let mut years = vec![String::new(), "Nursery".to_owned(), "Reception".to_owned()];
    years.extend((1..=14).map(|year| format!("Year {year}")));
    if !years.contains(&line.year_group) {
        years.push(line.year_group.clone());
    }
    let nobody = [(String::new(), "Nobody yet".to_owned())];
    let adults = nobody.into_iter().chain(adults.into_iter().map(|adult| (adult.person.to_string(), adult.name)));
    let years = years.into_iter().map(|year| {
        let words = if year.is_empty() { "Not written down".to_owned() } else { year.clone() };
        (year, words)
    });
    let wrong_needs = wrong("need");
    let needs = (0..NEEDS_SHOWN.max(line.needs.len())).map(|at| {
        let chosen = line.needs.get(at).cloned().unwrap_or_default();
        view! { <Need at chosen wrong=wrong_needs.clone().filter(|_| at == 0) /> }
    });
    let needs = needs.collect_view();
    view! {
        <form class="line-form" method="post" action=format!("/pupils/{pupil}/register")>
            <Chosen
                id="provision"
                label="Extra help"
                options=provisions
                chosen=line.provision
                wrong=wrong("provision")
            />
            <Typed
                id="since"
                label="Since"
                kind="date"
                hint="The day the extra help was decided. Nothing without extra help."
                value=line.since
                wrong=wrong("since")
            />
            <fieldset>
                <legend>"Types of need, main one first"</legend>
                {needs}
            </fieldset>
            <label class="choice">
                <input type="checkbox" name="looked_after" value="yes" checked=line.looked_after />
                <span>"Looked after by the council"</span>
            </label>
            <Chosen
                id="key_adult"
                label="Key adult"
                options=adults.collect()
                chosen=line.key_adult
                wrong=wrong("key_adult")
            />
            <Chosen
                id="year_group"
                label="Year group"
                options=years.collect()
                chosen=line.year_group
                wrong=wrong("year_group")
            />
            <Typed id="class_name" label="Class" value=line.class_name wrong=wrong("class_name") />
            <Typed id="upn" label="Unique pupil number (UPN)" value=line.upn wrong=wrong("upn") />
            <Typed id="born_on" label="Born" kind="date" value=line.born_on wrong=wrong("born_on") />
            <Typed
                id="home_language"
                label="Language at home"
                value=line.home_language
                wrong=wrong("home_language")
            />
            <button class="button primary" type="submit">
                "Write it down"
            </button>
        </form>
    }
}

#[component]
fn Need(at: usize, chosen: String, wrong: Option<String>) -> impl IntoView {
    let label = match at {
        0 => "Main need".to_owned(),
        _ => format!("Need {}", at + 1),
    };
    let none = [(String::new(), "None".to_owned())];
    let known = census::NEEDS.iter().map(|need| (need.code.to_owned(), format!("{} ({})", need.label, need.code)));
    let options = none.into_iter().chain(known).collect();
    view! { <Chosen id=format!("need-{}", at + 1) name="need" label options chosen wrong /> }
}
