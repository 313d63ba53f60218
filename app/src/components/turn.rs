//! From one page of a long list to the next: ordinary links, with what was chosen in the address.

use leptos::prelude::*;

use super::{choose::address, icon::Icon};
use crate::view::Paging;

#[component]
pub fn Turn(
    paging: Paging,
    path: &'static str,
    /// What else stands in the address.
    chosen: Vec<(&'static str, String)>,
    /// Where on the page the list begins, if not at its top: an id.
    #[prop(optional)]
    list: &'static str,
) -> impl IntoView {
    let Paging { page: now, pages, .. } = paging;
    (pages > 1).then(|| {
        let to = move |page: u32| {
            let number = page.to_string();
            let mut all: Vec<(&str, &str)> = chosen.iter().map(|(name, value)| (*name, value.as_str())).collect();
            all.push(("page", &number));
            let hash = if list.is_empty() { "" } else { "#" };
            format!("{}{hash}{list}", address(path, &all))
        };
        let before = (now > 1).then(|| to(now - 1));
        let after = (now < pages).then(|| to(now + 1));
        let numbers = (1..=pages).map(|page| {
            view! {
                <li>
                    <a href=to(page) rel="external" aria-current=(page == now).then_some("page")>
                        <span class="visually-hidden">"Page "</span>
                        {page}
                    </a>
                </li>
            }
        });
        view! {
            <nav class="paging" aria-label="Pages">
                {before
                    .map(|href| {
                        view! {
                            <a class="button" href=href rel="external">
                                <Icon name="left" />
                                "Before"
                            </a>
                        }
                    })}
                <ol>{numbers.collect_view()}</ol>
                {after
                    .map(|href| {
                        view! {
                            <a class="button" href=href rel="external">
                                "Next page"
                                <Icon name="right" />
                            </a>
                        }
                    })}
            </nav>
        }
    })
}
