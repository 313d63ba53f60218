//! The frames pages stand in: a letter on a plain table for whoever is on the way in or out, and the
//! school’s pages for whoever is signed in. The meeting and the record have frames of their own.

#[cfg(feature = "ssr")]
mod school;

use leptos::prelude::*;

#[cfg(feature = "ssr")]
pub(crate) use self::school::MENU;
#[cfg(feature = "ssr")]
pub use self::school::{At, SchoolFrame};
use super::icon::{BrandMark, Icon};
use crate::pages::SkipLink;

/// One sheet with few words on it, and the brand above: invitations, goodbyes, what went wrong.
#[component]
pub fn LetterFrame(
    /// Whether the brand leads to the first page: not from where there is one thing to do.
    #[prop(optional)]
    leads_home: bool,
    #[prop(default = "Skip to the main part")] skip: &'static str,
    children: Children,
) -> impl IntoView {
    let brand = || {
        view! {
            <BrandMark />
            <span>"Roundtable"</span>
        }
    };
    view! {
        <div class="join-page">
            <SkipLink to="#main" words=skip />
            <header class="join-bar">
                {if leads_home {
                    view! {
                        <a class="brand" href="/" rel="external">
                            {brand()}
                        </a>
                    }
                        .into_any()
                } else {
                    view! { <p class="brand">{brand()}</p> }.into_any()
                }}
            </header>
            <div class="table is-plain">
                <main class="join-main" id="main" tabindex="-1">
                    <article class="sheet letter">{children()}</article>
                </main>
            </div>
        </div>
    }
}

/// The last lines of a letter: what to do when something is in the way.
#[component]
pub fn HelpLine(icon: &'static str, children: Children) -> impl IntoView {
    view! {
        <p class="help-line">
            <Icon name=icon />
            <span>{children()}</span>
        </p>
    }
}
