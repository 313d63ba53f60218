//! For whoever is told no before any of our own answers was asked: what happened, what was kept, what to do next.

use http::StatusCode;
use leptos::prelude::*;

use super::parts::Letters;
use crate::{components::frame::HelpLine, error::AppError};

pub fn page(words: Words) -> impl IntoView {
    view! {
        <Letters>
            <section class="sheet letter">
                <h1>{words.title}</h1>
                <p class="lead">{words.what}</p>
                <HelpLine icon="help">{words.next}</HelpLine>
                <a class="button primary" href="/">
                    "To your meetings"
                </a>
            </section>
        </Letters>
    }
}

pub struct Words {
    pub title: &'static str,
    what: String,
    next: &'static str,
}

impl Words {
    /// For whoever reads no pages.
    pub fn lines(&self) -> String {
        format!("{}. {}\n{}\n", self.title, self.what, self.next)
    }
}

/// What a status means to a person.
pub fn words(status: StatusCode) -> Words {
    let (title, what, next) = match status {
        StatusCode::PAYLOAD_TOO_LARGE => (
            "That is too much at once",
            "What was sent is longer than we can take. Nothing was changed.",
            "Go back, and send less of it.",
        ),
        StatusCode::REQUEST_TIMEOUT => (
            "That took too long",
            "It did not arrive in time. Nothing was changed.",
            "Go back, and try again, if you can where the network is better.",
        ),
        StatusCode::TOO_MANY_REQUESTS => (
            "Too many at once",
            "So much was asked from here that this was not looked at.",
            "Wait a minute, then try again.",
        ),
        StatusCode::FORBIDDEN => (
            "That did not come from our page",
            "It was sent from somewhere else, so nothing was done.",
            "Open our page yourself, and press the button there.",
        ),
        StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED | StatusCode::GONE => (
            "There is nothing here",
            "Nothing of ours answers at this address. Nothing was changed.",
            "Go back, load the page again, and try once more.",
        ),
        StatusCode::SERVICE_UNAVAILABLE => {
            let what = AppError::Unavailable.to_string();
            return Words { title: "We are not there just now", what, next: "Wait a moment, then try again." };
        }
        status if status.is_server_error() => (
            "Something went wrong here",
            "It is our mistake, not yours. What was saved before is still there.",
            "Go back, and try once more. If it happens again, tell the school office.",
        ),
        _ => (
            "That could not be read",
            "Something in what was sent was not as it should be. Nothing was changed.",
            "Go back, load the page again, and try once more.",
        ),
    };
    Words { title, what: what.to_owned(), next }
}
