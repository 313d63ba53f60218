//! What worked: the sums, for each kind of help, of what reviews found of it.

use shared::PupilId;
use uuid::Uuid;

use super::{SchoolTransaction, help::Wanted};

/// One help by one name, summed over all children who had it and whose review has looked back on it.
pub struct Worked {
    pub name: String,
    /// As its first plan said it, and the term of that.
    pub area: String,
    pub first_term: String,
    pub who: Vec<String>,
    pub pupils: Vec<PupilId>,
    /// Those of them for whom it was for a target that could be judged.
    pub judged_pupils: Vec<PupilId>,
    pub planned: i64,
    pub delivered: i64,
    /// Beyond what was planned: not in `delivered`.
    pub extra: i64,
    pub got_there: i64,
    pub part_way: i64,
    pub not_yet: i64,
    pub not_tried: i64,
    /// Of the scale of ratings, above “not yet”: as [`shared::schema::review::steps`].
    pub steps: i64,
    pub before: i64,
    pub after: i64,
    pub scored: i64,
    /// Of judged help: in how many cases it is known how long it was given, and how long that is together.
    pub judged: i64,
    pub timed: i64,
    pub minutes: i64,
    /// Of all of it, and of judged help alone.
    pub pence: Option<i64>,
    pub judged_pence: Option<i64>,
}

