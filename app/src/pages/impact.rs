//! What worked: the difference each help made, over children and terms.
//!
//! What must stay true: what did not happen is shown and left out of every sum; few children are shown and compared
//! with nothing; no number says that a help is good or bad.

mod marks;

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;
use shared::{
    advice::{Advice, FEW, nearest, percent},
    schema::AREAS,
};

use self::marks::{KINDS, Kind, Mark, counts, sentence};
use crate::{
    api::reading::read_impact,
    components::{
        choose::{Choose, address},
        frame::{At, SchoolFrame},
        icon::Icon,
        money::pounds,
        stacked::Stacked,
        turn::Turn,
    },
    pages::{map::carries::InNeed, once_read, pupil::area_words},
    view::{
        Paging,
        map::{Gap, ImpactPage as Page, ImpactQuery, ImpactRow, and_extra, term_words},
    },
};

/// Of one mark, in the drawing’s own units.
const MARK: usize = 30;
const MARKS_A_LINE: usize = 12;
/// As many as can be taken in with the eye: where there are more targets, one mark stands for several.
const MARKS: u32 = 5 * MARKS_A_LINE as u32;

#[component]
pub fn ImpactPage() -> impl IntoView {
    let map = use_query_map().get_untracked();
    let get = |name| map.get(name).unwrap_or_default();
    let page = get("page").parse().unwrap_or(1);
    let query = ImpactQuery { term: get("term"), area: get("area"), first: get("first"), page };
    once_read(read_impact(query), |page| view! { <WhatWorked page /> })
}

#[component]
fn WhatWorked(page: Page) -> impl IntoView {
    let lead = format!(
        "{} kinds of help that a meeting has looked back on. A target is counted under each help it had. What did not happen is shown, and left out of the sums.",
        page.rows.len()
    );
    let chosen =
        vec![("term", page.query.term.clone()), ("area", page.query.area.clone()), ("first", page.query.first.clone())];
    let csv = address("/impact.csv", &[("term", &page.query.term), ("area", &page.query.area)]);
    view! {
        <Title text="What worked" />
        <SchoolFrame here=page.here.clone() at=At::Impact>
            <header class="welcome">
                <h1>"What worked"</h1>
                <p class="lead">{lead}</p>
            </header>
            <section class="sheet" aria-labelledby="h-worked">
                <header class="sheet-head with-side">
                    <div>
                        <h2 id="h-worked">"The difference each help made"</h2>
                        <p>
                            {format!(
                                "One mark is one target of one child. Fewer than {FEW} children: we show them, and compare nothing.",
                            )}
                        </p>
                    </div>
                    <a class="button" href=csv rel="external" download>
                        "Download as a spreadsheet"
                    </a>
                </header>
                <ul class="key-line is-big">
                    {KINDS
                        .map(|(kind, words)| {
                            view! {
                                <li>
                                    <svg class="kids" viewBox="0 0 26 26" width="26" height="26" aria-hidden="true">
                                        <Mark kind x=0 y=0 />
                                    </svg>
                                    {words}
                                </li>
                            }
                        })
                        .into_iter()
                        .collect_view()}
                </ul>
                <Filters query=page.query terms=page.terms shows_cost=page.shows_cost />
                {page
                    .rows
                    .is_empty()
                    .then(|| view! { <p class="hint">"No meeting has looked back on such help yet."</p> })}
                <ol class="worked-list">
                    {page
                        .rows
                        .iter()
                        .cloned()
                        .map(|row| view! { <Worked row shows_cost=page.shows_cost /> })
                        .collect_view()}
                </ol>
                <p class="finding">
                    <Icon name="help" />
                    <span>
                        <strong>"What these numbers cannot say. "</strong>
                        "Children in a group differ, and most have more than one help. A step is one level of the review scale, from “not yet” to “more than achieved”. Use it to ask better questions, not to rank people."
                    </span>
                </p>
            </section>
            <TrainingToPlan rows=page.rows.clone() />
            <InNumbers rows=page.rows shows_cost=page.shows_cost />
            <LittleProgress stuck=page.stuck paging=page.paging chosen />
        </SchoolFrame>
    }
}

