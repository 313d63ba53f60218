//! Whom a row of the file means: by number, and where one lacks it by name and birthday.

use std::collections::{BTreeMap, HashMap};

use shared::PupilId;
use time::Date;

use super::super::child::Child;
use crate::{csv::TableRow, db};

/// A child of the school.
#[derive(Clone, Debug)]
pub(super) struct Known {
    pub(super) pupil: PupilId,
    pub(super) person: shared::PersonId,
    pub(super) child: Child,
    /// The last day they were met about, for whoever may know of it.
    pub(super) last_met: Option<Date>,
    /// Whoever asks is kept from this child.
    is_withheld: bool,
}

impl Known {
    pub(super) fn new(known: db::register_file::Known, met: &BTreeMap<PupilId, Date>) -> Self {
        let last_met = met.get(&known.pupil).copied().filter(|_| !known.is_withheld);
        let child = Child { full_name: known.full_name, called: known.name, line: known.line };
        Self { pupil: known.pupil, person: known.person, child, last_met, is_withheld: known.is_withheld }
    }
}

/// By what a row may name somebody.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Said {
    pub(super) upn: Option<String>,
    pub(super) name: String,
    pub(super) born: Option<Date>,
}

impl Said {
    fn is_namesake(&self, of: &Child) -> bool {
        self.name == of.full_name.to_lowercase() && self.born == of.line.born_on
    }
}

/// Those of the school whom the file may mean.
pub(super) struct School {
    by_number: HashMap<String, usize>,
    by_name: HashMap<String, Vec<usize>>,
    known: Vec<Known>,
}

impl School {
    pub(super) fn of(known: Vec<Known>) -> Self {
        let mut school = Self { by_number: HashMap::new(), by_name: HashMap::new(), known };
        for (at, known) in school.known.iter().enumerate() {
            if let Some(upn) = &known.child.line.upn {
                school.by_number.insert(upn.clone(), at);
            }
            school.by_name.entry(known.child.full_name.to_lowercase()).or_default().push(at);
        }
        school
    }

    /// Nobody is somebody new. A row that may mean two, or somebody else than it says, is told so.
    pub(super) fn find(&self, said: &Said, row: &mut TableRow<'_>) -> Option<&Known> {
        let found = self.by_number(said, row).or_else(|| self.by_name(said, row));
        if found.is_some_and(|known| known.is_withheld) {
            row.fault("Full name", "You cannot change this child’s line: somebody else has to bring this row in.");
        }
        found
    }

    fn by_number(&self, said: &Said, row: &mut TableRow<'_>) -> Option<&Known> {
        let known = &self.known[*self.by_number.get(said.upn.as_ref()?)?];
        let is_born_then = said.born.is_none_or(|born| known.child.line.born_on.is_none_or(|other| other == born));
        let is_called_so = said.name.is_empty() || said.name == known.child.full_name.to_lowercase();
        if !is_born_then && !is_called_so {
            let whose = if known.is_withheld { "another child" } else { &known.child.full_name };
            row.fault(
                "UPN",
                format!("Already belongs to {whose}, who was born on another day. One child, one number."),
            );
        } else if !is_called_so && said.born.is_none() && !shares_a_name(&said.name, &known.child.full_name) {
            let whose = if known.is_withheld { "another child" } else { &known.child.full_name };
            row.fault(
                "UPN",
                format!("Already belongs to {whose}. If it is the same child, called otherwise now, write their day of birth too."),
            );
        }
        Some(known)
    }

    fn by_name(&self, said: &Said, row: &mut TableRow<'_>) -> Option<&Known> {
        let namesakes = self.namesakes(said).filter(|known| said.upn.is_none() || known.child.line.upn.is_none());
        let namesakes: Vec<_> = namesakes.collect();
        if namesakes.len() > 1 {
            row.fault(
                "Full name",
                "Several children here have this name and birthday. Write the number of the one you mean.",
            );
        }
        namesakes.first().copied()
    }

    fn namesakes(&self, said: &Said) -> impl Iterator<Item = &Known> {
        let same = self.by_name.get(&said.name).map(Vec::as_slice).unwrap_or_default();
        same.iter().map(|at| &self.known[*at]).filter(|known| said.is_namesake(&known.child))
    }

    /// Of somebody new: that somebody very like them is here. Of somebody known: that they are called otherwise now.
    pub(super) fn doubts(&self, said: &Said, found: Option<&Known>) -> Option<String> {
        let same_name = self.by_name.get(&said.name).is_some_and(|same| !same.is_empty());
        match found {
            Some(known) if !said.name.is_empty() && said.name != known.child.full_name.to_lowercase() => {
                Some(format!("This number is {}’s. Is it the same child, called otherwise now?", known.child.full_name))
            }
            Some(_) => None,
            None if self.namesakes(said).next().is_some() => {
                Some("A child of this name and birthday is here with another number. Is it the same child?".to_owned())
            }
            None => same_name.then(|| "A child of this name is here already. Is it the same child?".to_owned()),
        }
    }
}

/// Who is called otherwise keeps one of their names, as a rule.
fn shares_a_name(one: &str, other: &str) -> bool {
    let other = other.to_lowercase();
    one.split_whitespace().any(|name| other.split_whitespace().any(|known| known == name))
}
