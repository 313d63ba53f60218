//! The SEN register: plain names first, the census’s letters beside them; what the census would send back; and children
//! brought in from a file, all of them or none.

#![expect(unreachable_pub, reason = "a component’s props are public, however private the component")]

mod bring_in;
mod preview;

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;
use shared::census;

use self::bring_in::BringIn;
use crate::{
    api::reading::read_register,
    components::{
        choose::{Choose, Only, address},
        code::{NeedName, ProvisionName},
        dates,
        frame::{At, SchoolFrame},
        icon::Icon,
        sent_file::NotBroughtIn,
        thirds::{MEETINGS_A_YEAR, Thirds},
        turn::Turn,
    },
    pages::once_read,
    view::{
        file::Refused,
        register::{CensusCheck, RegisterPage as Page, RegisterQuery, RegisterRow, Sent},
    },
};

#[component]
pub fn RegisterPage() -> impl IntoView {
    let map = use_query_map().get_untracked();
    let number = |name| map.get(name).and_then(|number| number.parse().ok()).unwrap_or(0);
    let query = RegisterQuery {
        name: map.get("name").unwrap_or_default(),
        class: map.get("class").unwrap_or_default(),
        provision: map.get("provision").unwrap_or_default(),
        need: map.get("need").unwrap_or_default(),
        late: map.get("late").is_some(),
        looked_after: map.get("looked_after").is_some(),
        left: map.get("left").is_some(),
        page: number("page"),
        brought: number("brought"),
        changed: number("changed"),
        taken_out: number("taken_out") > 0,
    };
    once_read(read_register(query), |mut page| match page.sent.take() {
        // What a file would change stands alone: there is one thing to decide.
        Some(Sent::Look(preview)) => view! { <preview::Look here=page.here preview /> }.into_any(),
        Some(Sent::Refused(refused)) => view! { <TheRegister page refused /> }.into_any(),
        None => view! { <TheRegister page /> }.into_any(),
    })
}

#[component]
fn TheRegister(page: Page, #[prop(optional)] refused: Option<Refused>) -> impl IntoView {
    let whose = if page.whole_school { "" } else { " of those you meet for or teach" };
    let children = match page.support + page.plans {
        1 => format!("1 child{whose} has"),
        many => format!("{many} children{whose} have"),
    };
    let lead = format!(
        "{children} extra help: {} SEN support, {} with an Education, health and care plan.",
        page.support, page.plans
    );
    let brought = bring_in::done(&page.query).map(|words| {
        view! {
            <p class="finding" role="status">
                <Icon name="tick" />
                <strong>{words}</strong>
            </p>
        }
    });
    let csv = address("/register.csv", &chosen(&page.query));
    view! {
        <Title text="Pupils" />
        <SchoolFrame here=page.here.clone() at=At::Pupils>
            <header class="welcome">
                <h1>"Pupils"</h1>
                <p class="lead">{lead}</p>
            </header>
            // What is wrong with a file comes first: it is what somebody waits for.
            {refused.map(|refused| view! { <NotBroughtIn refused again="#bring-in" /> })}
            <section class="sheet" aria-labelledby="h-register">
                <header class="sheet-head with-side">
                    <div>
                        <h2 id="h-register">"SEN register"</h2>
                        <p>"Plain names first. The letters beside them are the school census codes."</p>
                    </div>
                    <a class="button" href=csv rel="external" download>
                        "Download as a spreadsheet"
                    </a>
                </header>
                {brought}
                <Filters query=page.query.clone() classes=page.classes.clone() left=page.left />
                <Lines page=page.clone() />
            </section>
            <Checks checks=page.checks.clone() may_mend=page.may_import />
            {page.may_import.then(|| view! { <BringIn /> })}
        </SchoolFrame>
    }
}

