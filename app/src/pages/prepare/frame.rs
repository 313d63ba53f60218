//! Around every page of preparation: the way out, who reads it now, whether it is kept, and when it is over.

use leptos::prelude::*;
use shared::{
    ParticipantId, Section, Stage,
    policy::{Scribe, access_for},
    sync::SaveState,
};

use super::also_on_this_device;
use crate::{
    collab::use_meeting,
    components::{
        also_here::AlsoHere,
        finish::Finish,
        frame::LetterFrame,
        icon::{BrandMark, Icon},
        my_view::MyViewButton,
        notices::{AtHand, KeptWordsList, Notice, OutdatedNotice},
        people::People,
    },
    pages::{SkipLink, meeting::NeedsScripts},
    view::Participant,
};

/// For an adult: a narrow page, as it fits a phone.
#[component]
pub(super) fn Frame(
    /// Of the first thing to do.
    skip_to: &'static str,
    children: Children,
) -> impl IntoView {
    let meeting = use_meeting();
    view! {
        <div class="join-page prepare-page">
            <SkipLink to=skip_to words="Skip to the question" />
            <header class="join-bar">
                <p class="brand">
                    <BrandMark />
                    <span>"Roundtable"</span>
                </p>
                <div class="prepare-tools">
                    <AlsoHere also_here=also_on_this_device() meeting=meeting.id />
                    <MyViewButton />
                    <Finish />
                </div>
            </header>
            <NeedsScripts />
            <CannotSave />
            <div class="table is-plain">
                <main class="join-main" id="main" tabindex="-1">
                    {children()}
                </main>
            </div>
            <News />
        </div>
    }
}

/// What happened, over the page.
#[component]
pub(super) fn News() -> impl IntoView {
    view! {
        <AtHand>
            <OutdatedNotice />
            <KeptWordsList />
        </AtHand>
    }
}

/// The one thing that interrupts whoever hears the page.
#[component]
pub(super) fn CannotSave() -> impl IntoView {
    let state = use_meeting().save_state();
    view! {
        <p class="visually-hidden" role="alert">
            {move || state.get().filter(|state| *state == SaveState::CannotSave).map(SaveState::words)}
        </p>
    }
}

/// That nothing is decided, and who reads these words now; or that the meeting has begun.
#[component]
pub(super) fn DraftMark(
    section: Section,
    #[prop(default = "About two minutes.")] how_long: &'static str,
) -> impl IntoView {
    let meeting = use_meeting();
    let stage = meeting.stage();
    let readers = readers(section);
    move || match stage.get() {
        Stage::Preparing => {
            let words = match together(&readers.get()) {
                Some(who) => {
                    format!("{how_long} {who} can read your words now, and everybody when the meeting starts.")
                }
                None => format!("{how_long} Nobody else reads your words before the meeting starts."),
            };
            view! {
                <p class="draft-mark">
                    <Icon name="pen" />
                    <span>
                        <strong>"Nothing is decided yet."</strong>
                        {words}
                    </span>
                </p>
            }
            .into_any()
        }
        Stage::Meeting => {
            view! { <Begun title="The meeting has begun" words="Everybody there can read your words now." /> }
                .into_any()
        }
        Stage::Agreed => {
            view! { <Begun title="The plan is agreed" words="Your words here stay as they are." /> }.into_any()
        }
    }
}

#[component]
fn Begun(title: &'static str, words: &'static str) -> impl IntoView {
    let meeting = use_meeting();
    view! {
        <Notice icon="people" title>
            <p>{words}</p>
            <div class="row">
                <a class="button primary" href=format!("/meetings/{}", meeting.id) rel="external">
                    "Go to the table"
                    <Icon name="right" />
                </a>
            </div>
        </Notice>
    }
}

/// Who else may read a section before the meeting opens, as the policy has it.
pub(super) fn readers(section: Section) -> Memo<Vec<String>> {
    let people = People::here();
    Memo::new(move |_| {
        let scribe = people.scribe.get();
        people.all.with(|all| {
            all.iter()
                .filter(|person| person.id != people.me)
                .filter(|person| {
                    access_for(section, person.role, as_scribe(person, scribe), Stage::Preparing).can_read()
                })
                .map(|person| person.name.clone())
                .collect()
        })
    })
}

/// As the page last heard of them, or else as whoever reads the most: the news of who was named comes before the rest.
fn as_scribe(person: &Participant, scribe: Option<ParticipantId>) -> Scribe {
    match scribe == Some(person.id) {
        true if person.scribe.writes() => person.scribe,
        true => Scribe::FromTheStart,
        false => Scribe::No,
    }
}

/// “Mrs Pike, Marek and Ewa”.
pub(super) fn together(names: &[String]) -> Option<String> {
    match names {
        [] => None,
        [one] => Some(one.clone()),
        [some @ .., last] => Some(format!("{} and {last}", some.join(", "))),
    }
}

/// Whether what was written is kept. Never “kept” for less than the server said.
#[component]
pub(super) fn KeptDraft() -> impl IntoView {
    let state = use_meeting().save_state();
    let words = move || match state.get() {
        None => "",
        Some(SaveState::Saved) => "Kept as you write. You can stop, and come back with your link.",
        Some(other) => other.words(),
    };
    let class = move || match state.get() {
        None | Some(SaveState::Saved) => "kept-draft",
        Some(SaveState::Saving | SaveState::OnThisDevice) => "kept-draft is-waiting",
        Some(SaveState::CannotSave) => "kept-draft is-stopped",
    };
    let icon = move || match state.get() {
        None | Some(SaveState::Saved) => "tick",
        Some(SaveState::Saving) => "saving",
        Some(SaveState::OnThisDevice) => "device",
        Some(SaveState::CannotSave) => "stop",
    };
    move || {
        (!words().is_empty()).then(|| {
            view! {
                <p class=class>
                    <Icon name=icon() />
                    <span>{words}</span>
                </p>
            }
        })
    }
}

/// A plain way to all of it, for who wants to read the draft.
#[component]
pub(super) fn WholeMeeting() -> impl IntoView {
    let meeting = use_meeting();
    view! {
        <a class="button quiet" href=format!("/meetings/{}", meeting.id) rel="external">
            "See the whole meeting page"
            <Icon name="right" />
        </a>
    }
}

/// For those whose views are not asked for on a page of their own.
#[component]
pub(super) fn ForTheTable() -> impl IntoView {
    let meeting = use_meeting();
    view! {
        <LetterFrame leads_home=true>
            <h1>"Nothing to fill in here"</h1>
            <p class="lead">"What you prepare is written on the meeting’s own page."</p>
            <a class="button primary is-big" href=format!("/meetings/{}", meeting.id) rel="external">
                "Go to the meeting"
                <Icon name="right" />
            </a>
        </LetterFrame>
    }
}

#[cfg(test)]
mod tests {
    use super::together;

    #[test]
    fn who_reads_is_one_list_of_names() {
        let names = ["Mrs Pike", "Marek", "Ewa"].map(str::to_owned);
        assert_eq!(together(&names).as_deref(), Some("Mrs Pike, Marek and Ewa"));
        assert_eq!(together(&names[..1]).as_deref(), Some("Mrs Pike"));
        assert_eq!(together(&[]), None);
    }
}
