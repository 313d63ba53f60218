-- Something said that should not be here: taken out of the document for everybody at once, and kept as evidence for
-- the safeguarding lead alone. `server/src/room/hide.rs` says how the two are one step.

alter table posts drop constraint posts_post_known;
alter table posts add constraint posts_post_known check (
  post in ('head', 'senco', 'designated-teacher', 'safeguarding-lead', 'teacher', 'assistant')
);

-- It hangs on the child and not on the meeting: a meeting that was never agreed goes after a year, and evidence stays
-- for as long as the child’s file. Restricted: it is in no archive that is handed out.
create table hidden_passages (
  school_id uuid not null references schools,
  id uuid primary key,
  pupil_id uuid not null,
  meeting_id uuid not null,
  section text not null,
  -- Where it stood: `plan/targets/<id>/success`.
  field text not null,
  words text not null,
  -- Whoever wrote in it, whoever wrote most first.
  written_by uuid[] not null,
  hidden_by uuid not null,
  hidden_at timestamptz not null,
  constraint hidden_passages_words_length check (char_length(words) between 1 and 4000),
  constraint hidden_passages_pupil_id_in_school foreign key (school_id, pupil_id) references pupils (school_id, id),
  constraint hidden_passages_hidden_by_in_school foreign key (school_id, hidden_by) references people (school_id, id)
);
create index hidden_passages_pupil_id on hidden_passages (pupil_id);
select keep_within_school('hidden_passages');
-- Rows are only ever added; they go with the child’s file, by `destroy_pupil`.
revoke update, delete on hidden_passages from roundtable_app;

-- Who has read it is what was written down of their reading it.
create index audit_hidden_read on audit (subject) where verb = 'hidden-read';
