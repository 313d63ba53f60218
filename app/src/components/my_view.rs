//! My view: how this page looks on this device. Kept in a cookie that holds nothing else, so that
//! the server can draw the page right the first time; never forced on anybody.
//!
//! What is chosen is written down, and shown at once, by `page.js`.

#[cfg(any(feature = "ssr", test))]
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

#[cfg(any(feature = "ssr", test))]
const COOKIE: &str = "view";

/// What somebody chose, without what is usual.
#[cfg(any(feature = "ssr", test))]
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MyView(BTreeMap<&'static str, &'static str>);

#[cfg(any(feature = "ssr", test))]
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

    /// From the cookie of the request that is being answered.
    pub fn of_this_request() -> Self {
        Self::of_cookies(&device::cookies())
    }

    /// From all cookies of this site, as a request or a browser holds them.
    pub fn of_cookies(cookies: &str) -> Self {
        let prefix = format!("{COOKIE}=");
        cookies.split(';').find_map(|cookie| cookie.trim().strip_prefix(&prefix)).map(Self::parse).unwrap_or_default()
    }
}

/// The button in the top bar, and the panel it opens. `page.js` does the rest, on every page alike, as soon as it is
/// read.
#[component]
pub fn MyViewButton() -> impl IntoView {
    view! {
        <button
            class="button quiet my-view-button"
            type="button"
            aria-expanded="false"
            aria-controls="my-view"
            data-script="my-view"
        >
            <Icon name="view" />
            "My view"
        </button>
        <section class="my-view-panel" id="my-view" aria-labelledby="my-view-title" hidden>
            <header>
                <h2 id="my-view-title">"My view"</h2>
                <button class="button" type="button" data-script="my-view-close">
                    "Close"
                </button>
            </header>
            <p class="hint">"Only you see this. We remember it on this device."</p>
            <div class="my-view">
                {CHOICES.iter().map(choice_of).collect_view()} <p>{device::words_of_this_device()}</p>
            </div>
        </section>
    }
}

fn choice_of(choice: &'static Choice) -> AnyView {
    let option = |(value, label): &(&'static str, &'static str)| {
        view! {
            <label>
                <input type="radio" name=choice.key value=*value />
                <span class=format!("{}-{value}", choice.key)>{*label}</span>
            </label>
        }
    };
    view! {
        <fieldset class="seg">
            <legend>{choice.label}</legend>
            <div>{choice.options.iter().map(option).collect_view()}</div>
        </fieldset>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_choice_is_read() {
        let view = MyView::parse("theme:dark.size:large");
        assert_eq!((view.get("theme"), view.get("size"), view.get("view")), (Some("dark"), Some("large"), None));
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
