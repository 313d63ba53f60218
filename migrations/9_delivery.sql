-- Which sessions of the help that a plan agreed really happened, as whoever gives it tells it on the day. What was
-- planned stands in the plan’s record and is not repeated here.

-- One row for each session of one child’s help on one day: telling it twice says the same, telling it otherwise
-- changes it. `item_id` is the help in the plan that `meeting_id` agreed.
create table help_sessions (
  school_id uuid not null references schools,
  meeting_id uuid not null,
  item_id uuid not null,
  held_on date not null,
  happened boolean not null,
  -- A code of `shared::delivery::WHY`, where it did not happen.
  why text not null,
  -- For staff: it is on no page that a family reads, and in no record.
  note text not null,
  person_id uuid not null,
  told_at timestamptz not null,
  primary key (meeting_id, item_id, held_on),
  constraint help_sessions_why_if_not check (happened = (why = '')),
  constraint help_sessions_why_known check (
    why in ('', 'room', 'needed', 'staff-away', 'child-away', 'trip', 'child-no', 'other')
  ),
  constraint help_sessions_note_short check (char_length(note) <= 300),
  constraint help_sessions_meeting_id_in_school foreign key (school_id, meeting_id) references meetings (school_id, id),
  constraint help_sessions_person_id_in_school foreign key (school_id, person_id) references people (school_id, id)
);
select keep_within_school('help_sessions');

-- Beside what the next meeting counted stands what was told since the plan was agreed: how many sessions, how many of
-- them happened, and why the others did not. Nothing where nobody has told anything.
create or replace view help_given with (security_invoker = true) as
select plan.school_id, plan.pupil_id, plan.meeting_id, plan.id as record_id,
       term_of(plan.held_on + (coalesce(plan.review_on, plan.held_on + 84) - plan.held_on) / 2) as term,
       help.position, help.item_id, help.name, help.who, help.tier, help.area, help.ratio, help.target_ids,
       help.sessions_per_week, help.minutes, help.sessions,
       cost.pence, cost.funding, done.planned, done.delivered, done.why_not,
       review.id as review_id,
       log.told, log.happened, log.missed
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
  ) log on true;
