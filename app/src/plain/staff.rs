//! The accounts of a school’s staff: who begins, and who has left.

use leptos::prelude::*;
use shared::rights::Post;

use super::{
    parts::{Dots, Line, Signed, Wrong},
    staff_file::BringInStaff,
};
use crate::{
    components::icon::Icon,
    view::{Here, doors::Qr},
};

#[derive(Clone, Debug)]
pub struct Staff {
    pub here: Here,
    pub people: Vec<Colleague>,
    /// A link that was just made: for whom, and the way in, shown this once.
    pub link: Option<(String, String, Qr)>,
    /// The posts they may give somebody new.
    pub gives: Vec<Post>,
    pub wrong: Option<Wrongly>,
    /// As it was typed.
    pub name: String,
    pub email: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wrongly {
    Name,
    Email,
    Taken,
    Post,
}

#[derive(Clone, Debug)]
pub struct Colleague {
    pub id: String,
    pub name: String,
    pub posts: Vec<Post>,
    pub email: Option<String>,
    pub is_disabled: bool,
    pub is_ready: bool,
    /// Nobody closes their own account.
    pub is_me: bool,
    /// Whether who looks may make them one.
    pub gets_way_in: bool,
}

pub fn page(page: Staff) -> impl IntoView {
    let Staff { here, people, link, gives, wrong, name, email } = page;
    let said = move |which: Wrongly, words: &'static str| (wrong == Some(which)).then_some(words);
    view! {
        <Signed here>
            <header class="welcome">
                <h1>"Staff accounts"</h1>
                <p class="lead">"Who begins here gets an account; who leaves loses it at once: their meetings close on every screen, and nothing they press opens anything more."</p>
            </header>
            {link
                .map(|(who, url, qr)| {
                    view! {
                        <section class="sheet" aria-labelledby="h-link">
                            <h2 id="h-link">"A link for " {who}</h2>
                            <p>
                                "Give it to nobody else. It is good once, for a week: there they choose what opens their account. We do not show it again."
                            </p>
                            <div class="code-qr">
                                <Dots qr label="QR code of this link" />
                                <div class="field">
                                    <label for="link">"The link"</label>
                                    <input id="link" type="text" readonly value=url />
                                </div>
                            </div>
                        </section>
                    }
                })}
            <section class="sheet" aria-labelledby="h-new">
                <h2 id="h-new">"Somebody new"</h2>
                <form class="signin-form" method="post" action="/staff">
                    <Line
                        id="name"
                        label="Their name"
                        hint="As it stands on letters: Mr Sam Okafor"
                        value=name
                        wrong=said(Wrongly::Name, "Type their name.")
                        maxlength=80
                    />
                    <Line
                        id="email"
                        label="Their school e-mail"
                        inputmode="email"
                        value=email
                        wrong=said(Wrongly::Email, "Type an e-mail, such as s.okafor@school.example.")
                            .or(said(Wrongly::Taken, "This e-mail cannot be used: an account has it already."))
                        maxlength=254
                    />
                    <div class="field">
                        <label for="post">"What they are here"</label>
                        {said(
                                Wrongly::Post,
                                "That post is given by who holds it already, the first time by the head or by whoever runs the server. Nobody was added; choose another post.",
                            )
                            .map(|words| view! { <Wrong words id="post-error" /> })}
                        <select id="post" name="post">
                            {gives
                                .into_iter()
                                .map(|post| {
                                    view! {
                                        <option value=post.name() selected=post == Post::Teacher>
                                            {post.words()}
                                        </option>
                                    }
                                })
                                .collect_view()}
                        </select>
                    </div>
                    <button class="button primary" type="submit">
                        "Make an account"
                    </button>
                </form>
            </section>
            <BringInStaff />
            <section class="sheet" aria-labelledby="h-staff">
                <h2 id="h-staff">"Who works here"</h2>
                <p>
                    <a class="button" href="/staff/posts">
                        "Who is what: set posts"
                    </a>
                    " "
                    <a class="button" href="/school">
                        "What we call things"
                    </a>
                </p>
                <ul class="sessions">{people.into_iter().map(colleague).collect_view()}</ul>
            </section>
        </Signed>
    }
}

fn colleague(person: Colleague) -> impl IntoView {
    let Colleague { id, name, posts, email, is_disabled, is_ready, is_me, gets_way_in } = person;
    let posts = posts.into_iter().map(Post::words).collect::<Vec<_>>().join(", ");
    let state = match (&email, is_disabled, is_ready) {
        (None, ..) => "No account",
        (_, true, _) => "Has left: nothing opens the account",
        (_, _, false) if is_me => "Came in by a link: the account is not set up yet",
        (_, _, false) => "Has not set up the account yet",
        (_, _, true) => "Signs in",
    };
    let button = |action: &'static str, words: &'static str| {
        view! {
            <form method="post" action=format!("/staff/{action}")>
                <input type="hidden" name="person" value=id.clone() />
                <button class="button" type="submit">
                    {words}
                    <span class="visually-hidden">": " {name.clone()}</span>
                </button>
            </form>
        }
    };
    let link = (email.is_some() && !is_disabled && !is_me && gets_way_in).then(|| button("link", "New link"));
    let not_yours = (!gets_way_in && !is_me).then(|| {
        let instead = match email {
            None => "Somebody who holds it too gives them an account.",
            Some(_) => "Their recovery codes let them in, or whoever runs the server makes a new link.",
        };
        view! { <span>"They hold a post that you cannot give yourself, so you open and close nothing of theirs. " {instead}</span> }
    });
    let buttons = match (&email, is_disabled, is_me) {
        (None, ..) if !gets_way_in => ().into_any(),
        (None, ..) => view! {
            <form class="with-email" method="post" action="/staff/open">
                <input type="hidden" name="person" value=id.clone() />
                <input
                    type="text"
                    name="email"
                    inputmode="email"
                    required
                    maxlength="254"
                    autocomplete="off"
                    aria-label=format!("School e-mail of {name}")
                    placeholder="Their school e-mail"
                />
                <button class="button" type="submit">
                    "Give an account"
                    <span class="visually-hidden">": " {name.clone()}</span>
                </button>
            </form>
        }
        .into_any(),
        (_, _, true) => view! { <span class="here">"You"</span> }.into_any(),
        _ if !gets_way_in => ().into_any(),
        (_, true, _) => button("reopen", "Is back").into_any(),
        (_, false, _) => view! { <div class="row">{link} {button("close", "Has left")}</div> }.into_any(),
    };
    view! {
        <li class:is-odd=is_disabled>
            <Icon name="people" />
            <p>
                <strong>{name.clone()}</strong>
                <span>{posts} {email.map(|email| format!(" · {email}"))}</span>
                <span>{state}</span>
                {not_yours}
            </p>
            {buttons}
        </li>
    }
}
