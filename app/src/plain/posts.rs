//! Who is what in the school: the posts that its pages follow from.

use leptos::prelude::*;
use shared::rights::Post;

use super::parts::Signed;
use crate::{components::icon::Icon, view::Here};

#[derive(Clone, Debug)]
pub struct Posts {
    pub here: Here,
    /// The posts that are theirs to give and to take.
    pub mine: Vec<Post>,
    pub runs_accounts: bool,
    pub people: Vec<Holder>,
    /// Classes that children are in.
    pub classes: Vec<String>,
    pub said: Option<&'static str>,
    pub wrong: Option<String>,
}

#[derive(Clone, Debug)]
pub struct Holder {
    pub id: String,
    pub name: String,
    pub posts: Vec<Post>,
    pub class_name: String,
    /// All of it as the form sends it along: what is sent from a page that shows what they were before sets nothing.
    pub shown: String,
    /// Nobody gives or takes their own post, where it is kept.
    pub is_me: bool,
}

/// What a post lets somebody see, in a line.
fn sees(post: Post) -> &'static str {
    match post {
        Post::Head => "sees the whole school, costs too, and sets accounts and posts",
        Post::Senco => "likewise, and keeps the register",
        Post::DesignatedTeacher => "sees the education plan of every looked-after child",
        Post::SafeguardingLead => "alone reads what was hidden in a meeting, and sees the children they meet for",
        Post::DataProtectionLead => "reads who did, read and took away what, and sees the children they meet for",
        Post::Teacher | Post::Assistant => "see the children they meet for",
    }
}

pub fn page(page: Posts) -> impl IntoView {
    let Posts { here, mine, runs_accounts, people, classes, said, wrong } = page;
    let explained = Post::ALL.into_iter().map(|post| {
        view! {
            <li>
                <span>
                    <strong>{post.words()}</strong>
                    ": "
                    {sees(post)}
                    "."
                </span>
            </li>
        }
    });
    view! {
        <Signed here>
            <header class="welcome">
                <h1>"Who is what"</h1>
                <p class="lead">
                    "What somebody sees of the school follows from their posts, from the moment they are set. "
                    {runs_accounts.then(|| view! { <a href="/staff">"Staff accounts"</a> })}
                </p>
            </header>
            {said
                .map(|words| {
                    view! {
                        <p class="finding" role="status">
                            <Icon name="tick" />
                            <strong>{words}</strong>
                        </p>
                    }
                })}
            {wrong
                .map(|words| {
                    view! {
                        <p class="error" role="alert">
                            <Icon name="stop" />
                            {words}
                        </p>
                    }
                })}
            <section class="sheet" aria-labelledby="h-what">
                <h2 id="h-what">"What each post opens"</h2>
                <ul class="gaps">{explained.collect_view()}</ul>
                <p class="hint">"A teacher of a class reads the passports of its children, their needs, and the help and next steps that hold now. Write it as the register does."</p>
                <p>
                    "Head, SENCO, safeguarding lead and data protection lead are given and taken by who holds that post already; SENCO by the head too. The first one is named by the head; the first head, and every first one where there is no head, by whoever runs the server. Whoever holds the post reads of every change on the first page."
                </p>
            </section>
            <section class="sheet" aria-labelledby="h-posts">
                <h2 id="h-posts">"Who works here"</h2>
                <datalist id="classes">
                    {classes.into_iter().map(|class| view! { <option value=class></option> }).collect_view()}
                </datalist>
                <ul class="posts">{people.into_iter().map(|person| holder(person, &mine, runs_accounts)).collect_view()}</ul>
            </section>
        </Signed>
    }
}

fn holder(person: Holder, mine: &[Post], runs_accounts: bool) -> impl IntoView + use<> {
    let Holder { id, name, posts, class_name, shown, is_me } = person;
    let class_id = format!("class-{id}");
    let post = |post: Post| {
        let is_kept = !mine.contains(&post) || (is_me && post.is_kept());
        let holds = posts.contains(&post);
        view! {
            <label class="choice">
                <input type="checkbox" name="post" value=post.name() checked=holds disabled=is_kept />
                <span>{post.words()}</span>
            </label>
        }
    };
    let boxes = Post::ALL.map(post).into_iter().collect_view();
    let own = is_me.then(|| {
        view! {
            <p class="hint">
                "Your own post of head, SENCO, safeguarding lead or data protection lead is for somebody else to change."
            </p>
        }
    });
    let class = runs_accounts.then(|| {
        view! {
            <div class="field">
                <label for=class_id.clone()>
                    "Teaches the class" <span class="visually-hidden">": " {name.clone()}</span>
                </label>
                <input
                    id=class_id
                    name="class"
                    type="text"
                    list="classes"
                    autocomplete="off"
                    maxlength="200"
                    value=class_name
                />
            </div>
        }
    });
    view! {
        <li id=format!("p-{id}")>
            <form method="post" action="/staff/posts">
                <input type="hidden" name="person" value=id.clone() />
                <input type="hidden" name="shown" value=shown />
                <fieldset>
                    <legend>{name.clone()}</legend>
                    {boxes}
                </fieldset>
                {class}
                <button class="button" type="submit">
                    "Set"
                    <span class="visually-hidden">": " {name}</span>
                </button>
                {own}
            </form>
        </li>
    }
}
