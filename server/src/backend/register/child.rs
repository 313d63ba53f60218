//! A child as a row of the file says it: the one that goes out, and the one that comes in.

use shared::{PersonId, PupilId};
use time::Date;
use uuid::Uuid;

use crate::db::{self, SchoolTransaction, people::NewPerson, pupils::NewPupil};

/// The columns, in the order of [`Child::cells`].
pub(crate) const COLUMNS: [&str; 12] = [
    "UPN",
    "Full name",
    "Called",
    "Year group",
    "Class",
    "Born",
    "Extra help",
    "Since",
    "Needs",
    "Looked after",
    "Home language",
    "Left on",
];

/// Where among these.
pub(super) const LOOKED_AFTER: usize = 9;

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::backend) struct Child {
    pub(in crate::backend) full_name: String,
    /// As the place card says it.
    pub(in crate::backend) called: String,
    pub(in crate::backend) line: db::register_line::Line,
}

impl Child {
    /// Called by their first name, where nothing else is said.
    pub(in crate::backend) fn named(full_name: String, called: String, line: db::register_line::Line) -> Self {
        let first = || full_name.split_whitespace().next().unwrap_or_default().to_owned();
        let called = if called.is_empty() { first() } else { called };
        Self { full_name, called, line }
    }

    #[expect(clippy::disallowed_methods, reason = "new people, made on the server alone")]
    pub(in crate::backend) async fn create(&self, txn: &mut SchoolTransaction) -> sqlx::Result<PupilId> {
        let (person, pupil) = (PersonId(Uuid::now_v7()), PupilId(Uuid::now_v7()));
        let new = NewPerson { id: person, kind: "pupil", full_name: &self.full_name, display_name: &self.called };
        db::people::create(txn, new).await?;
        let line = &self.line;
        let new = NewPupil { id: pupil, person, year_group: &line.year_group, looked_after: line.looked_after };
        db::pupils::create(txn, new).await?;
        db::register_line::set(txn, pupil, line).await?;
        Ok(pupil)
    }

    pub(super) fn cells(&self) -> [String; 12] {
        let day = |day: Option<Date>| day.map(|day| day.to_string()).unwrap_or_default();
        let line = &self.line;
        [
            line.upn.clone().unwrap_or_default(),
            self.full_name.clone(),
            self.called.clone(),
            line.year_group.clone(),
            line.class_name.clone(),
            day(line.born_on),
            line.sen_provision.clone(),
            day(line.sen_since),
            line.needs.join(" "),
            if line.looked_after { "yes" } else { "no" }.to_owned(),
            line.home_language.clone(),
            day(line.left_on),
        ]
    }
}

impl From<db::register::Line> for Child {
    fn from(line: db::register::Line) -> Self {
        Self {
            full_name: line.full_name,
            called: line.name,
            line: db::register_line::Line {
                year_group: line.year_group,
                class_name: line.class_name,
                upn: line.upn,
                born_on: line.born_on,
                home_language: line.home_language,
                key_adult: None,
                looked_after: line.looked_after,
                sen_provision: line.sen_provision,
                sen_since: line.sen_since,
                needs: line.needs,
                left_on: line.left_on,
            },
        }
    }
}
