//! Out of the register again, for a child who was put there by mistake: only while nothing else was written of them.

use leptos::prelude::*;

use crate::{components::icon::Icon, view::line::LinePage};

#[component]
pub fn TakeOut(page: LinePage) -> impl IntoView {
    let LinePage { pupil, name, refused, .. } = page;
    let wrong = refused.with("sure").map(|words| {
        view! {
            <p class="error" id="sure-error">
                <Icon name="stop" />
                {words}
            </p>
        }
    });
    view! {
        <section class="sheet" aria-labelledby="h-take-out">
            <header class="sheet-head">
                <h2 id="h-take-out">"Here by mistake?"</h2>
                <p>
                    {format!("No meeting was prepared or held about {name}: this line is all there is. It can be taken out at once, and does not come back.")}
                </p>
            </header>
            <form class="line-form" method="post" action=format!("/pupils/{pupil}/take-out")>
                {wrong}
                <label class="choice">
                    <input id="sure" type="checkbox" name="sure" value="yes" />
                    <span>{format!("Yes, take {name} out of the register for good")}</span>
                </label>
                <button class="button" type="submit">
                    "Take out"
                </button>
            </form>
        </section>
    }
}
