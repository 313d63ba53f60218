-- A version of the passport that was saved outside a meeting is read too: one row, once, as of those that a meeting agreed.
-- What its key asks for.
alter table passports add constraint passports_id_in_school unique (school_id, id);

create table saved_passport_reads (
  school_id uuid not null references schools,
  passport_id uuid not null,
  person_id uuid not null,
  read_at timestamptz not null,
  primary key (passport_id, person_id),
  constraint saved_passport_reads_passport_id_in_school
    foreign key (school_id, passport_id) references passports (school_id, id),
  constraint saved_passport_reads_person_id_in_school
    foreign key (school_id, person_id) references people (school_id, id)
);
select keep_within_school('saved_passport_reads');
revoke update, delete on saved_passport_reads from roundtable_app;

-- Both, by the id that a version is known by, of its meeting or its own, and which version of the record it is; of what
-- was saved there is one.
create view reads_of_passports with (security_invoker = true) as
select school_id, meeting_id as id, version, person_id, read_at from passport_reads
union all
select school_id, passport_id, 1, person_id, read_at from saved_passport_reads;
grant select on reads_of_passports to roundtable_app;
