//! Pages without a script of the app: forms, made by the server alone. Signing in, one’s account, the staff.
//!
//! What must stay true: everything here works without scripts; what one page adds of them is a module of its own,
//! named in the page with the nonce.

pub mod account;
pub mod codes;
pub mod not_yours;
pub mod parts;
pub mod password;
pub mod posts;
pub mod refused;
pub mod set_up;
pub mod sign_in;
pub mod staff;
pub mod staff_file;
pub mod trail;
pub mod welcome;
pub mod words;

use http::request::Parts;
use leptos::prelude::*;
use shared::PersonId;

use crate::{SiteAssets, components::my_view::MyView, shell::SPRITE};

/// What a page needs to know of the request it answers.
#[derive(Clone, Debug)]
pub struct Asked {
    pub parts: Parts,
    /// Who asks, if they are signed in.
    pub me: Option<PersonId>,
    pub assets: SiteAssets,
    pub nonce: String,
}

/// A whole page as text. `script` is the path of the module it brings.
pub fn page<V: IntoView + 'static>(
    asked: Asked,
    title: &str,
    script: Option<&'static str>,
    body: impl FnOnce() -> V,
) -> String {
    let owner = Owner::new();
    let html = owner.with(|| {
        let Asked { parts, me, assets, nonce } = asked;
        provide_context(parts);
        let view = MyView::of_this_request();
        view! {
            <html
                lang="en-GB"
                data-me=me.map(|me| me.to_string())
                data-theme=view.get("theme")
                data-size=view.get("size")
                data-letters=view.get("letters")
                data-space=view.get("space")
                data-motion=view.get("motion")
            >
                <head>
                    <meta charset="utf-8" />
                    <meta name="viewport" content="width=device-width, initial-scale=1" />
                    <meta name="color-scheme" content="light dark" />
                    <title inner_html=html_escape::encode_text(&format!("{title} · Roundtable")).into_owned()></title>
                    <link rel="stylesheet" href=assets.css />
                    <link rel="stylesheet" href=assets.around />
                    <link rel="icon" type="image/svg+xml" href="/favicon.svg" />
                    <script type="module" src=assets.page nonce=nonce.clone()></script>
                    {script.map(|src| view! { <script type="module" src=src nonce=nonce></script> })}
                </head>
                <body>
                    {body()} <div class="sprite" inner_html=SPRITE></div>
                </body>
            </html>
        }
        .to_html()
    });
    format!("<!DOCTYPE html>{html}")
}
