-- Who came by the spoken code was, while the meeting ran and again when its record was open once more, one of the child’s
-- people: read the child’s pages, rated the education plan, kept the passport and replaced the picture, each for good. A
-- seat by the code is one at that table and makes no place, at any stage; a link made by name makes one; what a post
-- or a class gives stands beside it.
create or replace view places with (security_invoker = true) as
select distinct on (m.pupil_id, seat.person_id) seat.school_id, m.pupil_id, seat.person_id,
       case
         when seat.role in ('facilitator', 'teacher', 'assistant')
           and not exists (select from people p where p.id = seat.person_id and p.kind = 'staff')
           and not exists (select from posts where posts.person_id = seat.person_id)
         then 'specialist'
         else seat.role
       end as role,
       seat.removed_at is null and seat.attendance <> 'not_invited_on_purpose' and not seat.by_code
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
