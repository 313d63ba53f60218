-- The doors of a meeting: who may knock, who is let in, and what is written down about it.

-- One person runs a meeting. Handing it over takes it from one and gives it to another in one step.
create unique index participants_facilitator_once on participants (meeting_id)
  where role = 'facilitator' and removed_at is null;

-- Who did, read and took away what: ids and verbs, never a word of anybody’s.
--
-- Rows are only ever added. Each holds the hash of the one before it in its school, so that a row which
-- was changed or taken out later is found: `roundtable audit verify`. Ids are not foreign keys: what
-- somebody did stays known when they are gone.
create table audit (
  school_id uuid not null references schools,
  number bigint not null,
  at timestamptz not null,
  -- The person; none for what the server did by itself, or somebody nobody knew.
  actor uuid,
  verb text not null,
  meeting_id uuid,
  -- Whom or what it was done to.
  subject uuid,
  previous bytea not null,
  hash bytea not null,
  primary key (school_id, number)
);
select keep_within_school('audit');
revoke update, delete on audit from roundtable_app;
create index audit_meeting_id on audit (meeting_id, at);

-- Numbers and hashes are made here, whoever writes the row and whatever they say of them.
create function audit_chain() returns trigger
language plpgsql set search_path = public, pg_temp as $$
declare
  last record;
begin
  -- One at a time in a school, until the row is committed.
  perform pg_advisory_xact_lock(hashtextextended('audit ' || new.school_id, 0));
  select number, hash into last from audit where school_id = new.school_id order by number desc limit 1;
  new.number := coalesce(last.number, 0) + 1;
  new.previous := coalesce(last.hash, decode(repeat('00', 32), 'hex'));
  -- `server/src/audit.rs` puts together the same words.
  new.hash := sha256(convert_to(
    concat_ws('|',
      encode(new.previous, 'hex'), new.school_id, new.number, (extract(epoch from new.at) * 1000000)::bigint,
      coalesce(new.actor::text, ''), new.verb, coalesce(new.meeting_id::text, ''), coalesce(new.subject::text, '')),
    'UTF8'));
  return new;
end
$$;
create trigger audit_chain before insert on audit for each row execute function audit_chain();

-- Whether people with a link of their own come straight in, are let in one by one, or not at all. Agreed, a
-- meeting has no door: its people read what they agreed.
alter table meetings add column doors text not null default 'knock';
alter table meetings add constraint meetings_doors_known check (doors in ('knock', 'open', 'closed'));

-- A link that was taken back is replaced by the next of the same person: their tokens are derived from it.
alter table join_links add column number integer not null default 0;
alter table join_links add constraint join_links_number_once unique (participant_id, number);

-- Nine digits, to be said on the telephone to somebody who has no link. They lead to the door, never in.
-- The digits are derived, and stored nowhere; the hash needs the installation’s key to be made.
create table meeting_codes (
  school_id uuid not null references schools,
  meeting_id uuid primary key,
  number integer not null,
  code_hash bytea not null,
  expires_at timestamptz not null,
  constraint meeting_codes_code_hash_once unique (code_hash),
  constraint meeting_codes_code_hash_length check (octet_length(code_hash) = 32),
  constraint meeting_codes_meeting_id_in_school
    foreign key (school_id, meeting_id) references meetings (school_id, id)
);
select keep_within_school('meeting_codes');

-- Somebody at the door. Their browser holds a secret, this table only its hash.
create table knocks (
  school_id uuid not null references schools,
  id uuid primary key,
  meeting_id uuid not null,
  -- Whose link they opened; after they were let in, whose place it is. Nobody’s, for who typed the code.
  participant_id uuid,
  -- As they typed it beside the code.
  name text not null,
  device text not null,
  secret_hash bytea not null,
  knocked_at timestamptz not null,
  -- Their page asks again and again whether the door is open.
  seen_at timestamptz not null,
  answer text,
  answered_at timestamptz,
  constraint knocks_answer_known check (answer in ('admitted', 'declined')),
  constraint knocks_answered_at_with_answer check ((answer is null) = (answered_at is null)),
  constraint knocks_name_length check (char_length(name) <= 60),
  constraint knocks_secret_hash_once unique (secret_hash),
  constraint knocks_secret_hash_length check (octet_length(secret_hash) = 32),
  constraint knocks_meeting_id_in_school foreign key (school_id, meeting_id) references meetings (school_id, id),
  constraint knocks_participant_id_in_school
    foreign key (school_id, participant_id) references participants (school_id, id)
);
create index knocks_meeting_id on knocks (meeting_id);
select keep_within_school('knocks');

-- Asked before a school is known, as in the first migration.
create policy lookup on meeting_codes for select to roundtable_lookup using (true);
create policy lookup on knocks for select to roundtable_lookup using (true);
grant select on meeting_codes, knocks to roundtable_lookup;

create function meeting_code_find(hash bytea, at timestamptz)
returns table (school_id uuid, meeting_id uuid)
language sql stable security definer set search_path = public, pg_temp as $$
  select school_id, meeting_id from meeting_codes where code_hash = hash and at < expires_at
$$;

create function knock_find(hash bytea)
returns table (school_id uuid, id uuid)
language sql stable security definer set search_path = public, pg_temp as $$
  select school_id, id from knocks where secret_hash = hash
$$;

grant create on schema public to roundtable_lookup;
alter function meeting_code_find owner to roundtable_lookup;
alter function knock_find owner to roundtable_lookup;
revoke create on schema public from roundtable_lookup;
revoke execute on function meeting_code_find, knock_find from public;
grant execute on function meeting_code_find, knock_find to roundtable_app;
