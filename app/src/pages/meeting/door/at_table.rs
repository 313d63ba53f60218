//! Everybody with a place at the table, and what can be done about it.

use leptos::prelude::*;
use shared::ParticipantId;

use super::{Door, link::LinkOf};
use crate::{
    api::doors::{hand_over, let_back, remove_person},
    components::{
        focus,
        icon::Icon,
        people::{People, TokenOf},
    },
    view::{Participant, doors::AtTable},
};

#[component]
pub(super) fn AtTheTable() -> impl IntoView {
    let door: Door = expect_context();
    let people = move || door.page.get().map(|page| page.people).unwrap_or_default();
    let key = |at: &AtTable| (at.person.id, at.removed, at.person.role, at.person.here, format!("{:?}", at.link));
    view! {
        <section class="sheet" aria-labelledby="h-at-table">
            <header class="sheet-head">
                <h2 id="h-at-table">"At the table"</h2>
            </header>
            <ul class="in-room">
                <For each=people key=key let:at>
                    <Row at />
                </For>
            </ul>
        </section>
    }
}

#[component]
fn Row(at: AtTable) -> impl IntoView {
    let people = People::here();
    let AtTable { person, removed, link } = at;
    let id = person.id;
    let is_me = id == people.me;
    view! {
        <li class=if removed { "is-removed" } else { "" } id=row_id(id) tabindex="-1">
            <TokenOf person=person.clone() pupil=people.pupil() />
            <p>
                <strong>{person.name.clone()}</strong>
                <span>{about(&person, removed, is_me)}</span>
            </p>
            {if removed {
                view! { <Back person /> }.into_any()
            } else if !is_me {
                view! {
                    <Tools person=person.clone() />
                    <LinkOf id name=person.name link />
                }
                    .into_any()
            } else {
                ().into_any()
            }}
        </li>
    }
}

fn row_id(id: ParticipantId) -> String {
    format!("at-table-{id}")
}

fn about(person: &Participant, removed: bool, is_me: bool) -> String {
    if removed {
        return "Was asked to leave. Their page closed at once, and their link opens nothing. What they wrote stays."
            .to_owned();
    }
    let here = match (is_me, person.here) {
        (true, _) => "that’s you: you run the meeting",
        (false, true) => "here now",
        (false, false) => "not here",
    };
    format!("{}, {here}", person.title)
}

#[derive(Clone, Copy, PartialEq)]
enum Asks {
    Remove,
    HandOver,
}

/// Each asks once more: what it does is felt at once by somebody else.
#[component]
fn Tools(person: Participant) -> impl IntoView {
    let door: Door = expect_context();
    let asks = RwSignal::new(None::<Asks>);
    let (id, name) = (person.id, StoredValue::new(person.name));
    let sure_id = format!("sure-{id}");
    let doing = Action::new(move |asked: &Asks| {
        let (asked, meeting) = (*asked, door.meeting.id);
        async move {
            let answer = match asked {
                Asks::Remove => remove_person(meeting, id).await,
                Asks::HandOver => hand_over(meeting, id).await,
            };
            door.heard(answer);
            if asked == Asks::Remove {
                focus::go_to(row_id(id));
            }
        }
    });
    let ask = {
        let sure_id = sure_id.clone();
        move |what| {
            asks.set(Some(what));
            focus::go_to(sure_id.clone());
        }
    };
    let tools = move || {
        let (hand, remove) = (ask.clone(), ask.clone());
        view! {
            <div class="tools">
                {person
                    .may_run
                    .then(|| {
                        view! {
                            <button class="tool" type="button" on:click=move |_| hand(Asks::HandOver)>
                                "Hand over running it"
                                <span class="visually-hidden">" to " {name.get_value()}</span>
                            </button>
                        }
                    })}
                <button class="tool is-stop" type="button" on:click=move |_| remove(Asks::Remove)>
                    "Remove"
                    <span class="visually-hidden">" " {name.get_value()}</span>
                </button>
            </div>
        }
    };
    move || match asks.get() {
        None => tools().into_any(),
        Some(what) => {
            let name = name.get_value();
            let (words, yes) = match what {
                Asks::Remove => (
                    format!("Ask {name} to leave? Their page closes at once. What they wrote stays."),
                    format!("Yes, remove {name}"),
                ),
                Asks::HandOver => (
                    format!("{name} then starts, steers and saves the meeting. You stay at the table."),
                    format!("Yes, {name} runs it"),
                ),
            };
            view! {
                <div class="sure" role="group" aria-label=words.clone() id=sure_id.clone() tabindex="-1">
                    <p>{words.clone()}</p>
                    <div class="row">
                        <button
                            class="button"
                            type="button"
                            disabled=move || doing.pending().get()
                            on:click=move |_| {
                                doing.dispatch(what);
                            }
                        >
                            {yes}
                        </button>
                        <button
                            class="button quiet"
                            type="button"
                            on:click=move |_| {
                                asks.set(None);
                                focus::go_to(row_id(id));
                            }
                        >
                            "No"
                        </button>
                    </div>
                </div>
            }
            .into_any()
        }
    }
}

#[component]
fn Back(person: Participant) -> impl IntoView {
    let door: Door = expect_context();
    let (id, name) = (person.id, person.name);
    let back = Action::new(move |(): &()| async move {
        door.heard(let_back(door.meeting.id, id).await);
        focus::go_to(row_id(id));
    });
    view! {
        <button
            class="button"
            type="button"
            disabled=move || back.pending().get()
            on:click=move |_| {
                back.dispatch(());
            }
        >
            <Icon name="undo" />
            "Let "
            {name}
            " back in"
        </button>
    }
}
