//! Saving the record: for whoever runs the meeting, with a last look at who came and what most would
//! want to mend.

use leptos::prelude::*;
use shared::{
    Section,
    record::{self, Missing},
};

use super::{
    Failed,
    came::{self, WhoCame},
};
use crate::{
    api::records::agree_and_save,
    collab::use_meeting,
    components::{focus, icon::Icon, notices::MissingList, people::People},
    pages::meeting::parts::Part,
    view::Participant,
};

/// Where it is asked whether to save.
pub(in crate::pages::meeting) const SAVE: &str = "agree-and-save";

/// Facilitator: closes the sections and saves the record. Asked twice, because it is for everybody.
#[component]
pub(super) fn AgreeAndSave() -> impl IntoView {
    let meeting = use_meeting();
    let sure = RwSignal::new(false);
    // What keeps it from being saved is found out before anybody is asked whether they are sure.
    let save = Action::new(move |only_look: &bool| {
        let only_look = *only_look;
        async move {
            let answer = agree_and_save(meeting.id, only_look).await;
            sure.set(only_look && answer.is_ok());
            focus::go_to(SAVE.to_owned());
            answer
        }
    });
    let failed = move || save.value().get().and_then(Result::err).map(|error| view! { <Failed error /> });
    view! {
        <div class="my-answer">
            <h3>"When everybody is ready"</h3>
            <p>
                "The plan is saved as it stands. Nobody can change this version afterwards, and everybody gets the same copy. People who have not answered block nothing."
            </p>
            <WhoCame />
            <WorthALook />
            {failed}
            {move || {
                if sure.get() {
                    view! {
                        <div class="row">
                            <button
                                class="button primary"
                                type="button"
                                id=SAVE
                                disabled=move || save.pending().get()
                                on:click=move |event| {
                                    // The second half of a double click on what stood here before is no answer.
                                    if event.detail() < 2 {
                                        save.dispatch(false);
                                    }
                                }
                            >
                                <Icon name="tick" />
                                "Yes, agree and save"
                            </button>
                            <button class="button" type="button" on:click=move |_| sure.set(false)>
                                "Not yet"
                            </button>
                        </div>
                    }
                        .into_any()
                } else {
                    view! {
                        <button
                            class="button primary"
                            type="button"
                            id=SAVE
                            disabled=move || save.pending().get()
                            on:click=move |_| {
                                save.dispatch(true);
                            }
                        >
                            "Agree and save"
                        </button>
                    }
                        .into_any()
                }
            }}
        </div>
    }
}

/// What may stay as it is, and most would want to mend before it is saved.
#[component]
fn WorthALook() -> impl IntoView {
    let meeting = use_meeting();
    let people = People::here();
    let stores = [Section::Review, Section::Plan, Section::Do].map(|section| meeting.section_now(section));
    let found = Memo::new(move |_| {
        record::worth_a_look(&stores.iter().flatten().map(|store| (store.section(), store.now())).collect())
    });
    move || {
        let written = found.get().into_iter();
        let (is_somebodys, is_nobodys) = people.all.with(|all| {
            let waits = |person: &Participant| person.role.can_agree() && person.answer.is_none();
            (all.iter().any(waits), all.iter().all(|person| person.answer.is_none()))
        });
        let words = if is_somebodys && meeting.reopened().with(Option::is_some) {
            "Not everybody has answered anew. What they had answered stays beside the plan."
        } else if is_nobodys {
            "Nobody has said yet whether they agree."
        } else {
            ""
        };
        let nobody =
            (!words.is_empty()).then(|| Missing { words: words.to_owned(), part: Part::Agree.key().to_owned() });
        let missing: Vec<Missing> = written.chain(people.all.with(|all| came::not_noted(all))).chain(nobody).collect();
        (!missing.is_empty()).then(|| view! { <MissingList missing is_advice=true /> })
    }
}