/// What the address says, but for the page.
fn chosen(query: &RegisterQuery) -> [(&'static str, &str); 7] {
    let yes = |on: bool| if on { "yes" } else { "" };
    [
        ("name", &query.name),
        ("class", &query.class),
        ("provision", &query.provision),
        ("need", &query.need),
        ("late", yes(query.late)),
        ("looked_after", yes(query.looked_after)),
        ("left", yes(query.left)),
    ]
}

#[component]
fn Filters(query: RegisterQuery, classes: Vec<String>, left: u32) -> impl IntoView {
    let left = (left > 0 || query.left)
        .then(|| view! { <Only name="left" label=format!("Left ({left})") is_on=query.left /> });
    let classes = classes.into_iter().map(|class| (class.clone(), class)).collect();
    let needs = census::NEEDS.iter().map(|need| (need.code.to_owned(), need.label.to_owned())).collect();
    let provisions = census::PROVISION.iter().rev().map(|code| (code.code.to_owned(), code.label.to_owned()));
    let provisions = provisions.chain([("all".to_owned(), "Every child, with or without".to_owned())]).collect();
    view! {
        <form class="filters" method="get" action="/register" role="search" aria-label="The register">
            <div class="field is-wide">
                <label for="name">"Find a name"</label>
                <input id="name" name="name" type="text" autocomplete="off" value=query.name />
            </div>
            <Choose name="class" label="Class" everything="All classes" options=classes chosen=query.class />
            <Choose
                name="provision"
                label="Extra help"
                everything="Either kind"
                options=provisions
                chosen=query.provision
            />
            <Choose name="need" label="Need" everything="Any need" options=needs chosen=query.need />
            <Only name="late" label="Only late reviews" is_on=query.late />
            <Only name="looked_after" label="Looked after" is_on=query.looked_after />
            {left}
            <button class="button primary" type="submit">
                "Show"
            </button>
        </form>
    }
}

#[component]
fn Lines(page: Page) -> impl IntoView {
    let first = page.paging.skipped() + 1;
    let all = chosen(&page.query).map(|(name, value)| (name, value.to_owned())).to_vec();
    let showing = match page.rows.len() {
        0 => "No child is found so. Choose less, or another name.".to_owned(),
        shown => format!("Showing {first} to {} of {}, by first name", first as usize + shown - 1, page.paging.found),
    };
    let caption = format!("SEN register, page {} of {}", page.paging.page, page.paging.pages);
    view! {
        <p class="showing" role="status">
            {showing}
        </p>
        {(!page.rows.is_empty())
            .then(|| {
                view! {
                    <table role="table" class="plain-table register">
                        <caption class="visually-hidden">{caption}</caption>
                        <thead role="rowgroup">
                            <tr role="row">
                                {["Name", "Class", "Extra help", "Needs, main first", "Key adult", "Meetings", "Next review"]
                                    .map(|words| {
                                        view! {
                                            <th role="columnheader" scope="col">
                                                {words}
                                            </th>
                                        }
                                    })
                                    .into_iter()
                                    .collect_view()}
                            </tr>
                        </thead>
                        <tbody role="rowgroup">
                            {page.rows.iter().cloned().map(|row| view! { <Line row /> }).collect_view()}
                        </tbody>
                    </table>
                }
            })}
        <Turn paging=page.paging path="/register" chosen=all />
    }
}

#[component]
fn Line(row: RegisterRow) -> impl IntoView {
    let needs = row.needs.into_iter().map(|code| {
        view! {
            <li>
                <NeedName code />
            </li>
        }
    });
    let review = match (row.review_on.is_empty(), row.late_by) {
        _ if !row.left_on.is_empty() => view! { {format!("Left on {}", dates::short(&row.left_on))} }.into_any(),
        (true, _) => view! { "not set" }.into_any(),
        (_, 0) => view! { <time datetime=row.review_on.clone()>{dates::short(&row.review_on)}</time> }.into_any(),
        (_, days) => view! {
            <span class="due is-late">
                <Icon name="clock" />
                {late(days)}
            </span>
        }
        .into_any(),
    };
    view! {
        <tr role="row">
            <th role="rowheader" scope="row">
                <a href=format!("/pupils/{}", row.pupil) rel="external">
                    {row.full_name}
                </a>
                {row.looked_after.then(|| view! { <span>"Looked after"</span> })}
            </th>
            <td role="cell" data-label="Class">
                {row.class_name}
            </td>
            <td role="cell" data-label="Extra help">
                <ProvisionName code=row.provision />
            </td>
            <td role="cell" data-label="Needs, main first">
                <ol class="needs">{needs.collect_view()}</ol>
            </td>
            <td role="cell" data-label="Key adult">
                {row.key_adult}
            </td>
            <td role="cell" data-label="Meetings">
                <span class="mini-meter">
                    <Thirds held=row.held_this_year />
                    {format!("{} of {MEETINGS_A_YEAR}", row.held_this_year)}
                </span>
            </td>
            <td role="cell" data-label="Next review">
                {review}
            </td>
        </tr>
    }
}

/// “Late by 6 days”.
pub(crate) fn late(days: u32) -> String {
    if days == 1 { "Late by a day".to_owned() } else { format!("Late by {days} days") }
}

#[component]
fn Checks(checks: Vec<CensusCheck>, may_mend: bool) -> impl IntoView {
    let line = move |check: CensusCheck| {
        let (class, words) = match check.broken_by.len() {
            0 => ("is-met", "Yes".to_owned()),
            count => ("is-unmet", format!("{count} to do")),
        };
        // To where it is mended, for whoever may.
        let to = if may_mend { "/register" } else { "" };
        let children = check.broken_by.into_iter().map(move |(pupil, name)| {
            view! {
                " "
                <a href=format!("/pupils/{pupil}{to}") rel="external">
                    {name}
                </a>
            }
        });
        view! {
            <li class=class>
                <strong class="check-word">{words}</strong>
                <p>{check.rule} {children.collect_view()}</p>
            </li>
        }
    };
    view! {
        <section class=if may_mend { "sheet span-5" } else { "sheet" } aria-labelledby="h-census">
            <header class="sheet-head">
                <h2 id="h-census">"Ready for the census?"</h2>
                <p>"Extra help is collected each term, types of need in January."</p>
            </header>
            <ul class="checks">{checks.into_iter().map(line).collect_view()}</ul>
        </section>
    }
}
