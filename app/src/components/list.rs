//! Lists that everybody edits at once: add, move up and down, remove, put back.
//!
//! What must stay true: rows are keyed by item, so nobody else’s edit makes a row anew; what is
//! removed stays on the page until it is left, and “Put back” brings back every letter. Whoever is in
//! the midst of a row that somebody else removes keeps the row, its boxes and their focus until they
//! leave it themselves; and while somebody writes in one of the rows, none of them changes places.

use std::{hash::Hash, sync::Arc};

use leptos::{attr::custom::custom_attribute, prelude::*};
use shared::{ItemId, doc::NewItem, schema::List};

use super::{
    focus::{self, Within},
    icon::Icon,
    item::Item,
    people::People,
};
use crate::collab::{SectionStore, use_meeting};

/// The rows that belong together, for a row’s tools to move it among them.
#[derive(Clone, Copy)]
pub(super) struct Neighbours(pub(super) Memo<Vec<ItemId>>);

/// Those of a list that pass `only`, in their order; what somebody takes off the page meanwhile stays in.
pub fn shown(
    store: SectionStore,
    list: &'static List,
    only: impl Fn(Item) -> bool + Send + Sync + 'static,
) -> Memo<Vec<ItemId>> {
    let all = store.all_items(list);
    let gone_before: Vec<ItemId> =
        all.with_untracked(|all| all.iter().filter(|item| item.removed_by.is_some()).map(|item| item.id).collect());
    Memo::new(move |_| {
        let all = all.get();
        let on_page = all.into_iter().filter(|item| item.removed_by.is_none() || !gone_before.contains(&item.id));
        on_page.map(|item| item.id).filter(|id| only(Item { store, list, id: *id })).collect()
    })
}

/// All of a list.
pub fn all_shown(store: SectionStore, list: &'static List) -> Memo<Vec<ItemId>> {
    shown(store, list, |_| true)
}

