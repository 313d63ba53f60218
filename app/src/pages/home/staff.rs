//! What waits for staff: reviews due and late, drafts, promises, and a way to any child.

#![expect(unreachable_pub, reason = "a component’s props are public, however private the component")]

use leptos::prelude::*;

use crate::{
    components::{
        dates,
        icon::Icon,
        people::Sun,
        thirds::{MEETINGS_A_YEAR, Thirds},
    },
    pages::{register::late, safeguarding::waits},
    view::{
        hidden::HiddenCount,
        home::{Draft, PostTold, ReviewDue, StaffHome},
        pupils::ActionRow,
    },
};

/// “2 reviews are late. One draft waits. 3 promises are late.”
pub(super) fn what_is_late(staff: &StaffHome) -> String {
    let mut words = String::new();
    for (count, one, many) in [
        (staff.late_reviews as usize, "One review is late.", "reviews are late."),
        (staff.drafts.len(), "One draft waits to be agreed.", "drafts wait to be agreed."),
        (staff.actions.len(), "One promise is late.", "promises are late."),
    ] {
        match count {
            0 => {}
            1 => words += &format!(" {one}"),
            _ => words += &format!(" {count} {many}"),
        }
    }
    words
}

#[component]
pub fn Staff(staff: StaffHome) -> impl IntoView {
    view! {
        {staff.hidden.map(|hidden| view! { <Hidden hidden /> })}
        {staff.reads_trail.then(|| view! { <WhoDidWhat /> })}
        <PostsTold told=staff.posts_told />
        <FindAChild />
        <Drafts drafts=staff.drafts />
        <Late actions=staff.actions />
        <Year reviews=staff.reviews whole_school=staff.whole_school />
    }
}

/// For the safeguarding lead: that something was hidden, and of which child only on the page itself.
#[component]
fn Hidden(hidden: HiddenCount) -> impl IntoView {
    let (words, class) = match hidden.unread {
        0 => ("Every hidden passage was read.".to_owned(), "button"),
        unread => (waits(unread as usize), "button primary"),
    };
    view! {
        <section class="sheet" aria-labelledby="h-hidden">
            <h2 id="h-hidden">"Safeguarding"</h2>
            <p>{words}</p>
            <a class=class href="/safeguarding" rel="external">
                "Hidden passages"
            </a>
        </section>
    }
}

/// For the data protection lead.
#[component]
fn WhoDidWhat() -> impl IntoView {
    view! {
        <section class="sheet" aria-labelledby="h-trail">
            <h2 id="h-trail">"Data protection"</h2>
            <p>"Who did, read and took away what is written down."</p>
            <a class="button" href="/trail" rel="external">
                "Who did what"
            </a>
        </section>
    }
}

/// For whoever holds the same post: nobody comes to it unseen.
#[component]
fn PostsTold(told: Vec<PostTold>) -> impl IntoView {
    let line = |told: PostTold| {
        let (became, post) = (if told.is_given { " is " } else { " is no longer " }, told.post.words());
        let by = if told.by.is_empty() { "whoever runs the server".to_owned() } else { told.by };
        view! {
            <li>
                <span>{told.whom} {became} <strong>{post}</strong> ", set by " {by} " on " {dates::short(&told.on)} "."</span>
            </li>
        }
    };
    (!told.is_empty()).then(|| {
        view! {
            <section class="sheet" aria-labelledby="h-posts">
                <h2 id="h-posts">"Who holds your post"</h2>
                <ul class="gaps">{told.into_iter().map(line).collect_view()}</ul>
                <p class="hint">"Not as it should be? Change it under “Who is what”, and tell your head."</p>
                <a class="button" href="/staff/posts" rel="external">
                    "Who is what"
                </a>
            </section>
        }
    })
}

#[component]
fn FindAChild() -> impl IntoView {
    view! {
        <section class="sheet" aria-labelledby="h-find">
            <h2 id="h-find">"Find a child"</h2>
            <form class="filters" method="get" action="/register" role="search" aria-label="Find a child">
                // Whether or not they have extra help.
                <input type="hidden" name="provision" value="all" />
                <div class="field">
                    <label for="find-name">"Part of a name"</label>
                    <input id="find-name" name="name" type="text" autocomplete="off" required />
                </div>
                <button class="button primary" type="submit">
                    "Find"
                </button>
            </form>
        </section>
    }
}

