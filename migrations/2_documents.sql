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

-- How far each section has come, and who may take it further. A narrow row of its own, because every
-- commit changes it.
create table doc_heads (
  school_id uuid not null references schools,
  meeting_id uuid not null,
  section text not null,
  -- The `seq` of the last update.
  head bigint not null default 0,
  -- Counted up by each server that takes the meeting for itself. What another gave to the log under
  -- an older term is not let in, however late it arrives.
  term bigint not null default 0,
  -- Agreed: nothing is let in any more. It stands in this row, not only in the meeting’s stage, because
  -- a statement that has waited for a row’s lock sees that row anew, and no other.
  closed boolean not null default false,
  primary key (meeting_id, section),
  constraint doc_heads_section_exists
    foreign key (meeting_id, section) references doc_checkpoints (meeting_id, section) on delete cascade
) with (fillfactor = 50);
select keep_within_school('doc_heads');

-- The update log. Somebody reads “Saved” when their update is a row here, and not before.
--
-- It has no foreign keys: they cost more than a third of every append. What they would say is known by
-- then: a row goes in only beside its row in `doc_heads`, and the person’s place was looked up when they
-- came in. Whoever deletes a meeting’s checkpoints deletes its updates too.
create table doc_updates (
  school_id uuid not null,
  meeting_id uuid not null,
  section text not null,
  -- Counted up by one at each commit, under the lock of its row in `doc_heads`: so whoever has seen
  -- one number knows that all below it are committed, and that a gap is something they missed.
  seq bigint not null,
  person_id uuid not null,
  update bytea not null,
  at timestamptz not null default now(),
  primary key (meeting_id, section, seq)
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

-- Lets a batch into the log: the one statement of the hot path, in one round trip.
--
-- Each section in it has its place in the `head_…` arrays, sorted, so that two servers lock the same
-- rows in the same order. An update names that place, and which one of its section’s it is. Returned is,
-- for each section, the head that it had before; null where it is closed or of another term, and
-- nothing of it was let in. An update that claims somebody else’s client id stops the whole batch.
create function append_updates(
  schools uuid[],
  head_schools uuid[], head_meetings uuid[], head_sections text[], head_terms bigint[], head_counts integer[],
  update_heads integer[], update_numbers integer[], update_people uuid[], update_bodies bytea[],
  claim_heads integer[], claim_clients bigint[], claim_people uuid[]
) returns bigint[]
language plpgsql as $$
declare
  heads bigint[] := array_fill(null::bigint, array[cardinality(head_meetings)]);
  old bigint;
  claimed bigint;
begin
  perform set_config('app.schools', array_to_string(schools, ','), true);
  for i in 1 .. cardinality(head_meetings) loop
    update doc_heads set head = head + head_counts[i]
    where meeting_id = head_meetings[i] and section = head_sections[i] and term = head_terms[i] and not closed
    returning head - head_counts[i] into old;
    heads[i] := old;
  end loop;

  insert into doc_updates (school_id, meeting_id, section, seq, person_id, update)
  select head_schools[place], head_meetings[place], head_sections[place], heads[place] + number, person, body
  from unnest(update_heads, update_numbers, update_people, update_bodies) as new (place, number, person, body)
  where heads[place] is not null;

  if cardinality(claim_heads) > 0 then
    -- The same person may have claimed it on another server a moment ago.
    insert into section_authors as known (school_id, meeting_id, section, client_id, person_id)
    select distinct head_schools[place], head_meetings[place], head_sections[place], client, person
    from unnest(claim_heads, claim_clients, claim_people) as claim (place, client, person)
    where heads[place] is not null
    on conflict (meeting_id, section, client_id) do update set person_id = known.person_id
      where known.person_id = excluded.person_id;
    get diagnostics claimed = row_count;
    if claimed < (
      select count(distinct (place, client)) from unnest(claim_heads, claim_clients) as claim (place, client)
      where heads[place] is not null
    ) then
      raise unique_violation using message = 'a client id is somebody else’s', constraint = 'section_authors_client_id_once';
    end if;
  end if;
  return heads;
end
$$;
