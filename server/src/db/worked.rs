//! What reviews looked back on: the help, and how its targets went. The sums are made in `backend::impact`.
//!
//! What must stay true: which plans held, and of which term they are, is said by the view `help_given` alone, which the
//! map and a child’s page read too. Nothing is joined here that grows with both: the planner knows little of how many
//! rows a view gives, and where it guesses one of each it compares every help with every target.

use shared::{ItemId, PupilId, RecordId};
use uuid::Uuid;

use super::{SchoolTransaction, help::Wanted};

/// One help of one plan, on which the next meeting has looked back.
pub struct LookedBack {
    pub pupil: PupilId,
    pub plan: RecordId,
    pub name: String,
    pub area: String,
    pub term: String,
    pub who: String,
    pub targets: Vec<ItemId>,
    pub review: RecordId,
    /// Before its time was over.
    pub replaced: bool,
    /// How many sessions there were to be and how many happened: as the meeting counted them, or else as they were told.
    pub counted: Option<(i64, i64)>,
    /// Of one session.
    pub minutes: Option<i64>,
    pub pence: Option<i64>,
    /// Counted, and not once given: whatever its targets came to, they did not come to it by this help.
    pub never: bool,
}

/// How one target went. What nobody rated is not there.
pub struct Reviewed {
    pub review: RecordId,
    pub target: ItemId,
    pub rating: String,
    /// Out of ten, before and after: of the pupil, of home, of school.
    pub scores: [(Option<i64>, Option<i64>); 3],
}

/// In no order. What it costs is not given out where nobody is to see it.
///
/// Planned anew each time: after five times Postgres would keep one plan for every school, and that one takes seconds
/// where there are a thousand reviews.
pub async fn looked_back(txn: &mut SchoolTransaction, wanted: &Wanted, costs: bool) -> sqlx::Result<Vec<LookedBack>> {
    sqlx::query!("set local plan_cache_mode = force_custom_plan").execute(txn.connection()).await?;
    let rows = sqlx::query!(
        r#"select h.pupil_id as "pupil_id!", h.record_id as "record_id!", h.name as "name!", h.area as "area!",
                  h.term as "term!", h.who as "who!", h.target_ids as "target_ids!", h.review_id as "review_id!",
                  h.replaced as "replaced!", counted.planned, counted.delivered, h.minutes,
                  case when $5 then h.pence end as pence,
                  coalesce(coalesce(counted.delivered, h.delivered) = 0
                    and coalesce(counted.planned, h.planned, h.sessions, 1) > 0, false) as "never!"
           from help_given h
             -- What was told day by day counts where the meeting has not counted.
             cross join lateral (
               select case when h.planned is null or h.delivered is null then h.told else h.planned end as planned,
                      case when h.planned is not null and h.delivered is not null then h.delivered
                           when h.told is not null then h.happened end as delivered
             ) counted
           where h.review_id is not null and not h.never_held
             and ($1::uuid[] is null or h.pupil_id = any ($1)) and h.pupil_id <> all ($2)
             and ($3::text is null or h.term = $3)
             and ($4::text is null or h.area = $4)"#,
        wanted.known.only.as_deref(),
        &wanted.known.never,
        wanted.term,
        wanted.area,
        costs
    )
    .fetch_all(txn.connection())
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| LookedBack {
            pupil: PupilId(row.pupil_id),
            plan: RecordId(row.record_id),
            name: row.name,
            area: row.area,
            term: row.term,
            who: row.who,
            targets: row.target_ids.into_iter().map(ItemId).collect(),
            review: RecordId(row.review_id),
            replaced: row.replaced,
            counted: row.planned.zip(row.delivered),
            minutes: row.minutes,
            pence: row.pence,
            never: row.never,
        })
        .collect())
}

/// What these reviews say of each target.
pub async fn reviewed(txn: &mut SchoolTransaction, reviews: &[Uuid]) -> sqlx::Result<Vec<Reviewed>> {
    let rows = sqlx::query!(
        "select record_id, item_id, rating, before_pupil, before_home, before_school, after_pupil, after_home, after_school
         from target_reviews where record_id = any ($1) and rating <> ''",
        reviews
    )
    .fetch_all(txn.connection())
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Reviewed {
            review: RecordId(row.record_id),
            target: ItemId(row.item_id),
            rating: row.rating,
            scores: [
                (row.before_pupil, row.after_pupil),
                (row.before_home, row.after_home),
                (row.before_school, row.after_school),
            ],
        })
        .collect())
}
