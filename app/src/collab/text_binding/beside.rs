//! What is shown beside the text and told of it: undo, what waits, carets, and where I write.

use std::time::Duration;

use leptos::prelude::*;
use shared::presence::Writing;

use super::{Core, now};
use crate::collab::{driver, sticky, undo::FieldUndo};

/// How long after the last letter somebody still counts as writing.
const TYPING: Duration = Duration::from_secs(2);

impl Core {
    pub(super) fn show_tools(&self) {
        let state = self.state.borrow();
        let undo = state.undo.as_ref();
        self.tools.show(
            undo.is_some_and(FieldUndo::can_undo),
            undo.is_some_and(FieldUndo::can_redo),
            state.held.waiting(),
        );
    }

    pub(super) fn tell_presence(&self) {
        if !self.has_focus() {
            return;
        }
        let state = self.state.borrow();
        let place = state.held.to_document(self.caret());
        let caret = state.incoming.as_ref().and_then(|text| sticky::position(text, place as u32));
        let typing = state.typed_at.is_some_and(|at| now() - at < TYPING.as_millis() as f64);
        driver::writing(Writing { field: Some(self.address.clone()), caret, typing });
    }

    /// Says that the writing has paused, once it has.
    pub(super) fn tell_presence_later(&self) {
        let own = self.own.clone();
        let tell = move || {
            if let Some(core) = own.upgrade() {
                core.tell_presence();
            }
        };
        set_timeout(tell, TYPING + Duration::from_millis(50));
    }

    pub(super) fn draw(&self) {
        let mut state = self.state.borrow_mut();
        let state = &mut *state;
        let carets = match &state.incoming {
            Some(text) => state
                .others
                .iter()
                .filter_map(|other| {
                    let place = sticky::place(text, other.writing.caret.as_ref()?)?;
                    Some((state.held.to_box(place as usize), other.clone()))
                })
                .collect(),
            None => vec![],
        };
        let named_for = state.carets.draw(state.held.shown(), carets, now());
        let own = self.own.clone();
        let redraw = move || {
            if let Some(core) = own.upgrade() {
                core.draw();
            }
        };
        let timer =
            named_for.and_then(|wait| set_timeout_with_handle(redraw, Duration::from_millis(wait as u64 + 1)).ok());
        if let Some(before) = std::mem::replace(&mut state.unname, timer) {
            before.clear();
        }
    }
}