#[component]
fn Filters(query: ImpactQuery, terms: Vec<String>, shows_cost: bool) -> impl IntoView {
    let terms = terms.into_iter().map(|term| (term.clone(), term_words(&term))).collect();
    let areas = AREAS.iter().map(|area| (area.code.to_owned(), area.label.to_owned())).collect();
    let money = shows_cost.then_some(("money", "Most steps for the money"));
    let orders = [Some(("children", "Most children")), money, Some(("missed", "Least happened"))];
    let orders = orders.into_iter().flatten().map(|(code, words)| (code.to_owned(), words.to_owned())).collect();
    view! {
        <form class="filters" method="get" action="/impact" aria-label="What worked">
            <Choose name="term" label="Term" everything="All terms" options=terms chosen=query.term />
            <Choose name="area" label="What it helps" everything="Everything" options=areas chosen=query.area />
            <Choose name="first" label="First" everything="Most got there" options=orders chosen=query.first />
            <button class="button primary" type="submit">
                "Show"
            </button>
        </form>
    }
}

#[component]
fn Worked(row: ImpactRow, shows_cost: bool) -> impl IntoView {
    let counts = counts(&row);
    let targets_a_mark = counts.iter().map(|(_, count)| count).sum::<u32>().div_ceil(MARKS).max(1);
    // Rounded up: what happened to few is seen beside what happened to many.
    let marks = |(kind, count): (Kind, u32)| std::iter::repeat_n(kind, count.div_ceil(targets_a_mark) as usize);
    let marks: Vec<Kind> = counts.into_iter().flat_map(marks).collect();
    let several = (targets_a_mark > 1).then(|| format!("Here one mark is {targets_a_mark} targets. "));
    let wide = marks.len().clamp(1, MARKS_A_LINE) * MARK;
    let high = marks.len().div_ceil(MARKS_A_LINE).max(1) * MARK;
    let drawn = marks
        .into_iter()
        .enumerate()
        .map(|(at, kind)| view! { <Mark kind x={at % MARKS_A_LINE * MARK} y={at / MARKS_A_LINE * MARK} /> });
    let happened = match percent(row.delivered, row.planned) {
        Some(percent) => format!("{percent} % happened{}", and_extra(row.extra)),
        None => "not counted".to_owned(),
    };
    let each = match row.pence_per_child() {
        None => "not written down".to_owned(),
        Some(0) => pounds(0),
        Some(pence) => format!("{} a child", pounds(pence)),
    };
    let step = match row.pence_per_step() {
        Some(pence) => format!("{} a step", pounds(pence)),
        None if row.is_few() => "too few to say".to_owned(),
        None => "cannot be said".to_owned(),
    };
    let time = row.minutes_per_step().map(|minutes| format!("{} of a child’s time", hours(minutes)));
    let (advice, reason) = row.advice();
    let children = if row.children == 1 { "One child".to_owned() } else { format!("{} children", row.children) };
    let scores = (row.scored > 0 && !row.is_few()).then(|| {
        let average = |sum: i64| {
            let tenths = nearest(sum * 10, row.scored.into()).unwrap_or_default();
            format!("{}.{}", tenths / 10, tenths % 10)
        };
        format!("From {} to {} out of ten, on average.", average(row.before), average(row.after))
    });
    view! {
        <li class="worked">
            <div class="worked-what">
                <h3>{row.name.clone()}</h3>
                <p>{children} ". " {area_words(&row.area)} "."</p>
            </div>
            <div class="worked-pic">
                <svg
                    class="kids"
                    viewBox=format!("0 0 {wide} {high}")
                    width=wide
                    height=high
                    role="img"
                    aria-label=sentence(&row)
                >
                    {drawn.collect_view()}
                </svg>
                <p>{several} {sentence(&row)} " " {scores}</p>
            </div>
            <dl class="worked-num">
                <div>
                    <dt>"Sessions"</dt>
                    <dd>{happened}</dd>
                </div>
                {time
                    .map(|time| {
                        view! {
                            <div>
                                <dt>"Time of one step"</dt>
                                <dd>{time}</dd>
                            </div>
                        }
                    })}
                {shows_cost
                    .then(|| {
                        view! {
                            <div>
                                <dt>"Cost"</dt>
                                <dd>{each}</dd>
                            </div>
                            <div>
                                <dt>"Cost of one step"</dt>
                                <dd>{step}</dd>
                            </div>
                        }
                    })}
            </dl>
            <p class="worked-next">
                <strong>{advice.words()}</strong>
                " "
                {reason}
            </p>
        </li>
    }
}

