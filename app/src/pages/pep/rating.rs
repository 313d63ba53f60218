//! What the Virtual School, or the social worker, says of a plan: its rating with who and when, the earlier ones, and the form for whoever
//! gives it.

use leptos::prelude::*;
use shared::{MeetingId, PupilId, pep::Rating};

use super::Shape;
use crate::{
    components::{
        dates,
        form::{Typed, Wrong},
        icon::Icon,
    },
    view::{
        line::Fault,
        pep::{PepPage, RATING_LIMIT, Rated, RatingSent},
    },
};

pub(super) fn name(rating: Rating) -> &'static str {
    match rating {
        Rating::Green => "Green",
        Rating::Amber => "Amber",
        Rating::Red => "Red",
    }
}

#[component]
pub fn VirtualSchool(page: PepPage, agreed_in: MeetingId) -> impl IntoView {
    let PepPage { id, ratings, may_rate, refused, was_rated, .. } = page;
    let (mut newest, mut earlier) = (None, vec![]);
    for rated in ratings {
        if newest.is_none() && rated.is_of_newest {
            newest = Some(rated);
        } else {
            earlier.push(rated);
        }
    }
    let now = match newest {
        Some(rated) => view! { <OneRating rated /> }.into_any(),
        None => view! { <p class="hint">"Nobody has rated this plan yet."</p> }.into_any(),
    };
    view! {
        <section class="sheet" aria-labelledby="h-rated" id="rating">
            <header class="sheet-head">
                <h2 id="h-rated">"How this plan is rated"</h2>
                <p>"By the Virtual School, or the social worker: what they say of it, beside what is counted above."</p>
            </header>
            {was_rated
                .then(|| {
                    view! {
                        <p class="finding" role="status">
                            <Icon name="tick" />
                            <strong>"It is written down, with your name and the day."</strong>
                        </p>
                    }
                })}
            {now}
            <Earlier earlier />
            {may_rate.then(|| view! { <Form id agreed_in refused /> })}
        </section>
    }
}

#[component]
fn OneRating(rated: Rated) -> impl IntoView {
    let class = match rated.rating {
        Rating::Green => "rag is-green",
        Rating::Amber => "rag is-amber",
        Rating::Red => "rag is-red",
    };
    let who = who(&rated);
    view! {
        <figure>
            <div class=class>
                <Shape rating=rated.rating />
                <blockquote>
                    <strong>{name(rated.rating)}</strong>
                    " "
                    <span dir="auto">{rated.words}</span>
                </blockquote>
            </div>
            <figcaption>{format!("{who}, {}", dates::long(&rated.on))}</figcaption>
        </figure>
    }
}

/// With their job: a social worker’s word is not the Virtual School’s.
fn who(rated: &Rated) -> String {
    if rated.title.is_empty() { rated.name.clone() } else { format!("{}, {}", rated.name, rated.title) }
}

#[component]
fn Earlier(earlier: Vec<Rated>) -> impl IntoView {
    let line = |rated: Rated| {
        view! {
            <li>
                <strong>{name(rated.rating)}</strong>
                {format!(", {}, by {}. The plan of {}. ", dates::short(&rated.on), who(&rated), dates::short(&rated.met_on))}
                <span dir="auto">{rated.words}</span>
            </li>
        }
    };
    (!earlier.is_empty()).then(|| {
        view! {
            <details class="more">
                <summary>{format!("Earlier ratings ({})", earlier.len())}</summary>
                <ul class="gaps">{earlier.into_iter().map(line).collect_view()}</ul>
            </details>
        }
    })
}

#[component]
fn Form(id: PupilId, agreed_in: MeetingId, refused: RatingSent) -> impl IntoView {
    let wrong = |field: &str| Fault::with(&refused.faults, field);
    let (wrong_rating, wrong_words) = (wrong("green"), wrong("words"));
    let choice = |rating: Rating| {
        let is_chosen = refused.rating == rating.name();
        view! {
            <label class="choice">
                <input id=rating.name() type="radio" name="rating" value=rating.name() checked=is_chosen />
                <span>
                    {name(rating)}
                    <span class="hint">{rating.criteria()}</span>
                </span>
            </label>
        }
    };
    let choices = Rating::ALL.map(choice).into_iter().collect_view();
    view! {
        <form class="line-form rate-form gap-top" method="post" action=format!("/pupils/{id}/pep/rating")>
            <h3>"Rate this plan"</h3>
            <input type="hidden" name="plan" value=agreed_in.to_string() />
            <fieldset>
                <legend>"How good is it?"</legend>
                <Wrong id="green".to_owned() words=wrong_rating />
                {choices}
            </fieldset>
            <Typed
                id="words"
                label="Why, in a sentence"
                hint="What is good, or what would make it green. The school reads it here."
                value=refused.words.clone()
                maxlength=RATING_LIMIT
                wrong=wrong_words
            />
            <button class="button primary" type="submit">
                "Give this rating"
            </button>
        </form>
    }
}
