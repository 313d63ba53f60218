//! The document around every page, and the routes. Only the server knows them.
//!
//! What must stay true: nothing here needs a script to be read; every script carries the nonce; no
//! `style` attribute anywhere, because the content security policy would drop it.

use leptos::{nonce::use_nonce, prelude::*};
use leptos_meta::{Link, MetaTags, Title, provide_meta_context};
use leptos_router::{
    SsrMode,
    components::{Route, Router, Routes},
    path,
};

use crate::{
    backend::Viewer,
    components::my_view::MyView,
    error::AppError,
    pages::{
        add_child::AddChildPage,
        code::CodePage,
        delivery::DeliveryPage,
        errors::ErrorPage,
        first::FirstMeetingPage,
        goodbye::GoodbyePage,
        home::HomePage,
        impact::ImpactPage,
        join::JoinPage,
        line::LinePage,
        lobby::LobbyPage,
        map::MapPage,
        meeting::MeetingPage,
        pep::PepPage,
        prepare::PreparePage,
        pupil::{PassportPage, PupilPage},
        record::RecordPage,
        register::RegisterPage,
        safeguarding::SafeguardingPage,
    },
};

/// The pictures that pages point at with `<use>`. Only the server sends them, once a page.
pub(crate) const SPRITE: &str = include_str!("components/sprite.svg");

/// What a live page says when its module has stopped. It needs nothing of the module, and so comes before it.
const STOPPED: &str = include_str!("stopped.js");

/// The hashed names of what the browser downloads, read by the server from the site’s manifest.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Deserialize)]
pub struct SiteAssets {
    /// What every page does by script.
    pub page: String,
    /// The module of the live pages, and what loads it.
    pub js: String,
    pub wasm: String,
    pub css: String,
    /// What the pages around the meeting look like besides.
    pub around: String,
}

pub fn shell(assets: SiteAssets) -> impl IntoView {
    // Before the first paint, so that nobody sees a flash of somebody else’s colours.
    let view = MyView::of_this_request();
    let me = use_context::<Option<Viewer>>().flatten().map(|viewer| viewer.person.to_string());
    view! {
        <!DOCTYPE html>
        <html
            lang="en-GB"
            data-me=me
            data-theme=view.get("theme")
            data-size=view.get("size")
            data-letters=view.get("letters")
            data-space=view.get("space")
            data-carets=view.get("carets")
            data-motion=view.get("motion")
            data-view=view.get("view")
        >
            <head>
                <meta charset="utf-8" />
                <meta name="viewport" content="width=device-width, initial-scale=1" />
                <meta name="color-scheme" content="light dark" />
                <link rel="stylesheet" href=assets.css.clone() />
                <link rel="icon" type="image/svg+xml" href="/favicon.svg" />
                <script type="module" src=assets.page nonce=use_nonce()></script>
                <MetaTags />
            </head>
            <body>
                <App />
                <div class="sprite" inner_html=SPRITE></div>
            </body>
        </html>
    }
}

/// What a page around the meeting downloads besides: how the school’s record looks.
#[component]
pub(crate) fn AroundStyle() -> impl IntoView {
    let SiteAssets { around, .. } = expect_context();
    view! { <Link rel="stylesheet" href=around /> }
}

/// What a live page downloads besides, and nothing else does.
///
/// Our own, because the one that Leptos 0.8 brings writes the nonce into `crossorigin` of its
/// preload, and Firefox then sometimes never starts the page.
#[component]
pub(crate) fn LiveScripts() -> impl IntoView {
    let assets = expect_context::<SiteAssets>();
    let start = format!(
        "{STOPPED}import start, {{ hydrate }} from {js:?};\nstart({{ module_or_path: {wasm:?} }}).then(hydrate);",
        js = assets.js,
        wasm = assets.wasm
    );
    view! {
        <Link rel="modulepreload" href=assets.js />
        <Link rel="preload" href=assets.wasm as_="fetch" type_="application/wasm" crossorigin="anonymous" />
        <script type="module" nonce=use_nonce() inner_html=start></script>
    }
}

/// What the browser’s tab says. A name is in it, and a name may be anything; but the library writes a title into the
/// page as it is, and a browser, which is handed one by our script, takes every letter of it for a letter.
fn title_of_page(words: String) -> String {
    let title = if words.is_empty() { "Roundtable".to_owned() } else { format!("{words} · Roundtable") };
    if cfg!(feature = "ssr") { html_escape::encode_text(&title).into_owned() } else { title }
}

#[component]
pub fn App() -> impl IntoView {
    provide_meta_context();
    view! {
        <Title formatter=title_of_page />
        <Router>
            <Routes fallback=|| view! { <ErrorPage error=AppError::NotFound /> }>
                // Rendered whole, so that it can be read without a script and has its right status.
                <Route path=path!("/") view=HomePage ssr=SsrMode::Async />
                <Route path=path!("/join/:token") view=JoinPage ssr=SsrMode::Async />
                <Route path=path!("/lobby") view=LobbyPage ssr=SsrMode::Async />
                <Route path=path!("/code") view=CodePage ssr=SsrMode::Async />
                <Route path=path!("/goodbye") view=GoodbyePage ssr=SsrMode::Async />
                <Route path=path!("/meetings/:id") view=MeetingPage ssr=SsrMode::Async />
                <Route path=path!("/meetings/:id/prepare") view=PreparePage ssr=SsrMode::Async />
                <Route path=path!("/meetings/:id/record") view=RecordPage ssr=SsrMode::Async />
                <Route path=path!("/register") view=RegisterPage ssr=SsrMode::Async />
                <Route path=path!("/register/import") view=RegisterPage ssr=SsrMode::Async />
                <Route path=path!("/register/add") view=AddChildPage ssr=SsrMode::Async />
                <Route path=path!("/map") view=MapPage ssr=SsrMode::Async />
                <Route path=path!("/impact") view=ImpactPage ssr=SsrMode::Async />
                <Route path=path!("/delivery") view=DeliveryPage ssr=SsrMode::Async />
                <Route path=path!("/safeguarding") view=SafeguardingPage ssr=SsrMode::Async />
                <Route path=path!("/pupils/:id") view=PupilPage ssr=SsrMode::Async />
                <Route path=path!("/pupils/:id/register") view=LinePage ssr=SsrMode::Async />
                <Route path=path!("/pupils/:id/first-meeting") view=FirstMeetingPage ssr=SsrMode::Async />
                <Route path=path!("/pupils/:id/pep") view=PepPage ssr=SsrMode::Async />
                <Route path=path!("/pupils/:id/passport") view=PassportPage ssr=SsrMode::Async />
            </Routes>
        </Router>
    }
}
