//! Agreed records: written once, whole, and never again.

use shared::{
    ItemId, MeetingId, PupilId, RecordId,
    record::{AgreedRecord, canonical_json, hash},
};
use time::OffsetDateTime;
use uuid::Uuid;

use super::SchoolTransaction;

/// A record as it was agreed, byte for byte.
#[derive(Clone, Debug)]
pub struct Kept {
    pub id: RecordId,
    pub version: i32,
    pub canonical_json: String,
    pub sha256: String,
}

/// What a provision costs. Staff only, and in no record.
#[derive(Clone, Debug, PartialEq)]
pub struct Cost {
    pub provision: ItemId,
    pub pence_per_pupil: Option<i64>,
    pub funding: String,
}

/// This version of a meeting’s record, or the newest.
pub async fn find(txn: &mut SchoolTransaction, meeting: MeetingId, version: Option<u32>) -> sqlx::Result<Option<Kept>> {
    let row = sqlx::query!(
        "select id, version, canonical_json, sha256 from records
         where meeting_id = $1 and version = coalesce($2, version)
         order by version desc limit 1",
        meeting.0,
        version.map(|version| i32::try_from(version).unwrap_or(i32::MAX))
    )
    .fetch_optional(txn.connection())
    .await?;
    Ok(row.map(|row| Kept {
        id: RecordId(row.id),
        version: row.version,
        canonical_json: row.canonical_json,
        sha256: row.sha256,
    }))
}

/// One of a child’s records, the newest version of its meeting.
pub struct OfPupil {
    pub meeting: MeetingId,
    pub canonical_json: String,
    /// Of its first version.
    pub first_agreed_at: OffsetDateTime,
}

/// A child’s records, oldest first.
pub async fn list_of_pupil(txn: &mut SchoolTransaction, pupil: PupilId) -> sqlx::Result<Vec<OfPupil>> {
    let rows = sqlx::query!(
        r#"select meeting_id as "meeting!", canonical_json as "canonical_json!",
                  (select min(first.agreed_at) from records first where first.meeting_id = newest.meeting_id) as "first!"
           from agreed_records newest
           where pupil_id = $1
           order by held_on, cycle"#,
        pupil.0
    )
    .fetch_all(txn.connection())
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| OfPupil {
            meeting: MeetingId(row.meeting),
            canonical_json: row.canonical_json,
            first_agreed_at: row.first,
        })
        .collect())
}

/// The version a new record of this meeting would have.
pub async fn next_version(txn: &mut SchoolTransaction, meeting: MeetingId) -> sqlx::Result<u32> {
    let last = sqlx::query_scalar!("select max(version) from records where meeting_id = $1", meeting.0)
        .fetch_one(txn.connection())
        .await?;
    Ok(last.map_or(1, |last| u32::try_from(last).unwrap_or(0) + 1))
}

/// A record on its way into the database.
pub struct NewRecord<'a> {
    pub id: RecordId,
    pub record: &'a AgreedRecord,
    pub costs: &'a [Cost],
    pub at: OffsetDateTime,
}

/// Writes records and their rows. The rows are read by Postgres out of the canonical JSON as it was kept, so that they
/// can never say anything else than the record does.
pub async fn create(txn: &mut SchoolTransaction, new: &[NewRecord<'_>]) -> sqlx::Result<()> {
    let school = txn.school().0;
    let jsons = new.iter().map(|new| canonical_json(new.record)).collect::<Result<Vec<_>, _>>();
    let jsons = jsons.map_err(|error| sqlx::Error::Encode(error.into()))?;
    let hashes: Vec<String> = jsons.iter().map(|json| hash(json)).collect();
    let ids: Vec<Uuid> = new.iter().map(|new| new.id.0).collect();
    let meetings: Vec<Uuid> = new.iter().map(|new| new.record.meeting.id.0).collect();
    let versions: Vec<i32> = new.iter().map(|new| i32::try_from(new.record.version).unwrap_or(i32::MAX)).collect();
    let reasons: Vec<Option<String>> = new.iter().map(|new| new.record.reason.clone()).collect();
    let moments: Vec<OffsetDateTime> = new.iter().map(|new| new.at).collect();
    sqlx::query!(
        "insert into records (
           school_id, id, meeting_id, version, reason, canonical_json, sha256, agreed_at, impact, expected_impact,
           decision, review_on
         )
         select $1, id, meeting_id, version, reason, json, sha256, agreed_at, parts ->> 'impact',
                parts ->> 'expected_impact', parts ->> 'decision', day(parts ->> 'review_on')
         from unnest($2::uuid[], $3::uuid[], $4::integer[], $5::text[], $6::text[], $7::text[], $8::timestamptz[])
                as new (id, meeting_id, version, reason, json, sha256, agreed_at),
              lateral (select json::jsonb as parts) read",
        school,
        &ids,
        &meetings,
        &versions,
        &reasons as &[Option<String>],
        &jsons,
        &hashes,
        &moments
    )
    .execute(txn.connection())
    .await?;
    create_people(txn, &ids).await?;
    create_statements(txn, &ids).await?;
    create_plan(txn, &ids).await?;
    create_review(txn, &ids).await?;
    create_costs(txn, new).await
}

