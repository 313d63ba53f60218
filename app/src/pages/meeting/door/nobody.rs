//! Whoever runs the meeting has gone: a laptop died, a network went away. Somebody else of the school may take
//! over, once it is sure that they are not just coming back. The server says when that is.

use std::time::Duration;

use leptos::prelude::*;
use shared::Stage;

use super::super::agree::Failed;
use crate::{
    api::doors::take_over,
    collab::use_meeting,
    components::{
        focus,
        notices::{AT_HAND, Notice},
        people::People,
    },
};

/// A page that is opened again is away for a moment.
const GRACE: Duration = Duration::from_secs(5);

#[component]
pub(in crate::pages::meeting) fn NobodyRunsIt() -> impl IntoView {
    let meeting = use_meeting();
    let people = People::here();
    let (here, stage, is_cut_off) = (meeting.here(), meeting.stage(), meeting.is_cut_off());
    let runs_it = move || people.all.with(|all| all.iter().find(|person| person.role.can_facilitate()).cloned());
    let is_gone = Memo::new(move |_| {
        let gone = runs_it().is_some_and(|person| !here.with(|here| here.contains(&person.id)));
        gone && stage.get() == Stage::Meeting && !is_cut_off.get()
    });
    // Not at every blink of a network.
    let stayed_away = RwSignal::new(false);
    let is_read = RwSignal::new(false);
    Effect::new(move || {
        stayed_away.set(false);
        is_read.set(false);
        if is_gone.get() {
            let wait = set_timeout_with_handle(
                move || {
                    let _ = stayed_away.try_set(true);
                },
                GRACE,
            );
            on_cleanup(move || {
                if let Ok(wait) = wait {
                    wait.clear();
                }
            });
        }
    });
    let take = Action::new(move |(): &()| take_over(meeting.id));
    let may_take = move || people.all.with(|all| all.iter().any(|person| person.id == people.me && person.may_run));
    let failed = move || take.value().get().and_then(Result::err).map(|error| view! { <Failed error /> });
    view! {
        <div role="status">
            {move || {
                let name = runs_it().filter(|_| stayed_away.get() && is_gone.get() && !is_read.get())?.name;
                Some(
                    view! {
                        <Notice icon="people" title=format!("{name} is away just now")>
                            <p>
                                {name}
                                " runs the meeting. Go on writing: everything is saved. After two minutes somebody else from the school can take over."
                            </p>
                            <div class="row">
                                {may_take()
                                    .then(|| {
                                        view! {
                                            <button
                                                class="button primary"
                                                type="button"
                                                disabled=move || take.pending().get()
                                                on:click=move |_| {
                                                    take.dispatch(());
                                                }
                                            >
                                                "Take over running it"
                                            </button>
                                        }
                                    })}
                                <button
                                    class="button quiet"
                                    type="button"
                                    on:click=move |_| {
                                        is_read.set(true);
                                        focus::go_to(AT_HAND.to_owned());
                                    }
                                >
                                    "All right"
                                </button>
                            </div>
                            {failed}
                        </Notice>
                    },
                )
            }}
        </div>
    }
}
