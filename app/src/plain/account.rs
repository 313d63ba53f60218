//! “Your account”: where one is signed in, and what opens it.

use leptos::prelude::*;

use super::parts::{Codes, Now, Signed, Wrong};
use crate::{components::icon::Icon, view::Here};

#[derive(Clone, Debug)]
pub struct Account {
    pub here: Here,
    pub email: String,
    pub sessions: Vec<Session>,
    pub passkeys: Vec<Passkey>,
    /// Whether this address is one at which browsers keep passkeys.
    pub can_have_passkeys: bool,
    pub has_password: bool,
    /// Has come from the school’s own provider.
    pub has_school_account: bool,
    pub codes_left: i64,
    /// New ones, shown this once.
    pub codes: Vec<String>,
    pub said: Option<&'static str>,
    pub wrong: Option<&'static str>,
    /// Whether they may open and close others’ accounts.
    pub runs_accounts: bool,
    /// Whether they may give others a post.
    pub sets_posts: bool,
}

#[derive(Clone, Debug)]
pub struct Session {
    /// Names the session, and opens nothing.
    pub name: String,
    pub device: String,
    pub since: String,
    pub seen: String,
    pub by_link: bool,
    pub is_here: bool,
}

#[derive(Clone, Debug)]
pub struct Passkey {
    pub id: String,
    pub name: String,
    pub since: String,
    pub used: Option<String>,
}

pub fn page(page: Account) -> impl IntoView {
    let Account { here, sessions, passkeys, has_password, has_school_account, codes_left, codes, .. } = page;
    let others = sessions.iter().filter(|session| !session.is_here).count();
    view! {
        <Signed here>
            <header class="welcome">
                <h1>"Your account"</h1>
                <p class="lead">{page.email.clone()}</p>
                {page.said.map(|words| view! { <p class="just-done" role="status"><Icon name="tick" />{words}</p> })}
                {page.wrong.map(|words| view! { <Wrong words id="why" /> })}
            </header>
            {(!codes.is_empty())
                .then(|| {
                    view! {
                        <section class="sheet" aria-labelledby="h-new-codes">
                            <h2 id="h-new-codes">"Your new recovery codes"</h2>
                            <Codes codes />
                        </section>
                    }
                })}
            <section class="sheet" aria-labelledby="h-sessions">
                <h2 id="h-sessions">"Where you are signed in"</h2>
                <ul class="sessions">{sessions.into_iter().map(session).collect_view()}</ul>
                {(others > 0)
                    .then(|| {
                        view! {
                            <form method="post" action="/account/end">
                                <button class="button" type="submit" name="session" value="others">
                                    "End all but this one"
                                </button>
                            </form>
                        }
                    })}
                <p class="hint">"Ending one closes its meetings within a second. Any other page it has open stays as it was, until something is pressed there."</p>
            </section>
            <section class="sheet" aria-labelledby="h-passkeys">
                <h2 id="h-passkeys">"Passkeys"</h2>
                <p>"A passkey is your fingerprint, face or device PIN. It opens your account by itself."</p>
                {passkeys
                    .is_empty()
                    .then(|| view! { <p class="hint">"You have none yet."</p> })}
                <ul class="sessions">{passkeys.into_iter().map(passkey).collect_view()}</ul>
                {if page.can_have_passkeys {
                    view! {
                        <form class="signin-form" id="add-passkey" method="post" hidden>
                            {if has_password {
                                view! { <Now email=page.email.clone() /> }.into_any()
                            } else {
                                view! {
                                    <p class="hint">
                                        "Sign in with your school account just before: within five minutes that shows that it is you."
                                    </p>
                                }
                                    .into_any()
                            }}
                            <button class="button primary" type="submit">
                                <Icon name="key" />
                                "Add a passkey"
                            </button>
                        </form>
                        <p class="hint" id="passkey-said" role="status">
                            "Adding one needs scripts, and a browser that keeps passkeys."
                        </p>
                    }
                        .into_any()
                } else {
                    view! {
                        <p class="hint">
                            "Browsers keep passkeys only for an address with a name, over https. Whoever runs Roundtable can set one."
                        </p>
                    }
                        .into_any()
                }}
            </section>
            <section class="sheet" aria-labelledby="h-ways">
                <h2 id="h-ways">"Other ways in"</h2>
                <ul class="sessions">
                    <li>
                        <Icon name="lock" />
                        <p>
                            <strong>"Password and six numbers"</strong>
                            <span>
                                {if has_password { "Set up" } else { "Not set up: your SENCO can send you a link" }}
                            </span>
                        </p>
                        {has_password
                            .then(|| {
                                view! {
                                    <a class="button" href="/account/password">
                                        "Change"
                                        <span class="visually-hidden">" your password"</span>
                                    </a>
                                }
                            })}
                    </li>
                    <li>
                        <Icon name="people" />
                        <p>
                            <strong>"School account"</strong>
                            <span>{if has_school_account { "You have signed in with it" } else { "Not used yet" }}</span>
                        </p>
                    </li>
                    {has_password
                        .then(|| {
                            view! {
                                <li>
                                    <Icon name="letter" />
                                    <p>
                                        <strong>"Recovery codes"</strong>
                                        <span>{codes_left} " left"</span>
                                    </p>
                                    <a class="button" href="/account/codes">
                                        "Make new ones"
                                    </a>
                                </li>
                            }
                        })}
                </ul>
                <p class="hint">"Phone lost, or password forgotten? Your SENCO makes you a new link."</p>
            </section>
            {page
                .runs_accounts
                .then(|| view! { <p><a class="button" href="/staff">"Staff accounts of the school"</a></p> })}
            {page.sets_posts.then(|| view! { <p><a class="button" href="/staff/posts">"Who is what"</a></p> })}
        </Signed>
    }
}

fn session(session: Session) -> impl IntoView {
    let how = if session.by_link { "By a link to a meeting" } else { "With your account" };
    let aside = if session.is_here {
        view! { <span class="here">"Here now"</span> }.into_any()
    } else {
        view! {
            <form method="post" action="/account/end">
                <input type="hidden" name="session" value=session.name />
                <button class="button" type="submit">
                    "End it"
                    <span class="visually-hidden">": " {session.device.clone()}</span>
                </button>
            </form>
        }
        .into_any()
    };
    view! {
        <li>
            <Icon name="device" />
            <p>
                <strong>{session.device}</strong>
                <span>{how} ", since " {session.since} ". Last used " {session.seen}</span>
            </p>
            {aside}
        </li>
    }
}

fn passkey(passkey: Passkey) -> impl IntoView {
    view! {
        <li>
            <Icon name="key" />
            <p>
                <strong>{passkey.name.clone()}</strong>
                <span>
                    "Added " {passkey.since} {passkey.used.map(|used| view! { ". Last used " {used} })}
                </span>
            </p>
            <form method="post" action="/account/passkeys/remove">
                <input type="hidden" name="passkey" value=passkey.id />
                <button class="button" type="submit">
                    "Remove"
                    <span class="visually-hidden">": " {passkey.name}</span>
                </button>
            </form>
        </li>
    }
}
