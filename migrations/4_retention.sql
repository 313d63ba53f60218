-- What is destroyed some time after a meeting was agreed. `server/src/retention.rs` says what, and what stays.

-- When the documents were last reduced to what stands on the page. Agreeing again makes it due again.
alter table meetings add column history_destroyed_at timestamptz;

-- A deleted row’s bytes stay in the table’s file until something else is written there. This writes the
-- files anew, without them. It needs the tables for itself for a moment, and rather gives up than make
-- people wait: whoever calls it tries again later.
--
-- It belongs to the owner of the tables, takes nothing and returns nothing.
create function rewrite_histories() returns void
language plpgsql security definer set search_path = public, pg_temp set lock_timeout = '500ms' as $$
begin
  execute 'cluster doc_updates using doc_updates_pkey';
  execute 'cluster doc_checkpoints using doc_checkpoints_pkey';
end
$$;
revoke execute on function rewrite_histories from public;
grant execute on function rewrite_histories to roundtable_app;
