//! Small marks beside words. Never a mark alone: the words always say it.

use leptos::prelude::*;

/// A mark from the sprite: `<Icon name="pen" />` draws `#i-pen`.
#[component]
pub fn Icon(name: &'static str) -> impl IntoView {
    view! {
        <svg class="icon" viewBox="0 0 24 24" aria-hidden="true">
            <use href=format!("#i-{name}")></use>
        </svg>
    }
}

#[component]
pub fn BrandMark() -> impl IntoView {
    view! {
        <svg class="brand-mark" viewBox="0 0 48 48" aria-hidden="true">
            <use href="#brand"></use>
        </svg>
    }
}
