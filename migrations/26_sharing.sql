-- Until when what the school holds of a child is shared with somebody from outside it: to the end of that day. When it
-- is over, the server writes them into `withheld`, which closes every page, link and table; what stands here then tells
-- them why.
create table sharing (
  school_id uuid not null references schools,
  pupil_id uuid not null,
  person_id uuid not null,
  ends_on date not null,
  -- It is over since; they are kept from the child.
  ended_at timestamptz,
  primary key (pupil_id, person_id),
  constraint sharing_pupil_id_in_school foreign key (school_id, pupil_id) references pupils (school_id, id),
  constraint sharing_person_id_in_school foreign key (school_id, person_id) references people (school_id, id)
);
create index sharing_due on sharing (ends_on) where ended_at is null;
select keep_within_school('sharing');

-- Asked of all schools at once, as in the first migration.
create policy lookup on sharing for select to roundtable_lookup using (true);
grant select on sharing to roundtable_lookup;

create function sharing_due_in(today date)
returns table (school_id uuid)
language sql stable security definer set search_path = public, pg_temp as $$
  select distinct school_id from sharing where ended_at is null and ends_on < today
$$;

grant create on schema public to roundtable_lookup;
alter function sharing_due_in owner to roundtable_lookup;
revoke create on schema public from roundtable_lookup;
revoke execute on function sharing_due_in from public;
grant execute on function sharing_due_in to roundtable_app;
