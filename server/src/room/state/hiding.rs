//! Hiding a passage: the room’s own edit, on the way of any other (see [`crate::room::hide`]).

use shared::{PersonId, Section};

use super::{Effect, RoomState, held::Release};
use crate::room::{
    RoomError,
    hide::{Hiding, Passage},
};

impl RoomState {
    /// Who wrote in this passage. It must be asked right before [`super::Input::Hide`], with nothing in between.
    pub fn written_by(&self, passage: &Passage) -> Result<Vec<PersonId>, RoomError> {
        // A record is being saved, or the log is far behind.
        if self.quiet.is_some() || self.held.is_full() {
            return Err(RoomError::Busy);
        }
        let section = self.sections.get(&passage.field.section).ok_or(RoomError::NotFound)?;
        section.written_by(passage).ok_or(RoomError::Changed)
    }

    pub(super) fn hide(&mut self, question: u64, hiding: &Hiding) {
        let section = hiding.passage.field.section;
        let Some(state) = self.sections.get_mut(&section) else { return };
        let Ok(Some(update)) = state.hide(hiding) else { return self.begin_again() };
        let claims = vec![hiding.client];
        let authors = state.learn_owners([(hiding.client, hiding.by)]);
        let position = self.held.next_position();
        if let Some(authors) = authors {
            self.held.hold(Release::Authors(section, authors));
        }
        self.effects.push(Effect::Append { position, section, person: hiding.by, update: update.clone(), claims });
        self.held.hold(Release::Elsewhere { section, update });
        self.held.hold(Release::Hidden { question, section });
    }

    /// What hid it is in the log and has its number: now the log is made to forget what was there before.
    pub(super) fn forget_words(&mut self, question: u64, section: Section) {
        let Some(state) = self.sections.get_mut(&section) else { return };
        let (state, seq) = (state.as_one(), state.numbers.through());
        let position = self.held.next_position();
        self.effects.push(Effect::Checkpoint { position, section, seq, state });
        self.held.hold(Release::Answer { question, sections: vec![] });
    }
}
