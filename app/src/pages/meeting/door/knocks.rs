//! Who is at the door, whether they were expected, and letting them in.

use leptos::prelude::*;
use shared::{KnockId, Role, policy::may_come_as, role::Side};

use super::Door;
use crate::{
    api::doors::{admit, decline},
    components::{
        focus,
        icon::Icon,
        people::{People, Portrait, Token},
    },
    view::doors::Knock,
};

/// Where the focus goes when somebody was answered.
pub(super) const AT_THE_DOOR: &str = "at-the-door";

#[component]
pub(super) fn AtTheDoor() -> impl IntoView {
    let door: Door = expect_context();
    let pupil = People::here().pupil_name();
    let knocks = move || door.page.get().map(|page| page.knocks).unwrap_or_default();
    let expected = Memo::new(move |_| {
        knocks().iter().filter(|knock| knock.expected.is_some()).map(|knock| knock.id).collect::<Vec<_>>()
    });
    let all_in = Action::new(move |(): &()| async move {
        for knock in expected.get_untracked() {
            door.heard(admit(door.meeting.id, knock, None).await);
        }
        focus::go_to(AT_THE_DOOR.to_owned());
    });
    view! {
        <section class="sheet doors" aria-labelledby=AT_THE_DOOR>
            <header class="sheet-head">
                <h2 id=AT_THE_DOOR tabindex="-1">
                    "At the door"
                </h2>
                <p>
                    "They see your name and the school’s, nothing about " {pupil}
                    ". Look at the face or hear the voice, then let them in."
                </p>
            </header>
            <ul class="knocks">
                <For each=knocks key=|knock| (knock.id, knock.minutes) let:knock>
                    <AKnock knock />
                </For>
            </ul>
            {move || knocks().is_empty().then(|| view! { <p class="empty">"Nobody is at the door just now."</p> })}
            {move || {
                (expected.with(Vec::len) > 1)
                    .then(|| {
                        view! {
                            <p class="all-in">
                                <button
                                    class="button"
                                    type="button"
                                    disabled=move || all_in.pending().get()
                                    on:click=move |_| {
                                        all_in.dispatch(());
                                    }
                                >
                                    <Icon name="people" />
                                    "Let in all "
                                    {expected.with(Vec::len)}
                                    " who are expected"
                                </button>
                            </p>
                        }
                    })
            }}
        </section>
    }
}

