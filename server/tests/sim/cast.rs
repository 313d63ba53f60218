//! Who sits at the table. Everybody types letters of an alphabet of their own, so that every letter on
//! the page says who wrote it, whatever the server believes.

use server::room::state::Participant;
use shared::{ParticipantId, PersonId, Role, policy::Scribe};
use uuid::Uuid;

use crate::chance::Chance;

const ALPHABETS: [&str; 8] = ["abc😀", "def🦊", "ghi🍎", "jkl🚲", "mno🎈", "pqr🐝", "stu🌍", "vwx🎻"];

const NAMES: [&str; 8] = ["Tomek", "Helen", "Ewa", "Marek", "Femi", "Shabnam", "Priya", "Gwen"];

/// Index of a person in the cast.
pub(crate) type Who = usize;

pub(crate) const PUPIL: Who = 0;

#[derive(Clone, Debug)]
pub(crate) struct Person {
    pub(crate) id: PersonId,
    pub(crate) seat: ParticipantId,
    pub(crate) name: &'static str,
    letters: &'static str,
    pub(crate) first_role: Role,
}

impl Person {
    /// Some letters of this person’s.
    pub(crate) fn words(&self, chance: &mut Chance, longest: u64) -> String {
        let letters: Vec<char> = self.letters.chars().collect();
        (0..chance.between(1, longest)).map(|_| letters[chance.below(letters.len())]).collect()
    }

    pub(crate) fn wrote(&self, letter: char) -> bool {
        self.letters.contains(letter)
    }

    pub(crate) fn participant(&self) -> Participant {
        Participant {
            id: self.seat,
            person: self.id,
            role: self.first_role,
            scribe: Scribe::No,
            name: self.name.to_owned(),
            colour: 1,
        }
    }
}

/// The pupil, a facilitator, and up to six others.
pub(crate) fn cast(chance: &mut Chance) -> Vec<Person> {
    const OTHERS: [Role; 10] = [
        Role::Parent,
        Role::Parent,
        Role::Teacher,
        Role::Assistant,
        Role::Specialist,
        Role::SocialCare,
        Role::Supporter,
        Role::Interpreter,
        Role::Observer,
        Role::Facilitator,
    ];
    let count = chance.between(2, 6) as usize;
    (0..count)
        .map(|who| {
            let first_role = match who {
                PUPIL => Role::Pupil,
                1 => Role::Facilitator,
                2 => Role::Parent,
                _ => OTHERS[chance.below(OTHERS.len())],
            };
            let number = who as u128;
            Person {
                id: PersonId(Uuid::from_u128(100 + number)),
                seat: ParticipantId(Uuid::from_u128(200 + number)),
                name: NAMES[who],
                letters: ALPHABETS[who],
                first_role,
            }
        })
        .collect()
}

/// Whose letter this is.
pub(crate) fn writer(cast: &[Person], letter: char) -> Option<Who> {
    cast.iter().position(|person| person.wrote(letter))
}
