-- The passport is changed outside a meeting too, alone or together, and every version that was kept is dated and stays
-- readable.

-- A table that is open for the passport and for nothing else: the same live document, with no plan to agree. It is no
-- review: nothing that counts meetings counts it. Closed, when a version was kept of it, it is read like any other.
alter table meetings add column for_passport boolean not null default false;
-- Two who press “Change the passport” at the same moment write in one.
create unique index meetings_passport_open_once on meetings (pupil_id) where for_passport and stage <> 'agreed';

-- A version of the passport that somebody kept. What a meeting agreed stands in its record, and not here again.
create table passports (
  school_id uuid not null references schools,
  id uuid primary key,
  pupil_id uuid not null,
  person_id uuid not null,
  saved_at timestamptz not null,
  canonical_json text not null,
  sha256 text not null,
  constraint passports_sha256_true check (sha256 = encode(sha256(convert_to(canonical_json, 'UTF8')), 'hex')),
  constraint passports_pupil_id_in_school foreign key (school_id, pupil_id) references pupils (school_id, id),
  constraint passports_person_id_in_school foreign key (school_id, person_id) references people (school_id, id)
);
create index passports_pupil_id on passports (pupil_id, saved_at);
select keep_within_school('passports');
revoke update, delete on passports from roundtable_app;
create trigger immutable before update or delete or truncate on passports
  for each statement execute function refuse_change();

-- As before, of reviews alone: who writes in a passport has their place from the meeting they sit in.
create or replace view places with (security_invoker = true) as
select distinct on (m.pupil_id, seat.person_id) seat.school_id, m.pupil_id, seat.person_id, seat.role,
       seat.removed_at is null and seat.attendance <> 'not_invited_on_purpose'
         and not exists (
           select from withheld w where w.pupil_id = m.pupil_id and w.person_id = seat.person_id
         ) as admitted
from participants seat join meetings m on m.id = seat.meeting_id
where not m.for_passport
  and m.held_on >= coalesce(
    (select max(held_on) from meetings last
     where last.pupil_id = m.pupil_id and not last.for_passport
       and (last.stage = 'agreed' or last.reopened_at is not null)),
    m.held_on
  )
order by m.pupil_id, seat.person_id, m.held_on desc, m.held_at desc;
