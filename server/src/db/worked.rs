//! What worked: the sums, for each kind of help, of what reviews found of it.
//!
//! What must stay true: which plans held, and of which term they are, is said by the view `help_given` alone, which the
//! map and a child’s page read too.

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
    /// How often its sessions were counted, and in how many of these it was for no target at all.
    pub counted: i64,
    pub under_no_step: i64,
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

/// Planned anew each time: after five times Postgres would keep one plan for every school, and that one takes seconds
/// where there are a thousand reviews.
///
/// Only what `wanted` names a term, an area or eyes for. What it costs is not given out where nobody is to see it.
pub async fn worked(txn: &mut SchoolTransaction, wanted: &Wanted, costs: bool) -> sqlx::Result<Vec<Worked>> {
    sqlx::query!("set local plan_cache_mode = force_custom_plan").execute(txn.connection()).await?;
    let rows = sqlx::query!(
        r#"with looked_back as (
             select h.pupil_id, h.record_id, h.item_id, h.name, h.area, h.term, h.who, h.minutes, h.target_ids,
                    h.position, h.review_id, h.replaced, counted.planned, counted.delivered,
                    case when $5 then h.pence end as pence,
                    -- Counted, and not once given: whatever its targets came to, they did not come to it by this help.
                    coalesce(coalesce(counted.delivered, h.delivered) = 0
                      and coalesce(counted.planned, h.planned, h.sessions, 1) > 0, false) as never
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
               and ($4::text is null or h.area = $4)
           ), kinds as materialized (
             -- Of each name once: there are few, and much help.
             select name, regexp_replace(lower(btrim(name)), '\s+', ' ', 'g') as kind
             from (select distinct name from looked_back) named
           ), reviewed as materialized (
             -- All of them first: the planner expects little help, and would look for the targets of each one.
             select record_id, item_id, rating, before_pupil, before_home, before_school, after_pupil, after_home, after_school
             from target_reviews
             where record_id = any (array(select distinct review_id from looked_back)) and rating <> ''
           ), rated as materialized (
             -- Each help with each target of its own that was judged by it, or did not get to be tried: looked for once.
             select h.record_id, h.item_id, kinds.kind, h.position, t.item_id as target, t.rating,
                    t.before_pupil, t.before_home, t.before_school, t.after_pupil, t.after_home, t.after_school
             from looked_back h
               join kinds using (name)
               join reviewed t on t.record_id = h.review_id and t.item_id = any (h.target_ids)
             where t.rating = 'NOT_DELIVERED' or not h.never
           ), marks as (
             -- One target of one child is one mark of a kind of help, however often that kind stands in the plan.
             select distinct on (record_id, kind, target) record_id, item_id, rating,
                    before_pupil, before_home, before_school, after_pupil, after_home, after_school
             from rated
             order by record_id, kind, target, position, item_id
           ), of_step as (
             -- Its time and its cost go into those of a step, also where the mark stands at another help of its kind.
             select distinct record_id, item_id from rated
             where rating in ('NOT_YET', 'SMALL_STEPS', 'PARTLY', 'ACHIEVED', 'EXCEEDED')
           ), found as (
             select record_id, item_id,
                    count(*) filter (where rating in ('EXCEEDED', 'ACHIEVED')) as got_there,
                    count(*) filter (where rating in ('PARTLY', 'SMALL_STEPS')) as part_way,
                    count(*) filter (where rating = 'NOT_YET') as not_yet,
                    count(*) filter (where rating = 'NOT_DELIVERED') as not_tried,
                    sum(steps) as steps,
                    -- A score counts where the same voice gave one before and one after.
                    sum(coalesce(before_pupil + 0 * after_pupil, 0) + coalesce(before_home + 0 * after_home, 0)
                      + coalesce(before_school + 0 * after_school, 0)) filter (where steps is not null) as before,
                    sum(coalesce(after_pupil + 0 * before_pupil, 0) + coalesce(after_home + 0 * before_home, 0)
                      + coalesce(after_school + 0 * before_school, 0)) filter (where steps is not null) as after,
                    sum(num_nonnulls(before_pupil + after_pupil, before_home + after_home,
                      before_school + after_school)) filter (where steps is not null) as scored
             from marks
               cross join lateral (
                 select array_position(array['NOT_YET', 'SMALL_STEPS', 'PARTLY', 'ACHIEVED', 'EXCEEDED'], rating) - 1
                   as steps
               ) scale
             group by record_id, item_id
           )
           select help.name as "name!", (array_agg(help.area order by help.term))[1] as "area!", min(help.term) as "first_term!",
                  array_agg(distinct help.who) as "who!", array_agg(distinct help.pupil_id) as "pupils!",
                  coalesce(array_agg(distinct help.pupil_id) filter (where judged), '{}') as "judged_pupils!",
                  count(help.planned) as "counted!",
                  count(help.planned) filter (where help.target_ids = '{}') as "under_no_step!",
                  coalesce(sum(help.planned), 0)::bigint as "planned!",
                  -- More than planned of one help must not hide what another missed.
                  coalesce(sum(least(help.delivered, help.planned)), 0)::bigint as "delivered!",
                  coalesce(sum(greatest(help.delivered - help.planned, 0)), 0)::bigint as "extra!",
                  coalesce(sum(got_there), 0)::bigint as "got_there!", coalesce(sum(part_way), 0)::bigint as "part_way!",
                  coalesce(sum(not_yet), 0)::bigint as "not_yet!", coalesce(sum(not_tried), 0)::bigint as "not_tried!",
                  coalesce(sum(steps), 0)::bigint as "steps!", coalesce(sum(before), 0)::bigint as "before!",
                  coalesce(sum(after), 0)::bigint as "after!", coalesce(sum(scored), 0)::bigint as "scored!",
                  count(*) filter (where judged) as "judged!",
                  count(help.delivered * help.minutes) filter (where judged) as "timed!",
                  coalesce(sum(help.delivered * help.minutes) filter (where judged), 0)::bigint as "minutes!",
                  -- A plan that was replaced and never counted has no sessions in these sums: nor has it a cost.
                  sum(pence) filter (where help.planned is not null or not help.replaced)::bigint as pence,
                  sum(pence) filter (where judged)::bigint as judged_pence
           from looked_back help
             left join found using (record_id, item_id)
             left join of_step using (record_id, item_id)
             cross join lateral (select of_step.record_id is not null as judged) of_it
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
            counted: row.counted,
            under_no_step: row.under_no_step,
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
