//! Where I write, told to the others at most ten times a second.
//!
//! What must stay true: the last word is always told, late rather than never; leaving a section is
//! told there before a new one hears of me.

use shared::{
    Section,
    doc::FieldAddress,
    presence::Writing,
    protocol::{Message, awareness},
};

const APART_MS: f64 = 100.0;

#[derive(Debug, Default)]
pub(super) struct OwnPresence {
    wished: Option<Writing>,
    said: Option<Writing>,
    said_at: Option<f64>,
    /// A timer runs that will look again.
    pub(super) has_timer: bool,
}

impl OwnPresence {
    pub(super) fn wish(&mut self, writing: Option<Writing>) {
        self.wished = writing;
    }

    pub(super) fn leave(&mut self, field: &FieldAddress) {
        self.wished.take_if(|writing| writing.field.as_ref() == Some(field));
    }

    /// A new connection knows nothing of me.
    pub(super) fn forget_said(&mut self) {
        self.said = None;
        self.said_at = None;
    }

    /// What to say now, and in which sections.
    pub(super) fn next(&mut self, now: f64) -> Vec<(Section, Option<Writing>)> {
        if self.wished == self.said || self.wait(now).is_some() {
            return vec![];
        }
        let (before, after) = (section(self.said.as_ref()), section(self.wished.as_ref()));
        let left = before.filter(|_| before != after).map(|section| (section, None));
        let here = after.map(|section| (section, self.wished.clone()));
        self.said = self.wished.clone();
        self.said_at = Some(now);
        left.into_iter().chain(here).collect()
    }

    /// How long until something may be said that is not said yet.
    pub(super) fn wait(&self, now: f64) -> Option<f64> {
        let left = self.said_at.map_or(0.0, |at| at + APART_MS - now);
        (self.wished != self.said && left > 0.0).then_some(left)
    }
}

fn section(writing: Option<&Writing>) -> Option<Section> {
    writing.and_then(|writing| writing.field.as_ref()).map(|field| field.section)
}

/// An awareness message that says this of me, or that I am gone.
pub(super) fn message(client_id: u64, clock: u64, writing: Option<&Writing>) -> Message {
    let state = writing.and_then(|writing| serde_json::to_string(writing).ok()).unwrap_or_else(|| "null".to_owned());
    Message::Awareness(awareness::encode(&[awareness::Entry { client_id, clock, state }]))
}

#[cfg(test)]
mod tests {
    use shared::{ItemId, schema};
    use uuid::Uuid;

    use super::*;

    fn at(section: Section) -> Option<Writing> {
        let list = &schema::lists(section)[0];
        let field = FieldAddress::new(section, list, ItemId(Uuid::from_u128(1)), &list.fields[0]);
        Some(Writing { field: Some(field), ..Writing::default() })
    }

    #[test]
    fn the_last_word_is_told_late_rather_than_never() {
        let mut own = OwnPresence::default();
        own.wish(at(Section::Plan));
        assert_eq!(own.next(0.0).len(), 1);
        own.wish(None);
        assert_eq!((own.next(50.0), own.wait(50.0)), (vec![], Some(50.0)));
        assert_eq!(own.next(100.0), [(Section::Plan, None)]);
    }

    #[test]
    fn a_section_hears_that_i_left_it_for_another() {
        let mut own = OwnPresence::default();
        own.wish(at(Section::Plan));
        own.next(0.0);
        own.wish(at(Section::Do));
        assert_eq!(own.next(200.0), [(Section::Plan, None), (Section::Do, at(Section::Do))]);
    }
}
