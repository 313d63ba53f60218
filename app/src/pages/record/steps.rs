//! How it went, what comes next, and who does it.

use leptos::prelude::*;
use shared::{
    record::{Action, AgreedRecord, Provision, Statement},
    role::Side,
    schema::review,
};

use crate::{
    components::{dates, icon::Icon, people::SideMark},
    pages::meeting::verdict_class,
};

#[component]
pub(super) fn HowItWent(record: AgreedRecord) -> impl IntoView {
    let impact = record.impact.clone();
    (!record.reviews.is_empty()).then(|| {
        view! {
            <section aria-labelledby="went">
                <h2 id="went">"How it went"</h2>
                <ul class="outcome-list">
                    {record
                        .reviews
                        .into_iter()
                        .map(|target| {
                            let words = review::RATINGS.iter().find(|code| code.code == target.rating);
                            let (class, icon) = verdict_class(&target.rating);
                            let now = [target.exit, target.delivered]
                                .into_iter()
                                .filter(|words| !words.is_empty())
                                .collect::<Vec<_>>()
                                .join(" · ");
                            view! {
                                <li>
                                    <strong>{either(target.pupil_words, target.title)}</strong>
                                    {words
                                        .map(|words| {
                                            view! {
                                                <span class=format!(
                                                    "verdict {class}",
                                                )>{icon.map(|name| view! { <Icon name /> })} {words.plain}</span>
                                            }
                                        })}
                                    {(!now.is_empty()).then(|| view! { <p>{now}</p> })}
                                </li>
                            }
                        })
                        .collect_view()}
                </ul>
                {(!impact.is_empty()).then(|| view! { <p class="small">{impact}</p> })}
            </section>
        }
    })
}

#[component]
pub(super) fn NextSteps(record: AgreedRecord) -> impl IntoView {
    let provision = record.provision;
    let for_all: Vec<_> = provision
        .iter()
        .filter(|help| !record.targets.iter().any(|target| help.targets.contains(&target.id)))
        .map(in_one_line)
        .collect();
    let steps = record.targets.into_iter().enumerate().map(move |(at, target)| {
        let help: Vec<_> = provision.iter().filter(|help| help.targets.contains(&target.id)).map(in_one_line).collect();
        let by = dates::short(&target.by);
        // Said once: many a target names its day by itself.
        let by = if by.is_empty() || target.success.contains(&by) { String::new() } else { format!(" By {by}.") };
        view! {
            <div class="step">
                <h3>{at + 1} ". " {either(target.pupil_words, target.title)}</h3>
                <dl>
                    <Line label="Now" words=target.baseline />
                    <Line label="We’ll know when" words=format!("{}{by}", target.success) />
                    <Line label="The difference" words=target.impact />
                    <Line label="The extra help" words=help.join(" ") />
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
                        <h3>"Our big hope"</h3>
                        <ul class="board-lines">
                            {record.outcomes.into_iter().map(|hope| view! { <li>{hope.words}</li> }).collect_view()}
                        </ul>
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

#[component]
fn Line(label: &'static str, words: String) -> impl IntoView {
    (!words.trim().is_empty()).then(|| {
        view! {
            <div>
                <dt>{label}</dt>
                <dd dir="auto">{words}</dd>
            </div>
        }
    })
}

/// “Game club: Mr Adeyemi, Tuesday lunch, 1 a week, group room.”
fn in_one_line(help: &Provision) -> String {
    let parts = [&help.who, &help.when, &help.often, &help.place];
    let parts: Vec<_> = parts.into_iter().map(|part| part.trim()).filter(|part| !part.is_empty()).collect();
    if parts.is_empty() { format!("{}.", help.name) } else { format!("{}: {}.", help.name, parts.join(", ")) }
}

fn either(words: String, other: String) -> String {
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
                                        <th scope="row">{action.who}</th>
                                        <td dir="auto">{action.what}</td>
                                        <td>{dates::short(&action.by)} {done}</td>
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
pub(super) fn Promises(record: AgreedRecord) -> impl IntoView {
    let sides = [
        (Side::Pupil, format!("{} will", record.meeting.pupil_name), record.by_pupil),
        (Side::Home, "Home will".to_owned(), record.by_home),
        (Side::School, "School will".to_owned(), record.by_school),
    ];
    let promised = sides.iter().any(|(_, _, promises)| !promises.is_empty());
    let promise = |(side, title, promises): (Side, String, Vec<Statement>)| {
        (!promises.is_empty()).then(|| {
            view! {
                <div>
                    <h3>
                        <SideMark side />
                        {title}
                    </h3>
                    <ul class="board-lines">
                        {promises.into_iter().map(|promise| view! { <li dir="auto">{promise.words}</li> }).collect_view()}
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
