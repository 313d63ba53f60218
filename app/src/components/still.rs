//! The line somebody writes stays where it is on their screen, whatever others do above it.
//!
//! Browsers have scroll anchoring for that, but not all of them, and those that have it choose what they
//! hold still by the top of the window, not by where somebody writes. So while the focus is in a box that
//! can be seen, it is done here and nowhere else: remember how far down the page the box is, and when the
//! page has changed, scroll by as much as the box has moved.
//!
//! What must stay true: a person’s own scrolling is never undone; nothing here moves a focus.

/// For as long as the page is shown.
pub fn hold_still() {
    #[cfg(feature = "hydrate")]
    {
        use leptos::prelude::*;

        let holding = StoredValue::new_local(None);
        Effect::new(move |_| holding.set_value(browser::HoldingStill::begin()));
    }
}

#[cfg(feature = "hydrate")]
mod browser {
    use std::{cell::RefCell, rc::Rc};

    use leptos::prelude::{document, request_animation_frame, window};
    use wasm_bindgen::{JsCast, prelude::Closure};
    use web_sys::{HtmlElement, MutationObserver, MutationObserverInit, ResizeObserver};

    use crate::collab::Listener;

    /// What can have the focus and be held by it. Bars that stay on the screen need no holding.
    const HELD: &str = ":is(.sheet, .round) :is(textarea, input, select, button)";

    pub(super) struct HoldingStill {
        mutations: MutationObserver,
        sizes: ResizeObserver,
        _changed: Closure<dyn FnMut()>,
        _resized: Closure<dyn FnMut()>,
        _listeners: Vec<Listener>,
    }

    #[derive(Clone)]
    struct Place {
        element: HtmlElement,
        down_the_page: f64,
        /// Where the page was scrolled to when this was last true.
        scrolled: f64,
    }

    impl HoldingStill {
        pub(super) fn begin() -> Option<Self> {
            let body = document().body()?;
            let held = Rc::new(RefCell::new(Place::of_the_focus()));
            let changed = {
                let held = Rc::clone(&held);
                Closure::<dyn FnMut()>::new(move || {
                    // Once, before it is painted, however much was changed.
                    let held = Rc::clone(&held);
                    request_animation_frame(move || settle(&held));
                })
            };
            let resized = {
                let held = Rc::clone(&held);
                Closure::<dyn FnMut()>::new(move || settle(&held))
            };
            let mutations = MutationObserver::new(changed.as_ref().unchecked_ref()).ok()?;
            let what = MutationObserverInit::new();
            what.set_child_list(true);
            what.set_subtree(true);
            mutations.observe_with_options(&body, &what).ok()?;
            // A text box grows without any change to the document.
            let sizes = ResizeObserver::new(resized.as_ref().unchecked_ref()).ok()?;
            sizes.observe(&body);
            let listen = |target: &web_sys::EventTarget, name| {
                let held = Rc::clone(&held);
                Listener::new(target, name, move |_| remember(&held))
            };
            let _listeners = vec![
                listen(&document(), "focusin"),
                listen(&document(), "focusout"),
                {
                    let held = Rc::clone(&held);
                    Listener::new(&window(), "scroll", move |_| scrolled_to(&held))
                },
                listen(&window(), "resize"),
            ];
            Some(Self { mutations, sizes, _changed: changed, _resized: resized, _listeners })
        }
    }

    impl Drop for HoldingStill {
        fn drop(&mut self) {
            self.mutations.disconnect();
            self.sizes.disconnect();
        }
    }

    impl Place {
        /// Of what has the focus, if that can be seen.
        fn of_the_focus() -> Option<Self> {
            let element: HtmlElement = document().active_element()?.dyn_into().ok()?;
            let place = element.matches(HELD).unwrap_or(false).then(|| Self::of(element))?;
            place.can_be_seen().then_some(place)
        }

        fn of(element: HtmlElement) -> Self {
            let scrolled = scrolled();
            let down_the_page = element.get_bounding_client_rect().top() + scrolled;
            Self { element, down_the_page, scrolled }
        }

        fn can_be_seen(&self) -> bool {
            let top = self.down_the_page - scrolled();
            let height = window().inner_height().ok().and_then(|height| height.as_f64()).unwrap_or_default();
            top + self.element.get_bounding_client_rect().height() > 0.0 && top < height
        }
    }

    fn scrolled() -> f64 {
        window().scroll_y().unwrap_or_default()
    }

    fn remember(held: &RefCell<Option<Place>>) {
        let place = Place::of_the_focus();
        // Two that hold the page would move it twice.
        if let Some(root) = document().document_element().and_then(|root| root.dyn_into::<HtmlElement>().ok()) {
            let anchoring = if place.is_some() { "none" } else { "auto" };
            let _ = root.style().set_property("overflow-anchor", anchoring);
        }
        held.replace(place);
    }

    fn scrolled_to(held: &RefCell<Option<Place>>) {
        // By the line below that scrolls, it is known already, to less than a pixel.
        if !held.borrow().as_ref().is_some_and(|held| held.scrolled == scrolled()) {
            remember(held);
        }
    }

    fn settle(held: &RefCell<Option<Place>>) {
        const A_PIXEL: f64 = 1.0;
        let Some(before) = held.borrow().clone() else { return };
        if document().active_element().as_ref() != Some(before.element.as_ref()) {
            return;
        }
        let now = Place::of(before.element);
        let moved = now.down_the_page - before.down_the_page;
        if moved.abs() >= A_PIXEL {
            window().scroll_by_with_x_and_y(0.0, moved);
            // Pages are scrolled by whole pixels: what was lost or won is put right the next time.
            let scrolled = scrolled();
            let down_the_page = before.down_the_page + scrolled - now.scrolled;
            held.replace(Some(Place { down_the_page, scrolled, ..now }));
        }
    }
}
