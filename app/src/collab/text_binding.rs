//! Binds a plain `<textarea>` to a text of the document, both ways, while others write in it too.
//!
//! The box is never told what it holds as a whole, only what changed: so nobody’s caret, selection,
//! scroll or focus moves because of somebody else. What the person does is one splice for each input
//! event, applied at once. [`Held`] knows what the box shows and what the document holds.
//!
//! What must stay true: nothing here keeps a document beyond the section’s own; whenever the section
//! starts afresh, the text is looked up again by its address.

mod astray;
mod beside;
mod room;

use std::{
    cell::RefCell,
    rc::{Rc, Weak},
    time::Duration,
};

use leptos::prelude::*;
use shared::{
    doc::{FieldAddress, SectionDoc},
    plain,
    presence::Presence,
    splice::Splice,
};
use wasm_bindgen::JsCast;
use web_sys::{Event, HtmlElement, HtmlTextAreaElement, InputEvent, KeyboardEvent};

use self::astray::Astray;
use super::{
    SectionStore,
    carets::Carets,
    driver,
    field_tools::FieldTools,
    held::Held,
    hold::Hold,
    incoming::Incoming,
    listener::Listener,
    undo::{FieldUndo, OwnWords},
};

pub(super) struct TextBinding {
    core: Rc<Core>,
    _listeners: Vec<Listener>,
}

struct Core {
    area: HtmlTextAreaElement,
    store: SectionStore,
    address: FieldAddress,
    tools: FieldTools,
    own: Weak<Core>,
    state: RefCell<State>,
}

struct State {
    held: Held,
    hold: Hold,
    /// `None` while the section holds no such text.
    incoming: Option<Incoming>,
    undo: Option<FieldUndo>,
    carets: Carets,
    others: Vec<Presence>,
    typed_at: Option<f64>,
    /// For the word that is being composed, as it began.
    room: usize,
    /// While the box keeps what was refused.
    astray: Option<Astray>,
    flush: Option<TimeoutHandle>,
    unname: Option<TimeoutHandle>,
}

fn now() -> f64 {
    window().performance().map_or_else(js_sys::Date::now, |clock| clock.now())
}

/// For undo, to which no time is nothing.
fn clock() -> u64 {
    now() as u64 + 1
}

impl TextBinding {
    /// Takes over a box that was rendered with these words.
    pub(super) fn new(
        area: HtmlTextAreaElement,
        layer: HtmlElement,
        store: SectionStore,
        address: FieldAddress,
        rendered: &str,
        tools: FieldTools,
    ) -> Self {
        let core = Rc::new_cyclic(|own| Core {
            area,
            store,
            address,
            tools,
            own: own.clone(),
            state: RefCell::new(State {
                held: Held::new(rendered),
                hold: Hold::default(),
                incoming: None,
                undo: None,
                carets: Carets::new(layer),
                others: vec![],
                typed_at: None,
                room: 0,
                astray: None,
                flush: None,
                unname: None,
            }),
        });
        core.take_over(rendered);
        let _listeners = core.listen();
        Self { core, _listeners }
    }

    /// The document may have changed.
    pub(super) fn sync(&self) {
        self.core.sync();
    }

    /// Who else writes here, and where.
    pub(super) fn show(&self, others: Vec<Presence>) {
        self.core.state.borrow_mut().others = others;
        self.core.draw();
    }

    pub(super) fn undo(&self) {
        self.core.undo(FieldUndo::undo);
    }

    pub(super) fn redo(&self) {
        self.core.undo(FieldUndo::redo);
    }

    /// Lets in what waits.
    pub(super) fn show_waiting(&self) {
        self.core.finish_word();
    }
}

impl Drop for TextBinding {
    fn drop(&mut self) {
        driver::left(&self.core.address);
    }
}

impl Core {
    /// What was typed before any script ran is an edit like any other.
    fn take_over(&self, rendered: &str) {
        let value = self.area.value();
        if value != rendered && value.strip_prefix('\n') == Some(rendered) {
            // Made in the browser, the newline that guards the first one is not dropped.
            self.area.set_value(rendered);
        }
        self.state.borrow_mut().rebind(&self.store, &self.address);
        self.typed("");
        self.sync();
    }

