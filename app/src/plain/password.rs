//! Another password for one’s own account: what opens it now is asked for once more.

use leptos::prelude::*;

use super::{
    parts::{NewPassword, OnceMore},
    welcome::Wrongly,
};
use crate::view::Here;

#[derive(Clone, Debug)]
pub struct Change {
    pub here: Here,
    pub email: String,
    pub wrong: Option<NotChanged>,
}

/// Why it is still the one before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotChanged {
    /// The password of now, or the numbers: which of them is not said.
    NotYou,
    New(Wrongly),
}

pub fn page(page: Change) -> impl IntoView {
    let Change { here, email, wrong } = page;
    let new = match wrong {
        Some(NotChanged::New(wrong)) => wrong.of_password(),
        _ => None,
    };
    let again = (wrong == Some(NotChanged::New(Wrongly::Differ))).then_some("This is not the same as the first.");
    let whole = match wrong {
        Some(NotChanged::NotYou) => Some(
            "The password of now or the numbers are not right. Numbers are good once: wait for the next ones. Nothing has changed.",
        ),
        Some(NotChanged::New(wrong)) => wrong.of_everything(),
        None => None,
    };
    view! {
        <OnceMore
            here
            email
            title="Change your password"
            lead="You stay signed in here. Everywhere else you are signed out, within a second."
            wrong=whole
            label="Your password"
            action="/account/password"
            button="Change it"
        >
            <NewPassword wrong=new again />
        </OnceMore>
    }
}
