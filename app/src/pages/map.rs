//! Who gets what: every help of the plans that hold in a term, and every child who has it.
//!
//! Pictures first, with the same in words in the table they stand in. Nothing here is typed: it is counted from records
//! that were agreed.

#![expect(unreachable_pub, reason = "a component’s props are public, however private the component")]

pub(super) mod carries;

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;
use shared::{advice::percent, schema::AREAS};

use self::carries::{Covered, Gaps, WhoCarriesIt};
use crate::{
    api::reading::read_map,
    components::{
        choose::{Choose, address},
        frame::{At, SchoolFrame},
        icon::Icon,
        money::{hours, pounds},
        plate::Plate,
    },
    pages::once_read,
    view::map::{ALWAYS_THERE, MapPage as Page, MapQuery, MapRow, Share, Twice, and_extra, term_words},
};

/// Help that lost more than this share of its sessions is pointed out.
const OFTEN_MISSED_PERCENT: i64 = 80;

/// Children of one help. Of a help for more of them, a year’s are found by choosing the year.
const SHOWN: usize = 24;

/// Different ones, of one help that was often missed.
const REASONS: usize = 4;

#[component]
pub fn MapPage() -> impl IntoView {
    let map = use_query_map().get_untracked();
    let get = |name| map.get(name).unwrap_or_default();
    let query = MapQuery {
        term: get("term"),
        year: get("year"),
        class: get("class"),
        tier: get("tier"),
        area: get("area"),
        who: get("who"),
        funding: get("funding"),
        page: get("page").parse().unwrap_or(1),
    };
    once_read(read_map(query), |page| view! { <TheMap page /> })
}

#[component]
fn TheMap(page: Page) -> impl IntoView {
    let heading = match page.query.term.as_str() {
        "" => "The map".to_owned(),
        term => format!("The map, {}", term_words(term)),
    };
    let happened = match page.planned {
        0 => "No session was counted or told yet.".to_owned(),
        planned => {
            let happened = format!("{} of {planned} sessions happened{}", page.delivered, and_extra(page.extra));
            format!("{happened}, of those that were told or a meeting counted.")
        }
    };
    let kinds = match page.rows.len() {
        1 => "one kind".to_owned(),
        kinds => format!("{kinds} kinds"),
    };
    let lead = match page.children {
        0 => "Nobody here has extra help in this term.".to_owned(),
        1 => format!("One child has {kinds} of extra help. {happened}"),
        children => format!("{children} children share {kinds} of extra help. {happened}"),
    };
    let hold_too = (!page.hold_too.is_empty()).then(|| view! { <HoldToo terms=page.hold_too.clone() /> });
    let q = &page.query;
    let chosen = [
        ("term", q.term.clone()),
        ("year", q.year.clone()),
        ("class", q.class.clone()),
        ("tier", q.tier.clone()),
        ("area", q.area.clone()),
        ("who", q.who.clone()),
        ("funding", q.funding.clone()),
    ];
    let csv = address("/map.csv", &chosen.each_ref().map(|(name, value)| (*name, value.as_str())));
    let (of, chosen) = (of_whom(&page), chosen.to_vec());
    let missed: Vec<MapRow> = page.rows.iter().filter(|row| is_often_missed(row)).cloned().collect();
    view! {
        <Title text="Who gets what" />
        <SchoolFrame here=page.here.clone() at=At::Map>
            <header class="welcome">
                <h1>"Who gets what"</h1>
                <p class="lead">{lead}</p>
                {hold_too}
            </header>
            <section class="sheet" aria-labelledby="h-map">
                <header class="sheet-head with-side">
                    <div>
                        <h2 id="h-map">{heading}</h2>
                        <p>"Each plate is one child’s share of one help. The fuller the plate, the more of it happened. Where the rim is broken, nobody has told or counted yet."</p>
                    </div>
                    <a class="button" href=csv rel="external" download>
                        "Download as a spreadsheet"
                    </a>
                </header>
                <Filters page=page.clone() />
                <Rows rows=page.rows.clone() tiers=page.here.words.all_tiers() shows_cost=page.shows_cost />
                <Together page=page.clone() />
                <OftenMissed rows=missed />
                <StandsTwice twice=page.twice />
            </section>
            <WhoCarriesIt load=page.load.clone() />
            <Covered coverage=page.coverage of=of.clone() />
            <Gaps gaps=page.gaps of paging=page.gaps_paging chosen />
        </SchoolFrame>
    }
}

/// A plan is counted in one term, the one in the middle of its time, and holds before and after.
#[component]
fn HoldToo(terms: Vec<(String, u32)>) -> impl IntoView {
    let line = |(term, children): (String, u32)| {
        let of = if children == 1 { " (one child)".to_owned() } else { format!(" ({children} children)") };
        view! {
            " "
            <a href=format!("/map?term={term}") rel="external">
                {term_words(&term)}
            </a>
            {of}
        }
    };
    view! { <p>"Plans that hold today are counted in other terms too:" {terms.into_iter().map(line).collect_view()} "."</p> }
}

