//! The extra help under a target: what, who, when, how often, where. What it costs is in a section
//! of its own that only staff receive, so here it simply is not there for a family.

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
    let with = move |new: NewItem| new.with("targets", id.to_string());
    let is_pupils = Layout::here().is_pupils();
    view! {
        <div class="help">
            <h4>{if is_pupils { "Help I get" } else { list.label }}</h4>
            <ul>
                <Rows store list shown=rows row=|item| view! { <HelpRow item /> } />
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
            <Cost provision=item.id />
            <Tools item what="this help" />
        </li>
    }
    .into_any()
}

#[component]
fn Cost(provision: ItemId) -> impl IntoView {
    let meeting = use_meeting();
    let may_read = Memo::new(move |_| meeting.section(Section::StaffPreparation).is_some());
    move || {
        may_read
            .get()
            .then(|| meeting.section(Section::StaffPreparation).map(|store| view! { <CostOf store provision /> }))
    }
}

#[component]
fn CostOf(store: SectionStore, provision: ItemId) -> impl IntoView {
    let list = &staff::COSTS;
    let key = provision.to_string();
    let rows = {
        let key = key.clone();
        shown(store, list, move |item| item.words("provision").get() == key)
    };
    let with = move |new: NewItem| new.with("provision", key.clone());
    let cost = |item| {
        view! {
            <li class="cost">
                <Icon name="hidden" />
                <Pounds item key="pence_per_pupil" label="£ a pupil" />
                <Field item key="funding" />
                <span>"only staff see this"</span>
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

/// Pence in the document, pounds on the page.
#[component]
fn Pounds(item: Item, key: &'static str, label: &'static str) -> impl IntoView {
    let pence = item.number(key);
    let pounds = move || pence.get().map(pounds).unwrap_or_default();
    let access = item.store.access();
    let id = item.dom_id(key);
    view! {
        <div class="field">
            <label for=id.clone()>{label}</label>
            <input
                id=id
                type="text"
                inputmode="decimal"
                value=untrack(pounds)
                prop:value=pounds
                readonly=move || !access.get().can_write()
                on:change:target=move |event| item.set_number(key, parse_pounds(&event.target().value()))
            />
        </div>
    }
}

fn pounds(pence: i64) -> String {
    format!("{}.{:02}", pence / 100, pence % 100)
}

fn parse_pounds(text: &str) -> Option<i64> {
    const MOST: i64 = 1_000_000;
    let text = text.trim().trim_start_matches('£').replace(',', "");
    let (whole, part) = text.split_once('.').unwrap_or((&text, ""));
    let whole: i64 = if whole.is_empty() && !part.is_empty() { 0 } else { whole.parse().ok()? };
    let pence: i64 = format!("{part:0<2}").get(..2)?.parse().ok()?;
    (0..=MOST).contains(&whole).then_some(whole * 100 + pence)
}

#[cfg(test)]
mod tests {
    use super::{parse_pounds, pounds};

    #[test]
    fn pounds_read_back_as_pence() {
        for (text, pence) in [("35.75", 3575), ("£1,200", 120_000), (".5", 50), ("0", 0), ("12.3", 1230)] {
            assert_eq!(parse_pounds(text), Some(pence), "{text}");
        }
        assert_eq!(pounds(3575), "35.75");
        assert_eq!(parse_pounds("a lot"), None);
        assert_eq!(parse_pounds("-3"), None);
    }
}
