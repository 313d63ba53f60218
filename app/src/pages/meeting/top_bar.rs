//! Whose meeting it is, how far it has come, and whether the words are safe.

use leptos::prelude::*;
use shared::{Stage, sync::SaveState};

use crate::{
    collab::use_meeting,
    components::{
        finish::Finish,
        icon::{BrandMark, Icon},
        my_view::MyViewButton,
        people::{People, Portrait},
    },
};

#[component]
pub(super) fn TopBar() -> impl IntoView {
    let people = People::here();
    let here = use_meeting().here();
    view! {
        <header class="topbar">
            <a class="brand" href="/" rel="external" aria-label="Roundtable: all meetings">
                <BrandMark />
                <span>"Roundtable"</span>
            </a>
            <a class="topbar-pupil" href="#who" rel="external">
                <Portrait pupil=people.pupil() class="small" />
                <span>{people.pupil_name()} "’s review"</span>
            </a>
            <Stages />
            <SaveStateLine />
            <a class="button quiet who-link" href="#who" rel="external">
                <Icon name="people" />
                {move || here.with(Vec::len)}
                " here"
            </a>
            <MyViewButton />
            <Finish />
        </header>
    }
}

#[component]
fn Stages() -> impl IntoView {
    let now = use_meeting().stage();
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
    view! {
        <nav class="stages" aria-label="Stage of the meeting">
            <ol>{Stage::ALL.map(step).collect_view()}</ol>
        </nav>
    }
}

/// One of four phrases and no others. Not a live region: it would talk over everybody’s writing.
#[component]
pub(super) fn SaveStateLine() -> impl IntoView {
    let state = use_meeting().save_state();
    let class = move || match state.get() {
        SaveState::Saved => "save-state",
        SaveState::Saving | SaveState::OnThisDevice => "save-state is-waiting",
        SaveState::CannotSave => "save-state is-stopped",
    };
    let icon = move || match state.get() {
        SaveState::Saved => view! { <Icon name="tick" /> },
        SaveState::Saving => view! { <Icon name="saving" /> },
        SaveState::OnThisDevice => view! { <Icon name="device" /> },
        SaveState::CannotSave => view! { <Icon name="stop" /> },
    };
    view! {
        <p class=class>
            {icon}
            <span>{move || state.get().words()}</span>
        </p>
    }
}
