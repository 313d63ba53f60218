-- A photograph or drawing that a child, or those around the child, chose for the passport: one, made anew by the server
-- before it comes here (`server/src/picture.rs`), and the newest alone. What was there before it is gone.
create table pictures (
  school_id uuid not null references schools,
  pupil_id uuid primary key,
  jpeg bytea not null,
  -- What is on it, for whoever does not see it.
  words text not null,
  person_id uuid not null,
  chosen_at timestamptz not null,
  constraint pictures_jpeg_small check (octet_length(jpeg) between 1 and 262144),
  constraint pictures_words_said check (words <> '' and char_length(words) <= 200),
  constraint pictures_pupil_id_in_school foreign key (school_id, pupil_id) references pupils (school_id, id),
  constraint pictures_person_id_in_school foreign key (school_id, person_id) references people (school_id, id)
);
select keep_within_school('pictures');
-- It is packed already.
alter table pictures alter column jpeg set storage external;

-- Where a picture of the site was, and what it showed.
alter table pupils drop column portrait, drop column portrait_alt;
