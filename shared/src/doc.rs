//! One section as a typed document over `yrs`: reads and edits in the words of [`crate::schema`].
//!
//! Both sides use this type: the server holds one in each room, the browser one for each section it
//! may read, and a page is rendered from it before the browser has connected at all.
//!
//! What must stay true: offsets are UTF-16 on every replica; root names come from the schema alone;
//! local edits carry [`LOCAL`] as their origin and nothing else does, so that undo and sending know
//! them; no transaction outlives the function that opened it.

mod address;
mod brought;
mod edit;
mod item;
mod own_texts;
mod read;
#[cfg(test)]
mod tests;

use yrs::{
    Doc, OffsetKind, Options, ReadTxn, StateVector, Transact, Update,
    block::ClientID,
    updates::{decoder::Decode, encoder::Encode},
};

pub use self::{
    address::FieldAddress,
    brought::Brought,
    item::{ItemMeta, NewItem, Value},
    own_texts::OwnTexts,
};
use crate::{Section, schema};

/// The origin of edits made at this keyboard.
pub const LOCAL: &str = "local";
/// The origin of updates that came from elsewhere.
pub const REMOTE: &str = "remote";
/// The origin of edits made at this keyboard in a copy of the document, under another client id.
pub const COPY: &str = "copy";

/// A section’s document. Cloning shares the document.
#[derive(Clone)]
pub struct SectionDoc {
    section: Section,
    doc: Doc,
}

/// Bytes that are not a Yjs update.
#[derive(Clone, Copy, Debug, thiserror::Error, PartialEq, Eq)]
#[error("these bytes are not a document update")]
pub struct NotAnUpdate;

impl SectionDoc {
    /// An empty section, edited under this Yjs client id. Only the server fills an empty one.
    pub fn new(section: Section, client_id: u64) -> Self {
        let mut options = Options::with_client_id(ClientID::new(client_id));
        options.offset_kind = OffsetKind::Utf16;
        let doc = Doc::with_options(options);
        for list in schema::lists(section) {
            doc.get_or_insert_map(list.key);
        }
        Self { section, doc }
    }

    pub fn from_state(section: Section, client_id: u64, state: &[u8]) -> Result<Self, NotAnUpdate> {
        let doc = Self::new(section, client_id);
        doc.apply(state)?;
        Ok(doc)
    }

    pub fn section(&self) -> Section {
        self.section
    }

    /// The Yjs document itself, for observers and undo.
    pub fn yrs(&self) -> &Doc {
        &self.doc
    }

    pub fn client_id(&self) -> u64 {
        self.doc.client_id().get()
    }

    /// The whole section as one update.
    pub fn state(&self) -> Vec<u8> {
        self.doc.transact().encode_state_as_update_v1(&StateVector::default())
    }

    pub fn state_vector(&self) -> Vec<u8> {
        self.doc.transact().state_vector().encode_v1()
    }

    /// What a replica with this state vector lacks.
    pub fn diff(&self, state_vector: &[u8]) -> Result<Vec<u8>, NotAnUpdate> {
        let state_vector = StateVector::decode_v1(state_vector).map_err(|_| NotAnUpdate)?;
        Ok(self.doc.transact().encode_diff_v1(&state_vector))
    }

    /// Takes in an update from elsewhere. Trusts its shape: the server checks before it sends.
    pub fn apply(&self, update: &[u8]) -> Result<(), NotAnUpdate> {
        self.apply_from(REMOTE, update)
    }

    /// The same, from this origin.
    pub fn apply_from(&self, origin: &'static str, update: &[u8]) -> Result<(), NotAnUpdate> {
        let update = Update::decode_v1(update).map_err(|_| NotAnUpdate)?;
        self.doc.transact_mut_with(origin).apply_update(update).map_err(|_| NotAnUpdate)
    }
}
