//! What others did to one text, in order, for its text box.
//!
//! The observer runs inside a transaction, where nothing may read the document: it only fills a
//! queue. Unbounded, because it is emptied after every transaction.

use std::sync::{Arc, Mutex, PoisonError};

use shared::{
    doc::{FieldAddress, SectionDoc},
    splice::Splice,
};
use yrs::{Any, Observable, Out, TextRef, types::Delta};

/// The splices of one text since they were last taken.
pub(super) struct Incoming {
    /// A `TextRef` points into its document without keeping it alive.
    doc: SectionDoc,
    text: TextRef,
    key: String,
    queue: Arc<Mutex<Vec<Splice>>>,
}

impl Incoming {
    /// Begins to listen. Each key once for each text.
    pub(super) fn observe(doc: &SectionDoc, address: &FieldAddress, key: &str) -> Option<Self> {
        let (list, field) = address.schema()?;
        let text = doc.text_ref(list, address.item, field.key)?;
        let queue = Arc::new(Mutex::new(vec![]));
        let fill = Arc::clone(&queue);
        text.observe(key, move |txn, event| {
            fill.lock().unwrap_or_else(PoisonError::into_inner).extend(splices(event.delta(txn)));
        });
        Some(Self { doc: doc.clone(), text, key: key.to_owned(), queue })
    }

    pub(super) fn doc(&self) -> &SectionDoc {
        &self.doc
    }

    pub(super) fn text(&self) -> &TextRef {
        &self.text
    }

    pub(super) fn take(&self) -> Vec<Splice> {
        std::mem::take(&mut self.queue.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Drop for Incoming {
    fn drop(&mut self) {
        self.text.unobserve(self.key.as_str());
    }
}

/// A delta as splices to be applied one after the other.
fn splices(delta: &[Delta]) -> Vec<Splice> {
    let mut at = 0;
    let mut splices = vec![];
    for part in delta {
        match part {
            Delta::Retain(units, _) => at += units,
            Delta::Deleted(units) => splices.push(Splice { at, delete: *units, insert: String::new() }),
            Delta::Inserted(Out::Any(Any::String(words)), _) => {
                splices.push(Splice { at, delete: 0, insert: words.to_string() });
                at += words.encode_utf16().count() as u32;
            }
            // Nothing else can be in a text: the server refuses the shape. It takes up one place.
            Delta::Inserted(..) => at += 1,
        }
    }
    splices
}
