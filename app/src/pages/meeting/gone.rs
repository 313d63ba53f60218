//! Instead of the meeting, once its page is nobody’s who may read it: what stands there goes from the screen. What was
//! written and not sent waits beneath, and is sent when whoever wrote it comes in again in this browser.

use leptos::prelude::*;
use shared::sync::SaveState;

use crate::{
    collab::{Meeting, use_meeting},
    components::frame::LetterFrame,
};

/// Nothing, while there is a meeting to show.
pub(crate) fn instead(meeting: Meeting) -> Option<AnyView> {
    if meeting.removed().get() {
        Some(view! { <Removed /> }.into_any())
    } else if meeting.signed_out().get() {
        Some(view! { <SignedOut /> }.into_any())
    } else {
        None
    }
}

/// They were asked to leave.
#[component]
fn Removed() -> impl IntoView {
    view! {
        <LetterFrame leads_home=true>
            <h1>"You are no longer in this meeting"</h1>
            <p class="lead">
                "The person running the meeting has closed your place. What you wrote stays in the plan. If this is a mistake, ring the school office."
            </p>
        </LetterFrame>
    }
}

/// The session ended while the page was open.
#[component]
fn SignedOut() -> impl IntoView {
    let state = use_meeting().save_state();
    view! {
        <LetterFrame>
            <div role="alert">
                <h1>"You are no longer signed in"</h1>
                <p class="lead">
                    "Leave this page open, and come in again in this browser: by your own link, or signed in as before. Everything is then here again, and what was not sent is sent by itself."
                </p>
            </div>
            <p class="lead">
                {move || match state.get() {
                    None | Some(SaveState::Saved) => "All that you wrote is saved.",
                    Some(SaveState::Saving | SaveState::OnThisDevice) => "Not all of it is sent yet: it waits on this device.",
                    Some(SaveState::CannotSave) => "Not all of it is sent yet, and this page alone has it: do not close it.",
                }}
            </p>
            <a class="button" href="/signin" target="_blank" rel="noopener">
                "Sign in, if you work at the school"
            </a>
        </LetterFrame>
    }
}
