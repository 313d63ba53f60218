//! New recovery codes: what opens the account now is asked for once more, whoever sits there.

use leptos::prelude::*;

use super::parts::OnceMore;
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
        <OnceMore
            here
            email
            title="New recovery codes"
            lead="From the moment you have new ones, those of before open nothing."
            wrong
            label="That it is you"
            action="/account/codes"
            button="Make new ones"
        />
    }
}
