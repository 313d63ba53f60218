//! The first page of somebody’s account: a password, and a code app. Then the codes to keep on paper.

use leptos::prelude::*;

use super::parts::{Codes, Dots, Letters, Line, NewPassword, Wrong};
use crate::{components::frame::HelpLine, view::doors::Qr};

#[derive(Clone, Debug)]
pub struct Welcome {
    pub token: String,
    pub name: String,
    pub school: String,
    pub email: String,
    pub qr: Qr,
    /// The same secret, to be typed.
    pub spelled: String,
    pub wrong: Option<Wrongly>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wrongly {
    TooShort,
    TooLong,
    Common,
    Differ,
    Code,
    Often,
    Later,
}

impl Wrongly {
    pub(super) fn of_password(self) -> Option<&'static str> {
        match self {
            Self::TooShort => Some("Use at least 12 letters. A short sentence is good."),
            Self::TooLong => Some("Use at most 128 letters."),
            Self::Common => Some("That is among the first that strangers try. Choose something else."),
            Self::Differ | Self::Code | Self::Often | Self::Later => None,
        }
    }

    pub(super) fn of_everything(self) -> Option<&'static str> {
        match self {
            Self::Often => Some("Too many tries just now. Wait a minute, then try again."),
            Self::Later => Some("We are not there just now. Wait a moment, then try again."),
            Self::TooShort | Self::TooLong | Self::Common | Self::Differ | Self::Code => None,
        }
    }
}

pub fn page(page: Welcome) -> impl IntoView {
    let Welcome { token, name, school, email, qr, spelled, wrong } = page;
    let password = wrong.and_then(Wrongly::of_password);
    let again = (wrong == Some(Wrongly::Differ)).then_some("This is not the same as the first.");
    let code = (wrong == Some(Wrongly::Code))
        .then_some("These are not the numbers of this moment. Look at the app again: they change every half minute.");
    let whole = wrong.and_then(Wrongly::of_everything);
    view! {
        <Letters>
            <section class="sheet letter" aria-labelledby="h-welcome">
                <h1 id="h-welcome">{format!("Hello, {name}")}</h1>
                <p class="lead">{school}</p>
                <p>"Two keys open your account: a password that you know, and six numbers from your phone. You sign in with " <strong>{email.clone()}</strong> "."</p>
                {whole.map(|words| view! { <Wrong words id="why" /> })}
                <form class="signin-form" method="post" action=format!("/welcome/{token}")>
                    // For what keeps passwords.
                    <input type="text" name="username" autocomplete="username" value=email hidden />
                    <NewPassword wrong=password again />
                    <h2>"Your code app"</h2>
                    <p>
                        "Open the app on your phone that makes six numbers, and point it at this square. Your school may have chosen an app; if not, any authenticator app does it."
                    </p>
                    <div class="code-qr">
                        <Dots qr label="QR code for your code app" />
                        <p>
                            "No camera? Type this into the app:" <br />
                            <code class="spelled">{spelled}</code>
                        </p>
                    </div>
                    <Line
                        id="code"
                        label="The six numbers it shows now"
                        inputmode="numeric"
                        autocomplete="one-time-code"
                        wrong=code
                        maxlength=12
                    />
                    <input type="hidden" name="asked" value="yes" />
                    <label class="choice">
                        <input type="checkbox" name="shared" value="yes" />
                        <span>"This is a shared computer"</span>
                    </label>
                    <button class="button primary" type="submit">
                        "Open my account"
                    </button>
                </form>
                <HelpLine icon="help">"This link is good once. If it has ended, ask your SENCO for another."</HelpLine>
            </section>
        </Letters>
    }
}

/// Once the account is open. `ended` where a school account opened it before.
pub fn ready(name: String, codes: Vec<String>, ended: bool) -> impl IntoView {
    view! {
        <Letters>
            <section class="sheet letter" aria-labelledby="h-ready">
                <h1 id="h-ready">{format!("Your account is open, {name}")}</h1>
                {ended
                    .then_some(
                        view! {
                            <p>
                                "What opened it before does not any more: not a password, a passkey or recovery codes, nor the school account that did. Sign in with your password and the six numbers."
                            </p>
                        },
                    )}
                <h2>"Your recovery codes"</h2>
                <Codes codes />
                <a class="button primary is-big" href="/">
                    "To my school"
                </a>
                <p class="hint">
                    "Under “Your account” you can add a passkey: then your fingerprint, face or device PIN is enough."
                </p>
            </section>
        </Letters>
    }
}

/// A link that leads nowhere any more.
pub fn ended() -> impl IntoView {
    view! {
        <Letters>
            <section class="sheet letter" aria-labelledby="h-ended">
                <h1 id="h-ended">"This link has ended"</h1>
                <p class="lead">"It was used, or is more than a week old. Ask your SENCO for a new one."</p>
                <a class="button" href="/signin">
                    "Staff sign in"
                </a>
            </section>
        </Letters>
    }
}
