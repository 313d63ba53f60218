//! The passport as it was last agreed: a few lines on the child’s page, and the whole of it on one page to print.

use leptos::prelude::*;
use leptos_meta::Title;
use shared::record::Statements;

use super::{readers::IHaveRead, the_child};
use crate::{
    components::{
        dates, finish::FinishPlain, icon::Icon, my_view::MyViewButton, people::Portrait, words::how_captured,
    },
    pages::{SkipLink, once_read},
    shell::AroundStyle,
    view::pupils,
};

/// Of “It would help me if you could…”, on the child’s page.
const LINES: usize = 4;

#[component]
pub fn InTheirWords(page: pupils::PupilPage) -> impl IntoView {
    let href = format!("/pupils/{}/passport", page.id);
    let name = page.pupil.name.clone();
    let inside = match &page.passport {
        None => view! { <p class="hint">"There is no passport yet. The first meeting begins one."</p> }.into_any(),
        Some(passport) => {
            let of = |key: &str| passport.lists.iter().find(|list| list.key == key).cloned();
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
        </section>
    }
}

/// The passport alone.
#[component]
pub(crate) fn PassportPage() -> impl IntoView {
    once_read(the_child(), |page| view! { <ThePassport page /> })
}

/// What stands first and in the pupil’s yellow; the rest follows in two columns.
const FIRST: &str = "help";

#[component]
fn ThePassport(page: pupils::PupilPage) -> impl IntoView {
    let name = page.pupil.name.clone();
    let back = format!("/pupils/{}", page.id);
    let (first, rest): (Vec<_>, Vec<_>) = page
        .passport
        .as_ref()
        .map(|passport| passport.lists.clone())
        .unwrap_or_default()
        .into_iter()
        .partition(|list| list.key == FIRST);
    let version = page.passport.as_ref().map(|passport| {
        let earlier = passport.earlier.iter().map(|(_, day)| dates::short(day)).collect::<Vec<_>>();
        let before = if earlier.is_empty() { String::new() } else { format!(" Before that: {}.", earlier.join(", ")) };
        format!("Version {}, agreed {}.{before}", earlier.len() + 1, dates::short(&passport.agreed_on))
    });
    let list = |list: Statements| {
        view! {
            <section>
                <h2>{list.heading}</h2>
                <ul class="board-lines">
                    {list.statements.into_iter().map(|said| view! { <li dir="auto">{said.words}</li> }).collect_view()}
                </ul>
            </section>
        }
    };
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
                <p class="hint">"To print it, use your browser’s Print: it fits one page."</p>
            </header>
            <main class="record" id="main" tabindex="-1">
                <article class="page passport-sheet" aria-labelledby="title">
                    <header class="record-head">
                        <Portrait pupil=page.pupil.clone() />
                        <div>
                            <h1 id="title">{name.clone()} "’s passport"</h1>
                            <p>{page.class_name.clone()} ". My key adult: " {page.key_adult.clone().unwrap_or_default()}</p>
                        </div>
                    </header>
                    {first
                        .into_iter()
                        .map(|list| {
                            view! {
                                <section>
                                    <h2>{list.heading}</h2>
                                    <ul class="words-lines">
                                        {list
                                            .statements
                                            .into_iter()
                                            .map(|said| view! { <li dir="auto">{said.words}</li> })
                                            .collect_view()}
                                    </ul>
                                </section>
                            }
                        })
                        .collect_view()}
                    <div class="passport-rest">{rest.into_iter().map(list).collect_view()}</div>
                    <p class="small">{version}</p>
                </article>
                <IHaveRead id=page.id reading=page.reading.clone() />
            </main>
        </div>
    }
}
