-- A table is written anew without what was deleted, except for what somebody may still read who began before it was
-- deleted (a backup, for one): that is copied along. It was called done all the same, and never tried again. Now who
-- rewrites gives up while anybody else in this database reads, and tries again later.

create function refuse_while_others_read() returns void
language plpgsql as $$
begin
  if exists (
    select from pg_stat_activity
    where datname = current_database() and pid <> pg_backend_pid() and backend_xmin is not null
  ) then
    raise exception 'somebody reads what was there before' using errcode = 'lock_not_available';
  end if;
end
$$;

create or replace function rewrite_histories() returns void
language plpgsql security definer set search_path = public, pg_temp set lock_timeout = '500ms' as $$
begin
  perform refuse_while_others_read();
  execute 'cluster doc_updates using doc_updates_pkey';
  execute 'cluster doc_checkpoints using doc_checkpoints_pkey';
end
$$;

create or replace function rewrite_destroyed() returns void
language plpgsql security definer set search_path = public, pg_temp set lock_timeout = '500ms' as $$
declare
  made record;
begin
  perform refuse_while_others_read();
  for made in
    select i.indrelid::regclass as file, c.relname as key
    from pg_index i join pg_class c on c.oid = i.indexrelid
    where i.indisprimary and c.relnamespace = 'public'::regnamespace and i.indrelid::regclass::text not in ('audit', '_sqlx_migrations')
  loop
    execute format('cluster %s using %I', made.file, made.key);
  end loop;
end
$$;
