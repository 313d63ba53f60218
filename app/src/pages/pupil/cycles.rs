//! The last three cycles in one minute: what was tried, how it went, who said what; each record one click away.

use leptos::prelude::*;
use shared::{record::Statement, role::Side};

use super::target::{OneTarget, target_words};
use crate::{
    components::{dates, icon::Icon, people::SideMark, plate::Plate},
    view::{
        map::and_extra,
        pupils::{Cycle, Met, PupilPage},
    },
};

/// On one screen, with the meeting to come in a narrow column beside them. Earlier ones stand under “Earlier”.
const SHOWN: usize = 3;

#[component]
pub fn LastCycles(page: PupilPage) -> impl IntoView {
    let mut earlier = page.cycles.clone();
    let last = earlier.split_off(earlier.len().saturating_sub(SHOWN));
    let name = page.pupil.name.clone();
    let opens = {
        let meetings = page.meetings.clone();
        move |cycle: &Cycle| {
            let (id, day) = cycle.reviewed_in.clone().unwrap_or((cycle.planned_in, cycle.planned_on.clone()));
            meetings.iter().any(|met| met.id == id && met.mine).then_some((id, day, cycle.reviewed_in.is_some()))
        }
    };
    let next = page.meetings.iter().find(|met| !met.agreed).cloned().map(|met| view! { <NextMeeting met /> });
    let none = last.is_empty().then(|| {
        view! { <p class="hint">"Nothing has been agreed yet. The first cycle begins when a meeting agrees a plan."</p> }
    });
    let begin = page.may_begin_first.then(|| {
        view! {
            <p class="gap-top">
                <a class="button primary" href=format!("/pupils/{}/first-meeting", page.id) rel="external">
                    "Begin the first meeting"
                </a>
            </p>
        }
    });
    let little = (!page.little_progress.is_empty()).then(|| {
        let areas: Vec<_> = page.little_progress.iter().map(|area| super::around::area_words(area)).collect();
        view! {
            <p class="finding">
                <Icon name="help" />
                <span>
                    <strong>"Little progress in two reviews: " {areas.join(", ")} "."</strong>
                    " The Code of Practice says: think about asking a specialist, with the family."
                </span>
            </p>
        }
    });
    let earlier = (!earlier.is_empty()).then(|| {
        let lines = earlier.iter().rev().map(|cycle| {
            let targets: Vec<_> = cycle.targets.iter().map(target_words).collect();
            view! {
                <li>
                    <strong>{cycle.term.clone()}</strong>
                    ": "
                    {targets.join(" ")}
                </li>
            }
        });
        view! {
            <details class="more">
                <summary>"Earlier"</summary>
                <ul class="board-lines">{lines.collect_view()}</ul>
            </details>
        }
    });
    view! {
        <section class="sheet" aria-labelledby="h-cycles">
            <header class="sheet-head with-side">
                <div>
                    <h2 id="h-cycles">"The last three cycles"</h2>
                    <p>{in_short(&last)}</p>
                </div>
                <ul class="key-line">
                    <li>
                        <SideMark side=Side::Pupil />
                        {name.clone()}
                    </li>
                    <li>
                        <SideMark side=Side::Home />
                        "Home"
                    </li>
                    <li>
                        <SideMark side=Side::School />
                        "School: out of ten, before and now"
                    </li>
                </ul>
            </header>
            {none}
            {begin}
            <ol class="cycles">
                {last
                    .into_iter()
                    .map(|cycle| {
                        let open = opens(&cycle);
                        view! { <OneCycle cycle name=name.clone() plan=page.here.words.plan().to_owned() open /> }
                    })
                    .collect_view()}
                {next}
            </ol>
            {little}
            {earlier}
        </section>
    }
}

/// What comes next, as far as it is known: nothing of a draft is shown here.
#[component]
fn NextMeeting(met: Met) -> impl IntoView {
    let day = dates::short(&met.held_on);
    view! {
        <li class="cycle is-next">
            <article aria-labelledby="cycle-next">
                <header>
                    <h3 id="cycle-next">"Next"</h3>
                    <p>"Meeting on " {day}</p>
                    <p>"Nothing is decided yet."</p>
                </header>
                {met
                    .mine
                    .then(|| {
                        view! {
                            <a class="button" href=format!("/meetings/{}", met.id) rel="external">
                                "Open the meeting"
                            </a>
                        }
                    })}
            </article>
        </li>
    }
}

