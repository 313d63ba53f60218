//! One child’s page: who they are, the last three cycles on one screen, their words, what is still to do.
//!
//! What must stay true: nothing here is typed; all of it was agreed in a meeting or stands in the register. What is
//! not for whoever reads it was never sent.

#![expect(unreachable_pub, reason = "a component’s props are public, however private the component")]

mod around;
mod cycles;
mod fit;
mod passport;
mod picture;
mod readers;
mod target;

use leptos::prelude::*;
use leptos_meta::Title;

pub(crate) use self::{around::area_words, passport::PassportPage, target::OneTarget};
use self::{
    around::{Actions, HelpInTests, HelpNow, Meetings, WhoIsRound},
    cycles::LastCycles,
    passport::InTheirWords,
    picture::Picture,
    readers::WhoHasRead,
};

use crate::{
    api::reading::read_pupil,
    components::{
        code::{NeedName, ProvisionName},
        dates,
        frame::{At, SchoolFrame},
    },
    error::AppError,
    pages::{id_of_address, once_read},
    view::pupils,
};

#[component]
pub fn PupilPage() -> impl IntoView {
    once_read(the_child(), |page| view! { <ThePupil page /> })
}

/// The child of the address.
async fn the_child() -> Result<pupils::PupilPage, AppError> {
    read_pupil(id_of_address().ok_or(AppError::NotFound)?).await
}

#[component]
fn ThePupil(page: pupils::PupilPage) -> impl IntoView {
    view! {
        <Title text=page.pupil.name.clone() />
        <SchoolFrame here=page.here.clone() at=At::Pupils class="pupil-record">
            <Head page=page.clone() />
            <div class="school">
                <LastCycles page=page.clone() />
                <InTheirWords page=page.clone() />
                {(!page.only_now)
                    .then(|| {
                        view! {
                            <Meetings page=page.clone() />
                            <Actions page=page.clone() />
                        }
                    })}
                <HelpInTests access=page.access.clone() />
                <HelpNow help=page.help.clone() words=page.here.words.clone() />
                <WhoIsRound name=page.pupil.name.clone() people=page.people.clone() />
                <WhoHasRead readers=page.reading.readers.clone() />
                {page.may_take_away.then(|| view! { <TakeAway id=page.id name=page.pupil.name.clone() /> })}
            </div>
        </SchoolFrame>
    }
}

/// For the day when the family, or the child, asks what the school holds.
#[component]
fn TakeAway(id: shared::PupilId, name: String) -> impl IntoView {
    view! {
        <section class="sheet span-7" aria-labelledby="h-take-away">
            <header class="sheet-head">
                <h2 id="h-take-away">"If somebody asks what you hold"</h2>
                <p>
                    {format!("Everything about {name} in one file: records, meetings, and who read what.")}
                    " Look through it before you hand it on: it begins with the names of others that are in it."
                </p>
            </header>
            <form method="post" action=format!("/pupils/{id}/export")>
                <button class="button" type="submit">
                    "Download everything"
                </button>
            </form>
            <p class="hint gap-top">"It is written down that you took it."</p>
        </section>
    }
}

/// The child at the head of the table, with what the school knows beside them.
#[component]
fn Head(page: pupils::PupilPage) -> impl IntoView {
    let class = if page.class_name.is_empty() {
        page.year_group.clone()
    } else {
        format!("{}, {}", page.class_name, page.year_group)
    };
    let class = [class].into_iter().chain(page.class_teachers).collect::<Vec<_>>().join(", ");
    let called = if page.pronouns.is_empty() {
        page.full_name.clone()
    } else {
        format!("{}, {}", page.full_name, page.pronouns)
    };
    let identity = page.identity.unwrap_or(pupils::Identity { born_on: None, upn: None });
    let needs = page.needs.map(|needs| {
        let since = needs.since.map(|day| format!(", since {}", dates::short(&day)));
        let types = needs.types.into_iter().enumerate().map(|(at, code)| {
            view! {
                <div>
                    <dt>{if at == 0 { "Main need" } else { "Also" }}</dt>
                    <dd>
                        <NeedName code />
                    </dd>
                </div>
            }
        });
        view! {
            <div>
                <dt>"Extra help"</dt>
                <dd>
                    <ProvisionName code=needs.provision />
                    {since}
                </dd>
            </div>
            {types.collect_view()}
        }
    });
    let care = (page.looked_after == Some(true)).then(|| "Looked after".to_owned());
    let pep = page.may_open_pep.then(|| {
        view! {
            <p>
                <a class="button" href=format!("/pupils/{}/pep", page.id) rel="external">
                    "Personal education plan"
                </a>
            </p>
        }
    });
    let line = page.may_change_line.then(|| {
        view! {
            <p>
                <a class="button" href=format!("/pupils/{}/register", page.id) rel="external">
                    "Change the register’s line"
                </a>
            </p>
        }
    });
    let left = page.left_on.map(|left| {
        let verb = if left.has_come { "Left" } else { "Leaves" };
        view! {
            <p>
                <strong>{format!("{verb} the school on {}.", dates::short(&left.day))}</strong>
            </p>
        }
    });
    view! {
        <header class="child-head">
            <div class="child-name">
                <Picture pupil=page.pupil.clone() class="large" />
                <h1>{page.pupil.name.clone()}</h1>
                <p class="lead">{called}</p>
                {left}
                {pep}
                {line}
            </div>
            <dl class="child-facts">
                <Fact label="Class" words=Some(class) />
                <Fact label="Key adult" words=page.key_adult />
                <Fact label="At home" words=Some(page.home_language) />
                <Fact label="Born" words=identity.born_on.map(|day| dates::short(&day)) />
                <Fact label="UPN" words=identity.upn />
            </dl>
            <dl class="child-facts">
                {needs} <Fact label="Care" words=care />
                <Fact label="Asking" words=Some(page.communication.join(", ")) />
            </dl>
        </header>
    }
}

#[component]
fn Fact(label: &'static str, words: Option<String>) -> impl IntoView {
    words.filter(|words| !words.is_empty()).map(|words| {
        view! {
            <div>
                <dt>{label}</dt>
                <dd dir="auto">{words}</dd>
            </div>
        }
    })
}
