//! My view: how this page looks on this device. Kept in a cookie that holds nothing else, so that
//! the server can draw the page right the first time; never forced on anybody.

use std::collections::BTreeMap;

use leptos::prelude::*;

use super::{device, icon::Icon};

/// One thing to choose: the `data-…` attribute of `<html>` it sets, and what it may be. The first
/// option is the usual one and sets nothing.
struct Choice {
    key: &'static str,
    label: &'static str,
    options: &'static [(&'static str, &'static str)],
}

const CHOICES: &[Choice] = &[
    Choice {
        key: "size",
        label: "Text size",
        options: &[("", "Usual"), ("small", "Small"), ("large", "Large"), ("largest", "Largest")],
    },
    Choice { key: "letters", label: "Letters", options: &[("", "Clear"), ("device", "My device’s own")] },
    Choice { key: "space", label: "Space between letters and lines", options: &[("", "Usual"), ("wider", "Wider")] },
    Choice {
        key: "theme",
        label: "Colours",
        options: &[("", "As my device"), ("light", "Light"), ("dark", "Dark"), ("contrast", "High contrast")],
    },
    Choice {
        key: "carets",
        label: "Other people’s cursors",
        options: &[("", "As usual"), ("on", "Show"), ("off", "Hide")],
    },
    Choice { key: "motion", label: "Things may move", options: &[("", "As my device"), ("off", "Nothing moves")] },
    Choice { key: "view", label: "This screen", options: &[("", "Mine"), ("room", "The big screen in the room")] },
];

const COOKIE: &str = "view";
#[cfg(feature = "hydrate")]
const A_YEAR: u32 = 365 * 24 * 60 * 60;

/// What somebody chose, without what is usual.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MyView(BTreeMap<&'static str, &'static str>);

impl MyView {
    /// From a cookie’s value, `size:large.theme:dark`. What is not a choice of ours is left out.
    pub fn parse(text: &str) -> Self {
        let chosen = text.split('.').filter_map(|pair| pair.split_once(':'));
        Self(
            chosen
                .filter_map(|(key, value)| {
                    let choice = CHOICES.iter().find(|choice| choice.key == key)?;
                    let (value, _) = choice.options.iter().find(|(option, _)| *option == value && !value.is_empty())?;
                    Some((choice.key, *value))
                })
                .collect(),
        )
    }

    pub fn get(&self, key: &str) -> Option<&'static str> {
        self.0.get(key).copied()
    }

    fn set(&mut self, key: &'static str, value: &'static str) {
        if value.is_empty() {
            self.0.remove(key);
        } else {
            self.0.insert(key, value);
        }
    }

    pub fn to_text(&self) -> String {
        self.0.iter().map(|(key, value)| format!("{key}:{value}")).collect::<Vec<_>>().join(".")
    }

    /// From the cookie of the request that is being answered.
    #[cfg(feature = "ssr")]
    pub fn of_this_request() -> Self {
        let cookies = use_context::<http::request::Parts>()
            .and_then(|parts| Some(parts.headers.get(http::header::COOKIE)?.to_str().ok()?.to_owned()))
            .unwrap_or_default();
        Self::of_cookies(&cookies)
    }

    #[cfg(not(feature = "ssr"))]
    pub fn of_this_request() -> Self {
        Self::default()
    }

    /// From all cookies of this site, as a request or a browser holds them.
    pub fn of_cookies(cookies: &str) -> Self {
        let prefix = format!("{COOKIE}=");
        cookies.split(';').find_map(|cookie| cookie.trim().strip_prefix(&prefix)).map(Self::parse).unwrap_or_default()
    }
}

