//! The parts in their order: beside the sheets, or on a narrow screen as one line that opens.

use leptos::prelude::*;

use super::parts::Part;
use crate::{
    collab::use_meeting,
    components::{authors::AuthorsLink, focus, icon::Icon, list::each},
};

/// Where everybody was last asked to look.
pub(super) fn spotlit() -> Memo<Option<Part>> {
    let spotlight = use_meeting().spotlight();
    Memo::new(move |_| spotlight.get().and_then(|(key, _)| Part::from_key(&key)))
}

/// The part whose sheet lies at the top of the window now.
pub(super) fn in_view(parts: &[Part]) -> Option<Part> {
    parts.iter().rev().find(|part| focus::has_reached_top(part.key())).or(parts.first()).copied()
}

/// The part this person has before them, which need not be where everybody was asked to look. None until
/// the page is alive.
pub(super) fn seen(parts: Memo<Vec<Part>>) -> Signal<Option<Part>> {
    let seen = RwSignal::new(None);
    Effect::new(move || {
        let look = move || {
            let part = in_view(&parts.get_untracked());
            if seen.get_untracked() != part {
                seen.set(part);
            }
        };
        look();
        let listening = window_event_listener(leptos::ev::scroll, move |_| look());
        on_cleanup(move || listening.remove());
    });
    seen.into()
}

#[component]
pub(super) fn Agenda(parts: Memo<Vec<Part>>, ground_rules: Vec<String>) -> impl IntoView {
    let now = spotlit();
    let rules = (!ground_rules.is_empty()).then(|| {
        view! {
            <div class="ground-rules">
                <h2>"How we talk"</h2>
                <ul>{ground_rules.into_iter().map(|rule| view! { <li>{rule}</li> }).collect_view()}</ul>
            </div>
        }
    });
    view! {
        <aside class="agenda" aria-label="Agenda">
            <nav aria-label="Parts of the meeting">
                <PartLinks parts now />
            </nav>
            <AuthorsLink />
            {rules}
        </aside>
    }
}

#[component]
fn PartLinks(parts: Memo<Vec<Part>>, now: Memo<Option<Part>>) -> impl IntoView {
    let place = move |part: Part| parts.with(|parts| parts.iter().position(|other| *other == part));
    let class = move |part: Part| match now.get() {
        Some(now) if now == part => "is-now",
        Some(now) if place(part) < place(now) => "is-done",
        Some(_) | None => "",
    };
    let line = move |part: Part| {
        view! {
                <li class=move || class(part)>
                    // `external`: the browser goes there and takes the focus along.
                    <a
                        href=format!("#{}", part.key())
                        rel="external"
                        aria-current=move || (now.get() == Some(part)).then_some("step")
                    >
                        {part.title()}
                        {move || {
                            (now.get() == Some(part)).then(|| view! { <span class="here">"We are here"</span> })
                        }}
                    </a>
                </li>
        }
        .into_any()
    };
    view! { <ol>{each(parts, line)}</ol> }
}

/// On a phone: before, all parts, after.
#[component]
pub(super) fn PartNav(parts: Memo<Vec<Part>>, seen: Signal<Option<Part>>) -> impl IntoView {
    let now = spotlit();
    let at = Memo::new(move |_| {
        let now = seen.get().or_else(|| now.get()).unwrap_or(Part::Who);
        parts.with(|parts| parts.iter().position(|part| *part == now).unwrap_or(0))
    });
    let step = move |by: isize, icon: &'static str, words: &'static str| {
        let part = move || parts.with(|parts| parts.get(at.get().checked_add_signed(by)?).copied());
        view! {
            <a
                class=move || if part().is_some() { "part-step" } else { "part-step is-off" }
                href=move || part().map(|part| format!("#{}", part.key()))
                rel="external"
            >
                <span class="visually-hidden">
                    {words} {move || part().map(Part::title)}
                </span>
                <Icon name=icon />
            </a>
        }
    };
    let open = NodeRef::<leptos::html::Details>::new();
    view! {
        <nav class="part-nav" aria-label="Parts of the meeting, in one line">
            {step(-1, "left", "Part before: ")}
            <details
                class="part-list"
                node_ref=open
                on:click=move |event| {
                    // A part was chosen: fold the list away again.
                    let chose = event_target::<leptos::web_sys::Element>(&event).closest("a").ok().flatten().is_some();
                    if let Some(details) = open.get_untracked().filter(|_| chose) {
                        let _ = details.remove_attribute("open");
                    }
                }
            >
                <summary>
                    <span>
                        <span class="part-word">"Part "</span>
                        {move || format!("{} of {}", at.get() + 1, parts.with(Vec::len))}
                    </span>
                    <strong>{move || parts.with(|parts| parts.get(at.get()).copied()).map(Part::title)}</strong>
                </summary>
                <PartLinks parts now />
                <AuthorsLink />
            </details>
            {step(1, "right", "Next part: ")}
        </nav>
    }
}