/// Whose needs are looked at, and which help: what a filter cannot be asked of is said to be of all.
fn of_whom(page: &Page) -> String {
    let q = &page.query;
    let chosen: Vec<&str> = [&q.year, &q.class].into_iter().filter(|of| !of.is_empty()).map(String::as_str).collect();
    let children = match (chosen.is_empty(), page.whole_school) {
        (false, _) => format!("Of {}", chosen.join(", ")),
        (true, true) => "Of the whole school".to_owned(),
        (true, false) => "Of the children you meet for or teach".to_owned(),
    };
    let help = if q.narrows_help() { ", with all their help of this term, whatever is chosen above" } else { "" };
    format!("{children}{help}.")
}

/// What a governor would else add up by hand.
#[component]
fn Together(page: Page) -> impl IntoView {
    let minutes: i64 = page.rows.iter().map(|row| row.minutes).sum();
    let pence: i64 = page.paid_from.iter().map(|(_, pence)| pence).sum();
    let unknown = page.rows.iter().filter(|row| row.pence.is_none()).count();
    let cost = page.shows_cost.then(|| {
        let sums = page.paid_from.iter().map(|(funding, pence)| {
            let from = if funding.is_empty() { "not said who pays" } else { funding };
            format!("{from} {}", pounds(*pence))
        });
        let sums: Vec<_> = sums.collect();
        let by = if sums.is_empty() { String::new() } else { format!(": {}", sums.join(", ")) };
        let unknown = match unknown {
            0 => String::new(),
            1 => " What one kind of help costs is not written down.".to_owned(),
            kinds => format!(" What {kinds} kinds of help cost is not written down."),
        };
        match pence {
            0 => format!(" It costs nothing.{unknown}"),
            pence => format!(" It costs {}{by}.{unknown}", pounds(pence)),
        }
    });
    (!page.rows.is_empty()).then(|| {
        view! {
            <p class="hint gap-top">
                <strong>{format!("Together {} planned.", hours(minutes))}</strong>
                {cost}
            </p>
        }
    })
}

#[component]
fn Filters(page: Page) -> impl IntoView {
    let same = |words: Vec<String>| words.into_iter().map(|words| (words.clone(), words)).collect::<Vec<_>>();
    let terms: Vec<_> = page.terms.into_iter().map(|term| (term.clone(), term_words(&term))).collect();
    let tiers = page.here.words.all_tiers();
    let areas = AREAS.iter().map(|area| (area.code.to_owned(), area.label.to_owned())).collect();
    let MapQuery { term, year, tier, area, who, class, funding, .. } = page.query;
    view! {
        <form class="filters" method="get" action="/map" aria-label="The map">
            {(!terms.is_empty())
                .then(|| view! { <Choose name="term" label="Term" everything="" options=terms chosen=term /> })}
            <Choose name="year" label="Year group now" everything="Everyone" options=same(page.years) chosen=year />
            <Choose name="class" label="Class now" everything="Every class" options=same(page.classes) chosen=class />
            <Choose name="tier" label="How much more" everything="Everything" options=tiers chosen=tier />
            <Choose name="area" label="What it helps" everything="Everything" options=areas chosen=area />
            <Choose name="who" label="Who gives it" everything="Everybody" options=same(page.staff) chosen=who />
            {page
                .shows_cost
                .then(|| {
                    view! {
                        <Choose
                            name="funding"
                            label="Paid from"
                            everything="Everything"
                            options=same(page.fundings)
                            chosen=funding
                        />
                    }
                })}
            <button class="button primary" type="submit">
                "Show"
            </button>
        </form>
    }
}

#[component]
fn Rows(rows: Vec<MapRow>, tiers: Vec<(String, String)>, shows_cost: bool) -> impl IntoView {
    if rows.is_empty() {
        return view! { <p class="hint">"No agreed plan has such help in this term."</p> }.into_any();
    }
    let columns = ["Help", "Children", "Hours", "Happened"].into_iter().chain(shows_cost.then_some("Cost"));
    let head = columns.map(|words| view! { <th role="columnheader" scope="col">{words}</th> }).collect_view();
    let groups = tiers
        .into_iter()
        .chain([(String::new(), "Not said".to_owned())])
        .map(|(code, label)| (label, rows.iter().filter(|row| row.tier == code).cloned().collect::<Vec<_>>()))
        .filter(|(_, rows)| !rows.is_empty())
        .map(|(label, rows)| {
            view! {
                <tbody role="rowgroup">
                    <tr role="row" class="group">
                        <th role="rowheader" scope="rowgroup" colspan=if shows_cost { 5 } else { 4 }>
                            {label}
                        </th>
                    </tr>
                    {rows.into_iter().map(|row| view! { <Row row shows_cost /> }).collect_view()}
                </tbody>
            }
        })
        .collect_view();
    view! {
        <table role="table" class="provision">
            <caption class="visually-hidden">"Each kind of help, and every child who has it"</caption>
            <thead role="rowgroup">
                <tr role="row">{head}</tr>
            </thead>
            {groups}
        </table>
    }
    .into_any()
}

