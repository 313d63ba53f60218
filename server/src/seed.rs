//! Sections in the making: the first content of a meeting’s document.
//!
//! What must stay true: each person’s words are written under a client id of that person, so that
//! the gate knows from the first day whose words it protects.

use sha2::{Digest, Sha256};
use shared::{
    ItemId, MeetingId, PersonId, Section,
    doc::{NewItem, NotAnUpdate, SectionDoc},
    hand::Owners,
    schema::{self, List},
};
use uuid::Uuid;

use crate::db::{self, SchoolTransaction};

/// Of every document when it is made. Another history of the same document would have a higher one.
const FIRST_EPOCH: u64 = 1;

/// One section on its way into the database.
pub struct SectionSeed {
    meeting: MeetingId,
    section: Section,
    state: Vec<u8>,
    owners: Owners,
}

impl SectionSeed {
    /// Empty but for what exists exactly once, which this person owns.
    pub fn new(meeting: MeetingId, section: Section, facilitator: PersonId) -> Self {
        let mut seed = Self::carried(meeting, section, SectionDoc::new(section, 0).state(), Owners::new());
        let singles: Vec<&List> = schema::lists(section).iter().filter(|list| list.single).collect();
        if !singles.is_empty() {
            seed.by(facilitator, |doc| {
                for list in singles {
                    doc.add(list, single_id(meeting, section, list), NewItem::default());
                }
            });
        }
        seed
    }

    /// As it stood in another meeting, with its authors.
    pub fn carried(meeting: MeetingId, section: Section, state: Vec<u8>, owners: Owners) -> Self {
        Self { meeting, section, state, owners }
    }

    /// Writes in this person’s hand.
    pub fn by(&mut self, author: PersonId, write: impl FnOnce(&SectionDoc)) {
        let client = client_id(self.meeting, self.section, author);
        // The state is our own or has been through the gate.
        let Ok(doc) = SectionDoc::from_state(self.section, client, &self.state) else { return };
        write(&doc);
        self.state = doc.state();
        self.owners.insert(client, author);
    }

    pub fn section(&self) -> Section {
        self.section
    }

    /// Whose each client id is.
    pub fn owners(&self) -> &Owners {
        &self.owners
    }

    /// For reading what was written so far.
    pub fn doc(&self) -> Result<SectionDoc, NotAnUpdate> {
        SectionDoc::from_state(self.section, 0, &self.state)
    }

    pub async fn save(&self, txn: &mut SchoolTransaction) -> sqlx::Result<()> {
        let owners: Vec<_> = self.owners.iter().map(|(client, person)| (*client, *person)).collect();
        let school = txn.school();
        db::documents::seed(txn, school, self.meeting, self.section, FIRST_EPOCH, &self.state, &owners).await
    }
}

/// The item of a list that has exactly one.
pub fn single_id(meeting: MeetingId, section: Section, list: &List) -> ItemId {
    ItemId(Uuid::new_v5(&meeting.0, format!("{}/{}", section.name(), list.key).as_bytes()))
}

/// The client id that seeds use for this person here: 32 bits, as Yjs makes them, never 0.
fn client_id(meeting: MeetingId, section: Section, author: PersonId) -> u64 {
    let digest = Sha256::new()
        .chain_update(meeting.0.as_bytes())
        .chain_update(section.name())
        .chain_update(author.0.as_bytes())
        .finalize();
    let [a, b, c, d, ..]: [u8; 32] = digest.into();
    u64::from(u32::from_le_bytes([a, b, c, d]).max(1))
}

#[cfg(test)]
mod tests {
    use shared::schema::passport;

    use super::*;

    #[test]
    fn two_hands_write_one_section_and_each_is_known() {
        let (meeting, facilitator) = (MeetingId(Uuid::from_u128(1)), PersonId(Uuid::from_u128(2)));
        let (pupil, teacher) = (PersonId(Uuid::from_u128(3)), PersonId(Uuid::from_u128(4)));
        let mut seed = SectionSeed::new(meeting, Section::Passport, facilitator);
        let (one, two, three) = (ItemId(Uuid::from_u128(5)), ItemId(Uuid::from_u128(6)), ItemId(Uuid::from_u128(7)));
        seed.by(pupil, |doc| doc.add(&passport::HELP, one, NewItem::by(pupil).with("text", "Say my name first.")));
        seed.by(teacher, |doc| doc.add(&passport::ADMIRE, two, NewItem::by(teacher).with("text", "He tries again.")));
        seed.by(pupil, |doc| doc.add(&passport::HELP, three, NewItem::by(pupil).with("text", "Wait.")));

        let doc = seed.doc().unwrap();
        assert_eq!(doc.items(&passport::HELP), [one, three]);
        assert_eq!(doc.words(&passport::ADMIRE, two, "text"), "He tries again.");
        let owners: Vec<PersonId> = seed.owners.values().copied().collect();
        assert_eq!(owners.len(), 2);
        assert!(owners.contains(&pupil) && owners.contains(&teacher));
    }
}
