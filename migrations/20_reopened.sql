-- A record is never changed; what was wrong in it is put right in a new version. For that its meeting is opened again,
-- by somebody who says why, and everybody answers anew.

-- Since when a meeting that was agreed is open again. Until it is agreed anew its newest record is what counts.
alter table meetings
  add column reopened_at timestamptz,
  add constraint meetings_reopened_while_open check (reopened_at is null or stage = 'meeting');

-- Why there is to be another version, and by whose word. Rows are only ever added.
create table reopenings (
  school_id uuid not null references schools,
  meeting_id uuid not null,
  -- The one that is to be made.
  version integer not null,
  reason text not null,
  person_id uuid not null,
  reopened_at timestamptz not null,
  primary key (meeting_id, version),
  constraint reopenings_version_after_first check (version > 1),
  constraint reopenings_reason_said check (reason <> '' and char_length(reason) <= 300),
  constraint reopenings_meeting_id_in_school foreign key (school_id, meeting_id) references meetings (school_id, id),
  constraint reopenings_person_id_in_school foreign key (school_id, person_id) references people (school_id, id)
);
select keep_within_school('reopenings');
revoke update, delete on reopenings from roundtable_app;

-- Somebody who answers for every child, and came to this table to correct what was agreed there. They were not at the
-- meeting, so the record does not say of them whether they came.
alter table participants add column for_correction boolean not null default false;

-- As before; and a table whose record is being corrected is still the last that agreed, or everybody of the one before
-- it would be one of the child’s people again.
create or replace view places with (security_invoker = true) as
select distinct on (m.pupil_id, seat.person_id) seat.school_id, m.pupil_id, seat.person_id, seat.role,
       seat.removed_at is null and seat.attendance <> 'not_invited_on_purpose'
         and not exists (
           select from withheld w where w.pupil_id = m.pupil_id and w.person_id = seat.person_id
         ) as admitted
from participants seat join meetings m on m.id = seat.meeting_id
where m.held_on >= coalesce(
  (select max(held_on) from meetings last
   where last.pupil_id = m.pupil_id and (last.stage = 'agreed' or last.reopened_at is not null)),
  m.held_on
)
order by m.pupil_id, seat.person_id, m.held_on desc, m.held_at desc;
