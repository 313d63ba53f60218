//! The pages: Leptos, rendered on the server; those with live text are taken over in the browser.
//!
//! Built twice: with `ssr` all of it, for the server; with `hydrate` the live pages alone (see [`pages`]), for the
//! module that browsers download. A page asks the server through [`api`], never in any other way; what is written
//! together goes through [`collab`]. On the server [`backend::Backend`] stands behind the api.

pub mod api;
#[cfg(feature = "ssr")]
pub mod backend;
pub mod collab;
pub mod components;
pub mod error;
pub mod pages;
#[cfg(feature = "ssr")]
pub mod plain;
#[cfg(feature = "ssr")]
pub mod shell;
pub mod view;

#[cfg(feature = "ssr")]
pub use shell::{App, SiteAssets, shell};

/// Takes over the live page the server rendered, and says so on `<html>` for whoever waits for it.
#[cfg(feature = "hydrate")]
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn hydrate() {
    console_error_panic_hook::set_once();
    pages::live::take_over();
    collab::begin();
    if let Some(root) = leptos::prelude::document().document_element() {
        let _ = root.set_attribute("data-hydrated", "true");
    }
}
