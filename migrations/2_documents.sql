-- The documents of a meeting: one for each section, kept as a checkpoint and the updates since.
--
-- A document is its checkpoint with every update of a higher `seq` applied on top. Compaction writes
-- a later checkpoint and deletes what it supersedes in one transaction, so that there is no moment
-- at which the two do not make the whole document.

create table doc_checkpoints (
  school_id uuid not null references schools,
  meeting_id uuid not null,
  -- A section exists in a meeting when it has a row here.
  section text not null,
  -- Which history this is: a browser whose copy is of another one drops it rather than merge the two.
  epoch bigint not null,
  -- Of the shape its content has.
  schema integer not null,
  seq bigint not null,
  -- A Yjs update that makes the whole document up to `seq`.
  state bytea not null,
  primary key (meeting_id, section),
  constraint doc_checkpoints_section_known check (
    section in (
      'passport', 'pupil-views', 'family-views', 'school-views', 'specialist-views', 'assess', 'plan', 'do', 'review',
      'pep', 'staff-preparation'
    )
  ),
  constraint doc_checkpoints_meeting_id_in_school
    foreign key (school_id, meeting_id) references meetings (school_id, id) on delete cascade
);
select keep_within_school('doc_checkpoints');

-- The update log. Somebody reads “Saved” when their update is a row here, and not before.
create table doc_updates (
  school_id uuid not null references schools,
  meeting_id uuid not null,
  section text not null,
  -- Given by the room. Two servers that both believe they hold a meeting cannot both write it:
  -- the second finds its number taken.
  seq bigint not null,
  person_id uuid not null,
  update bytea not null,
  at timestamptz not null default now(),
  primary key (meeting_id, section, seq),
  constraint doc_updates_section_exists
    foreign key (meeting_id, section) references doc_checkpoints (meeting_id, section) on delete cascade,
  constraint doc_updates_person_id_in_school foreign key (school_id, person_id) references people (school_id, id)
);
select keep_within_school('doc_updates');

-- Whose hand each Yjs client id is: the person who first wrote with it. Outlives the updates, because
-- whether a pupil’s words may be deleted is asked for as long as the words stand.
create table section_authors (
  school_id uuid not null references schools,
  meeting_id uuid not null,
  section text not null,
  -- Fifty-three bits, as Yjs makes them.
  client_id bigint not null,
  person_id uuid not null,
  -- The arbiter, should two servers take an id for two people at the same moment.
  constraint section_authors_client_id_once primary key (meeting_id, section, client_id),
  constraint section_authors_section_exists
    foreign key (meeting_id, section) references doc_checkpoints (meeting_id, section) on delete cascade,
  constraint section_authors_person_id_in_school foreign key (school_id, person_id) references people (school_id, id)
);
select keep_within_school('section_authors');
