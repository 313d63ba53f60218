//! What this page did to a section, in order, for the socket.
//!
//! Everything that did not come from elsewhere is ours: edits, and their undoing, which yrs makes
//! under an origin of its own. The observer runs inside a transaction and only fills a queue.
//! Unbounded, because it is emptied after every edit.

use std::sync::{Arc, Mutex, PoisonError};

use shared::doc::{REMOTE, SectionDoc};
use yrs::Origin;

const KEY: &str = "outgoing";

pub(super) struct Outgoing {
    doc: SectionDoc,
    queue: Arc<Mutex<Vec<Vec<u8>>>>,
}

impl Outgoing {
    /// Begins to listen. Once for each document.
    pub(super) fn observe(doc: &SectionDoc) -> Self {
        let queue = Arc::new(Mutex::new(vec![]));
        let fill = Arc::clone(&queue);
        let remote = Origin::from(REMOTE);
        // Refused only inside a transaction, and no function here is called from one.
        let _ = doc.yrs().observe_update_v1(KEY, move |txn, event| {
            if txn.origin() != Some(&remote) {
                fill.lock().unwrap_or_else(PoisonError::into_inner).push(event.update.clone());
            }
        });
        Self { doc: doc.clone(), queue }
    }

    pub(super) fn take(&self) -> Vec<Vec<u8>> {
        std::mem::take(&mut self.queue.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Drop for Outgoing {
    fn drop(&mut self) {
        let _ = self.doc.yrs().unobserve_update_v1(KEY);
    }
}

#[cfg(test)]
mod tests {
    use shared::{ItemId, Section, doc::NewItem, schema::plan::TARGETS};
    use uuid::Uuid;

    use super::*;
    use crate::collab::undo::{FieldUndo, OwnWords};

    #[test]
    fn edits_and_their_undoing_are_sent_and_what_came_is_not_sent_back() {
        let item = ItemId(Uuid::from_u128(1));
        let (seed, doc) = (SectionDoc::new(Section::Plan, 1), SectionDoc::new(Section::Plan, 2));
        seed.add(&TARGETS, item, NewItem::default());
        let outgoing = Outgoing::observe(&doc);
        doc.apply(&seed.state()).unwrap();
        assert!(outgoing.take().is_empty());

        let text = doc.text_ref(&TARGETS, item, "title").unwrap();
        let mut undo = FieldUndo::new(&doc, &text, OwnWords::default(), || 1);
        doc.splice(&TARGETS, item, "title", &shared::splice::Splice { at: 0, delete: 0, insert: "a".to_owned() });
        undo.undo();
        let sent = outgoing.take();
        assert_eq!(sent.len(), 2);
        sent.iter().for_each(|update| seed.apply(update).unwrap());
        assert_eq!(seed.words(&TARGETS, item, "title"), "");
    }
}
