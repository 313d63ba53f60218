//! A child’s line of the register, to be changed by those who answer for it, and who is kept from the child.
//!
//! What must stay true: a plain form that needs no script; what was typed stays in the boxes when something is wrong.

#![expect(unreachable_pub, reason = "a component’s props are public, however private the component")]

mod boxes;
mod kept;
mod sharing;
mod take_out;

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;
use shared::PupilId;

pub use self::boxes::LineBoxes;
use self::{kept::WhoIsKept, sharing::SharedWith, take_out::TakeOut};
use crate::{
    api::reading::read_line,
    components::{
        form::{Typed, WhatIsWrong},
        frame::{At, SchoolFrame},
        icon::Icon,
    },
    error::AppError,
    pages::{id_of_address, once_read},
    view::line::LinePage as Page,
};

#[component]
pub fn LinePage() -> impl IntoView {
    let done = use_query_map().get_untracked().get("done").unwrap_or_default();
    let id = id_of_address::<PupilId>();
    let page = async move {
        let page = read_line(id.ok_or(AppError::NotFound)?).await?;
        Ok(Page { done, ..page })
    };
    once_read(page, |page| view! { <TheLine page /> })
}

#[component]
fn TheLine(page: Page) -> impl IntoView {
    let done = match page.done.as_str() {
        _ if !page.refused.faults.is_empty() => None,
        "line" => Some("The register says so now."),
        "added" => Some("The child is on the register."),
        "kept" => Some("From this moment they learn nothing of this child: their open pages are closed."),
        "until" => Some("It is written down until when. Before that day nothing changes for them."),
        "near" => Some("They are let near again. A meeting they are to come to still has to invite them."),
        _ => None,
    };
    let title = format!("{} in the register", page.name);
    let doubts =
        page.doubts.clone().into_iter().map(|words| view! { <p class="hint gap-top">"Look again: " {words}</p> });
    let doubts = doubts.collect_view();
    let seen = serde_json::to_string(&page.seen).unwrap_or_default();
    view! {
        <Title text=title.clone() />
        <SchoolFrame here=page.here.clone() at=At::Pupils>
            <header class="welcome">
                <h1>{title}</h1>
                <p class="lead">
                    <a href=format!("/pupils/{}", page.pupil) rel="external">
                        {format!("Back to {}’s page", page.name)}
                    </a>
                </p>
            </header>
            {done
                .map(|words| {
                    view! {
                        <p class="finding" role="status">
                            <Icon name="tick" />
                            <strong>{words}</strong>
                        </p>
                    }
                })}
            <WhatIsWrong faults=page.refused.faults.clone() />
            <section class="sheet" aria-labelledby="h-line">
                <header class="sheet-head">
                    <h2 id="h-line">"What the register says"</h2>
                    <p>
                        "A line that the census would send back is not written down. Who changed it and when is, but not to what."
                    </p>
                </header>
                {doubts}
                <form class="line-form" method="post" action=format!("/pupils/{}/register", page.pupil)>
                    <input type="hidden" name="seen" value=seen />
                    <LineBoxes
                        line=page.line.clone()
                        adults=page.key_adults.clone()
                        faults=page.refused.faults.clone()
                    />
                    <Typed
                        id="left_on"
                        label="Left the school on"
                        kind="date"
                        hint="Leave it empty while they are here. From this day on they are off the lists and no new meeting begins; all that was written is kept. Empty it again, and they are back."
                        value=page.line.left_on.clone()
                        wrong=page.refused.with("left_on")
                    />
                    <button class="button primary" type="submit">
                        "Write it down"
                    </button>
                </form>
            </section>
            <SharedWith page=page.clone() />
            <WhoIsKept page=page.clone() />
            {page.may_take_out.then(|| view! { <TakeOut page /> })}
        </SchoolFrame>
    }
}
