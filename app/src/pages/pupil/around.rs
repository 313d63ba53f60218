//! What stands around a child’s cycles: meetings, what is still to do, help in tests, who is round them.

use leptos::{prelude::*, server_fn::ServerFn};
use shared::{
    record::Arrangement,
    schema::{AREAS, passport},
};

use crate::{
    api::forms::TickAction,
    components::{
        dates,
        icon::Icon,
        money::pounds,
        people::Token,
        stacked::Stacked,
        thirds::{MEETINGS_A_YEAR, Thirds},
    },
    pages::NotDone,
    view::{
        delivery::told_words,
        map::ALWAYS_THERE,
        pupils::{ActionRow, Around, HelpRow, PupilPage},
        words::SchoolWords,
    },
};

/// “Communication and interaction”.
pub(crate) fn area_words(area: &str) -> String {
    AREAS.iter().find(|known| known.code == area).map_or(area, |known| known.label).to_owned()
}

#[component]
pub fn Meetings(page: PupilPage) -> impl IntoView {
    let line = |met: crate::view::pupils::Met| {
        let day = dates::short(&met.held_on);
        let href = if met.agreed { format!("/meetings/{}/record", met.id) } else { format!("/meetings/{}", met.id) };
        let words = if met.agreed { met.who_came } else { "Not agreed yet".to_owned() };
        let when = view! { <time datetime=met.held_on>{day}</time> };
        let when = if met.mine {
            view! {
                <a href=href rel="external">
                    {when}
                </a>
            }
            .into_any()
        } else {
            when.into_any()
        };
        view! {
            <li class=if met.agreed { "" } else { "is-next" }>
                {when} <span>{words}</span>
            </li>
        }
    };
    view! {
        <section class="sheet span-5" aria-labelledby="h-met">
            <header class="sheet-head">
                <h2 id="h-met">"Three meetings a year"</h2>
            </header>
            <p class="meter">
                <Thirds held=page.held_this_year />
                <span>
                    <strong>{format!("{} of {MEETINGS_A_YEAR} held", page.held_this_year)}</strong>
                    " with the family since September"
                </span>
            </p>
            <ol class="met">{page.meetings.into_iter().map(line).collect_view()}</ol>
        </section>
    }
}

#[component]
pub fn Actions(page: PupilPage) -> impl IntoView {
    let late = page.actions.iter().filter(|action| action.overdue).count();
    let may_tick = page.may_tick_actions;
    let words = match (page.actions.len(), late) {
        (0, _) if !page.was_promised => "Nothing has been promised yet.".to_owned(),
        (0, _) => "Everything that was promised is done.".to_owned(),
        (_, 0) => "Nothing is late.".to_owned(),
        (_, 1) => "One is late.".to_owned(),
        (_, late) => format!("{late} are late."),
    };
    view! {
        <section class="sheet span-7" aria-labelledby="h-to-do" id="to-do">
            <header class="sheet-head">
                <h2 id="h-to-do">"Still to do"</h2>
                <p>{words}</p>
            </header>
            <NotDone />
            <ul class="to-do">
                {page.actions.into_iter().map(|action| view! { <OneAction action may_tick /> }).collect_view()}
            </ul>
        </section>
    }
}

#[component]
fn OneAction(action: ActionRow, may_tick: bool) -> impl IntoView {
    let what = action.what.clone();
    view! {
        <li class=if action.overdue { "is-late" } else { "" }>
            <div class="who">
                <p>{action.who}</p>
                <p class="when">
                    {action.overdue.then(|| view! { <Icon name="clock" /> "Late: " })} "by "
                    <time datetime=action.due_on.clone()>{dates::short(&action.due_on)}</time>
                </p>
            </div>
            <p class="what" dir="auto">
                {action.what}
            </p>
            {may_tick
                .then(|| {
                    view! {
                        <form method="post" action=TickAction::url()>
                            <input type="hidden" name="pupil" value=action.pupil.to_string() />
                            <input type="hidden" name="meeting" value=action.meeting.to_string() />
                            <input type="hidden" name="item" value=action.id.to_string() />
                            <button class="button" type="submit">
                                <Icon name="tick" />
                                "Done"
                                <span class="visually-hidden">": " {what}</span>
                            </button>
                        </form>
                    }
                })}
        </li>
    }
}

