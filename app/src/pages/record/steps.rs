//! What comes next, the help for it, and who does what.

use leptos::prelude::*;
use shared::{
    record::{Action, AgreedRecord, Provision, Scores, Statement},
    role::Side,
};

use super::{said::Lines, went::scores};
use crate::{
    components::{dates, people::SideMark},
    view::Pupil,
};

#[component]
pub(super) fn NextSteps(record: AgreedRecord) -> impl IntoView {
    let provision = record.provision;
    let for_all: Vec<_> = provision
        .iter()
        .filter(|help| !record.targets.iter().any(|target| help.targets.contains(&target.id)))
        .map(in_one_line)
        .collect();
    let pupil = record.meeting.pupil_name.clone();
    let hopes = record.outcomes.clone();
    let steps = record.targets.into_iter().enumerate().map(move |(at, target)| {
        let help: Vec<_> = provision.iter().filter(|help| help.targets.contains(&target.id)).map(in_one_line).collect();
        let by = dates::short(&target.by);
        // Said once: many a target names its day by itself.
        let by = if by.is_empty() || target.success.contains(&by) { String::new() } else { format!(" By {by}.") };
        let goal = if target.pupil_words.is_empty() { String::new() } else { target.title.clone() };
        // Where there is one hope, every step is towards it.
        let hope = hopes.iter().position(|hope| hopes.len() > 1 && target.outcome.contains(&hope.id.to_string()));
        let hope = hope.map(|at| format!("Hope {}", at + 1)).unwrap_or_default();
        view! {
            <div class="step">
                <h3 dir="auto">{at + 1} ". " {either(target.pupil_words, target.title)}</h3>
                <dl>
                    <Line label="The target" words=goal />
                    <Line label="Now" words=target.baseline />
                    <Line label="Out of ten now" words=scores(target.before, Scores::default(), &pupil) />
                    <Line label="Towards" words=hope />
                    <Line label="We’ll know when" words=format!("{}{by}", target.success) />
                    <Line label="The difference" words=target.impact />
                    <Line label="The extra help" words=help.join("\n") />
                </dl>
            </div>
        }
    });
    view! {
        <section aria-labelledby="next">
            <h2 id="next">"Next steps"</h2>
            {(!record.outcomes.is_empty())
                .then(|| {
                    view! {
                        <h3>{if record.outcomes.len() > 1 { "Our big hopes" } else { "Our big hope" }}</h3>
                        <ol class="board-lines">
                            {record.outcomes.into_iter().map(|hope| {
                                let by = dates::short(&hope.by);
                                let by = (!by.is_empty()).then(|| view! { " " <span class="voice">{format!("by {by}")}</span> });
                                view! { <li dir="auto"><span class="typed">{hope.words}</span> {by}</li> }
                            }).collect_view()}
                        </ol>
                    }
                })}
            {steps.collect_view()}
            {(!for_all.is_empty())
                .then(|| {
                    view! {
                        <div class="step">
                            <h3>"Help for everything"</h3>
                            <ul class="board-lines">
                                {for_all.into_iter().map(|help| view! { <li>{help}</li> }).collect_view()}
                            </ul>
                        </div>
                    }
                })}
        </section>
    }
}

/// What has few letters may stand beside another such line on paper.
#[component]
pub(super) fn Line(label: &'static str, words: String) -> impl IntoView {
    const FEW: usize = 34;
    let is_short = words.chars().count() <= FEW && !words.contains('\n');
    (!words.trim().is_empty()).then(|| {
        view! {
            <div class=if is_short { "is-short" } else { "" }>
                <dt>{label}</dt>
                <dd class="typed" dir="auto">
                    {words}
                </dd>
            </div>
        }
    })
}

/// “Game club: Mr Adeyemi, Tuesday lunch, once a week, group room, 9 sessions.”
fn in_one_line(help: &Provision) -> String {
    // Said once: “2 in all” needs no “2 sessions”.
    let sessions = help.sessions.filter(|sessions| *sessions > 0 && !help.often.contains(&sessions.to_string()));
    let sessions =
        sessions.map(|sessions| if sessions == 1 { "1 session".to_owned() } else { format!("{sessions} sessions") });
    let parts = [&help.who, &help.when, &help.often, &help.place].map(|part| part.trim().to_owned());
    let parts: Vec<_> = parts.into_iter().chain(sessions).filter(|part| !part.is_empty()).collect();
    if parts.is_empty() { format!("{}.", help.name) } else { format!("{}: {}.", help.name, parts.join(", ")) }
}

pub(super) fn either(words: String, other: String) -> String {
    if words.trim().is_empty() { other } else { words }
}

#[component]
pub(super) fn Actions(actions: Vec<Action>) -> impl IntoView {
    (!actions.is_empty()).then(|| {
        view! {
            <section aria-labelledby="who-does-what">
                <h2 id="who-does-what">"Who does what by when"</h2>
                <table class="plain-table">
                    <thead>
                        <tr>
                            <th scope="col">"Who"</th>
                            <th scope="col">"What"</th>
                            <th scope="col">"By when"</th>
                        </tr>
                    </thead>
                    <tbody>
                        {actions
                            .into_iter()
                            .map(|action| {
                                let done = if action.status.is_empty() { "" } else { " (done)" };
                                view! {
                                    <tr>
                                        <th scope="row">{either(action.who, "Nobody is named".to_owned())}</th>
                                        <td class="typed" dir="auto">
                                            {action.what}
                                        </td>
                                        <td class="nowrap">{dates::short(&action.by)} {done}</td>
                                    </tr>
                                }
                            })
                            .collect_view()}
                    </tbody>
                </table>
            </section>
        }
    })
}

/// What each side promised.
#[component]
pub(super) fn Promises(record: AgreedRecord, pupil: Pupil) -> impl IntoView {
    let sides = [
        (Side::Pupil, format!("{} will", record.meeting.pupil_name), record.by_pupil),
        (Side::Home, "Home will".to_owned(), record.by_home),
        (Side::School, "School will".to_owned(), record.by_school),
    ];
    let promised = sides.iter().any(|(_, _, promises)| !promises.is_empty());
    let promise = move |(side, title, promises): (Side, String, Vec<Statement>)| {
        (!promises.is_empty()).then(|| {
            view! {
                <div>
                    <h3>
                        <SideMark side />
                        {title}
                    </h3>
                    <ul class="board-lines">
                        <Lines statements=promises pupil=pupil.clone() />
                    </ul>
                </div>
            }
        })
    };
    promised.then(|| {
        view! {
            <section aria-labelledby="promises">
                <h2 id="promises">"What each of us will do"</h2>
                <div class="promises">{sides.map(promise).into_iter().collect_view()}</div>
            </section>
        }
    })
}
