//! The browser’s own randomness: ids for what is made at this keyboard.

use shared::ItemId;
#[cfg(any(feature = "hydrate", test))]
use shared::hand;
use uuid::Uuid;

/// An id for a new item. Only ever called by a person’s action, never while rendering.
#[expect(clippy::disallowed_methods, reason = "the edge where a person’s action makes a new thing")]
pub(super) fn item_id() -> ItemId {
    ItemId(Uuid::new_v4())
}

/// A Yjs client id for this page: 53 bits, so that JavaScript can hold it as a number, of which one says
/// whose words are written under it. The low bits of a version 4 id are all random.
#[cfg(feature = "hydrate")]
#[expect(clippy::disallowed_methods, reason = "the edge where a page gets its own client id")]
pub(super) fn client_id() -> u64 {
    const BITS_53: u128 = (1 << 53) - 1;
    hand::for_oneself((Uuid::new_v4().as_u128() & BITS_53) as u64)
}

/// What this tab calls itself among the others of its browser.
#[cfg(feature = "hydrate")]
#[expect(clippy::disallowed_methods, reason = "the edge where a page gets its own name")]
pub(super) fn tab_id() -> Uuid {
    Uuid::new_v4()
}

/// On the server a document is only read, and nothing is written under its id.
#[cfg(not(feature = "hydrate"))]
pub(super) fn client_id() -> u64 {
    1
}

/// One for what this page types for the pupil.
#[cfg(any(feature = "hydrate", test))]
pub(super) fn client_id_for_pupil() -> u64 {
    hand::for_pupil(client_id())
}