    fn listen(self: &Rc<Self>) -> Vec<Listener> {
        let on = |name, act: fn(&Self, Event)| {
            let core = Rc::clone(self);
            Listener::new(&self.area, name, move |event| act(&core, event))
        };
        let core = Rc::clone(self);
        vec![
            on("beforeinput", |core, event| match event.unchecked_ref::<InputEvent>().input_type().as_str() {
                "historyUndo" => core.undo_instead(&event, FieldUndo::undo),
                "historyRedo" => core.undo_instead(&event, FieldUndo::redo),
                _ => core.keep_what_has_no_room(event.unchecked_ref()),
            }),
            on("input", |core, event| {
                core.typed(&event.unchecked_ref::<InputEvent>().input_type());
            }),
            on("compositionstart", |core, _| {
                core.composition_begins();
                core.state.borrow_mut().hold.composition_began(now());
            }),
            on("compositionend", |core, event| {
                core.composition_ends(event.unchecked_ref());
                core.state.borrow_mut().hold.composition_ended();
                // Browsers differ in whether the last input event comes before or after this.
                core.flush_in(Duration::ZERO);
            }),
            on("keydown", |core, event| {
                let key = event.unchecked_ref::<KeyboardEvent>();
                if (key.ctrl_key() || key.meta_key()) && !key.alt_key() {
                    match (key.key().as_str(), key.shift_key()) {
                        ("z" | "Z", false) => core.undo_instead(&event, FieldUndo::undo),
                        ("z" | "Z", true) | ("y" | "Y", false) => core.undo_instead(&event, FieldUndo::redo),
                        _ => {}
                    }
                }
            }),
            on("focus", |core, _| core.tell_presence()),
            on("blur", |core, _| {
                core.finish_word();
                driver::left(&core.address);
            }),
            Listener::new(&document(), "selectionchange", move |_| {
                if core.has_focus() {
                    core.tell_presence();
                }
            }),
        ]
    }

    fn has_focus(&self) -> bool {
        document().active_element().as_ref() == Some(self.area.unchecked_ref())
    }

    /// Where the caret stands in the box.
    fn caret(&self) -> usize {
        self.area.selection_end().ok().flatten().unwrap_or_default() as usize
    }

    // ── from here ──

    fn typed(&self, input_type: &str) {
        if self.typed_astray() || self.composes_beyond_the_end(input_type) {
            return;
        }
        let after: Vec<u16> = self.plain_value().encode_utf16().collect();
        let edits = {
            let mut state = self.state.borrow_mut();
            state.take_incoming();
            if state.incoming.is_none() {
                return;
            }
            state.ensure_undo(&self.store, &self.address);
            state.hold.typed(input_type, now());
            state.held.typed(after, self.caret())
        };
        if !edits.is_empty() {
            self.store.write(&self.address, &edits);
            // Our own doing, which the box shows already.
            let mut state = self.state.borrow_mut();
            state.typed_at = Some(now());
            if let Some(incoming) = &state.incoming {
                incoming.take();
            }
            if let Some(undo) = state.undo.as_mut().filter(|_| edits.iter().any(ends_a_step)) {
                undo.begin_step();
            }
        }
        self.release_unless_held();
        if !input_type.is_empty() {
            // After the text, so that nobody sees the caret where there is no letter yet.
            self.tell_presence();
            self.tell_presence_later();
        }
        self.draw();
    }

    /// What the box holds, once what cannot be kept is out of it.
    fn plain_value(&self) -> String {
        let value = self.area.value();
        if plain::is_plain(&value) {
            return value;
        }
        let mut at = 0;
        for letter in value.chars() {
            let (end, instead) = (at + letter.len_utf16() as u32, plain::instead(letter));
            if instead != Some(letter) {
                let words = instead.map(String::from).unwrap_or_default();
                let _ = self.area.set_range_text_with_start_and_end_and_mode(&words, at, end, "preserve");
            }
            at += instead.map_or(0, |letter| letter.len_utf16() as u32);
        }
        self.area.value()
    }

    fn undo_instead(&self, event: &Event, undo: fn(&mut FieldUndo) -> bool) {
        event.prevent_default();
        self.undo(undo);
    }