/// Only what `wanted` names a term, an area or eyes for. What it costs is not even read where nobody is to see it.
pub async fn worked(txn: &mut SchoolTransaction, wanted: &Wanted, costs: bool) -> sqlx::Result<Vec<Worked>> {
    let rows = sqlx::query!(
        r#"select help.name, (array_agg(help.area order by held.term))[1] as "area!", min(held.term) as "first_term!",
                  array_agg(distinct help.who) as "who!", array_agg(distinct plan.pupil_id) as "pupils!",
                  coalesce(array_agg(distinct plan.pupil_id) filter (where found.judged > 0), '{}') as "judged_pupils!",
                  coalesce(sum(counted.planned), 0)::bigint as "planned!",
                  -- More than planned of one help must not hide what another missed.
                  coalesce(sum(least(counted.delivered, counted.planned)), 0)::bigint as "delivered!",
                  coalesce(sum(greatest(counted.delivered - counted.planned, 0)), 0)::bigint as "extra!",
                  sum(found.got_there)::bigint as "got_there!", sum(found.part_way)::bigint as "part_way!",
                  sum(found.not_yet)::bigint as "not_yet!", sum(found.not_tried)::bigint as "not_tried!",
                  sum(found.steps)::bigint as "steps!", sum(found.before)::bigint as "before!",
                  sum(found.after)::bigint as "after!", sum(found.scored)::bigint as "scored!",
                  count(*) filter (where found.judged > 0) as "judged!",
                  count(counted.delivered * help.minutes) filter (where found.judged > 0) as "timed!",
                  coalesce(sum(counted.delivered * help.minutes) filter (where found.judged > 0), 0)::bigint as "minutes!",
                  -- A plan that was replaced and never counted has no sessions in these sums: nor has it a cost.
                  sum(cost.pence) filter (where counted.planned is not null or not held.replaced)::bigint as pence,
                  sum(cost.pence) filter (where found.judged > 0)::bigint as judged_pence
           from agreed_records plan
             join agreed_records review on review.previous_meeting_id = plan.meeting_id
             -- As `help_given` says it: until the day it was to be looked back on, or until it was replaced.
             cross join lateral (
               select term_of_plan(plan.held_on, least(coalesce(plan.review_on, plan.held_on + 84), review.held_on))
                        as term,
                      review.held_on < coalesce(plan.review_on, plan.held_on + 84) as replaced
             ) held
             join provisions help on help.record_id = plan.id
             left join lateral (
               select sum(planned)::bigint as planned, sum(delivered)::bigint as delivered
               from deliveries where record_id = review.id and provision_id = help.item_id
             ) done on true
             -- What was told day by day counts where the meeting has not counted.
             left join lateral (
               select nullif(count(*), 0) as told,
                      case when count(*) > 0 then count(*) filter (where happened) end as happened
               from help_sessions
               where meeting_id = plan.meeting_id and item_id = help.item_id
                 and (done.planned is null or done.delivered is null)
             ) log on true
             cross join lateral (
               select case when done.planned is null or done.delivered is null then log.told else done.planned end
                        as planned,
                      case when done.planned is null or done.delivered is null then log.happened else done.delivered end
                        as delivered
             ) counted
             -- Counted, and not once given: whatever its targets came to, they did not come to it by this help.
             cross join lateral (
               select coalesce(counted.delivered, done.delivered) = 0
                        and coalesce(counted.planned, done.planned, help.sessions, 1) > 0 as never
             ) given
             cross join lateral (
               select count(*) filter (where rating in ('EXCEEDED', 'ACHIEVED')) as got_there,
                      count(*) filter (where rating in ('PARTLY', 'SMALL_STEPS')) as part_way,
                      count(*) filter (where rating = 'NOT_YET') as not_yet,
                      count(*) filter (where rating = 'NOT_DELIVERED') as not_tried,
                      count(steps) as judged, coalesce(sum(steps), 0) as steps,
                      -- A score counts where the same voice gave one before and one after.
                      coalesce(sum(coalesce(before_pupil + 0 * after_pupil, 0) + coalesce(before_home + 0 * after_home, 0)
                        + coalesce(before_school + 0 * after_school, 0)) filter (where steps is not null), 0) as before,
                      coalesce(sum(coalesce(after_pupil + 0 * before_pupil, 0) + coalesce(after_home + 0 * before_home, 0)
                        + coalesce(after_school + 0 * before_school, 0)) filter (where steps is not null), 0) as after,
                      coalesce(sum(num_nonnulls(before_pupil + after_pupil, before_home + after_home,
                        before_school + after_school)) filter (where steps is not null), 0) as scored
               from (
                   select case when given.never and rating <> '' then 'NOT_DELIVERED' else rating end as rating,
                          before_pupil, before_home, before_school, after_pupil, after_home, after_school
                   from target_reviews
                   where record_id = review.id and item_id = any (help.target_ids)
                 ) t
                 cross join lateral (
                   select array_position(array['NOT_YET', 'SMALL_STEPS', 'PARTLY', 'ACHIEVED', 'EXCEEDED'], rating) - 1
                     as steps
                 ) scale
             ) found
             left join lateral (
               select sum(pence_per_pupil)::bigint as pence
               from provision_costs
               where record_id = plan.id and provision_id = help.item_id and $5
             ) cost on true
           where ($1::uuid[] is null or plan.pupil_id = any ($1)) and plan.pupil_id <> all ($2)
             and ($3::text is null or held.term = $3)
             and ($4::text is null or help.area = $4)
             and (review.held_on > plan.held_on or counted.planned is not null)
           group by help.name"#,
        wanted.known.only.as_deref(),
        &wanted.known.never,
        wanted.term,
        wanted.area,
        costs
    )
    .fetch_all(txn.connection())
    .await?;
    let pupils = |ids: Vec<Uuid>| ids.into_iter().map(PupilId).collect();
    Ok(rows
        .into_iter()
        .map(|row| Worked {
            name: row.name,
            area: row.area,
            first_term: row.first_term,
            who: row.who,
            pupils: pupils(row.pupils),
            judged_pupils: pupils(row.judged_pupils),
            planned: row.planned,
            delivered: row.delivered,
            extra: row.extra,
            got_there: row.got_there,
            part_way: row.part_way,
            not_yet: row.not_yet,
            not_tried: row.not_tried,
            steps: row.steps,
            before: row.before,
            after: row.after,
            scored: row.scored,
            judged: row.judged,
            timed: row.timed,
            minutes: row.minutes,
            pence: row.pence,
            judged_pence: row.judged_pence,
        })
        .collect())
}
