-- The agreed record: kept as it was agreed, for as long as the law asks.
--
-- `records.canonical_json` is the record; its hash says so. The tables below it hold the same
-- record in rows, read out of that JSON by `db/records.rs` in the same transaction, so that the
-- register, the provision map and the timeline are counted by SQL and never typed. Nothing here is
-- ever changed: reopening a meeting makes a new version.

create table records (
  school_id uuid not null references schools,
  id uuid primary key,
  meeting_id uuid not null,
  version integer not null,
  -- Why there is a version after the first.
  reason text,
  canonical_json text not null,
  -- Of the canonical JSON, in hexadecimal.
  sha256 text not null,
  agreed_at timestamptz not null,
  impact text not null,
  expected_impact text not null,
  decision text not null,
  review_on date,
  constraint records_version_positive check (version > 0),
  constraint records_version_once unique (meeting_id, version),
  constraint records_reason_after_first check ((version = 1) = (reason is null)),
  constraint records_sha256_true check (sha256 = encode(sha256(convert_to(canonical_json, 'UTF8')), 'hex')),
  constraint records_id_in_school unique (school_id, id),
  constraint records_meeting_id_in_school foreign key (school_id, meeting_id) references meetings (school_id, id)
);

create table record_attendance (
  school_id uuid not null,
  record_id uuid not null,
  position bigint not null,
  person_id uuid not null,
  name text not null,
  role text not null,
  title text not null,
  attendance text not null,
  primary key (record_id, position),
  constraint record_attendance_record_id_in_school foreign key (school_id, record_id) references records (school_id, id)
);

create table record_agreements (
  school_id uuid not null,
  record_id uuid not null,
  position bigint not null,
  person_id uuid not null,
  name text not null,
  role text not null,
  title text not null,
  response text not null,
  comment text not null,
  answered_at timestamptz not null,
  primary key (record_id, position),
  constraint record_agreements_record_id_in_school foreign key (school_id, record_id) references records (school_id, id)
);

-- Sentences with a speaker: the passport, the boards, remarks, promises, and views that differ.
create table statements (
  school_id uuid not null,
  record_id uuid not null,
  -- Which part of the record: `passport`, `boards`, `differences`, `remarks`, `by_school`, …
  part text not null,
  -- Within it: the board’s key, or what two views differ about.
  heading text not null,
  position bigint not null,
  item_id uuid not null,
  words text not null,
  said_by uuid,
  said_by_name text not null,
  captured text not null,
  said_on date,
  side text not null,
  -- Who wrote it down, where that was not the one who said it: whose hand, beside whose words.
  written_by uuid[] not null,
  primary key (record_id, part, heading, position),
  constraint statements_record_id_in_school foreign key (school_id, record_id) references records (school_id, id)
);

create table outcomes (
  school_id uuid not null,
  record_id uuid not null,
  position bigint not null,
  item_id uuid not null,
  words text not null,
  area text not null,
  due_on date,
  primary key (record_id, position),
  constraint outcomes_record_id_in_school foreign key (school_id, record_id) references records (school_id, id)
);

create table targets (
  school_id uuid not null,
  record_id uuid not null,
  position bigint not null,
  item_id uuid not null,
  pupil_words text not null,
  title text not null,
  baseline text not null,
  success text not null,
  impact text not null,
  due_on date,
  area text not null,
  outcome_id uuid,
  before_pupil bigint,
  before_home bigint,
  before_school bigint,
  primary key (record_id, position),
  constraint targets_record_id_in_school foreign key (school_id, record_id) references records (school_id, id)
);

create table target_reviews (
  school_id uuid not null,
  record_id uuid not null,
  position bigint not null,
  -- The id the target had in the record before.
  item_id uuid not null,
  pupil_words text not null,
  title text not null,
  baseline text not null,
  exit text not null,
  delivered text not null,
  rating text not null,
  next_step text not null,
  before_pupil bigint,
  before_home bigint,
  before_school bigint,
  after_pupil bigint,
  after_home bigint,
  after_school bigint,
  primary key (record_id, position),
  constraint target_reviews_record_id_in_school foreign key (school_id, record_id) references records (school_id, id)
);

create table provisions (
  school_id uuid not null,
  record_id uuid not null,
  position bigint not null,
  item_id uuid not null,
  name text not null,
  who text not null,
  given_when text not null,
  often text not null,
  place text not null,
  tier text not null,
  area text not null,
  ratio text not null,
  evidence text not null,
  target_ids uuid[] not null,
  sessions_per_week bigint,
  minutes bigint,
  weeks bigint,
  sessions bigint,
  primary key (record_id, position),
  constraint provisions_record_id_in_school foreign key (school_id, record_id) references records (school_id, id)
);

-- For staff only: from the staff’s own section, so it is in no record and on no family’s copy.
create table provision_costs (
  school_id uuid not null,
  record_id uuid not null,
  position bigint not null,
  provision_id uuid not null,
  pence_per_pupil bigint,
  funding text not null,
  primary key (record_id, position),
  constraint provision_costs_record_id_in_school foreign key (school_id, record_id) references records (school_id, id)
);

create table actions (
  school_id uuid not null,
  record_id uuid not null,
  position bigint not null,
  item_id uuid not null,
  what text not null,
  who text not null,
  due_on date,
  status text not null,
  primary key (record_id, position),
  constraint actions_record_id_in_school foreign key (school_id, record_id) references records (school_id, id)
);

create table deliveries (
  school_id uuid not null,
  record_id uuid not null,
  position bigint not null,
  item_id uuid not null,
  name text not null,
  provision_id uuid,
  planned bigint,
  delivered bigint,
  why_not text not null,
  primary key (record_id, position),
  constraint deliveries_record_id_in_school foreign key (school_id, record_id) references records (school_id, id)
);

create function refuse_change() returns trigger language plpgsql as $$
begin
  raise exception 'what was agreed is never changed: % on %', tg_op, tg_table_name
    using errcode = 'restrict_violation', constraint = 'records_immutable';
end
$$;

do $$
declare
  made text;
begin
  foreach made in array array[
    'records', 'record_attendance', 'record_agreements', 'statements', 'outcomes', 'targets', 'target_reviews',
    'provisions', 'provision_costs', 'actions', 'deliveries'
  ] loop
    perform keep_within_school(made::regclass);
    execute format('revoke update, delete on %I from roundtable_app', made);
    execute format(
      'create trigger immutable before update or delete or truncate on %I
         for each statement execute function refuse_change()', made);
  end loop;
end
$$;

-- People type dates into a browser, and a browser may be made to send anything.
create function day(words text) returns date language plpgsql immutable as $$
begin
  return nullif(words, '')::date;
exception when others then
  return null;
end
$$;

-- The same for an id that may be empty. Where a field can name several, the first counts.
create function item_id(words text) returns uuid language plpgsql immutable as $$
begin
  return nullif(split_part(words, ' ', 1), '')::uuid;
exception when others then
  return null;
end
$$;