#[component]
fn Drafts(drafts: Vec<Draft>) -> impl IntoView {
    (!drafts.is_empty()).then(|| {
        let line = |draft: Draft| {
            let waits = match draft.waits_for.len() {
                _ if !draft.is_open => "The meeting has not begun.".to_owned(),
                0 => "Everybody has answered.".to_owned(),
                _ => format!("No answer yet from {}.", draft.waits_for.join(", ")),
            };
            let gone = if draft.has_left { " Has left the school." } else { "" };
            let words = format!("{}.{gone} For {}. {waits}", draft.class_name, dates::short(&draft.held_on));
            view! {
                <li>
                    <Sun picture=draft.portrait name=draft.name.clone() />
                    <p>
                        <strong>{draft.name.clone()}</strong>
                        <span>{words}</span>
                    </p>
                    <a class="button" href=format!("/pupils/{}", draft.pupil) rel="external">
                        "Open"
                        <span class="visually-hidden">": " {draft.name}</span>
                    </a>
                </li>
            }
        };
        view! {
            <section class="sheet" aria-labelledby="h-drafts">
                <h2 id="h-drafts">"Not agreed yet"</h2>
                <p class="hint">"Draft means nothing is decided."</p>
                <ul class="draft-list">{drafts.into_iter().map(line).collect_view()}</ul>
            </section>
        }
    })
}

#[component]
fn Late(actions: Vec<ActionRow>) -> impl IntoView {
    (!actions.is_empty()).then(|| {
        let line = |action: ActionRow| {
            view! {
                <li class="is-late">
                    <div class="who">
                        <p>{action.who}</p>
                        <p class="when">
                            <Icon name="clock" />
                            "by "
                            {dates::short(&action.due_on)}
                        </p>
                    </div>
                    <p class="what" dir="auto">
                        {action.what}
                    </p>
                    <a class="button" href=format!("/pupils/{}#to-do", action.pupil) rel="external">
                        {action.pupil_name}
                    </a>
                </li>
            }
        };
        view! {
            <section class="sheet" aria-labelledby="h-late">
                <h2 id="h-late">"Promised, and late"</h2>
                <ul class="to-do">{actions.into_iter().map(line).collect_view()}</ul>
            </section>
        }
    })
}

#[component]
fn Year(reviews: Vec<ReviewDue>, whole_school: bool) -> impl IntoView {
    let line = |child: ReviewDue| {
        let due = match (child.review_on.is_empty(), child.late_by) {
            (true, _) => view! { <span>"No plan agreed yet"</span> }.into_any(),
            (_, 0) => view! {
                <Icon name="calendar" />
                <span>"Review by " {dates::short(&child.review_on)}</span>
            }
            .into_any(),
            (_, days) => view! {
                <Icon name="clock" />
                <span>{late(days)}</span>
            }
            .into_any(),
        };
        let class = if child.late_by > 0 { "is-late" } else { "" };
        view! {
            <li class=class>
                <Thirds held=child.held_this_year />
                <p class="name">
                    <strong>{child.name.clone()}</strong>
                    " "
                    {child.class_name}
                </p>
                <p class="held">{format!("{} of {MEETINGS_A_YEAR} held", child.held_this_year)}</p>
                <p class="due">{due}</p>
                <a class="button" href=format!("/pupils/{}", child.pupil) rel="external">
                    "Open"
                    <span class="visually-hidden">": " {child.name}</span>
                </a>
            </li>
        }
    };
    (!reviews.is_empty()).then(|| {
        view! {
            <section class="sheet" aria-labelledby="h-year">
                <header class="sheet-head with-side">
                    <div>
                        <h2 id="h-year">"Three meetings a year"</h2>
                        <p>"Each ring is one child’s school year. A thick piece is a meeting held with the family."</p>
                    </div>
                    <a class="button" href="/register" rel="external">
                        {if whole_school { "The whole register" } else { "All of your children" }}
                    </a>
                </header>
                <ul class="year-list">{reviews.into_iter().map(line).collect_view()}</ul>
            </section>
        }
    })
}
