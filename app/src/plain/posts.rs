//! Who is what in the school: the posts that its pages follow from.

use leptos::prelude::*;
use shared::rights::Post;

use super::parts::Signed;
use crate::{components::icon::Icon, view::Here};

#[derive(Clone, Debug)]
pub struct Posts {
    pub here: Here,
    pub people: Vec<Holder>,
    /// Classes that children are in.
    pub classes: Vec<String>,
    pub said: Option<&'static str>,
    pub wrong: Option<&'static str>,
}

#[derive(Clone, Debug)]
pub struct Holder {
    pub id: String,
    pub name: String,
    pub posts: Vec<Post>,
    pub class_name: String,
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
    let Posts { here, people, classes, said, wrong } = page;
    let explained = Post::ALL.into_iter().map(|post| {
        view! {
            <li>
                <strong>{post.words()}</strong>
                ": "
                {sees(post)}
                "."
            </li>
        }
    });
    view! {
        <Signed here>
            <header class="welcome">
                <h1>"Who is what"</h1>
                <p class="lead">
                    "What somebody sees of the school follows from their posts, from the moment they are set. "
                    <a href="/staff">"Staff accounts"</a>
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
                <p class="hint">"The class of a teacher says who to turn to, and opens nothing."</p>
            </section>
            <section class="sheet" aria-labelledby="h-posts">
                <h2 id="h-posts">"Who works here"</h2>
                <datalist id="classes">
                    {classes.into_iter().map(|class| view! { <option value=class></option> }).collect_view()}
                </datalist>
                <ul class="posts">{people.into_iter().map(holder).collect_view()}</ul>
            </section>
        </Signed>
    }
}

fn holder(person: Holder) -> impl IntoView {
    let Holder { id, name, posts, class_name, is_me } = person;
    let class_id = format!("class-{id}");
    let post = |post: Post| {
        let is_kept = is_me && post.is_kept();
        let holds = posts.contains(&post);
        view! {
            <label class="choice">
                <input type="checkbox" name="post" value=post.name() checked=holds disabled=is_kept />
                <span>{post.words()}</span>
            </label>
        }
    };
    let boxes = Post::ALL.map(post).into_iter().collect_view();
    let mine = is_me.then(|| {
        view! {
            <p class="hint">
                "Your own post of head, SENCO, safeguarding lead or data protection lead is for somebody else to change."
            </p>
        }
    });
    view! {
        <li id=format!("p-{id}")>
            <form method="post" action="/staff/posts">
                <input type="hidden" name="person" value=id.clone() />
                <fieldset>
                    <legend>{name.clone()}</legend>
                    {boxes}
                </fieldset>
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
                <button class="button" type="submit">
                    "Set"
                    <span class="visually-hidden">": " {name}</span>
                </button>
                {mine}
            </form>
        </li>
    }
}
