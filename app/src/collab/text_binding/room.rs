//! What the box has no room for. A browser cuts it off at `maxlength` without a word, whether it is typed,
//! pasted, dropped, dictated or composed; here it is kept whole, to be copied, and that is said.

use std::time::Duration;

use leptos::prelude::*;
use shared::event::Refusal;
use wasm_bindgen::JsCast;
use web_sys::{CompositionEvent, InputEvent};

use super::Core;
use crate::collab::{KeptWords, driver};

impl Core {
    /// Something is about to be put into the box.
    pub(super) fn keep_what_has_no_room(&self, event: &InputEvent) {
        let kind = event.input_type();
        // A word that is still being composed is looked at when it is done.
        if !kind.starts_with("insert") || kind == "insertCompositionText" {
            return;
        }
        // What is dropped replaces nothing.
        let replaced = if kind == "insertFromDrop" { 0 } else { self.selected() };
        if let Some(words) = words_of(event) {
            self.keep_unless_it_fits(words, self.room() + replaced);
        }
    }

    pub(super) fn composition_begins(&self) {
        self.state.borrow_mut().room = self.room() + self.selected();
    }

    /// Whether a word that is being composed goes beyond the end. A browser cuts it off when it is done, and
    /// until then the document does not have it: it would be refused with all that stands there.
    pub(super) fn composes_beyond_the_end(&self, input_type: &str) -> bool {
        input_type == "insertCompositionText" && self.area.text_length() as i32 > self.area.max_length()
    }

    pub(super) fn composition_ends(&self, event: &CompositionEvent) {
        let room = self.state.borrow().room;
        self.keep_unless_it_fits(event.data().unwrap_or_default(), room);
        let own = self.own.clone();
        let take = move || {
            if let Some(core) = own.upgrade() {
                core.typed("");
            }
        };
        set_timeout(take, Duration::ZERO);
    }

    fn keep_unless_it_fits(&self, words: String, room: usize) {
        if words.encode_utf16().count() <= room || self.state.borrow().astray.is_some() {
            return;
        }
        if is_one_letter(&words) {
            return self.keep_cut_off(&words);
        }
        // Browsers differ in what is selected at this moment. What is there afterwards is not lost.
        let own = self.own.clone();
        let look = move || {
            if let Some(core) = own.upgrade()
                && !core.area.value().contains(&words.replace("\r\n", "\n"))
            {
                core.keep_cut_off(&words);
            }
        };
        set_timeout(look, Duration::ZERO);
    }

    /// With what was kept of this box before: somebody who types on at its end keeps every letter.
    fn keep_cut_off(&self, words: &str) {
        let before = driver::kept_of(&self.address).map(|kept| kept.words).unwrap_or_default();
        let between = if before.is_empty() || is_one_letter(words) { "" } else { "\n" };
        driver::keep(KeptWords::new(self.address.clone(), format!("{before}{between}{words}"), Refusal::TooLong));
    }

    fn room(&self) -> usize {
        usize::try_from(self.area.max_length() - self.area.text_length() as i32).unwrap_or_default()
    }

    fn selected(&self) -> usize {
        let start = self.area.selection_start().ok().flatten().unwrap_or_default() as usize;
        self.caret().saturating_sub(start)
    }
}

fn words_of(event: &InputEvent) -> Option<String> {
    if matches!(event.input_type().as_str(), "insertLineBreak" | "insertParagraph") {
        return Some("\n".to_owned());
    }
    let transferred = || {
        let data =
            js_sys::Reflect::get(event, &"dataTransfer".into()).ok()?.dyn_into::<web_sys::DataTransfer>().ok()?;
        data.get_data("text/plain").ok()
    };
    event.data().or_else(transferred).filter(|words| !words.is_empty())
}

fn is_one_letter(words: &str) -> bool {
    words.chars().nth(1).is_none()
}
