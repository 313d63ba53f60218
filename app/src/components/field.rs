//! A field of an item: its label, its control, its words. Whoever may not write sees words, never a
//! box that does nothing. One id joins label and control; no page builds its own.

use leptos::prelude::*;
use shared::{
    ItemId, Section,
    schema::{Code, Field as Schema, Kind, List, plan, review},
};

use super::{
    authors::WhoWrote,
    dates,
    item::Item,
    list::all_shown,
    money::{parse_pounds, plain_pounds},
    people::People,
};
use crate::collab::{CollabField, Meeting, SectionStore, use_meeting};

/// A field by its key in the schema, whatever it holds.
#[component]
pub fn Field(
    item: Item,
    key: &'static str,
    /// The schema’s own if none is given.
    #[prop(into, optional)]
    label: Option<String>,
    #[prop(default = 1)] rows: u32,
    /// Keep the label for those who cannot see the page, and hide it from the others.
    #[prop(optional)]
    hide_label: bool,
    /// Show plain words even to those who may write in this section.
    #[prop(into, optional)]
    read_only: Option<Signal<bool>>,
) -> impl IntoView {
    let field = item.list.field(key)?;
    let label = label.unwrap_or_else(|| field.label.to_owned());
    let read_only = read_only.unwrap_or_else(|| Signal::stored(false));
    let access = item.store.access();
    let may_write = Memo::new(move |_| access.get().can_write() && !read_only.get());
    Some(match field.kind {
        Kind::Text { .. } => (move || {
            let label = label.clone();
            let who = {
                let label = label.clone();
                move || view! { <WhoWrote item key label=label.clone() /> }
            };
            if read_only.get() {
                view! { <ReadField label hide_label words=item.words(key) who /> }.into_any()
            } else {
                view! { <CollabField address=item.address(field) label rows hide_label who /> }.into_any()
            }
        })
        .into_any(),
        Kind::Choice(codes) => {
            // Tiers of help are called as the school calls them.
            let meeting = (key == "tier").then(use_meeting);
            let words = Memo::new(move |_| said(meeting, codes, &item.words(key).get()));
            let control = move || choice(meeting, item, field, codes);
            control_or_words(may_write, item, field, label, hide_label, words, control)
        }
        Kind::Date => {
            let words = Memo::new(move |_| dates::long(&item.words(key).get()));
            control_or_words(may_write, item, field, label, hide_label, words, move || date(item, field))
        }
        Kind::Number { from, to } => {
            let written = if is_money(field) { plain_pounds } else { |number: i64| number.to_string() };
            let words = Memo::new(move |_| item.number(key).get().map(written).unwrap_or_default());
            let control = move || number(item, field, from, to, words);
            control_or_words(may_write, item, field, label, hide_label, words, control)
        }
        Kind::Ids => {
            let words = Memo::new(move |_| {
                let id = item.words(key).get();
                known(key).into_iter().find(|(one, _)| *one == id).map(|(_, words)| words).unwrap_or_default()
            });
            control_or_words(may_write, item, field, label, hide_label, words, move || one_of_known(item, field))
        }
    })
}

/// Words under a label, for those who read.
#[component]
pub fn ReadField(
    label: String,
    hide_label: bool,
    words: Memo<String>,
    /// Who wrote it, if it is a text.
    #[prop(into, optional)]
    who: ViewFn,
) -> impl IntoView {
    view! {
        <div class="field is-read">
            <p class=if hide_label { "field-label visually-hidden" } else { "field-label" }>{label}</p>
            <p class="field-text" dir="auto">
                {move || words.get()}
            </p>
            {who.run()}
        </div>
    }
}

fn control_or_words(
    may_write: Memo<bool>,
    item: Item,
    field: &'static Schema,
    label: String,
    hide_label: bool,
    words: Memo<String>,
    control: impl Fn() -> AnyView + Send + 'static,
) -> AnyView {
    let id = item.address(field).dom_id();
    (move || {
        let label = label.clone();
        if may_write.get() {
            view! {
                <div class="field">
                    <label for=id.clone() class=if hide_label { "visually-hidden" } else { "" }>
                        {label}
                    </label>
                    {control()}
                </div>
            }
            .into_any()
        } else {
            view! { <ReadField label hide_label words /> }.into_any()
        }
    })
    .into_any()
}

/// The words of a code; nothing chosen yet says nothing.
fn said(meeting: Option<Meeting>, codes: &'static [Code], code: &str) -> String {
    codes.iter().position(|known| known.code == code).map(|at| called(meeting, codes, at)).unwrap_or_default()
}

/// As the school has it, or as the schema has.
fn called(meeting: Option<Meeting>, codes: &'static [Code], at: usize) -> String {
    meeting.and_then(|meeting| meeting.tier(at)).unwrap_or_else(|| codes[at].label.to_owned())
}

fn choice(meeting: Option<Meeting>, item: Item, field: &'static Schema, codes: &'static [Code]) -> AnyView {
    let chosen = item.words(field.key);
    let nothing = codes.iter().all(|code| !code.code.is_empty()).then(|| (String::new(), "Not chosen yet".to_owned()));
    let options = (0..codes.len()).map(|at| (codes[at].code.to_owned(), called(meeting, codes, at)));
    let options: Vec<_> = nothing.into_iter().chain(options).collect();
    select(
        item.address(field).dom_id(),
        Box::new(move || options.clone()),
        move || chosen.get(),
        move |code| item.set_words(field.key, code),
    )
}

