//! What was written down, to be read by whoever answers for it: names in place of ids.
//!
//! What must stay true: what would say that something of a child was hidden names no child; nobody reads of a child
//! they are kept from.

use shared::PersonId;
use time::OffsetDateTime;

use super::SchoolTransaction;
use crate::audit::Verb;

/// A row, as it is shown. Whoever is not kept any more has no name.
#[derive(Clone, Debug)]
pub struct Read {
    pub number: i64,
    pub at: OffsetDateTime,
    pub verb: String,
    pub actor: Option<String>,
    pub child: Option<String>,
    /// Whom it was done to, where that is somebody else than the child.
    pub whom: Option<String>,
}

/// Which rows: each empty for all.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// Part of the name of who did it.
    pub who: String,
    /// Part of the name of the child.
    pub child: String,
    pub verb: String,
    /// Those written down before this one.
    pub before: Option<i64>,
}

/// The newest first, at most so many.
pub async fn list(
    txn: &mut SchoolTransaction,
    reader: PersonId,
    wanted: &Wanted,
    most: i64,
) -> sqlx::Result<Vec<Read>> {
    let restricted = Verb::RESTRICTED.map(|verb| verb.name().to_owned());
    sqlx::query_as!(
        Read,
        r#"select a.number, a.at, a.verb, who.full_name as "actor?", child.full_name as "child?",
                  whom.full_name as "whom?"
           from audit a
             left join people who on who.id = a.actor
             left join meetings m on m.id = a.meeting_id
             left join pupils p on p.id = coalesce(m.pupil_id, a.subject) and a.verb <> all ($2)
             left join people child on child.id = p.person_id
             left join participants seat on seat.id = a.subject
             left join people whom on whom.id = coalesce(seat.person_id, a.subject)
           where a.school_id = $7 and a.number < $6
             and ($3 = '' or position(lower($3) in lower(who.full_name)) > 0)
             and ($4 = '' or position(lower($4) in lower(child.full_name)) > 0)
             and ($5 = '' or a.verb = $5)
             and not exists (select from withheld w where w.pupil_id = p.id and w.person_id = $1)
           order by a.number desc limit $8"#,
        reader.0,
        &restricted,
        wanted.who,
        wanted.child,
        wanted.verb,
        wanted.before.unwrap_or(i64::MAX),
        txn.school().0,
        most
    )
    .fetch_all(txn.connection())
    .await
}
