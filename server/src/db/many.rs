//! Rows by the thousand, for schools that are made up to see how a large one fares. Nothing else writes this way.

use shared::{MeetingId, PersonId, PupilId};
use time::{Date, OffsetDateTime};
use uuid::Uuid;

use super::{SchoolTransaction, records::Cost};

#[derive(Default)]
pub struct People {
    pub ids: Vec<Uuid>,
    pub kinds: Vec<String>,
    pub full_names: Vec<String>,
    pub display_names: Vec<String>,
}

pub async fn people(txn: &mut SchoolTransaction, new: &People) -> sqlx::Result<()> {
    let school = txn.school().0;
    sqlx::query!(
        "insert into people (school_id, id, kind, full_name, display_name)
         select $1, * from unnest($2::uuid[], $3::text[], $4::text[], $5::text[])",
        school,
        &new.ids,
        &new.kinds,
        &new.full_names,
        &new.display_names
    )
    .execute(txn.connection())
    .await?;
    Ok(())
}

#[derive(Default)]
pub struct Pupils {
    pub ids: Vec<Uuid>,
    pub people: Vec<Uuid>,
    pub years: Vec<String>,
    pub classes: Vec<String>,
    pub upns: Vec<String>,
    pub born_on: Vec<Date>,
    pub provisions: Vec<String>,
    /// With the codes in order, parted by spaces.
    pub needs: Vec<String>,
    pub looked_after: Vec<bool>,
    pub key_adults: Vec<Option<Uuid>>,
    pub since: Vec<Option<Date>>,
}

pub async fn pupils(txn: &mut SchoolTransaction, new: &Pupils) -> sqlx::Result<()> {
    let school = txn.school().0;
    sqlx::query!(
        "insert into pupils (
           school_id, pronouns, home_language, id, person_id, year_group, class_name, upn, born_on,
           sen_provision, looked_after, key_adult_id, sen_since
         )
         select $1, '', 'English', * from unnest(
           $2::uuid[], $3::uuid[], $4::text[], $5::text[], $6::text[], $7::date[], $8::text[], $9::boolean[],
           $10::uuid[], $11::date[]
         )",
        school,
        &new.ids,
        &new.people,
        &new.years,
        &new.classes,
        &new.upns,
        &new.born_on,
        &new.provisions,
        &new.looked_after,
        &new.key_adults as &[Option<Uuid>],
        &new.since as &[Option<Date>]
    )
    .execute(txn.connection())
    .await?;
    sqlx::query!(
        "insert into pupil_needs (school_id, pupil_id, rank, code)
         select $1, id, rank::integer, code
         from unnest($2::uuid[], $3::text[]) as new (id, needs),
              string_to_table(needs, ' ') with ordinality as need (code, rank)
         where needs <> ''",
        school,
        &new.ids,
        &new.needs
    )
    .execute(txn.connection())
    .await?;
    Ok(())
}

#[derive(Default)]
pub struct Meetings {
    pub ids: Vec<Uuid>,
    pub pupils: Vec<Uuid>,
    pub cycles: Vec<i32>,
    pub held_on: Vec<Date>,
    pub previous: Vec<Option<Uuid>>,
    /// None for one that is to come.
    pub agreed_at: Vec<Option<OffsetDateTime>>,
}

pub async fn meetings(txn: &mut SchoolTransaction, new: &Meetings) -> sqlx::Result<()> {
    let school = txn.school().0;
    sqlx::query!(
        "insert into meetings (
           school_id, kind, stage, held_at, minutes, place, mode, ground_rules, id, pupil_id, cycle, held_on,
           previous_meeting_id, opened_at, agreed_at, history_destroyed_at
         )
         select $1, 'SEN Support review meeting', case when agreed_at is null then 'preparing' else 'agreed' end, '15:30',
                45, 'Library', 'in person', '{}', id, pupil_id, cycle, held_on, previous, agreed_at, agreed_at,
                agreed_at + interval '14 days'
         from unnest($2::uuid[], $3::uuid[], $4::integer[], $5::date[], $6::uuid[], $7::timestamptz[])
           as new (id, pupil_id, cycle, held_on, previous, agreed_at)",
        school,
        &new.ids,
        &new.pupils,
        &new.cycles,
        &new.held_on,
        &new.previous as &[Option<Uuid>],
        &new.agreed_at as &[Option<OffsetDateTime>]
    )
    .execute(txn.connection())
    .await?;
    Ok(())
}