/// The rows of a list, each one `<li>` by itself.
#[component]
pub fn Rows<F, V>(store: SectionStore, list: &'static List, shown: Memo<Vec<ItemId>>, row: F) -> impl IntoView
where
    F: Fn(Item) -> V + Send + Sync + 'static,
    V: IntoView + 'static,
{
    rows(store, list, shown, Arc::new(move |item| row(item).into_any()))
}

/// One for all kinds of rows, because a browser downloads each kind of list there is.
fn rows(
    store: SectionStore,
    list: &'static List,
    shown: Memo<Vec<ItemId>>,
    row: Arc<dyn Fn(Item) -> AnyView + Send + Sync>,
) -> AnyView {
    each(unmoved(shown), move |id| {
        provide_context(Neighbours(shown));
        let item = Item { store, list, id };
        let Life { is_removed, is_gone } = Life::of(item);
        let row = row.clone();
        view! {
            {move || is_removed.get().then(|| view! { <Removed item is_gone /> })}
            {move || {
                let mark = custom_attribute("data-row", id.to_string());
                (!is_gone.get()).then(|| row(item).add_any_attr(mark))
            }}
        }
        .into_any()
    })
}

/// What there is one of for each of these, which are told apart by themselves.
pub fn each<K>(all: Memo<Vec<K>>, row: impl Fn(K) -> AnyView + Send + Sync + 'static) -> AnyView
where
    K: Copy + Eq + Hash + Send + Sync + 'static,
{
    each_of(all, Arc::new(row))
}

/// One for all rows of a kind of key, for the same reason.
fn each_of<K>(all: Memo<Vec<K>>, row: Arc<dyn Fn(K) -> AnyView + Send + Sync>) -> AnyView
where
    K: Copy + Eq + Hash + Send + Sync + 'static,
{
    view! { <For each=move || all.get() key=|key| *key children=move |key| row(key) /> }.into_any()
}

/// These rows, in the order they have on this page: while somebody writes in one of them, another’s “Up” or “Down” waits
/// for them to leave it. A box that is moved in a page loses its focus, and a word that is being composed.
fn unmoved(shown: Memo<Vec<ItemId>>) -> Memo<Vec<ItemId>> {
    let focus_went = RwSignal::new(());
    let order = Memo::new(move |before: Option<&Vec<ItemId>>| {
        focus_went.track();
        focus::keep();
        let now = shown.get();
        match before {
            Some(before) if before.iter().any(|id| focus::within(&id.to_string()) == Within::Writing) => {
                in_order_of(before, &now)
            }
            _ => now,
        }
    });
    focus::tell_when_it_goes(focus_went, move || order.get() != shown.get());
    order
}

/// What is there now: what was there before as it stood, what is new behind what it follows.
fn in_order_of(before: &[ItemId], now: &[ItemId]) -> Vec<ItemId> {
    let mut order: Vec<ItemId> = before.iter().filter(|id| now.contains(id)).copied().collect();
    for (at, id) in now.iter().enumerate().filter(|(_, id)| !before.contains(id)) {
        let follows = at.checked_sub(1).and_then(|at| order.iter().position(|other| *other == now[at]));
        order.insert(follows.map_or(0, |at| at + 1), *id);
    }
    order
}

/// Whether a row was removed, and whether it is gone from this page too.
struct Life {
    is_removed: Memo<bool>,
    is_gone: Memo<bool>,
}

impl Life {
    fn of(item: Item) -> Self {
        let my_person = use_meeting().my_person;
        let meta = item.store.meta(item.list, item.id);
        let removed_by = Memo::new(move |_| meta.get().and_then(|meta| meta.removed_by));
        let is_removed = Memo::new(move |_| removed_by.get().is_some());
        let focus_went = RwSignal::new(());
        let is_gone = Memo::new(move |_| {
            focus_went.track();
            let Some(by) = removed_by.get() else { return false };
            match focus::within(&item.id.to_string()) {
                Within::No => true,
                // Whoever pressed “Remove” is done with it.
                Within::Pressing => Some(by) == my_person,
                Within::Writing => false,
            }
        });
        focus::tell_when_it_goes(focus_went, move || is_removed.get() && !is_gone.get());
        Self { is_removed, is_gone }
    }
}

/// What stands where a row was; or above it, for whoever is still in it.
#[component]
fn Removed(item: Item, is_gone: Memo<bool>) -> impl IntoView {
    let people = People::here();
    let meeting = use_meeting();
    let meta = item.store.meta(item.list, item.id);
    let by = move || meta.get().and_then(|meta| meta.removed_by);
    let who = move || match by() {
        by if by == meeting.my_person => "You".to_owned(),
        by => by.and_then(|by| people.by_person(by)).map_or_else(|| "Somebody".to_owned(), |person| person.name),
    };
    let what = Memo::new(move |_| in_short(item));
    let id = format!("put-back-{}", item.id);
    // Whoever pressed “Remove” must not be left nowhere; nobody else’s focus is touched.
    Effect::new({
        let id = id.clone();
        move || {
            if untrack(by) == meeting.my_person {
                focus::go_to(id.clone());
            }
        }
    });
    view! {
        <li class=move || if is_gone.get() { "removed" } else { "removed is-above" }>
            <p>
                <strong>{who} " removed this."</strong>
                {move || if is_gone.get() { what.get() } else { " You can finish: your words stay with it.".to_owned() }}
            </p>
            <button
                class="button"
                type="button"
                id=id
                hidden=move || !item.store.access().get().can_write()
                on:click=move |_| {
                    item.store.put_back(item.list, item.id);
                    if let Some(first) = item.first_box() {
                        focus::go_to(first);
                    }
                }
            >
                <Icon name="undo" />
                "Put back"
            </button>
        </li>
    }
}

/// The first words of an item, to tell it from the others.
pub fn in_short(item: Item) -> String {
    const LETTERS: usize = 60;
    let words = item.list.fields.iter().map(|field| item.words(field.key).get()).find(|words| !words.trim().is_empty());
    let words = words.unwrap_or_default();
    if words.trim().is_empty() {
        return String::new();
    }
    let short: String = words.chars().take(LETTERS).collect();
    if short.len() < words.len() { format!(" “{}…”", short.trim_end()) } else { format!(" “{short}”") }
}

/// The next empty line.
#[component]
pub fn Add(
    store: SectionStore,
    list: &'static List,
    #[prop(into, optional)] words: Option<String>,
    /// What a new item begins with, beside who added it.
    #[prop(into, optional)]
    with: Option<Callback<NewItem, NewItem>>,
    /// What is added here are the pupil’s words, also when the scribe writes them down. A list of
    /// everybody’s words has two buttons for the scribe, who has words of their own too.
    #[prop(optional)]
    pupils: bool,
) -> impl IntoView {
    let words = words.unwrap_or_else(|| list.add.to_owned());
    let access = store.access();
    let may_write = Memo::new(move |_| access.get().can_write());
    let people = People::here();
    let add = move |_| {
        let new = new_item(people, pupils);
        let new = match with {
            Some(with) => with.run(new),
            None => new,
        };
        let id = store.add(list, new);
        if let Some(first) = (Item { store, list, id }).first_box() {
            focus::go_to(first);
        }
    };
    move || {
        may_write.get().then(|| {
            view! {
                <button class="add" type="button" on:click=add>
                    <Icon name="plus" />
                    {words.clone()}
                </button>
            }
        })
    }
}

/// For the scribe, in a list of everybody’s words: the next empty line for what the pupil says.
#[component]
pub fn AddForPupil(
    store: SectionStore,
    list: &'static List,
    #[prop(into, optional)] with: Option<Callback<NewItem, NewItem>>,
) -> impl IntoView {
    let people = People::here();
    let words = format!("Write down what {} says", people.pupil_name());
    let add = move || match with {
        Some(with) => view! { <Add store list words=words.clone() with pupils=true /> }.into_any(),
        None => view! { <Add store list words=words.clone() pupils=true /> }.into_any(),
    };
    move || people.am_scribe().then(&add)
}

/// By whose hand: mine; but the pupil’s words are the pupil’s, also when I am the one who writes them down.
pub(crate) fn new_item(people: People, pupils: bool) -> NewItem {
    let Some(me) = untrack(|| people.myself()) else { return NewItem::default() };
    if pupils && untrack(|| people.am_scribe()) {
        // Who types it is known by the hand, which nobody can make up.
        NewItem { captured: "spoken".to_owned(), ..NewItem::by(people.pupil().person) }
    } else {
        NewItem::by(me.person)
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn while_somebody_writes_rows_stay_where_they_are_and_new_ones_come_in_behind_what_they_follow() {
        let ids = |ids: &[u128]| ids.iter().map(|id| ItemId(Uuid::from_u128(*id))).collect::<Vec<_>>();
        assert_eq!(in_order_of(&ids(&[1, 2, 3]), &ids(&[3, 2, 1])), ids(&[1, 2, 3]));
        assert_eq!(in_order_of(&ids(&[1, 2, 3]), &ids(&[9, 3, 8, 7, 1])), ids(&[9, 1, 3, 8, 7]));
        assert_eq!(in_order_of(&[], &ids(&[1, 2])), ids(&[1, 2]));
    }
}
