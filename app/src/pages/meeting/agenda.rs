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

/// The part whose sheet lies at the top of the window now; on a phone, the one sheet that lies there.
pub(super) fn in_view(parts: &[Part]) -> Option<Part> {
    let shown: Vec<Part> = parts.iter().copied().filter(|part| focus::is_shown(part.key())).collect();
    match *shown {
        [Part::Who, only] => Some(only),
        _ => shown.iter().rev().find(|part| focus::has_reached_top(part.key())).or(parts.first()).copied(),
    }
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
        // One sheet in the place of another need not scroll the page.
        let listening =
            ["scroll", "hashchange", "resize"].map(|what| window_event_listener_untyped(what, move |_| look()));
        on_cleanup(move || listening.into_iter().for_each(WindowListenerHandle::remove));
    });
    seen.into()
}

/// Its place among the parts.
pub(super) fn place_of(parts: Memo<Vec<Part>>, seen: Signal<Option<Part>>) -> Memo<usize> {
    let now = spotlit();
    Memo::new(move |_| {
        let now = seen.get().or_else(|| now.get()).unwrap_or(Part::Who);
        parts.with(|parts| parts.iter().position(|part| *part == now).unwrap_or(0))
    })
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

/// On a narrow screen: before, all parts, after.
#[component]
pub(super) fn PartNav(parts: Memo<Vec<Part>>, at: Memo<usize>) -> impl IntoView {
    let now = spotlit();
    let open = NodeRef::<leptos::html::Details>::new();
    view! {
        <nav class="part-nav" aria-label="Parts of the meeting, in one line">
            {step(parts, at, -1)}
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
            {step(parts, at, 1)}
        </nav>
    }
}

/// The part before the one at this place, or the next one, by its name.
pub(super) fn step(parts: Memo<Vec<Part>>, at: Memo<usize>, by: isize) -> AnyView {
    let part = move || parts.with(|parts| parts.get(at.get().checked_add_signed(by)?).copied());
    let (words, icon) = if by < 0 { ("Part before: ", "left") } else { ("Next part: ", "right") };
    view! {
        // Before the first and after the last it leads nowhere, and keeps its place.
        <a class="part-step" href=move || part().map(|part| format!("#{}", part.key())) rel="external">
            <span>{words} {move || part().map(Part::title)}</span>
            <Icon name=icon />
        </a>
    }
    .into_any()
}