#[derive(Default)]
pub struct Seats {
    pub ids: Vec<Uuid>,
    pub meetings: Vec<Uuid>,
    pub people: Vec<Uuid>,
    pub positions: Vec<i32>,
    pub roles: Vec<String>,
    pub titles: Vec<String>,
    pub colours: Vec<i32>,
    pub attendances: Vec<String>,
}

pub async fn seats(txn: &mut SchoolTransaction, new: &Seats) -> sqlx::Result<()> {
    let school = txn.school().0;
    sqlx::query!(
        "insert into participants (school_id, id, meeting_id, person_id, position, role, title, colour, attendance)
         select $1, * from unnest(
           $2::uuid[], $3::uuid[], $4::uuid[], $5::integer[], $6::text[], $7::text[], $8::integer[], $9::text[]
         )",
        school,
        &new.ids,
        &new.meetings,
        &new.people,
        &new.positions,
        &new.roles,
        &new.titles,
        &new.colours,
        &new.attendances
    )
    .execute(txn.connection())
    .await?;
    Ok(())
}

/// A meeting’s documents as another meeting has them, by the hands of other people.
pub struct Copied<'a> {
    pub from: MeetingId,
    pub to: MeetingId,
    /// Who stands for whom.
    pub hands: &'a [(PersonId, PersonId)],
}

pub async fn copy_documents(txn: &mut SchoolTransaction, copied: Copied<'_>) -> sqlx::Result<()> {
    let school = txn.school().0;
    let (old, new): (Vec<Uuid>, Vec<Uuid>) = copied.hands.iter().map(|(old, new)| (old.0, new.0)).unzip();
    sqlx::query!(
        "with checkpoint as (
           insert into doc_checkpoints (school_id, meeting_id, section, epoch, schema, seq, state)
           select $1, $2, section, epoch, schema, seq, state from doc_checkpoints where meeting_id = $3
           returning section
         ),
         head as (insert into doc_heads (school_id, meeting_id, section) select $1, $2, section from checkpoint)
         insert into section_authors (school_id, meeting_id, section, client_id, person_id)
         select $1, $2, a.section, a.client_id, hand.new
         from section_authors a join unnest($4::uuid[], $5::uuid[]) as hand (old, new) on hand.old = a.person_id
         where a.meeting_id = $3",
        school,
        copied.to.0,
        copied.from.0,
        &old,
        &new
    )
    .execute(txn.connection())
    .await?;
    Ok(())
}

/// Of all records of these children: two of three promises were kept, and sessions were told week by week, every
/// seventh of them as one that did not happen.
pub async fn tell(
    txn: &mut SchoolTransaction,
    pupils: &[PupilId],
    by: PersonId,
    until: OffsetDateTime,
) -> sqlx::Result<()> {
    let school = txn.school().0;
    let pupils: Vec<Uuid> = pupils.iter().map(|pupil| pupil.0).collect();
    sqlx::query!(
        "insert into actions_done (school_id, meeting_id, item_id, person_id, done_on)
         select $1, m.id, a.item_id, $3, m.held_on
         from meetings m join records r on r.meeting_id = m.id join actions a on a.record_id = r.id
         where m.pupil_id = any ($2) and a.position % 3 <> 0
         on conflict do nothing",
        school,
        &pupils,
        by.0
    )
    .execute(txn.connection())
    .await?;
    sqlx::query!(
        "insert into help_sessions (school_id, meeting_id, item_id, held_on, happened, why, note, person_id, told_at)
         select $1, m.id, h.item_id, m.held_on + week * 7, week % 7 <> 6, case when week % 7 = 6 then 'trip' else '' end,
                '', $3, $4
         from meetings m join records r on r.meeting_id = m.id join provisions h on h.record_id = r.id,
              generate_series(1, 12) week
         where m.pupil_id = any ($2) and h.sessions > 0 and m.held_on + week * 7 < $4::timestamptz::date",
        school,
        &pupils,
        by.0,
        until
    )
    .execute(txn.connection())
    .await?;
    Ok(())
}

/// What a record’s help costs.
pub async fn costs(txn: &mut SchoolTransaction, meeting: MeetingId) -> sqlx::Result<Vec<Cost>> {
    let rows = sqlx::query!(
        "select c.provision_id, c.pence_per_pupil, c.funding
         from provision_costs c join records r on r.id = c.record_id
         where r.meeting_id = $1 order by c.position",
        meeting.0
    )
    .fetch_all(txn.connection())
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Cost {
            provision: shared::ItemId(row.provision_id),
            pence_per_pupil: row.pence_per_pupil,
            funding: row.funding,
        })
        .collect())
}
