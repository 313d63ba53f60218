-- The school around its meetings: who holds which post, what the SEN register says of a child, and what is counted
-- from the records that were agreed. Nothing that a meeting agreed is kept here a second time: the views below read it.

-- What somebody is in the school, whichever tables they sit at. `shared::rights` says what follows from it.
create table posts (
  school_id uuid not null references schools,
  person_id uuid not null,
  post text not null,
  primary key (school_id, person_id, post),
  constraint posts_post_known check (post in ('head', 'senco', 'designated-teacher', 'teacher', 'assistant')),
  constraint posts_person_id_in_school foreign key (school_id, person_id) references people (school_id, id)
);
select keep_within_school('posts');

-- Somebody who must learn nothing of a child outside the meetings they are invited to, whatever place or post they
-- have: by person, never by role. A court’s order, or the social worker’s decision.
create table withheld (
  school_id uuid not null references schools,
  pupil_id uuid not null,
  person_id uuid not null,
  reason text not null,
  primary key (pupil_id, person_id),
  constraint withheld_pupil_id_in_school foreign key (school_id, pupil_id) references pupils (school_id, id),
  constraint withheld_person_id_in_school foreign key (school_id, person_id) references people (school_id, id)
);
select keep_within_school('withheld');

alter table pupils
  add column class_name text not null default '',
  -- The number a child keeps from school to school.
  add column upn text,
  add column born_on date,
  add column pronouns text not null default '',
  add column home_language text not null default '',
  -- How to ask this child something.
  add column communication text[] not null default '{}',
  add column key_adult_id uuid,
  -- One at a time: N none, K SEN support, E Education, health and care plan.
  add column sen_provision text not null default 'N',
  add column sen_since date,
  add constraint pupils_sen_provision_known check (sen_provision in ('N', 'K', 'E')),
  add constraint pupils_upn_once unique (school_id, upn),
  add constraint pupils_key_adult_id_in_school foreign key (school_id, key_adult_id) references people (school_id, id);
create index pupils_register on pupils (school_id, sen_provision);

-- The census’s types of need, main one first. `shared::census` has their names.
create table pupil_needs (
  school_id uuid not null references schools,
  pupil_id uuid not null,
  rank integer not null,
  code text not null,
  primary key (pupil_id, rank),
  constraint pupil_needs_rank_positive check (rank > 0),
  constraint pupil_needs_code_known check (
    code in ('SPLD', 'MLD', 'SLD', 'PMLD', 'SEMH', 'SLCN', 'ASD', 'HI', 'VI', 'MSI', 'PD', 'DS', 'OTH', 'NSA')
  ),
  constraint pupil_needs_code_once unique (pupil_id, code),
  constraint pupil_needs_pupil_id_in_school foreign key (school_id, pupil_id) references pupils (school_id, id)
);
select keep_within_school('pupil_needs');

-- What was promised in a meeting and has been done since. The record says what was agreed, and stays as it was.
create table actions_done (
  school_id uuid not null references schools,
  meeting_id uuid not null,
  item_id uuid not null,
  person_id uuid not null,
  done_on date not null,
  primary key (meeting_id, item_id),
  constraint actions_done_meeting_id_in_school foreign key (school_id, meeting_id) references meetings (school_id, id),
  constraint actions_done_person_id_in_school foreign key (school_id, person_id) references people (school_id, id)
);
select keep_within_school('actions_done');

create index meetings_to_come on meetings (school_id, held_on) where stage <> 'agreed';

-- The views see what whoever asks may see: `security_invoker` keeps them within their school.

-- The newest version of each meeting’s record.
create view agreed_records with (security_invoker = true) as
select r.school_id, r.id, r.meeting_id, r.version, r.canonical_json, r.agreed_at, r.review_on, r.decision,
       m.pupil_id, m.held_on, m.cycle, m.previous_meeting_id
from records r join meetings m on m.id = r.meeting_id
where not exists (select from records later where later.meeting_id = r.meeting_id and later.version > r.version);

-- Somebody’s place with a child: the newest they were given, if it is at the last table that agreed or at one to come.
-- Who sat there in years before is no longer one of the child’s people.
create view places with (security_invoker = true) as
select distinct on (m.pupil_id, seat.person_id) seat.school_id, m.pupil_id, seat.person_id, seat.role,
       seat.removed_at is null and seat.attendance <> 'not_invited_on_purpose'
         and not exists (
           select from withheld w where w.pupil_id = m.pupil_id and w.person_id = seat.person_id
         ) as admitted
from participants seat join meetings m on m.id = seat.meeting_id
where m.held_on >= coalesce(
  (select max(held_on) from meetings last where last.pupil_id = m.pupil_id and last.stage = 'agreed'), m.held_on
)
order by m.pupil_id, seat.person_id, m.held_on desc, m.held_at desc;

-- The school term of a day: “2026-3” is autumn 2026. The digit sorts: spring, summer, autumn.
create function term_of(day date) returns text language sql immutable as $$
  select to_char(day, 'YYYY') || '-' ||
    case when extract(month from day) <= 3 then '1' when extract(month from day) <= 8 then '2' else '3' end
$$;

-- Who was given what: one row for each help of each agreed plan, with what it cost, and, once the next meeting has
-- looked back on it, how much of it happened. A plan belongs to the term in the middle of its time: one agreed in July
-- for November is autumn’s.
create view help_given with (security_invoker = true) as
select plan.school_id, plan.pupil_id, plan.meeting_id, plan.id as record_id,
       term_of(plan.held_on + (coalesce(plan.review_on, plan.held_on + 84) - plan.held_on) / 2) as term,
       help.position, help.item_id, help.name, help.who, help.tier, help.area, help.ratio, help.target_ids,
       help.sessions_per_week, help.minutes, help.sessions,
       cost.pence, cost.funding, done.planned, done.delivered, done.why_not,
       review.id as review_id
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
  ) done on true;

grant select on agreed_records, places, help_given to roundtable_app;