/// Whoever was expected is one press away; nobody else comes in before it is said who they are.
#[component]
fn AKnock(knock: Knock) -> impl IntoView {
    let door: Door = expect_context();
    let people = People::here();
    let (id, name) = (knock.id, StoredValue::new(knock.name));
    let chosen = RwSignal::new(None::<Role>);
    let answer = Action::new(move |answer: &Answer| {
        let answer = *answer;
        async move {
            let meeting = door.meeting.id;
            door.heard(match answer {
                Answer::LetIn(role) => admit(meeting, id, role).await,
                Answer::NotNow => decline(meeting, id).await,
            });
            focus::go_to(AT_THE_DOOR.to_owned());
        }
    });
    let is_pupil = knock.expected.as_ref().is_some_and(|expected| expected.role == Role::Pupil);
    let may_change = knock.expected.as_ref().is_some_and(|expected| expected.role.may_be_given());
    let (role, colour) =
        knock.expected.as_ref().map_or((Role::Observer, 7), |expected| (expected.role, expected.colour));
    let how = match (&knock.expected, knock.minutes) {
        (Some(_), 0) => format!("Their own link, {}, just now", knock.device),
        (None, 0) => format!("Typed the meeting code, {}, just now", knock.device),
        (Some(_), minutes) => format!("Their own link, {}, {}", knock.device, ago(minutes)),
        (None, minutes) => format!("Typed the meeting code, {}, {}", knock.device, ago(minutes)),
    };
    let is_listed = knock.expected.is_some();
    let status = match knock.expected {
        Some(expected) => view! {
            <Icon name="tick" />
            {format!("Expected, as {}", expected.title)}
        }
        .into_any(),
        None => view! {
            <Icon name="help" />
            "Not on the list"
        }
        .into_any(),
    };
    let decline = move |words: &'static str| {
        view! {
            <button
                class="button"
                type="button"
                on:click=move |_| {
                    answer.dispatch(Answer::NotNow);
                }
            >
                {words}
                <span class="visually-hidden">" to " {name.get_value()}</span>
            </button>
        }
    };
    view! {
        <li class=if is_listed { "knock" } else { "knock is-unlisted" }>
            {if is_pupil {
                view! { <Portrait pupil=people.pupil() /> }.into_any()
            } else {
                view! { <Token role colour initials=knock.initials /> }.into_any()
            }}
            <div class="knock-who">
                <h3>{if is_listed { name.get_value() } else { format!("“{}”", name.get_value()) }}</h3>
                <p>{how}</p>
                <p class="expected">{status}</p>
            </div>
            <div class="knock-do">
                {is_listed
                    .then(|| {
                        view! {
                            <button
                                class="button primary"
                                type="button"
                                disabled=move || answer.pending().get()
                                on:click=move |_| {
                                    answer.dispatch(Answer::LetIn(None));
                                }
                            >
                                "Let "
                                {name.get_value()}
                                " in"
                            </button>
                            {decline("Not now")}
                        }
                    })}
                {(!is_listed)
                    .then(|| {
                        view! {
                            <WhoTheyAre id chosen expected=None />
                            <div class="row">
                                <button
                                    class="button"
                                    type="button"
                                    disabled=move || chosen.get().is_none() || answer.pending().get()
                                    on:click=move |_| {
                                        answer.dispatch(Answer::LetIn(chosen.get_untracked()));
                                    }
                                >
                                    "Let in"
                                    <span class="visually-hidden">" " {name.get_value()}</span>
                                </button>
                                {decline("Say no")}
                            </div>
                        }
                    })}
            </div>
            {may_change
                .then(|| {
                    view! {
                        <details class="knock-ask">
                            <summary>"Let in as somebody else"</summary>
                            <div class="knock-do">
                                <WhoTheyAre id chosen expected=Some(role) />
                                <button
                                    class="button"
                                    type="button"
                                    disabled=move || chosen.get().is_none() || answer.pending().get()
                                    on:click=move |_| {
                                        answer.dispatch(Answer::LetIn(chosen.get_untracked()));
                                    }
                                >
                                    "Let in"
                                    <span class="visually-hidden">" " {name.get_value()} " in this part"</span>
                                </button>
                            </div>
                        </details>
                    }
                })}
            {(!is_listed)
                .then(|| {
                    view! {
                        <p class="knock-ask hint">
                            "Ask the family: “Did you bring somebody?” Only people they agree to should see this."
                        </p>
                    }
                })}
        </li>
    }
}

#[derive(Clone, Copy)]
enum Answer {
    LetIn(Option<Role>),
    NotNow,
}

fn ago(minutes: u32) -> String {
    if minutes == 1 { "1 minute ago".to_owned() } else { format!("{minutes} minutes ago") }
}

#[component]
fn WhoTheyAre(id: KnockId, chosen: RwSignal<Option<Role>>, expected: Option<Role>) -> impl IntoView {
    let select = format!("knock-as-{id}");
    let may_be = move |role: &Role| match expected {
        Some(expected) => expected != *role && may_come_as(expected, *role),
        None => role.may_be_given(),
    };
    let option = |role: Role| {
        let more = match role {
            Role::Observer => ", reads only",
            role if role.side() == Side::School => ", reads the staff’s notes",
            _ => "",
        };
        view! { <option value=role.name()>{role.label()} {more}</option> }
    };
    view! {
        <div class="field">
            <label for=select.clone()>"Let in as"</label>
            <select
                id=select
                on:change:target=move |event| chosen.set(Role::from_name(&event.target().value()))
            >
                <option value="">"Choose who they are"</option>
                {Role::ALL.into_iter().filter(may_be).map(option).collect_view()}
            </select>
        </div>
    }
}
