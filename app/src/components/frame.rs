//! The frames pages stand in: a letter on a plain table for whoever is on the way in or out, and the
//! school’s pages for whoever is signed in. The meeting and the record have frames of their own.

use leptos::prelude::*;

use super::{
    also_here::AlsoHere,
    finish::Finish,
    icon::{BrandMark, Icon},
    my_view::MyViewButton,
};
use crate::{pages::SkipLink, view::Here};

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

/// Which of the school’s pages this is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum At {
    Home,
    Pupils,
    Map,
    Impact,
}

const MENU: [(At, &str, &str); 4] = [
    (At::Home, "/", "Home"),
    (At::Pupils, "/register", "Pupils"),
    (At::Map, "/map", "Who gets what"),
    (At::Impact, "/impact", "What worked"),
];

/// A page of the school’s: who is signed in, where, and the way out; for staff, the other pages. Each is loaded whole,
/// so that it is the same with scripts and without.
#[component]
pub fn SchoolFrame(
    here: Here,
    at: At,
    #[prop(default = "Skip to the main part")] skip: &'static str,
    /// Of the sheets: `home` has one under the other, `school` some side by side.
    #[prop(default = "school")]
    class: &'static str,
    children: Children,
) -> impl IntoView {
    let link = move |(page, href, words): (At, &'static str, &'static str)| {
        view! {
            <li>
                <a href=href rel="external" aria-current=(page == at).then_some("page")>
                    {words}
                </a>
            </li>
        }
    };
    let menu = here.is_staff.then(|| {
        view! {
            <nav class="school-nav" aria-label="School">
                <ul>{MENU.map(link).into_iter().collect_view()}</ul>
            </nav>
        }
    });
    view! {
        <div class="home-page school-page">
            <SkipLink to="#main" words=skip />
            <header class="topbar">
                <a class="brand" href="/" rel="external" aria-label="Roundtable: all meetings">
                    <BrandMark />
                    <span>"Roundtable"</span>
                </a>
                {menu}
                <p class="who-am-i">{here.name} ", " {here.school}</p>
                <AlsoHere meeting=None />
                <MyViewButton />
                <Finish />
            </header>
            <div class="table">
                <main class=class id="main" tabindex="-1">
                    {children()}
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
