//! “Finish” on a page without live text. `page.js` asks the question, if words of a meeting are still on this device.

#![expect(unreachable_pub, reason = "a component’s props are public, however private the component")]

use leptos::prelude::*;

use crate::components::icon::Icon;

#[component]
pub fn FinishPlain() -> impl IntoView {
    view! {
        <form class="finish" method="post" action="/finish" data-script="finish">
            <button class="button quiet" type="submit" id="finish">
                <Icon name="device" />
                "Finish"
            </button>
        </form>
        <section
            class="my-view-panel"
            role="alertdialog"
            aria-labelledby="finish-title"
            aria-describedby="finish-words"
            id="finish-asks"
            hidden
        >
            <header>
                <h2 id="finish-title" tabindex="-1">
                    "Not everything has been sent yet"
                </h2>
            </header>
            <div class="my-view">
                <p id="finish-words">
                    "Words written in a meeting are only on this device. If you finish now, they are lost. Go back to the meeting as whoever wrote them, and they are sent."
                </p>
                <button class="button" type="button" data-script="stay">
                    "Stay here"
                </button>
                <button class="button" type="button" data-script="finish-now">
                    "Finish now and lose them"
                </button>
            </div>
        </section>
    }
}
