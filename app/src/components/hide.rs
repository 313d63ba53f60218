//! “Hide”: beside a text, for whoever may take words out of it for everybody at once. The words that are selected in
//! its box, or all of it. Asked once more, because nobody brings them back.

use leptos::prelude::*;

use super::{focus, icon::Icon, item::Item};
use crate::{api::meetings::hide_passage, collab::use_meeting, error::AppError};

/// From which letter on, and what.
type Passage = (u32, String);

#[component]
pub fn Hide(
    item: Item,
    key: &'static str,
    /// What the text is called.
    label: String,
) -> impl IntoView {
    let (may_hide, words) = (use_meeting().may_hide(), item.words(key));
    let is_here = Memo::new(move |_| may_hide.get() && words.with(|words| !words.is_empty()));
    move || is_here.get().then(|| view! { <HideOf item key label=label.clone() /> })
}

#[component]
fn HideOf(item: Item, key: &'static str, label: String) -> impl IntoView {
    let (meeting, words) = (use_meeting(), item.words(key));
    let is_reopened = move || meeting.reopened().with(Option::is_some);
    let box_id = item.dom_id(key);
    let (button_id, sure_id) = (format!("hide-{box_id}"), format!("sure-{box_id}"));
    let asks = RwSignal::new(None::<Passage>);
    let failed = RwSignal::new(None::<AppError>);
    let back = {
        let button_id = button_id.clone();
        move || {
            asks.set(None);
            focus::go_to(button_id.clone());
        }
    };
    let (field, hidden) = (item.list.field(key).map(|field| item.address(field).to_string()), back.clone());
    let hide = Action::new(move |(from, words): &Passage| {
        let answer = hide_passage(meeting.id, field.clone().unwrap_or_default(), *from, words.clone());
        let hidden = hidden.clone();
        async move {
            failed.set(answer.await.err());
            hidden();
        }
    });
    let ask = {
        let (box_id, sure_id) = (box_id, sure_id.clone());
        move |_| {
            failed.set(None);
            asks.set(Some(selected(&box_id).unwrap_or_else(|| (0, words.get_untracked()))));
            focus::go_to(sure_id.clone());
        }
    };
    view! {
        <button class="tool is-stop hide-words" type="button" id=button_id on:click=ask>
            <Icon name="hidden" />
            "Hide"
            <span class="visually-hidden">{format!(" words in “{label}” from everybody")}</span>
        </button>
        {move || {
            let (from, words) = asks.get()?;
            let (quoted, back) = (words.clone(), back.clone());
            Some(
                view! {
                    <div class="hide-sure" role="group" aria-label="Hide these words from everybody?" id=sure_id.clone() tabindex="-1">
                        <blockquote dir="auto">{quoted}</blockquote>
                        <p>
                            "Everyone stops seeing it at once. It is kept for the safeguarding lead alone."
                            {is_reopened().then_some(" The versions that were agreed before keep it where it stood in them: say so to the safeguarding lead.")}
                        </p>
                        <div class="row">
                            <button
                                class="button"
                                type="button"
                                disabled=move || hide.pending().get()
                                on:click=move |_| {
                                    hide.dispatch((from, words.clone()));
                                }
                            >
                                "Hide it from everybody"
                            </button>
                            <button class="button quiet" type="button" on:click=move |_| back()>
                                "No"
                            </button>
                        </div>
                    </div>
                },
            )
        }}
        {move || {
            failed.get().map(|error| view! { <p class="error" role="alert"><Icon name="stop" />{error.to_string()}</p> })
        }}
    }
}

/// What is selected in the box with this id, if anything is.
fn selected(box_id: &str) -> Option<Passage> {
    #[cfg(feature = "hydrate")]
    {
        use wasm_bindgen::JsCast;
        let area: web_sys::HtmlTextAreaElement = document().get_element_by_id(box_id)?.dyn_into().ok()?;
        let (from, to) = (area.selection_start().ok()??, area.selection_end().ok()??);
        let words: Vec<u16> =
            area.value().encode_utf16().skip(from as usize).take(to.saturating_sub(from) as usize).collect();
        (!words.is_empty()).then(|| (from, String::from_utf16_lossy(&words)))
    }
    #[cfg(not(feature = "hydrate"))]
    {
        let _ = box_id;
        None
    }
}
