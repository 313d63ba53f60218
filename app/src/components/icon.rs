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

/// A picture beside words, for those who read pictures first.
#[component]
pub fn Picture(name: &'static str) -> impl IntoView {
    view! {
        <svg class="picture" viewBox="0 0 64 64" aria-hidden="true">
            <use href=format!("#p-{name}")></use>
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
