//! One target of a cycle: from where to where, and what each voice gave it.

#![expect(unreachable_pub, reason = "a component’s props are public, however private the component")]

use leptos::prelude::*;
use shared::{record::Scores, role::Side, schema::review};

use crate::{
    components::{icon::Icon, people::SideMark},
    pages::meeting::verdict_class,
    view::pupils::CycleTarget,
};

pub(super) fn target_words(target: &CycleTarget) -> String {
    if target.pupil_words.is_empty() { target.title.clone() } else { target.pupil_words.clone() }
}

/// What it was, what became of it, and from where to where, in three lines at most.
#[component]
pub fn TargetInShort(target: CycleTarget, is_over: bool) -> impl IntoView {
    // Until somebody looks back there is only where it began.
    let reached = if is_over { without_day(&target.reached).to_owned() } else { String::new() };
    view! {
        <li>
            <h4 dir="auto">{target_words(&target)}</h4>
            <p>
                <Verdict rating=target.rating.clone() />
                " "
                <span dir="auto">{without_day(&target.baseline).to_owned()}</span>
                <Reached words=reached />
            </p>
        </li>
    }
}

/// Whoever teaches the child reads all of it at once: where it begins, and how we’ll know.
#[component]
pub fn StepNow(target: CycleTarget) -> impl IntoView {
    let line = |label: &'static str, words: String| {
        (!words.is_empty()).then(|| {
            view! {
                <p>
                    {label}
                    <span dir="auto">{words}</span>
                </p>
            }
        })
    };
    view! {
        <li class="cycle-target">
            <h4 dir="auto">{target_words(&target)}</h4>
            {line("Now: ", target.baseline)}
            {line("We’ll know by: ", target.reached)}
        </li>
    }
}

/// “4 out of 10”, of “4 out of 10 (9 April 2026)”.
fn without_day(words: &str) -> &str {
    let words = words.trim_end();
    match words.strip_suffix(')').and_then(|rest| rest.rsplit_once('(')) {
        Some((before, _)) if !before.trim().is_empty() => before.trim_end(),
        _ => words,
    }
}

/// Every word of it, with what each voice gave it.
#[component]
pub fn OneTarget(target: CycleTarget, name: String) -> impl IntoView {
    view! {
        <li class="cycle-target">
            <h4 dir="auto">{target_words(&target)}</h4>
            <p class="from-to">
                <span dir="auto">{target.baseline}</span>
                <Reached words=target.reached />
            </p>
            <Verdict rating=target.rating />
            <Voices before=target.before after=target.after name />
        </li>
    }
}

#[component]
fn Reached(words: String) -> impl IntoView {
    (!words.is_empty()).then(|| {
        view! {
            " "
            <Icon name="right" />
            <span class="visually-hidden">"to"</span>
            " "
            <strong dir="auto">{words}</strong>
        }
    })
}

/// “✓ I did it”; nothing, where nobody said how it went.
#[component]
fn Verdict(rating: String) -> impl IntoView {
    let (class, icon) = verdict_class(&rating);
    review::RATINGS.iter().find(|code| code.code == rating).map(|code| {
        view! {
            <span class=format!("verdict {class}")>
                {icon.map(|name| view! { <Icon name /> })}
                {code.plain}
            </span>
        }
    })
}

/// “3 to 7” of each voice. What was not said is said to be so.
#[component]
fn Voices(before: Scores, after: Scores, name: String) -> impl IntoView {
    let voices = [
        (Side::Pupil, name, before.pupil, after.pupil),
        (Side::Home, "Home".to_owned(), before.home, after.home),
        (Side::School, "School".to_owned(), before.school, after.school),
    ];
    let said: Vec<_> = voices.into_iter().filter(|(_, _, before, after)| before.is_some() || after.is_some()).collect();
    (!said.is_empty()).then(|| {
        let voice = |(side, who, before, after): (Side, String, Option<i64>, Option<i64>)| {
            let words = match (before, after) {
                (Some(before), Some(after)) => format!("{before} to {after}"),
                (Some(before), None) => format!("{before}"),
                (None, Some(after)) => format!("now {after}"),
                (None, None) => String::new(),
            };
            view! {
                <li>
                    <SideMark side />
                    <span class="visually-hidden">{who} ": "</span>
                    {words}
                </li>
            }
        };
        view! {
            <ul class="voices" aria-label="Scores out of ten, before and now">
                {said.into_iter().map(voice).collect_view()}
            </ul>
        }
    })
}
