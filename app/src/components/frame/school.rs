//! The frame of the school’s pages, which are the server’s alone.

#![expect(unreachable_pub, reason = "a component’s props are public, however private the component")]

use leptos::prelude::*;

use crate::{
    api::reading::read_also_here,
    components::{also_here::AlsoHere, finish::FinishPlain, icon::BrandMark, my_view::MyViewButton},
    pages::SkipLink,
    shell::AroundStyle,
    view::Here,
};

/// Which of the school’s pages this is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum At {
    Home,
    Pupils,
    Delivery,
    Map,
    Impact,
}

pub(crate) const MENU: [(At, &str, &str); 5] = [
    (At::Home, "/", "Home"),
    (At::Pupils, "/register", "Pupils"),
    (At::Delivery, "/delivery", "Sessions"),
    (At::Map, "/map", "Who gets what"),
    (At::Impact, "/impact", "What worked"),
];

/// A page of the school’s: who is signed in, where, and the way out; for staff, the other pages.
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
    let also_here = Suspend::new(async {
        view! { <AlsoHere also_here=read_also_here().await /> }
    });
    let menu = here.is_staff.then(|| {
        view! {
            <nav class="school-nav" aria-label="School">
                <ul>{MENU.map(link).into_iter().collect_view()}</ul>
            </nav>
        }
    });
    view! {
        <AroundStyle />
        <div class="home-page school-page">
            <SkipLink to="#main" words=skip />
            <header class="topbar">
                <a class="brand" href="/" rel="external" aria-label="Roundtable: all meetings">
                    <BrandMark />
                    <span>"Roundtable"</span>
                </a>
                {menu}
                <p class="who-am-i">
                    <span>
                        {if here.has_account {
                            view! {
                                <a href="/account">
                                    {here.name} <span class="visually-hidden">": your account"</span>
                                </a>
                            }
                                .into_any()
                        } else {
                            here.name.into_any()
                        }} ", " {here.school}
                    </span>
                </p>
                <Suspense>{also_here}</Suspense>
                <MyViewButton />
                <FinishPlain />
            </header>
            <div class="table">
                <main class=class id="main" tabindex="-1">
                    {children()}
                </main>
            </div>
        </div>
    }
}
