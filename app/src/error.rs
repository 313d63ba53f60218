//! What can go wrong for the person at the page. Travels typed from server to browser.

use leptos::{
    prelude::{FromServerFnError, ServerFnErrorErr},
    server_fn::codec::JsonEncoding,
};
use serde::{Deserialize, Serialize};
use shared::record::Missing;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
pub enum AppError {
    #[error("You are not signed in to this meeting. Open your own link again, or ask the person who invited you.")]
    NotSignedIn,
    #[error("There is nothing here, or it is not for you to see.")]
    NotFound,
    #[error(
        "Check that the whole link was copied. If it was, it has expired or was taken back. Ask the person who invited you for a new one."
    )]
    LinkEnded,
    /// Asked to leave, and not let back.
    #[error(
        "The person running the meeting has closed your place. What you wrote stays in the plan. If this is a mistake, ring the school office."
    )]
    PlaceClosed,
    /// Of this child, until a day that was set.
    #[error("The school shared this child’s meetings and records with you until a day that is over.")]
    SharingEnded,
    /// Nobody takes a meeting out of the hands of somebody who is there.
    #[error("Whoever runs the meeting is here, or has only just gone. Wait a moment: they may be coming back.")]
    RunBySomebody,
    #[error(
        "This child has left the school, so no new meeting begins. If they are back, empty “Left the school on” in the register’s line first."
    )]
    HasLeft,
    /// What is said on the telephone would lead nobody to the door.
    #[error("The doors are closed: let people knock first. No code was made.")]
    DoorsClosed,
    #[error("That is for the person running the meeting to do.")]
    NotAllowed,
    #[error("The meeting has not started yet. Start it first.")]
    NotStarted,
    #[error("The plan was agreed, so it can no longer be changed.")]
    Agreed,
    /// No version of its plan was saved so far.
    #[error("There is no plan of this meeting to read yet. It will be here in the minute it is agreed.")]
    NotAgreedYet,
    /// What the Code of Practice asks for is not all there yet.
    #[error("Nearly there: something is still missing.")]
    Missing(Vec<Missing>),
    /// An answer that says nothing without words beside it.
    #[error("Your answer needs some words: what you want to add, or which part you disagree with.")]
    WordsMissing,
    /// What was agreed is not opened again without one.
    #[error("Say in some words why it has to be corrected, in 300 letters at most. Nothing has changed yet.")]
    ReasonMissing,
    /// Something else stands there by now than what was to be hidden.
    #[error("The text changed just now. Look again, then hide it.")]
    TextChanged,
    #[error("We could not save that just now. Nothing you wrote is lost. Please try again in a moment.")]
    Unavailable,
    /// Two servers without a way to talk, or one that is being replaced by the next.
    #[error(
        "This meeting is open on another server just now. Nothing you wrote is lost. Please try again in a moment."
    )]
    Elsewhere,
    /// Sent by a page that another version of the server made: it cannot be understood any more.
    #[error(
        "Roundtable was brought up to date while this page was open. Reload the page, then do that again. Nothing that was saved is lost."
    )]
    Outdated,
    /// What was sent is no such thing as is asked for here.
    #[error("What was sent could not be read, so nothing was done. If a page of Roundtable sent it, reload that page.")]
    Unreadable,
    /// The request itself failed: no network, a timeout, a server that is restarting.
    #[error("We could not reach the meeting. Nothing you wrote is lost. Please try again in a moment.")]
    Unreachable,
}

/// What `NotAllowed` says where a page was asked for, and nothing was done.
pub const NOT_YOUR_PAGE: &str = "This page is for the people at the school whose work it is.";

impl FromServerFnError for AppError {
    type Encoder = JsonEncoding;

    fn from_server_fn_error(error: ServerFnErrorErr) -> Self {
        match error {
            // Said by the server, of what a page asked for.
            ServerFnErrorErr::Args(_) | ServerFnErrorErr::MissingArg(_) => Self::Unreadable,
            _ => Self::Unreachable,
        }
    }
}
