//! Who was given what, and how it went: read from the rows of agreed records, and from nowhere else.

use shared::{ItemId, MeetingId, PupilId, RecordId, delivery};
use time::Date;
use uuid::Uuid;

use super::{SchoolTransaction, known::Known};

/// One help of one agreed plan of one child.
#[derive(Clone, Debug)]
pub struct Given {
    pub pupil: PupilId,
    pub pupil_name: String,
    pub year_group: String,
    pub class_name: String,
    /// From this day on they are not at the school any more.
    pub left_on: Option<Date>,
    pub meeting: MeetingId,
    /// “2026-3”: see `term_of` in the migrations.
    pub term: String,
    pub name: String,
    pub who: String,
    pub tier: String,
    pub area: String,
    pub ratio: String,
    pub targets: Vec<ItemId>,
    pub sessions_per_week: Option<i64>,
    /// Of one session.
    pub minutes: Option<i64>,
    pub sessions: Option<i64>,
    pub pence: Option<i64>,
    pub funding: Option<String>,
    /// As the next meeting counted them.
    pub planned: Option<i64>,
    pub delivered: Option<i64>,
    pub why_not: Option<String>,
    /// As it was told day by day: how many sessions, and how many of them happened. None where nobody told anything.
    pub told: Option<(i64, i64)>,
    /// Why the others did not: codes of [`shared::delivery::WHY`].
    pub missed: Vec<String>,
    /// The record that looked back on it.
    pub review: Option<RecordId>,
    /// The day its plan was agreed, and whether another was before this one’s time was over.
    pub held_on: Date,
    pub replaced: bool,
    /// Of it counts in this term what happened, and neither what was planned nor what it costs: so the map has it.
    pub is_no_plan: bool,
}

/// What is known of the sessions of one help.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counted {
    /// Looked back on, or told.
    pub planned: i64,
    /// How many of these happened.
    pub delivered: i64,
    /// Happened beyond what was planned: beside every sum, or they would hide what another help missed.
    pub extra: i64,
    /// By a meeting; else it was told so far, and more may come.
    pub by_meeting: bool,
}

impl Counted {
    fn new((planned, happened): (i64, i64), by_meeting: bool) -> Self {
        let delivered = happened.min(planned);
        Self { planned, delivered, extra: happened - delivered, by_meeting }
    }

    pub fn is_anything(&self) -> bool {
        self.planned + self.delivered + self.extra > 0
    }
}

impl Given {
    /// How many sessions were looked back on, and how many of them happened: as the next meeting agreed it, or else as
    /// it was told day by day. What a meeting agreed stands, whatever was told.
    pub fn counted(&self) -> Option<Counted> {
        let met = self.planned.zip(self.delivered).map(|counted| Counted::new(counted, true));
        met.or_else(|| self.told.map(|told| Counted::new(told, false)))
    }

    /// Why not all of them did, from the same source.
    pub fn missed(&self) -> String {
        match self.planned.zip(self.delivered) {
            Some(_) => self.why_not.clone().unwrap_or_default(),
            None => delivery::reasons(&self.missed),
        }
    }
}

/// Which rows: whatever is not named is not asked for.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    pub pupil: Option<PupilId>,
    /// Only children that whoever asks may read about.
    pub known: Known,
    pub term: Option<String>,
    pub area: Option<String>,
}

