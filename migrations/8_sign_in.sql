-- Staff sign in: accounts, and the proofs that open them.
--
-- What a code app is told is derived from the installation’s key and stored nowhere; passwords are Argon2id; links,
-- recovery codes and ceremonies are kept by their hash. So who reads these tables can sign in as nobody.

create table accounts (
  school_id uuid not null references schools,
  person_id uuid primary key,
  -- In small letters. One account for an address in the whole installation: it says which school.
  email text not null,
  -- As Argon2 writes it: with its salt and its cost.
  password_hash text,
  -- The next number is another secret for the code app; none while no app has shown that it has it.
  totp_number integer,
  -- Half a minute is used once: the last that was.
  totp_used bigint not null default 0,
  -- Who they are to the school’s own provider, once they have come from there.
  issuer text,
  subject text,
  created_at timestamptz not null,
  -- Has left. Nothing opens the account, and what they did and wrote stays.
  disabled_at timestamptz,
  constraint accounts_email_once unique (email),
  constraint accounts_email_plain check (email = lower(email) and char_length(email) between 3 and 254),
  constraint accounts_subject_with_issuer check ((issuer is null) = (subject is null)),
  constraint accounts_subject_once unique (school_id, issuer, subject),
  constraint accounts_in_school unique (school_id, person_id),
  constraint accounts_person_id_in_school foreign key (school_id, person_id) references people (school_id, id)
);
select keep_within_school('accounts');

-- The first way in of somebody new, and of somebody who has lost everything: used once.
create table account_links (
  school_id uuid not null references schools,
  token_hash bytea primary key,
  person_id uuid not null,
  -- The secret that the page shows for the code app: another one than the app in use has.
  totp_number integer not null,
  expires_at timestamptz not null,
  constraint account_links_token_hash_length check (octet_length(token_hash) = 32),
  constraint account_links_person_id_once unique (person_id),
  constraint account_links_person_id_in_school
    foreign key (school_id, person_id) references accounts (school_id, person_id)
);
select keep_within_school('account_links');

-- For the day the telephone is lost. A code is deleted when it is used.
create table recovery_codes (
  school_id uuid not null references schools,
  code_hash bytea primary key,
  person_id uuid not null,
  constraint recovery_codes_code_hash_length check (octet_length(code_hash) = 32),
  constraint recovery_codes_person_id_in_school
    foreign key (school_id, person_id) references accounts (school_id, person_id)
);
create index recovery_codes_person_id on recovery_codes (person_id);
select keep_within_school('recovery_codes');

create table passkeys (
  school_id uuid not null references schools,
  id uuid primary key,
  person_id uuid not null,
  credential_id bytea not null,
  -- The public key with its counter, as the library writes it.
  key jsonb not null,
  -- Where it was made: “Chrome on Android”.
  name text not null,
  created_at timestamptz not null,
  used_at timestamptz,
  constraint passkeys_credential_id_once unique (credential_id),
  constraint passkeys_person_id_in_school
    foreign key (school_id, person_id) references accounts (school_id, person_id)
);
create index passkeys_person_id on passkeys (person_id);
select keep_within_school('passkeys');

-- Between the question and the answer of a passkey or of a school’s provider: what was asked. The browser holds a
-- secret, this table its hash; each is taken once. Whose it is, nobody knows yet: they belong to no school, which is
-- the school of number nought.
create table ceremonies (
  school_id uuid not null,
  secret_hash bytea primary key,
  kind text not null,
  asked jsonb not null,
  expires_at timestamptz not null,
  constraint ceremonies_secret_hash_length check (octet_length(secret_hash) = 32)
);
create index ceremonies_expires_at on ceremonies (expires_at);
select keep_within_school('ceremonies');

-- How somebody came in: by a link to a meeting, which is a session as it was; or with an account, by one proof,
-- which opens nothing yet, or by two.
alter table login_sessions add column proof text not null default 'link';
alter table login_sessions add constraint login_sessions_proof_known check (proof in ('link', 'half', 'full'));

-- Whether staff open the school’s pages only with an account of their own. Without it a link to a meeting opens them
-- too, for who has a post: the demo.
alter table schools add column pages_need_account boolean not null default false;

-- Asked before a school is known, as in the first migration.
create policy lookup on accounts for select to roundtable_lookup using (true);
create policy lookup on account_links for select to roundtable_lookup using (true);
create policy lookup on passkeys for select to roundtable_lookup using (true);
grant select on accounts, account_links, passkeys to roundtable_lookup;

create function account_find(address text)
returns table (school_id uuid, person_id uuid)
language sql stable security definer set search_path = public, pg_temp as $$
  select school_id, person_id from accounts where email = address
$$;

create function account_link_find(hash bytea, at timestamptz)
returns table (school_id uuid, person_id uuid)
language sql stable security definer set search_path = public, pg_temp as $$
  select school_id, person_id from account_links where token_hash = hash and at < expires_at
$$;

create function passkey_find(credential bytea)
returns table (school_id uuid, person_id uuid)
language sql stable security definer set search_path = public, pg_temp as $$
  select school_id, person_id from passkeys where credential_id = credential
$$;

drop function login_session_find(bytea);
create function login_session_find(hash bytea)
returns table (school_id uuid, person_id uuid, proof text, seen_at timestamptz, expires_at timestamptz)
language sql stable security definer set search_path = public, pg_temp as $$
  select school_id, person_id, proof, seen_at, expires_at from login_sessions where id_hash = hash
$$;

grant create on schema public to roundtable_lookup;
alter function account_find owner to roundtable_lookup;
alter function account_link_find owner to roundtable_lookup;
alter function passkey_find owner to roundtable_lookup;
alter function login_session_find owner to roundtable_lookup;
revoke create on schema public from roundtable_lookup;
revoke execute on function account_find, account_link_find, passkey_find, login_session_find from public;
grant execute on function account_find, account_link_find, passkey_find, login_session_find to roundtable_app;
