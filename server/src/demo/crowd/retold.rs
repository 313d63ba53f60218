//! One of the demo’s agreed records, to be told again of somebody else: every id and every name in it is replaced.
//!
//! What must stay true: a thing that is named twice in one telling has one id there, and nothing of it has the id of
//! another telling.

use std::collections::BTreeMap;

use anyhow::Context;
use shared::{
    PersonId, Role,
    record::{AgreedRecord, canonical_json},
};
use uuid::Uuid;

use crate::db::{participants::Participant, records::Cost};

const UUID_LENGTH: usize = 36;

/// Somebody in the demo, by the two names that its texts have for them.
pub(super) struct Known {
    pub(super) person: PersonId,
    /// At the first table they sit at.
    pub(super) role: Option<Role>,
    pub(super) name: String,
    pub(super) full_name: String,
}

/// Who stands for them.
#[derive(Clone)]
pub(super) struct Standing {
    pub(super) person: PersonId,
    pub(super) name: String,
    pub(super) full_name: String,
}

pub(super) type Cast = BTreeMap<PersonId, Standing>;

enum Piece {
    Words(String),
    Id(Uuid),
    Name(PersonId),
    FullName(PersonId),
}

pub(super) struct Template {
    pieces: Vec<Piece>,
    /// Who sat at its meeting.
    pub(super) seats: Vec<Participant>,
    pub(super) costs: Vec<Cost>,
}

impl Template {
    /// Without what it looked back on: that depends on what was planned before.
    pub(super) fn read(
        json: &str,
        people: &[Known],
        seats: Vec<Participant>,
        costs: Vec<Cost>,
    ) -> anyhow::Result<Self> {
        let record: AgreedRecord = serde_json::from_str(json)?;
        let json = canonical_json(&AgreedRecord { reviews: vec![], delivery: vec![], ..record })?;
        Ok(Self { pieces: pieces(&json, people), seats, costs })
    }

    /// `telling` is of this telling alone; ids are derived from it.
    pub(super) fn tell(&self, telling: Uuid, cast: &Cast) -> anyhow::Result<AgreedRecord> {
        let standing = |person: &PersonId| cast.get(person).context("somebody in the record is nobody");
        let mut json = String::new();
        for piece in &self.pieces {
            match piece {
                Piece::Words(words) => json.push_str(words),
                Piece::Id(id) => match cast.get(&PersonId(*id)) {
                    Some(person) => json.push_str(&person.person.to_string()),
                    None => json.push_str(&told(telling, *id).to_string()),
                },
                Piece::Name(person) => json.push_str(&standing(person)?.name),
                Piece::FullName(person) => json.push_str(&standing(person)?.full_name),
            }
        }
        Ok(serde_json::from_str(&json)?)
    }
}

/// The id that something of a template has in one telling.
pub(super) fn told(telling: Uuid, id: Uuid) -> Uuid {
    Uuid::new_v5(&telling, id.as_bytes())
}

fn pieces(json: &str, people: &[Known]) -> Vec<Piece> {
    let mut names: Vec<(&str, PersonId, bool)> = people
        .iter()
        .flat_map(|known| [(known.full_name.as_str(), known.person, true), (known.name.as_str(), known.person, false)])
        .collect();
    // “Kai's mum” before “Kai”.
    names.sort_by_key(|(name, ..)| std::cmp::Reverse(name.len()));
    let (mut pieces, mut words, mut rest) = (vec![], String::new(), json);
    while let Some(letter) = rest.chars().next() {
        let starts_word = !words.ends_with(char::is_alphanumeric);
        let id = rest.get(..UUID_LENGTH).filter(|_| starts_word).and_then(|id| Uuid::try_parse(id).ok());
        let name = names.iter().find(|(name, ..)| {
            let after = rest.strip_prefix(name);
            starts_word && after.is_some_and(|after| !after.starts_with(char::is_alphabetic))
        });
        let (piece, length) = match (id, name) {
            (Some(id), _) => (Piece::Id(id), UUID_LENGTH),
            (None, Some((name, person, true))) => (Piece::FullName(*person), name.len()),
            (None, Some((name, person, false))) => (Piece::Name(*person), name.len()),
            (None, None) => {
                words.push(letter);
                rest = &rest[letter.len_utf8()..];
                continue;
            }
        };
        pieces.push(Piece::Words(std::mem::take(&mut words)));
        pieces.push(piece);
        rest = &rest[length..];
    }
    pieces.push(Piece::Words(words));
    pieces
}
