-- How long what is kept, what is destroyed when that time is over, and what must be kept although it is.
-- `server/src/retention.rs` says what follows from it.

-- A school’s own rules, where they differ from the ones the server comes with.
create table retention_rules (
  school_id uuid not null references schools,
  what text not null,
  -- Counted from the date of birth for records, from the agreement for keystrokes, from the last word for drafts, and
  -- from their end for what lets people in.
  years integer not null default 0,
  days integer not null default 0,
  -- How long something stays marked before it is destroyed, so that somebody can say no.
  undo_days integer not null default 30,
  primary key (school_id, what),
  constraint retention_rules_what_known check (what in ('record', 'history', 'draft', 'way-in')),
  constraint retention_rules_not_backwards check (years >= 0 and days >= 0 and undo_days >= 0)
);
select keep_within_school('retention_rules');

-- A child of whom nothing is destroyed, whatever the rules say: a dispute, an inquiry, a court.
create table retention_holds (
  school_id uuid not null references schools,
  pupil_id uuid primary key,
  reason text not null,
  since timestamptz not null,
  constraint retention_holds_reason_said check (reason <> '' and char_length(reason) <= 500),
  constraint retention_holds_pupil_id_in_school foreign key (school_id, pupil_id) references pupils (school_id, id)
);
select keep_within_school('retention_holds');

-- Marked for destruction: a child’s whole file, or one meeting that was never agreed.
create table retention_marks (
  school_id uuid not null references schools,
  pupil_id uuid not null,
  meeting_id uuid,
  marked_at timestamptz not null,
  destroy_at timestamptz not null,
  constraint retention_marks_once unique nulls not distinct (pupil_id, meeting_id),
  constraint retention_marks_pupil_id_in_school foreign key (school_id, pupil_id) references pupils (school_id, id),
  constraint retention_marks_meeting_id_in_school
    foreign key (school_id, meeting_id) references meetings (school_id, id)
);
select keep_within_school('retention_marks');

-- A record is never changed. It is destroyed as a whole when its time is over, by the functions below and by nothing
-- else: the server itself has no right to delete a row of it.
create or replace function refuse_change() returns trigger language plpgsql as $$
begin
  if tg_op = 'DELETE' and current_setting('app.destroys', true) = 'yes' then
    return null;
  end if;
  raise exception 'what was agreed is never changed: % on %', tg_op, tg_table_name
    using errcode = 'restrict_violation', constraint = 'records_immutable';
end
$$;

-- Deletes every row that hangs on these rows of this table, and what hangs on those, by the foreign keys there are:
-- a table that is added later is found by them too.
create function destroy_hanging(parent regclass, keys uuid[]) returns void
language plpgsql set search_path = public, pg_temp as $$
declare
  hanging record;
  inner_keys uuid[];
begin
  if cardinality(keys) = 0 then
    return;
  end if;
  for hanging in
    select c.conrelid::regclass as child, ours.attname as key,
           exists (
             select from pg_attribute where attrelid = c.conrelid and attname = 'id' and atttypid = 'uuid'::regtype
           ) as has_id
    from pg_constraint c
      cross join lateral unnest(c.conkey, c.confkey) as pair (ours, theirs)
      join pg_attribute ours on ours.attrelid = c.conrelid and ours.attnum = pair.ours
      join pg_attribute theirs on theirs.attrelid = c.confrelid and theirs.attnum = pair.theirs
    where c.contype = 'f' and c.confrelid = parent and c.conrelid <> parent and theirs.attname = 'id'
  loop
    if hanging.has_id then
      execute format('select coalesce(array_agg(id), ''{}'') from %s where %I = any ($1)', hanging.child, hanging.key)
        into inner_keys using keys;
      perform destroy_hanging(hanging.child, inner_keys);
    end if;
    execute format('delete from %s where %I = any ($1)', hanging.child, hanging.key) using keys;
  end loop;
end
$$;

-- These belong to the owner of the tables, who may do what the server may not. Row-level security is forced on the
-- owner too; and each asks again for itself whether the row is of the school that this transaction named.
create function destroy_meeting(doomed uuid) returns boolean
language plpgsql security definer set search_path = public, pg_temp as $$
declare
  found_in uuid;
begin
  select school_id into found_in from meetings
  where id = doomed and school_id = any (string_to_array(current_setting('app.schools', true), ',')::uuid[]) for update;
  if found_in is null then
    return false;
  end if;
  perform set_config('app.destroys', 'yes', true);
  -- The log has no foreign keys.
  delete from doc_updates where meeting_id = doomed;
  perform destroy_hanging('meetings', array[doomed]);
  update meetings set previous_meeting_id = null where previous_meeting_id = doomed;
  delete from meetings where id = doomed;
  perform set_config('app.destroys', '', true);
  return true;
