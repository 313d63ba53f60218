//! What somebody goes on typing after it was refused.
//!
//! By then the section has begun afresh. If the box followed at once it would change in the middle of a
//! word, and the rest of the word would land in the very words that are protected. So until the person
//! pauses, the box keeps what they type, and all of it goes to what is kept for copying; none of it
//! goes into the document. Then the box shows the document again.

use shared::doc::FieldAddress;

use super::{Core, State, now};
use crate::collab::{KeptWords, SectionStore, driver, held::Held};

/// Nobody is in the middle of a word who has typed nothing for so long.
const PAUSE_MS: f64 = 1_500.0;

impl State {
    /// The section began afresh. If the person is still typing what was refused, the box does not follow yet.
    pub(super) fn go_astray(&mut self, address: &FieldAddress) {
        let until = self.typed_at.map(|at| at + PAUSE_MS).filter(|until| *until > now());
        self.astray = until.filter(|_| driver::kept_of(address).is_some());
    }

    /// For how long the box does not follow yet, if it does not.
    pub(super) fn astray_for(&self) -> Option<f64> {
        self.astray.map(|until| until - now()).filter(|left| *left > 0.0)
    }

    /// The box follows the document again.
    pub(super) fn come_back(&mut self, store: &SectionStore, address: &FieldAddress) {
        if self.astray.take().is_some()
            && let (Some(incoming), Some((list, field))) = (&self.incoming, address.schema())
        {
            incoming.take();
            self.held.becomes(&store.with_doc(|doc| doc.words(list, address.item, field.key)));
        }
    }
}

impl Core {
    /// Takes what was typed, if it is not for the document.
    pub(super) fn typed_astray(&self) -> bool {
        let words = self.area.value();
        let before;
        {
            let mut state = self.state.borrow_mut();
            if state.astray.is_none() {
                return false;
            }
            state.astray = Some(now() + PAUSE_MS);
            before = String::from_utf16_lossy(state.held.shown());
            state.held = Held::new(&words);
        }
        if let Some(kept) = driver::kept_of(&self.address) {
            // Kept last was what the box showed; what was kept earlier stands before it.
            let earlier = kept.words.strip_suffix(&before).map(str::to_owned);
            let earlier = earlier.unwrap_or_else(|| format!("{}\n", kept.words));
            driver::keep(KeptWords { words: format!("{earlier}{words}"), ..kept });
        }
        self.release_unless_held();
        self.draw();
        true
    }
}
