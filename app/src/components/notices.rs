//! When something happens: what happened, whose words are safe, and what to press.

mod kept;

use leptos::prelude::*;
use shared::{Role, Stage, record::Missing, sync::SaveState};

pub use self::kept::{KeptWordsList, UnsentAnswer};
use super::{focus, icon::Icon, people::People};
use crate::{
    collab::use_meeting,
    pages::meeting::parts::{self, Part},
};

/// One message: a mark, what happened, what it means.
#[component]
pub fn Notice(
    icon: &'static str,
    #[prop(into)] title: String,
    #[prop(optional)] is_stop: bool,
    children: Children,
) -> impl IntoView {
    view! {
        <div class=if is_stop { "notice is-stop" } else { "notice" }>
            <Icon name=icon />
            <div>
                <h2>{title}</h2>
                {children()}
            </div>
        </div>
    }
}

/// The server was replaced by one of another version while this page was open.
#[component]
pub fn OutdatedNotice() -> impl IntoView {
    let meeting = use_meeting();
    let (outdated, save_state) = (meeting.outdated(), meeting.save_state());
    let what_is_unsent = move || match save_state.get() {
        None | Some(SaveState::Saved) => "All that you wrote is saved.",
        Some(SaveState::Saving | SaveState::OnThisDevice) => "What is not sent yet is sent by the new page.",
        Some(SaveState::CannotSave) => "Copy what is not sent yet first: this device does not keep it.",
    };
    view! {
        <div role="status">
            {move || {
                outdated
                    .get()
                    .map(|which| {
                        view! {
                            <Notice icon="door" title=format!("{}: reload it", which.sentence())>
                                <p>"Nothing can be written here until then. " {what_is_unsent}</p>
                                <div class="row">
                                    <a class="button primary" href=format!("/meetings/{}", meeting.id) rel="external">
                                        "Reload"
                                    </a>
                                </div>
                            </Notice>
                        }
                    })
            }}
        </div>
    }
}

/// Where the focus goes when something at hand is answered and its buttons go with it.
pub const AT_HAND: &str = "at-hand";

/// Where news of the moment is put: over the page, where the person is looking. It takes no room in the page,
/// so nobody’s line is pushed away by it.
#[component]
pub fn AtHand(children: Children) -> impl IntoView {
    view! {
        <section class="at-hand" id=AT_HAND tabindex="-1" aria-label="Just now">
            {children()}
        </section>
    }
}

/// The plan was agreed, or opened again, while this person was at the page.
#[component]
pub fn StageNews() -> impl IntoView {
    let meeting = use_meeting();
    let (stage, kept) = (meeting.stage(), meeting.kept());
    let news = RwSignal::new(None);
    Effect::watch(
        move || stage.get(),
        move |now, before, _| {
            let is_agreed = *now == Stage::Agreed;
            let is_news = before != Some(now) && (is_agreed || before == Some(&Stage::Agreed));
            news.set((is_news && meeting.passport_of.is_none()).then_some(is_agreed));
            if is_news && is_agreed {
                // The boxes close, and the keyboard with them for whoever was in one.
                focus::go_to_if_lost(AT_HAND);
            }
        },
        false,
    );
    move || {
        let is_agreed = news.get()?;
        let (icon, title, words) = match is_agreed {
            true => ("lock", "Agreed", "The plan is saved. Nobody can change this version."),
            false => ("pen", "Open again", "Something in the plan is put right. You can write and answer again."),
        };
        Some(view! {
            <Notice icon title>
                <p>
                    {words}
                    {move || (is_agreed && kept.with(|kept| !kept.is_empty())).then_some(" What you wrote last is just above.")}
                </p>
                <div class="row">
                    {is_agreed
                        .then(|| {
                            view! {
                                <a class="button primary" href=format!("/meetings/{}/record", meeting.id) rel="external">
                                    "Read the plan"
                                    <Icon name="right" />
                                </a>
                            }
                        })}
                    <button
                        class="button"
                        type="button"
                        on:click=move |_| {
                            news.set(None);
                            focus::go_to(AT_HAND.to_owned());
                        }
                    >
                        {if is_agreed { "Stay on this page" } else { "All right" }}
                    </button>
                </div>
            </Notice>
        })
    }
}

/// The facilitator has moved on. A way there, never a jump: nothing scrolls, no focus moves. Whoever is there
/// already needs no way, and after agreeing nobody does.
#[component]
pub fn GoThere(
    #[prop(into)] href: Callback<Part, String>,
    /// The part this person has before them.
    #[prop(into)]
    seen: Signal<Option<Part>>,
) -> impl IntoView {
    let (spotlight, stage) = (use_meeting().spotlight(), use_meeting().stage());
    let people = People::here();
    // Whoever cannot be there is not called.
    let mine = parts::for_me(use_meeting());
    let stayed = RwSignal::new(None::<(String, String)>);
    let call = Memo::new(move |_| {
        let call = spotlight.get().filter(|_| stage.get() != Stage::Agreed)?;
        mine.with(|parts| parts.iter().any(|part| part.key() == call.0)).then_some(())?;
        let i_run_it = people.my_role().is_some_and(Role::can_facilitate);
        (!i_run_it && stayed.get().as_ref() != Some(&call)).then_some(call)
    });
    Effect::new(move || {
        if let Some(call) = call.get().filter(|(part, _)| seen.get() == Part::from_key(part)) {
            stayed.set(Some(call));
        }
    });
    move || {
        let (part, mut by) = call.get()?;
        if by.is_empty() {
            by.push_str("The meeting");
        }
        let part = Part::from_key(&part)?;
        let title = if people.my_role() == Some(Role::Pupil) { part.plain_title() } else { part.title() };
        let answered = move || stayed.set(call.get_untracked());
        Some(view! {
            <div class="go-there" role="group" aria-label="The meeting has moved on">
                <p>
                    <Icon name="gather" />
                    <span>{by} " has moved on to " <strong>{title}</strong></span>
                </p>
                <a class="button on-board primary" href=href.run(part) rel="external" on:click=move |_| answered()>
                    "Go there"
                    <Icon name="right" />
                </a>
                <button
                    class="button on-board"
                    type="button"
                    on:click=move |_| {
                        answered();
                        focus::go_to(AT_HAND.to_owned());
                    }
                >
                    "Stay here"
                </button>
            </div>
        })
    }
}

/// What is still missing, each a way to its part of the page.
#[component]
pub fn MissingList(
    missing: Vec<Missing>,
    #[prop(optional)] is_error: bool,
    /// These may stay as they are.
    #[prop(optional)]
    is_advice: bool,
) -> impl IntoView {
    let title = match (missing.len(), is_advice) {
        (1, false) => "One thing is still missing".to_owned(),
        (n, false) => format!("{n} things are still missing"),
        (1, true) => "One thing to look at; it may stay as it is".to_owned(),
        (n, true) => format!("{n} things to look at; they may stay as they are"),
    };
    view! {
        <div
            class=if is_error { "error-summary" } else { "error-summary to-do-first" }
            role=is_error.then_some("alert")
        >
            <h3>{title}</h3>
            <ul>
                {missing
                    .into_iter()
                    .map(|missing| {
                        view! {
                            <li>
                                <a href=format!("#{}", missing.part) rel="external">
                                    {missing.words}
                                </a>
                            </li>
                        }
                    })
                    .collect_view()}
            </ul>
        </div>
    }
}
