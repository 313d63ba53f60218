//! A looked-after child’s education plan: whether all its parts are there, what they said, what the money is for.
//!
//! What must stay true: the next steps, the help and who came are the support plan’s own; nothing is typed here.

#![expect(unreachable_pub, reason = "a component’s props are public, however private the component")]

mod parts;
mod rating;

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;
use shared::pep::{Check, Rating, State};

use self::{
    parts::{Around, Learning, Money, Steps, WhatTheySaid},
    rating::VirtualSchool,
};
use crate::{
    api::reading::read_pep,
    components::{
        dates,
        form::WhatIsWrong,
        frame::{At, SchoolFrame},
        people::Portrait,
    },
    error::AppError,
    pages::{id_of_address, once_read},
    view::pep::{PepPage as Page, Unfinished},
};

#[component]
pub fn PepPage() -> impl IntoView {
    let was_rated = use_query_map().read_untracked().get("done").as_deref() == Some("rated");
    let page = async move {
        let page = the_plan().await?;
        Ok(Page { was_rated: was_rated && page.refused.faults.is_empty(), ..page })
    };
    once_read(page, |page| view! { <ThePlan page /> })
}

/// Of the child of the address.
async fn the_plan() -> Result<Page, AppError> {
    read_pep(id_of_address().ok_or(AppError::NotFound)?).await
}

#[component]
fn ThePlan(page: Page) -> impl IntoView {
    let name = page.pupil.name.clone();
    let lead = match &page.plan {
        Some(plan) => format!("Personal education plan, {}. Met on {}.", plan.term, dates::short(&plan.met_on)),
        None => "There is no plan yet: the first meeting that is agreed makes one.".to_owned(),
    };
    let sheets = page.plan.clone().map(|plan| {
        let plan_called = page.here.words.plan().to_owned();
        view! {
            <div class="school">
                <WhatIsWrong title="The plan was not rated" faults=page.refused.faults.clone() />
                <GoodEnough
                    id="h-good"
                    title="Is it all there?".to_owned()
                    lead="What Virtual Schools look for, counted from what was agreed. The rating is theirs to give."
                    rating=plan.rating
                    checks=plan.checks.clone()
                />
                <WhatTheySaid plan=plan.clone() pupil=page.pupil.clone() />
                <VirtualSchool page=page.clone() agreed_in=plan.agreed_in />
                <Money plan=plan.clone() />
                <Steps plan=plan.clone() name=name.clone() plan_called />
                <Learning plan=plan.clone() />
                <Around plan />
                <KeptApart name=name.clone() />
            </div>
        }
    });
    view! {
        <Title text=format!("{}’s education plan", page.pupil.name) />
        <SchoolFrame here=page.here at=At::Pupils class="pep-page">
            <header class="welcome pep-head">
                <Portrait pupil=page.pupil.clone() class="large" />
                <h1>{page.pupil.name.clone()} "’s education plan"</h1>
                <p class="lead">{lead}</p>
                <p>
                    <a class="button" href=format!("/pupils/{}", page.id) rel="external">
                        {page.pupil.name}
                        "’s page"
                    </a>
                </p>
            </header>
            {page.unfinished.map(|now| view! { <SoFar now /> })}
            {sheets}
        </SchoolFrame>
    }
}

/// The same list of the plan that is being written, while there is time.
#[component]
fn SoFar(now: Unfinished) -> impl IntoView {
    view! {
        <div class="school" id="so-far">
            <GoodEnough
                id="h-so-far"
                title=format!("The plan for {}, so far", dates::short(&now.meets_on))
                lead="The same list, counted from what stands in the meeting now. Load this page again to count again."
                rating=now.rating
                checks=now.checks
            />
        </div>
    }
}

#[component]
fn GoodEnough(
    id: &'static str,
    title: String,
    lead: &'static str,
    rating: Rating,
    checks: Vec<Check>,
) -> impl IntoView {
    let there = checks.iter().filter(|check| check.state == State::There).count();
    let all = checks.len();
    let words = match rating {
        Rating::Green => format!("All {all} are there."),
        Rating::Amber => format!("{there} of {all} are there. With the others it can be green."),
        Rating::Red => "The child’s voice, the spending or the next date is missing.".to_owned(),
    };
    let (class, name) = match rating {
        Rating::Green => ("rag is-green", "Green so far"),
        Rating::Amber => ("rag is-amber", "Amber so far"),
        Rating::Red => ("rag is-red", "Red so far"),
    };
    let row = |check: Check| {
        let (class, word) = match check.state {
            State::There => ("is-met", "There"),
            State::Partly => ("is-partly", "Partly"),
            State::FromLast => ("is-partly", "From last term: still so?"),
            State::Missing => ("is-unmet", "Missing"),
        };
        let add = (!check.add.is_empty()).then(|| view! { <span class="to-add">{check.add}</span> });
        view! {
            <li class=class>
                <strong class="check-word">{word}</strong>
                <p>{check.what} " " {add}</p>
            </li>
        }
    };
    view! {
        <section class="sheet span-7" aria-labelledby=id>
            <header class="sheet-head">
                <h2 id=id>{title}</h2>
                <p>{lead}</p>
            </header>
            <p class=class>
                <Shape rating />
                <span>
                    <strong>{name}</strong>
                    " "
                    {words}
                </span>
            </p>
            <ul class="checks">{checks.into_iter().map(row).collect_view()}</ul>
        </section>
    }
}

/// A round, a triangle, a stop sign: shape and word before colour.
#[component]
fn Shape(rating: Rating) -> impl IntoView {
    let path = match rating {
        Rating::Green => "M20 4a16 16 0 1 1 0 32a16 16 0 1 1 0-32z",
        Rating::Amber => "M20 4l17 31H3z",
        Rating::Red => "M13 4h14l9 9v14l-9 9H13l-9-9V13z",
    };
    view! {
        <svg viewBox="0 0 40 40" aria-hidden="true">
            <path d=path></path>
        </svg>
    }
}

#[component]
fn KeptApart(name: String) -> impl IntoView {
    view! {
        <section class="sheet" aria-labelledby="h-apart">
            <header class="sheet-head">
                <h2 id="h-apart">"Kept apart"</h2>
                <p>
                    "Where " {name}
                    " lives and with whom, seeing family, and why they are in care are not here and not in any meeting: they stay in the social care record."
                </p>
            </header>
        </section>
    }
}
