-- What was told day by day counts where no meeting has counted, and is read there alone: of years of help that was
-- counted, no session is read again.
create or replace view help_given with (security_invoker = true) as
select plan.school_id, plan.pupil_id, plan.meeting_id, plan.id as record_id,
       term_of_plan(plan.held_on, least(coalesce(plan.review_on, plan.held_on + 84), review.held_on)) as term,
       help.position, help.item_id, help.name, help.who, help.tier, help.area, help.ratio, help.target_ids,
       help.sessions_per_week, help.minutes, help.sessions,
       cost.pence, cost.funding, done.planned, done.delivered, done.why_not,
       review.id as review_id,
       log.told, log.happened, log.missed,
       plan.held_on, coalesce(review.held_on < coalesce(plan.review_on, plan.held_on + 84), false) as replaced,
       coalesce(review.held_on <= plan.held_on, false) as never_held
from agreed_records plan
  join provisions help on help.record_id = plan.id
  left join agreed_records review on review.previous_meeting_id = plan.meeting_id
  left join lateral (
    select sum(pence_per_pupil)::bigint as pence, string_agg(distinct nullif(funding, ''), ', ') as funding
    from provision_costs where record_id = plan.id and provision_id = help.item_id
  ) cost on true
  left join lateral (
    select sum(planned)::bigint as planned, sum(delivered)::bigint as delivered,
           string_agg(nullif(why_not, ''), ' ' order by position) as why_not
    from deliveries where record_id = review.id and provision_id = help.item_id
  ) done on true
  left join lateral (
    select nullif(count(*), 0) as told, count(*) filter (where happened) as happened,
           array_agg(why order by held_on) filter (where not happened) as missed
    from help_sessions where meeting_id = plan.meeting_id and item_id = help.item_id
      and (done.planned is null or done.delivered is null or review.held_on <= plan.held_on)
  ) log on true
where review.held_on is null or review.held_on > plan.held_on or done.delivered is not null or log.told is not null;
