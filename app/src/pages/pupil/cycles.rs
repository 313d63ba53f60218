//! The last three cycles in one minute and on one screen: what was tried, how it went, what was decided. Every word of it
//! is one click away: under a fold, and in each record.

use leptos::prelude::*;
use shared::{record::Statement, role::Side, schema::plan};

use super::target::{OneTarget, StepNow, TargetInShort, target_words};
use crate::{
    components::{dates, icon::Icon, people::SideMark, plate::Plate},
    view::{
        map::and_extra,
        pupils::{Cycle, Met, PupilPage},
    },
};

/// On one screen. Earlier ones stand under “Earlier”.
const SHOWN: usize = 3;

/// Of each of them, in short. What there is beyond is told in full, and in the record.
const STEPS: usize = 3;

#[component]
pub fn LastCycles(page: PupilPage) -> impl IntoView {
    let (replaced, mut earlier): (Vec<Cycle>, Vec<Cycle>) =
        page.cycles.clone().into_iter().partition(|one| one.of_no_days);
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
    let in_full = (!last.is_empty()).then(|| view! { <InFull cycles=last.clone() name=name.clone() /> });
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
    let replaced = replaced.last().map(|newest| {
        let how_many = match replaced.len() {
            1 => "One plan was".to_owned(),
            many => format!("{many} plans were"),
        };
        let day = dates::short(&newest.planned_on);
        let last = if replaced.len() == 1 { format!(", {day}") } else { format!(", the last one on {day}") };
        view! {
            <p class="hint">
                {format!("{how_many} agreed and replaced on the same day{last}: no days of school, so no cycle.")}
            </p>
        }
    });
    view! {
        <section class="sheet" aria-labelledby="h-cycles">
            <header class="sheet-head with-side">
                <div>
                    <h2 id="h-cycles">{if page.only_now { "What holds now" } else { "The last three cycles" }}</h2>
                    <p>{in_short(&last)}</p>
                </div>
                {next}
            </header>
            {none}
            {begin}
            <ol class="cycles">
                {last
                    .iter()
                    .map(|cycle| {
                        let open = opens(cycle);
                        view! { <InShort cycle=cycle.clone() plan=page.here.words.plan().to_owned() open in_full=page.only_now /> }
                    })
                    .collect_view()}
            </ol>
            {in_full}
            {little}
            {replaced}
            {earlier}
        </section>
    }
}

