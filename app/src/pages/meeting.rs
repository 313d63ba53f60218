//! The meeting: everybody round one table, all parts of the document on it.
//!
//! Rendered on the server from the same bytes the browser goes live with, so that it can be read
//! before any script arrives. What is written goes through [`crate::collab`]; what is decided,
//! through [`crate::api`].

#![expect(unreachable_pub, reason = "a component’s props are public, however private the component")]

mod actions;
mod admire;
mod agenda;
mod agree;
mod door;
pub(crate) mod gone;
mod help;
mod into_step;
mod last;
mod other;
pub mod parts;
mod passport;
mod pupil;
mod remarks;
mod round;
mod sheet;
mod side_rows;
mod targets;
#[cfg(feature = "ssr")]
mod told;
mod top_bar;
mod tray;
mod views;
mod working;

#[cfg(feature = "ssr")]
pub(crate) use self::last::verdict_class;
pub(crate) use self::top_bar::{NeedsScripts, SaveStateLine};

use leptos::prelude::*;
use shared::{Role, Stage};

use self::{
    agenda::{Agenda, PartNav, place_of, seen, step},
    door::{DoorPanel, NobodyRunsIt},
    parts::Part,
    pupil::PupilLayout,
    round::Round,
    sheet::Layout,
    top_bar::TopBar,
    tray::Tray,
};
use crate::{
    api::meetings::read_people,
    collab::{Meeting, provide_meeting},
    components::{
        address::Address,
        authors::AuthorsShown,
        icon::Icon,
        list::each,
        live::LiveRegion,
        notices::{AtHand, GoThere, KeptWordsList, Notice, OutdatedNotice, StageNews, UnsentAnswer},
        people::People,
        still::hold_still,
    },
    pages::SkipLink,
    view::{self, doors::AlsoHere},
};
#[cfg(feature = "ssr")]
use crate::{
    api::reading::{read_also_here, read_before, read_meeting},
    error::AppError,
    pages::{
        id_of_address,
        live::{Live, LivePage},
        once_read,
    },
};

/// The address.
#[cfg(feature = "ssr")]
#[component]
pub fn MeetingPage() -> impl IntoView {
    let read = async {
        let page = read_meeting(id_of_address().ok_or(AppError::NotFound)?).await?;
        // What was agreed has its own count.
        let before = if page.stage == Stage::Agreed { Default::default() } else { read_before(page.id).await };
        Ok((page, read_also_here().await, before))
    };
    once_read(read, |(page, also_here, before)| {
        let sections = page.sections.clone();
        view! {
            <leptos_meta::Title text=title(&page) />
            <LivePage live=Live::Meeting { page, also_here } />
            <told::ToldBefore before sections />
        }
    })
}

fn title(page: &view::MeetingPage) -> String {
    let what = if page.passport_of.is_some() { "passport" } else { "review meeting" };
    format!("{}’s {what}", page.pupil.name)
}

/// What lives.
#[component]
pub fn TheMeeting(page: view::MeetingPage, also_here: Vec<AlsoHere>) -> impl IntoView {
    let meeting = provide_meeting(&page);
    let people = People::provide(&page, meeting.scribe());
    Address::provide();
    AuthorsShown::provide();
    keep_people_fresh(meeting, people);
    hold_still();
    let is_pupil = page.myself().is_some_and(|me| me.role == Role::Pupil);
    move || {
        let also_here = also_here.clone();
        if let Some(gone) = gone::instead(meeting) {
            gone
        } else if is_pupil {
            view! { <PupilLayout also_here /> }.into_any()
        } else {
            view! { <TableLayout page=page.clone() also_here /> }.into_any()
        }
    }
}

/// For the adults: the round table, the agenda, every sheet.
#[component]
fn TableLayout(page: view::MeetingPage, also_here: Vec<AlsoHere>) -> impl IntoView {
    let meeting = crate::collab::use_meeting();
    let parts = parts::for_me(meeting);
    let seen = seen(parts);
    let at = place_of(parts, seen);
    Layout::All.provide();
    let (runs_it, is_review) = (meeting.runs_it(), meeting.passport_of.is_none());
    let door = door::Door::provide();
    let (title, minutes) = (title(&page), page.minutes);
    view! {
        <div class="meeting-page">
            <SkipLink to="#sheets" words="Skip to the sheets. Esc comes back to the agenda" />
            {move || (runs_it.get() && is_review).then(|| view! { <SkipLink to="#tray" words="Skip to what runs the meeting" /> })}
            <TopBar also_here />
            <LiveRegion />
            <AtHand>
                <GoThere href=|part: Part| format!("#{}", part.key()) seen />
                <OutdatedNotice />
                {is_review.then(|| view! { <NobodyRunsIt /> })}
                <KeptWordsList />
                <UnsentAnswer />
                <StageNews />
            </AtHand>
            <div class="table">
                <Round title when=page.when place=page.place />
                {move || (runs_it.get() && is_review && door.is_open()).then(|| view! { <DoorPanel /> })}
                <div class="desk">
                    <Agenda parts ground_rules=page.ground_rules />
                    <main class="sheets" id="sheets" tabindex="-1">
                        <PartNav parts at />
                        <AgreedNotice />
                        <OfPassport />
                        {each(parts, |part| sheet_of(part).into_any())}
                        // A phone shows one part at a time: at its end, the way on.
                        <p class="way-on">{step(parts, at, 1)}</p>
                    </main>
                </div>
            </div>
            {move || (runs_it.get() && is_review).then(|| view! { <Tray parts minutes seen /> })}
        </div>
    }
}

