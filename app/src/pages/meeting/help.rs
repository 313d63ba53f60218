//! The extra help under a target: what, who, when, how often, where. What it costs is in a section
//! of its own that only staff receive, so here it simply is not there for a family.
//!
//! What must stay true: help for several steps has its boxes under the first that it names, however the steps are moved,
//! and nowhere else. Two boxes for one text would each hold half of what is written.

use leptos::prelude::*;
use shared::{
    ItemId, Section,
    doc::NewItem,
    schema::{plan, staff},
};

use super::{sheet::Layout, targets::Told};
use crate::{
    collab::{SectionStore, use_meeting},
    components::{
        field::Field,
        focus,
        icon::Icon,
        item::Item,
        list::{Add, Rows, shown},
        tools::Tools,
    },
};

/// Help for one target.
#[component]
pub(super) fn Help(target: Item) -> impl IntoView {
    let (store, list) = (target.store, &plan::PROVISION);
    let id = target.id;
    let rows = shown(store, list, move |item| is_for(item, id));
    let targets = store.items(&plan::TARGETS);
    let row = move |item: Item| {
        let named = item.words("targets");
        let first = Memo::new(move |_| {
            let at = |all: &[ItemId], id: &str| all.iter().position(|target| target.to_string() == id);
            targets.with(|all| named.with(|named| named.split_whitespace().find_map(|id| at(all, id))))
        });
        let is_here =
            Memo::new(move |_| targets.with(|all| first.get().and_then(|at| all.get(at).copied())) == Some(id));
        move || match is_here.get() {
            true => view! { <HelpRow item /> }.into_any(),
            false => view! { <HelpElsewhere item step=first /> }.into_any(),
        }
    };
    let area = target.words("area");
    let with = move |new: NewItem| new.with("targets", id.to_string()).with("area", area.get_untracked());
    let is_pupils = Layout::here().is_pupils();
    view! {
        <div class="help">
            <h4>{if is_pupils { "Help I get" } else { list.label }}</h4>
            <ul>
                <Rows store list shown=rows row />
            </ul>
            {(!is_pupils).then(|| view! { <Add store list words="Add help" with=with /> })}
        </div>
    }
}

/// Help that belongs to no single target, or to one that is gone.
#[component]
pub(super) fn HelpForAll(store: SectionStore) -> impl IntoView {
    let list = &plan::PROVISION;
    let targets = store.items(&plan::TARGETS);
    let rows = shown(store, list, move |item| !targets.get().into_iter().any(|target| is_for(item, target)));
    view! {
        <section class="sub" aria-labelledby="h-help-for-all">
            <h3 id="h-help-for-all">"Help for everything"</h3>
            <ul>
                <Rows store list shown=rows row=|item| view! { <HelpRow item /> } />
            </ul>
            <Add store list />
        </section>
    }
}

fn is_for(item: Item, target: ItemId) -> bool {
    let target = target.to_string();
    item.words("targets").get().split_whitespace().any(|id| id == target)
}

#[component]
fn HelpRow(item: Item) -> impl IntoView {
    if Layout::here().is_pupils() {
        return view! {
            <li class="help-row">
                <div class="what">
                    <Told item key="name" hide_label=true />
                </div>
                <Told item key="who" />
                <Told item key="when" />
            </li>
        }
        .into_any();
    }
    // Where its step is taken off the page it stands on elsewhere, and whoever writes in it goes with it.
    on_cleanup(move || focus::follow(item.id));
    view! {
        <li class="help-row">
            <div class="what facts">
                <Field item key="name" />
            </div>
            <div class="help-fields facts">
                <Field item key="who" />
                <Field item key="when" />
                <Field item key="often" />
                <Field item key="place" />
                <Field item key="tier" />
            </div>
            <details class="more">
                <summary>"More about this help"</summary>
                <div class="help-fields facts">
                    <Field item key="sessions_per_week" />
                    <Field item key="minutes" />
                    <Field item key="weeks" />
                    <Field item key="sessions" />
                    <Field item key="ratio" />
                    <Field item key="area" />
                    <Field item key="evidence" />
                </div>
            </details>
            <Cost of=item.id />
            <Tools item what="this help" />
        </li>
    }
    .into_any()
}

/// Help that has its boxes under another step: which, and the way there.
#[component]
fn HelpElsewhere(item: Item, step: Memo<Option<usize>>) -> impl IntoView {
    let name = item.words("name");
    let step = move || step.get().map(|at| format!(" – the same as with next step {}", at + 1));
    let words = move || view! { <span dir="auto">{name}</span> {step} };
    view! {
        <li class="help-row">
            {match Layout::here().is_pupils() {
                true => words().into_any(),
                false => view! { <a href=format!("#{}", item.dom_id("name")) rel="external">{words()}</a> }.into_any(),
            }}
        </li>
    }
}

/// What help costs: for whoever runs the meeting, in a list of its own, by the id of the help.
#[component]
fn Cost(of: ItemId) -> impl IntoView {
    let meeting = use_meeting();
    let may_read = Memo::new(move |_| meeting.section(Section::Costs).is_some());
    move || may_read.get().then(|| meeting.section(Section::Costs).map(|store| view! { <CostOf store of /> }))
}

#[component]
fn CostOf(store: SectionStore, of: ItemId) -> impl IntoView {
    let list = &staff::COSTS;
    let key = list.fields[0].key;
    let of = of.to_string();
    let rows = {
        let of = of.clone();
        shown(store, list, move |item| item.words(key).get() == of)
    };
    let with = move |new: NewItem| new.with(key, of.clone());
    let cost = move |item| {
        let fields = list.fields.iter().skip(1).map(|field| view! { <Field item key=field.key /> }).collect_view();
        view! {
            <li class="cost">
                <Icon name="hidden" />
                {fields}
                <span>"nobody else at the table sees this"</span>
            </li>
        }
    };
    view! {
        <ul>
            <Rows store list shown=rows row=cost />
        </ul>
        {move || rows.with(Vec::is_empty).then(|| view! { <Add store list with=with.clone() /> })}
    }
}
