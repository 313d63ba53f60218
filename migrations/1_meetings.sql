-- Schools, their people, their meetings, and who may come in.
--
-- Nothing crosses from one school to another. The server works as `roundtable_app`, which owns no
-- table and may not look past row-level security: a transaction that has not said which school it
-- is for sees nothing at all. Foreign keys carry the school too, because Postgres checks them
-- without asking row-level security.

-- Roles belong to the whole cluster, and two databases may be made at the same moment.
do $$
declare
  role text;
begin
  foreach role in array array['roundtable_app', 'roundtable_lookup'] loop
    begin
      execute format('create role %I nologin', role);
    exception when duplicate_object or unique_violation then
      null;
    end;
    -- A superuser is a member of everything. Anyone else who migrates must be able to become it.
    if not pg_has_role(current_user, role, 'member') then
      execute format('grant %I to current_user', role);
    end if;
  end loop;
end
$$;

-- The one shape of policy. Every table of a school is made safe by this and by nothing else.
--
-- `app.schools` is set for one transaction. It is a list because the writer of the update log
-- commits what several schools wrote in one batch.
create function keep_within_school(made regclass) returns void
language plpgsql as $$
begin
  execute format('alter table %s enable row level security', made);
  execute format('alter table %s force row level security', made);
  execute format(
    'create policy within_school on %s using (
       school_id = any (string_to_array(current_setting(''app.schools'', true), '','')::uuid[])
     )', made);
  execute format('grant select, insert, update, delete on %s to roundtable_app', made);
end
$$;

create table schools (
  school_id uuid primary key,
  name text not null
);
select keep_within_school('schools');

create table people (
  school_id uuid not null references schools,
  id uuid primary key,
  kind text not null,
  full_name text not null,
  -- As the place card says it: “Mrs Pike”, “Agnieszka”.
  display_name text not null,
  constraint people_kind_known check (
    kind in ('pupil', 'parent', 'carer', 'family', 'staff', 'specialist', 'interpreter')
  ),
  constraint people_id_in_school unique (school_id, id)
);
select keep_within_school('people');

create table pupils (
  school_id uuid not null references schools,
  id uuid primary key,
  person_id uuid not null,
  year_group text not null,
  looked_after boolean not null,
  -- A picture the child chose: where it is, and what it shows.
  portrait text,
  portrait_alt text not null,
  constraint pupils_person_id_once unique (person_id),
  constraint pupils_id_in_school unique (school_id, id),
  constraint pupils_person_id_in_school foreign key (school_id, person_id) references people (school_id, id)
);
select keep_within_school('pupils');

create table meetings (
  school_id uuid not null references schools,
  id uuid primary key,
  pupil_id uuid not null,
  -- “SEN Support review meeting”.
  kind text not null,
  cycle integer not null,
  stage text not null,
  held_on date not null,
  held_at time not null,
  minutes integer not null,
  place text not null,
  -- How people come: “in person”, “hybrid”.
  mode text not null,
  ground_rules text[] not null,
  -- The part of the page everybody was last asked to look at.
  spotlight text,
  previous_meeting_id uuid,
  opened_at timestamptz,
  agreed_at timestamptz,
  constraint meetings_stage_known check (stage in ('preparing', 'meeting', 'agreed')),
  constraint meetings_minutes_positive check (minutes > 0),
  constraint meetings_agreed_at_with_stage check ((stage = 'agreed') = (agreed_at is not null)),
  constraint meetings_id_in_school unique (school_id, id),
  constraint meetings_pupil_id_in_school foreign key (school_id, pupil_id) references pupils (school_id, id),
  constraint meetings_previous_meeting_id_in_school
    foreign key (school_id, previous_meeting_id) references meetings (school_id, id),
  -- Two people who press “Start the next plan” at the same moment make one next meeting.
  constraint meetings_previous_meeting_id_once unique (previous_meeting_id)
);
create index meetings_pupil_id on meetings (pupil_id, held_on);
select keep_within_school('meetings');

