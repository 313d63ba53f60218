-- A link to one child’s meeting made a session that read of every child its person has a tie to. Now it is kept by which
-- meetings’ links a session was made: it reads of their children, and of those of the doors that let it in.
alter table login_sessions add column children uuid[] not null default '{}';

-- Where the school’s pages need no account, whoever holds a post is by a link what they are with one.
create function link_reads(session bytea, child uuid) returns boolean
language sql stable set search_path = public, pg_temp as $$
  select exists (
    select from login_sessions s
    where s.id_hash = session
      and (child = any (s.children)
        or exists (select from meetings m where m.id = any (s.let_in) and m.pupil_id = child)
        or exists (select from posts p join schools here on here.school_id = p.school_id
                   where p.person_id = s.person_id and not here.pages_need_account)))
$$;
revoke execute on function link_reads from public;
grant execute on function link_reads to roundtable_app;

-- A child whose file is erased is not named there either.
create function forget_child_of_links() returns trigger
language plpgsql set search_path = public, pg_temp as $$
begin
  update login_sessions set children = array_remove(children, old.id) where old.id = any (children);
  return null;
end
$$;
create trigger forget_child_of_links after delete on pupils
  for each row execute function forget_child_of_links();
