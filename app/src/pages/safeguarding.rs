//! What was hidden in meetings, for the safeguarding lead: which passages there are, and of one at a time its words.
//!
//! What must stay true: no words are on the page but those that were asked for; nothing on it leads back to the
//! meeting, where somebody might look over a shoulder.

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;

use crate::{
    api::reading::read_hidden,
    components::{
        dates,
        frame::{At, SchoolFrame},
        icon::Icon,
    },
    error::AppError,
    pages::once_read,
    view::hidden::{Evidence, HiddenPage as Page, HiddenPassage},
};

#[component]
pub fn SafeguardingPage() -> impl IntoView {
    let asked = use_query_map().get_untracked().get("passage");
    let read = async {
        let asked = asked.map(|id| id.parse().map_err(|_| AppError::NotFound)).transpose()?;
        read_hidden(asked).await
    };
    once_read(read, |page| view! { <Hidden page /> })
}

#[component]
fn Hidden(page: Page) -> impl IntoView {
    let unread = page.passages.iter().filter(|passage| !passage.was_read).count();
    let lead = match (page.passages.len(), unread) {
        (0, _) => "Nothing was hidden in any meeting.".to_owned(),
        (_, 0) => "You have read all of them.".to_owned(),
        (_, unread) => waits(unread),
    };
    view! {
        <Title text="Hidden passages" />
        <SchoolFrame here=page.here at=At::Home class="home" skip="Skip to the passages">
            <header class="welcome">
                <h1>"Hidden passages"</h1>
                <p class="lead">{lead}</p>
                <p class="hint">
                    "Words that were taken out of a meeting for everybody at once. You alone can read them, and each time you do is written down."
                </p>
            </header>
            <ol class="hidden-passages">
                {page.passages.into_iter().map(|passage| view! { <OnePassage passage /> }).collect_view()}
            </ol>
            {page.there_are_more.then(|| view! { <p class="hint">"These are the newest. Older ones are kept."</p> })}
        </SchoolFrame>
    }
}

/// “1 passage was hidden and waits to be read.”
pub(crate) fn waits(unread: usize) -> String {
    match unread {
        1 => "1 passage was hidden and waits to be read.".to_owned(),
        _ => format!("{unread} passages were hidden and wait to be read."),
    }
}

#[component]
fn OnePassage(passage: HiddenPassage) -> impl IntoView {
    let HiddenPassage { id, pupil, kind, held_on, hidden_by, hidden_on, hidden_at, was_read, evidence } = passage;
    let when = format!("{} at {hidden_at}", dates::long(&hidden_on));
    let meeting = match kind.as_str() {
        "" => "A meeting that is not kept any more".to_owned(),
        kind => format!("{kind}, {}", dates::long(&held_on)),
    };
    let shown = evidence.map(|evidence| view! { <Words evidence /> }.into_any());
    let shown = shown.unwrap_or_else(|| {
        let class = if was_read { "button" } else { "button primary" };
        view! {
            <a class=class href=format!("/safeguarding?passage={id}#p-{id}") rel="external">
                {if was_read { "Read it again" } else { "Read it" }}
                <span class="visually-hidden">{format!(": {pupil}, {when}")}</span>
            </a>
        }
        .into_any()
    });
    view! {
        <li class="sheet letter" id=format!("p-{id}")>
            <h2>{pupil.clone()}</h2>
            <p>{meeting}</p>
            <p class="hint">
                <Icon name=if was_read { "tick" } else { "clock" } />
                {format!("Hidden by {hidden_by}, {when}. ")}
                {if was_read { "You have read it." } else { "Not read yet." }}
            </p>
            {shown}
        </li>
    }
}

#[component]
fn Words(evidence: Evidence) -> impl IntoView {
    let Evidence { place, words, written_by } = evidence;
    let by = match written_by.join(", ") {
        names if names.is_empty() => "Nobody knows who wrote it".to_owned(),
        names => format!("Written by {names}"),
    };
    view! {
        <figure class="evidence">
            <blockquote dir="auto">{words}</blockquote>
            <figcaption>
                <strong>{by}</strong>
                <span>{place}</span>
            </figcaption>
        </figure>
        <p>
            "It is kept for as long as the child’s file. Follow the school’s child protection procedures from here; nothing you do here is seen by anybody at the meeting."
        </p>
    }
}
