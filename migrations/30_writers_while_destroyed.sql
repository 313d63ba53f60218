-- Whoever was writing while a child was erased left letters behind: the log was emptied before the writer had committed,
-- and it has no foreign keys. Now who destroys takes the heads first, in the order in which everybody locks: a writer who
-- holds one is waited for, and the next one finds none and is not let in.

-- The log last: by then nobody holds a head, so all that was let in is there to be seen. And who writes a checkpoint
-- takes its row before the log’s, too.
create function destroy_documents(doomed uuid[]) returns void
language plpgsql set search_path = public, pg_temp as $$
begin
  perform from doc_heads where meeting_id = any (doomed) order by meeting_id, section collate "C" for update;
  delete from doc_checkpoints where meeting_id = any (doomed);
  delete from doc_updates where meeting_id = any (doomed);
end
$$;
revoke execute on function destroy_documents from public;

create or replace function destroy_meeting(doomed uuid) returns boolean
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
  perform destroy_documents(array[doomed]);
  perform destroy_hanging('meetings', array[doomed]);
  update meetings set previous_meeting_id = null where previous_meeting_id = doomed;
  delete from meetings where id = doomed;
  perform set_config('app.destroys', '', true);
  return true;
end
$$;

create or replace function destroy_pupil(doomed uuid) returns boolean
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
  -- Nothing new hangs itself on them from here on.
  select coalesce(array_agg(id), '{}') into all_meetings
  from (select id from meetings where pupil_id = doomed order by id for update) locked;
  select coalesce(array_agg(distinct people.id), '{}') into around
  from participants seat join people on people.id = seat.person_id
  where seat.meeting_id = any (all_meetings) and people.kind in ('parent', 'carer', 'family');

  perform set_config('app.destroys', 'yes', true);
  perform destroy_documents(all_meetings);
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

-- What was left behind so. The owner keeps within one school like everybody, and this is of all.
alter table doc_updates no force row level security;
alter table doc_heads no force row level security;
delete from doc_updates u
where not exists (select from doc_heads h where h.meeting_id = u.meeting_id and h.section = u.section);
alter table doc_updates force row level security;
alter table doc_heads force row level security;