/// The button in the top bar, and the panel it opens.
#[component]
pub fn MyViewButton() -> impl IntoView {
    let open = RwSignal::new(false);
    let button = NodeRef::<leptos::html::Button>::new();
    let close = move || {
        open.set(false);
        // Back to where the person came from.
        if let Some(button) = button.get_untracked() {
            let _ = button.focus();
        }
    };
    view! {
        <button
            class="button quiet my-view-button"
            type="button"
            node_ref=button
            aria-expanded=move || open.get().to_string()
            aria-controls="my-view"
            on:click=move |_| open.update(|open| *open = !*open)
        >
            <Icon name="view" />
            "My view"
        </button>
        <Show when=move || open.get()>
            <section
                class="my-view-panel"
                id="my-view"
                aria-labelledby="my-view-title"
                on:keydown=move |event| {
                    if event.key() == "Escape" {
                        close();
                    }
                }
            >
                <header>
                    <h2 id="my-view-title">"My view"</h2>
                    <button class="button" type="button" on:click=move |_| close()>
                        "Close"
                    </button>
                </header>
                <p class="hint">"Only you see this. We remember it on this device."</p>
                <div class="my-view">
                    {CHOICES.iter().map(|choice| view! { <ChoiceOf choice /> }).collect_view()}
                    <p>{this_device()}</p>
                </div>
            </section>
        </Show>
    }
}

#[component]
fn ChoiceOf(choice: &'static Choice) -> impl IntoView {
    let chosen = RwSignal::new(now().get(choice.key).unwrap_or_default());
    let option = move |(value, label): (&'static str, &'static str)| {
        let class = format!("{}-{value}", choice.key);
        view! {
            <label>
                <input
                    type="radio"
                    name=format!("my-{}", choice.key)
                    prop:checked=move || chosen.get() == value
                    on:change=move |_| {
                        chosen.set(value);
                        apply(choice.key, value);
                    }
                />
                <span class=class>{label}</span>
            </label>
        }
    };
    view! {
        <fieldset class="seg">
            <legend>{choice.label}</legend>
            <div>{choice.options.iter().copied().map(option).collect_view()}</div>
        </fieldset>
    }
}

/// What is kept here, in words. The panel only opens in a browser.
fn this_device() -> &'static str {
    #[cfg(feature = "hydrate")]
    if browser::cookies().is_some_and(|cookies| device::is_own(&cookies)) {
        return device::OWN_WORDS;
    }
    device::SHARED_WORDS
}

/// What is chosen on this device now.
fn now() -> MyView {
    #[cfg(feature = "hydrate")]
    return browser::cookies().map(|cookies| MyView::of_cookies(&cookies)).unwrap_or_default();
    #[cfg(not(feature = "hydrate"))]
    MyView::default()
}

/// Shows a choice at once, and remembers it.
fn apply(key: &'static str, value: &'static str) {
    let mut view = now();
    view.set(key, value);
    #[cfg(feature = "hydrate")]
    browser::keep(key, value, &view.to_text());
}

#[cfg(feature = "hydrate")]
mod browser {
    use leptos::prelude::document;
    use wasm_bindgen::JsCast;
    use web_sys::HtmlDocument;

    use super::{A_YEAR, COOKIE};

    pub(super) fn cookies() -> Option<String> {
        document().dyn_into::<HtmlDocument>().ok()?.cookie().ok()
    }

    pub(super) fn keep(key: &str, value: &str, all: &str) {
        let attribute = format!("data-{key}");
        if let Some(root) = document().document_element() {
            let _ = if value.is_empty() {
                root.remove_attribute(&attribute)
            } else {
                root.set_attribute(&attribute, value)
            };
        }
        // A browser that keeps no cookies still shows the choice until the page is left.
        if let Ok(document) = document().dyn_into::<HtmlDocument>() {
            let _ = document.set_cookie(&format!("{COOKIE}={all}; path=/; max-age={A_YEAR}; samesite=lax"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_choice_reads_back() {
        let view = MyView::parse("theme:dark.size:large");
        assert_eq!((view.get("theme"), view.get("size"), view.get("view")), (Some("dark"), Some("large"), None));
        assert_eq!(MyView::parse(&view.to_text()), view);
    }

    #[test]
    fn what_is_not_a_choice_never_reaches_the_page() {
        assert_eq!(MyView::parse("theme:\"><script>.size:.who:me"), MyView::default());
    }

    #[test]
    fn the_cookie_is_found_among_others() {
        assert_eq!(MyView::of_cookies("sid=1; view=motion:off; x=y").get("motion"), Some("off"));
    }
}
