//! A version of the passport that was kept outside a meeting.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{
    AgreedRecord, Arrangement, Statements,
    items::each,
    said::{Voices, statement_lists},
};
use crate::{
    PersonId, Section,
    doc::SectionDoc,
    hand::Owners,
    schema::{self, passport},
};

/// Of a record it is that part; on its own it says who kept it, and when.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct KeptPassport {
    pub schema: u32,
    pub pupil_name: String,
    /// RFC 3339, UTC.
    pub saved_at: String,
    pub saved_by: String,
    pub passport: Vec<Statements>,
    pub access: Vec<Arrangement>,
}

impl KeptPassport {
    /// As a meeting agreed it.
    pub fn of(record: &AgreedRecord) -> Self {
        Self {
            schema: record.schema,
            pupil_name: record.meeting.pupil_name.clone(),
            saved_at: record.agreed_at.clone(),
            saved_by: String::new(),
            passport: record.passport.clone(),
            access: record.access.clone(),
        }
    }

    /// Whoever kept it, and whenever.
    pub fn says_the_same(&self, other: &Self) -> bool {
        (&self.passport, &self.access) == (&other.passport, &other.access)
    }
}

/// What the section does not hold.
#[derive(Clone, Debug)]
pub struct PassportFacts {
    pub pupil_name: String,
    pub saved_at: String,
    pub saved_by: String,
    /// Names for the people whose words are in it.
    pub names: BTreeMap<PersonId, String>,
    /// Whose each client id is.
    pub owners: Owners,
}

pub fn keep_passport(doc: &SectionDoc, facts: PassportFacts) -> KeptPassport {
    let owners = BTreeMap::from([(Section::Passport, facts.owners)]);
    let voices = Voices { names: &facts.names, owners: &owners };
    KeptPassport {
        schema: schema::VERSION,
        pupil_name: facts.pupil_name,
        saved_at: facts.saved_at,
        saved_by: facts.saved_by,
        passport: statement_lists(Some(doc), passport::LISTS, voices),
        access: each(Some(doc), &passport::ACCESS, Arrangement::read),
    }
}
