//! What was said, by whom, and by whose hand it was written.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::items::{Item, each, kept};
use crate::{
    ItemId, PersonId, Section,
    doc::SectionDoc,
    hand::{self, Owners},
    schema::{List, assess, review},
};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Statements {
    pub key: String,
    pub heading: String,
    pub statements: Vec<Statement>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Statement {
    pub id: ItemId,
    pub words: String,
    pub said_by: Option<PersonId>,
    pub said_by_name: String,
    pub captured: String,
    pub said_on: String,
    /// A code of [`assess::SIDES`] where the board has sides, or empty.
    pub side: String,
    /// The reviewed target that a remark is about, if it is about one of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about: Option<ItemId>,
    /// Whose hand wrote it, by their share; empty if all of it is the own hand of the one who said it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hands: Vec<Hand>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hand {
    pub person: PersonId,
    pub name: String,
    /// Typed for the pupil, as the pupil’s named scribe.
    pub for_pupil: bool,
}

/// Two views that were not made into one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Difference {
    pub id: ItemId,
    pub topic: String,
    pub views: Vec<Statement>,
}

/// What is known of those who speak in the record.
#[derive(Clone, Copy)]
pub(super) struct Voices<'a> {
    pub(super) names: &'a BTreeMap<PersonId, String>,
    pub(super) owners: &'a BTreeMap<Section, Owners>,
}

impl Voices<'_> {
    fn name(self, person: PersonId) -> String {
        self.names.get(&person).cloned().unwrap_or_default()
    }
}

/// Each list that says anything, under its heading.
pub(super) fn statement_lists(doc: Option<&SectionDoc>, lists: &'static [List], voices: Voices) -> Vec<Statements> {
    lists
        .iter()
        .map(|list| Statements {
            key: list.key.to_owned(),
            heading: list.label.to_owned(),
            statements: statements(doc, list, voices),
        })
        .filter(|list| !list.statements.is_empty())
        .collect()
}

/// Every item of a list as one sentence: its texts in their order.
pub(super) fn statements(doc: Option<&SectionDoc>, list: &'static List, voices: Voices) -> Vec<Statement> {
    each(doc, list, |item| {
        let meta = item.doc.meta(list, item.id);
        let said_by = meta.as_ref().and_then(|meta| meta.said_by);
        let texts: Vec<_> = list.texts().map(|field| field.key).collect();
        Statement {
            id: item.id,
            words: texts
                .iter()
                .map(|field| item.words(field))
                .filter(|words| !words.is_empty())
                .collect::<Vec<_>>()
                .join(": "),
            said_by,
            said_by_name: said_by.map(|person| voices.name(person)).unwrap_or_default(),
            captured: meta.as_ref().map(|meta| kept(&meta.captured)).unwrap_or_default(),
            said_on: meta.map(|meta| kept(&meta.said_on)).unwrap_or_default(),
            about: list.field(review::TARGET).and_then(|field| item.words(field.key).parse().ok()),
            side: if list.field(assess::SIDE).is_some() { item.words(assess::SIDE) } else { String::new() },
            hands: hands(item, &texts, said_by, voices),
        }
    })
}

/// What people see differently, each with their view.
pub(super) fn differences(doc: Option<&SectionDoc>, voices: Voices) -> Vec<Difference> {
    each(doc, &assess::DIFFER, |item| Difference {
        id: item.id,
        topic: item.words("topic"),
        views: [("one", "one_by"), ("other", "other_by")]
            .map(|(words, by)| view(item, words, by, voices))
            .into_iter()
            .filter(|view| !view.words.is_empty())
            .collect(),
    })
}

fn view(item: &Item, words: &str, by: &str, voices: Voices) -> Statement {
    let said_by: Option<PersonId> = item.words(by).parse().ok();
    Statement {
        id: item.id,
        words: item.words(words),
        said_by,
        said_by_name: said_by.map(|person| voices.name(person)).unwrap_or_default(),
        captured: String::new(),
        said_on: String::new(),
        side: String::new(),
        about: None,
        hands: hands(item, &[words], said_by, voices),
    }
}

/// Whose hand wrote these texts; nothing to say of somebody who wrote down their own words.
fn hands(item: &Item, fields: &[&str], said_by: Option<PersonId>, voices: Voices) -> Vec<Hand> {
    let Some(owners) = voices.owners.get(&item.doc.section()) else { return vec![] };
    let runs: Vec<_> = fields.iter().flat_map(|field| item.doc.runs(item.list, item.id, field)).collect();
    let hands = hand::hands(&runs, owners);
    if hands.iter().all(|hand| hand.person == said_by && !hand.for_pupil) {
        return vec![];
    }
    let known = hands.into_iter().filter_map(|hand| hand.person.map(|person| (person, hand.for_pupil)));
    known.map(|(person, for_pupil)| Hand { person, name: voices.name(person), for_pupil }).collect()
}