create table participants (
  school_id uuid not null references schools,
  id uuid primary key,
  meeting_id uuid not null,
  person_id uuid not null,
  -- Round the table, in the order of the invitation.
  position integer not null,
  role text not null,
  -- Their job or tie in their own words: “Mum”, “Speech and language therapist”.
  title text not null,
  colour integer not null,
  -- Writes for the pupil.
  scribe boolean not null default false,
  -- How they are expected to come. How they came is worked out from this and the next two, in
  -- `shared::attendance`, and becomes part of the record when that is saved.
  attendance text not null,
  -- Had the meeting open on a screen at some time while it went on.
  was_connected boolean not null default false,
  -- How they came, by the word of whoever runs the meeting: it wins.
  noted text,
  -- Asked to leave. They can no longer read anything, and what they wrote stays.
  removed_at timestamptz,
  constraint participants_role_known check (
    role in (
      'facilitator', 'pupil', 'parent', 'supporter', 'teacher', 'assistant', 'specialist', 'social-care',
      'interpreter', 'observer'
    )
  ),
  constraint participants_attendance_known check (
    attendance in (
      'in_person', 'remote', 'part_of_meeting', 'sent_views', 'apologies', 'not_invited_on_purpose'
    )
  ),
  constraint participants_noted_known check (
    noted in ('in_person', 'remote', 'part_of_meeting', 'sent_views', 'apologies')
  ),
  constraint participants_colour_known check (colour between 1 and 8),
  constraint participants_person_id_once unique (meeting_id, person_id),
  constraint participants_id_in_school unique (school_id, id),
  constraint participants_meeting_id_in_school foreign key (school_id, meeting_id) references meetings (school_id, id),
  constraint participants_person_id_in_school foreign key (school_id, person_id) references people (school_id, id)
);
-- One scribe at most.
create unique index participants_scribe_once on participants (meeting_id) where scribe;
create index participants_person_id on participants (person_id);
select keep_within_school('participants');

-- A personal link. Only the hash of its token is kept, so that nobody who reads this table can
-- come in as somebody else.
create table join_links (
  school_id uuid not null references schools,
  token_hash bytea primary key,
  participant_id uuid not null,
  expires_at timestamptz not null,
  revoked_at timestamptz,
  constraint join_links_token_hash_length check (octet_length(token_hash) = 32),
  constraint join_links_participant_id_in_school
    foreign key (school_id, participant_id) references participants (school_id, id)
);
create index join_links_participant_id on join_links (participant_id);
select keep_within_school('join_links');

-- Somebody signed in on some device. The browser holds the id, this table only its hash.
create table login_sessions (
  school_id uuid not null references schools,
  id_hash bytea primary key,
  person_id uuid not null,
  -- What a person would call it: “Chrome on Android”.
  device text not null,
  created_at timestamptz not null,
  seen_at timestamptz not null,
  expires_at timestamptz not null,
  constraint login_sessions_id_hash_length check (octet_length(id_hash) = 32),
  constraint login_sessions_person_id_in_school foreign key (school_id, person_id) references people (school_id, id)
);
create index login_sessions_person_id on login_sessions (person_id);
select keep_within_school('login_sessions');

-- What somebody answers while the meeting goes on. It becomes part of the record when that is saved.
create table agreements (
  school_id uuid not null references schools,
  participant_id uuid primary key,
  response text not null,
  comment text not null,
  answered_at timestamptz not null,
  constraint agreements_response_known check (
    response in ('agree', 'agree_with_comment', 'partly_disagree', 'disagree', 'views_shared_only')
  ),
  constraint agreements_comment_length check (char_length(comment) <= 2000),
  constraint agreements_participant_id_in_school
    foreign key (school_id, participant_id) references participants (school_id, id)
);
select keep_within_school('agreements');

-- What must be known before a school is: whose link this is, whose session, which schools there
-- are. Each function answers one such question for somebody who already holds the secret, and
-- returns no more than the way in. They run as `roundtable_lookup`, which may read these tables
-- across schools and can do nothing else.
create policy lookup on schools for select to roundtable_lookup using (true);
create policy lookup on join_links for select to roundtable_lookup using (true);
create policy lookup on login_sessions for select to roundtable_lookup using (true);
grant select on schools, join_links, login_sessions to roundtable_lookup;

create function join_link_find(hash bytea)
returns table (school_id uuid, participant_id uuid, expires_at timestamptz, revoked_at timestamptz)
language sql stable security definer set search_path = public, pg_temp as $$
  select school_id, participant_id, expires_at, revoked_at from join_links where token_hash = hash
$$;

create function login_session_find(hash bytea)
returns table (school_id uuid, person_id uuid, seen_at timestamptz, expires_at timestamptz)
language sql stable security definer set search_path = public, pg_temp as $$
  select school_id, person_id, seen_at, expires_at from login_sessions where id_hash = hash
$$;

-- Which of these sessions are still good: asked of all that have a socket open.
create function login_sessions_good(hashes bytea[], at timestamptz)
returns table (id_hash bytea)
language sql stable security definer set search_path = public, pg_temp as $$
  select id_hash from login_sessions where id_hash = any (hashes) and at < expires_at
$$;

create function school_ids()
returns table (school_id uuid)
language sql stable security definer set search_path = public, pg_temp as $$
  select school_id from schools
$$;

-- Whoever takes a function over must for that moment be allowed to make one.
grant create on schema public to roundtable_lookup;
alter function join_link_find owner to roundtable_lookup;
alter function login_session_find owner to roundtable_lookup;
alter function login_sessions_good owner to roundtable_lookup;
alter function school_ids owner to roundtable_lookup;
revoke create on schema public from roundtable_lookup;

revoke execute on function join_link_find, login_session_find, login_sessions_good, school_ids from public;
grant execute on function join_link_find, login_session_find, login_sessions_good, school_ids to roundtable_app;
