//! Boxes of a plain form: each with its name, its hint, and what is wrong with what was in it.

use leptos::prelude::*;

use super::icon::Icon;
use crate::view::line::Fault;

/// Before everything else, because it is what somebody waits for: what is wrong, each with the way to its box.
#[component]
pub fn WhatIsWrong(
    /// What became of what was sent.
    #[prop(default = "Nothing has changed yet")]
    title: &'static str,
    faults: Vec<Fault>,
) -> impl IntoView {
    let line = |fault: Fault| {
        // Of several boxes alike, the first.
        let to = if fault.field == "need" { "need-1" } else { &fault.field };
        view! {
            <li>
                <a href=format!("#{to}") rel="external">
                    {fault.what_to_do}
                </a>
            </li>
        }
    };
    (!faults.is_empty()).then(|| {
        view! {
            <section class="error-summary" role="alert" aria-labelledby="h-wrong">
                <h2 id="h-wrong">{title}</h2>
                <ul>{faults.into_iter().map(line).collect_view()}</ul>
            </section>
        }
    })
}

/// What is wrong with one box, beside it.
#[component]
pub fn Wrong(id: String, words: Option<String>) -> impl IntoView {
    words.map(|words| {
        view! {
            <p class="error" id=format!("{id}-error")>
                <Icon name="stop" />
                {words}
            </p>
        }
    })
}

/// What a box is described by, for whoever does not see it.
fn described(id: &str, hint: bool, wrong: bool) -> Option<String> {
    let ids: Vec<_> = [(hint, "hint"), (wrong, "error")]
        .into_iter()
        .filter(|(is, _)| *is)
        .map(|(_, of)| format!("{id}-{of}"))
        .collect();
    (!ids.is_empty()).then(|| ids.join(" "))
}

#[component]
fn Around(
    id: String,
    label: String,
    hint: Option<&'static str>,
    wrong: Option<String>,
    children: Children,
) -> impl IntoView {
    let class = if wrong.is_some() { "field has-error" } else { "field" };
    view! {
        <div class=class>
            <label for=id.clone()>{label}</label>
            {hint.map(|words| view! { <span class="hint" id=format!("{id}-hint")>{words}</span> })}
            <Wrong id words=wrong />
            {children()}
        </div>
    }
}

/// A line of text, or a day.
#[component]
pub fn Typed(
    #[prop(into)] id: String,
    #[prop(into)] label: String,
    /// As the form sends it; the id where nothing else is said.
    #[prop(optional)]
    name: Option<&'static str>,
    #[prop(default = "text")] kind: &'static str,
    #[prop(optional)] hint: Option<&'static str>,
    #[prop(optional_no_strip)] wrong: Option<String>,
    value: String,
    #[prop(default = 200)] maxlength: usize,
    #[prop(default = false)] required: bool,
) -> impl IntoView {
    let described = described(&id, hint.is_some(), wrong.is_some());
    let invalid = wrong.is_some().then_some("true");
    let name = name.map_or_else(|| id.clone(), str::to_owned);
    view! {
        <Around id=id.clone() label hint wrong>
            <input
                id=id.clone()
                name=name.clone()
                type=kind
                autocomplete="off"
                maxlength=maxlength
                required=required
                value=value.clone()
                aria-describedby=described.clone()
                aria-invalid=invalid
            />
        </Around>
    }
}

/// One of several.
#[component]
pub fn Chosen(
    #[prop(into)] id: String,
    #[prop(into)] label: String,
    #[prop(optional)] name: Option<&'static str>,
    #[prop(optional)] hint: Option<&'static str>,
    #[prop(optional_no_strip)] wrong: Option<String>,
    /// What is sent, and its words.
    options: Vec<(String, String)>,
    chosen: String,
) -> impl IntoView {
    let described = described(&id, hint.is_some(), wrong.is_some());
    let invalid = wrong.is_some().then_some("true");
    let name = name.map_or_else(|| id.clone(), str::to_owned);
    let options = options.into_iter().map(move |(value, words)| {
        let is_chosen = value == chosen;
        view! {
            <option value=value selected=is_chosen>
                {words}
            </option>
        }
    });
    let options = options.collect_view();
    view! {
        <Around id=id.clone() label hint wrong>
            <select id=id.clone() name=name aria-describedby=described aria-invalid=invalid>
                {options}
            </select>
        </Around>
    }
}
