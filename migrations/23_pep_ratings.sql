-- How the Virtual School rated a looked-after child’s education plan, as social care at the child’s table wrote it down.
-- Rows are only ever added: a later rating stands beside the earlier ones.
create table pep_ratings (
  school_id uuid not null references schools,
  id uuid primary key,
  -- The meeting that agreed the plan which was rated.
  meeting_id uuid not null,
  person_id uuid not null,
  -- Their job, as the child’s table knew it on that day.
  title text not null,
  rating text not null,
  words text not null,
  rated_at timestamptz not null,
  constraint pep_ratings_rating_known check (rating in ('green', 'amber', 'red')),
  constraint pep_ratings_words_said check (words <> '' and char_length(words) <= 500),
  constraint pep_ratings_meeting_id_in_school foreign key (school_id, meeting_id) references meetings (school_id, id),
  constraint pep_ratings_person_id_in_school foreign key (school_id, person_id) references people (school_id, id)
);
create index pep_ratings_meeting_id on pep_ratings (meeting_id, rated_at);
select keep_within_school('pep_ratings');
revoke update, delete on pep_ratings from roundtable_app;
