//! Whose meeting it is, how far it has come, who is here, and whether the words are safe.

use leptos::prelude::*;
use shared::{Stage, sync::SaveState};

use super::door::DoorButton;
use crate::{
    collab::use_meeting,
    components::{
        also_here::AlsoHere,
        finish::Finish,
        icon::{BrandMark, Icon},
        my_view::MyViewButton,
        people::{People, Portrait},
    },
    view::doors,
};

/// On a phone the first line of it scrolls away, and the second, with what must always be seen, stays.
#[component]
pub(super) fn TopBar(also_here: Vec<doors::AlsoHere>) -> impl IntoView {
    let people = People::here();
    view! {
        <header class="topbar">
            <a class="brand" href="/" rel="external" aria-label="Roundtable: all meetings">
                <BrandMark />
                <span>"Roundtable"</span>
            </a>
            <a class="topbar-pupil" href="#who" rel="external">
                <Portrait pupil=people.pupil() class="small" />
                <span>
                    {people.pupil_name()}
                    {if use_meeting().passport_of.is_some() { "’s passport" } else { "’s review" }}
                </span>
            </a>
            <div class="always">
                <Stages />
                <SaveStateLine />
                <HowMany />
            </div>
            {use_meeting().passport_of.is_none().then(|| view! { <DoorButton /> })}
            <AlsoHere also_here meeting=use_meeting().id />
            <MyViewButton />
            <Finish />
        </header>
        <NeedsScripts />
    }
}

/// “5 here”, while it is known.
#[component]
fn HowMany() -> impl IntoView {
    let meeting = use_meeting();
    let (here, is_cut_off) = (meeting.here(), meeting.is_cut_off());
    view! {
        <a class="button quiet who-link" href="#who" rel="external">
            <Icon name="people" />
            {move || {
                if is_cut_off.get() {
                    view! { "No connection" }.into_any()
                } else {
                    view! { {here.with(Vec::len)} " here" }.into_any()
                }
            }}
        </a>
    }
}

/// What a browser shows that runs no scripts: it can read, and nothing that is typed would be kept.
#[component]
pub(crate) fn NeedsScripts() -> impl IntoView {
    // As markup, because a browser that runs scripts sees no elements in here.
    view! { <noscript inner_html="<p class=\"needs-scripts\">You can read everything here. To write, your browser has to run scripts: until it does, nothing you type is saved.</p>"></noscript> }
}

#[component]
pub(super) fn Stages() -> impl IntoView {
    let meeting = use_meeting();
    let now = meeting.stage();
    let step = move |stage: Stage| {
        let class = move || match stage.cmp(&now.get()) {
            std::cmp::Ordering::Less => "is-done",
            std::cmp::Ordering::Equal => "is-now",
            std::cmp::Ordering::Greater => "",
        };
        view! {
            <li class=class aria-current=move || (now.get() == stage).then_some("step")>
                {move || (stage < now.get()).then(|| view! { <Icon name="tick" /> })}
                {stage.label()}
            </li>
        }
    };
    // A passport has none: it is open, or it is saved.
    meeting.passport_of.is_none().then(|| {
        view! {
            <nav class="stages" aria-label="Stage of the meeting">
                <ol>{Stage::ALL.map(step).collect_view()}</ol>
            </nav>
        }
    })
}

/// One of four phrases and no others; nothing before the page knows. Not a live region: it would talk over
/// everybody’s writing.
#[component]
pub(crate) fn SaveStateLine() -> impl IntoView {
    let state = use_meeting().save_state();
    let class = move || match state.get() {
        None | Some(SaveState::Saved) => "save-state",
        Some(SaveState::Saving) => "save-state is-waiting",
        Some(SaveState::OnThisDevice) => "save-state is-waiting is-long",
        Some(SaveState::CannotSave) => "save-state is-stopped is-long",
    };
    let icon = |state| match state {
        SaveState::Saved => "tick",
        SaveState::Saving => "saving",
        SaveState::OnThisDevice => "device",
        SaveState::CannotSave => "stop",
    };
    view! {
        <p class=class>
            {move || {
                state
                    .get()
                    .map(|state| {
                        view! {
                            <Icon name=icon(state) />
                            <span>{state.words()}</span>
                        }
                    })
            }}
        </p>
    }
}