end
$$;

-- A child with all meetings, records and marks; the child’s own name; and those of the family who are here for no
-- other child. What was written down about who did what stays: it holds ids alone.
create function destroy_pupil(doomed uuid) returns boolean
language plpgsql security definer set search_path = public, pg_temp as $$
declare
  child uuid;
  all_meetings uuid[];
  around uuid[];
  somebody uuid;
begin
  select person_id into child from pupils
  where id = doomed and school_id = any (string_to_array(current_setting('app.schools', true), ',')::uuid[]) for update;
  if child is null then
    return false;
  end if;
  select coalesce(array_agg(id), '{}') into all_meetings from meetings where pupil_id = doomed;
  select coalesce(array_agg(distinct people.id), '{}') into around
  from participants seat join people on people.id = seat.person_id
  where seat.meeting_id = any (all_meetings) and people.kind in ('parent', 'carer', 'family');

  perform set_config('app.destroys', 'yes', true);
  delete from doc_updates where meeting_id = any (all_meetings);
  perform destroy_hanging('meetings', all_meetings);
  delete from meetings where id = any (all_meetings);
  perform destroy_hanging('pupils', array[doomed]);
  delete from pupils where id = doomed;

  foreach somebody in array array_append(around, child) loop
    -- Whoever still sits at a sibling’s table stays, as does whoever works here.
    if somebody = child or not exists (select from participants where person_id = somebody)
       and not exists (select from posts where person_id = somebody) then
      delete from login_sessions where person_id = somebody;
      begin
        delete from posts where person_id = somebody;
        delete from withheld where person_id = somebody;
        delete from people where id = somebody;
      exception when foreign_key_violation then
        -- Something of theirs is in another child’s file: it stays, and nobody’s name is on it.
        update people set full_name = 'Name removed', display_name = 'Name removed' where id = somebody;
      end;
    end if;
  end loop;
  perform set_config('app.destroys', '', true);
  return true;
end
$$;

-- Writes the files of all tables anew, without what was deleted from them. As `rewrite_histories`: it rather gives up
-- than make people wait.
create function rewrite_destroyed() returns void
language plpgsql security definer set search_path = public, pg_temp set lock_timeout = '500ms' as $$
declare
  made record;
begin
  for made in
    select i.indrelid::regclass as file, c.relname as key
    from pg_index i join pg_class c on c.oid = i.indexrelid
    where i.indisprimary and c.relnamespace = 'public'::regnamespace and i.indrelid::regclass::text not in ('audit', '_sqlx_migrations')
  loop
    execute format('cluster %s using %I', made.file, made.key);
  end loop;
end
$$;

revoke execute on function destroy_hanging, destroy_meeting, destroy_pupil, rewrite_destroyed from public;
grant execute on function destroy_meeting, destroy_pupil, rewrite_destroyed to roundtable_app;

-- Every row that hangs on these rows of this table, as `destroy_hanging` finds them: what is asked for is what would be
-- erased. It sees what whoever asks may see.
create function hanging_rows(parent regclass, keys uuid[])
returns table (source text, content jsonb)
language plpgsql stable set search_path = public, pg_temp as $$
declare
  hanging record;
  inner_keys uuid[];
begin
  if cardinality(keys) = 0 then
    return;
  end if;
  for hanging in
    select c.conrelid::regclass as child, ours.attname as key,
           exists (
             select from pg_attribute where attrelid = c.conrelid and attname = 'id' and atttypid = 'uuid'::regtype
           ) as has_id
    from pg_constraint c
      cross join lateral unnest(c.conkey, c.confkey) as pair (ours, theirs)
      join pg_attribute ours on ours.attrelid = c.conrelid and ours.attnum = pair.ours
      join pg_attribute theirs on theirs.attrelid = c.confrelid and theirs.attnum = pair.theirs
    where c.contype = 'f' and c.confrelid = parent and c.conrelid <> parent and theirs.attname = 'id'
  loop
    return query execute format('select %L::text, to_jsonb(t) from %s t where %I = any ($1)', hanging.child, hanging.child, hanging.key)
      using keys;
    if hanging.has_id then
      execute format('select coalesce(array_agg(id), ''{}'') from %s where %I = any ($1)', hanging.child, hanging.key)
        into inner_keys using keys;
      return query select * from hanging_rows(hanging.child, inner_keys);
    end if;
  end loop;
end
$$;
revoke execute on function hanging_rows from public;
grant execute on function hanging_rows to roundtable_app;
