//! “Who wrote this?”: below a text, its sentences with the name of whoever wrote each.
//!
//! The names come from the server, which knows whose every letter is; nothing that a client wrote into
//! the document is asked. Shown for the whole page by a link, which works before any script has
//! arrived, and for one text that several people wrote by opening its fold.

use leptos::prelude::*;
use shared::{
    Role,
    hand::{Hand, Sentence},
};

use super::{
    address::Address,
    hide::Hide,
    icon::Icon,
    item::Item,
    people::{People, TokenOf},
};
use crate::{collab::use_meeting, pages::meeting::parts::Part};

const QUERY: &str = "authors";

/// Whether the whole page shows who wrote what.
#[derive(Clone, Copy)]
pub struct AuthorsShown(Memo<bool>);

impl AuthorsShown {
    /// As the page’s address says.
    pub fn provide() {
        let address = Address::here();
        provide_context(Self(Memo::new(move |_| address.get(QUERY).as_deref() == Some("1"))));
    }

    pub fn here() -> Self {
        expect_context()
    }

    pub fn get(self) -> bool {
        self.0.get()
    }

    /// For the end of an address with a query: whoever asked is shown it on the next page too.
    pub fn and_query(self) -> &'static str {
        if self.get() { "&authors=1" } else { "" }
    }
}

/// Shows or hides who wrote what, on the whole page.
#[component]
pub fn AuthorsLink() -> impl IntoView {
    let shown = AuthorsShown::here();
    let (address, path) = (Address::here(), format!("/meetings/{}", use_meeting().id));
    let href = move || {
        let part = address.get("part").and_then(|key| Part::from_key(&key)).map(|part| format!("part={}", part.key()));
        let authors = (!shown.get()).then(|| format!("{QUERY}=1"));
        let query: Vec<_> = part.into_iter().chain(authors).collect();
        if query.is_empty() { path.clone() } else { format!("{path}?{}", query.join("&")) }
    };
    view! {
        <a class="button quiet authors-link" href=href data-turn="here">
            <Icon name="pen" />
            {move || if shown.get() { "Hide the names" } else { "Who wrote this?" }}
        </a>
    }
}