fn is_often_missed(row: &MapRow) -> bool {
    row.delivered * 100 < row.counted * OFTEN_MISSED_PERCENT
}

#[component]
fn Row(row: MapRow, shows_cost: bool) -> impl IntoView {
    let happened = match percent(row.delivered, row.counted) {
        // A share of what was told so far would say that the plan is done.
        Some(_) if row.told > 0 => format!("{} of {} told so far, {} planned", row.delivered, row.counted, row.planned),
        Some(percent) => format!("{} of {}{}, {percent} %", row.delivered, row.counted, and_extra(row.extra)),
        None if row.planned == 0 => "nothing to tell".to_owned(),
        None => "not told or counted yet".to_owned(),
    };
    let how_long = match (row.minutes, row.planned) {
        // Somebody left, or got another plan: what was given stands here.
        (0, 0) if row.counted > 0 => "none planned".to_owned(),
        (0, 0) => ALWAYS_THERE.to_owned(),
        (0, _) => "not said how long".to_owned(),
        (minutes, _) => hours(minutes),
    };
    let short = is_often_missed(&row);
    let children = row.children.len() as i64;
    let cost = match row.pence {
        Some(pence) if children > 1 => format!("{} together, {} each", pounds(pence), pounds(pence / children)),
        Some(pence) => pounds(pence),
        None => "not written down".to_owned(),
    };
    view! {
        <tr role="row">
            <th role="rowheader" scope="row">
                {row.name}
                <span>{row.who}</span>
            </th>
            <td role="cell" data-label="Children">
                <ul class="plates">
                    {row.children.into_iter().take(SHOWN).map(|share| view! { <OneShare share /> }).collect_view()}
                </ul>
                {(children > SHOWN as i64)
                    .then(|| view! { <p class="hint">{format!("and {} more: choose a year", children - SHOWN as i64)}</p> })}
            </td>
            <td role="cell" data-label="Hours">
                {how_long}
            </td>
            <td role="cell" data-label="Happened" class=if short { "is-short" } else { "" }>
                {short.then(|| view! { <Icon name="clock" /> })}
                {happened}
            </td>
            {shows_cost
                .then(|| {
                    view! {
                        <td role="cell" data-label="Cost">
                            {cost}
                        </td>
                    }
                })}
        </tr>
    }
}

#[component]
fn OneShare(share: Share) -> impl IntoView {
    let (words, (delivered, planned), is_unknown) = (share.words(), share.plate(), share.is_unknown());
    view! {
        <li>
            <Plate delivered planned is_unknown />
            <span>
                <a href=format!("/pupils/{}", share.pupil) rel="external">
                    {share.name}
                </a>
                <span>{words}</span>
            </span>
        </li>
    }
}

/// “It did not fail; it did not happen.”
#[component]
fn OftenMissed(rows: Vec<MapRow>) -> impl IntoView {
    (!rows.is_empty()).then(|| {
        let line = |row: MapRow| {
            let mut why: Vec<_> =
                row.children.iter().map(|share| share.why_not.trim()).filter(|why| !why.is_empty()).collect();
            why.sort_unstable();
            why.dedup();
            why.truncate(REASONS);
            let sessions = if row.counted == 1 { "session" } else { "sessions" };
            format!("{} missed {} of {} {sessions}. {}", row.name, row.counted - row.delivered, row.counted, why.join(" "))
        };
        view! {
            <div class="finding">
                <Icon name="help" />
                <div>
                    <strong>"These did not fail; they did not happen."</strong>
                    <ul class="board-lines">{rows.into_iter().map(|row| view! { <li>{line(row)}</li> }).collect_view()}</ul>
                </div>
            </div>
        }
    })
}

/// Said and not mended: only the child’s people know whether both are meant.
#[component]
fn StandsTwice(twice: Vec<Twice>) -> impl IntoView {
    (!twice.is_empty()).then(|| {
        let line = |twice: Twice| {
            let who: Vec<_> = twice.who.iter().map(|who| if who.is_empty() { "nobody named" } else { who }).collect();
            view! {
                <li>
                    <a href=format!("/pupils/{}", twice.pupil) rel="external">
                        {twice.name}
                    </a>
                    {format!(" has “{}” {} times: {}.", twice.help, who.len(), who.join("; "))}
                </li>
            }
        };
        view! {
            <div class="finding">
                <Icon name="help" />
                <div>
                    <strong>"The same help more than once, in one plan and the same weeks. Each time is counted here."</strong>
                    <ul class="board-lines">{twice.into_iter().map(line).collect_view()}</ul>
                    <p>"If it is one help, take one off the page in the child’s next meeting; if both are meant, give each its own name."</p>
                </div>
            </div>
        }
    })
}
