//! The school’s meetings, for whoever is signed in, and what is late, for staff; for everybody else, how to come in.

mod staff;

use std::collections::BTreeSet;

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;
use shared::Stage;

use self::staff::{Staff, what_is_late};
use crate::{
    api::reading::read_meetings,
    components::{
        dates,
        frame::{At, HelpLine, LetterFrame, SchoolFrame},
        people::Sun,
        thirds::{MEETINGS_A_YEAR, Thirds},
        turn::Turn,
    },
    error::AppError,
    pages::once_read,
    view::{MeetingRow, MeetingsPage},
};

#[component]
pub fn HomePage() -> impl IntoView {
    // Whoever is not signed in has not come to a wrong place.
    let page = use_query_map().get_untracked().get("page").and_then(|page| page.parse().ok()).unwrap_or(1);
    let meetings = async move {
        match read_meetings(page).await {
            Ok(page) => Ok(Some(page)),
            Err(AppError::NotSignedIn) => Ok(None),
            Err(error) => Err(error),
        }
    };
    once_read(meetings, |page| match page {
        Some(page) => view! { <Meetings page /> }.into_any(),
        None => view! { <Welcome /> }.into_any(),
    })
}

#[component]
fn Meetings(page: MeetingsPage) -> impl IntoView {
    let (coming, done): (Vec<_>, Vec<_>) = page.meetings.into_iter().partition(|row| row.stage != Stage::Agreed);
    let plan = page.here.words.plan().to_owned();
    view! {
        <Title text="Meetings" />
        <SchoolFrame here=page.here.clone() at=At::Home class="home" skip="Skip to the meetings">
            <header class="welcome">
                <h1>"Hello, " {page.here.name}</h1>
                <p class="lead">{how_many(page.coming)} {page.staff.as_ref().map(what_is_late)}</p>
            </header>
            <MeetingList title="Meetings to come" rows=coming plan=plan.clone() />
            {page.staff.map(|staff| view! { <Staff staff /> })}
            <MeetingList title="Agreed" rows=done plan />
            <Turn paging=page.paging path="/" chosen=vec![] />
        </SchoolFrame>
    }
}

fn how_many(coming: u32) -> String {
    match coming {
        0 => "No meeting is waiting for you.".to_owned(),
        1 => "One meeting is waiting for you.".to_owned(),
        _ => format!("{coming} meetings are waiting for you."),
    }
}

#[component]
fn MeetingList(title: &'static str, rows: Vec<MeetingRow>, plan: String) -> impl IntoView {
    let id = title.to_lowercase().replace(' ', "-");
    let mut counted = BTreeSet::new();
    (!rows.is_empty()).then(|| {
        view! {
            <section class="sheet" aria-labelledby=id.clone()>
                <h2 id=id.clone()>{title}</h2>
                <ul class="day">
                    {rows
                        .into_iter()
                        .map(|row| {
                            // Of this year, and once for each child.
                            let says_how_many = row.stage != Stage::Agreed && counted.insert((row.child, row.pupil.clone()));
                            view! { <Row row says_how_many plan=plan.clone() /> }
                        })
                        .collect_view()}
                </ul>
            </section>
        }
    })
}

#[component]
fn Row(row: MeetingRow, says_how_many: bool, plan: String) -> impl IntoView {
    let meeting = format!("/meetings/{}", row.id);
    let (href, words, class) = match row.stage {
        Stage::Preparing if row.prepares => (format!("{meeting}/prepare"), "Get ready".to_owned(), "button"),
        Stage::Preparing => (meeting, "Get ready".to_owned(), "button"),
        Stage::Meeting => (meeting, "Go in".to_owned(), "button primary"),
        Stage::Agreed => (format!("{meeting}/record"), format!("Read the {plan}"), "button"),
    };
    let name = match row.child {
        Some(child) => view! {
            <a href=format!("/pupils/{child}") rel="external">
                {row.pupil.clone()}
            </a>
        }
        .into_any(),
        None => row.pupil.clone().into_any(),
    };
    // What is over has its year, and not the class that the child is in now.
    let (kind, when) = match row.stage {
        Stage::Agreed => (row.kind, dates::long(&row.held_on)),
        Stage::Preparing | Stage::Meeting => (format!("{}, {}", row.kind, row.year_group), row.when),
    };
    view! {
        <li>
            <Sun picture=row.portrait name=row.pupil.clone() />
            <p>
                <strong>{name}</strong>
                <span>{kind}</span>
                <span>
                    <time datetime=row.held_on>{when}</time>
                    {match (row.stage, row.version) {
                        (Stage::Meeting, Some(_)) => " – open again, to put something right",
                        (Stage::Meeting, None) => " – together now",
                        (Stage::Preparing | Stage::Agreed, _) => "",
                    }}
                </span>
            </p>
            {says_how_many
                .then(|| {
                    view! {
                        <p class="held-of">
                            <Thirds held=row.held_this_year />
                            <span>{format!("{} of {MEETINGS_A_YEAR} meetings this year", row.held_this_year)}</span>
                        </p>
                    }
                })}
            // The meeting is a page of its own, with a socket: it is loaded whole.
            <a class=class href=href rel="external">
                {words}
                <span class="visually-hidden">": " {row.pupil}</span>
            </a>
        </li>
    }
}

/// For somebody who came without a link of their own.
#[component]
fn Welcome() -> impl IntoView {
    view! {
        <Title text="" />
        <LetterFrame>
            <h1>"One table, one plan, written together"</h1>
            <p class="lead">
                "A review meeting for a child who needs some extra help: family, child, school and visitors write one plan together, and everybody leaves with the same copy."
            </p>
            <h2>"To come in, open your own link"</h2>
            <ol class="happens">
                <li>"Find the message that invited you. The link in it is only for you."</li>
                <li>"Open it, and press “Join the meeting”."</li>
                <li>"That is all. There is no account and no password."</li>
            </ol>
            <HelpLine icon="key">
                "Do you work at the school? " <a href="/signin" rel="external">
                    "Staff sign in"
                </a> "."
            </HelpLine>
            <HelpLine icon="help">
                "No message, or the link has ended? Ring the school office and ask for a new one. Did somebody in the meeting tell you a code? "
                <a href="/code" rel="external">
                    "Type it here"
                </a> "."
            </HelpLine>
        </LetterFrame>
    }
}
