//! “Finish”: leaving this device as if nobody had been here.
//!
//! It is a form, so that it works without a script. With one it first looks whether words would be
//! lost: then it says so, and on a live page offers to wait. Other pages do it by `page.js`.

#[cfg(feature = "ssr")]
mod plain;

use leptos::prelude::*;
use shared::sync::SaveState;

#[cfg(feature = "ssr")]
pub use self::plain::FinishPlain;
use super::{focus, icon::Icon};
use crate::collab::use_meeting;

/// The button of a live page, and what it asks if words were not sent yet.
#[component]
pub fn Finish() -> impl IntoView {
    let asks = RwSignal::new(false);
    let waits = RwSignal::new(false);
    let form = NodeRef::<leptos::html::Form>::new();
    let save_state = use_meeting().save_state();
    let is_saved = move || save_state.get() == Some(SaveState::Saved);
    let close = move || {
        asks.set(false);
        waits.set(false);
    };
    let finish_now = move || {
        close();
        finish(form, None);
    };
    let stay = move || {
        close();
        focus::go_to("finish".to_owned());
    };
    Effect::new(move || {
        if waits.get() && is_saved() {
            close();
            // Another tab may have something too.
            finish(form, Some(asks));
        }
    });
    view! {
        <form
            class="finish"
            method="post"
            action="/finish"
            node_ref=form
            on:submit=move |event| {
                event.prevent_default();
                finish(form, Some(asks));
            }
        >
            <button class="button quiet" type="submit" id="finish">
                <Icon name="device" />
                "Finish"
            </button>
        </form>
        <Show when=move || asks.get()>
            <section
                class="my-view-panel"
                role="alertdialog"
                aria-labelledby="finish-title"
                aria-describedby="finish-words"
                on:keydown=move |event| {
                    if event.key() == "Escape" {
                        stay();
                    }
                }
            >
                <header>
                    <h2 id="finish-title" tabindex="-1">
                        "Not everything has been sent yet"
                    </h2>
                </header>
                <div class="my-view">
                    <p id="finish-words">
                        {move || {
                            if is_saved() {
                                "Words of somebody else who was here, or of another tab, are only on this device. If you finish now, they are lost. Be whoever wrote them once more, and they are sent."
                            } else {
                                "Some of your words are only on this device. If you finish now, they are lost. If you wait, this page finishes by itself as soon as they are sent."
                            }
                        }}
                    </p>
                    <p role="status">{move || waits.get().then_some("Waiting for the network…")}</p>
                    <button
                        class="button primary"
                        type="button"
                        hidden=is_saved
                        disabled=move || waits.get()
                        on:click=move |_| waits.set(true)
                    >
                        "Wait, then finish"
                    </button>
                    <button class="button" type="button" on:click=move |_| stay()>
                        "Stay here"
                    </button>
                    <button class="button" type="button" on:click=move |_| finish_now()>
                        "Finish now and lose them"
                    </button>
                </div>
            </section>
        </Show>
    }
}

/// Wipes this device and sends the form; but first asks, if it is given how and words would be lost.
fn finish(form: NodeRef<leptos::html::Form>, asks: Option<RwSignal<bool>>) {
    #[cfg(feature = "hydrate")]
    leptos::task::spawn_local(async move {
        if let Some(asks) = asks
            && crate::collab::is_anything_unsent().await
        {
            asks.set(true);
            focus::go_to("finish-title".to_owned());
            return;
        }
        crate::collab::forget_everything().await;
        if let Some(form) = form.get_untracked() {
            // Past the listener above, straight to the server.
            let _ = form.submit();
        }
    });
    #[cfg(not(feature = "hydrate"))]
    let _ = (form, asks);
}
