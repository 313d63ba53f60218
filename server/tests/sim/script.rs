//! Somebody who speaks the protocol by hand: what no page of ours would send.

use std::collections::BTreeMap;

use shared::{
    ItemId, Section,
    doc::{NewItem, SectionDoc},
    hand::for_oneself,
    protocol::{Message, awareness},
    schema::{self, Kind},
    splice::Splice,
};
use uuid::Uuid;
use yrs::{ReadTxn, Transact, updates::encoder::Encode};

use crate::{
    cast::{Person, Who},
    chance::Chance,
    plan::Trick,
    witness::Witness,
};

pub(crate) struct Script {
    pub(crate) who: Who,
    person: Person,
    trick: Trick,
    docs: BTreeMap<Section, SectionDoc>,
    dice: Chance,
    done: bool,
}

impl Script {
    pub(crate) fn new(
        who: Who,
        person: Person,
        trick: Trick,
        sections: &[Section],
        mut dice: Chance,
        witness: &mut Witness,
    ) -> Self {
        let one = dice.pick(sections).copied().into_iter().collect::<Vec<_>>();
        let chosen = if trick == Trick::Everywhere { &Section::ALL[..] } else { &one };
        let mut docs = BTreeMap::new();
        for section in chosen {
            let client = for_oneself(dice.next() & ((1 << 53) - 1));
            witness.hand(client, person.id);
            docs.insert(*section, SectionDoc::new(*section, client));
        }
        Self { who, person, trick, docs, dice, done: false }
    }

    pub(crate) fn opened(&self) -> Vec<(Section, Message)> {
        let hello = |(section, doc): (&Section, &SectionDoc)| {
            [Message::AuthToken(String::new()), Message::SyncStep1(doc.state_vector())]
                .map(|message| (*section, message))
        };
        self.docs.iter().flat_map(hello).collect()
    }

    pub(crate) fn received(
        &mut self,
        section: Section,
        message: &Message,
        witness: &mut Witness,
    ) -> Vec<(Section, Message)> {
        let Some(doc) = self.docs.get(&section) else { return vec![] };
        match message {
            Message::Update(update) => drop(doc.apply(update)),
            Message::SyncStep2(update) => {
                let _ = doc.apply(update);
                if !std::mem::replace(&mut self.done, self.trick != Trick::Everywhere) {
                    let frames = self.plays(section, witness);
                    return frames.into_iter().map(|message| (section, message)).collect();
                }
            }
            // Not for them, and tried all the same.
            Message::PermissionDenied(_) => return self.writes(section).into_iter().map(|m| (section, m)).collect(),
            _ => {}
        }
        vec![]
    }

