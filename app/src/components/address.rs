//! The address of a live page behind its question mark: which part, with names or without. Links that change nothing else
//! turn the page over in place, so that nobody’s line is lost; before any script has arrived they load it anew.

use leptos::prelude::*;

/// Marks such a link: `<a data-turn="top">`, or `"here"` for one that leaves the page where it is scrolled to.
#[cfg(feature = "hydrate")]
const TURN: &str = "data-turn";

#[derive(Clone, Copy)]
pub struct Address(RwSignal<String>);

impl Address {
    pub fn provide() -> Self {
        let address = Self(RwSignal::new(now()));
        provide_context(address);
        #[cfg(feature = "hydrate")]
        browser::follow(address.0);
        address
    }

    pub fn here() -> Self {
        expect_context()
    }

    /// What it says of this. Only plain words stand there.
    pub fn get(self, name: &str) -> Option<String> {
        let pairs = |query: &String| {
            let mut pairs = query.trim_start_matches('?').split('&').filter_map(|pair| pair.split_once('='));
            pairs.find(|(there, _)| *there == name).map(|(_, value)| value.to_owned())
        };
        self.0.with(pairs)
    }
}

#[cfg(feature = "hydrate")]
fn now() -> String {
    window().location().search().unwrap_or_default()
}

#[cfg(not(feature = "hydrate"))]
fn now() -> String {
    #[cfg(feature = "ssr")]
    if let Some(parts) = use_context::<http::request::Parts>() {
        return parts.uri.query().unwrap_or_default().to_owned();
    }
    String::new()
}

#[cfg(feature = "hydrate")]
mod browser {
    use leptos::prelude::*;
    use send_wrapper::SendWrapper;
    use wasm_bindgen::{JsCast, JsValue};
    use web_sys::{Element, HtmlAnchorElement, MouseEvent};

    use super::TURN;
    use crate::collab::Listener;

    /// For as long as the page.
    pub(super) fn follow(query: RwSignal<String>) {
        let look = move || {
            let _ = query.try_set(super::now());
        };
        let clicks = Listener::new(&document(), "click", move |event| {
            let Some(link) = turned(event.unchecked_ref()) else { return };
            let stays = link.get_attribute(TURN).as_deref() != Some("top");
            // Whoever stays where they are finds the same part there when the page is loaded anew.
            let hash = if stays { window().location().hash().unwrap_or_default() } else { String::new() };
            let href = link.href() + &hash;
            let history = window().history().and_then(|all| all.push_state_with_url(&JsValue::NULL, "", Some(&href)));
            // Where that cannot be, the browser goes there as to any other page.
            if history.is_ok() {
                event.prevent_default();
                look();
                if !stays {
                    window().scroll_to_with_x_and_y(0.0, 0.0);
                }
            }
        });
        let back = Listener::new(&window(), "popstate", move |_| look());
        let listeners = SendWrapper::new((clicks, back));
        on_cleanup(move || drop(listeners));
    }

    /// The link that was pressed, if it is one of these and not to be opened elsewhere.
    fn turned(event: &MouseEvent) -> Option<HtmlAnchorElement> {
        let elsewhere =
            event.button() != 0 || event.meta_key() || event.ctrl_key() || event.shift_key() || event.alt_key();
        if elsewhere || event.default_prevented() {
            return None;
        }
        let at = event.target()?.dyn_into::<Element>().ok()?;
        at.closest("a[data-turn]").ok()??.dyn_into().ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_an_address_says_is_found() {
        let address = |query: &str| Address(RwSignal::new(query.to_owned()));
        Owner::new().with(|| {
            assert_eq!(address("?part=plan&authors=1").get("authors").as_deref(), Some("1"));
            assert_eq!(address("part=plan").get("part").as_deref(), Some("plan"));
            assert_eq!(address("").get("part"), None);
        });
    }
}