async fn create_people(txn: &mut SchoolTransaction, ids: &[Uuid]) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into record_attendance (school_id, record_id, position, person_id, name, role, title, attendance)
         select r.school_id, r.id, position, (person ->> 'person')::uuid, person ->> 'name', person ->> 'role',
                person ->> 'title', person ->> 'attendance'
         from records r,
              jsonb_array_elements(r.canonical_json::jsonb -> 'attendance') with ordinality as list (person, position)
         where r.id = any ($1)",
        ids
    )
    .execute(txn.connection())
    .await?;
    sqlx::query!(
        "insert into record_agreements (
           school_id, record_id, position, person_id, name, role, title, response, comment, answered_at
         )
         select r.school_id, r.id, position, (answer ->> 'person')::uuid, answer ->> 'name', answer ->> 'role', answer ->> 'title',
                answer ->> 'response', answer ->> 'comment', (answer ->> 'at')::timestamptz
         from records r,
              jsonb_array_elements(r.canonical_json::jsonb -> 'agreements') with ordinality as list (answer, position)
         where r.id = any ($1)",
        ids
    )
    .execute(txn.connection())
    .await?;
    sqlx::query!(
        "update meetings m
         set with_family = exists (
           select from record_attendance there
           where there.record_id = r.id and there.role = 'parent'
             and there.attendance in ('in_person', 'remote', 'part_of_meeting')
         )
         from records r
         where r.id = any ($1) and m.id = r.meeting_id",
        ids
    )
    .execute(txn.connection())
    .await?;
    Ok(())
}

async fn create_statements(txn: &mut SchoolTransaction, ids: &[Uuid]) -> sqlx::Result<()> {
    sqlx::query!(
        "with record as (select school_id, id, canonical_json::jsonb as json from records where id = any ($1)),
         headed (school_id, record_id, part, heading, statements) as (
           select school_id, id, 'passport', list ->> 'key', list -> 'statements'
           from record, jsonb_array_elements(json -> 'passport') list
           union all
           select school_id, id, 'boards', list ->> 'key', list -> 'statements'
           from record, jsonb_array_elements(json -> 'boards') list
           union all
           -- Two differences may be about the same thing; their place keeps them apart.
           select school_id, id, 'differences', number || '. ' || (difference ->> 'topic'), difference -> 'views'
           from record, jsonb_array_elements(json -> 'differences') with ordinality list (difference, number)
           union all
           select school_id, id, part, '', json -> part
           from record, unnest(array['remarks', 'by_school', 'by_home', 'by_pupil']) part
         )
         insert into statements (
           school_id, record_id, part, heading, position, item_id, words, said_by, said_by_name, captured, said_on, side,
           written_by
         )
         select school_id, record_id, part, heading, position, (said ->> 'id')::uuid, said ->> 'words',
                (said ->> 'said_by')::uuid, said ->> 'said_by_name', said ->> 'captured', day(said ->> 'said_on'), said ->> 'side',
                array(select (hand ->> 'person')::uuid from jsonb_array_elements(said -> 'hands') hand)
         from headed, jsonb_array_elements(statements) with ordinality list (said, position)",
        ids
    )
    .execute(txn.connection())
    .await?;
    Ok(())
}