    fn undo(&self, undo: fn(&mut FieldUndo) -> bool) {
        self.finish_word();
        let caret = {
            let mut state = self.state.borrow_mut();
            if !self.store.in_my_hand(&self.address, |_| state.undo.as_mut().is_some_and(undo)) {
                return;
            }
            let undone = state.take_incoming();
            undone.last().map(|last| last.at + last.insert.encode_utf16().count() as u32)
        };
        self.store.changed_here(Some(self.address.clone()));
        self.release_unless_held();
        if let Some(caret) = caret.filter(|_| self.has_focus()) {
            let _ = self.area.set_selection_range(caret, caret);
        }
        self.draw();
    }

    // ── from elsewhere ──

    fn sync(&self) {
        {
            let mut state = self.state.borrow_mut();
            let known = state.incoming.as_ref().map(|incoming| incoming.doc().client_id());
            if known != Some(self.store.with_doc(SectionDoc::client_id)) {
                state.rebind(&self.store, &self.address);
            }
            if state.take_incoming().is_empty() && state.held.waiting() == 0 && state.astray.is_none() {
                return;
            }
        }
        self.release_unless_held();
        self.draw();
    }

    fn finish_word(&self) {
        {
            let mut state = self.state.borrow_mut();
            state.hold.left();
            state.come_back_now();
        }
        self.release_unless_held();
        self.draw();
    }

    fn release_unless_held(&self) {
        let edits = {
            let mut state = self.state.borrow_mut();
            let remaining = [state.hold.remaining(now()), state.astray_for()].into_iter().flatten().reduce(f64::max);
            match remaining {
                Some(left) if state.held.waiting() > 0 || state.astray.is_some() => {
                    drop(state);
                    self.flush_in(Duration::from_millis(left as u64 + 1));
                    self.show_tools();
                    return;
                }
                Some(_) => vec![],
                None => {
                    state.come_back(&self.store, &self.address);
                    state.held.release()
                }
            }
        };
        if !edits.is_empty() {
            let scroll = self.area.scroll_top();
            for Splice { at, delete, insert } in edits {
                let _ = self.area.set_range_text_with_start_and_end_and_mode(&insert, at, at + delete, "preserve");
            }
            self.area.set_scroll_top(scroll);
        }
        self.show_tools();
    }

    fn flush_in(&self, wait: Duration) {
        let own = self.own.clone();
        let flush = move || {
            if let Some(core) = own.upgrade() {
                core.release_unless_held();
                core.draw();
            }
        };
        let timer = set_timeout_with_handle(flush, wait).ok();
        if let Some(before) = std::mem::replace(&mut self.state.borrow_mut().flush, timer) {
            before.clear();
        }
    }
}

/// A sentence, a line, and what was pasted or dictated are undone one at a time, even by somebody
/// who writes without a pause.
fn ends_a_step(edit: &Splice) -> bool {
    edit.insert.ends_with(['.', '!', '?', '\n']) || edit.insert.chars().nth(1).is_some()
}

impl State {
    /// Looks the text up in the section’s document as it is now, and compares.
    fn rebind(&mut self, store: &SectionStore, address: &FieldAddress) {
        let own_words = self.undo.take().map(FieldUndo::into_own_words).unwrap_or_default();
        if self.incoming.take().is_some() {
            self.go_astray(address);
        }
        self.incoming = store.with_doc(|doc| Incoming::observe(doc, address, &address.dom_id()));
        if let (None, Some(_), Some((list, field))) = (&self.astray, &self.incoming, address.schema()) {
            self.held.becomes(&store.with_doc(|doc| doc.words(list, address.item, field.key)));
        }
        if !own_words.is_empty() {
            self.undo = store.undo_of(address, own_words, clock);
        }
    }

    fn ensure_undo(&mut self, store: &SectionStore, address: &FieldAddress) {
        let client = store.in_my_hand(address, SectionDoc::client_id);
        if self.incoming.is_some() && self.undo.as_ref().map(FieldUndo::client) != Some(client) {
            self.undo = store.undo_of(address, OwnWords::default(), clock);
        }
    }

    fn take_incoming(&mut self) -> Vec<Splice> {
        let splices = self.incoming.as_ref().map(Incoming::take).unwrap_or_default();
        if self.astray.is_some() {
            return vec![];
        }
        splices.iter().for_each(|splice| self.held.came(splice));
        splices
    }
}

impl Drop for State {
    fn drop(&mut self) {
        self.flush.take().into_iter().chain(self.unname.take()).for_each(|timer| timer.clear());
    }
}
