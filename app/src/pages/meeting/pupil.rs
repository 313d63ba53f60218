//! The meeting as the pupil sees it: one part at a time, larger, in plain words. The same document,
//! the same parts; back and next are links, so that they work before any script has arrived.

use leptos::prelude::*;
use shared::Role;

use super::{
    AgreedNotice, OfPassport,
    parts::{self, Part},
    sheet::Layout,
    sheet_of,
    top_bar::{NeedsScripts, SaveStateLine, Stages},
};
use crate::{
    collab::use_meeting,
    components::{
        address::Address,
        also_here::AlsoHere,
        authors::{AuthorsLink, AuthorsShown},
        finish::Finish,
        icon::Icon,
        list::each,
        live::LiveRegion,
        my_view::MyViewButton,
        notices::{AtHand, GoThere, KeptWordsList, OutdatedNotice, StageNews, UnsentAnswer},
        people::{People, Portrait, Token},
    },
    pages::SkipLink,
    view::doors,
};

#[component]
pub(super) fn PupilLayout(also_here: Vec<doors::AlsoHere>) -> impl IntoView {
    let meeting = use_meeting();
    let all = parts::for_me(meeting);
    let parts = Memo::new(move |_| all.get().into_iter().filter(|part| *part != Part::Who).collect::<Vec<_>>());
    let (address, authors) = (Address::here(), AuthorsShown::here());
    let now = Memo::new(move |_| {
        let asked = address.get("part").and_then(|key| Part::from_key(&key));
        asked.filter(|part| parts.with(|parts| parts.contains(part))).unwrap_or(if meeting.passport_of.is_some() {
            Part::Passport
        } else {
            Part::Admire
        })
    });
    Layout::OneAtATime { now }.provide();
    view! {
        <div class="pupil-page">
            <SkipLink to="#sheets" words="Skip to the question" />
            <PupilBar also_here />
            <LiveRegion />
            <AtHand>
                <GoThere
                    href=move |part: Part| href(part, authors)
                    seen=Signal::derive(move || Some(now.get()))
                />
                <OutdatedNotice />
                <KeptWordsList />
                <UnsentAnswer />
                <StageNews />
            </AtHand>
            <div class="table is-plain">
                <main class="pupil-main" id="sheets" tabindex="-1">
                    <Steps parts now />
                    <AgreedNotice />
                    <OfPassport />
                    {each(parts, |part| sheet_of(part).into_any())}
                    <AuthorsLink />
                </main>
            </div>
            <PupilTray parts now />
        </div>
    }
}

fn href(part: Part, authors: AuthorsShown) -> String {
    format!("?part={}{}", part.key(), authors.and_query())
}

#[component]
fn PupilBar(also_here: Vec<doors::AlsoHere>) -> impl IntoView {
    let people = People::here();
    let meeting = use_meeting();
    let here = meeting.here();
    let with_me = Memo::new(move |_| {
        let here = here.get();
        people.all.with(|all| {
            all.iter().filter(|p| p.role != Role::Pupil && here.contains(&p.id)).cloned().collect::<Vec<_>>()
        })
    });
    let is_cut_off = meeting.is_cut_off();
    let count = move || match with_me.with(Vec::len) {
        _ if is_cut_off.get() => "Not known who is here".to_owned(),
        0 => "Only me so far".to_owned(),
        n => format!("{n} with me"),
    };
    view! {
        <header class="pupil-bar">
            <h1 class="pupil-name">
                <Portrait pupil=people.pupil() />
                <span>{people.pupil_name()}</span>
                <span class="visually-hidden">{if meeting.passport_of.is_some() { "’s passport" } else { "’s review meeting" }}</span>
            </h1>
            <MyViewButton />
            <Stages />
            <details class="with-me">
                <summary>
                    <span>{count}</span>
                </summary>
                <ul>
                    {move || {
                        with_me
                            .get()
                            .into_iter()
                            .map(|person| {
                                view! {
                                    <li>
                                        <Token role=person.role colour=person.colour initials=person.initials />
                                        {person.name}
                                        ", "
                                        {person.title}
                                    </li>
                                }
                            })
                            .collect_view()
                    }}
                </ul>
            </details>
            <AlsoHere also_here meeting=meeting.id />
            <Finish />
            <SaveStateLine />
        </header>
        <NeedsScripts />
    }
}

#[component]
fn Steps(parts: Memo<Vec<Part>>, now: Memo<Part>) -> impl IntoView {
    let authors = AuthorsShown::here();
    let place = move |part: Part| parts.with(|parts| parts.iter().position(|other| *other == part));
    let class = move |part: Part| {
        if part == now.get() {
            "is-now"
        } else if place(part) < place(now.get()) {
            "is-done"
        } else {
            ""
        }
    };
    let step = move |part: Part| {
        view! {
                    <li class=move || class(part)>
                        <a
                            href=move || href(part, authors)
                            data-turn="top"
                            aria-current=move || (now.get() == part).then_some("step")
                        >
                            <span>{part.plain_title()}</span>
                        </a>
                    </li>
        }
        .into_any()
    };
    view! {
        <nav aria-label="Parts of the meeting">
            <ol class="steps">{each(parts, step)}</ol>
        </nav>
    }
}

#[component]
fn PupilTray(parts: Memo<Vec<Part>>, now: Memo<Part>) -> impl IntoView {
    let at = Memo::new(move |_| parts.with(|parts| parts.iter().position(|part| *part == now.get()).unwrap_or(0)));
    let authors = AuthorsShown::here();
    let beside = move |by: isize| {
        let part = parts.with(|parts| parts.get(at.get().checked_add_signed(by)?).copied());
        part.map(|part| href(part, authors))
    };
    view! {
        <nav class="pupil-tray" aria-label="Back and next">
            // The pupil’s first part has nothing before it; the button keeps its place.
            {move || match beside(-1) {
                Some(href) => {
                    view! {
                        <a class="button is-big" href=href data-turn="top">
                            <Icon name="left" />
                            "Back"
                        </a>
                    }
                        .into_any()
                }
                None => view! { <span></span> }.into_any(),
            }}
            <p class="where">{move || format!("{} of {}", at.get() + 1, parts.with(Vec::len))}</p>
            {move || {
                beside(1)
                    .map(|href| {
                        view! {
                            <a class="button is-big primary" href=href data-turn="top">
                                "Next"
                                <Icon name="right" />
                            </a>
                        }
                    })
            }}
        </nav>
    }
}
