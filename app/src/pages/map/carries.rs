//! Who carries the help, whether every need has some, and who has none yet.

use leptos::prelude::*;

use crate::{
    components::{code::NeedName, money::hours, people::Sun, turn::Turn},
    pages::pupil::area_words,
    view::{
        Paging,
        map::{Coverage, Gap, Load},
    },
};

/// Minutes a week that fill the whole bar, unless somebody gives more.
const FULL_BAR: i64 = 600;
/// Of the bar, in the drawing’s own units.
const WIDTH: i64 = 260;

#[component]
pub fn WhoCarriesIt(load: Vec<Load>) -> impl IntoView {
    let most = load.iter().map(|load| load.minutes).max().unwrap_or(0).max(FULL_BAR);
    let sentence = match load.first() {
        Some(first) => format!("{} gives the most: {} a week.", first.who, hours(first.minutes)),
        None => "No plan says who gives how much each week.".to_owned(),
    };
    let line = move |load: Load| {
        let width = load.minutes * WIDTH / most;
        view! {
            <tr>
                <th scope="row">
                    {load.who}
                    <span>{load.kinds} {if load.kinds == 1 { " kind of help" } else { " kinds of help" }}</span>
                </th>
                <td>
                    <svg class="load" viewBox="0 0 260 22" aria-hidden="true">
                        <rect class="has" x="1" y="4" width={WIDTH - 2} height="14" rx="4"></rect>
                        <rect class="used" x="1" y="4" width={width.max(3)} height="14" rx="4"></rect>
                    </svg>
                </td>
                <td>{hours(load.minutes)}</td>
            </tr>
        }
    };
    let any = !load.is_empty();
    view! {
        <section class="sheet span-7" aria-labelledby="h-carries">
            <header class="sheet-head">
                <h2 id="h-carries">"Who carries it"</h2>
                <p>{sentence} " A group is counted once, however many children are in it."</p>
            </header>
            {any
                .then(|| {
                    view! {
                        <div class="table-scroll" role="region" aria-label="Who carries it, table" tabindex="0">
                            <table class="plain-table loads">
                                <caption class="visually-hidden">"Hours a week that each gives"</caption>
                                <thead>
                                    <tr>
                                        <th scope="col">"Who"</th>
                                        <th scope="col">
                                            <span class="visually-hidden">"Picture"</span>
                                        </th>
                                        <th scope="col">"Each week"</th>
                                    </tr>
                                </thead>
                                <tbody>{load.into_iter().map(line).collect_view()}</tbody>
                            </table>
                        </div>
                    }
                })}
        </section>
    }
}

#[component]
pub fn Covered(coverage: Vec<Coverage>, of: String) -> impl IntoView {
    let line = |covered: Coverage| {
        let area = match covered.area.as_str() {
            "" => "Not assessed yet, or another need".to_owned(),
            area => area_words(area),
        };
        view! {
            <tr>
                <th scope="row">{area}</th>
                <td>{format!("{} of {}", covered.with_help, covered.with_need)}</td>
            </tr>
        }
    };
    view! {
        <section class="sheet span-5" aria-labelledby="h-covered">
            <header class="sheet-head">
                <h2 id="h-covered">"Need and help"</h2>
                <p>"Children who have a need here, their main one or another, and how many of them have help for it this term. " {of}</p>
            </header>
            <table class="plain-table">
                <caption class="visually-hidden">"Need and help, by area"</caption>
                <thead>
                    <tr>
                        <th scope="col">"Need"</th>
                        <th scope="col">"Have help"</th>
                    </tr>
                </thead>
                <tbody>{coverage.into_iter().map(line).collect_view()}</tbody>
            </table>
        </section>
    }
}

#[component]
pub fn Gaps(gaps: Vec<Gap>, of: String, paging: Paging, chosen: Vec<(&'static str, String)>) -> impl IntoView {
    (!gaps.is_empty()).then(|| {
        let found = match paging.found {
            1 => "One need.".to_owned(),
            found => format!("{found} needs, the main one of each child first."),
        };
        let line = |gap: Gap| {
            let need = view! { <NeedName code=gap.need.clone() /> }.into_any();
            view! { <InNeed gap need /> }
        };
        view! {
            <section class="sheet" aria-labelledby="h-gaps">
                <header class="sheet-head">
                    <h2 id="h-gaps">"A need, and no help yet"</h2>
                    <p>{found} " No agreed plan of this term has help for it. " {of}</p>
                </header>
                <ul class="gaps">{gaps.into_iter().map(line).collect_view()}</ul>
                <Turn paging path="/map" chosen list="h-gaps" />
            </section>
        }
    })
}

/// A child, their class, and a need of theirs in words.
#[component]
pub fn InNeed(gap: Gap, need: AnyView) -> impl IntoView {
    view! {
        <li>
            <Sun picture=None name=gap.name.clone() />
            <p>
                <a href=format!("/pupils/{}", gap.pupil) rel="external">
                    <strong>{gap.name}</strong>
                </a>
                " "
                {gap.class_name}
                <span>{need}</span>
            </p>
        </li>
    }
}