/// Each part’s sheet. “Who is here” is the table itself.
fn sheet_of(part: Part) -> AnyView {
    match part {
        Part::Who => ().into_any(),
        Part::Admire => view! { <admire::Admire /> }.into_any(),
        Part::Last => view! { <last::Last /> }.into_any(),
        Part::Working => view! { <working::Working /> }.into_any(),
        Part::Targets => view! { <targets::Targets /> }.into_any(),
        Part::Actions => view! { <actions::Actions /> }.into_any(),
        Part::Passport => view! { <passport::Passport /> }.into_any(),
        Part::Pep => view! { <other::Pep /> }.into_any(),
        Part::Staff => view! { <other::Staff /> }.into_any(),
        Part::Agree => view! { <agree::Agree /> }.into_any(),
    }
}

/// Agreed, so it stays as it is: everything below is words now. Or open again, and why.
#[component]
fn AgreedNotice() -> impl IntoView {
    let meeting = crate::collab::use_meeting();
    let (stage, reopened, people) = (meeting.stage(), meeting.reopened(), People::here());
    move || {
        let said = match (stage.get(), reopened.get()) {
            _ if meeting.passport_of.is_some() => return None,
            (Stage::Agreed, _) => (
                "lock",
                "Agreed",
                String::new(),
                "Everybody has the same copy. Nobody can change this version.",
                "button primary",
            ),
            (_, Some(reason)) => (
                "pen",
                "Open again, to put something right",
                reason,
                match people.my_role() {
                    Some(Role::Pupil) => "When it is right, say again what you think.",
                    _ => "Answer anew when it is right. Until it is saved again, the plan as it was counts.",
                },
                // There is something else to do now.
                "button quiet",
            ),
            _ => return None,
        };
        let (icon, title, reason, words, class) = said;
        Some(view! {
            <Notice icon title>
                <p dir="auto">{reason}</p>
                <p>{words}</p>
                <a class=class href=format!("/meetings/{}/record", meeting.id) rel="external">
                    "Read the plan"
                    <Icon name="right" />
                </a>
            </Notice>
        })
    }
}

/// A table for the passport alone: what becomes of what is written, and where to keep it.
#[component]
fn OfPassport() -> impl IntoView {
    let meeting = crate::collab::use_meeting();
    let stage = meeting.stage();
    meeting.passport_of.map(|pupil| {
        move || {
            let (icon, title, words) = match stage.get() {
                Stage::Agreed => ("lock", "Saved", "This version stays as it is. The next change begins with it."),
                Stage::Preparing | Stage::Meeting => (
                    "pen",
                    "The passport, open to be changed",
                    "When it is right, save it on its page as a version of today.",
                ),
            };
            view! {
                <Notice icon title>
                    <p>{words}</p>
                    <a class="button primary" href=format!("/pupils/{pupil}/passport") rel="external">
                        "To its page"
                        <Icon name="right" />
                    </a>
                </Notice>
            }
        }
    })
}

/// Answers and who came are commands, not part of the document: at every news of them, ask again.
fn keep_people_fresh(meeting: Meeting, people: People) {
    let (news, recorded, here) = (meeting.people_news(), meeting.recorded(), meeting.here());
    let (stage, scribe) = (meeting.stage(), meeting.scribe());
    // Answers come in any order: what was asked before what is shown is older than it.
    let (asked, shown) = (StoredValue::new(0_u32), StoredValue::new(0_u32));
    Effect::watch(
        move || (news.get(), recorded.get(), here.get(), stage.get(), scribe.get()),
        move |_, _, _| {
            let this = asked.get_value() + 1;
            asked.set_value(this);
            leptos::task::spawn_local(async move {
                // Without an answer the page keeps what it knows.
                if let Ok(now) = read_people(meeting.id).await
                    && shown.try_get_value().is_some_and(|shown| shown < this)
                {
                    shown.set_value(this);
                    meeting.caught_up(&now);
                    let _ = people.earlier.try_set(now.earlier_writers);
                    let _ = people.all.try_set(now.people);
                }
            });
        },
        false,
    );
}