    fn plays(&mut self, section: Section, witness: &mut Witness) -> Vec<Message> {
        let doc = self.docs[&section].clone();
        match self.trick {
            Trick::ForgedHand => {
                let clients: Vec<u64> =
                    doc.yrs().transact().state_vector().iter().map(|(client, _)| client.get()).collect();
                let others: Vec<u64> =
                    clients.into_iter().filter(|client| !witness.is_hand_of(*client, self.person.id)).collect();
                let mut others = others;
                others.sort_unstable();
                let Some(victim) = self.dice.pick(&others).copied() else { return vec![] };
                witness.forges(victim, self.person.id);
                let forged = SectionDoc::from_state(section, victim, &doc.state()).unwrap();
                let before = forged.state_vector();
                self.edits(&forged);
                vec![Message::Update(forged.diff(&before).unwrap())]
            }
            Trick::Masked => {
                let clients: Vec<u64> = doc.yrs().transact().state_vector().iter().map(|(id, _)| id.get()).collect();
                let mask =
                    |client_id| awareness::Entry { client_id, clock: 9, state: r#"{"name":"Tomek"}"#.to_owned() };
                vec![Message::Awareness(awareness::encode(&clients.into_iter().map(mask).collect::<Vec<_>>()))]
            }
            Trick::Silent => {
                let before = doc.state_vector();
                for list in schema::lists(section) {
                    for item in doc.all_items(list) {
                        doc.remove(list, item.id, self.person.id);
                    }
                }
                // An update ends with what it deletes.
                let mut update = doc.diff(&before).unwrap();
                let deletes = doc.yrs().transact().snapshot().delete_set.encode_v1();
                assert!(update.ends_with(&deletes));
                update.truncate(update.len() - deletes.len());
                update.push(0);
                vec![Message::Update(update)]
            }
            Trick::DeletesAll => {
                let before = doc.state_vector();
                let mut deleted = String::new();
                for list in schema::lists(section) {
                    for item in doc.all_items(list) {
                        for field in list.fields.iter().filter(|field| matches!(field.kind, Kind::Text { .. })) {
                            deleted += &doc.words(list, item.id, field.key);
                            let all = Splice { at: 0, delete: u32::MAX, insert: String::new() };
                            doc.splice(list, item.id, field.key, &all);
                        }
                    }
                }
                witness.deletes_of_others(self.person.id, &deleted);
                vec![Message::Update(doc.diff(&before).unwrap())]
            }
            Trick::Shuffled => {
                let mut updates = vec![];
                for _ in 0..4 {
                    let before = doc.state_vector();
                    self.edits(&doc);
                    updates.push(Message::Update(doc.diff(&before).unwrap()));
                }
                let first = self.dice.below(4);
                updates.rotate_left(first);
                let again = updates.clone();
                updates.into_iter().chain(again).collect()
            }
            Trick::Parrot => {
                let all = doc.state();
                vec![Message::SyncStep2(all.clone()), Message::Update(all)]
            }
            Trick::Everywhere => self.writes(section),
            Trick::Garbage => vec![Message::Update((0..self.dice.below(60)).map(|n| (n * 37) as u8).collect())],
            Trick::UnknownChoice => {
                let choice = schema::lists(section).iter().find_map(|list| {
                    let field = list.fields.iter().find(|field| matches!(field.kind, Kind::Choice(_) | Kind::Date))?;
                    Some((list, doc.all_items(list).first()?.id, field.key))
                });
                let before = doc.state_vector();
                let Some((list, item, field)) = choice else { return vec![] };
                doc.set_words(list, item, field, "anything else");
                vec![Message::Update(doc.diff(&before).unwrap())]
            }
            Trick::TooLong => {
                let before = doc.state_vector();
                let Some((list, item, field)) = first_text(&doc) else { return vec![] };
                let insert = self.person.words(&mut Chance::new(1), 1).repeat(2_001);
                doc.splice(list, item, field, &Splice { at: 0, delete: 0, insert });
                vec![Message::Update(doc.diff(&before).unwrap())]
            }
            Trick::Restless => {
                let mut frames = self.writes(section);
                frames.push(Message::Close(String::new()));
                frames.push(Message::AuthToken(String::new()));
                frames.push(Message::AuthToken(String::new()));
                frames.push(Message::SyncStep1(self.docs[&section].state_vector()));
                frames.push(Message::QueryAwareness);
                frames.extend(self.writes(section));
                frames
            }
        }
    }

    fn writes(&mut self, section: Section) -> Vec<Message> {
        let doc = self.docs[&section].clone();
        let before = doc.state_vector();
        self.edits(&doc);
        vec![Message::Update(doc.diff(&before).unwrap())]
    }

    fn edits(&mut self, doc: &SectionDoc) {
        let words = self.person.words(&mut self.dice, 3);
        if let Some((list, item, field)) = first_text(doc) {
            doc.splice(list, item, field, &Splice { at: 0, delete: 0, insert: words });
        } else if let Some(list) = schema::lists(doc.section()).iter().find(|list| !list.single) {
            let item = ItemId(Uuid::from_u128(u128::from(self.dice.next())));
            doc.add(list, item, NewItem::by(self.person.id).with(list.fields[0].key, words));
        }
    }
}

fn first_text(doc: &SectionDoc) -> Option<(&'static schema::List, ItemId, &'static str)> {
    schema::lists(doc.section()).iter().find_map(|list| {
        let field = list.fields.iter().find(|field| matches!(field.kind, Kind::Text { .. }))?;
        Some((list, doc.all_items(list).first()?.id, field.key))
    })
}
