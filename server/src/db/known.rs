//! Which children somebody reads about on a page of many: the one place where that is asked. Every list takes the answer.
//!
//! What must stay true: whoever is kept from a child has it in no list, whatever they are; a list of who is at the school
//! has nobody who has left it.

use shared::{PersonId, PupilId};
use time::Date;
use uuid::Uuid;

use super::SchoolTransaction;

/// As it stands in this transaction. Without anybody asking, it is every child.
#[derive(Clone, Debug, Default)]
pub struct Known {
    /// None: every child of the school.
    pub(super) only: Option<Vec<Uuid>>,
    pub(super) never: Vec<Uuid>,
    /// None: whether or not they have left.
    pub(super) here_on: Option<Date>,
    /// Those of `only` in whose class they teach, and at whose tables they have no place.
    by_class: Vec<Uuid>,
}

/// How far somebody’s posts reach.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    WholeSchool,
    /// The children at whose tables they have a place.
    Tables,
    /// These, and the class that they are said to teach.
    TablesAndClass,
}

impl Known {
    pub async fn to(txn: &mut SchoolTransaction, person: PersonId, reach: Reach) -> sqlx::Result<Self> {
        let kept_from = sqlx::query_scalar!("select pupil_id from withheld where person_id = $1", person.0);
        let never = kept_from.fetch_all(txn.connection()).await?;
        if reach == Reach::WholeSchool {
            return Ok(Self { never, ..Self::default() });
        }
        let met =
            sqlx::query_scalar!(r#"select pupil_id as "id!" from places where person_id = $1 and admitted"#, person.0);
        let met = met.fetch_all(txn.connection()).await?;
        let mut by_class = if reach == Reach::TablesAndClass { class_of(txn, person).await? } else { vec![] };
        by_class.retain(|pupil| !met.contains(pupil));
        Ok(Self { only: Some([met, by_class.clone()].concat()), never, by_class, here_on: None })
    }

    /// But for those who have left the school by this day.
    pub fn here_on(self, day: Date) -> Self {
        Self { here_on: Some(day), ..self }
    }

    /// Only by teaching their class: what is said of such a child is less.
    pub fn is_by_class(&self, pupil: PupilId) -> bool {
        self.by_class.contains(&pupil.0)
    }

    /// But for those known only by their class.
    pub fn met_about(mut self) -> Self {
        let by_class = std::mem::take(&mut self.by_class);
        if let Some(only) = &mut self.only {
            only.retain(|pupil| !by_class.contains(pupil));
        }
        self
    }
}

async fn class_of(txn: &mut SchoolTransaction, person: PersonId) -> sqlx::Result<Vec<Uuid>> {
    sqlx::query_scalar!(
        "select p.id from pupils p
         where p.class_name <> ''
           and p.class_name in (select class_name from posts where person_id = $1 and post = 'teacher')",
        person.0
    )
    .fetch_all(txn.connection())
    .await
}