/// “1 hour 20 minutes”.
fn hours(minutes: i64) -> String {
    let each = |count: i64, word| match count {
        0 => None,
        1 => Some(format!("1 {word}")),
        _ => Some(format!("{count} {word}s")),
    };
    let parts: Vec<_> = each(minutes / 60, "hour").into_iter().chain(each(minutes % 60, "minute")).collect();
    if parts.is_empty() { "less than a minute".to_owned() } else { parts.join(" ") }
}

/// What helps some of the way when it is given: whoever gives it is whom training is for.
#[component]
fn TrainingToPlan(rows: Vec<ImpactRow>) -> impl IntoView {
    let rows: Vec<_> = rows.into_iter().filter(|row| row.advice().0 == Advice::Train).collect();
    (!rows.is_empty()).then(|| {
        let line = |row: ImpactRow| {
            let who = if row.who.is_empty() { "nobody is named".to_owned() } else { row.who };
            view! {
                <li>
                    <p>
                        <strong>{row.name}</strong>
                        <span>{format!("Who gives it: {who}. {} children.", row.children)}</span>
                    </p>
                </li>
            }
        };
        view! {
            <section class="sheet" aria-labelledby="h-train">
                <header class="sheet-head">
                    <h2 id="h-train">"Training to plan"</h2>
                    <p>"It was given as planned, and most children moved without getting there."</p>
                </header>
                <ul class="gaps">{rows.into_iter().map(line).collect_view()}</ul>
            </section>
        }
    })
}

/// The same as the pictures, as a table.
#[component]
fn InNumbers(rows: Vec<ImpactRow>, shows_cost: bool) -> impl IntoView {
    (!rows.is_empty()).then(|| {
        let columns =
            ["Help", "Children", "Got there", "Part of the way", "Not yet", "Did not try", "Sessions", "Next"];
        let head = columns.into_iter().chain(shows_cost.then_some("Cost"));
        let line = move |row: ImpactRow| {
            let next = row.advice().0.words();
            let cost = row.pence.map_or("–".to_owned(), pounds);
            let sessions = if row.planned == 0 {
                "–".to_owned()
            } else {
                format!("{} of {}{}", row.delivered, row.planned, and_extra(row.extra))
            };
            let counts = [row.children, row.got_there, row.part_way, row.not_yet, row.not_tried].map(IntoAny::into_any);
            let last = [sessions.into_any(), next.into_any()].into_iter();
            let cost = shows_cost.then(|| cost.into_any());
            [row.name.into_any()].into_iter().chain(counts).chain(last).chain(cost).collect()
        };
        view! {
            <section class="sheet" aria-labelledby="h-numbers">
                <header class="sheet-head">
                    <h2 id="h-numbers">"The same in numbers"</h2>
                </header>
                <Stacked
                    caption="The difference each help made, in numbers"
                    columns=head.collect()
                    rows=rows.into_iter().map(line).collect()
                    class="numbers"
                />
            </section>
        }
    })
}

#[component]
fn LittleProgress(stuck: Vec<Gap>, paging: Paging, chosen: Vec<(&'static str, String)>) -> impl IntoView {
    let none = stuck.is_empty().then(|| view! { <p class="hint">"Nobody, in the last two reviews of each child."</p> });
    let line = |gap: Gap| {
        let need = area_words(&gap.need).into_any();
        view! { <InNeed gap need /> }
    };
    view! {
        <section class="sheet" aria-labelledby="h-little">
            <header class="sheet-head">
                <h2 id="h-little">"Little progress, twice"</h2>
                <p>"The Code of Practice says: think about asking a specialist, with the family."</p>
            </header>
            {none}
            <ul class="gaps">{stuck.into_iter().map(line).collect_view()}</ul>
            <Turn paging path="/impact" chosen list="h-little" />
        </section>
    }
}
