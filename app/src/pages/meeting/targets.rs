//! Targets and provision: one small next step at a time, with its help, and who does their part.

use leptos::prelude::*;
use shared::{
    ItemId, Section,
    role::Side,
    schema::{List, plan},
};

use super::{
    help::{Help, HelpForAll},
    parts::Part,
    sheet::{Empty, Layout, Sheet},
    side_rows::Line,
};
use crate::{
    collab::{SectionStore, use_meeting},
    components::{
        field::Field,
        item::{Item, only_item},
        list::{Add, Rows, all_shown, each},
        people::{People, SideMark},
        tools::Tools,
        words::OwnText,
    },
};

#[component]
pub(super) fn Targets() -> impl IntoView {
    let store = use_meeting().section_now(Section::Plan)?;
    let list = &plan::TARGETS;
    let rows = all_shown(store, list);
    let is_adults = !Layout::here().is_pupils();
    Some(view! {
        <Sheet part=Part::Targets>
            {is_adults.then(|| view! { <InShort store rows /> })}
            {is_adults.then(|| view! { <Hopes store /> })}
            <Empty
                when=Signal::derive(move || rows.with(Vec::is_empty))
                words="No next step yet. The plan needs one, or a big hope, to be agreed."
            />
            <ol class="targets">
                <Rows store list shown=rows row=|item| view! { <Target item /> } />
            </ol>
            <Add store list />
            {is_adults.then(|| view! { <HelpForAll store /> })}
            <Promises store />
            {is_adults.then(|| only_item(store, &plan::WHOLE).map(|item| view! { <Whole item /> }))}
        </Sheet>
    })
}

/// On a phone, where the next steps are a long way one below the other: each in a line, which leads to it.
#[component]
fn InShort(store: SectionStore, rows: Memo<Vec<ItemId>>) -> impl IntoView {
    let line = move |id| {
        let item = Item { store, list: &plan::TARGETS, id };
        let (own, title) = (item.words("pupil_words"), item.words("title"));
        let words = move || own.with(|own| if own.is_empty() { title.get() } else { own.clone() });
        view! {
            <li>
                <a href=format!("#{}", item.part_id("head")) rel="external" dir="auto">
                    {words}
                </a>
            </li>
        }
        .into_any()
    };
    view! {
        <nav class="in-short" aria-label="The next steps in short">
            <ol>{each(rows, line)}</ol>
        </nav>
    }
}

/// The big hopes these are steps towards.
#[component]
fn Hopes(store: SectionStore) -> impl IntoView {
    let list = &plan::OUTCOMES;
    let rows = all_shown(store, list);
    let hope = |item: Item| {
        view! {
            <li class="hope">
                <div class="facts">
                    <Field item key="text" rows=2 />
                </div>
                <div class="details-row facts">
                    <Field item key="area" />
                    <Field item key="by" />
                </div>
                <Tools item what="this hope" />
            </li>
        }
    };
    view! {
        <ul>
            <Rows store list shown=rows row=hope />
        </ul>
        <Add store list />
    }
}

#[component]
fn Target(item: Item) -> impl IntoView {
    let rows = item.store.items(item.list);
    let number = move || rows.with(|rows| rows.iter().position(|id| *id == item.id).unwrap_or(0) + 1);
    let status = item.words("status");
    let state = move || {
        let code = status.get();
        plan::TARGET_STATES.iter().find(|state| state.code == code).map(|state| state.label)
    };
    let id = item.part_id("head");
    let is_pupils = Layout::here().is_pupils();
    view! {
        <li class="target" aria-labelledby=id.clone()>
            <div class="target-head">
                <h3 class="kicker" id=id.clone()>
                    {move || format!("Next step {} ", number())}
                    <span class="state">{state}</span>
                </h3>
                {(!is_pupils).then(|| view! { <Tools item what="this next step" /> })}
            </div>
            <div class="big">
                <OwnText item key="pupil_words" />
            </div>
            {(!is_pupils)
                .then(|| {
                    view! {
                        <div class="facts">
                            <Field item key="title" />
                        </div>
                    }
                })}
            {is_pupils
                .then(|| {
                    let own = item.words("pupil_words");
                    view! {
                        // What the adults call it, until there are words for it.
                        {move || own.with(String::is_empty).then(|| view! { <Told item key="title" /> })}
                        <Told item key="baseline" />
                        <Told item key="success" />
                    }
                })}
            {(!is_pupils)
                .then(|| {
                    view! {
                        <div class="path facts">
                            <Field item key="baseline" rows=2 />
                            <Field item key="success" rows=2 />
                            <Field item key="by" />
                        </div>
                        <div class="facts">
                            <Field item key="impact" />
                        </div>
                        <div class="details-row facts">
                            <Field item key="area" />
                            <Field item key="status" />
                        </div>
                        <ScoresBefore item />
                    }
                })}
            <Help target=item />
            {is_pupils.then(|| view! { <Tools item what="this next step" /> })}
        </li>
    }
}

/// For the pupil: what the others wrote, where they wrote something.
#[component]
pub(super) fn Told(item: Item, key: &'static str, #[prop(optional)] hide_label: bool) -> impl IntoView {
    let words = item.words(key);
    let is_said = Memo::new(move |_| words.with(|words| !words.trim().is_empty()));
    move || is_said.get().then(|| view! { <Field item key hide_label read_only=Signal::stored(true) /> })
}

/// Where each voice starts from, so that the next review can say what changed.
#[component]
fn ScoresBefore(item: Item) -> impl IntoView {
    view! {
        <details class="more">
            <summary>"Scores to start from, out of ten"</summary>
            <div class="details-row">
                <Field item key="before_pupil" label="Pupil" />
                <Field item key="before_home" label="Home" />
                <Field item key="before_school" label="School" />
            </div>
        </details>
    }
}

/// What school, home and the pupil will each do.
#[component]
fn Promises(store: SectionStore) -> impl IntoView {
    let pupil = People::here().pupil_name();
    let is_pupils = Layout::here().is_pupils();
    let promise = move |(side, list, title): (Side, &'static List, String)| {
        let rows = all_shown(store, list);
        let id = format!("h-{}", list.key);
        let label = title.clone();
        // Nobody promises for somebody else on the pupil’s page.
        let may_add = side == Side::Pupil || !is_pupils;
        view! {
            <section aria-labelledby=id.clone()>
                <h3 id=id.clone()>
                    <SideMark side />
                    {title}
                </h3>
                <ul class="lines">
                    <Rows store list shown=rows row=move |item| view! { <Line item label=label.clone() /> } />
                </ul>
                {may_add.then(|| view! { <Add store list pupils=side == Side::Pupil /> })}
            </section>
        }
    };
    let promises = [
        (Side::Pupil, &plan::BY_PUPIL, if is_pupils { "I will".to_owned() } else { format!("{pupil} will") }),
        (Side::Home, &plan::BY_HOME, plan::BY_HOME.label.to_owned()),
        (Side::School, &plan::BY_SCHOOL, plan::BY_SCHOOL.label.to_owned()),
    ];
    view! { <div class="promises sub">{promises.map(promise).into_iter().collect_view()}</div> }
}

/// What holds for the plan as a whole. The Code requires the expected impact and a review date.
#[component]
fn Whole(item: Item) -> impl IntoView {
    view! {
        <section class="sub" aria-labelledby="h-whole">
            <h3 id="h-whole">{item.list.label}</h3>
            <div class="facts">
                <Field item key="expected_impact" rows=2 />
            </div>
            <div class="details-row facts">
                <Field item key="review_on" />
                <Field item key="decision" />
            </div>
        </section>
    }
}
