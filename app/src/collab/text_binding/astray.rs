//! What somebody goes on typing after it was refused.
//!
//! By then the section has begun afresh. If the box followed at once it would change in the middle of a
//! word, and the rest of the word would land in the very words that are protected. So until the person
//! pauses, the box keeps what they type, and that goes to what is kept for copying; none of it
//! goes into the document. Then the box shows the document again.

use shared::{doc::FieldAddress, splice};

use super::{Core, State, now};
use crate::collab::{KeptWords, SectionStore, driver, held::Held};

/// Nobody is in the middle of a word who has typed nothing for so long.
const PAUSE_MS: f64 = 1_500.0;

pub(super) struct Astray {
    until: f64,
    /// What the box showed when the section began afresh, and what was kept of it.
    shown: Vec<u16>,
    kept: KeptWords,
}

impl State {
    /// The section began afresh. If the person is still typing what was refused, the box does not follow yet.
    pub(super) fn go_astray(&mut self, address: &FieldAddress) {
        let until = self.typed_at.map(|at| at + PAUSE_MS).filter(|until| *until > now());
        self.astray = until.and_then(|until| {
            Some(Astray { until, shown: self.held.shown().to_vec(), kept: driver::kept_of(address)? })
        });
    }

    /// For how long the box does not follow yet, if it does not.
    pub(super) fn astray_for(&self) -> Option<f64> {
        self.astray.as_ref().map(|astray| astray.until - now()).filter(|left| *left > 0.0)
    }

    /// Whoever was in the middle of a word is not any more.
    pub(super) fn come_back_now(&mut self) {
        if let Some(astray) = &mut self.astray {
            astray.until = 0.0;
        }
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
        let kept;
        {
            let mut state = self.state.borrow_mut();
            let Some(astray) = &mut state.astray else { return false };
            astray.until = now() + PAUSE_MS;
            let now: Vec<u16> = words.encode_utf16().collect();
            kept = match splice::between(&astray.shown, &now, self.caret()) {
                Some(typed) => {
                    let stood = String::from_utf16_lossy(&astray.shown[..typed.at as usize]);
                    astray.kept.clone().typed_on(&stood, &typed.insert)
                }
                None => astray.kept.clone(),
            };
            state.held = Held::new(&words);
        }
        if driver::kept_of(&self.address).is_some() {
            driver::keep(kept);
        }
        self.release_unless_held();
        self.draw();
        true
    }
}
