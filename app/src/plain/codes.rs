//! New recovery codes: what opens the account now is asked for once more, whoever sits there.

use leptos::prelude::*;

use super::parts::{Now, Signed, Wrong};
use crate::view::Here;

#[derive(Clone, Debug)]
pub struct NewCodes {
    pub here: Here,
    pub email: String,
    pub wrong: Option<NotMade>,
}

/// Why those on paper are still good.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotMade {
    /// The password or the numbers: which of them is not said.
    NotYou,
    TooOften,
}

pub fn page(page: NewCodes) -> impl IntoView {
    let NewCodes { here, email, wrong } = page;
    let wrong = wrong.map(|why| match why {
        NotMade::NotYou => {
            "The password or the numbers are not right. Numbers are good once: wait for the next ones. Your codes are as they were."
        }
        NotMade::TooOften => "Too many tries just now. Wait a minute, then try again. Your codes are as they were.",
    });
    view! {
        <Signed here>
            <header class="welcome">
                <h1>"New recovery codes"</h1>
                <p class="lead">"From the moment you have new ones, those of before open nothing."</p>
                {wrong.map(|words| view! { <Wrong words id="why" /> })}
            </header>
            <section class="sheet" aria-label="That it is you">
                <form class="signin-form" method="post" action="/account/codes">
                    <Now email />
                    <button class="button primary" type="submit">
                        "Make new ones"
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
