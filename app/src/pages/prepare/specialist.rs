//! A specialist’s one page of advice: who it is from, which day, what was seen, and what they recommend.

use leptos::prelude::*;
use shared::{Section, schema::views::ADVICE};

use super::{
    answers::{OwnWords, Whose},
    frame::{DraftMark, Frame, KeptDraft, WholeMeeting},
};
use crate::{
    collab::{SectionStore, use_meeting},
    components::{
        dates,
        field::Field,
        focus,
        icon::Icon,
        item::Item,
        list::{Rows, new_item, shown},
        people::{People, TokenOf},
        tools::Tools,
        words::By,
    },
};

const SEEN: &str = "What I have seen and found";

#[component]
pub(super) fn SpecialistsAdvice() -> impl IntoView {
    let store = use_meeting().section_now(Section::SpecialistViews)?;
    let people = People::here();
    let me = untrack(|| people.myself())?;
    let pupil = people.pupil_name();
    let whose = Whose::mine();
    Some(view! {
        <Frame skip_to="#question">
            <DraftMark section=Section::SpecialistViews how_long="One page is enough." />
            <section class="sheet one-question is-advice" id="question" tabindex="-1" aria-labelledby="h-advice">
                <h1 id="h-advice">"Advice for " {pupil.clone()} "’s meeting"</h1>
                <p class="from">
                    <TokenOf person=me.clone() pupil=people.pupil() />
                    <span>
                        <strong>{me.full_name}</strong>
                        {me.title}
                    </span>
                </p>
                <div class="sub">
                    <h2>{SEEN}</h2>
                    <p class="hint">"In words " {pupil} "’s family can use. They read this too."</p>
                    <OwnWords store whose question=SEEN label=SEEN begin="Write what you have seen" />
                </div>
                <div class="sub">
                    <h2>"What I recommend"</h2>
                    <p class="hint">"One thing on each line, so that each can be talked about by itself."</p>
                    <Recommendations store whose />
                </div>
                <KeptDraft />
                <WholeMeeting />
            </section>
        </Frame>
    })
}

#[component]
fn Recommendations(store: SectionStore, whose: Whose) -> impl IntoView {
    let list = &ADVICE;
    let people = People::here();
    let mine = shown(store, list, move |item| whose.is(item));
    let access = store.access();
    let add = move |_| {
        let mut new = new_item(people, false);
        new.said_on = today();
        let item = Item { store, list, id: store.add(list, new) };
        focus::go_to(item.dom_id("recommendation"));
    };
    view! {
        <ul class="recommended">
            <Rows store list shown=mine row=|item| view! { <Recommendation item /> } />
        </ul>
        {move || {
            access
                .get()
                .can_write()
                .then(|| {
                    view! {
                        <button class="add" type="button" on:click=add>
                            <Icon name="plus" />
                            "Add a recommendation"
                        </button>
                    }
                })
        }}
    }
}

#[component]
fn Recommendation(item: Item) -> impl IntoView {
    let meta = item.store.meta(item.list, item.id);
    let on = move || meta.get().map(|meta| dates::short(&meta.said_on)).filter(|day| !day.is_empty());
    view! {
        <li>
            <Field item key="recommendation" rows=3 />
            <Field item key="source" label="From which report, if there is one" />
            <By item />
            {move || on().map(|day| view! { <p class="hint">"Written on " {day}</p> })}
            <Tools item />
        </li>
    }
}

/// By the clock of whoever writes: the day they would put on a letter.
fn today() -> String {
    #[cfg(feature = "hydrate")]
    {
        let now = js_sys::Date::new_0();
        format!("{:04}-{:02}-{:02}", now.get_full_year(), now.get_month() + 1, now.get_date())
    }
    #[cfg(not(feature = "hydrate"))]
    String::new()
}
