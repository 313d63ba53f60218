//! One device, several people: who else has come in here, and a way to be them.
//!
//! Each is a form, so that it works without a script. The page is loaded anew as the other person: nobody’s
//! words are ever written under somebody else’s name.

use leptos::prelude::*;
use shared::MeetingId;

use crate::api::doors::read_also_here;

#[component]
pub fn AlsoHere(#[prop(optional_no_strip)] meeting: Option<MeetingId>) -> impl IntoView {
    let also = Resource::new(|| (), |()| read_also_here());
    view! {
        <Suspense>
            {move || Suspend::new(async move {
                // Without an answer there is nobody to be.
                let also = also.await.unwrap_or_default();
                also.into_iter()
                    .map(|other| {
                        view! {
                            <form class="also-here" method="post" action="/switch">
                                <input type="hidden" name="person" value=other.person.to_string() />
                                {meeting
                                    .map(|meeting| {
                                        view! { <input type="hidden" name="meeting" value=meeting.to_string() /> }
                                    })}
                                <button class="button" type="submit">
                                    "Be "
                                    {other.name}
                                </button>
                            </form>
                        }
                    })
                    .collect_view()
            })}
        </Suspense>
    }
}