/// Of every plan that held for a day at least: one that was replaced on its day gave nobody anything, and all of it stands
/// in the newer one.
pub async fn given(txn: &mut SchoolTransaction, wanted: &Wanted) -> sqlx::Result<Vec<Given>> {
    let rows = sqlx::query!(
        r#"select h.pupil_id as "pupil_id!", person.display_name, p.year_group, p.class_name, p.left_on, h.meeting_id as "meeting_id!",
                  h.term as "term!", h.name as "name!", h.who as "who!", h.tier as "tier!", h.area as "area!",
                  h.ratio as "ratio!", h.target_ids as "target_ids!", h.sessions_per_week, h.minutes, h.sessions,
                  h.pence, h.funding, h.planned, h.delivered, h.why_not, h.review_id,
                  h.told, h.happened, h.missed, h.held_on as "held_on!", h.replaced as "replaced!"
           from help_given h
             join pupils p on p.id = h.pupil_id
             join people person on person.id = p.person_id
           where not h.never_held and ($1::uuid is null or h.pupil_id = $1)
             and ($2::uuid[] is null or h.pupil_id = any ($2)) and h.pupil_id <> all ($5)
             and ($3::text is null or h.term = $3)
             and ($4::text is null or h.area = $4)
           order by h.term, person.display_name, h.pupil_id, h.position"#,
        wanted.pupil.map(|id| id.0),
        wanted.known.only.as_deref(),
        wanted.term,
        wanted.area,
        &wanted.known.never
    )
    .fetch_all(txn.connection())
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Given {
            pupil: PupilId(row.pupil_id),
            pupil_name: row.display_name,
            year_group: row.year_group,
            class_name: row.class_name,
            left_on: row.left_on,
            meeting: MeetingId(row.meeting_id),
            term: row.term,
            name: row.name,
            who: row.who,
            tier: row.tier,
            area: row.area,
            ratio: row.ratio,
            targets: row.target_ids.into_iter().map(ItemId).collect(),
            sessions_per_week: row.sessions_per_week,
            minutes: row.minutes,
            sessions: row.sessions,
            pence: row.pence,
            funding: row.funding,
            planned: row.planned,
            delivered: row.delivered,
            why_not: row.why_not,
            told: row.told.zip(row.happened),
            missed: row.missed.unwrap_or_default(),
            review: row.review_id.map(RecordId),
            held_on: row.held_on,
            replaced: row.replaced,
            is_no_plan: false,
        })
        .collect())
}

/// The terms that have plans, newest first; one that was replaced on its day is of none.
pub async fn terms(txn: &mut SchoolTransaction, known: &Known) -> sqlx::Result<Vec<String>> {
    sqlx::query_scalar!(
        r#"select distinct
             term_of_plan(plan.held_on, least(coalesce(plan.review_on, plan.held_on + 84), next.held_on)) as "term!"
           from agreed_records plan left join agreed_records next on next.previous_meeting_id = plan.meeting_id
           where exists (select from provisions help where help.record_id = plan.id)
             and (next.held_on is null or next.held_on > plan.held_on)
             and ($1::uuid[] is null or plan.pupil_id = any ($1)) and plan.pupil_id <> all ($2)
           order by 1 desc"#,
        known.only.as_deref(),
        &known.never
    )
    .fetch_all(txn.connection())
    .await
}

/// The terms of the plans that nothing has replaced yet, the newest first, each with how many children have one.
pub async fn terms_that_hold(txn: &mut SchoolTransaction, known: &Known) -> sqlx::Result<Vec<(String, u32)>> {
    let rows = sqlx::query!(
        r#"select term_of_plan(plan.held_on, coalesce(plan.review_on, plan.held_on + 84)) as "term!",
                  count(distinct plan.pupil_id)::int as "children!"
           from agreed_records plan join pupils p on p.id = plan.pupil_id
           where exists (select from provisions help where help.record_id = plan.id)
             and not exists (select from agreed_records next where next.previous_meeting_id = plan.meeting_id)
             and ($1::uuid[] is null or plan.pupil_id = any ($1)) and plan.pupil_id <> all ($2)
             and (p.left_on <= $3) is not true
           group by 1
           order by 1 desc"#,
        known.only.as_deref(),
        &known.never,
        known.here_on
    )
    .fetch_all(txn.connection())
    .await?;
    Ok(rows.into_iter().map(|row| (row.term, row.children.unsigned_abs())).collect())
}

/// Who has help in which area by a plan that nothing has replaced yet, of whatever term.
pub async fn areas_that_hold(txn: &mut SchoolTransaction, known: &Known) -> sqlx::Result<Vec<(PupilId, String)>> {
    let rows = sqlx::query!(
        r#"select distinct plan.pupil_id as "pupil_id!", help.area
           from agreed_records plan join provisions help on help.record_id = plan.id
           where not exists (select from agreed_records next where next.previous_meeting_id = plan.meeting_id)
             and ($1::uuid[] is null or plan.pupil_id = any ($1)) and plan.pupil_id <> all ($2)"#,
        known.only.as_deref(),
        &known.never
    )
    .fetch_all(txn.connection())
    .await?;
    Ok(rows.into_iter().map(|row| (PupilId(row.pupil_id), row.area)).collect())
}

