//! Everything that is kept about one child, row by row.

use serde_json::Value;
use shared::PupilId;
use time::OffsetDateTime;
use uuid::Uuid;

use super::SchoolTransaction;

/// The child’s own rows, and every row that hangs on them, with the name of its table. Some come twice.
pub async fn rows(txn: &mut SchoolTransaction, pupil: PupilId) -> sqlx::Result<Vec<(String, Value)>> {
    let rows = sqlx::query!(
        r#"select 'pupils' as "source!", to_jsonb(p) as "content!" from pupils p where id = $1
           union all
           select 'people', to_jsonb(child) from people child join pupils p on p.person_id = child.id where p.id = $1
           union all
           select source, content from hanging_rows('pupils', array[$1::uuid])"#,
        pupil.0
    )
    .fetch_all(txn.connection())
    .await?;
    Ok(rows.into_iter().map(|row| (row.source, row.content)).collect())
}

/// Somebody did something.
pub struct Deed {
    pub at: OffsetDateTime,
    pub actor: Option<Uuid>,
    pub verb: String,
}

/// What was written down about these meetings, or was done to any of these: the child, and what hangs on them.
pub async fn deeds(txn: &mut SchoolTransaction, ids: &[Uuid]) -> sqlx::Result<Vec<Deed>> {
    let school = txn.school().0;
    sqlx::query_as!(
        Deed,
        "select at, actor, verb from audit
         where school_id = $1 and (meeting_id = any ($2) or subject = any ($2) or actor = any ($2)) order by number",
        school,
        ids
    )
    .fetch_all(txn.connection())
    .await
}

/// Somebody the school knows.
pub struct Known {
    pub id: Uuid,
    pub kind: String,
    pub full_name: String,
    pub display_name: String,
}

pub async fn everybody(txn: &mut SchoolTransaction) -> sqlx::Result<Vec<Known>> {
    sqlx::query_as!(Known, "select id, kind, full_name, display_name from people order by full_name")
        .fetch_all(txn.connection())
        .await
}