/// Pence in the document, pounds on the page.
fn is_money(field: &Schema) -> bool {
    field.key.contains("pence")
}

fn number(item: Item, field: &'static Schema, from: i64, to: i64, words: Memo<String>) -> AnyView {
    const FEW: i64 = 12;
    let id = item.address(field).dom_id();
    if to - from < FEW {
        let nothing = (String::new(), "–".to_owned());
        let options: Vec<_> =
            std::iter::once(nothing).chain((from..=to).map(|n| (n.to_string(), n.to_string()))).collect();
        return select(
            id,
            Box::new(move || options.clone()),
            move || words.get(),
            move |n| item.set_number(field.key, n.parse().ok()),
        );
    }
    let read = if is_money(field) { parse_pounds } else { |typed: &str| typed.parse().ok() };
    let rule = if is_money(field) {
        "Write pounds, like 12.50.".to_owned()
    } else {
        format!("Write a whole number from {from} to {to}.")
    };
    let take = move |typed: &str| {
        let number = read(typed.trim()).filter(|number| (from..=to).contains(number));
        let is_taken = number.is_some() || typed.trim().is_empty();
        if is_taken {
            item.set_number(field.key, number);
        }
        is_taken
    };
    exact(id, "text", words, rule, Box::new(take))
}

fn date(item: Item, field: &'static Schema) -> AnyView {
    let value = item.words(field.key);
    let is_empty = Memo::new(move |_| value.get().trim().is_empty());
    // Somebody who types a year is in the year 2 first, then 20, then 202.
    let take = move |typed: &str| {
        let is_taken = typed.is_empty() || dates::is_of_our_time(typed);
        if is_taken {
            item.set_words(field.key, typed);
        }
        is_taken
    };
    let rule = "Write the year in full, like 2027.".to_owned();
    let input = exact(item.address(field).dom_id(), "date", value, rule, Box::new(take));
    view! {
        <div class=move || if is_empty.get() { "date" } else { "date has-words" }>
            {input}
            // As people say it, until somebody goes to change it.
            <span aria-hidden="true">{move || dates::short(&value.get())}</span>
        </div>
    }
    .into_any()
}

/// A box for what is either right or not: what is not stays in it and goes nowhere, and that is said.
fn exact(
    id: String,
    kind: &'static str,
    words: Memo<String>,
    rule: String,
    take: Box<dyn Fn(&str) -> bool>,
) -> AnyView {
    let is_wrong = RwSignal::new(false);
    let error = format!("{id}-error");
    view! {
        <input
            id=id
            type=kind
            inputmode=(kind == "text").then_some("decimal")
            value=words.get_untracked()
            prop:value=move || {
                is_wrong.set(false);
                words.get()
            }
            aria-invalid=move || is_wrong.get().then_some("true")
            aria-describedby=error.clone()
            on:change:target=move |event| is_wrong.set(!take(&event.target().value()))
        />
        {move || {
            is_wrong
                .get()
                .then(|| {
                    view! {
                        <p class="error" id=error.clone() role="alert">
                            {rule.clone()}
                            " This is not saved."
                        </p>
                    }
                })
        }}
    }
    .into_any()
}

/// What an id may be of: a next step, by its place, or one of the people in the meeting.
fn known(key: &str) -> Vec<(String, String)> {
    if key != "targets" {
        return People::here().all.with(|all| all.iter().map(|p| (p.person.to_string(), p.name.clone())).collect());
    }
    steps()
        .into_iter()
        .map(|(store, list, place, id)| (id.to_string(), format!("{place}. {}", store.words(list, id, "title").get())))
        .collect()
}

/// Those of the plan, and those of last time.
fn steps() -> Vec<(SectionStore, &'static List, usize, ItemId)> {
    let mut steps = vec![];
    for (section, list) in [(Section::Plan, &plan::TARGETS), (Section::Review, &review::TARGETS)] {
        let Some(store) = use_meeting().section_now(section) else { continue };
        for (at, id) in all_shown(store, list).get().into_iter().enumerate() {
            steps.push((store, list, at + 1, id));
        }
    }
    steps
}

/// The list follows which steps there are, and not how they are worded: that would change it under somebody’s eyes.
fn one_of_known(item: Item, field: &'static Schema) -> AnyView {
    let chosen = item.words(field.key);
    let options = move || {
        if field.key == "targets" {
            steps();
        }
        let mut options = untrack(|| known(field.key));
        options.insert(0, (String::new(), "Not chosen yet".to_owned()));
        options
    };
    select(
        item.address(field).dom_id(),
        Box::new(options),
        move || chosen.get(),
        move |id| item.set_words(field.key, id),
    )
}

/// It stays where it is, with whoever is in it, when its options change.
fn select(
    id: String,
    options: Box<dyn Fn() -> Vec<(String, String)> + Send>,
    now: impl Fn() -> String + Copy + Send + Sync + 'static,
    choose: impl Fn(&str) + 'static,
) -> AnyView {
    let option = move |(value, words): (String, String)| {
        let is_now = {
            let value = value.clone();
            move || now() == value
        };
        view! {
            // The attribute for the server’s page, the property for a browser that has taken over.
            <option value=value selected=untrack(&is_now) prop:selected=is_now>
                {words}
            </option>
        }
    };
    view! {
        <select id=id on:change:target=move |event| choose(&event.target().value())>
            {move || options().into_iter().map(option).collect_view()}
        </select>
    }
    .into_any()
}