/// How one target of one child went, by the record that looked back on it.
#[derive(Clone, Debug)]
pub struct Rated {
    pub review: RecordId,
    pub target: ItemId,
    pub title: String,
    pub pupil_words: String,
    pub pupil: PupilId,
    /// Of need, as the plan said it.
    pub area: String,
    pub rating: String,
}

/// All that was ever looked back on of one child, oldest first.
pub async fn rated(txn: &mut SchoolTransaction, pupil: PupilId) -> sqlx::Result<Vec<Rated>> {
    let rows = sqlx::query_as!(
        RatedRow,
        r#"select t.record_id, t.item_id, t.title, t.pupil_words, r.pupil_id as "pupil_id!", t.rating, coalesce(planned.area, '') as "area!"
           from agreed_records r
             join target_reviews t on t.record_id = r.id
             left join agreed_records plan on plan.meeting_id = r.previous_meeting_id
             left join targets planned on planned.record_id = plan.id and planned.item_id = t.item_id
           where r.pupil_id = $1
           order by r.held_on, r.cycle, t.position"#,
        pupil.0
    )
    .fetch_all(txn.connection())
    .await?;
    Ok(rows.into_iter().map(Rated::from).collect())
}

/// A step of a plan, as far as another can be the same one.
pub struct Step {
    pub target: ItemId,
    pub title: String,
    pub pupil_words: String,
    pub area: String,
}

/// The targets of the plan that a meeting agreed.
pub async fn steps_of(txn: &mut SchoolTransaction, plan: MeetingId) -> sqlx::Result<Vec<Step>> {
    let rows = sqlx::query!(
        "select t.item_id, t.title, t.pupil_words, t.area
         from agreed_records r
           join targets t on t.record_id = r.id
         where r.meeting_id = $1
         order by t.position",
        plan.0
    )
    .fetch_all(txn.connection())
    .await?;
    let step = |target, title, pupil_words, area| Step { target: ItemId(target), title, pupil_words, area };
    Ok(rows.into_iter().map(|row| step(row.item_id, row.title, row.pupil_words, row.area)).collect())
}

/// What the last two reviews of each child found, of everybody somebody works with; oldest first.
pub async fn rated_lately(txn: &mut SchoolTransaction, known: &Known) -> sqlx::Result<Vec<Rated>> {
    let rows = sqlx::query_as!(
        RatedRow,
        r#"with looked_back as (
             select r.id, r.pupil_id, r.held_on, r.cycle, r.previous_meeting_id,
                    row_number() over (partition by r.pupil_id order by r.held_on desc, r.cycle desc) as back
             from agreed_records r
             where exists (select from target_reviews t where t.record_id = r.id)
               and ($1::uuid[] is null or r.pupil_id = any ($1)) and r.pupil_id <> all ($2)
           )
           select t.record_id, t.item_id, t.title, t.pupil_words, r.pupil_id as "pupil_id!", t.rating, coalesce(planned.area, '') as "area!"
           from looked_back r
             join target_reviews t on t.record_id = r.id
             left join agreed_records plan on plan.meeting_id = r.previous_meeting_id
             left join targets planned on planned.record_id = plan.id and planned.item_id = t.item_id
           where r.back <= 2
           order by r.held_on, r.cycle, t.position"#,
        known.only.as_deref(),
        &known.never
    )
    .fetch_all(txn.connection())
    .await?;
    Ok(rows.into_iter().map(Rated::from).collect())
}

struct RatedRow {
    record_id: Uuid,
    item_id: Uuid,
    title: String,
    pupil_words: String,
    pupil_id: Uuid,
    rating: String,
    area: String,
}

impl From<RatedRow> for Rated {
    fn from(row: RatedRow) -> Self {
        Self {
            review: RecordId(row.record_id),
            target: ItemId(row.item_id),
            title: row.title,
            pupil_words: row.pupil_words,
            pupil: PupilId(row.pupil_id),
            area: row.area,
            rating: row.rating,
        }
    }
}
