//! Which sessions of help happened: told on a phone, in a tap, by whoever gives them.
//!
//! What must stay true: every button is the button of a plain form, so that it works without a script; what did not
//! happen is never spoken of as what did not work.

#![expect(unreachable_pub, reason = "a component’s props are public, however private the component")]

mod session;

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;

use self::session::OneSession;
use crate::{
    api::reading::read_delivery,
    components::{
        choose::Choose,
        dates,
        form::WhatIsWrong,
        frame::{At, SchoolFrame},
        plate::Plate,
        turn::Turn,
    },
    pages::once_read,
    view::{
        delivery::{DeliveryPage as Page, DeliveryQuery, EVERYBODY, Session, session_id},
        line::Fault,
    },
};

#[component]
pub fn DeliveryPage() -> impl IntoView {
    let map = use_query_map().get_untracked();
    let get = |name| map.get(name).unwrap_or_default();
    let query = DeliveryQuery { on: get("on"), who: get("who"), page: get("page").parse().unwrap_or(1) };
    once_read(read_delivery(query), |page| view! { <TheDay page /> })
}

#[component]
fn TheDay(page: Page) -> impl IntoView {
    let is_today = page.on == page.today;
    let day = dates::long(&page.on);
    let title = match page.query.who.as_str() {
        "" if is_today => format!("Today, {}", page.here.name),
        "" => format!("Your sessions, {}", page.here.name),
        EVERYBODY => "Everybody’s sessions".to_owned(),
        who => format!("Sessions of {who}"),
    };
    let lead = match page.paging.found {
        0 => format!("{day}."),
        all => format!("{day}. {} of {all} told.", page.told),
    };
    // It is a day like any other to a boarding school, and to no other school one on which anything waits.
    let weekend = dates::is_weekend(&page.on).then(|| {
        view! {
            <p class="hint">
                "It is the weekend. Tell what did happen; nothing has to. What was on a school day is told under “Day”, below."
            </p>
        }
    });
    let chosen = vec![("on", page.query.on.clone()), ("who", page.query.who.clone())];
    let (on, who) = (page.on.clone(), page.query.who.clone());
    let always = (!page.always_there.is_empty()).then(|| {
        let of = |(name, children): &(String, Vec<String>)| format!("{name} ({})", children.join(", "));
        let all: Vec<_> = page.always_there.iter().map(of).collect();
        view! { <p class="hint">{format!("Always there, with no sessions to tell: {}.", all.join("; "))}</p> }
    });
    let list = if page.sessions.is_empty() && always.is_some() {
        ().into_any()
    } else if page.sessions.is_empty() {
        view! { <p class="hint">{nothing(&page.query.who)}</p> }.into_any()
    } else {
        page.sessions
            .iter()
            .map(|session| {
                let not_told =
                    page.not_told.clone().filter(|not| session.children.iter().any(|one| one.item == not.item));
                view! { <OneSession session=session.clone() on=on.clone() who=who.clone() not_told /> }
            })
            .collect_view()
            .into_any()
    };
    let not_told = page.not_told.clone().map(|not| Fault::new(&session_id(not.item, not.nth), not.words));
    view! {
        <Title text="Sessions" />
        <SchoolFrame here=page.here.clone() at=At::Delivery class="delivery-main" skip="Skip to the sessions">
            <header class="delivery-head">
                <h1>{title}</h1>
                <p>{lead}</p>
                {weekend}
            </header>
            <WhatIsWrong title="Not written down yet" faults=not_told.into_iter().collect() />
            <div class="sheet delivery">{list} {always}</div>
            <Turn paging=page.paging path="/delivery" chosen=chosen />
            <SoFar sessions=page.sessions.clone() />
            <Which page />
        </SchoolFrame>
    }
}

fn nothing(who: &str) -> &'static str {
    match who {
        "" => {
            "No plan names you as the one who gives some help. Choose somebody else’s below, if you stood in for them."
        }
        _ => "There is nothing here to tell.",
    }
}

/// Of everything on the page, since the plans were agreed.
#[component]
fn SoFar(sessions: Vec<Session>) -> impl IntoView {
    let told: Vec<Session> = sessions.into_iter().filter(|session| session.told > 0 && session.is_last).collect();
    (!told.is_empty()).then(|| {
        let row = |session: Session| {
            let why = (!session.missed.is_empty()).then(|| view! { <span>"Not: " {session.missed}</span> });
            view! {
                <tr>
                    <th scope="row">{session.name} {why}</th>
                    <td>
                        <span class="with-plate">
                            <Plate delivered=session.happened planned=session.told />
                            {format!("{} of {}", session.happened, session.told)}
                        </span>
                    </td>
                </tr>
            }
        };
        view! {
            <section class="sheet letter so-far" aria-labelledby="h-so-far">
                <h2 id="h-so-far">"Since the plan was agreed"</h2>
                <table class="plain-table">
                    <caption class="visually-hidden">"Sessions told, and how many of them happened"</caption>
                    <thead>
                        <tr>
                            <th scope="col">"Help"</th>
                            <th scope="col">"Happened"</th>
                        </tr>
                    </thead>
                    <tbody>{told.into_iter().map(row).collect_view()}</tbody>
                </table>
                <p class="hint">
                    "What did not happen counts as “did not happen”, never as “did not work”. The next meeting looks back on it."
                </p>
            </section>
        }
    })
}

/// Another day, or somebody else’s.
#[component]
fn Which(page: Page) -> impl IntoView {
    let words = |day: &String| match (*day == page.today, dates::is_weekend(day)) {
        (true, _) => "Today".to_owned(),
        (false, true) => format!("{}, weekend", dates::long(day)),
        (false, false) => dates::long(day),
    };
    // School days first: they are what is looked for.
    let (weekends, school_days): (Vec<_>, Vec<_>) =
        page.days.iter().partition(|day| **day != page.today && dates::is_weekend(day));
    let days = school_days.into_iter().chain(weekends).map(|day| (day.clone(), words(day))).collect();
    let mut staff: Vec<_> = page.staff.into_iter().map(|who| (who.clone(), who)).collect();
    staff.push((EVERYBODY.to_owned(), "Everybody’s".to_owned()));
    view! {
        <form class="sheet letter filters" method="get" action="/delivery" aria-label="Which sessions">
            <Choose name="on" label="Day" everything="" options=days chosen=page.on />
            <Choose name="who" label="Given by" everything="Me" options=staff chosen=page.query.who />
            <button class="button" type="submit">
                "Show"
            </button>
        </form>
    }
}