/// “Three of four steps moved. One could not be judged: the help did not happen.”
fn in_short(cycles: &[Cycle]) -> String {
    let ratings: Vec<&str> = cycles
        .iter()
        .flat_map(|cycle| &cycle.targets)
        .map(|target| target.rating.as_str())
        .filter(|rating| !rating.is_empty())
        .collect();
    let missed = ratings.iter().filter(|rating| **rating == "NOT_DELIVERED").count();
    let moved = ratings.iter().filter(|rating| !matches!(**rating, "NOT_DELIVERED" | "NOT_YET")).count();
    let judged = ratings.len() - missed;
    let mut words = match judged {
        0 => String::new(),
        _ => format!("{moved} of {judged} steps moved."),
    };
    if missed > 0 {
        words += &format!(" {missed} could not be judged: the help did not happen as planned.");
    }
    words
}

#[component]
fn OneCycle(
    cycle: Cycle,
    name: String,
    plan: String,
    open: Option<(shared::MeetingId, String, bool)>,
) -> impl IntoView {
    let id = format!("cycle-{}", cycle.planned_in);
    let is_over = cycle.reviewed_in.is_some();
    let end = cycle.reviewed_in.as_ref().map_or(&cycle.review_on, |(_, day)| day);
    let when = format!("{} to {}", dates::short(&cycle.planned_on), dates::short(end));
    let steps = [("Assess", true), ("Plan", true), ("Do", is_over), ("Review", cycle.looked_back)];
    let step = move |(at, (words, done)): (usize, (&'static str, bool))| {
        let now = !is_over && at == 2;
        let class = if done {
            "is-done"
        } else if now {
            "is-now"
        } else {
            ""
        };
        view! {
            <li class=class aria-current=now.then_some("step")>
                {done.then(|| view! { <Icon name="tick" /> })}
                {words}
            </li>
        }
    };
    let happened = cycle.delivered.map(|delivered| {
        let why = cycle.why_not.join("; ");
        view! {
            <p class="did">
                <Plate delivered planned=cycle.planned />
                <span>
                    <strong>
                        {format!("{delivered} of {} sessions happened{}.", cycle.planned, and_extra(cycle.extra))}
                    </strong>
                    {why}
                </span>
            </p>
        }
        .into_any()
    });
    let uncounted = (cycle.uncounted > 0).then(|| {
        let more = if cycle.delivered.is_some() { " more" } else { "" };
        view! { <p class="did">{format!("Of {}{more} planned sessions nobody has counted how many happened.", cycle.uncounted)}</p> }
    });
    let not_reviewed = (is_over && !cycle.looked_back).then(|| {
        view! { <p class="did">"The meeting wrote nothing down of how these steps went."</p> }
    });
    let to_come = (!is_over).then(|| {
        view! {
            <p class="did">
                <Plate delivered=0 planned=cycle.planned />
                <span>
                    <strong>{format!("{} sessions planned.", cycle.planned)}</strong>
                    "We look back on " {dates::short(&cycle.review_on)} "."
                </span>
            </p>
        }
        .into_any()
    });
    let words = cycle.pupil_said.first().map(|said| {
        view! {
            <figure class="words is-mini">
                <blockquote>
                    <p dir="auto">{said.words.clone()}</p>
                </blockquote>
            </figure>
        }
    });
    let disagreed = cycle.disagreed.into_iter().map(|(who, why)| {
        let why = if why.is_empty() { ".".to_owned() } else { format!(": “{why}”") };
        view! {
            <p class="disagree">
                <Icon name="differ" />
                <span>{who} " did not agree with all of it" {why}</span>
            </p>
        }
    });
    view! {
        <li class=if is_over { "cycle" } else { "cycle is-next" }>
            <article aria-labelledby=id.clone()>
                <header>
                    <h3 id=id.clone()>{cycle.term}</h3>
                    <p>{when}</p>
                    <ol class="apdr" aria-label="Steps of this cycle">
                        {steps.into_iter().enumerate().map(step).collect_view()}
                    </ol>
                </header>
                <ul class="cycle-targets">
                    {cycle.targets.into_iter().map(|target| view! { <OneTarget target name=name.clone() /> }).collect_view()}
                </ul>
                {not_reviewed}
                {happened}
                {uncounted}
                {to_come}
                {words}
                <ul class="others-said">
                    {cycle.others_said.iter().take(2).map(|said| view! { <Said said=said.clone() /> }).collect_view()}
                </ul>
                {disagreed.collect_view()}
                {open
                    .map(|(id, day, reviewed)| {
                        let words = if reviewed { "Record, ".to_owned() } else { format!("Open the {plan}, ") };
                        view! {
                            <a class="button" href=format!("/meetings/{id}/record") rel="external">
                                {words}
                                {dates::short(&day)}
                            </a>
                        }
                    })}
            </article>
        </li>
    }
}

#[component]
fn Said(said: Statement) -> impl IntoView {
    view! {
        <li>
            <span>
                <strong>{said.said_by_name}</strong>
                ": “"
                <span dir="auto">{said.words}</span>
                "”"
            </span>
        </li>
    }
}