async fn create_plan(txn: &mut SchoolTransaction, ids: &[Uuid]) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into outcomes (school_id, record_id, position, item_id, words, area, due_on)
         select r.school_id, r.id, position, (item ->> 'id')::uuid, item ->> 'words', item ->> 'area', day(item ->> 'by')
         from records r,
              jsonb_array_elements(r.canonical_json::jsonb -> 'outcomes') with ordinality as list (item, position)
         where r.id = any ($1)",
        ids
    )
    .execute(txn.connection())
    .await?;
    sqlx::query!(
        "insert into targets (
           school_id, record_id, position, item_id, pupil_words, title, baseline, success, impact, due_on, area,
           outcome_id, before_pupil, before_home, before_school
         )
         select r.school_id, r.id, position, (item ->> 'id')::uuid, item ->> 'pupil_words', item ->> 'title', item ->> 'baseline',
                item ->> 'success', item ->> 'impact', day(item ->> 'by'), item ->> 'area', item_id(item ->> 'outcome'),
                (item -> 'before' ->> 'pupil')::bigint, (item -> 'before' ->> 'home')::bigint,
                (item -> 'before' ->> 'school')::bigint
         from records r,
              jsonb_array_elements(r.canonical_json::jsonb -> 'targets') with ordinality as list (item, position)
         where r.id = any ($1)",
        ids
    )
    .execute(txn.connection())
    .await?;
    sqlx::query!(
        "insert into provisions (
           school_id, record_id, position, item_id, name, who, given_when, often, place, tier, area, ratio, evidence,
           target_ids, sessions_per_week, minutes, weeks, sessions
         )
         select r.school_id, r.id, position, (item ->> 'id')::uuid, item ->> 'name', item ->> 'who', item ->> 'when',
                item ->> 'often', item ->> 'place', item ->> 'tier', item ->> 'area', item ->> 'ratio',
                item ->> 'evidence',
                array(select jsonb_array_elements_text(item -> 'targets')::uuid),
                (item ->> 'sessions_per_week')::bigint, (item ->> 'minutes')::bigint, (item ->> 'weeks')::bigint,
                (item ->> 'sessions')::bigint
         from records r,
              jsonb_array_elements(r.canonical_json::jsonb -> 'provision') with ordinality as list (item, position)
         where r.id = any ($1)",
        ids
    )
    .execute(txn.connection())
    .await?;
    sqlx::query!(
        "insert into actions (school_id, record_id, position, item_id, what, who, due_on, status)
         select r.school_id, r.id, position, (item ->> 'id')::uuid, item ->> 'what', item ->> 'who', day(item ->> 'by'),
                item ->> 'status'
         from records r,
              jsonb_array_elements(r.canonical_json::jsonb -> 'actions') with ordinality as list (item, position)
         where r.id = any ($1)",
        ids
    )
    .execute(txn.connection())
    .await?;
    Ok(())
}

async fn create_review(txn: &mut SchoolTransaction, ids: &[Uuid]) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into target_reviews (
           school_id, record_id, position, item_id, pupil_words, title, baseline, exit, delivered, rating, next_step,
           before_pupil, before_home, before_school, after_pupil, after_home, after_school
         )
         select r.school_id, r.id, position, (item ->> 'id')::uuid, item ->> 'pupil_words', item ->> 'title', item ->> 'baseline',
                item ->> 'exit', item ->> 'delivered', item ->> 'rating', item ->> 'next_step',
                (item -> 'before' ->> 'pupil')::bigint, (item -> 'before' ->> 'home')::bigint,
                (item -> 'before' ->> 'school')::bigint, (item -> 'after' ->> 'pupil')::bigint,
                (item -> 'after' ->> 'home')::bigint, (item -> 'after' ->> 'school')::bigint
         from records r,
              jsonb_array_elements(r.canonical_json::jsonb -> 'reviews') with ordinality as list (item, position)
         where r.id = any ($1)",
        ids
    )
    .execute(txn.connection())
    .await?;
    sqlx::query!(
        "insert into deliveries (
           school_id, record_id, position, item_id, name, provision_id, planned, delivered, why_not
         )
         select r.school_id, r.id, position, (item ->> 'id')::uuid, item ->> 'name', item_id(item ->> 'provision'),
                (item ->> 'planned')::bigint, (item ->> 'delivered')::bigint, item ->> 'why_not'
         from records r,
              jsonb_array_elements(r.canonical_json::jsonb -> 'delivery') with ordinality as list (item, position)
         where r.id = any ($1)",
        ids
    )
    .execute(txn.connection())
    .await?;
    Ok(())
}

async fn create_costs(txn: &mut SchoolTransaction, new: &[NewRecord<'_>]) -> sqlx::Result<()> {
    let school = txn.school().0;
    let all = || new.iter().flat_map(|one| (1..).zip(one.costs).map(move |(position, cost)| (one.id, position, cost)));
    let ids: Vec<Uuid> = all().map(|(id, ..)| id.0).collect();
    let positions: Vec<i64> = all().map(|(_, position, _)| position).collect();
    let provisions: Vec<Uuid> = all().map(|(.., cost)| cost.provision.0).collect();
    let pence: Vec<Option<i64>> = all().map(|(.., cost)| cost.pence_per_pupil).collect();
    let funding: Vec<String> = all().map(|(.., cost)| cost.funding.clone()).collect();
    sqlx::query!(
        "insert into provision_costs (school_id, record_id, position, provision_id, pence_per_pupil, funding)
         select $1, * from unnest($2::uuid[], $3::bigint[], $4::uuid[], $5::bigint[], $6::text[])",
        school,
        &ids,
        &positions,
        &provisions,
        &pence as &[Option<i64>],
        &funding
    )
    .execute(txn.connection())
    .await?;
    Ok(())
}
