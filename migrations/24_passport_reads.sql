-- Who of the staff says to have read which version of a child’s passport: one row, once. A version is that of the record
-- that holds it, so a corrected record is read anew.
create table passport_reads (
  school_id uuid not null references schools,
  meeting_id uuid not null,
  version integer not null,
  person_id uuid not null,
  read_at timestamptz not null,
  primary key (meeting_id, version, person_id),
  constraint passport_reads_meeting_id_in_school
    foreign key (school_id, meeting_id) references meetings (school_id, id),
  constraint passport_reads_person_id_in_school foreign key (school_id, person_id) references people (school_id, id)
);
select keep_within_school('passport_reads');
revoke update, delete on passport_reads from roundtable_app;
