//! Who said what. The pupil’s own words are the most precious text on the page: larger, quoted, on
//! yellow, with how they were captured; for everybody else they are no text box.

use leptos::prelude::*;
use shared::Role;

use super::{
    authors::WhoWrote,
    dates,
    field::Field,
    focus,
    icon::Icon,
    item::Item,
    people::{People, Portrait, TokenOf},
    tools::Tools,
};
use crate::view::Participant;

/// A card with the pupil’s words. The pupil, and the pupil’s scribe, can write on it.
#[component]
pub fn PupilWords(item: Item, key: &'static str, #[prop(default = "")] class: &'static str) -> impl IntoView {
    let may_change = item.may_change();
    let words = item.words(key);
    view! {
        <div class=format!("words {class}")>
            {move || {
                if may_change.get() {
                    view! {
                        <Field item key label="My words" hide_label=true />
                        <Tools item />
                    }
                        .into_any()
                } else {
                    view! {
                        <blockquote>
                            <p dir="auto">{move || words.get()}</p>
                        </blockquote>
                        <WhoWrote item key label="The pupil’s words" />
                    }
                        .into_any()
                }
            }}
        </div>
    }
}

/// The pupil’s own text of an item that is worded together: a box like any other until the pupil has
/// written in it, and from then on the pupil’s.
#[component]
pub fn OwnText(item: Item, key: &'static str) -> impl IntoView {
    let people = People::here();
    let access = item.store.access();
    let hands = item.store.hands(item.list, item.id, key);
    let is_theirs = Memo::new(move |_| {
        let of_pupil = hands.with(|hands| {
            hands.iter().any(|hand| hand.for_pupil || hand.person.is_some_and(|person| people.is_pupil(person)))
        });
        of_pupil && !people.writes_for_pupil()
    });
    // Whoever is writing in it goes on: nobody else’s edit takes a box away from under a hand.
    let read_only = focus::once_left(is_theirs, item.dom_id(key));
    view! {
        <Field item key read_only />
        {move || {
            (read_only.get() && access.get().can_write())
                .then(|| view! { <p class="own-text"><Protected /></p> })
        }}
    }
}

/// Below such a card: who said it, how it was captured, and who may change it.
#[component]
pub fn SaidBy(item: Item) -> impl IntoView {
    let people = People::here();
    let meta = item.store.meta(item.list, item.id);
    let may_change = item.may_change();
    let how = move || meta.get().map(|meta| how_captured(&meta.captured, &meta.said_on)).unwrap_or_default();
    let name = people.pupil_name();
    view! {
        <figcaption>
            <Portrait pupil=people.pupil() />
            <span>
                <strong>{name.clone()} " said this"</strong>
                <span>{how}</span>
            </span>
            {move || (!may_change.get()).then(|| view! { <Protected /> })}
        </figcaption>
    }
}

/// “Only Tomek can change this”; and whoever writes for Tomek, if somebody does.
#[component]
pub fn Protected() -> impl IntoView {
    let people = People::here();
    let named =
        move |who: Option<Participant>| who.map(|who| if who.id == people.me { "you".to_owned() } else { who.name });
    let words = move || {
        let pupil = people.all.with(|all| all.iter().find(|person| person.role == Role::Pupil).cloned());
        let pupil = named(pupil).unwrap_or_else(|| people.pupil_name());
        only(&pupil, named(people.scribe_now()).as_deref())
    };
    view! {
        <span class="protected">
            <Icon name="lock" />
            {words}
        </span>
    }
}

fn only(pupil: &str, scribe: Option<&str>) -> String {
    match scribe {
        None => format!("Only {pupil} can change this"),
        Some(scribe) => format!("Only {pupil} and {scribe} can change this"),
    }
}

/// “Spoken, typed by an adult in the pupil’s own words, 9 November 2026”.
pub fn how_captured(captured: &str, said_on: &str) -> String {
    let mut how: Vec<String> = vec![];
    let mut letters = captured.chars();
    if let Some(first) = letters.next() {
        how.push(first.to_uppercase().chain(letters).collect());
    }
    if !said_on.is_empty() {
        how.push(dates::short(said_on));
    }
    how.join(", ")
}

/// “Mr Adeyemi, key adult”: whose note this is.
#[component]
pub fn By(item: Item) -> impl IntoView {
    let people = People::here();
    let said_by = item.said_by();
    move || {
        said_by.get().map(|person| {
            let title = if person.id == people.me { "you".to_owned() } else { person.title };
            view! {
                <p class="by">
                    {person.name}
                    " "
                    <span>{title}</span>
                </p>
            }
        })
    }
}

/// The token of whose note this is.
#[component]
pub fn TokenBy(item: Item, #[prop(default = "")] class: &'static str) -> impl IntoView {
    let people = People::here();
    let said_by = item.said_by();
    move || said_by.get().map(|person| view! { <TokenOf person pupil=people.pupil() class /> })
}

#[cfg(test)]
mod tests {
    use super::{how_captured, only};

    #[test]
    fn whoever_writes_for_the_pupil_is_named_too() {
        assert_eq!(only("Tomek", None), "Only Tomek can change this");
        assert_eq!(only("Tomek", Some("you")), "Only Tomek and you can change this");
        assert_eq!(only("you", Some("Mr Adeyemi")), "Only you and Mr Adeyemi can change this");
    }

    #[test]
    fn how_words_were_captured_is_one_sentence() {
        assert_eq!(
            how_captured("spoken, typed by an adult", "2026-11-09"),
            "Spoken, typed by an adult, 9 November 2026"
        );
        assert_eq!(how_captured("", ""), "");
    }
}