/// What comes next, as far as it is known: nothing of a draft is shown here.
#[component]
fn NextMeeting(met: Met) -> impl IntoView {
    let words = format!("Meeting on {}", dates::short(&met.held_on));
    let words = if met.mine {
        view! {
            <a href=format!("/meetings/{}", met.id) rel="external">
                {words}
            </a>
        }
        .into_any()
    } else {
        words.into_any()
    };
    view! { <p>{words}</p> }
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

/// “23 January to 24 April 2026”.
fn between(from: &str, to: &str) -> String {
    let (from, to) = (dates::short(from), dates::short(to));
    let year = to.rsplit_once(' ').map_or("", |(_, year)| year);
    format!("{} to {to}", from.strip_suffix(year).unwrap_or(&from).trim_end())
}

/// A cycle in a few lines, however much was written in it.
#[component]
fn InShort(
    cycle: Cycle,
    plan: String,
    open: Option<(shared::MeetingId, String, bool)>,
    /// Whole sentences: where there is one cycle alone.
    in_full: bool,
) -> impl IntoView {
    let id = format!("cycle-{}", cycle.planned_in);
    let is_over = cycle.reviewed_in.is_some();
    let end = cycle.reviewed_in.as_ref().map_or(&cycle.review_on, |(_, day)| day);
    let (steps, of_all) = (cycle.targets.iter().take(STEPS).cloned(), cycle.targets.len());
    let more = (of_all > STEPS).then(|| view! { <li>{format!("And {} more.", of_all - STEPS)}</li> });
    let sessions = match cycle.delivered {
        Some(delivered) => {
            let words = format!("{delivered} of {} sessions happened{}.", cycle.planned, and_extra(cycle.extra));
            Some((delivered, words))
        }
        None => (!is_over && cycle.planned > 0).then(|| (0, format!("{} sessions planned.", cycle.planned))),
    };
    let uncounted = (cycle.uncounted > 0).then(|| {
        let more = if cycle.delivered.is_some() { " more" } else { "" };
        format!(" Of {}{more} planned sessions nobody has counted how many happened.", cycle.uncounted)
    });
    let always = (!cycle.always_there.is_empty()).then(|| format!(" Always there: {}.", cycle.always_there.join(", ")));
    let decided = match plan::DECISIONS.iter().find(|code| code.code == cycle.decided) {
        _ if is_over && !cycle.looked_back => {
            Some("The meeting wrote nothing down of how these steps went.".to_owned())
        }
        Some(decided) => Some(format!("Decided next: {}.", decided.plain)),
        None => (!is_over).then(|| format!("We look back on {}.", dates::short(&cycle.review_on))),
    };
    view! {
        <li class=if is_over { "cycle" } else { "cycle is-next" }>
            <article aria-labelledby=id.clone()>
                <header>
                    <h3 id=id.clone()>{cycle.term}</h3>
                    {open
                        .map(|(id, day, reviewed)| {
                            let words = if reviewed { "Record".to_owned() } else { format!("Open the {plan}") };
                            view! {
                                <a href=format!("/meetings/{id}/record") rel="external">
                                    {words}
                                    <span class="visually-hidden">", " {dates::short(&day)}</span>
                                </a>
                            }
                        })}
                    <p>{between(&cycle.planned_on, end)}</p>
                    <Steps is_over looked_back=cycle.looked_back />
                </header>
                {if in_full {
                    let now = cycle.targets.into_iter().map(|target| view! { <StepNow target /> });
                    view! { <ul class="cycle-targets">{now.collect_view()}</ul> }.into_any()
                } else {
                    let brief = steps.map(|target| view! { <TargetInShort target is_over /> });
                    view! { <ul class="brief">{brief.collect_view()} {more}</ul> }.into_any()
                }}
                <p class="did">
                    {sessions
                        .map(|(delivered, words)| {
                            view! {
                                <Plate delivered planned=cycle.planned />
                                <strong>{words}</strong>
                            }
                        })}
                    {uncounted} {always}
                </p>
                <p>{decided}</p>
            </article>
        </li>
    }
}

/// Assess, plan, do, review: how far it has come.
#[component]
fn Steps(is_over: bool, looked_back: bool) -> impl IntoView {
    let step = move |(words, done): (&'static str, bool)| {
        let now = !is_over && words == "Do";
        let class = match (done, now) {
            (true, _) => "is-done",
            (_, true) => "is-now",
            _ => "",
        };
        view! {
            <li class=class aria-current=now.then_some("step")>
                {done.then(|| view! { <Icon name="tick" /> })}
                {words}
            </li>
        }
    };
    let steps = [("Assess", true), ("Plan", true), ("Do", is_over), ("Review", looked_back)];
    view! {
        <ol class="apdr" aria-label="Steps of this cycle">
            {steps.map(step).collect_view()}
        </ol>
    }
}

/// The same cycles with nothing left out: every word of a step, each voice’s numbers, what was in the way, who said what.
#[component]
fn InFull(cycles: Vec<Cycle>, name: String) -> impl IntoView {
    let key = [(Side::Pupil, name.clone()), (Side::Home, "Home".into()), (Side::School, "School: out of ten".into())];
    let key = key.map(|(side, words)| {
        view! {
            <li>
                <SideMark side />
                {words}
            </li>
        }
    });
    view! {
        <details class="more">
            <summary>"All of it, and who said what"</summary>
            <ul class="key-line">{key.collect_view()}</ul>
            <ol class="cycles">
                {cycles.into_iter().map(|cycle| view! { <OneInFull cycle name=name.clone() /> }).collect_view()}
            </ol>
        </details>
    }
}

#[component]
fn OneInFull(cycle: Cycle, name: String) -> impl IntoView {
    let why = cycle.why_not.join("; ");
    let why = (!why.is_empty()).then(|| view! { <p>"Sessions that did not happen: " {why}</p> });
    let words = cycle.pupil_said.into_iter().next().map(|said| {
        view! {
            <figure class="words is-mini">
                <blockquote>
                    <p dir="auto">{said.words}</p>
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
        <li class="cycle">
            <h3>{cycle.term} <span class="visually-hidden">", in full"</span></h3>
            <ul class="cycle-targets">
                {cycle.targets.into_iter().map(|target| view! { <OneTarget target name=name.clone() /> }).collect_view()}
            </ul>
            {why}
            {words}
            <ul class="others-said">
                {cycle.others_said.into_iter().take(2).map(|said| view! { <Said said /> }).collect_view()}
            </ul>
            {disagreed.collect_view()}
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