/// Below a text: who wrote it; and, for whoever may, a way to hide it.
#[component]
pub fn WhoWrote(
    item: Item,
    key: &'static str,
    /// What the text is called.
    #[prop(into)]
    label: String,
) -> impl IntoView {
    let people = People::here();
    let shown = AuthorsShown::here();
    let hands = item.store.hands(item.list, item.id, key);
    // The list is made anew only when there is something else to show.
    let show = Memo::new(move |_| {
        let hands = hands.get();
        match (shown.get(), hands.as_slice()) {
            (_, []) => Show::Nothing,
            (true, [one]) => Show::Line(*one),
            (true, _) => Show::List,
            (false, [one]) if one.for_pupil => Show::Line(*one),
            (false, [_]) => Show::Nothing,
            (false, _) => Show::Fold,
        }
    });
    let hide_label = label.clone();
    let shown = move || {
        let label = label.clone();
        match show.get() {
            Show::Nothing => ().into_any(),
            Show::Line(hand) => view! {
                <div class=class_of(people, hand)>
                    <Mark hand />
                    <span>{line(people, hand)}</span>
                </div>
            }
            .into_any(),
            Show::List => view! { <Sentences item key label /> }.into_any(),
            Show::Fold => view! {
                <details class="who-wrote">
                    <summary>
                        <Icon name="pen" />
                        "Who wrote this?"
                        <span class="visually-hidden">{format!(" {label}")}</span>
                    </summary>
                    <Sentences item key label />
                </details>
            }
            .into_any(),
        }
    };
    view! {
        {shown}
        <Hide item key label=hide_label />
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Show {
    Nothing,
    /// All of it is by one hand.
    Line(Hand),
    List,
    /// The list, once somebody asks for it.
    Fold,
}

#[component]
fn Sentences(item: Item, key: &'static str, label: String) -> impl IntoView {
    let people = People::here();
    let sentences = item.store.sentences(item.list, item.id, key);
    let one = move |Sentence { words, hands }: Sentence| {
        let first = hands.first().copied();
        view! {
            <li class=first.map_or_else(|| "written-by".to_owned(), |hand| class_of(people, hand))>
                {first.map(|hand| view! { <Mark hand /> })}
                <div>
                    <strong>{together(people, &hands)} ":"</strong>
                    " "
                    <span dir="auto">{words}</span>
                </div>
            </li>
        }
    };
    view! {
        <ol class="sentences" aria-label=format!("Who wrote what in “{label}”")>
            {move || sentences.get().into_iter().map(one).collect_view()}
        </ol>
    }
}

/// The writer’s shape and letters, beside the name.
#[component]
fn Mark(hand: Hand) -> impl IntoView {
    let people = People::here();
    // Whose hand it is stays, whoever else comes in.
    untrack(|| mark(people, hand))
}

fn mark(people: People, hand: Hand) -> Option<AnyView> {
    let pupil = people.pupil();
    if hand.for_pupil {
        let person = people.by_person(pupil.person);
        return person.map(|person| view! { <TokenOf person pupil class="small" /> }.into_any());
    }
    let person = hand.person?;
    if let Some(person) = people.by_person(person) {
        return Some(view! { <TokenOf person pupil class="small" /> }.into_any());
    }
    let writer = people.earlier(person)?;
    Some(
        view! {
            <svg class="token small person-7" viewBox="0 0 48 48" aria-hidden="true">
                <circle cx="24" cy="24" r="21"></circle>
                <text x="24" y="29.5">
                    {writer.initials}
                </text>
            </svg>
        }
        .into_any(),
    )
}

fn class_of(people: People, hand: Hand) -> String {
    let is_pupil = hand.for_pupil || hand.person.is_some_and(|person| people.is_pupil(person));
    let person = hand.person.and_then(|person| people.by_person(person));
    match person {
        _ if is_pupil => "written-by is-pupil".to_owned(),
        Some(person) => format!("written-by person-{}", person.colour),
        None => "written-by person-7".to_owned(),
    }
}

/// All of a text by one hand: “Written by Marek, Dad”.
fn line(people: People, hand: Hand) -> String {
    let name = name(people, hand);
    if hand.for_pupil {
        return format!("typed by {name} for {}", people.pupil_name());
    }
    let title = match hand.person.map(|person| people.by_person(person)) {
        None => return name,
        Some(None) => "not at this table".to_owned(),
        Some(Some(person)) if person.id == people.me => return "Written by you".to_owned(),
        Some(Some(person)) if person.role == Role::Pupil => return format!("Written by {name}"),
        Some(Some(person)) => person.title,
    };
    format!("Written by {name}, {title}")
}

/// “Marek, with Miss Qureshi and Callum”.
fn together(people: People, hands: &[Hand]) -> String {
    let names: Vec<String> = hands
        .iter()
        .map(|hand| {
            let name = name(people, *hand);
            if hand.for_pupil { format!("{} (typed by {name})", people.pupil_name()) } else { name }
        })
        .collect();
    with(&names)
}

/// The first of them with all others.
pub fn with(names: &[String]) -> String {
    match names {
        [] => String::new(),
        [one] => one.clone(),
        [first, other] => format!("{first}, with {other}"),
        [first, others @ .., last] => format!("{first}, with {} and {last}", others.join(", ")),
    }
}

fn name(people: People, hand: Hand) -> String {
    match hand.person {
        None => "Not saved yet".to_owned(),
        Some(person) => people.name_of(person).unwrap_or_else(|| "Somebody who is not at this table".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::with;

    #[test]
    fn whoever_wrote_most_is_named_first() {
        let names = ["Marek", "Miss Qureshi", "Callum"].map(str::to_owned);
        assert_eq!(with(&names[..1]), "Marek");
        assert_eq!(with(&names[..2]), "Marek, with Miss Qureshi");
        assert_eq!(with(&names), "Marek, with Miss Qureshi and Callum");
    }
}
