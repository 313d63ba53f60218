-- That somebody who was kept from a child was let near again, and why they had been kept away and are not any more:
-- what was decided for a child’s safety stays known after it has ended. Rows are only ever added. People’s ids are no
-- foreign keys: who decided what stays known when they are gone.
create table let_near (
  school_id uuid not null references schools,
  pupil_id uuid not null,
  person_id uuid not null,
  kept_because text not null,
  near_because text not null,
  decided_by uuid not null,
  decided_at timestamptz not null,
  primary key (pupil_id, person_id, decided_at),
  constraint let_near_because_said check (near_because <> '' and char_length(near_because) <= 500),
  constraint let_near_pupil_id_in_school foreign key (school_id, pupil_id) references pupils (school_id, id)
);
select keep_within_school('let_near');
revoke update, delete on let_near from roundtable_app;

-- Which class somebody teaches, as children’s lines in the register name it. It says who to turn to, and opens nothing.
alter table posts add column class_name text not null default '';
alter table posts add constraint posts_class_name_of_teachers
  check (class_name = '' or (post = 'teacher' and char_length(class_name) <= 200));
