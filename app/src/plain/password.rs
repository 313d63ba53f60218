//! Another password for one’s own account: what opens it now is asked for once more.

use leptos::prelude::*;

use super::{
    parts::{NewPassword, Now, Signed, Wrong},
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
        <Signed here>
            <header class="welcome">
                <h1>"Change your password"</h1>
                <p class="lead">"You stay signed in here. Everywhere else you are signed out, within a second."</p>
                {whole.map(|words| view! { <Wrong words id="why" /> })}
            </header>
            <section class="sheet" aria-label="Your password">
                <form class="signin-form" method="post" action="/account/password">
                    <Now email />
                    <NewPassword wrong=new again />
                    <button class="button primary" type="submit">
                        "Change it"
                    </button>
                </form>
                <p class="hint">"Forgotten? Your SENCO or head makes you a new link."</p>
            </section>
            <p>
                <a class="button" href="/account">
                    "Back to your account"
                </a>
            </p>
        </Signed>
    }
}
