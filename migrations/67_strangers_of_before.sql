-- Those who came by the code before that was kept of their place. What was written down tells them apart: who has a link
-- knocks as somebody, who has the code as nobody, and either is let in by their place. Whoever was given a post or an
-- account since, is here by that.

-- The owner keeps within one school like everybody, and this is of all.
alter table participants no force row level security;
alter table audit no force row level security;
alter table people no force row level security;
alter table posts no force row level security;
alter table accounts no force row level security;
alter table join_links no force row level security;
alter table login_sessions no force row level security;

create function came_by_code() returns setof uuid language sql stable as $$
  select seat.person_id from participants seat
  where exists (
      select from audit a
      where a.school_id = seat.school_id and a.verb = 'admitted'
        and a.meeting_id = seat.meeting_id and a.subject = seat.id
    )
    and not exists (
      select from audit a
      where a.school_id = seat.school_id and a.verb = 'knocked'
        and a.meeting_id = seat.meeting_id and a.actor = seat.person_id
    )
    and not exists (select from posts where posts.person_id = seat.person_id)
    and not exists (select from accounts where accounts.person_id = seat.person_id)
$$;

-- Let in as a teacher, they stood among the staff.
update people set kind = 'specialist' where kind = 'staff' and id in (select came_by_code());

-- Where they came, and wherever they were carried to from there, unless a link was made for them by name.
update participants seat set by_code = true
where person_id in (select came_by_code())
  and not exists (
    select from audit a
    where a.school_id = seat.school_id and a.verb = 'link-made'
      and a.meeting_id = seat.meeting_id and a.subject = seat.id
  );

-- The links they were carried with open nothing any more, nor does what was opened by them.
delete from login_sessions
where proof = 'link' and person_id in (
  select seat.person_id from participants seat join join_links link on link.participant_id = seat.id
  where seat.by_code and link.revoked_at is null
);
update join_links link set revoked_at = now()
from participants seat
where seat.id = link.participant_id and seat.by_code and link.revoked_at is null;

drop function came_by_code();

alter table participants force row level security;
alter table audit force row level security;
alter table people force row level security;
alter table posts force row level security;
alter table accounts force row level security;
alter table join_links force row level security;
alter table login_sessions force row level security;
