//! Which fields hold words of mine that the server has not yet kept.
//!
//! Messages of one section are acknowledged in the order they were sent, so counting is enough. When
//! an edit is refused, the words of the fields named here are what the person gets to copy.

use std::collections::HashMap;

use shared::doc::FieldAddress;

#[derive(Debug, Default)]
pub(super) struct Unsaved {
    sent: u64,
    acknowledged: u64,
    /// The number of the message that carries the field’s latest edit; `None` while none does.
    fields: HashMap<FieldAddress, Option<u64>>,
}

impl Unsaved {
    /// This field was written in, and no message carries it yet.
    pub(super) fn wrote(&mut self, field: FieldAddress) {
        self.fields.insert(field, None);
    }

    /// A message that must be acknowledged went out, with all that was waiting.
    pub(super) fn sent(&mut self) {
        self.sent += 1;
        for message in self.fields.values_mut() {
            message.get_or_insert(self.sent);
        }
    }

    pub(super) fn acknowledged(&mut self) {
        self.acknowledged = (self.acknowledged + 1).min(self.sent);
        let done = self.acknowledged;
        self.fields.retain(|_, message| message.is_none_or(|number| number > done));
    }

    /// What was on its way must be sent again.
    pub(super) fn disconnected(&mut self) {
        self.acknowledged = self.sent;
        for message in self.fields.values_mut() {
            *message = None;
        }
    }

    /// All of them, and begins anew: they will not be saved.
    pub(super) fn take(&mut self) -> Vec<FieldAddress> {
        self.acknowledged = self.sent;
        std::mem::take(&mut self.fields).into_keys().collect()
    }
}

#[cfg(test)]
mod tests {
    use shared::{ItemId, Section, schema::plan::TARGETS};
    use uuid::Uuid;

    use super::*;

    fn field(n: usize) -> FieldAddress {
        FieldAddress::new(Section::Plan, &TARGETS, ItemId(Uuid::from_u128(1)), &TARGETS.fields[n])
    }

    #[test]
    fn what_was_acknowledged_is_not_given_back() {
        let mut unsaved = Unsaved::default();
        unsaved.wrote(field(0));
        unsaved.sent();
        unsaved.wrote(field(1));
        unsaved.sent();
        unsaved.acknowledged();
        assert_eq!(unsaved.take(), [field(1)]);
    }

    #[test]
    fn an_older_acknowledgement_does_not_cover_a_newer_edit() {
        let mut unsaved = Unsaved::default();
        unsaved.wrote(field(0));
        unsaved.sent();
        unsaved.wrote(field(0));
        unsaved.sent();
        unsaved.acknowledged();
        assert_eq!(unsaved.take(), [field(0)]);
    }

    #[test]
    fn what_was_on_its_way_when_the_line_broke_is_unsaved_until_sent_again() {
        let mut unsaved = Unsaved::default();
        unsaved.wrote(field(0));
        unsaved.sent();
        unsaved.disconnected();
        unsaved.sent();
        unsaved.acknowledged();
        assert_eq!(unsaved.take(), []);
    }
}
