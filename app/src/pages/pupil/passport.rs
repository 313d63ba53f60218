//! The passport: a few lines of it on the child’s page, and the whole of it on one page to print, the newest or as it
//! was; with the way to change it.

use leptos::{prelude::*, server_fn::ServerFn};
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;
use shared::{
    PupilId,
    record::{Arrangement, Statement, Statements},
    schema::passport,
};

use super::{
    fit,
    picture::{ChoosePicture, Picture, WhatBecameOfIt},
    readers::IHaveRead,
};
use crate::{
    api::{
        forms::{ChangePassport, SavePassport},
        reading::read_passport,
    },
    components::{
        dates, finish::FinishPlain, icon::Icon, my_view::MyViewButton, people::Portrait, words::how_captured,
    },
    error::AppError,
    pages::{
        NotDone, SkipLink, id_of_address, once_read,
        record::{Lines, beside, how_captured_here, is_pupils},
    },
    shell::AroundStyle,
    view::pupils::{self, PassportVersion},
};

/// Of “It would help me if you could…”, on the child’s page.
const LINES: usize = 4;

#[component]
pub fn InTheirWords(page: pupils::PupilPage) -> impl IntoView {
    let href = format!("/pupils/{}/passport", page.id);
    let name = page.pupil.name.clone();
    let picture = page.change_passport.is_some().then(|| {
        let words = if page.pupil.portrait.is_some() { "Change the picture" } else { "Choose a picture" };
        view! {
            <p class="gap-top">
                <a href=format!("{href}#h-picture") rel="external">
                    {words}
                </a>
            </p>
        }
    });
    let none = match page.change_passport {
        Some(_) => "There is no passport yet. Begin it here, or at the first meeting.",
        None => "There is no passport yet. The first meeting begins one.",
    };
    let change = page.change_passport.map(|change| view! { <Change pupil=page.id change /> });
    let inside = match &page.passport {
        None => view! { <p class="hint">{none}</p> }.into_any(),
        Some(passport) => {
            // What others added is theirs, and stands in the passport under their names.
            let of = |key: &str| {
                let mut list = passport.lists.iter().find(|list| list.key == key).cloned()?;
                list.statements.retain(|said| is_pupils(said, &page.pupil));
                (!list.statements.is_empty()).then_some(list)
            };
            let lines = of("help").map(|list| {
                let lines = list.statements.into_iter().take(LINES);
                view! {
                    <h3>{list.heading}</h3>
                    <ul class="words-lines">{lines.map(|said| view! { <li dir="auto">{said.words}</li> }).collect_view()}</ul>
                }
            });
            let hope = of("hopes").and_then(|list| list.statements.into_iter().next()).map(|said| {
                let how = how_captured(&said.captured, &said.said_on);
                view! {
                    <figure class="said is-small">
                        <div class="words is-short">
                            <blockquote>
                                <p dir="auto">{said.words}</p>
                            </blockquote>
                        </div>
                        <figcaption>
                            <Portrait pupil=page.pupil.clone() />
                            <span>
                                <strong>"My hopes"</strong>
                                <span>{how}</span>
                            </span>
                        </figcaption>
                    </figure>
                }
            });
            view! {
                {lines}
                {hope}
                <p class="row gap-top">
                    <a class="button" href=href rel="external">
                        <Icon name="print" />
                        "The passport, on one page"
                    </a>
                </p>
            }
            .into_any()
        }
    };
    view! {
        <section class="sheet span-7" aria-labelledby="h-words">
            <header class="sheet-head">
                <h2 id="h-words">"In " {name} "’s words"</h2>
            </header>
            {inside}
            {change}
            {picture}
        </section>
    }
}

