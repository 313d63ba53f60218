-- Whoever was let in by the spoken code was invited to the next meeting like everybody else, with a link good for two
-- months, and nobody had asked for that. So it is kept of a place that it was come to by the code: it is one at that
-- meeting and no further, until whoever runs it makes a link for that person by name.
alter table participants add column by_code boolean not null default false;

-- As before; and of the child they read until that meeting is agreed.
create or replace view places with (security_invoker = true) as
select distinct on (m.pupil_id, seat.person_id) seat.school_id, m.pupil_id, seat.person_id,
       case
         when seat.role in ('facilitator', 'teacher', 'assistant')
           and not exists (select from people p where p.id = seat.person_id and p.kind = 'staff')
           and not exists (select from posts where posts.person_id = seat.person_id)
         then 'specialist'
         else seat.role
       end as role,
       seat.removed_at is null and seat.attendance <> 'not_invited_on_purpose'
         and not (seat.by_code and m.stage = 'agreed')
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
