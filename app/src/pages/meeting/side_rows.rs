//! Lines on a board, from one side of the table.

use leptos::prelude::*;
use shared::{
    doc::NewItem,
    role::Side,
    schema::{List, assess},
};

use super::sheet::Layout;
use crate::{
    collab::SectionStore,
    components::{
        field::Field,
        item::Item,
        list::{Add, Rows, all_shown, shown},
        people::People,
        tools::Tools,
        words::{By, PupilWords},
    },
};

/// A side by its code in the document.
pub(super) fn side_of(code: &str) -> Side {
    match code {
        "pupil" => Side::Pupil,
        "home" => Side::Home,
        "school" => Side::School,
        _ => Side::Visitor,
    }
}

/// One cell of the board: this side’s lines, and the next empty one.
#[component]
pub(super) fn Cell(
    store: SectionStore,
    list: &'static List,
    side: &'static str,
    #[prop(into)] label: String,
    /// On the next empty line.
    #[prop(into)]
    add: String,
) -> impl IntoView {
    let rows = shown(store, list, move |item| item.words(assess::SIDE).get() == side);
    let with = move |new: NewItem| new.with(assess::SIDE, side);
    let is_pupils = side == "pupil";
    let row = move |item| view! { <Line item label=label.clone() /> };
    view! {
        <ul class="lines">
            <Rows store list shown=rows row />
        </ul>
        <MayAdd is_pupils>
            <Add store list words=add.clone() with=with pupils=is_pupils />
        </MayAdd>
    }
}

/// Nobody puts words into the pupil’s mouth: there only the pupil, and who writes for the pupil, adds. Nor
/// does the pupil speak for the others.
#[component]
fn MayAdd(is_pupils: bool, children: ChildrenFn) -> impl IntoView {
    let people = People::here();
    let for_others = !Layout::here().is_pupils();
    let may_add = Memo::new(move |_| if is_pupils { people.writes_for_pupil() } else { for_others });
    move || may_add.get().then(|| children())
}

/// Lines of a board that has no sides.
#[component]
pub(super) fn Board(
    store: SectionStore,
    list: &'static List,
    #[prop(into)] title: String,
    /// On the next empty line.
    #[prop(into)]
    add: String,
) -> impl IntoView {
    let rows = all_shown(store, list);
    let id = format!("h-{}", list.key);
    let label = title.clone();
    let row = move |item| view! { <Line item label=label.clone() show_by=true /> };
    view! {
        <section aria-labelledby=id.clone()>
            <h3 id=id.clone()>{title}</h3>
            <ul class="lines">
                <Rows store list shown=rows row />
            </ul>
            <Add store list words=add />
        </section>
    }
}

#[component]
pub(super) fn Line(item: Item, label: String, #[prop(optional)] show_by: bool) -> impl IntoView {
    let is_pupils = item.is_pupils();
    let may_change = item.may_change();
    // What the others say and will do is for the pupil to read.
    let to_read = Layout::here().is_pupils();
    move || {
        if is_pupils.get() {
            view! {
                <li>
                    <PupilWords item key=assess::TEXT class="is-short" />
                </li>
            }
            .into_any()
        } else {
            view! {
                <li class="line">
                    <Field
                        item
                        key=assess::TEXT
                        label=label.clone()
                        hide_label=true
                        read_only=Signal::derive(move || to_read || !may_change.get())
                    />
                    {show_by.then(|| view! { <By item /> })}
                    {(!to_read).then(|| view! { <Tools item /> })}
                </li>
            }
            .into_any()
        }
    }
}
