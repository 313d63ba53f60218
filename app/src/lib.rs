//! The pages: Leptos, rendered on the server and hydrated in the browser.
//!
//! A page asks the server through [`api`], never in any other way; what is written together goes
//! through [`collab`]. On the server [`backend::Backend`] stands behind the api.

pub mod api;
pub mod backend;
pub mod collab;
pub mod components;
pub mod error;
pub mod pages;
pub mod shell;
pub mod view;

pub use shell::{App, SiteAssets, shell};

/// Takes over the page the server rendered, and says so on `<html>` for whoever waits for it.
#[cfg(feature = "hydrate")]
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn hydrate() {
    console_error_panic_hook::set_once();
    leptos::mount::hydrate_body(App);
    collab::begin();
    if let Some(root) = leptos::prelude::document().document_element() {
        let _ = root.set_attribute("data-hydrated", "true");
    }
}