/// The way to write in it, and to keep what was written as a version.
#[component]
fn Change(pupil: PupilId, change: pupils::ChangePassport) -> impl IntoView {
    let said = match (change.is_open, &change.review_on) {
        (_, Some(day)) => {
            format!("It is open in the meeting of {}: what is changed there is in it at once.", dates::short(day))
        }
        (true, None) => "It is open to be changed. The others who are round the table find it here too.".to_owned(),
        (false, None) => "Alone or together, also when no meeting is near.".to_owned(),
    };
    let save = change.is_open.then(|| {
        view! {
            <form method="post" action=SavePassport::url()>
                <input type="hidden" name="pupil" value=pupil.to_string() />
                <button class="button" type="submit">
                    <Icon name="tick" />
                    "Save this version"
                </button>
            </form>
        }
    });
    let hint =
        change.is_open.then(|| view! { <p class="hint">"Saving keeps it as it stands now, with today’s date."</p> });
    view! {
        <NotDone />
        <p class="gap-top">{said}</p>
        <div class="row">
            <form method="post" action=ChangePassport::url()>
                <input type="hidden" name="pupil" value=pupil.to_string() />
                <button class="button" type="submit">
                    <Icon name="pen" />
                    {if change.is_open { "Go on changing the passport" } else { "Change the passport" }}
                </button>
            </form>
            {save}
        </div>
        {hint}
    }
}

/// The passport alone.
#[component]
pub(crate) fn PassportPage() -> impl IntoView {
    // What is no id is no version.
    let version = use_query_map().read_untracked().get("version").map(|version| version.parse().unwrap_or_default());
    let page = async move { read_passport(id_of_address().ok_or(AppError::NotFound)?, version).await };
    once_read(page, |page| view! { <ThePassport page /> })
}

/// What stands first and in the pupil’s yellow; the rest follows in two columns.
const FIRST: &str = "help";

#[component]
fn ThePassport(page: pupils::PassportPage) -> impl IntoView {
    let name = page.pupil.name.clone();
    let (id, back) = (page.id, format!("/pupils/{}", page.id));
    let (lists, access, versions, this) = page
        .passport
        .map(|passport| (passport.lists, passport.access, passport.versions, Some(passport.this)))
        .unwrap_or_default();
    let (usual, note) = how_captured_here(&lists, &page.pupil);
    let (first, rest): (Vec<_>, Vec<_>) = lists.into_iter().partition(|list| list.key == FIRST);
    let access: Vec<_> = access.iter().map(in_tests).collect();
    let size = {
        let line = |said: &Statement| {
            let beside = beside(said, &page.pupil, &usual).unwrap_or_default();
            said.words.chars().count() + beside.chars().count()
        };
        let of = |list: &Statements| list.statements.iter().map(line).collect::<fit::Letters>();
        let in_tests: Vec<fit::Letters> = (!access.is_empty())
            .then(|| access.iter().map(|help| help.chars().count()).collect())
            .into_iter()
            .collect();
        let first: Vec<_> = first.iter().map(of).collect();
        let rest: Vec<_> = rest.iter().map(of).chain(in_tests).collect();
        fit::size(&first, &rest)
    };
    let paper = match size {
        Some(60..) => "To print it, use your browser’s Print: it fits one page.",
        Some(_) => {
            "To print it, use your browser’s Print: it fits one page, in small letters. Fewer words are read more often."
        }
        None => "It is longer than one page, also on paper. Fewer words are read more often.",
    };
    let at = versions.iter().position(|version| Some(version.id) == this);
    let which = at.map(|at| {
        let (number, all) = (versions.len() - at, versions.len());
        let newest = if at == 0 { "" } else { " There is a newer one." };
        format!("Version {number} of {all}, {}.{newest}", kept(&versions[at]))
    });
    let picture = page.change.is_some().then(|| {
        view! { <ChoosePicture id pupil=page.pupil.clone() not_taken=page.not_taken.clone() /> }
    });
    let change = page.change.map(|change| view! { <Change pupil=id change /> });
    let (pupil, usual_here) = (page.pupil.clone(), usual.clone());
    let list = move |list: Statements, class: &'static str| {
        view! {
            <section>
                <h2>{list.heading}</h2>
                <ul class=class>
                    <Lines statements=list.statements pupil=pupil.clone() usual=usual_here.clone() />
                </ul>
            </section>
        }
    };
    let in_tests = (!access.is_empty()).then(|| {
        view! {
            <section>
                <h2>"Help in tests"</h2>
                <ul class="board-lines">{access.into_iter().map(|help| view! { <li dir="auto">{help}</li> }).collect_view()}</ul>
            </section>
        }
    });
    let key_adult = page.key_adult.clone().map(|adult| format!(" My key adult: {adult}."));
    let class = Some(page.class_name.clone()).filter(|class| !class.is_empty()).map(|class| format!("{class}."));
    view! {
        <Title text=format!("{name}’s passport") />
        <AroundStyle />
        <div class="record-page">
            <SkipLink to="#main" words="Skip to the passport" />
            <header class="record-bar">
                <nav aria-label="This page">
                    <a class="button" href=back rel="external">
                        <Icon name="left" />
                        {name.clone()}
                        "’s page"
                    </a>
                    <MyViewButton />
                    <FinishPlain />
                </nav>
                <p class="hint">{paper}</p>
            </header>
            <main class="record" id="main" tabindex="-1">
                <WhatBecameOfIt not_taken=page.not_taken.clone() />
                <article class="page passport-sheet" data-fit=size.filter(|size| *size < 100) aria-labelledby="title">
                    <header class="record-head">
                        <Picture pupil=page.pupil.clone() />
                        <div>
                            <h1 id="title">{name.clone()} "’s passport"</h1>
                            <p>{class} {key_adult}</p>
                        </div>
                    </header>
                    {first.into_iter().map(|first| list(first, "words-lines")).collect_view()}
                    <div class="passport-rest">
                        {rest.into_iter().map(|rest| list(rest, "board-lines")).collect_view()} {in_tests}
                    </div>
                    {note
                        .map(|note| {
                            // With the mark that stands before each of them.
                            view! {
                                <ul class="board-lines small">
                                    <li class="is-pupils">{note}</li>
                                </ul>
                            }
                        })}
                    <p class="small">{which}</p>
                </article>
                <IHaveRead id=page.id reading=page.reading.clone() />
                {change
                    .map(|change| {
                        view! {
                            <section class="page next-cycle" aria-labelledby="h-change">
                                <div>
                                    <h2 id="h-change">"Change the passport"</h2>
                                    {change}
                                </div>
                            </section>
                        }
                    })}
                {picture}
                <Versions id versions this=at />
            </main>
        </div>
    }
}

