//! A page that cannot be shown: what happened, and what to do next, with the right status.

use leptos::prelude::*;
use leptos_meta::Title;

use crate::{
    components::{
        frame::{HelpLine, LetterFrame},
        icon::Icon,
    },
    error::{AppError, NOT_YOUR_PAGE},
};

#[component]
pub fn ErrorPage(error: AppError) -> impl IntoView {
    answer_with_status(&error);
    let (title, icon, next) = words(&error);
    let what = match &error {
        AppError::NotAllowed => NOT_YOUR_PAGE.to_owned(),
        error => error.to_string(),
    };
    view! {
        <Title text=title />
        <LetterFrame leads_home=true skip="Skip to the message">
            <h1>{title}</h1>
            <p class="lead">{what}</p>
            <HelpLine icon=icon>{next}</HelpLine>
            {way_on(&error)}
        </LetterFrame>
    }
}

/// What the page is called, its mark, and what to do next.
fn words(error: &AppError) -> (&'static str, &'static str, &'static str) {
    const RING: &str = "Something in the way? Ring the school office: they can put you through to whoever invited you.";
    match error {
        AppError::NotSignedIn => (
            "Open your own link",
            "letter",
            "Your link is in the message that invited you. Each person has their own: nobody needs an account or a password.",
        ),
        AppError::NotFound => ("We could not find that", "help", RING),
        AppError::LinkEnded => ("This link does not work", "clock", RING),
        AppError::PlaceClosed => ("You are no longer in this meeting", "door", RING),
        AppError::SharingEnded => (
            "Sharing with you has ended",
            "calendar",
            "What you wrote stays. If you still work with the child, or this is a mistake, ring the school office: the SENCO can share it again.",
        ),
        AppError::RunBySomebody => ("Somebody runs the meeting already", "help", "Go back to the meeting."),
        AppError::NotAllowed => ("That is not yours to open", "lock", RING),
        AppError::NotStarted => ("The meeting has not started", "clock", RING),
        AppError::NotAgreedYet => ("Not agreed yet", "clock", RING),
        AppError::Agreed => ("The plan is agreed", "lock", "Everybody has the same copy. You can read it any time."),
        AppError::HasLeft => ("They have left the school", "help", RING),
        AppError::DoorsClosed => ("The doors are closed", "door", "Go back to the meeting to open them."),
        AppError::Missing(_) | AppError::WordsMissing | AppError::ReasonMissing | AppError::TextChanged => {
            ("Something is still missing", "help", "Go back to the meeting to see what.")
        }
        AppError::Outdated => ("There is a newer version", "saving", RING),
        AppError::Unreadable => ("Not understood", "help", RING),
        AppError::Unavailable | AppError::Elsewhere | AppError::Unreachable => (
            "We are not there just now",
            "saving",
            "Wait a moment, then try again. If it stays like this, ring the school office.",
        ),
    }
}

/// Where to go from here: the same page again, or one’s meetings. Nobody is sent to a page that would
/// only say the same.
fn way_on(error: &AppError) -> Option<impl IntoView + use<>> {
    match error {
        AppError::Unavailable
        | AppError::Elsewhere
        | AppError::Unreachable
        | AppError::Outdated
        | AppError::Unreadable => Some(
            view! {
                <a class="button primary is-big" href="" rel="external">
                    "Try again"
                </a>
            }
            .into_any(),
        ),
        AppError::NotFound
        | AppError::NotAllowed
        | AppError::NotStarted
        | AppError::NotAgreedYet
        | AppError::Agreed
        | AppError::Missing(_)
        | AppError::WordsMissing
        | AppError::ReasonMissing
        | AppError::TextChanged
        | AppError::DoorsClosed
        | AppError::HasLeft
        | AppError::RunBySomebody => Some(
            view! {
                <a class="button is-big" href="/" rel="external">
                    "All your meetings"
                    <Icon name="right" />
                </a>
            }
            .into_any(),
        ),
        AppError::NotSignedIn | AppError::LinkEnded | AppError::PlaceClosed | AppError::SharingEnded => None,
    }
}

/// Says it in the response’s status too, for whatever asks without reading.
pub(crate) fn answer_with_status(error: &AppError) {
    if let Some(response) = use_context::<leptos_axum::ResponseOptions>() {
        response.set_status(match error {
            AppError::NotSignedIn => http::StatusCode::UNAUTHORIZED,
            AppError::NotFound | AppError::NotAgreedYet => http::StatusCode::NOT_FOUND,
            AppError::LinkEnded | AppError::Outdated => http::StatusCode::GONE,
            AppError::NotAllowed | AppError::PlaceClosed | AppError::SharingEnded => http::StatusCode::FORBIDDEN,
            AppError::NotStarted
            | AppError::RunBySomebody
            | AppError::DoorsClosed
            | AppError::HasLeft
            | AppError::Agreed
            | AppError::TextChanged => http::StatusCode::CONFLICT,
            AppError::Missing(_) | AppError::WordsMissing | AppError::ReasonMissing | AppError::Unreadable => {
                http::StatusCode::UNPROCESSABLE_ENTITY
            }
            AppError::Unavailable | AppError::Elsewhere | AppError::Unreachable => {
                http::StatusCode::SERVICE_UNAVAILABLE
            }
        });
    }
}
