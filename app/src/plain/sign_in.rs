//! The sign-in page of staff, and the one question that may follow.

use leptos::prelude::*;

use super::parts::{Letters, Line, Wrong};
use crate::components::{frame::HelpLine, icon::Icon};

/// What the page offers, and what went wrong before.
#[derive(Clone, Debug, Default)]
pub struct SignIn {
    /// The one school there is; several are not named here.
    pub school: Option<String>,
    /// Schools whose staff come by their own provider: where to, and what the button says.
    pub providers: Vec<(String, String)>,
    /// Whether this address is one at which browsers keep passkeys.
    pub passkeys: bool,
    pub why: Option<Why>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// The same, whatever it was.
    Wrong,
    Often,
    Later,
    /// The school’s provider, or what it said.
    School,
    /// Whoever was there said no, or went back.
    BrokenOff,
    /// The provider asked for one proof alone, and there is no code app.
    OneProof,
    Passkey,
    /// The session is over, or was a link’s.
    First,
}

impl Why {
    pub fn from_name(name: &str) -> Option<Self> {
        Some(match name {
            "wrong" => Self::Wrong,
            "often" => Self::Often,
            "later" => Self::Later,
            "school" => Self::School,
            "broken-off" => Self::BrokenOff,
            "one-proof" => Self::OneProof,
            "passkey" => Self::Passkey,
            "first" => Self::First,
            _ => return None,
        })
    }

    fn words(self) -> &'static str {
        match self {
            Self::Wrong => {
                "That did not open an account. Check all three: your e-mail, your password, and the newest six numbers. Numbers that were used once are not used again."
            }
            Self::Often => "Too many tries just now. Wait a minute, then try again.",
            Self::Later => "We are not there just now. Wait a moment, then try again.",
            Self::School => {
                "Your school account did not open an account here. Ask your SENCO whether yours is set up, with the e-mail you use at school."
            }
            Self::BrokenOff => {
                "You did not sign in with your school account: it was broken off there, and nothing has changed. Try again, or sign in another way."
            }
            Self::OneProof => {
                "Your school account asked you for one proof only, and records need two. Sign in with a passkey, or ask your SENCO for a link to set up six numbers."
            }
            Self::Passkey => "That passkey opens no account here. Try another way.",
            Self::First => "Sign in with your account for that.",
        }
    }
}

pub fn page(page: SignIn) -> impl IntoView {
    let SignIn { school, providers, passkeys, why } = page;
    let is_alone = providers.is_empty();
    let others = providers
        .into_iter()
        .map(|(href, words)| {
            view! {
                <a class="button primary is-big" href=href>
                    <Icon name="people" />
                    {words}
                </a>
            }
        })
        .collect_view();
    view! {
        <Letters>
            <section class="sheet letter" aria-labelledby="h-in">
                <h1 id="h-in">"Staff sign in"</h1>
                {school.map(|school| view! { <p class="lead">{school}</p> })}
                {why.map(|why| view! { <Wrong words=why.words() id="why" /> })}
                <div class="ways">
                    {others}
                    {passkeys
                        .then(|| {
                            view! {
                                // Shown by the script, for browsers that can.
                                <button class="button is-big" type="button" id="with-passkey" hidden>
                                    <Icon name="key" />
                                    "With a passkey"
                                </button>
                                <p class="hint" id="passkey-said" role="status"></p>
                            }
                        })}
                </div>
                {(!is_alone)
                    .then(|| {
                        view! {
                            <p class="hint">
                                "The school account is the one you use for school e-mail. A passkey is your fingerprint, face or device PIN."
                            </p>
                        }
                    })}
                <details class="password-way" open=is_alone || why.is_some()>
                    <summary>"With a password and a code"</summary>
                    <form class="signin-form" method="post" action="/signin">
                        <Line id="email" label="School e-mail" inputmode="email" autocomplete="username" />
                        <Line id="password" label="Password" kind="password" autocomplete="current-password" />
                        <Line
                            id="code"
                            label="Six numbers from your code app"
                            hint="You can paste them. A recovery code works too."
                            inputmode="text"
                            autocomplete="one-time-code"
                            maxlength=40
                        />
                        <input type="hidden" name="asked" value="yes" />
                        <label class="choice">
                            <input type="checkbox" name="shared" value="yes" />
                            <span>"This is a shared computer"</span>
                        </label>
                        <button class="button primary" type="submit">
                            "Sign in"
                        </button>
                    </form>
                </details>
                <HelpLine icon="letter">
                    "Family, pupil or visitor? You need no account. Open the link in your letter, or "
                    <a href="/code">"type the meeting code"</a> "."
                </HelpLine>
            </section>
        </Letters>
    }
}

/// For somebody whose school account gave one proof.
pub fn second(why: Option<Why>) -> impl IntoView {
    view! {
        <Letters>
            <section class="sheet letter" aria-labelledby="h-second">
                <h1 id="h-second">"One more proof"</h1>
                <p class="lead">
                    "Your school account knows you. Records need a second proof: the six numbers of your code app."
                </p>
                {why.map(|why| view! { <Wrong words=why.words() id="why" /> })}
                <form class="signin-form" method="post" action="/signin/second">
                    <Line
                        id="code"
                        label="Six numbers from your code app"
                        hint="You can paste them. A recovery code works too."
                        autocomplete="one-time-code"
                        maxlength=40
                    />
                    <button class="button primary" type="submit">
                        "Sign in"
                    </button>
                </form>
            </section>
        </Letters>
    }
}