/// The child’s own rows of the provision map. What they cost is there for those who answer for the money.
#[component]
pub fn HelpNow(help: Vec<HelpRow>, words: SchoolWords) -> impl IntoView {
    (!help.is_empty()).then(|| {
        let plan_called = words.plan().to_owned();
        let shows_cost = help.iter().any(|row| row.pence.is_some());
        let columns =
            ["Help", "Who", "How much more", "Planned", "Told so far"].into_iter().chain(shows_cost.then_some("Cost"));
        let line = move |row: HelpRow| {
            let tier = words.tier(&row.tier);
            let planned = match (row.sessions, row.minutes) {
                (Some(1), Some(minutes)) => format!("once for {minutes} minutes"),
                (Some(1), None) => "once".to_owned(),
                (Some(sessions), Some(minutes)) if sessions > 0 => format!("{sessions} times {minutes} minutes"),
                (Some(sessions), None) if sessions > 0 => format!("{sessions} times"),
                _ => ALWAYS_THERE.to_owned(),
            };
            let told = match row.told {
                None if row.sessions.unwrap_or(0) == 0 => "nothing to tell".to_owned(),
                None => "nothing yet".to_owned(),
                Some((all, happened)) => told_words(all, happened, &row.missed),
            };
            let cost = row.pence.map(pounds).unwrap_or_default();
            let cells = [row.name, row.who, tier, planned, told].into_iter().chain(shows_cost.then_some(cost));
            cells.map(IntoAny::into_any).collect()
        };
        view! {
            <section class="sheet" aria-labelledby="h-help">
                <header class="sheet-head">
                    <h2 id="h-help">"The extra help"</h2>
                    <p>{format!("What the {} that holds now promises.", plan_called)}</p>
                </header>
                <Stacked
                    caption="The extra help"
                    columns=columns.collect()
                    rows=help.into_iter().map(line).collect()
                />
            </section>
        }
    })
}

/// Being tried, normal way of working, applied for, approved: a rung for each.
#[component]
pub fn HelpInTests(access: Vec<Arrangement>) -> impl IntoView {
    let line = |help: Arrangement| {
        let rung = passport::ARRANGEMENT_STATES.iter().position(|state| state.code == help.status);
        // Below the first rung it is only meant.
        let (rung, words) =
            rung.map_or((0, "Planned, not tried yet"), |rung| (rung + 1, passport::ARRANGEMENT_STATES[rung].label));
        let since = (rung > 0 && !help.since.is_empty()).then(|| format!(", since {}", dates::short(&help.since)));
        let context = (!help.context.is_empty()).then(|| format!(" {}", help.context));
        view! {
            <li>
                <p>
                    <strong>{help.arrangement}</strong>
                    {context}
                </p>
                <span class=format!("ladder is-{rung}")>{words} {since}</span>
            </li>
        }
    };
    let none = access.is_empty();
    view! {
        <section class="sheet span-5" aria-labelledby="h-tests">
            <header class="sheet-head">
                <h2 id="h-tests">"Help in tests"</h2>
            </header>
            {none.then(|| view! { <p class="hint">"None has been agreed."</p> })}
            <ul class="ladder-list">{access.into_iter().map(line).collect_view()}</ul>
            <p class="hint gap-top">"Four rungs: being tried, normal way of working, applied for, approved."</p>
        </section>
    }
}

#[component]
pub fn WhoIsRound(name: String, people: Vec<Around>) -> impl IntoView {
    (!people.is_empty()).then(|| {
        let line = |around: Around| {
            let came = (around.of > 0).then(|| format!("At {} of {} meetings", around.came, around.of));
            let person = around.person;
            view! {
                <li>
                    <Token role=person.role colour=person.colour initials=person.initials />
                    <p>
                        <strong>{person.name}</strong>
                        {person.title}
                        <span>{came}</span>
                    </p>
                </li>
            }
        };
        view! {
            <section class="sheet" aria-labelledby="h-round">
                <header class="sheet-head">
                    <h2 id="h-round">"Who is round " {name}</h2>
                </header>
                <ul class="people-row">{people.into_iter().map(line).collect_view()}</ul>
            </section>
        }
    })
}
