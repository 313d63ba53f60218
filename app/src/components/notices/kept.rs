//! Words that are in no plan: what was refused, and an answer that was not sent. They stay until their writer throws
//! them away.

#![expect(unreachable_pub, reason = "a component’s props are public, however private the component")]

use leptos::prelude::*;
use shared::Stage;

use super::AT_HAND;
use crate::{
    collab::{KEPT_LIMIT, KeptWords, use_meeting},
    components::{focus, icon::Icon, people::People},
};

/// Changes that were not taken. The words stay until their writer throws them away.
#[component]
pub fn KeptWordsList() -> impl IntoView {
    let meeting = use_meeting();
    let kept = meeting.kept();
    view! {
        <For each=move || kept.get() key=|kept| (kept.field.clone(), kept.words.clone()) let:kept>
            <Kept kept />
        </For>
    }
}

#[component]
fn Kept(kept: KeptWords) -> impl IntoView {
    let meeting = use_meeting();
    let KeptWords { field, words, reason, where_label, .. } = kept;
    let what = match (words.is_empty(), words.chars().count() >= KEPT_LIMIT) {
        (true, _) => "The words are back where they were.",
        (false, false) => "Here is what you wrote; nothing of it is lost:",
        (false, true) => {
            "Here are the last 20,000 letters of what you wrote. What came before them is not kept any more:"
        }
    };
    let what = format!("{where_label}. {what}");
    let throw_away = move || {
        meeting.dismiss_kept(&field);
        // The box they were written in, if it is still one.
        focus::go_to_or(field.dom_id(), AT_HAND);
    };
    view! { <Card label="A change that was not taken" title=reason what words throw_away /> }
}

/// An answer that was being written, or could not be sent, when the plan was saved. It is in no record, so it must not
/// go without a word.
#[component]
pub fn UnsentAnswer() -> impl IntoView {
    let meeting = use_meeting();
    let (stage, words) = (meeting.stage(), meeting.unsent_answer());
    let is_lost = Memo::new(move |_| stage.get() == Stage::Agreed && words.with(|words| !words.trim().is_empty()));
    move || is_lost.get().then(|| view! { <LostAnswer words /> })
}

#[component]
fn LostAnswer(words: RwSignal<String>) -> impl IntoView {
    let had_answered = untrack(|| People::here().myself()).is_some_and(|me| me.answer.is_some());
    let (title, what) = if had_answered {
        (
            "The plan was saved before you changed your answer.",
            "The answer you had given is in the record, and this is not. Tell whoever runs the meeting:",
        )
    } else {
        (
            "The plan was saved before you gave your answer.",
            "It is not in the record. Tell whoever runs the meeting. This is what you had written:",
        )
    };
    let throw_away = move || {
        words.set(String::new());
        focus::go_to(AT_HAND.to_owned());
    };
    // No box for it is left, so it changes no more.
    let kept = words.get_untracked();
    view! { <Card label="An answer that was not sent" title what=what.to_owned() words=kept throw_away /> }
}

/// What happened, the words to take along, and the way to put both aside.
#[component]
fn Card(
    label: &'static str,
    title: &'static str,
    what: String,
    /// Empty where there is nothing to take along.
    words: String,
    throw_away: impl Fn() + 'static,
) -> impl IntoView {
    let is_empty = words.is_empty();
    let to_copy = words.clone();
    view! {
        <section class="kept" aria-label=label>
            <h2>
                <Icon name="lock" />
                {title}
            </h2>
            <p>{what}</p>
            {(!is_empty)
                .then(|| {
                    view! {
                        <blockquote class="kept-words" tabindex="0" dir="auto">
                            {words}
                        </blockquote>
                    }
                })}
            <div class="row">
                {(!is_empty)
                    .then(|| {
                        view! {
                            <button class="button" type="button" on:click=move |_| copy(&to_copy)>
                                <Icon name="copy" />
                                "Copy my words"
                            </button>
                        }
                    })}
                <button class="button quiet" type="button" on:click=move |_| throw_away()>
                    {if is_empty { "All right" } else { "Throw away" }}
                </button>
            </div>
        </section>
    }
}

fn copy(words: &str) {
    #[cfg(feature = "hydrate")]
    {
        // Where a browser refuses, the words stand on the page to be marked and copied by hand.
        let _ = window().navigator().clipboard().write_text(words);
    }
    #[cfg(not(feature = "hydrate"))]
    let _ = words;
}
