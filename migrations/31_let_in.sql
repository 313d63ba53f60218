-- A link makes a session of somebody, and that opened every table of theirs, whatever the doors there said. Now it is
-- kept through which doors a session came: by the meeting’s own link, or let in by whoever runs it. Sessions from
-- before came through none that is known: their link is opened once more.
alter table login_sessions add column let_in uuid[] not null default '{}';

-- A meeting that is destroyed is not named there either.
create or replace function destroy_documents(doomed uuid[]) returns void
language plpgsql set search_path = public, pg_temp as $$
begin
  perform from doc_heads where meeting_id = any (doomed) order by meeting_id, section collate "C" for update;
  delete from doc_checkpoints where meeting_id = any (doomed);
  delete from doc_updates where meeting_id = any (doomed);
  update login_sessions
  set let_in = array(select meeting from unnest(let_in) as meeting where meeting <> all (doomed))
  where let_in && doomed;
end
$$;