/// “Questions read aloud: normal way of working, since 3 May 2026”.
fn in_tests(help: &Arrangement) -> String {
    let context = Some(help.context.as_str()).filter(|context| !context.is_empty());
    let state = passport::ARRANGEMENT_STATES.iter().find(|state| state.code == help.status);
    let state = state.map(|state| format!(": {}", state.label.to_lowercase())).unwrap_or_default();
    let since = if help.since.is_empty() { String::new() } else { format!(", since {}", dates::short(&help.since)) };
    [Some(help.arrangement.as_str()), context].into_iter().flatten().collect::<Vec<_>>().join(", ") + &state + &since
}

/// “agreed 3 May 2026”, “saved by Mrs Pike, 3 May 2026”.
fn kept(version: &PassportVersion) -> String {
    let day = dates::short(&version.on);
    version.saved_by.as_ref().map_or_else(|| format!("agreed {day}"), |by| format!("saved by {by}, {day}"))
}

/// All there are, the newest first: each can be read as it was.
#[component]
fn Versions(id: PupilId, versions: Vec<PassportVersion>, this: Option<usize>) -> impl IntoView {
    let all = versions.len();
    let one = move |(at, version): (usize, PassportVersion)| {
        let words = format!("Version {}", all - at);
        let href = format!("/pupils/{id}/passport?version={}", version.id);
        let link = view! {
            <a href=href rel="external" aria-current=(this == Some(at)).then_some("page")>
                {words}
            </a>
        };
        view! {
            <li>
                {link} ", " {kept(&version)}
            </li>
        }
    };
    (all > 1).then(|| {
        view! {
            <section class="page next-cycle" aria-labelledby="h-versions">
                <div>
                    <h2 id="h-versions">"Versions over time"</h2>
                    <ul>{versions.into_iter().enumerate().map(one).collect_view()}</ul>
                </div>
            </section>
        }
    })
}
