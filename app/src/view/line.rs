//! One child’s line of the register, to be changed, and who is kept from the child.

use serde::{Deserialize, Serialize};
use shared::{PersonId, PupilId};

use super::Here;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LinePage {
    pub here: Here,
    pub pupil: PupilId,
    pub name: String,
    /// As it stands; or as it was sent, where something is wrong with it.
    pub line: Line,
    /// As it stands, sent along with the form: so nobody overwrites what they did not see.
    pub seen: Line,
    pub key_adults: Vec<Somebody>,
    pub kept: Vec<Kept>,
    /// Who is not kept from the child any more, the newest first.
    pub let_near: Vec<LetNear>,
    /// Who might be.
    pub others: Vec<Somebody>,
    /// From outside the school, and until when.
    pub shared: Vec<Shared>,
    /// What may be a slip in the line.
    pub doubts: Vec<String>,
    /// Nothing was written of the child but this line.
    pub may_take_out: bool,
    pub refused: NotChanged,
    /// What was just done: `added`, `line`, `kept`, `near` or `until`.
    pub done: String,
}

/// The form for a child who is not here yet.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AddPage {
    pub here: Here,
    pub key_adults: Vec<Somebody>,
    /// As it was sent, where something is wrong with it.
    pub child: NewChild,
    pub faults: Vec<Fault>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewChild {
    pub full_name: String,
    /// Empty for the first of the names.
    pub called: String,
    pub line: Line,
}

/// A child who was not added.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct NotAdded {
    pub child: NewChild,
    pub faults: Vec<Fault>,
}

/// As it stands in the boxes of the form.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// A code of [`shared::census::PROVISION`].
    pub provision: String,
    pub since: String,
    /// Codes of [`shared::census::NEEDS`], main one first.
    pub needs: Vec<String>,
    pub looked_after: bool,
    /// Somebody’s id, or nobody’s.
    pub key_adult: String,
    pub year_group: String,
    pub class_name: String,
    pub upn: String,
    pub born_on: String,
    pub home_language: String,
    /// Empty while they are here. A page of before there was this box says nothing of it.
    #[serde(default)]
    pub left_on: String,
}

impl Line {
    /// What somebody changed since they saw it, on the line that stands `now`: what they left alone is as it is now.
    /// Of a box that somebody else changed otherwise meanwhile it has what was sent, and its name is said.
    pub fn onto(&self, seen: &Self, now: &Self) -> (Self, Vec<&'static str>) {
        let mut both = vec![];
        let line = Self {
            provision: newer("provision", [&self.provision, &seen.provision, &now.provision], &mut both),
            since: newer("since", [&self.since, &seen.since, &now.since], &mut both),
            needs: newer("need", [&self.needs, &seen.needs, &now.needs], &mut both),
            looked_after: newer("looked_after", [&self.looked_after, &seen.looked_after, &now.looked_after], &mut both),
            key_adult: newer("key_adult", [&self.key_adult, &seen.key_adult, &now.key_adult], &mut both),
            year_group: newer("year_group", [&self.year_group, &seen.year_group, &now.year_group], &mut both),
            class_name: newer("class_name", [&self.class_name, &seen.class_name, &now.class_name], &mut both),
            upn: newer("upn", [&self.upn, &seen.upn, &now.upn], &mut both),
            born_on: newer("born_on", [&self.born_on, &seen.born_on, &now.born_on], &mut both),
            home_language: newer(
                "home_language",
                [&self.home_language, &seen.home_language, &now.home_language],
                &mut both,
            ),
            left_on: newer("left_on", [&self.left_on, &seen.left_on, &now.left_on], &mut both),
        };
        (line, both)
    }
}

fn newer<T: Clone + PartialEq>(field: &'static str, [sent, seen, now]: [&T; 3], both: &mut Vec<&'static str>) -> T {
    if sent == seen {
        return now.clone();
    }
    if now != seen && now != sent {
        both.push(field);
    }
    sent.clone()
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Somebody {
    pub person: PersonId,
    pub name: String,
}

/// Somebody with whom the child is shared, or was.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shared {
    pub person: PersonId,
    pub name: String,
    pub title: String,
    /// `YYYY-MM-DD`, the last day; empty where there is none.
    pub until: String,
    pub has_ended: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kept {
    pub person: PersonId,
    pub name: String,
    pub reason: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LetNear {
    pub name: String,
    pub kept_because: String,
    pub near_because: String,
    pub on: String,
}

/// What was sent and not done: nothing has changed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct NotChanged {
    pub line: Option<Line>,
    /// As it stood on the page that was sent.
    pub seen: Option<Line>,
    /// Whom a reason was about, and the reason.
    pub person: String,
    pub reason: String,
    pub faults: Vec<Fault>,
}

impl NotChanged {
    /// What is wrong with a box of the form.
    pub fn with(&self, field: &str) -> Option<String> {
        Fault::with(&self.faults, field)
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fault {
    /// The name of the box.
    pub field: String,
    pub what_to_do: String,
}

impl Fault {
    pub fn new(field: &str, what_to_do: impl Into<String>) -> Self {
        Self { field: field.to_owned(), what_to_do: what_to_do.into() }
    }

    /// All that is wrong with this box.
    pub fn with(faults: &[Self], field: &str) -> Option<String> {
        let all = faults.iter().filter(|fault| fault.field == field).map(|fault| fault.what_to_do.as_str());
        let all = all.collect::<Vec<_>>().join(" ");
        (!all.is_empty()).then_some(all)
    }
}

/// So many letters of a reason are kept.
pub const REASON_LIMIT: usize = 500;
