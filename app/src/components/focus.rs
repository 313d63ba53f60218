//! The focus stays where its person put it. Nobody else’s edit may ever move it.

use std::time::Duration;

use leptos::{ev, prelude::*};
use shared::ItemId;

/// Puts the focus on an element of the page, once what was just changed is on it. That is before the
/// next key press is heard, however slow the machine is at painting: what is typed at once goes where it
/// is meant to go.
pub fn go_to(id: String) {
    #[cfg(feature = "hydrate")]
    leptos::task::spawn_local(async move {
        leptos::task::tick().await;
        if !browser::focus_by_id(&id) {
            leptos::prelude::request_animation_frame(move || {
                browser::focus_by_id(&id);
            });
        }
    });
    #[cfg(not(feature = "hydrate"))]
    let _ = id;
}

/// The same, or on another element where there is no such one.
pub fn go_to_or(id: String, other: &str) {
    #[cfg(feature = "hydrate")]
    let id = if document().get_element_by_id(&id).is_some() { id } else { other.to_owned() };
    #[cfg(not(feature = "hydrate"))]
    let _ = other;
    go_to(id);
}

/// Where the focus goes if what had it is no longer there a moment from now. Nobody is taken from where they are.
pub fn go_to_if_lost(id: &'static str) {
    set_timeout(
        move || {
            #[cfg(feature = "hydrate")]
            if browser::is_nowhere() {
                browser::focus_by_id(id);
            }
            #[cfg(not(feature = "hydrate"))]
            let _ = id;
        },
        Duration::from_secs(1),
    );
}

/// Called when a row goes: where it stands on elsewhere, whoever was in it is in it there.
pub fn follow(row: ItemId) {
    #[cfg(feature = "hydrate")]
    if let Some(active) = document().active_element()
        && active.id().contains(&row.to_string())
    {
        go_to(active.id());
    }
    #[cfg(not(feature = "hydrate"))]
    let _ = row;
}

/// Called before a list is put into a new order: an element that is moved in the page loses the
/// focus, so it is given back.
pub fn keep() {
    #[cfg(feature = "hydrate")]
    browser::keep();
}

/// Called before much of the page changes at once: where somebody was looking stays where it is, also if all above it
/// grows or shrinks.
#[cfg(feature = "hydrate")]
pub fn hold_place() {
    browser::hold_place();
}

/// Whether the focus is in this row, and how.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Within {
    No,
    /// On something to press.
    Pressing,
    /// In something to write or choose in.
    Writing,
}

/// Where the focus is in the row with this mark, as `data-row` has it.
pub fn within(row: &str) -> Within {
    #[cfg(feature = "hydrate")]
    return browser::within(row);
    #[cfg(not(feature = "hydrate"))]
    {
        let _ = row;
        Within::No
    }
}

/// Comes true once this is wanted and the focus is not in the box with this id. Until whoever is in it
/// leaves, it waits for them.
pub fn once_left(wanted: Memo<bool>, id: String) -> Memo<bool> {
    let went = RwSignal::new(());
    let left = Memo::new(move |before| {
        went.track();
        wanted.get() && (before == Some(&true) || !is_in(&id))
    });
    tell_when_it_goes(went, move || wanted.get() && !left.get());
    left
}

/// Tells whenever the focus has gone somewhere, while somebody waits for that.
pub fn tell_when_it_goes(went: RwSignal<()>, waits: impl Fn() -> bool + 'static) {
    Effect::new(move || {
        if !waits() {
            return;
        }
        // Where the focus goes is known only after it went.
        let listening = window_event_listener(ev::focusout, move |_| {
            let tell = move || {
                let _ = went.try_update(|()| ());
            };
            set_timeout(tell, Duration::ZERO);
        });
        on_cleanup(move || listening.remove());
    });
}

fn is_in(id: &str) -> bool {
    #[cfg(feature = "hydrate")]
    return document().active_element().is_some_and(|element| element.id() == id);
    #[cfg(not(feature = "hydrate"))]
    {
        let _ = id;
        false
    }
}

/// Whether an element is to be seen on the page, be it further up or down.
pub fn is_shown(id: &str) -> bool {
    #[cfg(feature = "hydrate")]
    return browser::place(id).is_some();
    #[cfg(not(feature = "hydrate"))]
    {
        let _ = id;
        false
    }
}

/// Whether an element has been scrolled to the top of the window, or past it.
pub fn has_reached_top(id: &str) -> bool {
    #[cfg(feature = "hydrate")]
    return browser::place(id).is_some_and(|place| place.top() < browser::FROM_THE_TOP);
    #[cfg(not(feature = "hydrate"))]
    {
        let _ = id;
        false
    }
}

#[cfg(feature = "hydrate")]
mod browser {
    use leptos::prelude::{document, queue_microtask, request_animation_frame, window};
    use wasm_bindgen::JsCast;
    use web_sys::{DomRect, Element, HtmlElement};

    use super::Within;

    /// Whether there is such an element. On a phone one part of the meeting is to be seen at a time: the address turns
    /// to the one that it is in.
    pub(super) fn focus_by_id(id: &str) -> bool {
        let element = document().get_element_by_id(id);
        if let Some(element) = &element {
            if place_of(element).is_none() {
                let _ = window().location().set_hash(id);
            }
            focus(element);
        }
        element.is_some()
    }

    fn focus(element: &Element) {
        if let Some(element) = element.dyn_ref::<HtmlElement>() {
            let _ = element.focus();
        }
    }

    pub(super) fn is_nowhere() -> bool {
        document().active_element().is_none_or(|element| element.tag_name() == "BODY")
    }

    pub(super) fn within(row: &str) -> Within {
        let Some(element) = document().active_element() else { return Within::No };
        let in_row = element.closest(&format!("[data-row=\"{row}\"]")).ok().flatten().is_some();
        match (in_row, element.matches("textarea, input, select").unwrap_or(false)) {
            (false, _) => Within::No,
            (true, false) => Within::Pressing,
            (true, true) => Within::Writing,
        }
    }

    /// So near is at the top of the window: in CSS pixels.
    pub(super) const FROM_THE_TOP: f64 = 240.0;

    /// None where it is not to be seen.
    pub(super) fn place(id: &str) -> Option<DomRect> {
        document().get_element_by_id(id).and_then(|element| place_of(&element))
    }

    fn place_of(element: &Element) -> Option<DomRect> {
        let place = element.get_bounding_client_rect();
        (place.width() > 0.0).then_some(place)
    }

    pub(super) fn hold_place() {
        // The box that somebody is in may go; its row, or its part of the page, stays.
        let row =
            document().active_element().and_then(|element| element.closest("[data-row], section[id]").ok().flatten());
        let Some((row, before)) = row.and_then(|row| place_of(&row).map(|place| (row, place.top()))) else { return };
        request_animation_frame(move || {
            if let Some(now) = place_of(&row) {
                window().scroll_by_with_x_and_y(0.0, now.top() - before);
            }
        });
    }

    pub(super) fn keep() {
        let Some(had_it) = document().active_element() else { return };
        queue_microtask(move || {
            let has_it = document().active_element();
            if had_it.is_connected() && has_it.as_ref() != Some(&had_it) {
                focus(&had_it);
            }
        });
    }
}
