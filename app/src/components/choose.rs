//! Choosing what a page shows. An ordinary form with its answers in the address: it works without a script, and what
//! somebody chose can be sent to somebody else as a link.

use leptos::prelude::*;

/// One choice among several; the first means everything.
#[component]
pub fn Choose(
    /// The name in the address.
    name: &'static str,
    label: &'static str,
    everything: &'static str,
    /// What stands in the address, and its words.
    options: Vec<(String, String)>,
    chosen: String,
) -> impl IntoView {
    let id = format!("choose-{name}");
    let first = (!everything.is_empty()).then(|| view! { <option value="">{everything}</option> });
    view! {
        <div class="field">
            <label for=id.clone()>{label}</label>
            <select id=id name=name>
                {first}
                {options
                    .into_iter()
                    .map(|(value, words)| {
                        let is_chosen = value == chosen;
                        view! {
                            <option value=value selected=is_chosen>
                                {words}
                            </option>
                        }
                    })
                    .collect_view()}
            </select>
        </div>
    }
}

/// A yes that stands in the address only when it was said.
#[component]
pub fn Only(name: &'static str, #[prop(into)] label: String, is_on: bool) -> impl IntoView {
    view! {
        <label class="choice">
            <input type="checkbox" name=name value="yes" checked=is_on />
            <span>{label}</span>
        </label>
    }
}

/// `?a=1&b=two`, of what is not empty.
pub fn address(path: &str, chosen: &[(&str, &str)]) -> String {
    let pairs: Vec<String> = chosen
        .iter()
        .filter(|(_, value)| !value.is_empty())
        .map(|(name, value)| format!("{name}={}", leptos_router::location::Url::escape(value)))
        .collect();
    if pairs.is_empty() { path.to_owned() } else { format!("{path}?{}", pairs.join("&")) }
}
